//! A call and its parts, as everything else reads them.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;

use super::clock::{Clock, ClockId};
use super::identity::{LocalDevice, Party, People};
use super::lookup::Lookup;
use super::recording::{Observed, Original, Recording, Reported, Socket, original_of};
use crate::origin::{CaptureId, Direction, Lapse, Origin, Timestamp};
use crate::protocol::binary::{Element, Jid};
use crate::protocol::stanza::{ActionName, Body, Stanza};

/// A device whose socket was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vantage {
    /// The device, as far as it is known.
    pub device: LocalDevice,
    /// What it was in this call.
    pub role: Role,
    /// What to add to its times to get those of the call's first vantage, if stanzas that both recorded bound it.
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
    /// Returns the role's name in tables.
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

/// What a call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Media {
    /// Audio only.
    Audio,
    /// Audio and video: the offer has a `<video>` child, or the notice says so.
    Video,
}

impl Media {
    /// Returns the medium's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// Who sent a stanza, as far as the vantage can tell. An inbound `from` is what the server stamped: a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Emitter {
    /// The vantage itself: the stanza is outbound.
    Local,
    /// Another account.
    Peer,
    /// Another device of the vantage's account.
    OwnOther,
    /// The server.
    Server,
    /// The vantage cannot know: above all for inbound acks, whose `from` is only the addressee of what they answer.
    Unknown,
}

impl Emitter {
    /// Returns the emitter's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Peer => "peer",
            Self::OwnOther => "own-other",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// Returns who sent `stanza`, as seen from `device`.
    #[must_use]
    pub fn of(stanza: &Stanza, direction: Option<Direction>, device: &LocalDevice, people: &People) -> Self {
        match (direction, &stanza.body, &stanza.from) {
            (Some(Direction::Outbound), _, _) => Self::Local,
            (None, _, _) | (_, Body::Ack(_), _) => Self::Unknown,
            (Some(Direction::Inbound), _, None) => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) if from.is_server() || from.server == "call" => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) => match device.shares_account(from, people) {
                Some(true) => Self::OwnOther,
                Some(false) => Self::Peer,
                None => Self::Unknown,
            },
        }
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The caller offered it.
    Offered,
    /// A device of the callee rings.
    Ringing,
    /// A device of the callee accepted it.
    Accepted,
    /// It is over for the vantage.
    Ended,
}

impl Phase {
    /// Returns the phase's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Ringing => "ringing",
            Self::Accepted => "accepted",
            Self::Ended => "ended",
        }
    }
}

/// How a call ended, as far as the recording shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A device of the callee accepted it.
    Answered,
    /// The callee declined.
    Declined,
    /// It rang out.
    Missed,
    /// The caller gave up.
    Cancelled,
    /// The callee was on another call.
    Busy,
    /// Another device of the vantage's account accepted or declined it.
    Elsewhere,
    /// It could not be placed, or broke before it was answered.
    Failed,
    /// The recording ends before the call does.
    CutOff,
    /// The recording does not tell: it begins in the middle of the call, lacks a part that would, or the clocks do not tell
    /// which of two ends came first.
    #[default]
    Unknown,
}

impl Outcome {
    /// Returns the outcome's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Declined => "declined",
            Self::Missed => "missed",
            Self::Cancelled => "cancelled",
            Self::Busy => "busy",
            Self::Elsewhere => "elsewhere",
            Self::Failed => "failed",
            Self::CutOff => "cut-off",
            Self::Unknown => "unknown",
        }
    }
}

/// Where a leg of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegState {
    /// The call was offered to it.
    Offered,
    /// It rings.
    Ringing,
    /// It accepted.
    Accepted,
    /// A person declined there.
    Rejected,
    /// It was on another call.
    Busy,
    /// It could not take the call, or the server would not deliver it.
    Refused,
    /// The caller or the server stopped its ringing, or its own timer did.
    Stopped,
    /// It had accepted, and the call ended.
    Ended,
}

impl LegState {
    /// Returns the state's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Ringing => "ringing",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
            Self::Ended => "ended",
        }
    }

    /// Returns whether the device may still take the call.
    #[must_use]
    pub const fn is_ringing(self) -> bool {
        matches!(self, Self::Offered | Self::Ringing)
    }

    /// Returns whether the device itself did something to get there.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Ringing | Self::Accepted | Self::Rejected | Self::Busy)
    }
}

/// A step of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegStep {
    /// Where it took the leg.
    pub state: LegState,
    /// Index in [`Call::rows`] of the stanza that took it there; of the ack, where one refused an offer.
    pub row: usize,
}

/// The course of a call at one device that it was offered to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The device, or the account where no stanza names the device.
    pub party: Party,
    /// Whether the device is that of a person who was asked into the running call.
    pub is_invited: bool,
    /// Its steps, in order; at least one.
    pub steps: Vec<LegStep>,
}

impl Leg {
    /// Returns where it came to.
    #[must_use]
    pub fn state(&self) -> Option<LegState> {
        self.steps.last().map(|step| step.state)
    }

