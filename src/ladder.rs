//! Call to lifelines and rungs: the sequence diagram, generic over how parties are named.

use std::collections::BTreeSet;

use crate::call::{Call, LocalDevice, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};

/// Whoever a lifeline stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The device whose socket was recorded, where its address is not known.
    Local,
    /// WhatsApp's server.
    Server,
    /// A device, or an account where the stanzas name no device of it.
    Device(Jid),
}

/// A party of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// Who.
    pub party: Party,
    /// Whether its socket was recorded.
    pub recorded: bool,
}

/// One arrow of the diagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// Index of its call among those drawn; 0 where there is one.
    pub call: usize,
    /// Index of its row in [`Call::rows`].
    pub row: usize,
    /// Index of the lifeline that it leaves.
    pub from: usize,
    /// Index of the lifeline that it reaches.
    pub to: usize,
    /// What it says: the action and its telling attributes. Text from the capture in it is untrusted.
    pub label: String,
}

/// A call as a sequence diagram: the caller's lifelines, the server, everyone else's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// Left to right.
    pub lifelines: Vec<Lifeline>,
    /// Top to bottom.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// The diagram of a call.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        Self::of_all(&[call])
    }

    /// One diagram of several calls, their stanzas by time. The first call says whose side is whose.
    #[must_use]
    pub fn of_all(calls: &[&Call]) -> Self {
        let mut places: Vec<(usize, usize)> = Vec::with_capacity(calls.iter().map(|call| call.rows.len()).sum());
        for (index, call) in calls.iter().enumerate() {
            places.extend((0..call.rows.len()).map(|row| (index, row)));
        }
        let row_at = |(call, row): (usize, usize)| calls.get(call).and_then(|call| Some((*call, call.rows.get(row)?)));
        if calls.len() > 1 {
            places.sort_by_key(|place| row_at(*place).and_then(|(_, row)| row.observed.time()));
        }
        let mut parties: Vec<Party> = Vec::new();
        let mut find = |call: &Call, party: Party| {
            let equal = parties.iter().position(|known| *known == party);
            let known = equal.or_else(|| parties.iter().position(|known| same(call, known, &party)));
            known.unwrap_or_else(|| {
                parties.push(party);
                parties.len() - 1
            })
        };
        let mut rungs: Vec<Rung> = Vec::with_capacity(places.len());
        for place in places {
            let Some((call, row)) = row_at(place) else { continue };
            let (from, to) = ends_of(call, row);
            let (from, to) = (find(call, from), find(call, to));
            rungs.push(Rung { call: place.0, row: place.1, from, to, label: label(row) });
        }
        if !parties.contains(&Party::Server) {
            parties.push(Party::Server);
        }
        let side = |party: &Party| calls.first().map_or(0, |call| side(call, party));
        let mut order: Vec<usize> = (0..parties.len()).collect();
        order.sort_by_key(|index| parties.get(*index).map(side));
        let place = |index: usize| order.iter().position(|known| *known == index).unwrap_or_default();
        let places: Vec<usize> = (0..parties.len()).map(place).collect();
        for rung in &mut rungs {
            for end in [&mut rung.from, &mut rung.to] {
                *end = places.get(*end).copied().unwrap_or_default();
            }
        }
        let party = |index: usize| parties.get(index).cloned().unwrap_or(Party::Server);
        let lifelines: Vec<Party> = order.into_iter().map(party).collect();
        relay(calls, &mut rungs, lifelines.iter().position(|party| *party == Party::Server).unwrap_or_default());
        let recorded = |party: &Party| calls.iter().any(|call| is_recorded(call, party));
        let lifeline = |party: Party| Lifeline { recorded: recorded(&party), party };
        Self { lifelines: lifelines.into_iter().map(lifeline).collect(), rungs }
    }
}

