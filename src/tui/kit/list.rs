//! A list with details of the selected entry below it, as most screens have it.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::command::Movement;
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

/// The least lines of details. What a short list leaves is theirs too.
const DETAILS: u16 = 8;

/// From this height on there are details.
const LEAST_DETAILED: u16 = 12;

/// How the details below a list are read: whether they have the focus, and how far they are scrolled.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Details {
    /// Whether they have the focus.
    pub(in crate::tui) has_focus: bool,
    scroll: usize,
    /// The entry that they are scrolled for; those of any other entry are at their start.
    of: usize,
}

impl Details {
    /// Without the focus, at their start.
    pub(in crate::tui) const START: Self = Self { has_focus: false, scroll: 0, of: 0 };

    /// How far the details of an entry are scrolled.
    const fn scroll(&self, selected: usize) -> usize {
        if self.of == selected { self.scroll } else { 0 }
    }

    /// Scrolls the details of an entry.
    pub(in crate::tui) fn go(&mut self, selected: usize, movement: Movement, seen: Viewport) {
        let scroll = movement.from(self.scroll(selected), seen.last_scroll(), seen.page);
        (self.scroll, self.of) = (scroll, selected);
    }

    /// Draws the details of an entry in `below`, and in `rule` a title and which of their lines are visible.
    pub(in crate::tui) fn draw(
        &self,
        selected: usize,
        title: &str,
        lines: &[Line<'static>],
        canvas: Canvas<'_, '_>,
        [rule, below]: [Rect; 2],
    ) -> Viewport {
        let Canvas { theme, regions, frame, .. } = canvas;
        let scroll = self.scroll(selected);
        let seen = pane::text(lines, scroll, frame, below);
        let place = pane::position(scroll, seen);
        frame.render_widget(pane::rule(title, &place, self.has_focus, rule.width.into(), theme), rule);
        regions.add(below, Target::Details);
        seen
    }
}

impl Default for Details {
    fn default() -> Self {
        Self::START
    }
}

/// One line of a list.
pub(in crate::tui) type Cells = Vec<Span<'static>>;

/// A list with details of the selected entry below it.
pub(in crate::tui) struct List<'d> {
    /// The headings of its columns.
    pub(in crate::tui) heading: Line<'static>,
    /// The selected entry.
    pub(in crate::tui) selected: usize,
    /// How its details are read.
    pub(in crate::tui) details: &'d Details,
    /// The number of entries.
    pub(in crate::tui) count: usize,
    /// Shown if there are no entries.
    pub(in crate::tui) empty: String,
}

impl List<'_> {
    /// Draws the list and the details. `entry` returns the line of an entry, `details` those about the selected one;
    /// both take the available columns.
    pub(in crate::tui) fn draw(
        self,
        scroll: &mut Scroll,
        mut canvas: Canvas<'_, '_>,
        entry: impl Fn(usize, usize) -> Option<Cells>,
        details: impl Fn(usize) -> Vec<Line<'static>>,
    ) -> Viewport {
        let Canvas { theme, area, .. } = canvas;
        let is_detailed = self.count > 0 && area.height >= LEAST_DETAILED;
        let detailed = if is_detailed { self.lines_of_details(area.height) } else { 0 };
        let [heading, list, rule, below] = Layout::vertical([
            Constraint::Length(u16::from(area.height > 2)),
            Constraint::Fill(1),
            Constraint::Length(u16::from(detailed > 0)),
            Constraint::Length(detailed),
        ])
        .areas(area);
        canvas.frame.render_widget(self.heading.style(theme.heading), heading);
        if self.count == 0 {
            pane::text(&wrap(&[Span::raw(self.empty.as_str())], list.width.into(), 0), 0, canvas.frame, list);
            return Viewport::of_list(list.height.into());
        }
        let selected = self.selected.min(self.count - 1);
        let first = scroll.follow(selected, self.count, list.height.into());
        canvas.regions.add(list, Target::Lines(first));
        for (index, row) in (first..self.count).zip(list.rows()) {
            let Some(cells) = entry(index, row.width.into()) else { continue };
            canvas.frame.render_widget(Line::from(cells), row);
            if index == selected {
                canvas.frame.buffer_mut().set_style(row, theme.selected);
            }
        }
        if detailed > 0 {
            let lines = details(below.width.into());
            let seen = self.details.draw(selected, "", &lines, canvas.part(area), [rule, below]);
            if self.details.has_focus {
                return seen;
            }
        }
        Viewport::of_list(list.height.into())
    }

    /// The lines of details on a screen of this height: what the heading, the line above them and a short list leave.
    fn lines_of_details(&self, height: u16) -> u16 {
        let left = height.saturating_sub(2).saturating_sub(u16::try_from(self.count).unwrap_or(u16::MAX));
        DETAILS.min(height / 2).max(left)
    }
}

/// A text cut or padded to a number of columns, and the gap to the next, which is never underlined.
pub(in crate::tui) fn cell(text: &str, columns: usize, style: Style) -> [Span<'static>; 2] {
    let text = cut(text, columns).into_owned();
    let gap = " ".repeat(columns.saturating_sub(width(&text)) + 1);
    [Span::styled(text, style), Span::raw(gap)]
}

/// A line of cells with these widths, as [`fit`](super::fit::fit) gives them.
pub(in crate::tui) fn row<T: AsRef<str>>(widths: &[usize], cells: impl IntoIterator<Item = (T, Style)>) -> Cells {
    let shown = widths.iter().zip(cells).filter(|(width, _)| **width > 0);
    shown.flat_map(|(width, (text, style))| cell(text.as_ref(), *width, style)).collect()
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
