//! A list above what is said of its selected entry, as most screens have it.

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pane;
use crate::tui::model::Viewport;
use crate::tui::regions::Target;
use crate::tui::text::{cut, width, wrap};

/// The first line of the list shown.
#[derive(Debug, Default)]
pub(super) struct Scroll(usize);

/// Lines that say more about the selected entry.
const DETAILS: u16 = 8;

/// One line of a board: pieces of text, each with a look.
pub(super) type Pieces = Vec<Span<'static>>;

/// A list above what is said of its selected entry.
pub(super) struct Board {
    pub(super) heading: Line<'static>,
    pub(super) selected: usize,
    pub(super) count: usize,
    /// What stands where there is no entry.
    pub(super) empty: &'static str,
}

impl Board {
    /// Draws the list and the details. `entry` makes the line of an entry; `details` what is said of the selected one.
    pub(super) fn draw(
        self,
        scroll: &mut Scroll,
        canvas: Canvas<'_, '_>,
        entry: impl Fn(usize, usize) -> Option<Pieces>,
        details: impl Fn(usize) -> Vec<Line<'static>>,
    ) -> Viewport {
        let Canvas { model, theme, regions, frame, area } = canvas;
        let detailed = if area.height >= 12 { DETAILS.min(area.height / 2) } else { 0 };
        let [heading, list, rule, below] = Layout::vertical([
            Constraint::Length(u16::from(area.height > 2)),
            Constraint::Fill(1),
            Constraint::Length(u16::from(detailed > 0)),
            Constraint::Length(detailed),
        ])
        .areas(area);
        frame.render_widget(self.heading.style(theme.heading), heading);
        if self.count == 0 {
            let text = if model.is_reading() { "Nothing so far." } else { self.empty };
            pane::text(&wrap(&[Span::raw(text)], list.width.into(), 0), 0, frame, list);
            return Viewport { page: list.height.into(), lines: 0 };
        }
        let selected = self.selected.min(self.count - 1);
        scroll.0 = pane::follow(scroll.0, selected, self.count, list.height.into());
        regions.add(list, Target::Lines(scroll.0));
        for (index, row) in (scroll.0..self.count).zip(list.rows()) {
            let Some(pieces) = entry(index, row.width.into()) else { continue };
            frame.render_widget(Line::from(pieces), row);
            if index == selected {
                frame.buffer_mut().set_style(row, theme.selected);
            }
        }
        if detailed > 0 {
            frame.render_widget(Line::styled("─".repeat(rule.width.into()), theme.muted), rule);
            pane::text(&details(below.width.into()), 0, frame, below);
        }
        Viewport { page: list.height.into(), lines: 0 }
    }
}

/// A text cut and filled up to some columns.
pub(super) fn cell(text: &str, columns: usize, style: Style) -> Span<'static> {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(width(&text)) + 1);
    Span::styled(format!("{text}{gap}"), style)
}
