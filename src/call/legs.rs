//! The legs of a call: what became of it at each device that it was offered to, as in the forking of SIP (RFC 3261,
//! section 16.7).
//!
//! A device of the callee rings, accepts or rejects for itself. How the call went follows from all its legs together
//! (see [`super::outcome`]), never from the first stanza that fits.

use foldhash::HashMap;

use super::identity::{Party, People};
use super::model::{Call, Leg, LegState, LegStep, Outcome, Role, Row, Side};
use super::predicates::{declines, is_offer, says_declined, speaks_of_group};
use super::sockets::{Key, device_key};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Action, ActionName, Body};

/// The most legs of one call that are followed: more than the devices of the largest group.
const LEGS_FOLLOWED: usize = 256;

/// The legs of a call, and what concerns all of them.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The legs, in the order in which they were met.
    pub(super) legs: Vec<Leg>,
    /// The offers that were not refused, or notices of them.
    pub(super) offers: Vec<usize>,
    /// How the call went, as the first offer itself says: one from the offline queue may.
    pub(super) told: Option<Outcome>,
    /// The first ack by which the server refused an offer.
    pub(super) failed: Option<usize>,
    /// The terminates for the whole call.
    pub(super) ends: Vec<End>,
    /// Whether a terminate that left its sender's socket says that another device took or declined the call.
    pub(super) says_elsewhere: bool,
}

impl Course {
    /// Returns whether the recording begins in the middle of the call.
    pub(super) fn is_joined_late(&self) -> bool {
        self.offers.is_empty() && self.failed.is_none()
    }
}

/// A terminate for the whole call.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) row: usize,
    /// Whether a device still rang, or no device is known.
    pub(super) stops_ringing: bool,
}

/// Follows the rows of a call in this order.
pub(super) fn course(call: &Call, order: impl IntoIterator<Item = usize>) -> Course {
    let mut follower = Follower { call, course: Course::default(), by_key: HashMap::default(), whose: Vec::new() };
    for index in order {
        if let Some(row) = call.rows.get(index) {
            follower.follow(index, row);
        }
    }
    let Follower { mut course, whose, .. } = follower;
    let legs = || course.legs.iter().zip(&whose).filter(|(leg, _)| !leg.steps.is_empty());
    // The account that was called stands only for devices that nothing names.
    let names_devices = legs().any(|(leg, whose)| !whose.is_account && !leg.is_invited);
    let is_needless = |leg: &Leg, whose: &Whose| {
        names_devices && whose.is_account && !leg.steps.iter().any(|step| step.state.is_own())
    };
    course.legs = legs().filter(|(leg, whose)| !is_needless(leg, whose)).map(|(leg, _)| leg.clone()).collect();
    course
}

struct Follower<'c> {
    call: &'c Call,
    course: Course,
    by_key: HashMap<Key, usize>,
    /// Whose each leg is.
    whose: Vec<Whose>,
}

/// Whose a leg is.
struct Whose {
    person: Option<Jid>,
    /// Whether it is the leg of all devices of the account that nothing names, not that of the phone.
    is_account: bool,
}

