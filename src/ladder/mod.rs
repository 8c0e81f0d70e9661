//! Call to lifelines and rungs: the sequence diagram, generic over how parties are named.

mod label;
mod line;
mod time;

use std::collections::BTreeSet;

pub use line::{Gap, Ghost, Line};
pub use time::{elapsed, is_order_known};

use crate::call::{Call, LocalDevice, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Body;
use label::label;

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
    /// Where it was: the index of the first call among those drawn, and of the vantage in it.
    pub vantage: Option<(usize, usize)>,
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

/// A stanza that was to be seen in a call and was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Index in [`Call::rows`] of the row before which it belongs; their number where it belongs at the end.
    pub before: usize,
    /// Who would have sent it.
    pub from: Party,
    /// Whom it would have reached.
    pub to: Party,
    /// What it would have been, and who says so.
    pub label: String,
}

/// A call to draw.
#[derive(Clone, Debug)]
pub struct Part<'c> {
    /// The call.
    pub call: &'c Call,
    /// What is drawn of it although it was not seen.
    pub missing: Vec<Missing>,
}

/// A call as a sequence diagram: the caller's lifelines, the server, everyone else's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// Left to right.
    pub lifelines: Vec<Lifeline>,
    /// Top to bottom.
    pub rungs: Vec<Rung>,
    /// Where nothing was recorded, top to bottom.
    pub gaps: Vec<Gap>,
    /// What was not seen, top to bottom.
    pub ghosts: Vec<Ghost>,
}

impl Ladder {
    /// The diagram of a call.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        Self::of_all(&[Part { call, missing: Vec::new() }])
    }

    /// One diagram of several calls, their stanzas by time as far as the clocks are known, those of one call in its
    /// order. The first call says whose side is whose.
    #[must_use]
    pub fn of_all(parts: &[Part<'_>]) -> Self {
        let calls: Vec<&Call> = parts.iter().map(|part| part.call).collect();
        let mut parties = Parties::default();
        let mut rungs: Vec<Rung> = Vec::with_capacity(calls.iter().map(|call| call.rows.len()).sum());
        for (index, row) in time::merged(&calls) {
            let Some((call, seen)) = calls.get(index).and_then(|call| Some((*call, call.rows.get(row)?))) else {
                continue;
            };
            let (from, to) = ends_of(call, seen);
            let (from, to) = (parties.find(call, from, false), parties.find(call, to, false));
            rungs.push(Rung { call: index, row, from, to, label: label(seen) });
        }
        let mut ghosts = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            for missing in &part.missing {
                let mut end = |party: &Party| parties.find(part.call, party.clone(), true);
                let (from, to) = (end(&missing.from), end(&missing.to));
                let before = rungs.iter().position(|rung| rung.call == index && rung.row == missing.before);
                let before = before.unwrap_or(rungs.len());
                ghosts.push(Ghost { call: index, before, from, to, label: missing.label.clone() });
            }
        }
        ghosts.sort_by_key(|ghost| ghost.before);
        let lifelines = parties.ordered(calls.first().copied(), |end| {
            rungs.iter_mut().for_each(|rung| (rung.from, rung.to) = (end(rung.from), end(rung.to)));
            ghosts.iter_mut().for_each(|ghost| (ghost.from, ghost.to) = (end(ghost.from), end(ghost.to)));
        });
        relay(&calls, &mut rungs, lifelines.iter().position(|party| *party == Party::Server).unwrap_or_default());
        let gaps = line::gaps(&calls, &rungs, &lifelines);
        let lifeline = |party: Party| {
            let vantages = calls.iter().enumerate();
            let vantage = vantages.filter_map(|(index, call)| Some((index, vantage_of(call, &party)?))).next();
            Lifeline { recorded: vantage.is_some(), vantage, party }
        };
        Self { lifelines: lifelines.into_iter().map(lifeline).collect(), rungs, gaps, ghosts }
    }
}

/// Whoever takes part, in the order in which they were met.
#[derive(Debug, Default)]
struct Parties(Vec<Party>);

impl Parties {
    /// The index of a party; where `or_person`, of any device of the same person, if the device itself is unknown.
    fn find(&mut self, call: &Call, party: Party, or_person: bool) -> usize {
        let known = self.0.iter().position(|known| *known == party);
        let known = known.or_else(|| self.0.iter().position(|known| same(call, known, &party)));
        let of_person = |known: &Party| match (known, &party) {
            (Party::Device(known), Party::Device(jid)) => call.people.same_person(known, jid),
            _ => false,
        };
        let known = known.or_else(|| self.0.iter().position(|known| or_person && of_person(known)));
        known.unwrap_or_else(|| {
            self.0.push(party);
            self.0.len() - 1
        })
    }

    /// The parties from left to right as `call` has them, the server among them; `renumber` gets the new index of each.
    fn ordered(mut self, call: Option<&Call>, renumber: impl FnOnce(&dyn Fn(usize) -> usize)) -> Vec<Party> {
        if !self.0.contains(&Party::Server) {
            self.0.push(Party::Server);
        }
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by_key(|index| self.0.get(*index).map(|party| call.map_or(0, |call| side(call, party))));
        let mut places = vec![0; order.len()];
        for (place, index) in order.iter().enumerate() {
            if let Some(slot) = places.get_mut(*index) {
                *slot = place;
            }
        }
        renumber(&|index| places.get(index).copied().unwrap_or_default());
        order.into_iter().filter_map(|index| self.0.get(index).cloned()).collect()
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

/// The vantage that a party is.
fn vantage_of(call: &Call, party: &Party) -> Option<usize> {
    call.vantages.iter().position(|vantage| match party {
        Party::Local => vantage.device.jid().is_none(),
        Party::Server => false,
        Party::Device(jid) => is_device(call, &vantage.device, jid),
    })
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
