//! How a socket was recorded, and when it was read without a gap.

use crate::origin::Timestamp;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
}

/// The recording of one socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// How it was made: one of the spec's techniques, or `unknown`.
    pub technique: &'static str,
    /// The client program, where the recording names it.
    pub client: Option<&'static str>,
    /// Whether the client's log leaves out the acks that it sends: those are neither invented nor missed.
    pub omits_own_acks: bool,
    /// Whether its times are of a clock of its own, rather than of the capture's.
    pub has_own_clock: bool,
    /// The stretches in which every frame was read, in order and apart.
    pub spans: Vec<Span>,
}

impl Recording {
    /// The last moment up to which everything from `start` on was read; `None` if `start` itself was not.
    #[must_use]
    pub fn covered_from(&self, start: Timestamp) -> Option<Timestamp> {
        covered_from(&self.spans, start)
    }

    /// Whether everything between the two moments was read.
    #[must_use]
    pub fn covers(&self, from: Timestamp, until: Timestamp) -> bool {
        self.covered_from(from).is_some_and(|end| until <= end)
    }
}

/// The end of the span that a moment is in.
pub(super) fn covered_from(spans: &[Span], start: Timestamp) -> Option<Timestamp> {
    let place = spans.partition_point(|span| span.until < start);
    spans.get(place).filter(|span| span.from <= start).map(|span| span.until)
}

/// Spans of any order as few as possible that cover the same, in order and apart.
pub(super) fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.from, span.until));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.until => last.until = last.until.max(span.until),
            _ => merged.push(span),
        }
    }
    merged
}

/// A clock that falls back this far, in nanoseconds, was set: what it says before and after cannot be compared. Less is
/// packets that the recorder took in another order.
const SET_BACK: i64 = 1_000_000_000;

/// Follows a connection, to know when it was read without a gap.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    spans: Vec<Span>,
    /// Whether nothing was lost since the last frame.
    is_whole: bool,
    /// When the connection was closed.
    closed: Option<Timestamp>,
}

impl Coverage {
    /// Takes the time of a frame that was read.
    pub fn read(&mut self, time: Option<Timestamp>) {
        let Some(time) = time else { return };
        match self.spans.last_mut() {
            Some(span) if self.is_whole && span.until.nanoseconds_since(time) < SET_BACK => {
                span.until = span.until.max(time);
            }
            _ => self.spans.push(Span { from: time, until: time }),
        }
        self.is_whole = true;
    }

    /// Takes that something was lost since the last frame.
    pub const fn lose(&mut self) {
        self.is_whole = false;
    }

    /// Takes that the connection was closed.
    pub fn close(&mut self, time: Option<Timestamp>) {
        self.closed = self.closed.or(time);
    }

    /// The stretches in which every frame was read, in order and apart. A connection that was not closed is read until
    /// the capture ends, at the time given.
    #[must_use]
    pub fn into_spans(mut self, end: Option<Timestamp>) -> Vec<Span> {
        if self.is_whole {
            self.read(self.closed.or(end));
        }
        merged(self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    fn span(from: i64, until: i64) -> Span {
        Span { from: Timestamp(from * SECOND), until: Timestamp(until * SECOND) }
    }

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp(seconds * SECOND))
    }

    #[test]
    fn a_hole_ends_what_is_covered() {
        let recording = Recording { spans: vec![span(10, 20), span(25, 40)], ..Recording::default() };
        let moment = |seconds: i64| Timestamp(seconds * SECOND);
        assert_eq!(recording.covered_from(moment(10)), at(20));
        assert_eq!(recording.covered_from(moment(22)), None);
        assert_eq!(recording.covered_from(moment(9)), None);
        assert_eq!(recording.covered_from(moment(41)), None);
        assert!(recording.covers(moment(25), moment(40)));
        assert!(!recording.covers(moment(15), moment(30)));
    }

    #[test]
    fn frames_extend_a_span_and_losses_end_it() {
        let mut coverage = Coverage::default();
        coverage.lose();
        for time in [1, 3, 5] {
            coverage.read(at(time));
        }
        coverage.lose();
        coverage.read(at(8));
        coverage.read(None);
        coverage.read(at(9));
        assert_eq!(coverage.clone().into_spans(at(15)), [span(1, 5), span(8, 15)]);
        coverage.close(at(12));
        coverage.close(at(13));
        assert_eq!(coverage.into_spans(at(20)), [span(1, 5), span(8, 12)]);
    }

    #[test]
    fn after_a_loss_the_end_covers_nothing() {
        let mut coverage = Coverage::default();
        coverage.read(at(1));
        coverage.lose();
        assert_eq!(coverage.into_spans(at(9)), [span(1, 1)]);
        assert_eq!(Coverage::default().into_spans(at(9)), []);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let mut coverage = Coverage::default();
        for time in [10, 20, 3, 4] {
            coverage.read(at(time));
        }
        assert_eq!(coverage.into_spans(None), [span(3, 4), span(10, 20)]);
        assert_eq!(merged(vec![span(5, 9), span(1, 6), span(12, 13)]), [span(1, 9), span(12, 13)]);
    }
}
