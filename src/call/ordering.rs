//! The order of a call's stanzas over several clocks.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use foldhash::HashMap;

use super::clock::{Alignment, Clock, ClockId};
use super::sockets::{Occurrence, Occurrences, Sockets};
use crate::origin::{CaptureId, RecordNumber};

/// Returns the occurrences in order, as indexes: those of one recording in their order, a copy after its original, and
/// otherwise by time, aligned where the clocks are known, as recorded where they are not.
///
/// This merges one queue per recording rather than sorting by time: aligned times are uncertain by the clocks' bounds, while the
/// order within one recording and from an original to its copy is certain, and a sort by time could contradict both.
pub(super) fn order(
    occurrences: &Occurrences,
    originals: &[Option<usize>],
    alignment: &Alignment,
    reference: ClockId,
    sockets: &Sockets,
) -> Vec<usize> {
    let times = Times::of(&occurrences.items, alignment, reference, sockets);
    let mut tracks: BTreeMap<(ClockId, CaptureId, Option<usize>), Vec<usize>> = BTreeMap::new();
    for (index, occurrence) in occurrences.items.iter().enumerate() {
        let client = occurrence.is_of_two.then_some(occurrence.vantage);
        tracks.entry((occurrence.clock, occurrence.observed.capture(), client)).or_default().push(index);
    }
    let mut tracks: Vec<Track> =
        tracks.into_values().map(|indexes| Track::of(indexes, &occurrences.items, &times)).collect();
    let mut is_placed = vec![false; occurrences.items.len()];
    let mut order = Vec::with_capacity(occurrences.items.len());
    loop {
        let heads = tracks.iter().enumerate().filter_map(|(track, rest)| {
            let (index, time) = rest.head()?;
            let original = originals.get(index).copied().flatten();
            // A copy waits for its original, unless nothing else is left: contradictory recordings must not block.
            let waits = original.is_some_and(|original| is_placed.get(original) == Some(&false));
            let vantage = occurrences.items.get(index)?.vantage;
            Some(((waits, time, vantage, Reverse(original.is_none())), index, track))
        });
        let Some((_, index, track)) = heads.min() else { return order };
        order.push(index);
        if let Some(placed) = is_placed.get_mut(index) {
            *placed = true;
        }
        if let Some(track) = tracks.get_mut(track) {
            track.next += 1;
        }
    }
}

/// The occurrences of one recording, and how many of them are placed.
struct Track {
    indexes: Vec<(usize, Option<i64>)>,
    next: usize,
}

impl Track {
    /// Makes a queue. An occurrence without a time takes that of the one before.
    fn of(indexes: Vec<usize>, items: &[Occurrence], times: &Times) -> Self {
        let mut last = None;
        let timed = indexes.into_iter().map(|index| {
            last = items.get(index).and_then(|occurrence| times.at(occurrence)).or(last);
            (index, last)
        });
        Self { indexes: timed.collect(), next: 0 }
    }

    fn head(&self) -> Option<(usize, Option<i64>)> {
        self.indexes.get(self.next).copied()
    }
}

/// By record of one clock: another clock, and what to add to get its time.
type Twins = BTreeMap<(RecordNumber, u64), (ClockId, i64)>;

/// The times of occurrences, on one clock as far as that is known.
struct Times<'a> {
    alignment: &'a Alignment,
    reference: ClockId,
    /// For a clock whose stanzas another clock recorded too: at these records, that clock and what to add to get its
    /// time. The same stanza recorded twice aligns two clocks better than any bound from delays.
    twins: HashMap<ClockId, Twins>,
}

impl<'a> Times<'a> {
    fn of(items: &[Occurrence], alignment: &'a Alignment, reference: ClockId, sockets: &Sockets) -> Self {
        let mut twins: HashMap<ClockId, Twins> = HashMap::default();
        for occurrence in items {
            for also in &occurrence.also {
                if let (Some(time), Some(theirs)) = (occurrence.observed.time(), also.time()) {
                    let twin = (occurrence.clock, time.nanoseconds_since(theirs));
                    twins.entry(sockets.clock(also.socket())).or_default().insert(also.record(), twin);
                }
            }
        }
        Self { alignment, reference, twins }
    }

    fn at(&self, occurrence: &Occurrence) -> Option<i64> {
        let observed = &occurrence.observed;
        let time = observed.time()?.0;
        let (clock, time) = match self.twins.get(&occurrence.clock) {
            Some(twins) => {
                let before = twins.range(..observed.record()).next_back();
                let (_, (clock, add)) = before.or_else(|| twins.first_key_value())?;
                (*clock, time.saturating_add(*add))
            }
            None => (occurrence.clock, time),
        };
        let add = self.alignment.between(clock, self.reference).map_or(0, Clock::middle);
        Some(time.saturating_add(add))
    }
}
