//! How a call went: its phases, how it ended, and who ended it.

use super::emitter::Emitter;
use super::maker::Proof;
use super::{Role, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Action, ActionName, Body};

/// How far a call had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Proposed.
    Offered,
    /// A device of the callee rings.
    Ringing,
    /// A device of the callee took it.
    Accepted,
    /// Over, as far as the vantage is concerned.
    Ended,
}

impl Phase {
    /// The phase's name in tables.
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

/// What became of a call, as far as the recording tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A device of the callee took it.
    Answered,
    /// The callee declined.
    Declined,
    /// It rang out.
    Missed,
    /// The caller gave up.
    Cancelled,
    /// The callee was on another call.
    Busy,
    /// Another device of the vantage's account took or declined it.
    Elsewhere,
    /// It could not be placed, or broke before it was answered.
    Failed,
    /// The recording ends before the call does.
    #[default]
    CutOff,
}

impl Outcome {
    /// The outcome's name in tables.
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
        }
    }
}

/// The side that ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Who placed the call.
    Caller,
    /// To whom it was placed.
    Callee,
    /// The server.
    Server,
    /// Not to be told from the recording.
    Unknown,
}

impl Side {
    /// The side's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// The side of a row's emitter.
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
pub struct Course {
    /// The offer, or the notice of one.
    pub offered: Option<usize>,
    /// The first preaccept of a device of the callee.
    pub rang: Option<usize>,
    /// The first accept.
    pub accepted: Option<usize>,
    /// The stanza that ended it.
    pub ended: Option<usize>,
    /// Who ended it; `None` where its end was not seen.
    pub ended_by: Option<Side>,
    /// How it is known who ended it.
    pub end_strength: Option<Proof>,
    /// The `reason` of the stanza that ended it.
    pub end_reason: Option<Box<str>>,
    /// What became of it.
    pub outcome: Outcome,
    /// Nanoseconds from the offer to the accept or the end; `None` where the offer came late, from the offline
    /// queue, or where no clock saw both.
    pub ring: Option<i64>,
    /// Nanoseconds from the accept to the end; `None` where no clock saw both.
    pub talk: Option<i64>,
    /// How often the recording was interrupted while the call lasted; `None` where that is unknown.
    pub gaps: Option<usize>,
}

impl Course {
    /// Follows the rows in order, and notes in each how far the call had come with it.
    pub(super) fn of(rows: &mut [Row], is_group: bool) -> Self {
        let mut course = Self::default();
        let mut phase = Phase::Offered;
        let mut end: Option<End> = None;
        let mut taker: Option<Jid> = None;
        for (index, row) in rows.iter_mut().enumerate() {
            let step = Step { row, is_group, is_accepted: course.accepted.is_some(), taker: taker.as_ref() };
            let vantage = row.vantage;
            match step.read() {
                Moves::Offers(over) => {
                    course.offered.get_or_insert(index);
                    if let (Some(outcome), None) = (over, end) {
                        end = Some(End { index: None, outcome, vantage });
                        phase = Phase::Ended;
                    }
                }
                Moves::Rings if phase < Phase::Accepted => {
                    course.rang.get_or_insert(index);
                    phase = phase.max(Phase::Ringing);
                }
                Moves::Accepts if end.is_none_or(End::is_passing) => {
                    if course.accepted.is_none() {
                        course.accepted = Some(index);
                        taker.clone_from(&row.maker.device);
                    }
                    end = None;
                    phase = Phase::Accepted;
                }
                Moves::Ends(outcome) if end.is_none_or(|end| end.gives_way_to(outcome, vantage)) => {
                    end = Some(End { index: Some(index), outcome, vantage });
                    phase = Phase::Ended;
                }
                Moves::Rings | Moves::Accepts | Moves::Ends(_) | Moves::Nothing => {}
            }
            row.phase = phase;
        }
        course.outcome = match (course.accepted, end) {
            (Some(_), _) => Outcome::Answered,
            (None, Some(end)) => end.outcome,
            (None, None) => Outcome::CutOff,
        };
        course.ended = end.and_then(|end| end.index);
        if let Some(row) = course.ended.and_then(|index| rows.get(index)) {
            course.ended_by = Some(row.maker.side);
            course.end_strength = Some(row.maker.proof);
            course.end_reason = row.observed.read().action().and_then(|action| action.reason.clone());
        }
        course
    }
}

/// How a call ended, as far as is known.
#[derive(Clone, Copy)]
struct End {
    /// The row that ended it; `None` where the offer says that it was over already.
    index: Option<usize>,
    outcome: Outcome,
    vantage: usize,
}

impl End {
    /// Whether the call can go on after all: one device of several may be busy, an error in the ack of an offer does
    /// not keep others from accepting, and what one device hears of another is not how the call ended.
    fn is_passing(self) -> bool {
        self.index.is_some() && matches!(self.outcome, Outcome::Busy | Outcome::Failed | Outcome::Elsewhere)
    }

