//! When a connection was read without a gap.

use super::recording::{Span, merged};
use crate::origin::{Direction, Timestamp};

/// A clock that falls back this far, in nanoseconds, was set: what it says before and after cannot be compared. Less is
/// packets that the recorder took in another order.
const SET_BACK: i64 = 1_000_000_000;

/// Follows a connection, to know when it was read without a gap.
///
/// Each direction is followed on its own: what comes after a gap can be read long after what the other direction
/// carried meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    inbound: Lane,
    outbound: Lane,
    is_lossy: bool,
    /// Whether nobody knows in which direction something was lost.
    is_unknown: bool,
    /// When the connection was closed.
    closed: Option<Timestamp>,
}

/// One direction.
#[derive(Clone, Debug, Default)]
struct Lane {
    spans: Vec<Span>,
    /// Whether something was lost before the first frame.
    begins_late: bool,
    /// Whether something was lost since the last frame.
    is_broken: bool,
}

impl Coverage {
    /// Takes which way a frame went that was read, and when.
    pub fn read(&mut self, direction: Option<Direction>, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        for lane in self.lanes(direction) {
            lane.read(time);
        }
    }

    /// Takes that something was lost since the last frame of a direction.
    pub fn lose(&mut self, direction: Option<Direction>) {
        self.is_lossy = true;
        self.is_unknown |= direction.is_none();
        for lane in self.lanes(direction) {
            lane.begins_late |= lane.spans.is_empty();
            lane.is_broken = true;
        }
    }

    /// Takes that losses may have been told of the wrong direction.
    pub const fn mistrust_directions(&mut self) {
        self.is_unknown |= self.is_lossy;
    }

    /// Takes that the connection was closed.
    pub fn close(&mut self, time: Option<Timestamp>) {
        self.closed = self.closed.or(time);
    }

    /// The stretches in which every frame of both directions was read, in order and apart. A connection that was not
    /// closed is read until the capture ends, at the time given.
    #[must_use]
    pub fn into_spans(self, end: Option<Timestamp>) -> Vec<Span> {
        let Self { inbound, outbound, is_unknown, closed, .. } = self;
        let lanes = [&inbound, &outbound];
        let from = lanes.iter().filter_map(|lane| lane.spans.first()).map(|span| span.from).min();
        let last = lanes.iter().filter_map(|lane| lane.spans.last()).map(|span| span.until).max();
        let (Some(from), Some(last), false) = (from, last, is_unknown) else { return Vec::new() };
        let whole = Span { from, until: closed.or(end).unwrap_or(last) };
        common(&inbound.into_spans(whole), &outbound.into_spans(whole))
    }

    fn lanes(&mut self, direction: Option<Direction>) -> impl Iterator<Item = &mut Lane> {
        let (inbound, outbound) = match direction {
            Some(Direction::Inbound) => (Some(&mut self.inbound), None),
            Some(Direction::Outbound) => (None, Some(&mut self.outbound)),
            None => (Some(&mut self.inbound), Some(&mut self.outbound)),
        };
        inbound.into_iter().chain(outbound)
    }
}

impl Lane {
    fn read(&mut self, time: Timestamp) {
        match self.spans.last_mut() {
            Some(span) if !self.is_broken && span.until.nanoseconds_since(time) < SET_BACK => {
                span.until = span.until.max(time);
            }
            _ => self.spans.push(Span { from: time, until: time }),
        }
        self.is_broken = false;
    }

    /// The stretches without a gap: a direction is silent, not lost, before its first frame and after its last one.
    fn into_spans(mut self, whole: Span) -> Vec<Span> {
        if self.spans.is_empty() && !self.is_broken {
            return vec![whole];
        }
        if let Some(first) = self.spans.first_mut().filter(|_| !self.begins_late) {
            first.from = first.from.min(whole.from);
        }
        if let Some(last) = self.spans.last_mut().filter(|_| !self.is_broken) {
            last.until = last.until.max(whole.until);
        }
        merged(self.spans)
    }
}

/// What is in both.
fn common(one: &[Span], other: &[Span]) -> Vec<Span> {
    let (mut ours, mut theirs) = (one.iter().peekable(), other.iter().peekable());
    let mut common = Vec::new();
    while let (Some(one), Some(other)) = (ours.peek(), theirs.peek()) {
        let span = Span { from: one.from.max(other.from), until: one.until.min(other.until) };
        if span.from <= span.until {
            common.push(span);
        }
        if one.until < other.until {
            ours.next()
        } else {
            theirs.next()
        };
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    const IN: Option<Direction> = Some(Direction::Inbound);
    const OUT: Option<Direction> = Some(Direction::Outbound);

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp(seconds * 1_000_000_000))
    }

    fn spans(coverage: &Coverage, end: i64) -> Vec<(i64, i64)> {
        let spans = coverage.clone().into_spans(at(end)).into_iter();
        spans.map(|span| (span.from.0 / 1_000_000_000, span.until.0 / 1_000_000_000)).collect()
    }

    #[test]
    fn frames_extend_a_span_and_losses_end_it() {
        let mut coverage = Coverage::default();
        assert_eq!(spans(&coverage, 9), []);
        for time in [1, 3, 5] {
            coverage.read(IN, at(time));
        }
        coverage.read(OUT, at(2));
        assert_eq!(spans(&coverage, 7), [(1, 7)]);
        coverage.lose(IN);
        assert_eq!(spans(&coverage, 7), [(1, 5)]);
        coverage.read(IN, None);
        coverage.read(IN, at(8));
        assert_eq!(spans(&coverage, 15), [(1, 5), (8, 15)]);
        coverage.close(at(12));
        coverage.close(at(13));
        assert_eq!(spans(&coverage, 15), [(1, 5), (8, 12)]);
    }

    #[test]
    fn a_gap_shows_though_the_other_direction_was_read_meanwhile() {
        let mut coverage = Coverage::default();
        coverage.read(IN, at(1));
        for time in 1..20 {
            coverage.read(OUT, at(time));
        }
        coverage.lose(IN);
        for time in 6..20 {
            coverage.read(IN, at(time));
        }
        assert_eq!(spans(&coverage, 30), [(1, 1), (6, 30)]);
    }

    #[test]
    fn what_is_lost_before_the_first_frame_is_not_covered() {
        let mut coverage = Coverage::default();
        coverage.read(OUT, at(1));
        assert_eq!(spans(&coverage, 9), [(1, 9)]);
        coverage.lose(IN);
        assert_eq!(spans(&coverage, 9), []);
        coverage.read(IN, at(4));
        assert_eq!(spans(&coverage, 9), [(4, 9)]);
        coverage.lose(None);
        assert_eq!(spans(&coverage, 9), [], "where that was is not known");
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let mut coverage = Coverage::default();
        for time in [10, 20, 3, 4] {
            coverage.read(None, at(time));
        }
        assert_eq!(spans(&coverage, 5), [(3, 5), (10, 20)]);
    }
}
