//! Calls to a diagram: who has a lifeline, in which order, and where each arrow begins and ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::label::label;
use super::model::{Arrow, Diagram, Event, Expected, Gap, Lifeline, Step};
use super::time::merged;
use crate::call::{Call, LegState, LocalDevice, Party, Row};
use crate::origin::{Direction, Located};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Body;
use crate::spec::Judged;

impl Diagram {
    /// Builds the diagram of some calls: the stanzas of one call in its order, those of several by time as far as the
    /// clocks are known. `with_expected` adds the steps of the spec's flow that were not observed.
    #[must_use]
    pub fn new(calls: Vec<Arc<Judged>>, with_expected: bool) -> Self {
        let inner: Vec<&Call> = calls.iter().map(|judged| &*judged.call).collect();
        let mut parties = Parties::new();
        let mut arrows = arrows(&inner, &mut parties);
        for call in inner.iter().filter(|call| call.is_known_from_events()) {
            for party in [&call.caller, &call.callee].into_iter().flatten() {
                parties.find(call, Party::Device(party.clone()), false);
            }
        }
        let mut expected = if with_expected { expected(&calls, &arrows, &mut parties) } else { Vec::new() };
        let (order, place) = parties.order(inner.first().copied());
        for arrow in &mut arrows {
            (arrow.from, arrow.to) = (place(arrow.from), place(arrow.to));
        }
        for (_, step) in &mut expected {
            (step.from, step.to) = (place(step.from), place(step.to));
        }
        let lifelines = order.into_iter().map(|party| lifeline(&inner, party)).collect::<Vec<_>>();
        let steps = interleave(&inner, &lifelines, arrows, expected);
        Self { calls, lifelines, steps }
    }
}

/// The arrows of all rows. The indexes of their ends are those of `parties`.
fn arrows(calls: &[&Call], parties: &mut Parties) -> Vec<Arrow> {
    // A stanza that was recorded both leaving one socket and reaching another is drawn as the two stanzas it was: to the
    // server, and from it.
    let rows = calls.iter().enumerate().flat_map(|(index, call)| call.rows.iter().map(move |row| (index, row)));
    let relayed: BTreeSet<(usize, usize)> = rows.filter_map(|(index, row)| Some((index, row.copy_of.get()?))).collect();
    let arrow = |(index, row): (usize, usize)| {
        let call = *calls.get(index)?;
        let seen = call.rows.get(row)?;
        let (from, to) = ends(call, seen);
        let (from, to) = (parties.find(call, from, false), parties.find(call, to, false));
        let from = if seen.copy_of.is_some() { Parties::SERVER } else { from };
        let to = if relayed.contains(&(index, row)) { Parties::SERVER } else { to };
        Some(Arrow { call: index, row, from, to, label: label(seen) })
    };
    merged(calls).into_iter().filter_map(arrow).collect()
}

/// The steps of the spec's flows that were not observed, each with the index of the arrow before which it belongs.
fn expected(calls: &[Arc<Judged>], arrows: &[Arrow], parties: &mut Parties) -> Vec<(usize, Expected)> {
    let mut steps = Vec::new();
    for (index, judged) in calls.iter().enumerate() {
        let call = &judged.call;
        for missing in judged.flow.iter().flat_map(|flow| flow.missing(call)) {
            let (from, to) = (parties.find(call, missing.from, true), parties.find(call, missing.to, true));
            let before = arrows.iter().position(|arrow| arrow.call == index && arrow.row == missing.before);
            let step = Expected { call: index, from, to, label: missing.label };
            steps.push((before.unwrap_or(arrows.len()), step));
        }
    }
    steps.sort_by_key(|(before, _)| *before);
    steps
}

/// What programs reported of the calls, each with the index of the arrow before which it belongs.
fn events(calls: &[&Call], arrows: &[Arrow]) -> Vec<(usize, Event)> {
    let mut steps = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let start = call.first();
        for (before, Located { origin, item }) in call.placed_events() {
            let since = start.filter(|start| start.capture == origin.capture).and_then(|start| start.time);
            let since_start = since.zip(origin.time).map(|(start, time)| time.nanoseconds_since(start));
            let reason = item.reason.as_ref().map_or_else(String::new, |reason| format!(", reason {reason}"));
            let word = if item.word.is_empty() { item.kind.name() } else { &item.word };
            let label = format!("{}: {word}{reason}", item.program.name);
            let place = arrows.iter().position(|arrow| arrow.call == index && arrow.row >= before);
            let (program, kind) = (item.program.name, item.kind);
            let event = Event { call: index, record: origin.last, since_start, program, kind, label };
            steps.push((place.unwrap_or(arrows.len()), event));
        }
    }
    steps.sort_by_key(|(before, _)| *before);
    steps
}

