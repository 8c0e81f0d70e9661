//! What is copied to the clipboard, and written to files: exactly what is shown.

mod files;
mod tables;

use super::findings;
use crate::protocol::xml;
use crate::spec::RULES;
use crate::tui::board::Asked;
use crate::tui::comparison::Comparison;
use crate::tui::model::Model;
use crate::tui::opened::Opened;
use crate::tui::screen::Screen;

pub(super) use files::{names, written};

/// The text to copy: the stanza, the call-id, or the selected line.
pub(super) fn copied(model: &mut Model) -> Option<String> {
    if let Some(Screen::Draft(_) | Screen::Findings { .. }) = model.screens.last() {
        // What leaves is sanitised already, and not changed again.
        let text = findings::text(model)?;
        model.message = Some("The draft was handed to the terminal's clipboard".to_owned());
        return Some(text);
    }
    let board = model.board.as_ref();
    let (what, text) = match model.screens.last() {
        None => ("The call-id", model.selected_call().map(|(_, judged)| judged.call.id.to_string())),
        Some(Screen::Call(opened)) => ("The stanza", stanza(model, opened)),
        Some(Screen::Questions { selected }) => {
            let line = board.and_then(|board| match board.asked.get(*selected)? {
                Asked::Unsought(entry) => Some(format!("{}: {}", entry.place(), entry.title)),
                Asked::Sought(place) => {
                    board.findings.get(*place).map(|it| format!("{}: {}", it.question.id, it.verdict.name()))
                }
            });
            ("The line", line)
        }
        Some(Screen::Evidence { question, selected }) => {
            let at = board.and_then(|board| board.finding(question)?.pieces.get(*selected).copied());
            let piece = at.and_then(|at| model.calls().get(at.call)?.evidence.get(at.piece));
            let line =
                piece.map(|it| format!("{}: {}: {}: {}", it.question.id, it.hypothesis, it.strength.name(), it.why));
            ("The evidence", line)
        }
        Some(Screen::Rules { selected }) => {
            ("The line", RULES.get(*selected).map(|rule| format!("{}: {}", rule.id, rule.title)))
        }
        Some(Screen::Places { selected, .. }) => {
            let at = board.and_then(|board| board.places.get(*selected).copied());
            let place = at.and_then(|(call, place)| model.judged(call)?.places.get(place));
            ("The line", place.map(|it| format!("{}: {}: {}", it.rule.id, it.found.name(), it.why)))
        }
        Some(Screen::Marks { selected }) => {
            ("The note", model.notes.iter().nth(*selected).map(|(_, note)| note.to_owned()))
        }
        Some(Screen::Compare(comparison)) => ("The comparison", Some(compared(comparison))),
        Some(Screen::Page { text, .. }) => ("The page", Some(text.clone())),
        Some(Screen::Captures { .. } | Screen::Draft(_) | Screen::Findings { .. }) => {
            model.message = Some("Nothing to copy here".to_owned());
            return None;
        }
    };
    let text = text?;
    let people = model.calls().first().map(|judged| std::sync::Arc::clone(&judged.call.people)).unwrap_or_default();
    let text = model.names.in_text(&text, &people).into_owned();
    model.message = Some(format!("{what} was handed to the terminal's clipboard"));
    Some(text)
}

/// The XML of the selected stanza.
fn stanza(model: &Model, opened: &Opened) -> Option<String> {
    let (judged, row) = opened.place()?;
    let text = xml::write(&judged.call.rows.get(row)?.observed.read().node);
    Some(model.names.in_text(&text, &judged.call.people).into_owned())
}

/// A comparison as text: `=` where both sides are equal, `!` where they differ.
fn compared(comparison: &Comparison) -> String {
    let side = |side: &Option<(String, usize)>| side.as_ref().map_or("", |(text, _)| text.as_str()).to_owned();
    let lines = comparison.lines.iter().map(|line| {
        let mark = if line.differs { '!' } else { '=' };
        format!("{mark} {:<60} | {}", side(&line.left), side(&line.right)).trim_end().to_owned() + "\n"
    });
    lines.collect()
}
