//! What happened on the way of a call's media, moment by moment: relays tried and answered, media begun and ended.

use super::count::{Moment, Stretch};
use super::finding::Sentence;
use super::flow::Flow;
use super::leg::{Leg, LegFlow};
use super::tie::Role;
use super::transactions::Outcome;
use crate::origin::Direction;
use crate::words::{counted, duration};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub sentence: Sentence,
}

/// The most events of a leg that are kept.
const MOST_EVENTS: usize = 40;

/// The shortest silence that is an event, in nanoseconds.
const SILENCE: i64 = 2_000_000_000;

/// Returns the events of a leg, in order.
pub(super) fn events(leg: &Leg) -> Vec<Event> {
    let event = |at: Moment, sentence: Sentence| Event { at, sentence };
    let mut events = Vec::new();
    // Relays that are tried together make one event.
    let mut tried: Vec<(Moment, Vec<Role>)> = Vec::new();
    for (known, flow) in leg.flows() {
        let Some(at) = known.tried(flow) else { continue };
        let role = known.tied.role;
        match tried.iter_mut().find(|(first, _)| at.since(*first).is_some_and(|since| since.abs() < SILENCE / 2)) {
            Some((first, roles)) => {
                *first = (*first).min(at);
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            None => tried.push((at, vec![role])),
        }
    }
    for (at, roles) in tried {
        let mut sentence = Sentence::new("tried ");
        for (place, role) in roles.into_iter().enumerate() {
            sentence = if place > 0 { sentence.text(", ") } else { sentence };
            sentence = other_end(sentence, role);
        }
        events.push(event(at, sentence));
    }
    for (known, flow) in leg.flows() {
        let end = || other_end(Sentence::default(), known.tied.role);
        if let Some(at) = known.bound(flow) {
            let took = known.tried(flow).and_then(|tried| at.since(tried));
            let took = took.map_or_else(String::new, |took| format!(" after {}", duration(took)));
            events.push(event(at, end().text(format!(" answered{took}"))));
        }
        events.extend(refusal(known, flow).map(|(at, code)| event(at, end().text(format!(" refused{code}")))));
        if known.tied.role == Role::Peer {
            let ways = [Direction::Outbound, Direction::Inbound].into_iter();
            let streams = ways.flat_map(|way| known.streams(flow, way)).filter(|stream| stream.is_certain());
            let first = streams.filter_map(|stream| stream.count.first).min();
            events.extend(first.map(|at| event(at, Sentence::new("media goes directly to the peer"))));
        }
    }
    for (way, word) in [(Direction::Outbound, "out"), (Direction::Inbound, "in")] {
        let Some(seen) = &leg.media[way] else { continue };
        events.push(event(seen.first, Sentence::new(format!("media {word} begins"))));
        for (before, after) in silences(&seen.stretches) {
            let lasted = duration(after.since(before).unwrap_or_default());
            events.push(event(before, Sentence::new(format!("no media {word} for {lasted}"))));
        }
        let packets = counted(seen.packets, "packet");
        events.push(event(seen.last, Sentence::new(format!("media {word} ends ({packets})"))));
    }
    events.sort_by_key(|event| event.at);
    if events.len() > MOST_EVENTS {
        let left = events.len() - MOST_EVENTS;
        events.truncate(MOST_EVENTS);
        if let Some(last) = events.last_mut() {
            last.sentence = std::mem::take(&mut last.sentence).text(format!(" … and {left} more"));
        }
    }
    events
}

fn other_end(sentence: Sentence, role: Role) -> Sentence {
    match role {
        Role::Relay(relay) => sentence.relay(relay),
        Role::Peer => sentence.text("the peer"),
    }
}

fn refusal(known: &LegFlow, flow: &Flow) -> Option<(Moment, String)> {
    known.asked(flow).find_map(|asked| match &asked.answer {
        Some((Outcome::Error(code, _), at)) => {
            Some((*at, code.map_or_else(String::new, |code| format!(" with error {code}"))))
        }
        _ => None,
    })
}

/// Returns the ends of the pauses that are long enough to be heard.
fn silences(stretches: &[Stretch]) -> Vec<(Moment, Moment)> {
    let mut silences = Vec::new();
    let mut last: Option<Moment> = None;
    for stretch in stretches {
        if let Some(before) = last
            && stretch.first.since(before).is_some_and(|pause| pause >= SILENCE)
        {
            silences.push((before, stretch.first));
        }
        last = last.max(Some(stretch.last));
    }
    silences
}
