//! When things happened in a call: over several clocks, and in what was read without a gap.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::{Clock, ClockId, LOG_SLACK, clock_of};
use super::lookup::Found;
use super::model::{Call, Row};
use super::recording::{Socket, Span, covered_from, merged};
use crate::origin::{Lapse, Timestamp};

/// An interruption of a vantage's recording between two of its stanzas of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Index in [`Call::rows`] of the stanza that was recorded next.
    pub before: usize,
    /// Index of the vantage in [`Call::vantages`].
    pub vantage: usize,
    /// How much of the time since the vantage's stanza before is missing, in nanoseconds.
    pub length: i64,
}

impl Call {
    /// Returns whether row `one` came before row `other`; `None` if that is unknown, or if they are closer together than
    /// the clocks' bounds.
    ///
    /// Rows of one clock or one vantage are in order, a stanza comes before its copy, and what one clock saw of both decides.
    /// A client's log is in the order of logging: what it sent and what it received within 10 ms of each other has no
    /// order, unless one answers the other. Inside the bounds nothing has an order: a verdict on who came first must not
    /// rest on the middle of an interval.
    #[must_use]
    pub fn is_before(&self, one: usize, other: usize) -> Option<bool> {
        let (first, second) = (self.rows.get(one)?, self.rows.get(other)?);
        let in_order = || (one != other).then_some(one < other);
        if first.copy_of == Some(other) || second.copy_of == Some(one) {
            return in_order();
        }
        if first.vantage == second.vantage || self.clock_of(first) == self.clock_of(second) {
            return if self.is_logged_together(one, other) { None } else { in_order() };
        }
        let bounds = self.moment(first).zip(self.moment(second));
        match bounds {
            Some((first, second)) if first.most < second.least => Some(true),
            Some((first, second)) if second.most < first.least => Some(false),
            // Who had received the one when it saw the other knows that it had been sent before.
            _ if self.is_received_before(one, other) => Some(true),
            _ if self.is_received_before(other, one) => Some(false),
            _ => None,
        }
    }

    /// Returns whether a client logged two rows of opposite directions too closely for their order to mean anything.
    fn is_logged_together(&self, one: usize, other: usize) -> bool {
        let (Some(first), Some(second)) = (self.rows.get(one), self.rows.get(other)) else { return false };
        let is_logged = |row: &Row| {
            let says_so = self.recording(row).is_some_and(|recording| recording.is_from_wire);
            !says_so && !row.observed.read().is_from_wire()
        };
        let is_answer = first.answers == Some(other) || second.answers == Some(one);
        if is_answer
            || first.observed.direction() == second.observed.direction()
            || !is_logged(first)
            || !is_logged(second)
        {
            return false;
        }
        let apart = first.observed.time().zip(second.observed.time());
        apart.is_some_and(|(first, second)| first.nanoseconds_since(second).saturating_abs() <= LOG_SLACK)
    }

    /// Returns whether a copy of row `one` certainly arrived where `other` was recorded, before it.
    fn is_received_before(&self, one: usize, other: usize) -> bool {
        let Some(second) = self.rows.get(other) else { return false };
        let copies = self.found().copies_of(one).iter().filter_map(|copy| Some((*copy, self.rows.get(*copy)?)));
        let mut here =
            copies.filter(|(_, row)| row.vantage == second.vantage || self.clock_of(row) == self.clock_of(second));
        here.any(|(copy, _)| copy < other && !self.is_logged_together(copy, other))
    }

    /// Returns the nanoseconds from one row to another, on aligned clocks in the middle of their bounds; negative if the
    /// first is later. `None` if a time or an offset between the clocks is unknown.
    #[must_use]
    pub fn elapsed(&self, from: usize, to: usize) -> Option<i64> {
        let places = (from.min(to), from.max(to));
        let (from, to) = (self.rows.get(from)?, self.rows.get(to)?);
        let elapsed = to.observed.time()?.nanoseconds_since(from.observed.time()?);
        if from.vantage == to.vantage || self.clock_of(from) == self.clock_of(to) {
            return (!self.is_set_back(places, self.clock_of(from))).then_some(elapsed);
        }
        let add = |row: &Row| Some(self.clocks.get(&self.clock_of(row))?.middle());
        Some(elapsed.saturating_add(add(to)?).saturating_sub(add(from)?))
    }

    /// Returns how far [`Self::elapsed`] may be off, in nanoseconds: 0 between rows of one clock; `None` where `elapsed`
    /// is.
    #[must_use]
    pub fn uncertainty(&self, from: usize, to: usize) -> Option<i64> {
        let (from, to) = (self.rows.get(from)?, self.rows.get(to)?);
        if from.vantage == to.vantage || self.clock_of(from) == self.clock_of(to) {
            return Some(0);
        }
        let half = |row: &Row| {
            let clock = self.clocks.get(&self.clock_of(row))?;
            Some(clock.most.saturating_sub(clock.least) / 2)
        };
        Some(half(from)?.saturating_add(half(to)?))
    }