impl<'c> Follower<'c> {
    fn people(&self) -> &'c People {
        &self.call.people
    }

    fn follow(&mut self, index: usize, row: &'c Row) {
        let stanza = row.observed.read();
        let Body::Call(Some(action)) = &stanza.body else { return };
        // A copy is the arrival of what was followed already; only its recipient's own refusal is news.
        if row.copy_of.is_some() {
            if let (true, Some(ack)) = (is_offer(&action.name), row.refused_by.get()) {
                let leg = self.own_leg(row);
                self.step(leg, LegState::Refused, ack);
            }
            return;
        }
        match action.name {
            ActionName::Offer | ActionName::OfferNotice => self.offer(index, row, action),
            // Some callers' clients send a preaccept of their own; only the callee's shows that a device rings.
            _ if row.refused_by.is_some() => {}
            ActionName::Preaccept if row.originator.side != Side::Caller => {
                let leg = self.acting_leg(row);
                self.step(leg, LegState::Ringing, index);
            }
            ActionName::Accept => {
                let leg = self.acting_leg(row);
                let is_met = leg.and_then(|leg| self.course.legs.get(leg)).is_some_and(|leg| !leg.steps.is_empty());
                // Whoever the end of the call did not reach by name was stopped by it too; a group's call goes on.
                if is_met || self.call.group || self.course.ends.is_empty() {
                    self.step(leg, LegState::Accepted, index);
                }
            }
            // A caller cannot decline its own call.
            ActionName::Reject if row.originator.side != Side::Caller => {
                let leg = self.acting_leg(row);
                self.step(leg, rejected(action), index);
            }
            ActionName::Terminate if row.originator.side == Side::Callee && !action.is_elsewhere() => {
                self.leave(index, row, action);
            }
            ActionName::Terminate => self.terminate(index, row, action),
            _ => {}
        }
    }

    fn offer(&mut self, index: usize, row: &'c Row, action: &Action) {
        let stanza = row.observed.read();
        let is_ours = row.observed.direction() == Some(Direction::Outbound);
        let is_invited = is_ours && self.is_invitation(row);
        let legs: Vec<Option<usize>> = match row.observed.direction() {
            Some(Direction::Inbound) => vec![self.own_leg(row)],
            Some(Direction::Outbound) | None if !action.destination.is_empty() => {
                action.destination.iter().map(|jid| self.named_leg(jid, is_invited)).collect()
            }
            Some(Direction::Outbound) | None if speaks_of_group(stanza) => Vec::new(),
            Some(Direction::Outbound) | None => {
                stanza.to.iter().filter(|to| !to.is_server()).map(|jid| self.leg(Some(jid), is_invited)).collect()
            }
        };
        for leg in legs {
            self.step(leg, LegState::Offered, index);
            if let Some(ack) = row.refused_by.get() {
                self.step(leg, LegState::Refused, ack);
            }
        }
        match row.refused_by.get() {
            Some(ack) if is_ours && !is_invited => {
                self.course.failed.get_or_insert(ack);
            }
            Some(_) => {}
            None if is_invited => {}
            None => {
                if self.course.offers.is_empty() {
                    self.course.told = told(row);
                }
                self.course.offers.push(index);
            }
        }
    }

    /// Returns whether an offer asks a third person into a call that somebody else was offered.
    fn is_invitation(&self, row: &Row) -> bool {
        let first = self.course.offers.first().and_then(|first| self.call.rows.get(*first));
        first.is_some_and(|first| {
            let (before, now) = (first.observed.read(), row.observed.read());
            let parties = before.to.as_ref().zip(now.to.as_ref());
            !speaks_of_group(before) && parties.is_some_and(|(one, other)| !self.people().same_person(one, other))
        })
    }

    /// A device of the callee leaves the call with a terminate: it hangs up, or will not or cannot take it.
    fn leave(&mut self, index: usize, row: &'c Row, action: &Action) {
        let leg = self.acting_leg(row);
        let state = leg.and_then(|leg| self.course.legs.get(leg)).and_then(Leg::state);
        if state == Some(LegState::Accepted) {
            return self.step(leg, LegState::Ended, index);
        }
        // In the middle of a call, a terminate without a reason is a hang-up as well as a decline.
        let state = if self.course.is_joined_late() && !declines(action) { LegState::Ended } else { left(action) };
        self.step(leg, state, index);
        // A timeout under the account's address is that of all its devices.
        if state == LegState::Stopped && leg.is_some_and(|leg| self.is_account(leg)) {
            let person = leg.and_then(|leg| self.whose.get(leg)).and_then(|whose| whose.person.clone());
            let is_theirs = |leg: &usize| self.whose.get(*leg).is_some_and(|whose| whose.person == person);
            let ringing: Vec<usize> = self.having(Leg::is_ringing).into_iter().filter(is_theirs).collect();
            for leg in ringing {
                self.step(Some(leg), LegState::Stopped, index);
            }
        }
    }

    /// The caller or the server ends the legs that a terminate names, and the call, unless the terminate leaves out the leg
    /// that was accepted.
    fn terminate(&mut self, index: usize, row: &'c Row, action: &Action) {
        let named = self.named(row, action);
        let accepted: Vec<usize> = self.having(|leg| leg.state() == Some(LegState::Accepted));
        if action.is_elsewhere() {
            self.course.says_elsewhere |= row.observed.direction() == Some(Direction::Outbound);
            for leg in named.legs {
                // A device that is told so lost the call; the account's others were addressed with it, not the winner.
                if named.is_exact || !accepted.contains(&leg) {
                    self.step(Some(leg), LegState::Stopped, index);
                }
            }
            return;
        }
        let spares = |leg: &usize| !named.legs.contains(leg) && !self.is_account(*leg);
        let is_partial = named.is_exact && accepted.iter().any(spares);
        let concerns_guests = !named.legs.is_empty() && named.legs.iter().all(|leg| self.is_invited(*leg));
        if is_partial || concerns_guests {
            for leg in named.legs {
                self.step(Some(leg), LegState::Stopped, index);
            }
            return;
        }
        let ringing = self.having(|leg| leg.is_ringing() && !leg.is_invited);
        // Not every member of a group is known.
        let is_open = self.call.group || self.course.legs.iter().all(|leg| leg.steps.is_empty());
        let stops_ringing = is_open || !ringing.is_empty();
        self.course.ends.push(End { row: index, stops_ringing });
        for leg in accepted {
            self.step(Some(leg), LegState::Ended, index);
        }
        for leg in ringing {
            self.step(Some(leg), LegState::Stopped, index);
        }
    }

    /// Returns the legs that a terminate names.
    fn named(&mut self, row: &Row, action: &Action) -> Named {
        let role = self.call.role_of(row);
        let is_inbound = row.observed.direction() == Some(Direction::Inbound);
        if is_inbound && role != Role::Caller {
            // What else it stops was not recorded: `<destination>` is not delivered.
            return Named { legs: self.own_leg(row).into_iter().collect(), is_exact: true };
        }
        let to = row.observed.read().to.as_slice();
        let lists_devices = !action.destination.is_empty();
        let targets = if lists_devices { &action.destination } else { to };
        let is_named = |leg: usize, target: &Jid| match self.course.legs.get(leg).map(|leg| &leg.party) {
            Some(Party::Device(jid)) if target.device == 0 && !lists_devices => self.people().same_person(jid, target),
            Some(Party::Device(jid)) => self.people().same_device(jid, target),
            _ => false,
        };
        let legs = (0..self.course.legs.len()).filter(|leg| targets.iter().any(|target| is_named(*leg, target)));
        let is_exact = lists_devices || !is_inbound && !to.is_empty() && to.iter().all(|target| target.device != 0);
        Named { legs: legs.collect(), is_exact }
    }

    fn having(&self, fits: impl Fn(&Leg) -> bool) -> Vec<usize> {
        self.course.legs.iter().enumerate().filter(|(_, leg)| fits(leg)).map(|(index, _)| index).collect()
    }

    fn is_account(&self, leg: usize) -> bool {
        self.whose.get(leg).is_some_and(|whose| whose.is_account)
    }

    fn is_invited(&self, leg: usize) -> bool {
        self.course.legs.get(leg).is_some_and(|leg| leg.is_invited)
    }

    /// Returns the leg of the device that made a stanza. A bare address is that of the account: of its leg that was accepted,
    /// if there is one.
    fn acting_leg(&mut self, row: &Row) -> Option<usize> {
        let Some(device) = row.originator.device.as_ref().or(row.observed.read().from.as_ref()) else {
            return self.own_leg(row);
        };
        if device.device == 0 {
            let person = self.people().person(device);
            let is_theirs =
                |leg: &usize| self.whose.get(*leg).is_some_and(|whose| whose.person.as_ref() == Some(&person));
            let accepted = self.having(|leg| leg.state() == Some(LegState::Accepted));
            if let Some(leg) = accepted.into_iter().find(is_theirs) {
                return Some(leg);
            }
        }
        self.leg(Some(device), false)
    }

    /// Returns the leg of a row's vantage.
    fn own_leg(&mut self, row: &Row) -> Option<usize> {
        let device = self.call.vantage_of(row).and_then(|vantage| vantage.device.jid());
        match device {
            Some(device) => self.leg(Some(device), false),
            None => self.leg_of(Key::Socket(row.observed.socket()), Party::Local, None, false),
        }
    }

    /// Returns the leg of a device that a `<destination>` names: without a number, it is the phone.
    fn named_leg(&mut self, device: &Jid, is_invited: bool) -> Option<usize> {
        let leg = self.leg(Some(device), is_invited);
        if let Some(whose) = leg.and_then(|leg| self.whose.get_mut(leg)) {
            whose.is_account = false;
        }
        leg
    }

    fn leg(&mut self, device: Option<&Jid>, is_invited: bool) -> Option<usize> {
        let device = device?;
        let key = device_key(device, self.people());
        self.leg_of(key, Party::Device(device.clone()), Some(self.people().person(device)), is_invited)
    }

    fn leg_of(&mut self, key: Key, party: Party, person: Option<Jid>, is_invited: bool) -> Option<usize> {
        if let Some(leg) = self.by_key.get(&key) {
            return Some(*leg);
        }
        let leg = self.course.legs.len();
        if leg == LEGS_FOLLOWED {
            return None;
        }
        // Whoever joins is a guest as long as the person was only invited.
        let is_theirs = |known: usize| self.whose.get(known).is_some_and(|whose| whose.person == person);
        let is_guest = |known: usize| person.is_some() && is_theirs(known) && self.is_invited(known);
        let is_invited = is_invited || (0..leg).any(is_guest);
        self.by_key.insert(key, leg);
        self.whose.push(Whose { person, is_account: matches!(&party, Party::Device(jid) if jid.device == 0) });
        self.course.legs.push(Leg { party, is_invited, steps: Vec::new() });
        Some(leg)
    }

    /// Takes a leg one step on, if it can get there from where it is.
    fn step(&mut self, leg: Option<usize>, state: LegState, row: usize) {
        let Some(leg) = leg.and_then(|leg| self.course.legs.get_mut(leg)) else { return };
        let can = match (leg.state(), state) {
            // A device whose offer was refused may be offered the call anew.
            (None | Some(LegState::Refused), LegState::Offered) => true,
            (None | Some(LegState::Offered), LegState::Ringing) => true,
            (_, LegState::Offered | LegState::Ringing) => false,
            (Some(LegState::Accepted), LegState::Ended | LegState::Stopped) => true,
            (Some(LegState::Accepted), _) => false,
            (state, _) => state.is_none_or(LegState::is_ringing),
        };
        if can {
            leg.steps.push(LegStep { state, row });
        }
    }
}

