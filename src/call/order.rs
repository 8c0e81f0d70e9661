//! The order of a call's stanzas over several clocks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::clock::{Alignment, ClockId};
use super::passages::{Passage, Passages};
use super::sockets::Sockets;
use crate::origin::RecordNumber;

/// The passages in order, as indexes: those of one clock in their order, a copy after its original, and otherwise by time,
/// aligned where the clocks are known, as recorded where they are not.
pub(super) fn order(
    passages: &Passages,
    originals: &[Option<usize>],
    alignment: &Alignment,
    reference: ClockId,
    sockets: &Sockets,
) -> Vec<usize> {
    let times = Times::of(&passages.items, alignment, reference, sockets);
    let mut tracks: BTreeMap<ClockId, Vec<usize>> = BTreeMap::new();
    for (index, passage) in passages.items.iter().enumerate() {
        tracks.entry(passage.clock).or_default().push(index);
    }
    let mut tracks: Vec<Track> =
        tracks.into_values().map(|indexes| Track::of(indexes, &passages.items, &times)).collect();
    let mut is_placed = vec![false; passages.items.len()];
    let mut order = Vec::with_capacity(passages.items.len());
    loop {
        let heads = tracks.iter().enumerate().filter_map(|(track, rest)| {
            let (index, time) = rest.head()?;
            let original = originals.get(index).copied().flatten();
            // Where recordings contradict each other, a copy may have to go before its original.
            let waits = original.is_some_and(|original| is_placed.get(original) == Some(&false));
            let vantage = passages.items.get(index)?.vantage;
            Some(((waits, time, vantage, Reverse(original.is_none())), track, index))
        });
        let Some((_, track, index)) = heads.min() else { return order };
        order.push(index);
        if let Some(placed) = is_placed.get_mut(index) {
            *placed = true;
        }
        if let Some(track) = tracks.get_mut(track) {
            track.next += 1;
        }
    }
}

/// The passages of one clock, and how many of them are placed.
struct Track {
    indexes: Vec<(usize, Option<i64>)>,
    next: usize,
}

impl Track {
    /// What has no time takes that of the one before.
    fn of(indexes: Vec<usize>, items: &[Passage], times: &Times) -> Self {
        let mut last = None;
        let timed = indexes.into_iter().map(|index| {
            last = items.get(index).and_then(|passage| times.at(passage)).or(last);
            (index, last)
        });
        Self { indexes: timed.collect(), next: 0 }
    }

    fn head(&self) -> Option<(usize, Option<i64>)> {
        self.indexes.get(self.next).copied()
    }
}

/// By record of one clock: another clock, and what is to be added for its time.
type Twins = BTreeMap<(RecordNumber, u64), (ClockId, i64)>;

/// The times of passages, on one clock as far as it is known.
struct Times<'a> {
    alignment: &'a Alignment,
    reference: ClockId,
    /// For a clock of what another saw too: at its records, that clock and what is to be added for
    /// its time.
    twins: HashMap<ClockId, Twins>,
}

impl<'a> Times<'a> {
    fn of(items: &[Passage], alignment: &'a Alignment, reference: ClockId, sockets: &Sockets) -> Self {
        let mut twins: HashMap<ClockId, Twins> = HashMap::new();
        for passage in items {
            for also in &passage.also {
                if let (Some(time), Some(theirs)) = (passage.observed.time(), also.time()) {
                    let twin = (passage.clock, time.nanoseconds_since(theirs));
                    twins.entry(sockets.clock(also.socket())).or_default().insert(also.record(), twin);
                }
            }
        }
        Self { alignment, reference, twins }
    }

    fn at(&self, passage: &Passage) -> Option<i64> {
        let observed = &passage.observed;
        let time = observed.time()?.0;
        let (clock, time) = match self.twins.get(&passage.clock) {
            Some(twins) => {
                let before = twins.range(..observed.record()).next_back();
                let (_, (clock, add)) = before.or_else(|| twins.first_key_value())?;
                (*clock, time.saturating_add(*add))
            }
            None => (passage.clock, time),
        };
        let add = self.alignment.between(clock, self.reference).map_or(0, super::Clock::middle);
        Some(time.saturating_add(add))
    }
}
