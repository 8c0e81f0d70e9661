//! How a call went, from all its legs together: how it ended, who ended it, and how long it rang and lasted.

use std::collections::BTreeSet;

use super::legs::{Course, End, course};
use super::model::{Call, Leg, LegState, Outcome, Progress, Row, Side};
use super::predicates::{is_offer, says_declined};
use crate::origin::Direction;
use crate::protocol::stanza::{Action, ActionName, Body};

/// How long after a decline, in nanoseconds, a timeout shows that the call rang on: an end that the decline itself caused
/// comes sooner.
const RANG_ON: i64 = 2_000_000_000;

/// How far from the announced ring time, in nanoseconds, a terminate may come for a timer to have sent it.
const TIMER_SLACK: i64 = 1_000_000_000;

/// How many answers and ends of a call have their order questioned, and how many other orders are tried.
const CONTESTED: usize = 24;
const ORDERS_TRIED: usize = 8;

/// Returns how a call went, by the course of its legs.
///
/// Inside the bounds of the clocks nothing has an order. So the course is followed again with each two answers or ends
/// swapped that may have come the other way round, and what then comes out otherwise is unknown.
///
/// `hides_own` is whether a recording of received stanzas only leaves out some that were sent: one made on the network does,
/// one of a known socket, and one with acks of them. Stanzas that somebody pasted from elsewhere may be all there were.
pub(super) fn progress(call: &Call, nominal: &Course, hides_own: bool) -> Progress {
    let mut verdict = Judge { call, course: nominal, hides_own }.verdict();
    for swapped in contested(call).into_iter().filter_map(|pair| swapped(call, pair)).take(ORDERS_TRIED) {
        verdict.withdraw(&Judge { call, course: &course(call, swapped), hides_own }.verdict());
    }
    verdict.progress(call, nominal)
}

/// Returns the pairs of answers and ends whose order is unknown.
fn contested(call: &Call) -> Vec<(usize, usize)> {
    let decides = |row: &Row| {
        let is_effective = row.copy_of.is_none() && row.repeats.is_none() && row.refused_by.is_none();
        let body = &row.observed.read().body;
        is_effective
            && matches!(body, Body::Call(Some(action))
                if matches!(action.name, ActionName::Accept | ActionName::Reject | ActionName::Terminate))
    };
    let rows = call.rows.iter().enumerate().filter(|(_, row)| decides(row));
    let rows: Vec<usize> = rows.map(|(index, _)| index).take(CONTESTED).collect();
    let pairs =
        rows.iter().enumerate().flat_map(|(nth, first)| rows.iter().skip(nth + 1).map(|second| (*first, *second)));
    pairs.filter(|(first, second)| call.is_before(*first, *second).is_none()).collect()
}

/// Returns the rows in an order in which `second` comes before `first`: with it comes what its vantage recorded before it,
/// and what that is a copy of. `None` if `first` is among those, and so was first.
fn swapped(call: &Call, (first, second): (usize, usize)) -> Option<Vec<usize>> {
    let vantage = call.rows.get(second)?.vantage;
    let mut moved = BTreeSet::from([second]);
    for index in (first..=second).rev() {
        let row = call.rows.get(index)?;
        if moved.contains(&index) || row.vantage == vantage && index != first {
            moved.insert(index);
            moved.extend(row.copy_of.get().filter(|original| (first..second).contains(original)));
        }
    }
    let rest = (first..call.rows.len()).filter(|index| !moved.contains(index));
    let order = (0..first).chain(moved.iter().copied()).chain(rest).collect();
    (!moved.contains(&first)).then_some(order)
}

/// How a call went, if its rows are in one order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    outcome: Outcome,
    accepted: Option<usize>,
    ended: Option<usize>,
    ended_by: Option<Side>,
    without_effect: Vec<usize>,
}

impl Verdict {
    /// Takes back what another order of the rows gives otherwise.
    fn withdraw(&mut self, other: &Self) {
        if self.outcome != other.outcome {
            self.outcome = Outcome::Unknown;
        }
        if self.ended_by != other.ended_by {
            self.ended_by = Some(Side::Unknown);
        }
        if self.accepted != other.accepted {
            self.accepted = None;
        }
        // Of two ends by one side with one outcome, either may stand for both.
        let is_either = self.outcome != Outcome::Unknown && self.ended_by != Some(Side::Unknown);
        if self.ended != other.ended && !is_either {
            self.ended = None;
        }
        self.without_effect.retain(|row| other.without_effect.contains(row));
    }

