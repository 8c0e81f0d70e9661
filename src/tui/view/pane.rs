//! What the panes share: lists that follow a selection, texts that scroll, and safe drawing of single cells.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Text};

use crate::tui::model::Viewport;

/// The first line to show of a list of `count` lines in `room` lines, so that `selected` is among them: as little
/// away from `top` as can be.
pub(super) fn follow(top: usize, selected: usize, count: usize, room: usize) -> usize {
    let top = top.min(count.saturating_sub(room)).min(selected);
    if selected >= top.saturating_add(room) { (selected + 1).saturating_sub(room) } else { top }
}

/// Draws a text from line `scroll` on, or as far down as it goes.
pub(super) fn text(lines: &[Line<'static>], scroll: usize, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let seen = Viewport { page: area.height.into(), lines: lines.len() };
    let first = scroll.min(seen.last_scroll());
    let shown: Vec<_> = lines.iter().skip(first).take(seen.page).cloned().collect();
    frame.render_widget(Text::from(shown), area);
    seen
}

/// Where a text pane stands, `3-12/40`; nothing where all is seen.
pub(super) fn position(scroll: usize, seen: Viewport) -> String {
    if seen.lines <= seen.page || seen.page == 0 {
        return String::new();
    }
    let first = scroll.min(seen.last_scroll());
    format!(" {}-{}/{} ", first + 1, first + seen.page, seen.lines)
}

/// Writes a text that is safe to show into a line, from `column` on. What does not fit is left out.
pub(super) fn put(buffer: &mut Buffer, line: Rect, column: usize, text: &str, style: Style) {
    let Ok(column) = u16::try_from(column) else { return };
    if line.height > 0 && column < line.width {
        // What was there before lends its weight to nothing.
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
        assert_eq!(follow(5, 7, 10, 0), 8, "no room shows nothing, and does not panic");
    }
}
