//! Call to lifelines and rungs: the sequence diagram, generic over how parties are named.

use crate::call::{Call, Row};
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
        let mut parties: Vec<Party> = Vec::new();
        let mut ends: Vec<(Party, Party)> = Vec::with_capacity(call.rows.len());
        for row in &call.rows {
            let (from, to) = ends_of(call, row);
            for party in [&from, &to] {
                if !parties.iter().any(|known| same(known, party)) {
                    parties.push(party.clone());
                }
            }
            ends.push((from, to));
        }
        if !parties.contains(&Party::Server) {
            parties.push(Party::Server);
        }
        parties.sort_by_key(|party| side(call, party));
        let index = |party: &Party| parties.iter().position(|known| same(known, party)).unwrap_or_default();
        let rungs = ends.iter().enumerate().filter_map(|(row, (from, to))| {
            let label = label(call.rows.get(row)?);
            Some(Rung { row, from: index(from), to: index(to), label })
        });
        let mut rungs: Vec<Rung> = rungs.collect();
        relay(call, &mut rungs, index(&Party::Server));
        let lifelines = parties.into_iter().map(|party| Lifeline { recorded: is_recorded(call, &party), party });
        Self { lifelines: lifelines.collect(), rungs }
    }
}

/// What was seen leaving one socket and reaching another is drawn as what it was: two passages, to the server and from
/// it.
fn relay(call: &Call, rungs: &mut [Rung], server: usize) {
    for index in 0..rungs.len() {
        let copy = rungs.get(index).and_then(|rung| call.rows.get(rung.row)).and_then(|row| row.copy_of);
        let Some(original) = copy else { continue };
        if let Some(rung) = rungs.get_mut(index) {
            rung.from = server;
        }
        if let Some(rung) = rungs.iter_mut().find(|rung| rung.row == original) {
            rung.to = server;
        }
    }
}

fn same(one: &Party, other: &Party) -> bool {
    match (one, other) {
        (Party::Device(one), Party::Device(other)) => one.same_device(other),
        _ => one == other,
    }
}

/// Left of the server stands the caller's side, right of it everyone else.
fn side(call: &Call, party: &Party) -> u8 {
    match party {
        Party::Server => 1,
        Party::Device(jid) if call.caller.as_ref().is_some_and(|caller| caller.same_user(jid)) => 0,
        Party::Local if call.caller.is_none() => 0,
        Party::Device(_) | Party::Local => 2,
    }
}

fn is_recorded(call: &Call, party: &Party) -> bool {
    match party {
        Party::Local => true,
        Party::Server => false,
        Party::Device(jid) => call.vantages.iter().any(|vantage| is_device(&vantage.device, jid)),
    }
}

fn is_device(device: &crate::call::LocalDevice, jid: &Jid) -> bool {
    [&device.lid, &device.phone].into_iter().flatten().any(|known| known.same_device(jid))
}

/// Where a row's arrow begins and ends. Acks are between a socket and the server, which makes or takes them;
/// call stanzas and receipts are drawn to the party that they name.
fn ends_of(call: &Call, row: &Row) -> (Party, Party) {
    let stanza = row.observed.read();
    let device = call.vantage_of(row).map(|vantage| &vantage.device);
    let local = device.and_then(|device| device.jid()).map_or(Party::Local, |jid| Party::Device(jid.clone()));
    let party = |jid: Option<&Jid>| match jid {
        Some(jid) if device.is_some_and(|device| is_device(device, jid)) => local.clone(),
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