    /// Returns its first step to a state.
    #[must_use]
    pub fn step(&self, state: LegState) -> Option<LegStep> {
        self.steps.iter().find(|step| step.state == state).copied()
    }

    /// Returns whether its device may still take the call.
    #[must_use]
    pub fn is_ringing(&self) -> bool {
        self.state().is_some_and(LegState::is_ringing)
    }
}

/// A side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The side that placed the call.
    Caller,
    /// The side that was called.
    Callee,
    /// The server.
    Server,
    /// The recording does not show it.
    Unknown,
}

impl Side {
    /// Returns the side's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// Returns the side of an emitter, as seen by a vantage with this role.
    #[must_use]
    pub const fn of(emitter: Emitter, role: Role) -> Self {
        match (emitter, role) {
            (Emitter::Server, _) => Self::Server,
            (Emitter::Local | Emitter::OwnOther, Role::Caller) | (Emitter::Peer, Role::Callee | Role::CalleeOther) => {
                Self::Caller
            }
            (Emitter::Local | Emitter::OwnOther, Role::Callee | Role::CalleeOther) | (Emitter::Peer, Role::Caller) => {
                Self::Callee
            }
            _ => Self::Unknown,
        }
    }
}

/// How a call went. Indexes are into [`super::Call::rows`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The first offer that was not refused, or the notice of one; else the first offer.
    pub offered: Option<usize>,
    /// The first preaccept of a device of the callee.
    pub rang: Option<usize>,
    /// The accept that answered it.
    pub accepted: Option<usize>,
    /// The stanza that ended it.
    pub ended: Option<usize>,
    /// Who ended it; `None` where its end was not seen.
    pub ended_by: Option<Side>,
    /// How it is known who ended it.
    pub end_provenance: Option<Provenance>,
    /// The `reason` of the stanza that ended it.
    pub end_reason: Option<Box<str>>,
    /// How it ended.
    pub outcome: Outcome,
    /// Declines without effect: refused by the server, or the call rang on until the caller's timeout.
    pub without_effect: Vec<usize>,
    /// The time from the offer to the accept or the end; `None` where the offer came late, from the offline queue, or where
    /// no clock saw both.
    pub ring: Option<Lapse>,
    /// The time from the accept to the end; `None` where no clock saw both.
    pub talk: Option<Lapse>,
    /// How often the recording was interrupted while the call lasted; `None` where that is unknown.
    pub gaps: Option<usize>,
}

/// Who originated a stanza, as far as all recordings of its call together show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originator {
    /// Its side of the call.
    pub side: Side,
    /// The device, where one is known.
    pub device: Option<Jid>,
    /// How that is known.
    pub provenance: Provenance,
}

/// How the originator of a stanza is known, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// It is not known.
    None,
    /// The `from` of an inbound stanza: what the server stamped, a claim.
    Claim,
    /// It was the server: no recorded device of the account in `from` sent it, and all of those were read without a
    /// gap. But not every device of the account was recorded.
    SilenceOfSome,
    /// It was the server: the device in `from`, or every device of the account in `from`, did not send it while it was
    /// read without a gap.
    Silence,
    /// The same stanza was recorded as it left its originator's socket.
    Copy,
    /// It left the recorded socket.
    Outbound,
}

/// The index of another row of the call, if there is one. Calls have many rows, so it takes four bytes, not sixteen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link(Option<NonZero<u32>>);

impl Link {
    /// Returns the index.
    #[must_use]
    pub fn get(self) -> Option<usize> {
        self.0.map(|after| after.get() as usize - 1)
    }

    /// Returns whether there is one.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0.is_some()
    }

    /// Returns whether there is none.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0.is_none()
    }
}

impl From<Option<usize>> for Link {
    fn from(index: Option<usize>) -> Self {
        Self(index.and_then(|index| NonZero::new(u32::try_from(index + 1).ok()?)))
    }
}

/// A stanza of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The stanza, its place and ordinal.
    pub observed: Arc<Observed>,
    /// The same stanza on the same socket in other captures: a second interface, the client's log.
    pub also: Box<[Arc<Observed>]>,
    /// Index of its vantage in [`Call::vantages`].
    pub vantage: usize,
    /// Who sent it, as far as the vantage can tell.
    pub emitter: Emitter,
    /// The action; for acks and receipts, the action that they answer.
    pub action: Option<ActionName>,
    /// Index in [`Call::rows`] of what this ack or receipt answers.
    pub answers: Link,
    /// Index in [`Call::rows`] of the ack by which its recipient, or the server, refused it: one with an error.
    pub refused_by: Link,
    /// Index in [`Call::rows`] of the stanza that this one retransmits.
    pub repeats: Link,
    /// Index in [`Call::rows`] of the same stanza as it first left its originator's socket, at another vantage.
    pub copy_of: Link,
    /// Who originated it, as far as all vantages together show.
    pub originator: Originator,
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
    /// Who was called, if the recording says so: an account, or the group.
    pub callee: Option<Jid>,
    /// What it carries, if an offer or a notice was seen.
    pub media: Option<Media>,
    /// Whether it is a group's call.
    pub group: bool,
    /// Whether another user's call has the same call-id.
    pub shares_id: bool,
    /// Whose sockets were recorded: the caller first, then the callee's devices, then others.
    pub vantages: Vec<Vantage>,
    /// Its stanzas, in order: those of one clock in their order, a copy after its original, otherwise by time on aligned
    /// clocks, or as recorded where nothing bounds the clocks. Use [`Call::is_before`] to learn whether the order of two
    /// is certain.
    pub rows: Vec<Row>,
    /// What programs reported of it, in the order of the captures. Events are no stanzas: no rule and no question looks at
    /// them.
    pub events: Vec<Arc<Reported>>,
    /// How it went: as its stanzas show, or where there are none as its events say.
    pub progress: Progress,
    /// Its legs: the devices that it was offered to.
    pub legs: Vec<Leg>,
    /// Which addresses are one person's.
    pub people: Arc<People>,
    /// How the sockets of its stanzas were recorded.
    pub recordings: BTreeMap<Socket, Arc<Recording>>,
    /// What to add to the times of each clock to get those of the first vantage. Clocks that nothing bounds are left out.
    pub clocks: BTreeMap<ClockId, Clock>,
    /// What was looked up in its rows.
    pub lookup: Lookup,
}