    fn progress(self, call: &Call, course: &Course) -> Progress {
        let Self { outcome, accepted, ended, ended_by, without_effect } = self;
        let offers = |row: &Row| row.observed.read().action().is_some_and(|action| is_offer(&action.name));
        let offered = course.offers.first().copied().or_else(|| call.rows.iter().position(offers));
        let ringing = course.legs.iter().filter(|leg| !leg.is_invited).filter_map(|leg| leg.step(LegState::Ringing));
        let ended_row = ended.and_then(|ended| call.rows.get(ended));
        let is_known = ended_by != Some(Side::Unknown);
        // An offer from the offline queue was delivered when the device came back, so the time from it says nothing about ringing.
        let is_live = offered.and_then(|row| call.rows.get(row)).is_some_and(|row| !row.observed.read().is_offline());
        let rang = is_live && !matches!(outcome, Outcome::Failed | Outcome::Unknown);
        let lapse = |from: Option<usize>, to: Option<usize>| {
            call.lapse(from?, to?).filter(|lapse| lapse.nanoseconds.saturating_add(lapse.bound) >= 0)
        };
        Progress {
            offered,
            rang: ringing.map(|step| step.row).min(),
            accepted,
            ended,
            ended_by,
            end_provenance: ended_row.filter(|_| is_known).map(|row| row.originator.provenance),
            end_reason: ended_row.and_then(|row| row.observed.read().action()).and_then(|action| action.reason.clone()),
            outcome,
            without_effect,
            ring: if rang { lapse(offered, accepted.or(ended)) } else { None },
            talk: lapse(accepted, ended),
            gaps: None,
        }
    }
}

struct Judge<'c> {
    call: &'c Call,
    course: &'c Course,
    hides_own: bool,
}

impl<'c> Judge<'c> {
    fn verdict(&self) -> Verdict {
        let (outcome, accepted, ended) = self.end();
        let sent_by = ended.and_then(|ended| self.call.rows.get(ended)).map(|row| row.originator.side);
        let is_unclear = outcome == Outcome::Missed && ended.is_some_and(|ended| self.may_follow_a_timeout(ended));
        let ended_by = if is_unclear { Some(Side::Unknown) } else { sent_by };
        let is_refused = |(_, row): &(usize, &Row)| {
            row.refused_by.is_some() && self.action(row).is_some_and(|action| action.name == ActionName::Reject)
        };
        let refused = self.call.rows.iter().enumerate().filter(is_refused).map(|(index, _)| index);
        let late = self.decline().filter(|_| outcome == Outcome::Missed);
        let without_effect = refused.chain(late).collect();
        Verdict { outcome, accepted, ended, ended_by, without_effect }
    }

    /// Returns the outcome, the row that accepted the call, and the one that ended it.
    fn end(&self) -> (Outcome, Option<usize>, Option<usize>) {
        if let Some(accepted) = self.accepted() {
            return (Outcome::Answered, Some(accepted), self.hung_up());
        }
        if let Some(told) = self.course.told {
            return (told, None, None);
        }
        if let Some(ack) = self.course.failed.filter(|_| self.course.offers.is_empty()) {
            return (Outcome::Failed, None, Some(ack));
        }
        let end = self.course.ends.first().copied();
        let (outcome, ended) = match (self.decline(), end) {
            (Some(decline), _) => match self.rang_on(decline) {
                Some(timeout) => (Outcome::Missed, Some(timeout)),
                None => (Outcome::Declined, Some(decline)),
            },
            (None, Some(end)) => self.ended_by(end),
            (None, None) => self.without_end(),
        };
        (outcome, None, ended)
    }

    /// Returns the accept that answered the call: of the first device whose accept was not lost to another's.
    fn accepted(&self) -> Option<usize> {
        let took = |leg: &&Leg| matches!(leg.state(), Some(LegState::Accepted | LegState::Ended));
        let accepts = self.course.legs.iter().filter(took).filter_map(|leg| {
            let step = leg.step(LegState::Accepted)?;
            Some((leg.is_invited, step.row))
        });
        accepts.min().map(|(_, row)| row)
    }

