//! Who takes part in a call: how many calls share a call-id, what each vantage was in one, and who called whom.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::HashMap;

use super::identity::People;
use super::model::{Role, Row, Vantage};
use super::predicates::{declines, is_offer};
use super::recording::Observed;
use super::sockets::{Occurrence, Occurrences};
use crate::origin::Direction;
use crate::protocol::binary::{Jid, Value};
use crate::protocol::stanza::{Action, ActionName, Body, Stanza};

/// The stanzas of one call.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Who created it: the first device that its stanzas name, else the first account.
    pub(super) creator: Option<Jid>,
    /// Its stanzas, in the order given.
    pub(super) stanzas: Vec<Arc<Observed>>,
}

/// Splits the stanzas of one call-id into calls, by their first stanza.
///
/// A call-id identifies a call unless *different users* claim to have created it. Creators are compared as people, never as
/// text: clients drop the device of `call-creator`, the LID and the phone number of one person both occur, and real
/// inbound terminates lack the device. Comparing text would split nearly every call.
pub(super) fn split(stanzas: &[Arc<Observed>], people: &People) -> Vec<Part> {
    let mut named: Vec<&Jid> = stanzas.iter().filter_map(|observed| creator(observed.read())).collect();
    named.dedup();
    let creators: BTreeSet<Jid> = named.into_iter().map(|jid| people.person(jid)).collect();
    let representatives = representatives(&creators, people);
    let of_creator = |stanza: &Stanza| representatives.get(&people.person(creator(stanza)?)).copied();
    let is_one = representatives.values().collect::<BTreeSet<_>>().len() < 2;
    let mut parts: Vec<(Option<&Jid>, Part)> = Vec::new();
    let mut by_creator: HashMap<&Jid, usize> = HashMap::default();
    let mut by_id: HashMap<&str, usize> = HashMap::default();
    let mut by_party: HashMap<Jid, usize> = HashMap::default();
    for observed in stanzas {
        let stanza = observed.read();
        let party = || observed.party().map(|jid| people.person(jid));
        let index = if is_one {
            0
        } else if let Some(creator) = of_creator(stanza) {
            *by_creator.entry(creator).or_insert(parts.len())
        } else {
            // Acks and receipts name no creator: they follow what shares their id or their party, else what came before.
            let by_id = stanza.id.as_deref().and_then(|id| by_id.get(id));
            let by_party = || party().and_then(|party| by_party.get(&party).copied());
            by_id.copied().or_else(by_party).unwrap_or(parts.len().saturating_sub(1))
        };
        if index == parts.len() {
            parts.push((of_creator(stanza), Part::default()));
        }
        if !is_one {
            if let Some(id) = stanza.id.as_deref() {
                by_id.insert(id, index);
            }
            if let Some(party) = party() {
                by_party.entry(party).or_insert(index);
            }
        }
        let Some((_, part)) = parts.get_mut(index) else { continue };
        part.stanzas.push(Arc::clone(observed));
        let named = creator(stanza);
        if part.creator.as_ref().is_none_or(|known| known.device == 0 && named.is_some_and(|jid| jid.device != 0)) {
            part.creator = named.cloned().or(part.creator.take());
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

/// Maps each creator to the one that represents it. A single LID and a single phone number that nothing links may be one
/// person, and are taken as one: a second call would be invented otherwise. With more addresses, any pairing would be a
/// guess.
fn representatives<'c>(creators: &'c BTreeSet<Jid>, people: &People) -> BTreeMap<Jid, &'c Jid> {
    let one = creators.first();
    let pair = match creators.iter().collect::<Vec<_>>()[..] {
        [one, other] => people.may_be_one(one, other),
        _ => false,
    };
    let stands_for = |jid: &'c Jid| if pair { one.unwrap_or(jid) } else { jid };
    creators.iter().map(|jid| (jid.clone(), stands_for(jid))).collect()
}

fn creator(stanza: &Stanza) -> Option<&Jid> {
    let action: Option<&Action> = match &stanza.body {
        Body::Call(action) => action.as_deref(),
        Body::Receipt(receipt) => receipt.action.as_ref(),
        Body::Ack(_) | Body::Login(_) | Body::Other => None,
    };
    action?.call_creator.as_ref()
}

/// Returns the vantages of a call: the caller, then the callee's devices, then the others, each by address. The
/// occurrences are renumbered to match.
///
/// A vantage is a device, not a connection: `occurrences` has merged its connections and captures already.
pub(super) fn vantages(occurrences: &mut Occurrences, creator: Option<&Jid>, people: &People) -> Vec<Vantage> {
    let mut actions: Vec<Vec<Seen<'_>>> = vec![Vec::new(); occurrences.devices.len()];
    let mut first = vec![None; occurrences.devices.len()];
    for occurrence in &occurrences.items {
        if let Some(slot) = first.get_mut(occurrence.vantage) {
            slot.get_or_insert_with(|| (occurrence.observed.time(), occurrence.observed.place()));
        }
        if let (Some(seen), Some(own)) = (Seen::of(occurrence), actions.get_mut(occurrence.vantage)) {
            own.push(seen);
        }
    }
    let takers = takers(&actions, occurrences);
    let found =
        occurrences.devices.iter().zip(&actions).zip(first).enumerate().map(|(index, ((device, own), first))| {
            let device = device.clone();
            let shares = creator.and_then(|creator| device.shares_account(creator, people));
            let mut role = role(own, shares);
            // Only an answer or a decline elsewhere makes this the other device. In a call that nobody took, all of the
            // callee's devices rang alike.
            if role == Role::Callee && !own.iter().any(Seen::takes) {
                let is_another = |taker: &Jid| {
                    device.jid().is_some_and(|jid| taker.device != jid.device)
                        && device.shares_account(taker, people) == Some(true)
                };
                let is_elsewhere = own.iter().any(|seen| !seen.is_outbound && seen.action.is_elsewhere());
                if is_elsewhere || takers.iter().any(is_another) {
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
    for occurrence in &mut occurrences.items {
        occurrence.vantage = places.get(occurrence.vantage).copied().unwrap_or_default();
    }
    found.into_iter().map(|(vantage, _, _)| vantage).collect()
}

/// An action that went through a vantage's socket.
#[derive(Clone, Copy)]
struct Seen<'p> {
    action: &'p Action,
    is_outbound: bool,
    from: Option<&'p Jid>,
}

impl<'p> Seen<'p> {
    fn of(occurrence: &'p Occurrence) -> Option<Self> {
        let stanza = occurrence.observed.read();
        let is_outbound = occurrence.observed.direction()? == Direction::Outbound;
        Some(Self { action: stanza.action()?, is_outbound, from: stanza.from.as_ref() })
    }

    /// Returns whether the vantage accepts or declines the call with it.
    fn takes(&self) -> bool {
        self.is_outbound && self.takes_or_declines()
    }

    fn takes_or_declines(&self) -> bool {
        match self.action.name {
            ActionName::Accept => true,
            ActionName::Reject => declines(self.action),
            _ => false,
        }
    }
}

/// Returns the devices that were seen to accept or decline the call.
fn takers(actions: &[Vec<Seen<'_>>], occurrences: &Occurrences) -> Vec<Jid> {
    let mut takers = Vec::new();
    for (own, local) in actions.iter().zip(&occurrences.devices) {
        for seen in own.iter().filter(|seen| seen.takes_or_declines()) {
            let device = if seen.is_outbound { local.jid() } else { seen.from.filter(|from| from.device != 0) };
            takers.extend(device.cloned());
        }
    }
    takers.sort_unstable();
    takers.dedup();
    takers
}

/// Returns what a vantage was: by the direction of an offer; else by whether the creator, whom every action names, is of
/// its account; else the callee if it accepted or declined.
fn role(own: &[Seen<'_>], is_creators: Option<bool>) -> Role {
    let offer = own.iter().find(|seen| is_offer(&seen.action.name));
    match (offer.map(|offer| offer.is_outbound), is_creators) {
        (Some(true), _) | (None, Some(true)) => Role::Caller,
        (Some(false), _) | (None, Some(false)) => Role::Callee,
        (None, None) => {
            let taken = |seen: &Seen<'_>| {
                seen.is_outbound && matches!(seen.action.name, ActionName::Accept | ActionName::Reject)
            };
            if own.iter().any(taken) { Role::Callee } else { Role::Unknown }
        }
    }
}

/// Returns who called whom.
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
