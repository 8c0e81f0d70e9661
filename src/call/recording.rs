//! What was observed, and how its socket was recorded.

use crate::input::CallEvent;
use crate::origin::{CaptureId, ConnectionId, Direction, Located, RecordNumber, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Stanza};

/// Where a socket was recorded: the capture, and the connection in it.
pub type Socket = (CaptureId, Option<ConnectionId>);

/// A stanza and its ordinal in its capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Ordinal among all stanzas of the capture, from 1. With the capture, a key.
    pub seq: u64,
    /// The stanza and its place.
    pub stanza: Located<Stanza>,
}

impl Observed {
    /// Returns the capture.
    #[must_use]
    pub const fn capture(&self) -> CaptureId {
        self.stanza.origin.capture
    }

    /// Returns the direction in which it travelled, if known.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        self.stanza.origin.direction
    }

    /// Returns the recorded socket that it went over.
    #[must_use]
    pub const fn socket(&self) -> Socket {
        (self.stanza.origin.capture, self.stanza.origin.connection)
    }

    /// Returns when its last byte was captured.
    #[must_use]
    pub const fn time(&self) -> Option<Timestamp> {
        self.stanza.origin.time
    }

    /// Returns the stanza.
    #[must_use]
    pub const fn read(&self) -> &Stanza {
        &self.stanza.item
    }

    /// Returns the other end: the addressee of an outbound stanza, the sender of an inbound one.
    #[must_use]
    pub fn party(&self) -> Option<&Jid> {
        let Stanza { from, to, .. } = self.read();
        match self.direction() {
            Some(Direction::Outbound) => to.as_ref().or(from.as_ref()),
            Some(Direction::Inbound) | None => from.as_ref().or(to.as_ref()),
        }
    }

    /// Returns what a `<call>` with an id has in common with itself on its way back or at the other end of it: the socket,
    /// its id and its action.
    #[must_use]
    pub fn recurrence(&self) -> Option<(Socket, &str, &ActionName)> {
        let stanza = self.read();
        let id = stanza.id.as_deref().filter(|id| !id.is_empty())?;
        Some((self.socket(), id, &stanza.action()?.name))
    }

    /// Returns its position in the capture: the record that completed it, and its ordinal.
    #[must_use]
    pub const fn record(&self) -> (RecordNumber, u64) {
        (self.stanza.origin.last, self.seq)
    }

    /// Returns its position among all captures.
    #[must_use]
    pub const fn place(&self) -> (CaptureId, RecordNumber, u64) {
        (self.stanza.origin.capture, self.stanza.origin.last, self.seq)
    }
}

/// What a program reported of a call, and where.
pub type Reported = Located<CallEvent>;

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first moment.
    pub from: Timestamp,
    /// Its last moment.
    pub until: Timestamp,
}

/// Techniques that show stanzas as they pass.
const WHOLE: [&str; 3] = ["websocket-capture", "mitm-tls", "baileys-instrumentation"];

/// The recording of one socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// How it was captured: one of the spec's techniques, or `unknown`.
    pub technique: &'static str,
    /// The client program, where the recording names it.
    pub client: Option<&'static str>,
    /// The client's session, where the recording names it. Recordings of one session may be of one socket.
    pub session: Option<Box<str>>,
    /// Whether the client's log leaves out the acks that it sends. Their absence then proves nothing.
    pub omits_own_acks: bool,
    /// The socket by whose clock its times are; `None` for the clock of the capture.
    pub clock: Option<Socket>,
    /// The original capture, as an ordinal, where one file holds stanzas from several.
    pub original: u32,
    /// Whether the capture says that it was made on the network, where no ciphertext shows it.
    pub is_from_wire: bool,
    /// The stretches in which every frame was read, in order, not touching.
    pub spans: Vec<Span>,
}

/// A capture, or one of the original captures whose stanzas a file holds.
pub type Original = (CaptureId, u32);

/// Returns the original capture of a socket's recording.
pub(super) fn original_of(socket: Socket, recording: Option<&Recording>) -> Original {
    (socket.0, recording.map_or(0, |recording| recording.original))
}

impl Recording {
    /// Returns whether it has every attribute of a stanza: it was captured on the way, or is of a known client, and those
    /// print their stanzas whole. Anything else, such as text that somebody pasted, may leave some out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_from_wire || self.client.is_some() || WHOLE.contains(&self.technique)
    }

    /// Returns the last moment up to which everything from `start` on was read; `None` if `start` itself was not.
    #[must_use]
    pub fn covered_from(&self, start: Timestamp) -> Option<Timestamp> {
        covered_from(&self.spans, start)
    }

    /// Returns whether everything between the two moments was read.
    #[must_use]
    pub fn covers(&self, from: Timestamp, until: Timestamp) -> bool {
        self.covered_from(from).is_some_and(|end| until <= end)
    }
}

/// Returns the end of the span that contains a moment.
pub(super) fn covered_from(spans: &[Span], start: Timestamp) -> Option<Timestamp> {
    let place = spans.partition_point(|span| span.until < start);
    spans.get(place).filter(|span| span.from <= start).map(|span| span.until)
}

/// Merges overlapping spans and sorts them.
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