    /// Returns the stanza that ended an answered call: it lasts as long as a device that accepted is in it.
    fn hung_up(&self) -> Option<usize> {
        let took = |leg: &&Leg| leg.step(LegState::Accepted).is_some() && leg.state() != Some(LegState::Stopped);
        let legs: Vec<&Leg> = self.course.legs.iter().filter(took).collect();
        let has_guests = legs.iter().any(|leg| leg.is_invited);
        let ends = |leg: &&Leg| leg.step(LegState::Ended).map(|step| step.row);
        if !self.call.group && !has_guests {
            return legs.iter().filter_map(ends).min();
        }
        let ends: Option<Vec<usize>> = legs.iter().map(ends).collect();
        ends?.into_iter().max()
    }

    /// Returns the stanza by which a person declined the call for everyone.
    fn decline(&self) -> Option<usize> {
        let declined = self.course.legs.iter().filter(|leg| !leg.is_invited && leg.state() == Some(LegState::Rejected));
        let rows = declined.filter_map(|leg| leg.step(LegState::Rejected)).map(|step| step.row);
        rows.filter(|index| {
            self.call.rows.get(*index).is_some_and(|row| {
                // One member of a group declines for nobody else.
                row.observed.direction() == Some(Direction::Outbound) || !self.call.group
            })
        })
        .min()
    }

    /// Returns the timeout that shows that a decline did not take effect.
    fn rang_on(&self, decline: usize) -> Option<usize> {
        let mut timeouts =
            self.course.ends.iter().map(|end| end.row).filter(|row| self.reason(*row) == Some("timeout"));
        timeouts.find(|row| self.call.elapsed(decline, *row).is_none_or(|elapsed| elapsed >= RANG_ON))
    }

    /// Returns the outcome by the first terminate for the whole call, which nobody had accepted or declined.
    fn ended_by(&self, end: End) -> (Outcome, Option<usize>) {
        let Some(row) = self.call.rows.get(end.row) else { return (Outcome::Unknown, None) };
        let reason = self.reason(end.row);
        if !end.stops_ringing {
            // A caller whose timer runs out says so whatever its devices did before; those that gave up by themselves ended it.
            match self.by_legs() {
                Some(by_legs) if by_legs.0 == Outcome::Missed || reason != Some("timeout") => return by_legs,
                None if reason != Some("timeout") => return (Outcome::Unknown, Some(end.row)),
                _ => {}
            }
        }
        let side = row.originator.side;
        let outcome = match reason {
            Some("timeout") => Outcome::Missed,
            Some("busy") => Outcome::Busy,
            Some("connection_lost" | "retry") => Outcome::Failed,
            // A caller does not decline: its client passes on that the other end could not or would not take the call.
            Some(reason) if says_declined(reason) && side == Side::Caller => {
                let is_refused = self.course.legs.iter().any(|leg| leg.state() == Some(LegState::Refused));
                if is_refused { Outcome::Failed } else { Outcome::Unknown }
            }
            Some(reason) if says_declined(reason) => Outcome::Declined,
            Some(_) => match self.until_announced(end.row) {
                Some(left) if left.abs() <= TIMER_SLACK => Outcome::Missed,
                Some(left) if left > 0 && side == Side::Caller => Outcome::Cancelled,
                _ => Outcome::Unknown,
            },
            None if side == Side::Caller && !self.may_hide_answer(end.row) => match self.until_announced(end.row) {
                Some(left) if left.abs() <= TIMER_SLACK => Outcome::Unknown,
                _ => Outcome::Cancelled,
            },
            None => Outcome::Unknown,
        };
        (outcome, Some(end.row))
    }

    /// Returns whether a device of the callee may have given up before a timeout of the caller's: one ring time runs out at
    /// both ends, and where no clock orders the two, neither is known to have come first.
    fn may_follow_a_timeout(&self, end: usize) -> bool {
        let timed_out = |leg: &Leg| leg.step(LegState::Stopped).map(|step| step.row).filter(|row| *row != end);
        let mut gave_up = self.course.legs.iter().filter_map(timed_out);
        self.reason(end) == Some("timeout") && gave_up.any(|row| self.is_crossing(row, end))
    }

