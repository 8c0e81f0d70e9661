//! Stanza to call: grouping by call-id, the local device, what answers what, phases and outcome.
//!
//! [`Grouping`] takes every stanza of every capture in order and keeps those that belong to a call;
//! [`Call`] is derived whole from the stanzas kept. Knows nothing of the spec's rules and questions.

mod answering;
mod changes;
mod clock;
mod copies;
mod course;
mod coverage;
mod derive;
mod emitter;
mod grouping;
mod holes;
mod listing;
mod local;
mod maker;
mod making;
mod naming;
mod order;
mod partition;
mod party;
mod passages;
mod people;
mod recording;
mod roles;
mod sockets;
mod timing;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use changes::{Change, How, What};
pub use clock::{Clock, ClockId};
pub use course::{Course, Outcome, Phase, Side, says_declined};
pub use coverage::Coverage;
pub use emitter::Emitter;
pub use grouping::{Grouping, Snapshot};
pub use holes::Hole;
pub use local::{FoundBy, LocalDevice};
pub use maker::{Maker, Proof};
pub use party::Party;
pub use people::People;
pub use recording::{Original, Recording, Span};

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
    /// The capture.
    #[must_use]
    pub const fn capture(&self) -> CaptureId {
        self.stanza.origin.capture
    }

    /// Which way it travelled, if known.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        self.stanza.origin.direction
    }

    /// The recording of the socket that it went over.
    #[must_use]
    pub const fn socket(&self) -> Socket {
        (self.stanza.origin.capture, self.stanza.origin.connection)
    }

    /// When its last byte was captured.
    #[must_use]
    pub const fn time(&self) -> Option<Timestamp> {
        self.stanza.origin.time
    }

    /// The stanza.
    #[must_use]
    pub const fn read(&self) -> &Stanza {
        &self.stanza.item
    }

    /// Who is at its other end: the addressee of what went out, the sender of what came in.
    #[must_use]
    pub fn party(&self) -> Option<&Jid> {
        let Stanza { from, to, .. } = self.read();
        match self.direction() {
            Some(Direction::Outbound) => to.as_ref().or(from.as_ref()),
            Some(Direction::Inbound) | None => from.as_ref().or(to.as_ref()),
        }
    }

    /// Where it stands in its capture: the record that completed it, and its ordinal.
    #[must_use]
    pub const fn record(&self) -> (RecordNumber, u64) {
        (self.stanza.origin.last, self.seq)
    }

    /// The same, with the capture.
    #[must_use]
    pub const fn place(&self) -> (CaptureId, RecordNumber, u64) {
        (self.stanza.origin.capture, self.stanza.origin.last, self.seq)
    }
}

/// A device whose socket was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vantage {
    /// The device, as far as the recording tells.
    pub device: LocalDevice,
    /// What it was in this call.
    pub role: Role,
    /// What is to be added to its times for those of the call's first vantage, if stanzas that both saw bound it.
    pub clock: Option<Clock>,
}

/// What a vantage was in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It placed the call.
    Caller,
    /// The call was offered to it.
    Callee,
    /// The call was offered to it, and another device of its account was seen to answer or decline.
    CalleeOther,
    /// The recording does not say.
    Unknown,
}

impl Role {
    /// The role's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::CalleeOther => "callee-other",
            Self::Unknown => "unknown",
        }
    }
}

/// What a call is to carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Media {
    /// Sound only.
    Audio,
    /// Sound and picture: the offer has a `<video>` child, or the notice says so.
    Video,
}

impl Media {
    /// The medium's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// A stanza of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The stanza, its place and ordinal.
    pub observed: Arc<Observed>,
    /// The same passage of it through the same socket in other captures: a second interface, the client's log.
    pub also: Vec<Arc<Observed>>,
    /// Index of its vantage in [`Call::vantages`].
    pub vantage: usize,
    /// Who sent it, as far as the vantage can tell.
    pub emitter: Emitter,
    /// The action; of acks and receipts that of what they answer.
    pub action: Option<ActionName>,
    /// Index in [`Call::rows`] of what this ack or receipt answers.
    pub answers: Option<usize>,
    /// Index in [`Call::rows`] of the first copy of a stanza that was sent again.
    pub repeats: Option<usize>,
    /// Index in [`Call::rows`] of the same stanza as it first left its maker's socket, at another vantage.
    pub copy_of: Option<usize>,
    /// Who made it, as far as all vantages tell together.
    pub maker: Maker,
    /// How far the call had come with this stanza.
    pub phase: Phase,
}

