//! The list of all open questions of the spec, and how the program stands to each.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::questions::Board;
use crate::spec::Checkout;
use crate::spec::index::{self, Entry, State};

/// Writes the list by page, or how many questions are in each state.
///
/// # Errors
/// If `out` takes no more bytes.
pub(super) fn text(board: Board<'_>, out: &mut impl Write) -> io::Result<()> {
    let entries = index::all();
    let count = |is: fn(&State) -> bool| entries.iter().filter(|entry| is(&entry.state)).count();
    let hint = if board.index { "" } else { " (--all lists them)" };
    let counts = format!(
        "The spec asks {} questions{hint}: looked for: {}; asked elsewhere in the same way: {}; out of reach of a recording: {}; not looked for yet: {}",
        entries.len(),
        count(|state| matches!(state, State::LookedFor(_))),
        count(|state| matches!(state, State::SameAs(_))),
        count(|state| matches!(state, State::OutOfReach(_))),
        count(|state| matches!(state, State::NotYet(_))),
    );
    writeln!(out, "{}", board.layout.wrap(&counts, 0))?;
    if !board.index {
        return Ok(());
    }
    for page in entries.chunk_by(|one, next| one.page == next.page) {
        for entry in page {
            write!(out, "{}", board.layout.wrap(&format!("{}: {}", entry.place(), entry.title), 2))?;
            if let Some(wording) = board.spec.and_then(|spec| spec.wording_at(entry.page, entry.number)) {
                write!(out, "{}", board.layout.wrap(&format!("the spec: {wording}"), 4))?;
            }
            write!(out, "{}", board.layout.wrap(&stand(entry), 4))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// How the program stands to a question, in words.
pub(super) fn stand(entry: &Entry) -> String {
    match entry.state {
        State::LookedFor(question) => format!("looked for: {}", question.id),
        State::SameAs(question) => format!("the same as {} ({})", question.id, question.place()),
        State::OutOfReach(why) => format!("out of reach: {why}"),
        State::NotYet(missing) => format!("not yet; missing is {missing}"),
    }
}

/// The same as JSON: an array of `{"page", "number", "title", "wording", "state", "question", "why"}`.
pub(super) fn json(spec: Option<&Checkout>) -> Vec<Value> {
    let value = |entry: Entry| {
        json!({
            "page": entry.page,
            "number": entry.number,
            "title": entry.title,
            "wording": spec.and_then(|spec| spec.wording_at(entry.page, entry.number)),
            "state": entry.state.name(),
            "question": entry.state.question().map(|question| question.id),
            "why": entry.state.why(),
        })
    };
    index::all().into_iter().map(value).collect()
}