    /// Returns the time from one row to another, and how far it may be off. A clock that recorded both, or a copy, is
    /// preferred; otherwise it is as [`Self::elapsed`]. `None` where that is.
    #[must_use]
    pub fn lapse(&self, from: usize, to: usize) -> Option<Lapse> {
        let (first, last) = (self.rows.get(from)?, self.rows.get(to)?);
        if first.vantage == last.vantage || self.clock_of(first) == self.clock_of(last) {
            return self.lapse_between(from, to);
        }
        let seen = |index: usize, vantage: usize| {
            let original = self.rows.get(index).and_then(|row| row.copy_of);
            let is_it = |(other, row): &(usize, &Row)| {
                row.vantage == vantage && (*other == index || row.copy_of == Some(index) || original == Some(*other))
            };
            self.rows.iter().enumerate().find(is_it).map(|(index, _)| index)
        };
        let by_one = |vantage: usize| self.lapse_between(seen(from, vantage)?, seen(to, vantage)?);
        let by_one = [first.vantage, last.vantage].into_iter().find_map(by_one);
        by_one.or_else(|| self.lapse_between(from, to))
    }

    /// Returns the time between two rows of a recording without times, by the server's stamps of both: whole seconds.
    fn stamped_lapse(&self, from: usize, to: usize) -> Option<Lapse> {
        let stamp = |row: usize| {
            let row = self.rows.get(row).filter(|row| row.observed.time().is_none())?;
            row.observed.read().node.text("t")?.parse::<u32>().ok()
        };
        let seconds = i64::from(stamp(to)?) - i64::from(stamp(from)?);
        Some(Lapse { nanoseconds: seconds * 1_000_000_000, bound: 1_000_000_000 })
    }

    fn lapse_between(&self, from: usize, to: usize) -> Option<Lapse> {
        let Some(nanoseconds) = self.elapsed(from, to) else { return self.stamped_lapse(from, to) };
        let resolution = |row: usize| Some(self.rows.get(row)?.observed.stanza.origin.resolution);
        let resolution = resolution(from)?.max(resolution(to)?).nanoseconds();
        Some(Lapse { nanoseconds, bound: self.uncertainty(from, to)?.saturating_add(resolution) })
    }

    /// Returns when a row was recorded, on the clock of the call's first vantage in the middle of its bounds; `None` if its
    /// time or its clock is unknown.
    #[must_use]
    pub fn aligned(&self, row: usize) -> Option<Timestamp> {
        let row = self.rows.get(row)?;
        let time = row.observed.time()?;
        if row.vantage == 0 {
            return Some(time);
        }
        let add = self.clocks.get(&self.clock_of(row))?.middle();
        Some(Timestamp(time.0.saturating_add(add)))
    }

    /// Returns whether a clock was set back between two rows: what it shows before and after says nothing about the time
    /// between.
    fn is_set_back(&self, rows: (usize, usize), clock: ClockId) -> bool {
        self.found().is_set_back(rows, clock)
    }

    fn found(&self) -> &Found {
        self.lookup.get_or_find(|| {
            let mut found = Found::default();
            for (index, row) in self.rows.iter().enumerate() {
                if let Some(original) = row.copy_of {
                    found.copy(index, original);
                }
                if let Some(time) = row.observed.time() {
                    found.time(index, self.clock_of(row), time);
                }
            }
            found
        })
    }

    /// Returns the clock by which a row was recorded.
    fn clock_of(&self, row: &Row) -> ClockId {
        self.clock_of_socket(row.observed.socket())
    }

