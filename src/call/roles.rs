//! What each vantage was in a call, and who called whom.

use super::passages::{Passage, Passages};
use super::people::People;
use super::{Role, Row, Vantage, says_declined};
use crate::origin::Direction;
use crate::protocol::binary::{Jid, Value};
use crate::protocol::stanza::{Action, ActionName};

/// The vantages of a call: the caller, then the callee's devices, then the others, each by address. The passages are
/// made to refer to them.
pub(super) fn vantages(passages: &mut Passages, creator: Option<&Jid>, people: &People) -> Vec<Vantage> {
    let mut acts: Vec<Vec<Act<'_>>> = vec![Vec::new(); passages.devices.len()];
    let mut first = vec![None; passages.devices.len()];
    for passage in &passages.items {
        if let Some(slot) = first.get_mut(passage.vantage) {
            slot.get_or_insert_with(|| passage.observed.place());
        }
        if let (Some(act), Some(own)) = (Act::of(passage), acts.get_mut(passage.vantage)) {
            own.push(act);
        }
    }
    let takers = takers(&acts, passages);
    let found = passages.devices.iter().zip(&acts).zip(first).enumerate().map(|(index, ((device, own), first))| {
        let device = device.clone();
        let shares = creator.and_then(|creator| device.shares_account(creator, people));
        let mut role = role(own, shares);
        if role == Role::Callee && !own.iter().any(Act::takes) {
            let is_another = |taker: &Jid| {
                device.jid().is_some_and(|jid| taker.device != jid.device)
                    && device.shares_account(taker, people) == Some(true)
            };
            let is_told = own.iter().any(|act| !act.is_outbound && act.action.is_elsewhere());
            if is_told || takers.iter().any(is_another) {
                role = Role::CalleeOther;
            }
        }
        (Vantage { device, role, clock: None }, first, index)
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by_cached_key(|(vantage, first, _)| {
        let address = vantage.device.jid().map(ToString::to_string);
        (vantage.role, address.is_none(), address, *first)
    });
    let mut places = vec![0; found.len()];
    for (place, (_, _, index)) in found.iter().enumerate() {
        if let Some(slot) = places.get_mut(*index) {
            *slot = place;
        }
    }
    for passage in &mut passages.items {
        passage.vantage = places.get(passage.vantage).copied().unwrap_or_default();
    }
    found.into_iter().map(|(vantage, _, _)| vantage).collect()
}

/// An action that passed a vantage.
#[derive(Clone, Copy)]
struct Act<'p> {
    action: &'p Action,
    is_outbound: bool,
    from: Option<&'p Jid>,
}

impl<'p> Act<'p> {
    fn of(passage: &'p Passage) -> Option<Self> {
        let stanza = passage.observed.read();
        let is_outbound = passage.observed.direction()? == Direction::Outbound;
        Some(Self { action: stanza.action()?, is_outbound, from: stanza.from.as_ref() })
    }

    /// Whether the vantage takes or declines the call with it.
    fn takes(&self) -> bool {
        self.is_outbound && self.takes_or_declines()
    }

    fn takes_or_declines(&self) -> bool {
        match self.action.name {
            ActionName::Accept => true,
            ActionName::Reject => self.action.reason.as_deref().is_none_or(says_declined),
            _ => false,
        }
    }
}

/// The devices that were seen to take or decline the call.
fn takers(acts: &[Vec<Act<'_>>], passages: &Passages) -> Vec<Jid> {
    let mut takers = Vec::new();
    for (own, local) in acts.iter().zip(&passages.devices) {
        for act in own.iter().filter(|act| act.takes_or_declines()) {
            let device = if act.is_outbound { local.jid() } else { act.from.filter(|from| from.device != 0) };
            takers.extend(device.cloned());
        }
    }
    takers.sort_unstable();
    takers.dedup();
    takers
}

/// What a vantage was: by the direction of an offer; else by whether the creator, whom every action names, is of its
/// account; else the callee if it accepted or declined.
fn role(own: &[Act<'_>], is_creators: Option<bool>) -> Role {
    let offer = own.iter().find(|act| is_offer(&act.action.name));
    match (offer.map(|offer| offer.is_outbound), is_creators) {
        (Some(true), _) | (None, Some(true)) => Role::Caller,
        (Some(false), _) | (None, Some(false)) => Role::Callee,
        (None, None) => {
            let taken =
                |act: &Act<'_>| act.is_outbound && matches!(act.action.name, ActionName::Accept | ActionName::Reject);
            if own.iter().any(taken) { Role::Callee } else { Role::Unknown }
        }
    }
}

/// Who called whom.
pub(super) fn parties(offer: Option<&Row>, creator: Option<&Jid>, vantages: &[Vantage]) -> (Option<Jid>, Option<Jid>) {
    let Some(offer) = offer else {
        let callee = vantages.iter().find(|vantage| matches!(vantage.role, Role::Callee | Role::CalleeOther));
        return (creator.cloned(), callee.and_then(|vantage| vantage.device.jid()).cloned());
    };
    let stanza = offer.observed.read();
    let local = vantages.get(offer.vantage).and_then(|vantage| vantage.device.jid());
    let group = stanza.action_node().and_then(|node| node.attribute("group-jid")).and_then(Value::to_jid);
    match offer.observed.direction() {
        Some(Direction::Outbound) => (local.or(creator).cloned(), group.or_else(|| stanza.to.clone())),
        Some(Direction::Inbound) => (creator.or(stanza.from.as_ref()).cloned(), group.or_else(|| local.cloned())),
        None => (creator.cloned(), stanza.to.clone()),
    }
}

/// Whether an action proposes a call, or tells of a proposal.
pub(super) const fn is_offer(name: &ActionName) -> bool {
    matches!(name, ActionName::Offer | ActionName::OfferNotice)
}
