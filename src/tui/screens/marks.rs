//! The marks and notes.

use ratatui::style::Style;
use ratatui::text::Span;

use super::ladder::row_of;
use crate::call::Call;
use crate::notes::Subject;
use crate::origin::CaptureId;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, text};
use crate::tui::kit::list::{Details, List, Scroll, headings, last, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;

/// The widths of the columns; the last takes the rest.
const WIDTHS: [usize; 3] = [20, 24, 4];

/// The marks and notes.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Marks {
    selected: usize,
    details: Details,
}

impl Marks {
    fn mark<'s>(&self, shared: &'s Shared) -> Option<(&'s Subject, &'s str)> {
        shared.notes.iter().nth(self.selected)
    }

    /// The index of the call that a note is about.
    fn call(subject: &Subject, shared: &Shared) -> Option<usize> {
        let is_of = |call: &Call| call.id == subject.call && Subject::of_call(call).creator == subject.creator;
        shared.calls().iter().position(|judged| is_of(&judged.call))
    }

    /// The row that the selected note is about.
    fn open(&self, shared: &mut Shared) -> Option<Step> {
        let subject = self.mark(shared)?.0.clone();
        let Some(call) = Self::call(&subject, shared) else {
            shared.say("This call is not in the open captures");
            return None;
        };
        let row = shared.calls().get(call).and_then(|judged| row_of(&judged.call, &subject));
        if row.is_none() && subject.stanza.is_some() {
            shared.say("This stanza is not in the open captures");
        }
        Some(Step::Row(call, row.unwrap_or_default()))
    }
}

impl Screen for Marks {
    fn context(&self) -> Context {
        Context::Marks
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, shared.notes.len()))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        if command == Command::Open { self.open(shared) } else { None }
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let (subject, note) = shared.notes.iter().nth(index)?;
        let stanza = subject.stanza.as_ref().map_or_else(String::new, |key| format!("{} {}", key.action, key.id));
        Some(format!("{} {stanza} {note}", subject.call))
    }

    fn noted(&self, shared: &Shared) -> Option<(Subject, Vec<CaptureId>)> {
        self.mark(shared).map(|(subject, _)| (subject.clone(), Vec::new()))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        self.mark(shared).map(|(_, note)| ("Note", note.to_owned()))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = shared.notes.iter().map(|(Subject { call, stanza, .. }, note)| {
            let stanza = stanza.as_ref().map_or_else(String::new, |stanza| stanza.id.to_string());
            vec![text(call.to_string()), text(stanza), text(note)]
        });
        Some((vec!["call_id", "stanza_id", "note"], rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("notes".to_owned(), TABLE))
    }
}

/// Draws the marks and notes.
pub(in crate::tui) fn draw(screen: &Marks, shared: &Shared, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let marks: Vec<(&Subject, &str)> = shared.notes.iter().collect();
    let heading = headings(&WIDTHS, &["Call", "Stanza", "Note"]);
    let empty = "No marks yet. In the list and in a ladder, ‹mark› marks and ‹note› edits a note.";
    let empty = shared.keymap.hinted(empty);
    let list = List { heading, selected: screen.selected, details: &screen.details, count: marks.len(), empty };
    let entry = |index: usize, columns: usize| {
        let (subject, note) = marks.get(index)?;
        let stanza = subject
            .stanza
            .as_ref()
            .map(|key| format!("{} {} {}", key.direction, key.action, shared.presentable(key.id.to_string())));
        let (call, stanza) = (shared.call_id(&subject.call), stanza.as_deref().unwrap_or("the whole call"));
        let cells = row(&WIDTHS, [(visible_all(&call), theme.muted), (visible_all(stanza), theme.accent)]);
        let note = if note.is_empty() { "(marked)".to_owned() } else { shared.presentable((*note).to_owned()) };
        Some(last(cells, &visible_all(&note), columns, Style::new()))
    };
    let details = |columns: usize| {
        let Some((subject, note)) = screen.mark(shared) else { return Vec::new() };
        let number = Marks::call(subject, shared).map_or_else(String::new, |call| format!("#{}  ", call + 1));
        let call = format!("{number}call-id {}", visible_all(&shared.call_id(&subject.call)));
        let mut lines = wrap(&[Span::styled(call, theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(visible_all(&shared.presentable(note.to_owned())))], columns, 0));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}
