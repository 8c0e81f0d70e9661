//! How a call went: its phases, how it ended, who ended it, and how long it rang and lasted.

use super::clock::Alignment;
use super::model::{Emitter, Outcome, Phase, Progress, Row, Side};
use super::predicates::{declines, says_declined};
use super::sockets::Sockets;
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Action, ActionName, Body};

/// The clocks of a call.
pub(super) struct Timing<'t> {
    /// Their offsets to one another.
    pub(super) alignment: &'t Alignment,
    /// Which socket was recorded by which.
    pub(super) sockets: &'t Sockets,
}

impl Progress {
    /// Follows the rows in order and sets the phase of each.
    ///
    /// The first stanza that ends the call counts, unless what follows shows that it did not: see [`End`].
    pub(super) fn of(rows: &mut [Row], is_group: bool) -> Self {
        let mut progress = Self::default();
        let mut phase = Phase::Offered;
        let mut end: Option<End> = None;
        let mut accepter: Option<Jid> = None;
        for (index, row) in rows.iter_mut().enumerate() {
            let step = Step { row, is_group, is_accepted: progress.accepted.is_some(), accepter: accepter.as_ref() };
            let vantage = row.vantage;
            match step.read() {
                Effect::Offers(over) => {
                    progress.offered.get_or_insert(index);
                    if let (Some(outcome), None) = (over, end) {
                        end = Some(End { index: None, outcome, vantage });
                        phase = Phase::Ended;
                    }
                }
                Effect::Rings if phase < Phase::Accepted => {
                    progress.rang.get_or_insert(index);
                    phase = phase.max(Phase::Ringing);
                }
                Effect::Accepts if end.is_none_or(End::is_passing) => {
                    if progress.accepted.is_none() {
                        progress.accepted = Some(index);
                        accepter.clone_from(&row.originator.device);
                    }
                    end = None;
                    phase = Phase::Accepted;
                }
                Effect::Ends(outcome) if end.is_none_or(|end| end.gives_way_to(outcome, vantage)) => {
                    end = Some(End { index: Some(index), outcome, vantage });
                    phase = Phase::Ended;
                }
                Effect::Rings | Effect::Accepts | Effect::Ends(_) | Effect::Nothing => {}
            }
            row.phase = phase;
        }
        progress.outcome = match (progress.accepted, end) {
            (Some(_), _) => Outcome::Answered,
            (None, Some(end)) => end.outcome,
            (None, None) => Outcome::CutOff,
        };
        progress.ended = end.and_then(|end| end.index);
        if let Some(row) = progress.ended.and_then(|index| rows.get(index)) {
            progress.ended_by = Some(row.originator.side);
            progress.end_provenance = Some(row.originator.provenance);
            progress.end_reason = row.observed.read().action().and_then(|action| action.reason.clone());
        }
        progress
    }

    /// Measures how long the call rang and how long it lasted once accepted.
    ///
    /// An offer from the offline queue does not count: it was delivered when the device came back online, so the time from it
    /// to the end says nothing about ringing.
    pub(super) fn measure(&mut self, rows: &[Row], timing: &Timing<'_>) {
        let between = |from: Option<usize>, to: Option<usize>| between(rows, from?, to?, timing);
        let is_live =
            self.offered.and_then(|offer| rows.get(offer)).is_some_and(|row| !row.observed.read().is_offline());
        // A call that was refused by the server never rang.
        if is_live && self.outcome != Outcome::Failed {
            self.ring = between(self.offered, self.accepted.or(self.ended));
        }
        self.talk = self.accepted.and_then(|_| between(self.accepted, self.ended));
    }
}

/// How a call ended, as far as the rows so far show.
#[derive(Clone, Copy)]
struct End {
    /// The row that ended it; `None` if the offer itself says that the call was over.
    index: Option<usize>,
    outcome: Outcome,
    vantage: usize,
}

impl End {
    /// Returns whether the call may go on after all: one device of several may be busy, an error in the ack of an offer
    /// does not keep others from accepting, and what one device hears about another is not how the call ended.
    fn is_passing(self) -> bool {
        self.index.is_some() && matches!(self.outcome, Outcome::Busy | Outcome::Failed | Outcome::Elsewhere)
    }

