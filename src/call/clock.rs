//! How far clocks are apart: a stanza does not arrive before it was sent.
//!
//! A delay is the offset of two clocks plus the time on the way, which is never negative. So the *least* delay seen in one
//! direction, the lower envelope, bounds the offset from one side, and the least delay of the other direction bounds
//! it from the other. No average is taken: an offer waits in the server for hundreds of milliseconds while the callee is woken,
//! and a mean would count that wait as offset.

use std::collections::{BTreeMap, BTreeSet};

use super::recording::{Recording, Socket, Span};
use crate::origin::{Resolution, Timestamp};

/// The offset of one clock to another, in nanoseconds: somewhere between two bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The lower bound.
    pub least: i64,
    /// The upper bound.
    pub most: i64,
}

impl Clock {
    /// The offset of a clock to itself.
    pub const SAME: Self = Self { least: 0, most: 0 };

    /// Returns the middle between the bounds.
    #[must_use]
    pub const fn middle(self) -> i64 {
        self.least.midpoint(self.most)
    }
}

/// A clock: a capture's own, without a connection, or that of one of its connections.
pub type ClockId = Socket;

/// Returns the clock by which a socket was recorded.
pub(super) fn clock_of(socket: Socket, recording: Option<&Recording>) -> ClockId {
    recording.and_then(|recording| recording.clock).unwrap_or((socket.0, None))
}

/// Two clocks drift apart by no more than one part in this many: 100 ppm.
const DRIFT: i64 = 10_000;

/// How far, in nanoseconds, a packet capture's time may be off from when the bytes passed.
const WIRE_SLACK: i64 = 1_000;

/// The same for a client's log, written some time before or after the stanza passed, mostly in whole milliseconds.
pub(super) const LOG_SLACK: i64 = 10_000_000;

/// The most clocks of one call that are compared.
const CLOCKS_COMPARED: usize = 64;

/// A stanza that left by one clock and arrived by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sample {
    /// The clocks: where it left, where it arrived.
    pub(super) clocks: (ClockId, ClockId),
    /// When it left, on the clock of the first.
    left: i64,
    /// How much later it arrived, on the clock of the second; the recordings' own inaccuracy is added, so that the delay
    /// is never understated.
    delay: i64,
}

impl Sample {
    /// Returns the sample of a stanza that left and arrived at these times, the coarser of which has this resolution.
    pub(super) fn new(
        from: (ClockId, Timestamp),
        to: (ClockId, Timestamp),
        is_from_wire: bool,
        resolution: Resolution,
    ) -> Self {
        let slack = if is_from_wire { WIRE_SLACK } else { LOG_SLACK }.max(resolution.nanoseconds());
        let delay = to.1.nanoseconds_since(from.1).saturating_add(slack);
        Self { clocks: (from.0, to.0), left: from.1.0, delay }
    }
}

/// The samples from one clock to another.
#[derive(Debug, Default, PartialEq, Eq)]
struct Delays {
    /// When they left, in order.
    left: Vec<i64>,
    /// For each and those before, the least delay, minus the drift possible since time 0.
    before: Vec<i64>,
    /// For each and those after, the least delay, plus the drift possible since time 0.
    after: Vec<i64>,
}

impl Delays {
    fn of(samples: &[Sample]) -> Self {
        let least = |least: &mut i64, value: i64| {
            *least = value.min(*least);
            Some(*least)
        };
        let before = samples.iter().map(|sample| sample.delay.saturating_sub(sample.left / DRIFT));
        let after = samples.iter().rev().map(|sample| sample.delay.saturating_add(sample.left / DRIFT));
        let mut after: Vec<_> = after.scan(i64::MAX, least).collect();
        after.reverse();
        Self {
            left: samples.iter().map(|sample| sample.left).collect(),
            before: before.scan(i64::MAX, least).collect(),
            after,
        }
    }

    /// Returns an upper bound of the offset at any moment of `span`: the least delay, each sample widened by the drift
    /// between it and the moment of the span that is farthest from it.
    ///
    /// Both running minima are precomputed, so that a bound costs one binary search however many stanzas there are.
    fn at_most(&self, span: Span) -> Option<i64> {
        let middle = span.from.0.midpoint(span.until.0);
        let split = self.left.partition_point(|left| *left <= middle);
        let before = split.checked_sub(1).and_then(|last| self.before.get(last));
        let before = before.map(|least| least.saturating_add(span.until.0 / DRIFT));
        let after = self.after.get(split).map(|least| least.saturating_sub(span.from.0 / DRIFT));
        // Each of the two divisions may have rounded by up to a nanosecond.
        before.into_iter().chain(after).min().map(|least| least.saturating_add(2))
    }
}

