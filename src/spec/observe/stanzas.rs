//! The call stanzas of a call, each once, however often it was seen.

use foldhash::{HashMap, HashSet};

use crate::call::{Call, Outcome, Row, declines, is_offer};
use crate::origin::Direction;
use crate::protocol::binary::{Element, Jid, Value};
use crate::protocol::stanza::{Ack, Action, ActionName, Body};

/// A call stanza, at the row that stands for all sights of it.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'c> {
    /// Index of the row in [`Call::rows`]: where it left its originator's socket, if that was recorded, else where it came
    /// in first.
    pub index: usize,
    /// The row.
    pub row: &'c Row,
    /// Its action.
    pub action: &'c Action,
    /// The element that the action was read from.
    pub node: Element<'c>,
}

impl<'c> Sight<'c> {
    /// The call stanza that a row is, if it has an action.
    #[must_use]
    pub fn of(index: usize, row: &'c Row) -> Option<Self> {
        let stanza = row.observed.read();
        Some(Self { index, row, action: stanza.action()?, node: stanza.action_node()? })
    }

    /// The `<call>` around the action.
    #[must_use]
    pub fn wrapper(&self) -> Element<'c> {
        self.row.observed.read().node.root()
    }

    /// Whether it left the recorded socket.
    #[must_use]
    pub fn is_outbound(&self) -> bool {
        self.row.observed.direction() == Some(Direction::Outbound)
    }

    /// Whether it reached the recorded socket.
    #[must_use]
    pub fn is_inbound(&self) -> bool {
        self.row.observed.direction() == Some(Direction::Inbound)
    }

    /// Whether the call had been answered before it.
    #[must_use]
    pub fn is_in_call(&self, call: &Call) -> bool {
        call.progress.accepted.is_some_and(|accepted| accepted < self.index)
    }

    /// Whether the call had been answered before it; `None` if that is not known. A terminate by which another device took the
    /// call says so itself: the accept may be on its way, logged later, or recorded nowhere.
    #[must_use]
    pub fn was_answered(&self, call: &Call) -> Option<bool> {
        let accepted = call.progress.accepted.and_then(|accepted| call.is_before(accepted, self.index));
        match call.progress.accepted {
            Some(_) if accepted == Some(true) => Some(true),
            _ if self.action.is_elsewhere() => None,
            Some(_) => accepted,
            None => (call.progress.outcome != Outcome::Unknown).then_some(false),
        }
    }

    /// How it stands to the accept of the call, in words.
    #[must_use]
    pub fn phase(&self, call: &Call) -> &'static str {
        match call.progress.accepted {
            Some(accepted) if call.is_before(accepted, self.index) == Some(true) => "after the accept",
            Some(accepted) if call.is_before(self.index, accepted) != Some(true) => "about when the call was accepted",
            _ => "before any accept",
        }
    }

    /// What is the same of one stanza at each device that it reaches; `None` where it has no id.
    fn arrival(&self) -> Option<(&'c str, &'c ActionName, &'static str)> {
        let id = self.row.observed.read().id.as_deref()?;
        Some((id, &self.action.name, self.row.originator.side.name()))
    }

    /// The action's `call-creator`, if it is an address.
    #[must_use]
    pub fn creator(&self) -> Option<Jid> {
        self.node.attribute("call-creator").and_then(Value::to_jid)
    }

    /// Whether it is a reject by which the callee declines: one without a reason, or with a reason that says so.
    #[must_use]
    pub fn declines(&self) -> bool {
        self.action.name == ActionName::Reject && declines(self.action)
    }
}

/// Every call stanza once, in order: copies that arrived of one that was recorded as it left, copies of one at
/// several devices, and what was sent again are left out.
#[must_use]
pub fn each(call: &Call) -> Vec<Sight<'_>> {
    once(call, |_| true)
}

/// Every call stanza of one action once, in order.
#[must_use]
pub fn of<'c>(call: &'c Call, name: &ActionName) -> Vec<Sight<'c>> {
    once(call, |action| action == name)
}

/// Every call stanza once whose action is wanted.
fn once(call: &Call, is_wanted: impl Fn(&ActionName) -> bool) -> Vec<Sight<'_>> {
    let mut arrived = HashSet::default();
    let wanted = sights(call).filter(|sight| is_wanted(&sight.action.name));
    let once = wanted.filter(|sight| {
        let mut is_first = || sight.is_outbound() || sight.arrival().is_none_or(|arrival| arrived.insert(arrival));
        sight.row.copy_of.is_none() && sight.row.repeats.is_none() && is_first()
    });
    once.collect()
}

/// Every call stanza that arrived, once, in order: where the question is what arrives, its copy counts, and not the
/// stanza as it was sent.
#[must_use]
pub fn arrivals(call: &Call) -> Vec<Sight<'_>> {
    let mut arrived = HashSet::default();
    let arrivals = sights(call).filter(|sight| {
        let mut is_first = || sight.arrival().is_none_or(|arrival| arrived.insert(arrival));
        sight.is_inbound() && sight.row.repeats.is_none() && is_first()
    });
    arrivals.collect()
}

/// Every row with a call stanza, in order.
pub fn sights(call: &Call) -> impl Iterator<Item = Sight<'_>> {
    call.rows.iter().enumerate().filter_map(|(index, row)| Sight::of(index, row))
}

/// The index of the first row of each vantage that `is` one, by vantage.
#[must_use]
pub fn first_by_vantage(call: &Call, is: impl Fn(&Row) -> bool) -> HashMap<usize, usize> {
    let mut first = HashMap::default();
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| is(row)) {
        first.entry(row.vantage).or_insert(index);
    }
    first
}

/// Whether a row is a call stanza with this action.
#[must_use]
pub fn is(row: &Row, name: &ActionName) -> bool {
    row.observed.read().action().is_some_and(|action| action.name == *name)
}

/// Every row with a call stanza of one action, in order.
pub fn named(call: &Call, name: ActionName) -> impl Iterator<Item = Sight<'_>> {
    sights(call).filter(move |sight| sight.action.name == name)
}

/// Every row with a terminate, in order.
pub fn terminates(call: &Call) -> impl Iterator<Item = Sight<'_>> {
    named(call, ActionName::Terminate)
}

/// Every row with a reject, in order.
pub fn rejects(call: &Call) -> impl Iterator<Item = Sight<'_>> {
    named(call, ActionName::Reject)
}

/// The outbound rejects, each with the offer, or notice of one, that its vantage saw last before it.
pub fn own_rejects(call: &Call) -> impl Iterator<Item = (Sight<'_>, Option<Sight<'_>>)> {
    let mut offers: Vec<Option<Sight<'_>>> = vec![None; call.vantages.len()];
    sights(call).filter_map(move |sight| match &sight.action.name {
        name if is_offer(name) && sight.is_inbound() => {
            *offers.get_mut(sight.row.vantage)? = Some(sight);
            None
        }
        ActionName::Reject if sight.is_outbound() => Some((sight, offers.get(sight.row.vantage).copied().flatten())),
        _ => None,
    })
}

/// Whether an action is about the path of the media.
pub const fn is_of_media(name: &ActionName) -> bool {
    matches!(name, ActionName::Transport | ActionName::RelayLatency | ActionName::RelayElection)
}

/// The acks, in order.
pub fn acks(call: &Call) -> impl Iterator<Item = (usize, &Row, &Ack)> {
    call.rows.iter().enumerate().filter_map(|(index, row)| match &row.observed.read().body {
        Body::Ack(ack) => Some((index, row, &**ack)),
        Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    })
}
