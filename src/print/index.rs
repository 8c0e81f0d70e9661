//! All open questions of the spec, and whether the program covers them.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::spec::Checkout;
use crate::spec::index::{self, Entry, State};
use crate::words::Layout;

/// Writes how many questions are in each state, and if `is_listed` each question by page.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn text(is_listed: bool, spec: Option<&Checkout>, layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let entries = index::all();
    let count = |is: fn(&State) -> bool| entries.iter().filter(|entry| is(&entry.state)).count();
    let hint = if is_listed { "" } else { " (use --all to list them)" };
    let counts = format!(
        "The spec asks {} questions{hint}: {} covered, {} the same as another one, {} that captures cannot answer, {} not \
         covered yet",
        entries.len(),
        count(|state| matches!(state, State::LookedFor(_))),
        count(|state| matches!(state, State::SameAs(_))),
        count(|state| matches!(state, State::OutOfReach(_))),
        count(|state| matches!(state, State::NotYet(_))),
    );
    writeln!(out, "{}", layout.wrap(&counts, 0))?;
    if !is_listed {
        return Ok(());
    }
    for page in entries.chunk_by(|one, next| one.page == next.page) {
        for entry in page {
            write!(out, "{}", layout.wrap(&format!("{}: {}", entry.place(), entry.title), 2))?;
            if let Some(wording) = spec.and_then(|spec| spec.wording_at(entry.page, entry.number)) {
                write!(out, "{}", layout.wrap(&format!("the spec: {wording}"), 4))?;
            }
            write!(out, "{}", layout.wrap(&coverage(entry), 4))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Whether the program covers a question, in words.
pub(super) fn coverage(entry: &Entry) -> String {
    match entry.state {
        State::LookedFor(question) => format!("covered by {}", question.id),
        State::SameAs(question) => format!("the same as {} ({})", question.id, question.place()),
        State::OutOfReach(why) => format!("captures cannot answer it: {why}"),
        State::NotYet(missing) => format!("not covered yet; missing: {missing}"),
    }
}

/// The questions as JSON: an array of `{"page", "number", "title", "wording", "state", "question", "why"}`.
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
