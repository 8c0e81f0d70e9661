//! The tables as they are shown, as CSV (RFC 4180).

use crate::notes::Subject;
use crate::spec::RULES;
use crate::spec::index::Entry;
use crate::tables::{Cell, Csv};
use crate::tui::board::Asked;
use crate::tui::columns::Column;
use crate::tui::model::Model;
use crate::tui::quantity::{NONE, clock_precise};
use crate::tui::screen::Screen;

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
    let mut csv = Vec::new();
    Csv::default().record(heading.into_iter().map(text), &mut csv);
    rows.into_iter().for_each(|row| Csv::default().record(row, &mut csv));
    String::from_utf8(csv).ok()
}

type Table = (Vec<&'static str>, Vec<Vec<Cell<'static>>>);

fn calls(model: &Model) -> Table {
    let columns = &model.list.columns;
    let rows = model.list.shown.iter().filter_map(|index| {
        let judged = model.calls().get(*index)?;
        let note = model.notes.of_call(&judged.call);
        let setting = model.setting(note);
        let cell = |column: &Column| match column.text(*index, judged, &setting) {
            none if none == NONE => Cell::Null,
            number if column.is_number() => number.parse().map_or_else(|_| text(number), Cell::Integer),
            other => text(other),
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
            text(finding.question.id),
            text(finding.question.place()),
            text(finding.verdict.name()),
            text(finding.named.join(" ")),
            text(finding.confidence.name()),
            number(sum(|tally| tally.supporting)),
            number(sum(|tally| tally.refuting)),
            text(finding.question.title),
        ])
    });
    let heading = vec!["question", "page", "verdict", "hypothesis", "confidence", "for", "against", "title"];
    (heading, rows.collect())
}

/// The line of a question that is not looked for, or under another page.
fn unsought(entry: &Entry) -> Vec<Cell<'static>> {
    let id = text(entry.state.question().map_or("", |question| question.id));
    vec![
        id,
        text(entry.place()),
        text(entry.state.name()),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        text(entry.title),
    ]
}

fn evidence(model: &Model, question: &str) -> Table {
    let finding = model.board.as_ref().and_then(|board| board.finding(question));
    let rows = finding.into_iter().flat_map(|finding| &finding.pieces).filter_map(|at| {
        let judged = model.calls().get(at.call)?;
        let piece = judged.evidence.get(at.piece)?;
        let row = judged.call.rows.get(piece.row)?;
        Some(vec![
            number(at.call + 1),
            number(row.observed.stanza.origin.last),
            text(row.observed.time().map_or_else(String::new, clock_precise)),
            text(if piece.supports { "for" } else { "against" }),
            text(piece.hypothesis.clone()),
            text(piece.strength.name()),
            text(model.names.in_text(&piece.why, &judged.call.people)),
        ])
    });
    (vec!["call", "record", "time", "bears", "hypothesis", "strength", "why"], rows.collect())
}

fn rules(model: &Model) -> Table {
    let board = model.board.as_ref();
    let rows = RULES.iter().enumerate().filter_map(|(index, rule)| {
        let (count, calls) = (board?.counts.get(index)?, board?.calls.get(index)?);
        Some(vec![
            text(rule.id),
            text(rule.page),
            number(count.holds),
            number(count.violated),
            number(count.novelties),
            number(count.undecided),
            number(*calls),
            text(rule.title),
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
            text(place.rule.id),
            if *call < model.calls().len() { number(call + 1) } else { text("") },
            number(row.observed.stanza.origin.last),
            text(place.found.name()),
            text(model.names.in_text(&place.why, &judged.call.people)),
        ])
    });
    (vec!["rule", "call", "record", "found", "why"], rows.collect())
}

fn marks(model: &Model) -> Table {
    let rows = model.notes.iter().map(|(Subject { call, stanza, .. }, note)| {
        let stanza = stanza.as_ref().map_or_else(String::new, |stanza| stanza.id.to_string());
        vec![text(call.to_string()), text(stanza), text(note)]
    });
    (vec!["call_id", "stanza_id", "note"], rows.collect())
}

/// An empty text is an empty field.
fn text(text: impl Into<String>) -> Cell<'static> {
    let text = text.into();
    if text.is_empty() { Cell::Null } else { Cell::Text(text.into()) }
}

fn number(number: impl TryInto<i64>) -> Cell<'static> {
    number.try_into().map_or(Cell::Null, Cell::Integer)
}
