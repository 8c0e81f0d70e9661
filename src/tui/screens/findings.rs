//! The drafted findings.

use ratatui::style::Style;
use ratatui::text::Span;

use super::draft;
use crate::tui::drafts::{Entry, about};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::list::{Details, List, Scroll, headings, last, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::screen::{Formats, Screen, Step};
use crate::tui::shared::Shared;

/// The widths of the columns; the last takes the rest.
const WIDTHS: [usize; 4] = [3, 36, 16, 6];

/// The drafted findings.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Findings {
    selected: usize,
    details: Details,
}

impl Findings {
    fn entry<'s>(&self, shared: &'s Shared) -> Option<&'s Entry> {
        shared.drafts.entries.get(self.selected)
    }
}

impl Screen for Findings {
    fn context(&self) -> Context {
        Context::Findings
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, shared.drafts.entries.len()))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        if command == Command::Open { self.draft(shared).map(Step::Draft) } else { None }
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let entry = shared.drafts.entries.get(index)?;
        Some(format!("{} {} {}", about(&entry.request.subject), entry.request.form.name(), entry.status()))
    }

    fn draft(&self, shared: &Shared) -> Option<u64> {
        self.entry(shared).map(|entry| entry.id)
    }

    fn formats(&self, shared: &Shared) -> Option<(String, Formats)> {
        draft::formats(shared, self.draft(shared)?)
    }
}

/// Draws the list of drafts.
pub(in crate::tui) fn draw(
    screen: &Findings,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let entries = &shared.drafts.entries;
    let heading = headings(&WIDTHS, &["#", "About", "Form", "Status"]);
    let empty =
        "No findings drafted yet. Press ‹draft› on a question, a piece of evidence, a rule, a call or a stanza.";
    let empty = shared.keymap.hinted(empty);
    let list = List { heading, selected: screen.selected, details: &screen.details, count: entries.len(), empty };
    let entry = |index: usize, columns: usize| {
        let entry = entries.get(index)?;
        let texts = [
            (entry.id.to_string(), theme.muted),
            (about(&entry.request.subject), Style::new()),
            (entry.request.form.name().to_owned(), theme.accent),
        ];
        let cells = row(&WIDTHS, texts);
        let is_leaking = entry.ready().is_some_and(|ready| !ready.leaks().is_empty());
        let style = if is_leaking { theme.violated } else { Style::new() };
        Some(last(cells, &visible_all(&entry.status()), columns, style))
    };
    let details = |columns: usize| {
        let Some(entry) = screen.entry(shared) else { return Vec::new() };
        let mut lines = wrap(&[Span::styled(visible_all(&draft::title(entry)), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(visible_all(&entry.status()))], columns, 2));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}
