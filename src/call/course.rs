//! How a call went: its phases, how it ended, and who ended it.

use super::local::Emitter;
use super::{Role, Row, Vantage};
use crate::origin::{Direction, Timestamp};
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
    /// The `reason` of the stanza that ended it.
    pub end_reason: Option<Box<str>>,
    /// What became of it.
    pub outcome: Outcome,
    /// Nanoseconds from the offer to the accept or the end; `None` where the offer came late, from the offline
    /// queue.
    pub ring: Option<i64>,
    /// Nanoseconds from the accept to the end.
    pub talk: Option<i64>,
}

impl Course {
    /// Follows the rows in order, and notes in each how far the call had come with it.
    pub(super) fn of(rows: &mut [Row], vantages: &[Vantage]) -> Self {
        let mut course = Self::default();
        let mut phase = Phase::Offered;
        let mut ends: Option<Outcome> = None;
        for index in 0..rows.len() {
            let Some(row) = rows.get(index) else { continue };
            let role = vantages.get(row.vantage).map_or(Role::Unknown, |vantage| vantage.role);
            let side = Side::of(row.emitter, role);
            let step = Step { row, side, accepted: course.accepted.is_some() };
            match step.read() {
                Moves::Offers => {
                    course.offered.get_or_insert(index);
                }
                Moves::Rings if phase < Phase::Accepted => {
                    course.rang.get_or_insert(index);
                    phase = phase.max(Phase::Ringing);
                }
                Moves::Accepts if ends.is_none_or(is_passing) => {
                    course.accepted.get_or_insert(index);
                    (ends, course.ended, course.ended_by) = (None, None, None);
                    phase = Phase::Accepted;
                }
                Moves::Ends(outcome)
                    if ends.is_none_or(|ended| {
                        is_passing(ended) && !is_passing(outcome) && outcome != Outcome::Cancelled
                    }) =>
                {
                    ends = Some(outcome);
                    course.ended = Some(index);
                    course.ended_by = Some(side);
                    course.end_reason = row.observed.read().action().and_then(|action| action.reason.clone());
                    phase = Phase::Ended;
                }
                Moves::Rings | Moves::Accepts | Moves::Ends(_) | Moves::Nothing => {}
            }
            if let Some(row) = rows.get_mut(index) {
                row.phase = phase;
            }
        }
        course.outcome = match (course.accepted, ends) {
            (Some(_), _) => Outcome::Answered,
            (None, Some(outcome)) => outcome,
            (None, None) => Outcome::CutOff,
        };
        course.measure(rows);
        course
    }

    fn measure(&mut self, rows: &[Row]) {
        let time = |index: Option<usize>| -> Option<Timestamp> { rows.get(index?)?.observed.time() };
        let between = |from, to| Some(time(to)?.nanoseconds_since(time(from)?));
        let rang_live =
            self.offered.and_then(|offer| rows.get(offer)).is_some_and(|row| !row.observed.read().is_offline());
        // A call that was refused never rang.
        if rang_live && self.outcome != Outcome::Failed {
            self.ring = between(self.offered, self.accepted.or(self.ended));
        }
        self.talk = self.accepted.and_then(|_| between(self.accepted, self.ended));
    }
}

/// One row, and what is known when it comes.
struct Step<'a> {
    row: &'a Row,
    side: Side,
    accepted: bool,
}

/// What a row does to its call.
enum Moves {
    Offers,
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
        match action.name {
            ActionName::Offer | ActionName::OfferNotice => Moves::Offers,
            // Some callers' clients send a preaccept of their own: only the callee's says that it rings.
            ActionName::Preaccept if self.side != Side::Caller => Moves::Rings,
            ActionName::Accept => Moves::Accepts,
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

    fn terminate(&self, action: &Action) -> Moves {
        if action.is_elsewhere() {
            // Outbound, it stops the ringing of sibling devices while the call lives on.
            let reaches_us = self.row.observed.direction() != Some(Direction::Outbound) && !self.accepted;
            return if reaches_us { Moves::Ends(Outcome::Elsewhere) } else { Moves::Nothing };
        }
        Moves::Ends(match action.reason.as_deref() {
            Some("timeout") => Outcome::Missed,
            Some("busy") => Outcome::Busy,
            Some(reason) if says_declined(reason) => Outcome::Declined,
            Some("connection_lost" | "retry") => Outcome::Failed,
            _ if self.side == Side::Callee => Outcome::Declined,
            _ => Outcome::Cancelled,
        })
    }
}

/// Whether a call can go on after all: one device of several may be busy, and an error in the ack of an offer does
/// not keep others from accepting.
const fn is_passing(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Busy | Outcome::Failed)
}

/// Whether the `reason` of a reject or a terminate says that the callee declined.
#[must_use]
pub fn says_declined(reason: &str) -> bool {
    matches!(reason, "declined" | "decline" | "rejected" | "reject")
}