    /// Returns the clock by which a socket was recorded.
    #[must_use]
    pub fn clock_of_socket(&self, socket: Socket) -> ClockId {
        clock_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Returns the bounds of when a row was recorded, in nanoseconds since the Unix epoch on the clock of the call's first
    /// vantage.
    fn moment(&self, row: &Row) -> Option<Clock> {
        let time = row.observed.time()?.0;
        let clock = self.clocks.get(&self.clock_of(row))?;
        Some(Clock { least: time.saturating_add(clock.least), most: time.saturating_add(clock.most) })
    }

    /// Returns the window of a vantage, on its own clock: from the call's first stanza there to the last moment up to which
    /// everything was read; `None` if that is unknown. Only inside it does the absence of a stanza mean anything.
    #[must_use]
    pub fn window(&self, vantage: usize) -> Option<Span> {
        let first = self.rows.iter().find(|row| row.vantage == vantage)?;
        let from = first.observed.time()?;
        let spans = self.spans(vantage).remove(&self.clock_of(first))?;
        Some(Span { from, until: covered_from(&spans, from)? })
    }

    /// Returns how often the recording of a vantage was interrupted between its first and its last stanza of the call;
    /// with several recordings, of the one interrupted least. `None` if that is unknown.
    #[must_use]
    pub fn gaps(&self, vantage: usize) -> Option<usize> {
        let mut times: BTreeMap<ClockId, (Timestamp, Timestamp)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.vantage == vantage) {
            for observed in row.observations() {
                let Some(time) = observed.time() else { continue };
                let (first, last) = times.entry(self.clock_of_socket(observed.socket())).or_insert((time, time));
                (*first, *last) = (time.min(*first), time.max(*last));
            }
        }
        let spans = self.spans(vantage);
        let gaps = times.iter().filter_map(|(clock, (first, last))| {
            let spans = spans.get(clock).filter(|spans| !spans.is_empty())?;
            let holes = spans.iter().filter(|span| *first <= span.until && span.until < *last).count();
            Some(holes + usize::from(spans.first().is_some_and(|span| *first < span.from)))
        });
        gaps.min()
    }

    /// Returns the stretches in which a vantage was read without a gap, by clock.
    fn spans(&self, vantage: usize) -> BTreeMap<ClockId, Vec<Span>> {
        let mut sockets: Vec<_> =
            self.rows.iter().filter(|row| row.vantage == vantage).flat_map(Row::sockets).collect();
        sockets.sort_unstable();
        sockets.dedup();
        let mut spans: BTreeMap<ClockId, Vec<Span>> = BTreeMap::new();
        for socket in sockets {
            if let Some(recording) = self.recordings.get(&socket) {
                spans.entry(self.clock_of_socket(socket)).or_default().extend(&recording.spans);
            }
        }
        spans.into_iter().map(|(clock, spans)| (clock, merged(spans))).collect()
    }

    /// Returns what is missing, in the order of the rows. Where several recordings of a vantage share a clock, what one of
    /// them has is not missing. Vantages of unknown coverage have no holes.
    #[must_use]
    pub fn holes(&self) -> Vec<Hole> {
        let mut spans: BTreeMap<(usize, ClockId), Vec<Span>> = BTreeMap::new();
        let mut sockets: Vec<_> =
            self.rows.iter().flat_map(|row| row.sockets().map(|socket| (row.vantage, socket))).collect();
        sockets.sort_unstable();
        sockets.dedup();
        for (vantage, socket) in sockets {
            if let Some(recording) = self.recordings.get(&socket) {
                spans.entry((vantage, self.clock_of_socket(socket))).or_default().extend(&recording.spans);
            }
        }
        let spans: BTreeMap<_, _> = spans.into_iter().map(|(at, spans)| (at, merged(spans))).collect();
        let mut last: BTreeMap<(usize, ClockId), Timestamp> = BTreeMap::new();
        let mut holes = Vec::new();
        for (before, row) in self.rows.iter().enumerate() {
            let Some(now) = row.observed.time() else { continue };
            let at = (row.vantage, self.clock_of_socket(row.observed.socket()));
            let Some(since) = last.insert(at, now) else { continue };
            let Some(spans) = spans.get(&at).filter(|spans| !spans.is_empty()) else { continue };
            let length = uncovered(spans, since, now);
            if length > 0 {
                holes.push(Hole { before, vantage: row.vantage, length });
            }
        }
        holes
    }
}

/// Returns the nanoseconds between two moments that no span covers. The spans are in order and do not touch.
fn uncovered(spans: &[Span], from: Timestamp, until: Timestamp) -> i64 {
    let first = spans.partition_point(|span| span.until < from);
    let touching = spans.iter().skip(first).take_while(|span| span.from <= until);
    let covered = touching.map(|span| span.until.min(until).nanoseconds_since(span.from.max(from)).max(0));
    until.nanoseconds_since(from).saturating_sub(covered.fold(0, i64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_span_covers_is_missing() {
        let span = |from, until| Span { from: Timestamp(from), until: Timestamp(until) };
        let spans = [span(0, 10), span(15, 20), span(30, 40)];
        let missing = |from, until| uncovered(&spans, Timestamp(from), Timestamp(until));
        assert_eq!([missing(2, 9), missing(5, 17), missing(5, 35), missing(12, 14)], [0, 5, 15, 2]);
        assert_eq!([missing(35, 50), missing(50, 60), missing(-5, 3), missing(9, 3)], [10, 10, 5, -6]);
        assert_eq!(uncovered(&[span(i64::MIN, 0)], Timestamp(i64::MIN), Timestamp(0)), 0);
    }
}
