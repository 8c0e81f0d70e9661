//! The tables as they are shown, as CSV (RFC 4180).

use crate::notes::Subject;
use crate::spec::RULES;
use crate::spec::index::Entry;
use crate::tui::board::Asked;
use crate::tui::columns::Column;
use crate::tui::model::Model;
use crate::tui::quantity::{NONE, clock_precise};
use crate::tui::screen::Screen;

/// A cell: a number that stays one, or a text.
enum Cell {
    Number(String),
    Text(String),
}

impl Cell {
    fn count(number: impl TryInto<u64>) -> Self {
        Self::Number(number.try_into().unwrap_or(u64::MAX).to_string())
    }

    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// The table of a screen, a line per row in the order that is shown; `None` of a screen without one.
pub(super) fn csv(model: &Model, screen: Option<&Screen>) -> Option<String> {
    let (heading, rows) = match screen {
        None => calls(model),
        Some(Screen::Questions { .. }) => questions(model),
        Some(Screen::Evidence { question, .. }) => evidence(model, question),
        Some(Screen::Rules { .. }) => rules(model),
        Some(Screen::Places { .. }) => places(model),
        Some(Screen::Marks { .. }) => marks(model),
        Some(
            Screen::Call(_)
            | Screen::Compare(_)
            | Screen::Page { .. }
            | Screen::Captures { .. }
            | Screen::Findings { .. }
            | Screen::Draft(_),
        ) => return None,
    };
    let mut text = heading.join(",") + "\n";
    for row in rows {
        let fields: Vec<_> = row.into_iter().map(field).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    Some(text)
}

type Table = (Vec<&'static str>, Vec<Vec<Cell>>);

fn calls(model: &Model) -> Table {
    let columns = &model.list.columns;
    let rows = model.list.shown.iter().filter_map(|index| {
        let judged = model.calls().get(*index)?;
        let note = model.notes.of_call(&judged.call);
        let setting = model.setting(note);
        let cell = |column: &Column| {
            let text = column.text(*index, judged, &setting);
            let text = if text == NONE { String::new() } else { text };
            if column.is_number() { Cell::Number(text) } else { Cell::Text(text) }
        };
        Some(columns.iter().map(cell).collect())
    });
    (columns.iter().map(|column| column.name()).collect(), rows.collect())
}

fn questions(model: &Model) -> Table {
    let board = model.board.as_ref();
    let asked = board.map_or(&[][..], |board| &board.asked);
    let rows = asked.iter().filter_map(|asked| {
        let finding = match asked {
            Asked::Sought(place) => board?.findings.get(*place)?,
            Asked::Unsought(entry) => return Some(unsought(entry)),
        };
        let sum = |count: fn(&crate::spec::Tally) -> u64| finding.tallies.iter().map(count).sum::<u64>();
        Some(vec![
            Cell::text(finding.question.id),
            Cell::text(finding.question.place()),
            Cell::text(finding.verdict.name()),
            Cell::text(finding.named.join(" ")),
            Cell::text(finding.confidence.name()),
            Cell::count(sum(|tally| tally.supporting)),
            Cell::count(sum(|tally| tally.refuting)),
            Cell::text(finding.question.title),
        ])
    });
    let heading = vec!["question", "page", "verdict", "hypothesis", "confidence", "for", "against", "title"];
    (heading, rows.collect())
}

/// The line of a question that is not looked for, or under another page.
fn unsought(entry: &Entry) -> Vec<Cell> {
    let [id, none] = [entry.state.question().map_or("", |question| question.id), ""].map(Cell::text);
    let empty = || Cell::text("");
    vec![
        id,
        Cell::text(entry.place()),
        Cell::text(entry.state.name()),
        none,
        empty(),
        empty(),
        empty(),
        Cell::text(entry.title),
    ]
}

fn evidence(model: &Model, question: &str) -> Table {
    let finding = model.board.as_ref().and_then(|board| board.finding(question));
    let rows = finding.into_iter().flat_map(|finding| &finding.pieces).filter_map(|at| {
        let judged = model.calls().get(at.call)?;
        let piece = judged.evidence.get(at.piece)?;
        let row = judged.call.rows.get(piece.row)?;
        Some(vec![
            Cell::count(at.call + 1),
            Cell::count(row.observed.stanza.origin.last),
            Cell::text(row.observed.time().map_or_else(String::new, clock_precise)),
            Cell::text(if piece.supports { "for" } else { "against" }),
            Cell::text(piece.hypothesis.clone()),
            Cell::text(piece.strength.name()),
            Cell::text(model.names.in_text(&piece.why, &judged.call.people)),
        ])
    });
    (vec!["call", "record", "time", "bears", "hypothesis", "strength", "why"], rows.collect())
}

fn rules(model: &Model) -> Table {
    let board = model.board.as_ref();
    let rows = RULES.iter().enumerate().filter_map(|(index, rule)| {
        let (count, calls) = (board?.counts.get(index)?, board?.calls.get(index)?);
        Some(vec![
            Cell::text(rule.id),
            Cell::text(rule.page),
            Cell::count(count.holds),
            Cell::count(count.violated),
            Cell::count(count.novelties),
            Cell::count(count.undecided),
            Cell::count(*calls),
            Cell::text(rule.title),
        ])
    });
    (vec!["rule", "page", "holds", "violated", "novelties", "undecided", "calls", "title"], rows.collect())
}

fn places(model: &Model) -> Table {
    let places = model.board.as_ref().map_or(&[][..], |board| &board.places);
    let rows = places.iter().filter_map(|(call, place)| {
        let judged = model.judged(*call)?;
        let place = judged.places.get(*place)?;
        let row = judged.call.rows.get(place.row)?;
        Some(vec![
            Cell::text(place.rule.id),
            if *call < model.calls().len() { Cell::count(call + 1) } else { Cell::text("") },
            Cell::count(row.observed.stanza.origin.last),
            Cell::text(place.found.name()),
            Cell::text(model.names.in_text(&place.why, &judged.call.people)),
        ])
    });
    (vec!["rule", "call", "record", "found", "why"], rows.collect())
}

fn marks(model: &Model) -> Table {
    let rows = model.notes.iter().map(|(Subject { call, stanza, .. }, note)| {
        let stanza = stanza.as_ref().map_or_else(String::new, |stanza| stanza.id.to_string());
        vec![Cell::text(call.to_string()), Cell::text(stanza), Cell::text(note)]
    });
    (vec!["call_id", "stanza_id", "note"], rows.collect())
}

/// A field that a spreadsheet takes for text, or for a number where it is one.
fn field(cell: Cell) -> String {
    let text = match cell {
        Cell::Text(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Cell::Number(text) | Cell::Text(text) => text,
    };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}