/// What was seen leaving one socket and reaching another is drawn as what it was: two passages, to the server and from
/// it.
fn relay(calls: &[&Call], rungs: &mut [Rung], server: usize) {
    let copies: BTreeSet<(usize, usize)> =
        rungs.iter().filter_map(|rung| Some((rung.call, calls.get(rung.call)?.rows.get(rung.row)?.copy_of?))).collect();
    if copies.is_empty() {
        return;
    }
    for rung in rungs {
        let row = calls.get(rung.call).and_then(|call| call.rows.get(rung.row));
        if row.is_some_and(|row| row.copy_of.is_some()) {
            rung.from = server;
        }
        if copies.contains(&(rung.call, rung.row)) {
            rung.to = server;
        }
    }
}

fn same(call: &Call, one: &Party, other: &Party) -> bool {
    match (one, other) {
        (Party::Device(one), Party::Device(other)) => one.same_device(other) || call.people.same_device(one, other),
        _ => one == other,
    }
}

/// Left of the server stands the caller's side, right of it everyone else.
fn side(call: &Call, party: &Party) -> u8 {
    match party {
        Party::Server => 1,
        Party::Device(jid) if call.caller.as_ref().is_some_and(|caller| call.people.same_person(caller, jid)) => 0,
        Party::Local if call.caller.is_none() => 0,
        Party::Device(_) | Party::Local => 2,
    }
}

fn is_recorded(call: &Call, party: &Party) -> bool {
    match party {
        Party::Local => true,
        Party::Server => false,
        Party::Device(jid) => call.vantages.iter().any(|vantage| is_device(call, &vantage.device, jid)),
    }
}

fn is_device(call: &Call, device: &LocalDevice, jid: &Jid) -> bool {
    let known = [&device.lid, &device.phone].into_iter().flatten();
    known.into_iter().any(|known| known.same_device(jid) || call.people.same_device(known, jid))
}

/// Where a row's arrow begins and ends. Acks are between a socket and the server, which makes or takes them;
/// call stanzas and receipts are drawn to the party that they name.
fn ends_of(call: &Call, row: &Row) -> (Party, Party) {
    let stanza = row.observed.read();
    let device = call.vantage_of(row).map(|vantage| &vantage.device);
    let local = device.and_then(|device| device.jid()).map_or(Party::Local, |jid| Party::Device(jid.clone()));
    let party = |jid: Option<&Jid>| match jid {
        Some(jid) if device.is_some_and(|device| is_device(call, device, jid)) => local.clone(),
        Some(jid) if !jid.is_server() && jid.server != "call" => Party::Device(jid.clone()),
        _ => Party::Server,
    };
    let is_ack = matches!(stanza.body, Body::Ack(_));
    match row.observed.direction() {
        Some(Direction::Outbound) if is_ack => (local, Party::Server),
        Some(Direction::Inbound) if is_ack => (Party::Server, local),
        Some(Direction::Outbound) => (local.clone(), party(stanza.to.as_ref())),
        Some(Direction::Inbound) => (party(stanza.from.as_ref()), local),
        None => (party(stanza.from.as_ref()), party(stanza.to.as_ref())),
    }
}

/// The action and its telling attributes.
fn label(row: &Row) -> String {
    let stanza = row.observed.read();
    let mut label = match &stanza.body {
        Body::Ack(_) | Body::Receipt(_) => {
            let answered = row.action.as_ref().map_or("", ActionName::as_str);
            format!("{} {answered}", stanza.node.tag)
        }
        Body::Call(_) | Body::Login(_) | Body::Other => {
            row.action.as_ref().map_or_else(|| stanza.node.tag.to_string(), ToString::to_string)
        }
    };
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            label.push_str(&format!(" {name}={value}"));
        }
    };
    match &stanza.body {
        Body::Ack(ack) => {
            if let Some(error) = &ack.error {
                add("error", Some(error.code.as_deref().unwrap_or("")));
                add("text", error.text.as_deref());
            }
        }
        Body::Call(Some(action)) => {
            add("reason", action.reason.as_deref());
            add("duration", action.duration.as_deref());
            if let Some(state) = stanza.action_node().and_then(|node| node.text("mute-state")) {
                add("mute-state", Some(&state));
            }
            match action.destination.len() {
                0 => {}
                1 => label.push_str(" to 1 device"),
                devices => label.push_str(&format!(" to {devices} devices")),
            }
        }
        Body::Call(None) | Body::Receipt(_) | Body::Login(_) | Body::Other => {}
    }
    label
}
