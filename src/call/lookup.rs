//! What is looked up in the rows of a call again and again: where clocks were set back, and which rows are copies.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::clock::ClockId;
use super::coverage::SET_BACK;
use crate::origin::Timestamp;

/// What was found in the rows of a call, once something was looked up. A copy of the call, whose rows may change, finds it
/// again.
#[derive(Debug, Default)]
pub struct Lookup(OnceLock<Found>);

impl Lookup {
    /// Returns what was found, or finds it.
    pub(super) fn get_or_find(&self, find: impl FnOnce() -> Found) -> &Found {
        self.0.get_or_init(find)
    }
}

impl Clone for Lookup {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Lookup {
    /// It follows from the call, and makes no difference.
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where each clock was set back, in the order of the rows.
    falls: BTreeMap<ClockId, Vec<Fall>>,
    /// The copies of each row that has some.
    copies: BTreeMap<usize, Vec<usize>>,
    /// By clock, the rows that are later than all rows behind them so far.
    latest: BTreeMap<ClockId, Vec<(usize, Timestamp)>>,
}

/// A row that a clock shows as earlier than a row before it, by more than writers of one recording disorder it.
#[derive(Clone, Copy, Debug)]
struct Fall {
    row: usize,
    /// The last row that this row, or one that fell before it, should have come after.
    after: usize,
}

impl Found {
    /// Takes a row that is a copy of another.
    pub(super) fn copy(&mut self, row: usize, original: usize) {
        self.copies.entry(original).or_default().push(row);
    }

    /// Takes the time of the next row.
    pub(super) fn time(&mut self, row: usize, clock: ClockId, time: Timestamp) {
        let latest = self.latest.entry(clock).or_default();
        let later = latest.partition_point(|(_, known)| known.nanoseconds_since(time) > SET_BACK);
        if let Some((after, _)) = later.checked_sub(1).and_then(|nearest| latest.get(nearest)) {
            let falls = self.falls.entry(clock).or_default();
            let before = falls.last().map_or(0, |fall| fall.after);
            falls.push(Fall { row, after: before.max(*after) });
        }
        while latest.pop_if(|(_, known)| *known <= time).is_some() {}
        latest.push((row, time));
    }

    /// Forgets what only further rows would need.
    pub(super) fn finish(mut self) -> Self {
        self.latest = BTreeMap::new();
        self
    }

    /// Returns whether a clock falls back from one row to a later one, between the rows `first` and `last`.
    pub(super) fn is_set_back(&self, (first, last): (usize, usize), clock: ClockId) -> bool {
        let falls = self.falls.get(&clock).map(Vec::as_slice).unwrap_or_default();
        let until = falls.partition_point(|fall| fall.row <= last);
        until.checked_sub(1).and_then(|newest| falls.get(newest)).is_some_and(|fall| fall.after >= first)
    }

    /// Returns the rows that are copies of a row, in order.
    pub(super) fn copies_of(&self, row: usize) -> &[usize] {
        self.copies.get(&row).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::origin::{CaptureId, ConnectionId};

    const CLOCK: ClockId = (CaptureId(0), Some(ConnectionId(0)));

    proptest! {
        #[test]
        fn a_clock_was_set_back_where_a_row_is_earlier_than_one_before_it(
            times in prop::collection::vec(0_i64..6, 1..12), first in 0_usize..12, length in 0_usize..12,
        ) {
            let times: Vec<_> = times.iter().map(|halves| Timestamp(halves * SET_BACK / 2)).collect();
            let mut found = Found::default();
            times.iter().enumerate().for_each(|(row, time)| found.time(row, CLOCK, *time));
            let between = times.get(first..(first + length + 1).min(times.len())).unwrap_or_default();
            let falls = between.iter().enumerate().any(|(row, time)| {
                between[..row].iter().any(|before| before.nanoseconds_since(*time) > SET_BACK)
            });
            prop_assert_eq!(found.is_set_back((first, first + length), CLOCK), falls);
        }
    }
}