/// All stanzas that share a call-id, with the acks and receipts that answer them, and what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The call-id, as sent.
    pub id: Box<str>,
    /// Who created the call, as its stanzas say.
    pub creator: Option<Jid>,
    /// Who placed it, if the recording says so.
    pub caller: Option<Jid>,
    /// To whom, if the recording says so: an account, or the group.
    pub callee: Option<Jid>,
    /// What it is to carry, if an offer or a notice was seen.
    pub media: Option<Media>,
    /// Whether it is a group's call.
    pub group: bool,
    /// Whether another user's call has the same call-id.
    pub shares_id: bool,
    /// Whose sockets were recorded: the caller, the callee's devices, others.
    pub vantages: Vec<Vantage>,
    /// Its stanzas, in order: those of one clock in their order, a copy after its original, otherwise by time on aligned
    /// clocks, or as recorded where nothing bounds the clocks. Whether two are known to be in that order,
    /// [`Call::is_before`] says.
    pub rows: Vec<Row>,
    /// How it went.
    pub course: Course,
    /// Which addresses are one person's.
    pub people: Arc<People>,
    /// How the sockets of its stanzas were recorded.
    pub recordings: BTreeMap<Socket, Arc<Recording>>,
    /// What is to be added to the times of each clock for those of the first vantage; those of which that is unknown are
    /// not in it.
    pub clocks: BTreeMap<ClockId, Clock>,
}

impl Row {
    /// All recordings of its passage, the one that tells most first.
    pub fn sights(&self) -> impl Iterator<Item = &Arc<Observed>> {
        std::iter::once(&self.observed).chain(&self.also)
    }

    /// The recordings of sockets that it was seen in.
    pub fn sockets(&self) -> impl Iterator<Item = Socket> {
        self.sights().map(|observed| observed.socket())
    }
}

impl Call {
    /// When its first stanza was captured.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.rows.first().and_then(|row| row.observed.time())
    }

    /// The captures that a row's recordings come from.
    pub fn originals_of(&self, row: &Row) -> impl Iterator<Item = Original> {
        row.sockets().map(|socket| self.original(socket))
    }

    /// The capture that the recording of a socket comes from.
    #[must_use]
    pub fn original(&self, socket: Socket) -> Original {
        recording::original_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Captures with stanzas of the call, in order, without repeats.
    #[must_use]
    pub fn captures(&self) -> Vec<CaptureId> {
        let mut captures: Vec<_> = self.rows.iter().flat_map(Row::sockets).map(|socket| socket.0).collect();
        captures.sort_unstable();
        captures.dedup();
        captures
    }

    /// How often a stanza was sent again.
    #[must_use]
    pub fn retransmissions(&self) -> usize {
        self.rows.iter().filter(|row| row.repeats.is_some()).count()
    }

    /// How the socket of a row was recorded.
    #[must_use]
    pub fn recording(&self, row: &Row) -> Option<&Recording> {
        self.recordings.get(&row.observed.socket()).map(Arc::as_ref)
    }

    /// The role of a row's vantage.
    #[must_use]
    pub fn role_of(&self, row: &Row) -> Role {
        self.vantage_of(row).map_or(Role::Unknown, |vantage| vantage.role)
    }

    /// The vantage of a row.
    #[must_use]
    pub fn vantage_of(&self, row: &Row) -> Option<&Vantage> {
        self.vantages.get(row.vantage)
    }

    /// Milliseconds between what row `index` answers and the row itself, on aligned clocks; `None` where they are
    /// unknown.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "differences within a call are far below 2^53 ns")]
    pub fn answer_latency(&self, index: usize) -> Option<f64> {
        Some(self.elapsed(self.rows.get(index)?.answers?, index)? as f64 / 1e6)
    }
}
