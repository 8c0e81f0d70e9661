//! The findings that were drafted.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::board::{Board, Scroll, cell};
use super::canvas::Canvas;
use crate::tui::drafts::{Entry, State, about};
use crate::tui::model::Viewport;
use crate::tui::text::{cut, visible_all, wrap};

/// Columns of what a draft is about, and of its form.
const ABOUT: usize = 36;
const FORM: usize = 16;

/// Draws the list of drafts.
pub(super) fn draw(selected: usize, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let (model, theme) = (canvas.model, canvas.theme);
    let entries = &model.drafts.entries;
    let heading = Line::from(vec![
        cell("#", 3, Style::new()),
        cell("About", ABOUT, Style::new()),
        cell("Form", FORM, Style::new()),
        Span::raw("State"),
    ]);
    let empty =
        "No finding was drafted yet. On a question, a piece of evidence, a rule, a call or a stanza, D drafts one.";
    let board = Board { heading, selected, count: entries.len(), empty };
    let entry = |index: usize, columns: usize| {
        let entry = entries.get(index)?;
        let mut pieces = vec![
            cell(&entry.id.to_string(), 3, theme.muted),
            cell(&about(&entry.order.subject), ABOUT, Style::new()),
            cell(entry.order.form.name(), FORM, theme.accent),
        ];
        let taken: usize = pieces.iter().map(Span::width).sum();
        let is_leaking = entry.made().is_some_and(|made| !made.leaks().is_empty());
        let style = if is_leaking { theme.violated } else { Style::new() };
        let says = visible_all(&entry.says()).into_owned();
        pieces.push(Span::styled(cut(&says, columns.saturating_sub(taken)).into_owned(), style));
        Some(pieces)
    };
    let details = |columns: usize| {
        let Some(entry) = entries.get(selected) else { return Vec::new() };
        let mut lines = wrap(&[Span::styled(visible_all(&title(entry)), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(visible_all(&entry.says()))], columns, 2));
        lines
    };
    board.draw(scroll, canvas, entry, details)
}

/// The title of a draft; of one that is not there, what it is about.
pub(super) fn title(entry: &Entry) -> String {
    match &entry.state {
        State::Made(made) => made.draft.title.clone(),
        State::Making | State::Unfit(_) => about(&entry.order.subject),
    }
}