/// The legs that a terminate names.
struct Named {
    legs: Vec<usize>,
    /// Whether it names devices, rather than an account with all its devices.
    is_exact: bool,
}

/// Returns where a reject leaves its leg.
fn rejected(action: &Action) -> LegState {
    match action.reason.as_deref() {
        _ if declines(action) => LegState::Rejected,
        Some("busy") => LegState::Busy,
        _ => LegState::Refused,
    }
}

/// Returns where a terminate of a device that had not accepted leaves its leg.
fn left(action: &Action) -> LegState {
    match action.reason.as_deref() {
        _ if declines_by_terminate(action) => LegState::Rejected,
        Some("busy") => LegState::Busy,
        Some("timeout") => LegState::Stopped,
        _ => LegState::Refused,
    }
}

/// Returns whether a terminate that is the callee's own declines: without a reason, nobody else's timer or failure explains
/// it.
fn declines_by_terminate(action: &Action) -> bool {
    declines(action) || action.reason.as_deref().is_none_or(str::is_empty)
}

/// Returns how the call went, if the offer says that it is over.
fn told(row: &Row) -> Option<Outcome> {
    let offer = row.observed.read().action_node()?;
    let reason = offer.text("terminate_reason");
    match reason.as_deref() {
        None => offer.attribute("is_call_ended").map(|_| Outcome::Missed),
        Some("busy") => Some(Outcome::Busy),
        Some(reason) if says_declined(reason) => Some(Outcome::Declined),
        Some(reason) if reason.ends_with("_elsewhere") => Some(Outcome::Elsewhere),
        Some(_) => Some(Outcome::Missed),
    }
}
