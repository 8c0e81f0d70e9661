//! When things happened in a call: over several clocks, and in what was read without a gap.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::clock::{Alignment, Clock, ClockId, clock_of};
use super::course::{Course, Outcome};
use super::recording::{Span, covered_from, merged};
use super::sockets::Sockets;
use super::{Call, Row, Socket};
use crate::origin::Timestamp;

/// The clocks of a call.
pub(super) struct Timing<'t> {
    /// How they are to one another.
    pub(super) alignment: &'t Alignment,
    /// Which is whose.
    pub(super) sockets: &'t Sockets,
}

impl Course {
    /// Measures how long the call rang and how long it was talked.
    pub(super) fn measure(&mut self, rows: &[Row], timing: &Timing<'_>) {
        let between = |from: Option<usize>, to: Option<usize>| between(rows, from?, to?, timing);
        let is_live =
            self.offered.and_then(|offer| rows.get(offer)).is_some_and(|row| !row.observed.read().is_offline());
        // A call that was refused never rang.
        if is_live && self.outcome != Outcome::Failed {
            self.ring = between(self.offered, self.accepted.or(self.ended));
        }
        self.talk = self.accepted.and_then(|_| between(self.accepted, self.ended));
    }
}

/// Nanoseconds from one row to another: as one vantage saw both, or their copies, else over aligned clocks.
fn between(rows: &[Row], from: usize, to: usize, timing: &Timing<'_>) -> Option<i64> {
    let seen = |index: usize, vantage: usize| {
        let is_it = |(other, row): &(usize, &Row)| {
            *other == index || row.copy_of == Some(index) || rows.get(index).and_then(|row| row.copy_of) == Some(*other)
        };
        let mut same = rows.iter().enumerate().filter(is_it).map(|(_, row)| row).filter(|row| row.vantage == vantage);
        same.next()?.observed.time()
    };
    let (first, last) = (rows.get(from)?, rows.get(to)?);
    for vantage in [first.vantage, last.vantage] {
        if let (Some(from), Some(to)) = (seen(from, vantage), seen(to, vantage)) {
            return Some(to.nanoseconds_since(from));
        }
    }
    let clock = |row: &Row| timing.sockets.clock(row.observed.socket());
    let add = timing.alignment.between(clock(last), clock(first))?.middle();
    Some(last.observed.time()?.nanoseconds_since(first.observed.time()?).saturating_add(add))
}

impl Call {
    /// Whether row `one` was before row `other`; `None` where nothing tells, or where they are closer together than
    /// the clocks are known.
    ///
    /// The rows of one clock and those of one vantage are in order; a stanza is before its copy.
    #[must_use]
    pub fn is_before(&self, one: usize, other: usize) -> Option<bool> {
        let (first, second) = (self.rows.get(one)?, self.rows.get(other)?);
        let is_one_order = first.vantage == second.vantage || self.clock_of(first) == self.clock_of(second);
        if is_one_order || first.copy_of == Some(other) || second.copy_of == Some(one) {
            return (one != other).then_some(one < other);
        }
        let (first, second) = (self.moment(first)?, self.moment(second)?);
        if first.most < second.least {
            Some(true)
        } else if second.most < first.least {
            Some(false)
        } else {
            None
        }
    }

    /// Nanoseconds from one row to another, on aligned clocks in the middle of their bounds; negative if the first is
    /// later. `None` where a time or how the clocks are to one another is unknown.
    #[must_use]
    pub fn elapsed(&self, from: usize, to: usize) -> Option<i64> {
        let (from, to) = (self.rows.get(from)?, self.rows.get(to)?);
        let elapsed = to.observed.time()?.nanoseconds_since(from.observed.time()?);
        if from.vantage == to.vantage || self.clock_of(from) == self.clock_of(to) {
            return Some(elapsed);
        }
        let add = |row: &Row| Some(self.clocks.get(&self.clock_of(row))?.middle());
        Some(elapsed.saturating_add(add(to)?).saturating_sub(add(from)?))
    }

    /// How far [`Self::elapsed`] may be from the truth, in nanoseconds: 0 between rows of one clock. `None` where that
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

    /// When a row was recorded, on the clock of the call's first vantage in the middle of its bounds; `None` where its
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

    /// The clock by which a row was recorded.
    fn clock_of(&self, row: &Row) -> ClockId {
        self.clock_of_socket(row.observed.socket())
    }

    /// The clock by which a socket was recorded.
    #[must_use]
    pub fn clock_of_socket(&self, socket: Socket) -> ClockId {
        clock_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// When a row was recorded, in nanoseconds since the Unix epoch on the clock of the call's first vantage.
    fn moment(&self, row: &Row) -> Option<Clock> {
        let time = row.observed.time()?.0;
        let clock = self.clocks.get(&self.clock_of(row))?;
        Some(Clock { least: time.saturating_add(clock.least), most: time.saturating_add(clock.most) })
    }

    /// The stretch, on the clock of a vantage, from the call's first stanza there to the last moment up to which
    /// everything was read; `None` where that is unknown.
    #[must_use]
    pub fn window(&self, vantage: usize) -> Option<Span> {
        let first = self.rows.iter().find(|row| row.vantage == vantage)?;
        let from = first.observed.time()?;
        let spans = self.spans(vantage).remove(&self.clock_of(first))?;
        Some(Span { from, until: covered_from(&spans, from)? })
    }

    /// How often the recording of a vantage was interrupted between its first and its last stanza of the call; of
    /// several recordings, that of the one that was interrupted least. `None` where that is unknown.
    #[must_use]
    pub fn gaps(&self, vantage: usize) -> Option<usize> {
        let mut times: BTreeMap<ClockId, (Timestamp, Timestamp)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.vantage == vantage) {
            for observed in row.sights() {
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

    /// The stretches in which a vantage was read without a gap, by clock.
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
}