    fn gives_way_to(self, outcome: Outcome, vantage: usize) -> bool {
        match (self.outcome, outcome) {
            (_, Outcome::Elsewhere) => false,
            // What another vantage saw is how it ended; what comes later to the same one only follows.
            (Outcome::Elsewhere, _) => self.is_passing() && (vantage != self.vantage || outcome == Outcome::Declined),
            // Whoever cancels after that only gives up.
            (_, Outcome::Cancelled | Outcome::Busy | Outcome::Failed) => false,
            _ => self.is_passing(),
        }
    }
}

/// One row, and what is known when it comes.
struct Step<'a> {
    row: &'a Row,
    is_group: bool,
    is_accepted: bool,
    /// The device that accepted.
    taker: Option<&'a Jid>,
}

/// What a row does to its call.
enum Moves {
    /// It may say itself that the call is over, and how.
    Offers(Option<Outcome>),
    Rings,
    Accepts,
    Ends(Outcome),
    Nothing,
}

impl Step<'_> {
    fn read(&self) -> Moves {
        let stanza = self.row.observed.read();
        match &stanza.body {
            Body::Call(Some(action)) => self.action(action),
            Body::Ack(ack) if ack.error.is_some() && self.row.action == Some(ActionName::Offer) => {
                Moves::Ends(Outcome::Failed)
            }
            Body::Call(None) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => Moves::Nothing,
        }
    }

    fn action(&self, action: &Action) -> Moves {
        let is_ours = self.row.observed.direction() == Some(Direction::Outbound);
        match action.name {
            ActionName::Offer | ActionName::OfferNotice => Moves::Offers(self.over()),
            // Some callers' clients send a preaccept of their own: only the callee's says that it rings.
            ActionName::Preaccept if self.row.maker.side != Side::Caller => Moves::Rings,
            ActionName::Accept => Moves::Accepts,
            // A second device that declines changes nothing once another has accepted, nor does one member of a group.
            ActionName::Reject if self.is_accepted || (self.is_group && !is_ours) => Moves::Nothing,
            ActionName::Reject => Moves::Ends(match action.reason.as_deref() {
                None => Outcome::Declined,
                Some(reason) if says_declined(reason) => Outcome::Declined,
                Some("busy") => Outcome::Busy,
                Some(_) => Outcome::Failed,
            }),
            ActionName::Terminate => self.terminate(action),
            _ => Moves::Nothing,
        }
    }

    /// What an offer says of a call that is over.
    fn over(&self) -> Option<Outcome> {
        let offer = self.row.observed.read().action_node()?;
        let reason = offer.text("terminate_reason");
        match reason.as_deref() {
            None => offer.attribute("is_call_ended").map(|_| Outcome::Missed),
            Some("busy") => Some(Outcome::Busy),
            Some(reason) if says_declined(reason) => Some(Outcome::Declined),
            Some(reason) if reason.ends_with("_elsewhere") => Some(Outcome::Elsewhere),
            Some(_) => Some(Outcome::Missed),
        }
    }

    fn terminate(&self, action: &Action) -> Moves {
        if action.is_elsewhere() {
            // Outbound, it stops the ringing of sibling devices while the call lives on; its copies do no more.
            let reaches_us = self.row.observed.direction() != Some(Direction::Outbound) && !self.is_accepted;
            return if reaches_us { Moves::Ends(Outcome::Elsewhere) } else { Moves::Nothing };
        }
        if self.spares_taker(action) {
            return Moves::Nothing;
        }
        Moves::Ends(match action.reason.as_deref() {
            Some("timeout") => Outcome::Missed,
            Some("busy") => Outcome::Busy,
            Some(reason) if says_declined(reason) => Outcome::Declined,
            Some("connection_lost" | "retry") => Outcome::Failed,
            _ if self.row.maker.side == Side::Callee => Outcome::Declined,
            _ => Outcome::Cancelled,
        })
    }
}

impl Step<'_> {
    /// Whether a terminate goes to other devices than the one that accepted: for that one the call goes on.
    fn spares_taker(&self, action: &Action) -> bool {
        let Some(taker) = self.taker.filter(|taker| taker.device != 0) else { return false };
        let to = self.row.observed.read().to.as_slice();
        let targets = if action.destination.is_empty() { to } else { &action.destination };
        let is_callers = self.row.emitter == Emitter::Local && self.row.maker.side == Side::Caller;
        let spares = |target: &Jid| target.device != 0 && target.device != taker.device;
        is_callers && !targets.is_empty() && targets.iter().all(spares)
    }
}

/// Whether the `reason` of a reject or a terminate says that the callee declined.
#[must_use]
pub fn says_declined(reason: &str) -> bool {
    matches!(reason, "declined" | "decline" | "rejected" | "reject")
}
