//! Looking for a text in all stanzas, a slice at a time.

use crate::protocol::xml;
use crate::spec::Judged;

/// Stanzas looked at in one go. The rest waits, so that keys are never kept waiting.
const SLICE: usize = 1_000;

/// A text that is looked for, and how far the search has come.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The text, in small letters; empty if nothing was looked for.
    pub(super) text: String,
    hunt: Option<Hunt>,
}

/// A search under way.
#[derive(Clone, Copy, Debug)]
struct Hunt {
    forward: bool,
    /// The place in the list.
    place: usize,
    /// The row of the call there that is looked at next, counted in the direction of the search; `None` for the
    /// first.
    row: Option<usize>,
    /// Calls that are still to be entered.
    left: usize,
}

/// What a slice of a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hunted {
    /// There is nothing to look for.
    Idle,
    /// More is to be looked at.
    Goes,
    /// The text is in this row of the call at this place of the list.
    Found {
        /// The place in the list.
        place: usize,
        /// The row.
        row: usize,
    },
    /// It is nowhere.
    Nowhere,
}

impl Search {
    /// Begins at the call at `place` of a list of `places`, with the row after (or before) `row`; with the call's
    /// first (or last) row where there is none.
    pub(super) fn begin(&mut self, place: usize, row: Option<usize>, places: usize, forward: bool) {
        let row = match row {
            Some(row) if forward => Some(row + 1),
            // Before the first row comes the call before.
            Some(row) => Some(row.checked_sub(1).unwrap_or(usize::MAX)),
            None => None,
        };
        self.hunt = (!self.text.is_empty() && places > 0).then_some(Hunt { forward, place, row, left: places });
    }

    /// Whether a search is under way.
    pub(super) const fn is_hunting(&self) -> bool {
        self.hunt.is_some()
    }

    /// Looks at some more stanzas. `call` gives the call at a place of the list of `places`.
    pub(super) fn work<'c>(&mut self, places: usize, call: impl Fn(usize) -> Option<&'c Judged>) -> Hunted {
        let Some(mut hunt) = self.hunt.take() else { return Hunted::Idle };
        for _ in 0..SLICE {
            let rows = call(hunt.place).map_or(0, |judged| judged.call.rows.len());
            let row = hunt.row.unwrap_or(if hunt.forward { 0 } else { rows.wrapping_sub(1) });
            if row < rows {
                if call(hunt.place).is_some_and(|judged| has(judged, row, &self.text)) {
                    return Hunted::Found { place: hunt.place, row };
                }
                hunt.row = Some(if hunt.forward { row + 1 } else { row.wrapping_sub(1) });
                continue;
            }
            // The call that the search began in is entered once more: its other half comes last.
            if hunt.left == 0 || places == 0 {
                return Hunted::Nowhere;
            }
            hunt.left -= 1;
            hunt.row = None;
            hunt.place =
                if hunt.forward { (hunt.place + 1) % places } else { hunt.place.checked_sub(1).unwrap_or(places - 1) };
        }
        self.hunt = Some(hunt);
        Hunted::Goes
    }
}

/// Whether a row's stanza has a text in it.
fn has(judged: &Judged, row: usize, text: &str) -> bool {
    let row = judged.call.rows.get(row);
    row.is_some_and(|row| crate::filter::contains(&xml::write_line(&row.observed.read().node), text))
}