/// All steps from top to bottom: before each arrow the gap in its recording, then what was expected and reported there.
fn interleave(
    calls: &[&Call],
    lifelines: &[Lifeline],
    arrows: Vec<Arrow>,
    expected: Vec<(usize, Expected)>,
) -> Vec<Step> {
    let mut holes: Vec<_> = calls.iter().map(|call| call.holes().into_iter().peekable()).collect();
    let mut events = events(calls, &arrows).into_iter().peekable();
    let mut expected = expected.into_iter().peekable();
    let mut steps = Vec::with_capacity(arrows.len() + expected.len());
    for (place, arrow) in arrows.into_iter().enumerate() {
        if let (Some(holes), Some(call)) = (holes.get_mut(arrow.call), calls.get(arrow.call)) {
            while let Some(hole) = holes.next_if(|hole| hole.before <= arrow.row) {
                let vantage = call.vantages.get(hole.vantage).filter(|_| call.vantages.len() > 1);
                let party = vantage.map(|vantage| local(&vantage.device));
                let is_it = |party: &Party| lifelines.iter().position(|known| call.is_same_party(&known.party, party));
                let lifeline = party.as_ref().and_then(is_it);
                steps.push(Step::Gap(Gap { call: arrow.call, lifeline, length: hole.length }));
            }
        }
        while let Some((_, step)) = expected.next_if(|(before, _)| *before <= place) {
            steps.push(Step::Expected(step));
        }
        while let Some((_, step)) = events.next_if(|(before, _)| *before <= place) {
            steps.push(Step::Event(step));
        }
        steps.push(Step::Arrow(arrow));
    }
    steps.extend(expected.map(|(_, step)| Step::Expected(step)));
    steps.extend(events.map(|(_, step)| Step::Event(step)));
    steps
}

/// The parties in the order in which they were met, the server first.
struct Parties(Vec<Party>);

impl Parties {
    /// The index of the server.
    const SERVER: usize = 0;

    fn new() -> Self {
        Self(vec![Party::Server])
    }

    /// Returns the index of a party, which is added if it is new. With `or_person`, any device of the same person
    /// stands in for an unknown one.
    fn find(&mut self, call: &Call, party: Party, or_person: bool) -> usize {
        let known = self.0.iter().position(|known| *known == party);
        let known = known.or_else(|| self.0.iter().position(|known| call.is_same_party(known, &party)));
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

    /// Returns the parties from left to right as seen by `call`, and the place of each in that order by its index here.
    fn order(self, call: Option<&Call>) -> (Vec<Party>, impl Fn(usize) -> usize + use<>) {
        let mut order: Vec<(usize, Party)> = self.0.into_iter().enumerate().collect();
        order.sort_by_key(|(_, party)| call.map_or(0, |call| side(call, party)));
        let (indexes, parties): (Vec<usize>, Vec<Party>) = order.into_iter().unzip();
        (parties, move |index| indexes.iter().position(|known| *known == index).unwrap_or_default())
    }
}

/// The caller's side is left of the server, everyone else right of it.
fn side(call: &Call, party: &Party) -> u8 {
    match party {
        Party::Server => 1,
        Party::Device(jid) if call.caller.as_ref().is_some_and(|caller| call.people.same_person(caller, jid)) => 0,
        Party::Local if call.caller.is_none() => 0,
        Party::Device(_) | Party::Local => 2,
    }
}

fn lifeline(calls: &[&Call], party: Party) -> Lifeline {
    let vantages = calls.iter().enumerate();
    let vantage = vantages.filter_map(|(index, call)| Some((index, vantage_of(call, &party)?))).next();
    // With several calls, the line has as many fates as calls.
    let fate = if let [call] = calls { fate(call, &party) } else { None };
    Lifeline { vantage, party, fate }
}

/// What became of a call at a device, once it is decided.
fn fate(call: &Call, party: &Party) -> Option<LegState> {
    let leg = call.legs.iter().find(|leg| call.is_same_party(&leg.party, party))?;
    match leg.state()? {
        LegState::Offered | LegState::Ringing => None,
        LegState::Ended => Some(LegState::Accepted),
        state => Some(state),
    }
}

/// The index of the vantage that recorded a party's socket.
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

fn local(device: &LocalDevice) -> Party {
    device.jid().map_or(Party::Local, |jid| Party::Device(jid.clone()))
}

/// Where a row's arrow begins and ends. An ack travels between a socket and the server, which sends or consumes it;
/// call stanzas and receipts are drawn to and from the party that they name.
fn ends(call: &Call, row: &Row) -> (Party, Party) {
    let stanza = row.observed.read();
    let device = call.vantage_of(row).map(|vantage| &vantage.device);
    let local = device.map_or(Party::Local, local);
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
