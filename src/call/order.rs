//! The order of a call's stanzas over several captures.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::clock::Alignment;
use super::passages::{Passage, Passages};
use crate::origin::{CaptureId, RecordNumber};

/// The passages in order, as indexes: those of a capture in its order, a copy after its original, and otherwise by time,
/// aligned where the clocks are known, as recorded where they are not.
pub(super) fn order(
    passages: &Passages,
    originals: &[Option<usize>],
    alignment: &Alignment,
    reference: CaptureId,
) -> Vec<usize> {
    let times = Times::of(&passages.items, alignment, reference);
    let mut tracks: BTreeMap<CaptureId, Vec<usize>> = BTreeMap::new();
    for (index, passage) in passages.items.iter().enumerate() {
        tracks.entry(passage.observed.capture()).or_default().push(index);
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

/// The passages of one capture, and how many of them are placed.
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

/// The times of passages, on one clock as far as it is known.
struct Times<'a> {
    alignment: &'a Alignment,
    reference: CaptureId,
    /// For a capture that recorded what another recorded too: at its records, that capture and what is to be added for
    /// its time.
    twins: HashMap<CaptureId, BTreeMap<(RecordNumber, u64), (CaptureId, i64)>>,
}

impl<'a> Times<'a> {
    fn of(items: &[Passage], alignment: &'a Alignment, reference: CaptureId) -> Self {
        let mut twins: HashMap<CaptureId, BTreeMap<_, _>> = HashMap::new();
        for passage in items {
            for also in &passage.also {
                if let (Some(time), Some(theirs)) = (passage.observed.time(), also.time()) {
                    let twin = (passage.observed.capture(), time.nanoseconds_since(theirs));
                    twins.entry(also.capture()).or_default().insert(also.record(), twin);
                }
            }
        }
        Self { alignment, reference, twins }
    }

    fn at(&self, passage: &Passage) -> Option<i64> {
        let observed = &passage.observed;
        let time = observed.time()?.0;
        let (capture, time) = match self.twins.get(&observed.capture()) {
            Some(twins) => {
                let before = twins.range(..observed.record()).next_back();
                let (_, (capture, add)) = before.or_else(|| twins.first_key_value())?;
                (*capture, time.saturating_add(*add))
            }
            None => (observed.capture(), time),
        };
        let add = self.alignment.between(capture, self.reference).map_or(0, super::Clock::middle);
        Some(time.saturating_add(add))
    }
}
