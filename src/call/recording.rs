//! How a socket was recorded, and when it was read without a gap.

use super::Socket;
use crate::origin::{CaptureId, ConnectionId, Timestamp};

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
    /// The connection of the capture by whose clock its times are; `None` for the capture's own.
    pub clock: Option<ConnectionId>,
    /// From which capture it comes, where one holds what was taken from several: an ordinal among these.
    pub original: u32,
    /// Whether it says itself that it was made on the network, where its stanzas have no ciphertext to tell it.
    pub is_from_wire: bool,
    /// The stretches in which every frame was read, in order and apart.
    pub spans: Vec<Span>,
}

/// A capture; where one holds what was taken from several, one of these.
pub type Original = (CaptureId, u32);

/// From which capture the recording of a socket comes.
pub(super) fn original_of(socket: Socket, recording: Option<&Recording>) -> Original {
    (socket.0, recording.map_or(0, |recording| recording.original))
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
    fn spans_of_any_order_are_joined() {
        assert_eq!(merged(vec![span(5, 9), span(1, 6), span(12, 13)]), [span(1, 9), span(12, 13)]);
    }
}
