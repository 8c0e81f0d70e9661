//! The call stanzas of a call, as rules look at them.

use super::rule::Checks;
use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::{Jid, Node, Value};
use crate::protocol::stanza::{Ack, Action, ActionName, Body};

/// A `<call>` and the action in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Act<'c> {
    /// Index in [`Call::rows`].
    pub(super) index: usize,
    /// The row.
    pub(super) row: &'c Row,
    /// The `<call>`.
    pub(super) wrapper: &'c Node,
    /// Its first child.
    pub(super) node: &'c Node,
    /// The same, read.
    pub(super) action: &'c Action,
}

impl<'c> Act<'c> {
    fn of(index: usize, row: &'c Row) -> Option<Self> {
        let stanza = row.observed.read();
        Some(Self { index, row, wrapper: &stanza.node, node: stanza.action_node()?, action: stanza.action()? })
    }

    /// Whether it left the recorded client.
    pub(super) fn is_outbound(&self) -> bool {
        self.row.observed.direction() == Some(Direction::Outbound)
    }

    /// Whether it reached the recorded client.
    pub(super) fn is_inbound(&self) -> bool {
        self.row.observed.direction() == Some(Direction::Inbound)
    }

    /// The action's `call-creator`, if it is an address.
    pub(super) fn creator(&self) -> Option<Jid> {
        self.node.attribute("call-creator").and_then(Value::to_jid)
    }

    /// Whether it is a reject by which the callee declines: one without a reason, or with a reason that says so.
    pub(super) fn declines(&self) -> bool {
        let says_so = |reason: &str| matches!(reason, "declined" | "decline" | "rejected" | "reject");
        self.action.name == ActionName::Reject && self.action.reason.as_deref().is_none_or(says_so)
    }
}

/// The call stanzas with an action, in order.
pub(super) fn acts(call: &Call) -> impl Iterator<Item = Act<'_>> {
    call.rows.iter().enumerate().filter_map(|(index, row)| Act::of(index, row))
}

/// Those with one action.
pub(super) fn named(call: &Call, name: ActionName) -> impl Iterator<Item = Act<'_>> {
    acts(call).filter(move |act| act.action.name == name)
}

/// The terminates.
pub(super) fn terminates(call: &Call) -> impl Iterator<Item = Act<'_>> {
    named(call, ActionName::Terminate)
}

/// The rejects.
pub(super) fn rejects(call: &Call) -> impl Iterator<Item = Act<'_>> {
    named(call, ActionName::Reject)
}

/// The outbound rejects, each with the offer, or notice of one, that its vantage saw last before it.
pub(super) fn own_rejects(call: &Call) -> impl Iterator<Item = (Act<'_>, Option<Act<'_>>)> {
    let mut offers: Vec<Option<Act<'_>>> = vec![None; call.vantages.len()];
    acts(call).filter_map(move |act| match act.action.name {
        ActionName::Offer | ActionName::OfferNotice if act.is_inbound() => {
            *offers.get_mut(act.row.vantage)? = Some(act);
            None
        }
        ActionName::Reject if act.is_outbound() => Some((act, offers.get(act.row.vantage).copied().flatten())),
        _ => None,
    })
}

/// Whether an action is about the path of the media.
pub(super) const fn is_of_media(name: &ActionName) -> bool {
    matches!(name, ActionName::Transport | ActionName::RelayLatency | ActionName::RelayElection)
}

/// The acks, in order.
pub(super) fn acks(call: &Call) -> impl Iterator<Item = (usize, &Row, &Ack)> {
    call.rows.iter().enumerate().filter_map(|(index, row)| match &row.observed.read().body {
        Body::Ack(ack) => Some((index, row, ack)),
        Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    })
}

/// How a stanza departs from the form in which a client is to build it.
#[derive(Clone, Debug)]
pub(super) enum Departure {
    /// It breaks the rule.
    Broken(String),
    /// It has something that the page does not know.
    Unknown(String),
    /// The pages contradict each other about it: a discrepancy, not a fault.
    Disputed(String),
}

/// Notes how a stanza stands to a rule on what clients build. An inbound one was rewritten by the server: what would
/// break the rule in an outbound one is news there.
pub(super) fn note_built(checks: &mut Checks, act: &Act<'_>, found: Result<&'static str, Departure>) {
    let row = act.index;
    match (act.row.observed.direction(), found) {
        (Some(Direction::Outbound), Ok(why)) => checks.holds(row, why),
        (_, Ok(_)) => {}
        (_, Err(Departure::Unknown(why))) => checks.novelty(row, why),
        (_, Err(Departure::Disputed(why))) => checks.undecided(row, why),
        (Some(Direction::Outbound), Err(Departure::Broken(why))) => checks.violated(row, why),
        (Some(Direction::Inbound), Err(Departure::Broken(why))) => {
            checks.novelty(row, format!("{why}; it came in, so the server may have made it so"));
        }
        (None, Err(Departure::Broken(why))) => {
            checks.undecided(row, format!("{why}; the recording does not say who sent it"));
        }
    }
}
