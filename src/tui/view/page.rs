//! The page of a question or a rule.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::pane;
use crate::tui::model::Viewport;
use crate::tui::text::wrap;

/// Draws the page of a question or a rule: Markdown with its signs taken away where they only mean looks.
pub(super) fn draw(text: &str, scroll: usize, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        let joined = paragraph.lines().collect::<Vec<_>>().join(" ");
        let mut spans = Vec::new();
        for (index, piece) in joined.split('*').enumerate() {
            let style = if index % 2 == 1 { theme.accent } else { Style::new() };
            spans.push(Span::styled(piece.to_owned(), style));
        }
        if let [first] = spans.as_mut_slice()
            && lines.is_empty()
        {
            first.style = theme.heading;
        }
        lines.extend(wrap(&spans, area.width.into(), 0));
        lines.push(Line::default());
    }
    pane::text(&lines, scroll, frame, area)
}