/// All samples, by pair of clocks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Clocks {
    delays: BTreeMap<(ClockId, ClockId), Delays>,
}

impl Clocks {
    /// Sorts samples by pair of clocks.
    pub(super) fn of(mut samples: Vec<Sample>) -> Self {
        samples.sort_unstable();
        let pairs = samples.chunk_by(|one, other| one.clocks == other.clocks);
        let delays = pairs.filter_map(|pair| Some((pair.first()?.clocks, Delays::of(pair))));
        Self { delays: delays.collect() }
    }

    /// Aligns the clocks of a call while it lasts; `spans` gives when that is, on each clock.
    ///
    /// The bounds are the edges of a graph of differences, and the shortest path from one clock to another is the
    /// tightest bound that all samples together give (Floyd-Warshall): two devices that never exchanged a stanza are
    /// aligned through a third. A negative cycle means that a stanza arrived before it was sent, so a clock on that
    /// cycle was set meanwhile.
    pub(super) fn align(&self, spans: &BTreeMap<ClockId, Span>) -> Alignment {
        let clocks: Vec<ClockId> = spans.keys().copied().take(CLOCKS_COMPARED).collect();
        let distance = |from: &ClockId, to: &ClockId| {
            if from == to {
                return Some(0);
            }
            // A stanza from `to` to `from` bounds from above what has to be added to times of `to`.
            self.delays.get(&(*to, *from))?.at_most(*spans.get(to)?)
        };
        let mut distances: Vec<Vec<Option<i64>>> =
            clocks.iter().map(|from| clocks.iter().map(|to| distance(from, to)).collect()).collect();
        let count = clocks.len();
        let at = |distances: &[Vec<Option<i64>>], from: usize, to: usize| *distances.get(from)?.get(to)?;
        let mut broken = BTreeSet::new();
        for via in 0..count {
            for from in 0..count {
                let Some(first) = at(&distances, from, via) else { continue };
                for to in 0..count {
                    let Some(second) = at(&distances, via, to) else { continue };
                    let through = first.saturating_add(second);
                    if at(&distances, from, to).is_none_or(|direct| through < direct)
                        && let Some(slot) = distances.get_mut(from).and_then(|row| row.get_mut(to))
                    {
                        *slot = Some(through);
                    }
                }
            }
        }
        for index in 0..count {
            // No alignment is better than a wrong one: bounds through this clock are not used.
            if at(&distances, index, index).is_some_and(|round| round < 0)
                && let Some(clock) = clocks.get(index)
            {
                broken.insert(*clock);
            }
        }
        Alignment { clocks, distances, broken }
    }
}

/// The offsets of some clocks to one another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    clocks: Vec<ClockId>,
    /// From one to another: at most how much is to be added to the times of the other.
    distances: Vec<Vec<Option<i64>>>,
    /// Clocks that contradict themselves.
    broken: BTreeSet<ClockId>,
}

impl Alignment {
    /// Returns the upper bound of what to add to times of `of` to get those of `to`.
    pub(super) fn at_most(&self, of: ClockId, to: ClockId) -> Option<i64> {
        if of == to {
            return Some(0);
        }
        if self.broken.contains(&of) || self.broken.contains(&to) {
            return None;
        }
        let index = |clock| self.clocks.binary_search(&clock).ok();
        *self.distances.get(index(to)?)?.get(index(of)?)?
    }

