//! Searching all stanzas for a text, a slice at a time.

use crate::protocol::xml;
use crate::spec::Judged;

/// Stanzas searched at once, so that a key is never kept waiting.
const SLICE: usize = 1_000;

/// The text to search for, and the progress of the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The text in lower case; empty before the first search.
    pub(super) text: String,
    running: Option<Running>,
}

/// A running search.
#[derive(Clone, Copy, Debug)]
struct Running {
    forward: bool,
    /// The index in the list.
    place: usize,
    /// The next row of the call there; `None` for the first in the direction of the search.
    row: Option<usize>,
    /// Calls still to be searched.
    left: usize,
}

/// The result of a slice of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No search is running.
    Idle,
    /// There is more to search.
    NotYet,
    /// The text is in this row of the call at this index of the list.
    Row {
        /// The index in the list.
        place: usize,
        /// The row.
        row: usize,
    },
    /// The text is not in any stanza.
    Nothing,
}

impl Search {
    /// Starts at the call at index `place` of a list of `places`, after (or before) `row`, or with the call's first (or
    /// last) row.
    pub(super) fn start(&mut self, place: usize, row: Option<usize>, places: usize, forward: bool) {
        let row = match row {
            Some(row) if forward => Some(row + 1),
            // Before the first row comes the previous call.
            Some(row) => Some(row.checked_sub(1).unwrap_or(usize::MAX)),
            None => None,
        };
        self.running = (!self.text.is_empty() && places > 0).then_some(Running { forward, place, row, left: places });
    }

    /// Returns whether a search is running.
    pub(super) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Searches some more stanzas. `call` returns the call at an index of the list of `places`.
    pub(super) fn work<'c>(&mut self, places: usize, call: impl Fn(usize) -> Option<&'c Judged>) -> Found {
        let Some(mut search) = self.running.take() else { return Found::Idle };
        for _ in 0..SLICE {
            let rows = call(search.place).map_or(0, |judged| judged.call.rows.len());
            let row = search.row.unwrap_or(if search.forward { 0 } else { rows.wrapping_sub(1) });
            if row < rows {
                if call(search.place).is_some_and(|judged| has(judged, row, &self.text)) {
                    return Found::Row { place: search.place, row };
                }
                search.row = Some(if search.forward { row + 1 } else { row.wrapping_sub(1) });
                continue;
            }
            // The call that the search started in is searched once more, for its other half.
            if search.left == 0 || places == 0 {
                return Found::Nothing;
            }
            search.left -= 1;
            search.row = None;
            search.place = if search.forward {
                (search.place + 1) % places
            } else {
                search.place.checked_sub(1).unwrap_or(places - 1)
            };
        }
        self.running = Some(search);
        Found::NotYet
    }
}

/// Returns whether a row's stanza contains a text.
fn has(judged: &Judged, row: usize, text: &str) -> bool {
    let row = judged.call.rows.get(row);
    row.is_some_and(|row| crate::filter::contains(&xml::write_line(&row.observed.read().node), text))
}
