//! The marks and notes.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::board::{Board, Scroll, cell};
use super::canvas::Canvas;
use crate::notes::Subject;
use crate::tui::model::Viewport;
use crate::tui::text::{cut, visible_all, wrap};

/// Draws the marks and notes.
pub(super) fn draw(selected: usize, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let marks: Vec<(&Subject, &str)> = model.notes.iter().collect();
    let heading = Line::from(vec![cell("Call", 20, Style::new()), cell("Stanza", 24, Style::new()), Span::raw("Note")]);
    let empty = "No marks yet. In the list and in a ladder, m marks and ; writes a note.";
    let board = Board { heading, selected, count: marks.len(), empty };
    let entry = |index: usize, columns: usize| {
        let (subject, note) = marks.get(index)?;
        let stanza = subject.stanza.as_ref().map(|key| format!("{} {} {}", key.direction, key.action, key.id));
        let mut pieces = vec![
            cell(&visible_all(&subject.call), 20, theme.muted),
            cell(&visible_all(stanza.as_deref().unwrap_or("the whole call")), 24, theme.accent),
        ];
        let taken: usize = pieces.iter().map(Span::width).sum();
        let note = if note.is_empty() { "(marked)" } else { note };
        pieces.push(Span::raw(cut(&visible_all(note), columns.saturating_sub(taken)).into_owned()));
        Some(pieces)
    };
    let details = |columns: usize| {
        let Some((subject, note)) = marks.get(selected) else { return Vec::new() };
        let mut lines =
            wrap(&[Span::styled(format!("call-id {}", visible_all(&subject.call)), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(visible_all(note))], columns, 0));
        lines
    };
    board.draw(scroll, canvas, entry, details)
}
