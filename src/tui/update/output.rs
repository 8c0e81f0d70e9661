//! What is copied to the clipboard, and written to files: exactly what is shown.

use std::path::PathBuf;

use super::findings;
use crate::ladder::{Ladder, Lifeline, Party};
use crate::protocol::xml;
use crate::spec::rules::RULES;
use crate::summary;
use crate::tui::board::Asked;
use crate::tui::columns::Column;
use crate::tui::command::Effect;
use crate::tui::comparison::Comparison;
use crate::tui::drafts::Entry;
use crate::tui::model::Model;
use crate::tui::quantity::NONE;
use crate::tui::screen::{Line, Opened, Screen};

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
                piece.map(|it| format!("{}: {}: {}: {}", it.question, it.hypothesis, it.strength.name(), it.why));
            ("The evidence", line)
        }
        Some(Screen::Rules { selected }) => {
            ("The line", RULES.get(*selected).map(|rule| format!("{}: {}", rule.id, rule.title)))
        }
        Some(Screen::Places { selected, .. }) => {
            let at = board.and_then(|board| board.places.get(*selected).copied());
            let place = at.and_then(|(call, place)| model.judged(call)?.places.get(place));
            ("The line", place.map(|it| format!("{}: {}: {}", it.rule, it.found.name(), it.why)))
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

/// A name for a file of what is shown. Its ending says in which form.
pub(super) fn file_name(model: &Model) -> String {
    match model.screens.last() {
        Some(Screen::Call(opened)) => {
            let of_list = model.list.selected_call().filter(|_| opened.calls.len() == 1);
            of_list.map_or_else(|| "calls.txt".to_owned(), |call| format!("call-{}.txt", call + 1))
        }
        Some(Screen::Compare(_)) => "comparison.txt".to_owned(),
        Some(Screen::Draft(_) | Screen::Findings { .. }) => {
            findings::selected(model).map_or_else(String::new, Entry::file_name)
        }
        _ => "calls.csv".to_owned(),
    }
}

/// What is to be written to a file of this name.
pub(super) fn written(model: &mut Model, path: PathBuf) -> Option<Effect> {
    if let Some(Screen::Draft(_) | Screen::Findings { .. }) = model.screens.last() {
        return findings::written(model, path);
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let (text, endings) = match model.screens.last() {
        None => ((ending == "csv").then(|| table(model)), ".csv"),
        Some(Screen::Call(opened)) => {
            let text = match ending.as_str() {
                "txt" => ladder(model, opened),
                "xml" => stanza(model, opened),
                _ => None,
            };
            (text, ".txt for the ladder, .xml for the stanza")
        }
        Some(Screen::Compare(comparison)) => ((ending == "txt").then(|| compared(comparison)), ".txt"),
        Some(_) => return None,
    };
    if text.is_none() {
        model.message = Some(format!("The name's ending says the form: {endings}"));
    }
    Some(Effect::Write { path, text: text?, rest: None, replaces: false })
}

/// The list of calls as CSV: the columns and rows that are shown.
fn table(model: &Model) -> String {
    let columns = &model.list.columns;
    let mut text = columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(",");
    text.push('\n');
    for index in &model.list.shown {
        let Some(judged) = model.calls().get(*index) else { continue };
        let note = model.notes.of_call(&judged.call);
        let setting = model.setting(note);
        let cells = columns.iter().map(|column| field(*column, &column.text(*index, judged, &setting)));
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

/// A field of CSV (RFC 4180) that a spreadsheet takes for text, or for a number where it is one.
fn field(column: Column, text: &str) -> String {
    let text = if text == NONE { "" } else { text };
    let is_formula = !column.is_number() && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The rows of the ladder that are shown, drawn with characters, call by call.
fn ladder(model: &Model, opened: &Opened) -> Option<String> {
    let mut out = Vec::new();
    for (index, judged) in opened.calls.iter().enumerate() {
        let rungs = opened.lines.iter().filter_map(|line| match line {
            Line::Rung(rung) => opened.ladder.rungs.get(*rung).filter(|rung| rung.call == index).cloned(),
            Line::Gap(_) => None,
        });
        let ladder = Ladder { lifelines: opened.ladder.lifelines.clone(), rungs: rungs.collect() };
        let name = |lifeline: &Lifeline| {
            let name = match &lifeline.party {
                Party::Local => "this client".to_owned(),
                Party::Server => "server".to_owned(),
                Party::Device(jid) => model.names.of(jid, &judged.call.people),
            };
            let name = crate::visible::visible(&name).into_owned();
            if lifeline.recorded { format!("{name} *") } else { name }
        };
        summary::draw(judged, &ladder, name, &mut out).ok()?;
    }
    String::from_utf8(out).ok()
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
