//! When things happened in a call: over several clocks, and in what was read without a gap.

use std::collections::BTreeMap;

use super::clock::{Alignment, Clock};
use super::course::{Course, Outcome};
use super::recording::{Span, covered_from, merged};
use super::{Call, Row};
use crate::origin::{CaptureId, Timestamp};

impl Course {
    /// Measures how long the call rang and how long it was talked.
    pub(super) fn measure(&mut self, rows: &[Row], alignment: &Alignment) {
        let between = |from: Option<usize>, to: Option<usize>| between(rows, from?, to?, alignment);
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
fn between(rows: &[Row], from: usize, to: usize, alignment: &Alignment) -> Option<i64> {
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
    let add = alignment.between(last.observed.capture(), first.observed.capture())?.middle();
    Some(last.observed.time()?.nanoseconds_since(first.observed.time()?).saturating_add(add))
}

impl Call {
    /// Whether row `one` was before row `other`; `None` where nothing tells, or where they are closer together than
    /// the clocks are known.
    ///
    /// The rows of one capture and those of one vantage are in order; a stanza is before its copy.
    #[must_use]
    pub fn is_before(&self, one: usize, other: usize) -> Option<bool> {
        let (first, second) = (self.rows.get(one)?, self.rows.get(other)?);
        let is_one_order = first.vantage == second.vantage || first.observed.capture() == second.observed.capture();
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

    /// When a row was recorded, in nanoseconds since the Unix epoch on the clock of the call's first vantage.
    fn moment(&self, row: &Row) -> Option<Clock> {
        let time = row.observed.time()?.0;
        let clock = self.clocks.get(&row.observed.capture())?;
        Some(Clock { least: time.saturating_add(clock.least), most: time.saturating_add(clock.most) })
    }

    /// The stretch, on the clock of a vantage, from the call's first stanza there to the last moment up to which
    /// everything was read; `None` where that is unknown.
    #[must_use]
    pub fn window(&self, vantage: usize) -> Option<Span> {
        let first = self.rows.iter().find(|row| row.vantage == vantage)?;
        let from = first.observed.time()?;
        let spans = self.spans(vantage).remove(&first.observed.capture())?;
        Some(Span { from, until: covered_from(&spans, from)? })
    }

    /// How often the recording of a vantage was interrupted between its first and its last stanza of the call; of
    /// several captures, that of the one that was interrupted least. `None` where that is unknown.
    #[must_use]
    pub fn gaps(&self, vantage: usize) -> Option<usize> {
        let mut times: BTreeMap<CaptureId, (Timestamp, Timestamp)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.vantage == vantage) {
            for observed in std::iter::once(&row.observed).chain(&row.also) {
                let Some(time) = observed.time() else { continue };
                let (first, last) = times.entry(observed.capture()).or_insert((time, time));
                (*first, *last) = (time.min(*first), time.max(*last));
            }
        }
        let spans = self.spans(vantage);
        let gaps = times.iter().filter_map(|(capture, (first, last))| {
            let spans = spans.get(capture).filter(|spans| !spans.is_empty())?;
            let holes = spans.iter().filter(|span| *first <= span.until && span.until < *last).count();
            Some(holes + usize::from(spans.first().is_some_and(|span| *first < span.from)))
        });
        gaps.min()
    }

    /// The stretches in which a vantage was read without a gap, by capture.
    fn spans(&self, vantage: usize) -> BTreeMap<CaptureId, Vec<Span>> {
        let mut sockets: Vec<_> =
            self.rows.iter().filter(|row| row.vantage == vantage).flat_map(Row::sockets).collect();
        sockets.sort_unstable();
        sockets.dedup();
        let mut spans: BTreeMap<CaptureId, Vec<Span>> = BTreeMap::new();
        for socket in sockets {
            if let Some(recording) = self.recordings.get(&socket) {
                spans.entry(socket.0).or_default().extend(&recording.spans);
            }
        }
        spans.into_iter().map(|(capture, spans)| (capture, merged(spans))).collect()
    }
}