    /// Returns whether a later stanza that ends the call replaces this end.
    fn gives_way_to(self, outcome: Outcome, vantage: usize) -> bool {
        match (self.outcome, outcome) {
            (_, Outcome::Elsewhere) => false,
            // What another vantage saw is how it ended. At the same vantage, later stanzas only follow from it, except
            // for a decline, which is what "elsewhere" announced.
            (Outcome::Elsewhere, _) => self.is_passing() && (vantage != self.vantage || outcome == Outcome::Declined),
            // After a busy or failed device, the caller's own terminate only gives up what had failed already.
            (_, Outcome::Cancelled | Outcome::Busy | Outcome::Failed) => false,
            _ => self.is_passing(),
        }
    }
}

/// One row, and what is known when it is reached.
struct Step<'a> {
    row: &'a Row,
    is_group: bool,
    is_accepted: bool,
    /// The device that accepted.
    accepter: Option<&'a Jid>,
}

/// What a row does to its call.
enum Effect {
    /// Offers; the offer may say itself that the call is over, and how.
    Offers(Option<Outcome>),
    Rings,
    Accepts,
    Ends(Outcome),
    Nothing,
}

impl Step<'_> {
    fn read(&self) -> Effect {
        let stanza = self.row.observed.read();
        match &stanza.body {
            Body::Call(Some(action)) => self.action(action),
            Body::Ack(ack) if ack.error.is_some() && self.row.action == Some(ActionName::Offer) => {
                Effect::Ends(Outcome::Failed)
            }
            Body::Call(None) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => Effect::Nothing,
        }
    }

    fn action(&self, action: &Action) -> Effect {
        let is_ours = self.row.observed.direction() == Some(Direction::Outbound);
        match action.name {
            ActionName::Offer | ActionName::OfferNotice => Effect::Offers(self.over()),
            // Some callers' clients send a preaccept of their own; only the callee's shows that a device rings.
            ActionName::Preaccept if self.row.originator.side != Side::Caller => Effect::Rings,
            ActionName::Accept => Effect::Accepts,
            // Once a device has accepted, another that declines changes nothing; nor does one member of a group.
            ActionName::Reject if self.is_accepted || (self.is_group && !is_ours) => Effect::Nothing,
            ActionName::Reject => Effect::Ends(match action.reason.as_deref() {
                _ if declines(action) => Outcome::Declined,
                Some("busy") => Outcome::Busy,
                _ => Outcome::Failed,
            }),
            ActionName::Terminate => self.terminate(action),
            _ => Effect::Nothing,
        }
    }

    /// Returns how the call ended, if the offer says that it is over: one from the offline queue may.
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

    fn terminate(&self, action: &Action) -> Effect {
        if action.is_elsewhere() {
            // Outbound, it stops sibling devices from ringing while the call goes on, and so do its delivered copies.
            let reaches_us = self.row.observed.direction() != Some(Direction::Outbound) && !self.is_accepted;
            return if reaches_us { Effect::Ends(Outcome::Elsewhere) } else { Effect::Nothing };
        }
        if self.spares_accepter(action) {
            return Effect::Nothing;
        }
        Effect::Ends(match action.reason.as_deref() {
            Some("timeout") => Outcome::Missed,
            Some("busy") => Outcome::Busy,
            _ if declines(action) => Outcome::Declined,
            Some("connection_lost" | "retry") => Outcome::Failed,
            // Without a known reason, only the side tells a decline from a caller who gave up.
            _ if self.row.originator.side == Side::Callee => Outcome::Declined,
            _ => Outcome::Cancelled,
        })
    }

    /// Returns whether a terminate names only devices other than the one that accepted, for which the call goes on. A
    /// terminate ends a call only for its targets: `<destination>`, else `to`.
    fn spares_accepter(&self, action: &Action) -> bool {
        let Some(accepter) = self.accepter.filter(|accepter| accepter.device != 0) else { return false };
        let to = self.row.observed.read().to.as_slice();
        let targets = if action.destination.is_empty() { to } else { &action.destination };
        let is_from_caller = self.row.emitter == Emitter::Local && self.row.originator.side == Side::Caller;
        let spares = |target: &Jid| target.device != 0 && target.device != accepter.device;
        is_from_caller && !targets.is_empty() && targets.iter().all(spares)
    }
}

/// Returns the nanoseconds from one row to another.
///
/// A vantage that saw both, or a copy of either, is exact on its own clock; the middle of the bounds between two clocks is
/// used only if there is none.
fn between(rows: &[Row], from: usize, to: usize, timing: &Timing<'_>) -> Option<i64> {
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
    let clock = |row: &Row| timing.sockets.clock(row.observed.socket());
    let add = timing.alignment.between(clock(last), clock(first))?.middle();
    Some(last.observed.time()?.nanoseconds_since(first.observed.time()?).saturating_add(add))
}
