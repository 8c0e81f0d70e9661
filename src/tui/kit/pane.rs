//! What is drawn on, what the mouse can point at, and what panes share: lists that follow a selection, texts that
//! scroll, and safe drawing of single cells.

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Text};

use super::text::{cut, width};
use super::theme::Theme;

/// Part of the screen, and what is needed to draw on it.
pub(in crate::tui) struct Canvas<'a, 'f> {
    /// The colours.
    pub(in crate::tui) theme: &'a Theme,
    /// Where the mouse can point at what is drawn.
    pub(in crate::tui) regions: &'a mut Regions,
    /// The frame being drawn.
    pub(in crate::tui) frame: &'a mut Frame<'f>,
    /// The part to draw on.
    pub(in crate::tui) area: Rect,
}

impl<'f> Canvas<'_, 'f> {
    /// The part of it in `area`.
    pub(in crate::tui) fn part(&mut self, area: Rect) -> Canvas<'_, 'f> {
        Canvas { theme: self.theme, regions: self.regions, frame: self.frame, area }
    }
}

/// What the last drawing showed of the pane with the focus: paging and the end of a text depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) struct Viewport {
    /// Lines that fit.
    pub(in crate::tui) page: usize,
    /// Lines in total; 0 for a list.
    pub(in crate::tui) lines: usize,
    /// The first line of a text that is visible.
    pub(in crate::tui) scroll: usize,
    /// Columns of a text; 0 for a list.
    pub(in crate::tui) columns: usize,
    /// The first lifeline that is visible.
    pub(in crate::tui) lane: usize,
}

impl Viewport {
    /// A text in an area.
    pub(in crate::tui) fn of_text(area: Rect, lines: &[Line<'_>]) -> Self {
        Self { page: area.height.into(), lines: lines.len(), columns: area.width.into(), ..Self::default() }
    }

    /// A list of which so many lines fit.
    pub(in crate::tui) fn of_list(page: usize) -> Self {
        Self { page, ..Self::default() }
    }

    /// How far a text can be scrolled.
    pub(in crate::tui) fn last_scroll(self) -> usize {
        self.lines.saturating_sub(self.page)
    }
}

/// Something to point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Target {
    /// Lines of a list, the first of which is this one.
    Lines(usize),
    /// Lines of the ladder, the first of which is this one.
    Ladder(usize),
    /// The stanza.
    Stanza,
    /// The details below a list.
    Details,
    /// The heading of the column with this index.
    Heading(usize),
    /// The line between ladder and stanza, which can be dragged across this area.
    Split(Rect),
}

/// What was drawn where; later entries cover earlier ones.
#[derive(Debug, Default)]
pub(in crate::tui) struct Regions(Vec<(Rect, Target)>);

impl Regions {
    /// Forgets everything, before the next drawing.
    pub(in crate::tui) fn clear(&mut self) {
        self.0.clear();
    }

    /// Records what was drawn in an area.
    pub(in crate::tui) fn add(&mut self, area: Rect, target: Target) {
        self.0.push((area, target));
    }

    /// Returns what is at a position, and the area it was drawn in.
    pub(in crate::tui) fn at(&self, column: u16, row: u16) -> Option<(Rect, Target)> {
        self.0.iter().rev().find(|(area, _)| area.contains(Position::new(column, row))).copied()
    }
}

/// The first line to show of a list of `count` lines in `room` lines so that `selected` is visible, scrolling as little
/// as possible from `top`.
pub(in crate::tui) fn follow(top: usize, selected: usize, count: usize, room: usize) -> usize {
    let top = top.min(count.saturating_sub(room)).min(selected);
    if selected >= top.saturating_add(room) { (selected + 1).saturating_sub(room) } else { top }
}

/// Draws a text from line `scroll` on, or its last page if that is further down.
pub(in crate::tui) fn text(lines: &[Line<'static>], scroll: usize, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let seen = Viewport::of_text(area, lines);
    let first = scroll.min(seen.last_scroll());
    let shown: Vec<_> = lines.iter().skip(first).take(seen.page).cloned().collect();
    frame.render_widget(Text::from(shown), area);
    Viewport { scroll: first, ..seen }
}

/// Highlights every occurrence of a text in what is drawn in an area; the text is in lower case.
pub(in crate::tui) fn highlight(buffer: &mut Buffer, area: Rect, text: &str, look: Style) {
    if text.is_empty() {
        return;
    }
    for row in area.rows() {
        let (mut line, mut columns) = (String::new(), Vec::new());
        for column in row.left()..row.right() {
            let symbol = buffer.cell(Position::new(column, row.y)).map_or("", Cell::symbol);
            line.extend(symbol.chars().flat_map(char::to_lowercase));
            columns.resize(line.len(), column);
        }
        for (at, found) in line.match_indices(text) {
            let matched = columns.get(at).zip(columns.get(at + found.len() - 1));
            if let Some((first, last)) = matched {
                buffer.set_style(Rect { x: *first, width: last - first + 1, ..row }, look);
            }
        }
    }
}

/// Which lines of a text are visible, `3-12/40`; empty if all are.
pub(in crate::tui) fn position(scroll: usize, seen: Viewport) -> String {
    if seen.lines <= seen.page || seen.page == 0 {
        return String::new();
    }
    let first = scroll.min(seen.last_scroll());
    format!(" {}-{}/{} ", first + 1, first + seen.page, seen.lines)
}

/// The line above a pane that can have the focus: the pane's title, and which of its lines are visible.
pub(in crate::tui) fn rule(title: &str, place: &str, has_focus: bool, columns: usize, theme: &Theme) -> Line<'static> {
    let (dash, style) = if has_focus { ("═", theme.accent) } else { ("─", theme.muted) };
    let title = if title.is_empty() { String::new() } else { format!("{dash} {title} ") };
    let title = cut(&title, columns.saturating_sub(width(place)));
    let rest = dash.repeat(columns.saturating_sub(width(&title) + width(place)));
    Line::styled(format!("{title}{rest}{place}"), style)
}

/// Writes a text that is safe to show into a line, starting at `column`. What does not fit is cut off.
pub(in crate::tui) fn put(buffer: &mut Buffer, line: Rect, column: usize, text: &str, style: Style) {
    let Ok(column) = u16::try_from(column) else { return };
    if line.height > 0 && column < line.width {
        // The modifiers of what was drawn there before must not carry over.
        let style = Style::new().remove_modifier(Modifier::all()).patch(style);
        buffer.set_stringn(line.x + column, line.y, text, usize::from(line.width - column), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_follows_its_selection() {
        assert_eq!(follow(0, 3, 100, 10), 0);
        assert_eq!(follow(0, 10, 100, 10), 1);
        assert_eq!(follow(50, 20, 100, 10), 20);
        assert_eq!(follow(95, 99, 100, 10), 90);
        assert_eq!(follow(5, 0, 0, 10), 0);
        assert_eq!(follow(5, 7, 10, 0), 8, "without room nothing is shown, and nothing panics");
    }
}
