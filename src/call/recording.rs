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
    /// The stretches in which every frame was read, in order and apart.
    pub spans: Vec<Span>,
}

impl Recording {
    /// The last moment up to which everything from `start` on was read; `None` if `start` itself was not.
    #[must_use]
    pub fn covered_from(&self, start: Timestamp) -> Option<Timestamp> {
        let place = self.spans.partition_point(|span| span.until < start);
        self.spans.get(place).filter(|span| span.from <= start).map(|span| span.until)
    }

    /// Whether everything between the two moments was read.
    #[must_use]
    pub fn covers(&self, from: Timestamp, until: Timestamp) -> bool {
        self.covered_from(from).is_some_and(|end| until <= end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_ends_what_is_covered() {
        let span = |from, until| Span { from: Timestamp(from), until: Timestamp(until) };
        let recording = Recording { spans: vec![span(10, 20), span(25, 40)], ..Recording::default() };
        assert_eq!(recording.covered_from(Timestamp(10)), Some(Timestamp(20)));
        assert_eq!(recording.covered_from(Timestamp(22)), None);
        assert!(recording.covers(Timestamp(25), Timestamp(40)));
        assert!(!recording.covers(Timestamp(15), Timestamp(30)));
    }
}
