//! A list with details of the selected entry below it, as most screens have it.

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::pane::{self, Canvas, Target, Viewport};
use super::text::{cut, width, wrap};

/// The first line of the list shown.
#[derive(Debug, Default)]
pub(in crate::tui) struct Scroll(usize);

impl Scroll {
    /// The first line to show of a list of `count` lines in `room` lines so that `selected` is visible.
    pub(in crate::tui) fn follow(&mut self, selected: usize, count: usize, room: usize) -> usize {
        self.0 = pane::follow(self.0, selected, count, room);
        self.0
    }
}

/// Lines of details.
const DETAILS: u16 = 8;

/// One line of a list.
pub(in crate::tui) type Cells = Vec<Span<'static>>;

/// A list with details of the selected entry below it.
pub(in crate::tui) struct List {
    /// The headings of its columns.
    pub(in crate::tui) heading: Line<'static>,
    /// The selected entry.
    pub(in crate::tui) selected: usize,
    /// The number of entries.
    pub(in crate::tui) count: usize,
    /// Shown if there are no entries.
    pub(in crate::tui) empty: &'static str,
}

impl List {
    /// Draws the list and the details. `entry` returns the line of an entry, `details` those about the selected one;
    /// both take the available columns.
    pub(in crate::tui) fn draw(
        self,
        scroll: &mut Scroll,
        canvas: Canvas<'_, '_>,
        entry: impl Fn(usize, usize) -> Option<Cells>,
        details: impl Fn(usize) -> Vec<Line<'static>>,
    ) -> Viewport {
        let Canvas { theme, regions, frame, area } = canvas;
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
            pane::text(&wrap(&[Span::raw(self.empty)], list.width.into(), 0), 0, frame, list);
            return Viewport::of_list(list.height.into());
        }
        let selected = self.selected.min(self.count - 1);
        let first = scroll.follow(selected, self.count, list.height.into());
        regions.add(list, Target::Lines(first));
        for (index, row) in (first..self.count).zip(list.rows()) {
            let Some(cells) = entry(index, row.width.into()) else { continue };
            frame.render_widget(Line::from(cells), row);
            if index == selected {
                frame.buffer_mut().set_style(row, theme.selected);
            }
        }
        if detailed > 0 {
            frame.render_widget(Line::styled("─".repeat(rule.width.into()), theme.muted), rule);
            pane::text(&details(below.width.into()), 0, frame, below);
        }
        Viewport::of_list(list.height.into())
    }
}

/// A text cut or padded to a number of columns, and the gap to the next.
pub(in crate::tui) fn cell(text: &str, columns: usize, style: Style) -> Span<'static> {
    let text = cut(text, columns);
    let gap = " ".repeat(columns.saturating_sub(width(&text)) + 1);
    Span::styled(format!("{text}{gap}"), style)
}

/// A line of cells with these widths, as [`fit`](super::fit::fit) gives them.
pub(in crate::tui) fn row<T: AsRef<str>>(widths: &[usize], cells: impl IntoIterator<Item = (T, Style)>) -> Cells {
    let shown = widths.iter().zip(cells).filter(|(width, _)| **width > 0);
    shown.map(|(width, (text, style))| cell(text.as_ref(), *width, style)).collect()
}

/// The headings of columns with these widths.
pub(in crate::tui) fn headings(widths: &[usize], names: &[&str]) -> Line<'static> {
    Line::from(row(widths, names.iter().map(|name| (name, Style::new()))))
}

/// Adds the last cell of a line, cut to what the others leave of `columns`.
pub(in crate::tui) fn last(mut cells: Cells, text: &str, columns: usize, style: Style) -> Cells {
    let taken: usize = cells.iter().map(Span::width).sum();
    cells.push(Span::styled(cut(text, columns.saturating_sub(taken)).into_owned(), style));
    cells
}