    /// Returns what to add to times of `of` to get those of `to`.
    pub(super) fn between(&self, of: ClockId, to: ClockId) -> Option<Clock> {
        let most = self.at_most(of, to)?;
        let least = self.at_most(to, of)?.saturating_neg();
        (least <= most).then_some(Clock { least, most })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::origin::CaptureId;

    const MILLISECOND: i64 = 1_000_000;
    const A: ClockId = (CaptureId(0), None);
    const B: ClockId = (CaptureId(1), None);
    const C: ClockId = (CaptureId(2), None);

    /// A stanza that leaves and arrives at these milliseconds, each on its own clock.
    fn sample(from: ClockId, left: i64, to: ClockId, arrived: i64) -> Sample {
        let at = |milliseconds: i64| Timestamp(milliseconds * MILLISECOND);
        Sample::new((from, at(left)), (to, at(arrived)), true, Resolution::Nanoseconds)
    }

    fn spans(from: i64, until: i64) -> BTreeMap<ClockId, Span> {
        let span = Span { from: Timestamp(from * MILLISECOND), until: Timestamp(until * MILLISECOND) };
        BTreeMap::from([(A, span), (B, span), (C, span)])
    }

    #[test]
    fn both_directions_bound_an_offset() {
        let samples = vec![sample(A, 0, B, 37_300), sample(A, 50, B, 37_080), sample(B, 37_100, A, 120)];
        let clock = Clocks::of(samples.clone()).align(&spans(0, 100)).between(B, A).unwrap();
        assert!(clock.least <= -37_000 * MILLISECOND && -37_000 * MILLISECOND <= clock.most);
        assert!(clock.most - clock.least < 60 * MILLISECOND, "{clock:?}");
        let one_way = Clocks::of(samples[..2].to_vec()).align(&spans(0, 100));
        assert_eq!(one_way.between(B, A), None);
        assert!(one_way.at_most(A, B).is_some() && one_way.at_most(B, A).is_none());
    }

    #[test]
    fn times_in_whole_seconds_bound_an_offset_by_no_less() {
        let second = |from, left: i64, to, arrived: i64| {
            let at = |milliseconds: i64| Timestamp(milliseconds * MILLISECOND);
            Sample::new((from, at(left)), (to, at(arrived)), false, Resolution::Seconds)
        };
        // B's clock is right; A's shows 0 s until it is 1 s.
        let samples = vec![second(A, 0, B, 950), second(B, 960, A, 0)];
        let clock = Clocks::of(samples).align(&spans(0, 1_000)).between(B, A).unwrap();
        assert!(clock.least <= 0 && 0 <= clock.most, "{clock:?}");
    }

    #[test]
    fn a_third_clock_joins_two() {
        let samples = vec![
            sample(A, 0, B, 1_010),
            sample(B, 1_020, A, 40),
            sample(B, 1_000, C, 5_010),
            sample(C, 5_020, B, 1_030),
        ];
        let clock = Clocks::of(samples).align(&spans(0, 100)).between(C, A).unwrap();
        assert!(clock.least <= -5_000 * MILLISECOND && -5_000 * MILLISECOND <= clock.most);
    }

    #[test]
    fn clocks_that_contradict_themselves_are_unknown() {
        let samples = vec![sample(A, 0, B, 1_000), sample(B, 1_500, A, 400)];
        assert_eq!(Clocks::of(samples).align(&spans(0, 100)).between(B, A), None);
    }

    #[test]
    fn far_samples_tell_less() {
        let hour = 3_600_000;
        let clock = |at| {
            let samples = vec![sample(A, 0, B, 1), sample(B, 0, A, 1)];
            let clock = Clocks::of(samples).align(&spans(at, at)).between(B, A).unwrap();
            clock.most - clock.least
        };
        assert!(clock(0) < 3 * MILLISECOND);
        assert!((720 * MILLISECOND..725 * MILLISECOND).contains(&clock(hour)));
    }

    proptest! {
        /// Whatever the clocks and the delays are, the true offset is within the bounds, at any moment of the call.
        #[test]
        fn the_bounds_hold_the_truth(
            offset in -100_000_000_i64..100_000_000,
            drift in -90_i64..90,
            stanzas in proptest::collection::vec((any::<bool>(), 0_i64..10_000_000, 1_i64..2_000), 1..60),
            from in 0_i64..10_000_000,
            length in 0_i64..4_000_000,
        ) {
            let on_b = |time: i64| Timestamp(time * MILLISECOND + offset * MILLISECOND + time * drift);
            let on_a = |time: i64| Timestamp(time * MILLISECOND);
            let samples = stanzas.iter().map(|(from_a, sent, delay)| match from_a {
                true => Sample::new((A, on_a(*sent)), (B, on_b(sent + delay)), true, Resolution::Nanoseconds),
                false => Sample::new((B, on_b(*sent)), (A, on_a(sent + delay)), true, Resolution::Nanoseconds),
            });
            let clocks = Clocks::of(samples.collect());
            let until = from + length;
            let spans = BTreeMap::from([
                (A, Span { from: on_a(from), until: on_a(until) }),
                (B, Span { from: on_b(from), until: on_b(until) }),
            ]);
            let alignment = clocks.align(&spans);
            for moment in [from, from + length / 2, until] {
                let truth = on_a(moment).0 - on_b(moment).0;
                if let Some(clock) = alignment.between(B, A) {
                    prop_assert!(clock.least <= truth && truth <= clock.most, "{clock:?} {truth}");
                }
                if let Some(most) = alignment.at_most(B, A) {
                    prop_assert!(truth <= most);
                }
            }
        }
    }
}