impl Row {
    /// Returns all recordings of it, the best first.
    pub fn observations(&self) -> impl Iterator<Item = &Arc<Observed>> {
        std::iter::once(&self.observed).chain(&self.also)
    }

    /// Returns the element with what it announces of its call, if it is an offer, or an ack of one.
    #[must_use]
    pub fn announcement(&self) -> Option<Element<'_>> {
        let stanza = self.observed.read();
        match &stanza.body {
            Body::Call(Some(action)) if action.name == ActionName::Offer => stanza.action_node(),
            Body::Ack(_) if self.action == Some(ActionName::Offer) => Some(stanza.node.root()),
            Body::Call(_) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
        }
    }

    /// Returns the recorded sockets that it was seen on.
    pub fn sockets(&self) -> impl Iterator<Item = Socket> {
        self.observations().map(|observed| observed.socket())
    }
}

impl Call {
    /// Returns where its first stanza is; where there are none, its first event.
    #[must_use]
    pub fn first(&self) -> Option<Origin> {
        let event = || self.events.first().map(|event| event.origin);
        self.rows.first().map(|row| row.observed.stanza.origin).or_else(event)
    }

    /// Returns when its first stanza was captured; where there are none, its first event.
    #[must_use]
    pub fn start(&self) -> Option<Timestamp> {
        self.first()?.time
    }

    /// Returns the original captures of a row.
    pub fn originals_of(&self, row: &Row) -> impl Iterator<Item = Original> {
        row.sockets().map(|socket| self.original(socket))
    }

    /// Returns the original capture of a socket's recording.
    #[must_use]
    pub fn original(&self, socket: Socket) -> Original {
        original_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Returns the captures with stanzas or events of the call, in order, without repeats.
    #[must_use]
    pub fn captures(&self) -> Vec<CaptureId> {
        let mut captures: Vec<_> = self.rows.iter().flat_map(Row::sockets).map(|socket| socket.0).collect();
        captures.extend(self.events.iter().map(|event| event.origin.capture));
        captures.sort_unstable();
        captures.dedup();
        captures
    }

    /// Returns how many of its stanzas are retransmissions.
    #[must_use]
    pub fn retransmissions(&self) -> usize {
        self.rows.iter().filter(|row| row.repeats.is_some()).count()
    }

    /// Returns how the socket of a row was recorded.
    #[must_use]
    pub fn recording(&self, row: &Row) -> Option<&Recording> {
        self.recordings.get(&row.observed.socket()).map(Arc::as_ref)
    }

    /// Returns whether what a row's stanza lacks was not sent or received either; see [`Recording::is_whole`].
    #[must_use]
    pub fn is_whole(&self, row: &Row) -> bool {
        row.observed.read().wire.is_some() || self.recording(row).is_some_and(Recording::is_whole)
    }

    /// Returns the role of a row's vantage.
    #[must_use]
    pub fn role_of(&self, row: &Row) -> Role {
        self.vantage_of(row).map_or(Role::Unknown, |vantage| vantage.role)
    }

    /// Returns whether two parties are one: the same device under either of its addresses.
    #[must_use]
    pub fn is_same_party(&self, one: &Party, other: &Party) -> bool {
        match (one, other) {
            (Party::Device(one), Party::Device(other)) => one.same_device(other) || self.people.same_device(one, other),
            _ => one == other,
        }
    }

    /// Returns the vantage of a row.
    #[must_use]
    pub fn vantage_of(&self, row: &Row) -> Option<&Vantage> {
        self.vantages.get(row.vantage)
    }

    /// Returns the milliseconds from the stanza that row `index` answers to the row itself, on aligned clocks; `None` if
    /// it answers nothing, or if the clocks do not tell.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "differences within a call are far below 2^53 ns")]
    pub fn answer_latency(&self, index: usize) -> Option<f64> {
        Some(self.lapse(self.rows.get(index)?.answers.get()?, index)?.stated()? as f64 / 1e6)
    }
}