    fn is_crossing(&self, one: usize, other: usize) -> bool {
        let side = |index: usize| self.call.rows.get(index).map(|row| row.originator.side);
        side(one) != side(other) && self.reason(one) == Some("timeout") && self.call.is_before(one, other).is_none()
    }

    /// Returns the outcome of a call that no terminate ended.
    fn without_end(&self) -> (Outcome, Option<usize>) {
        let is_ringing = self.course.legs.iter().any(|leg| !leg.is_invited && leg.is_ringing());
        // Who stops a device because another took the call knows of an answer that was not recorded.
        if self.course.says_elsewhere {
            return (Outcome::Unknown, None);
        }
        // The ring time of one device is that of all.
        if let Some(by_legs) = self.by_legs().filter(|(outcome, _)| !is_ringing || *outcome == Outcome::Missed) {
            return by_legs;
        }
        let stops_others = |row: &Row| self.action(row).is_some_and(Action::is_elsewhere);
        let is_open = !self.course.is_joined_late() && !self.call.rows.iter().any(stops_others);
        (if is_open { Outcome::CutOff } else { Outcome::Unknown }, None)
    }

    /// Returns the outcome of a call that rings nowhere any more, by what became of its legs, and the row that shows it.
    fn by_legs(&self) -> Option<(Outcome, Option<usize>)> {
        let legs = self.course.legs.iter().filter(|leg| !leg.is_invited);
        let outcomes = legs.filter_map(|leg| {
            let last = leg.steps.last()?;
            let action = self.call.rows.get(last.row).and_then(|row| self.action(row));
            Some(match last.state {
                LegState::Stopped if action.is_some_and(|action| action.reason.as_deref() == Some("timeout")) => {
                    (0, Outcome::Missed, last.row)
                }
                LegState::Busy => (1, Outcome::Busy, last.row),
                LegState::Stopped if action.is_some_and(Action::is_elsewhere) => (2, Outcome::Elsewhere, last.row),
                LegState::Refused => (3, Outcome::Failed, last.row),
                LegState::Ended => (4, Outcome::Unknown, last.row),
                _ => return None,
            })
        });
        outcomes.min_by_key(|(rank, _, row)| (*rank, *row)).map(|(_, outcome, row)| (outcome, Some(row)))
    }

    /// Returns whether an accept or a decline before a row may have been missed: the recording begins late, holds one
    /// direction only, or was interrupted.
    ///
    /// Programs that print received stanzas only are the most common recorders. An accept that such a one left out would show:
    /// the server acks it, and who hangs up says how long the call lasted.
    fn may_hide_answer(&self, end: usize) -> bool {
        let Some(vantage) = self.call.rows.get(end).map(|row| row.vantage) else { return true };
        let mut directions =
            self.call.rows.iter().filter(|row| row.vantage == vantage).map(|row| row.observed.direction());
        let first = directions.next().flatten();
        let is_one_way = first.is_some() && directions.all(|direction| direction == first);
        let lasted = |action: &Action| action.duration.is_some() || action.audio_duration.is_some();
        let says_length = || self.call.rows.get(end).and_then(|row| self.action(row)).is_some_and(lasted);
        let is_hidden = is_one_way && (first == Some(Direction::Outbound) || self.hides_own || says_length());
        let is_interrupted = || self.call.holes().iter().any(|hole| hole.vantage == vantage && hole.before <= end);
        self.course.is_joined_late() || self.course.says_elsewhere || is_hidden || is_interrupted()
    }

    /// Returns the nanoseconds from a row to the end of the announced ring time; negative after it.
    fn until_announced(&self, row: usize) -> Option<i64> {
        let announced = self.call.announced()?;
        Some(announced.timeout.saturating_sub(self.call.elapsed(*self.course.offers.first()?, row)?))
    }

    fn reason(&self, row: usize) -> Option<&'c str> {
        let reason = self.action(self.call.rows.get(row)?)?.reason.as_deref();
        reason.filter(|reason| !reason.is_empty())
    }

    fn action(&self, row: &'c Row) -> Option<&'c Action> {
        row.observed.read().action()
    }
}
