//! What packets say about a call's media, without anything that identifies anyone.

use std::sync::Arc;

use crate::media::{
    Announced, CallMedia, Event, Findings, Flows, Leg, Mark, Moment, Path, Relay, Seen, Stretch, relay_name,
};
use crate::origin::{CaptureId, Timestamp};

/// Returns what packets say with relays by their numbers, without addresses, tokens and streams, and with other times.
/// Sentences name relays only through what is announced.
pub(super) fn sanitised(media: &CallMedia, since: impl Fn(CaptureId, Timestamp) -> Timestamp) -> CallMedia {
    let announced = &media.path.announced;
    let relay = |(index, relay): (usize, &Relay)| Relay {
        name: Some(relay_name(announced, index, false).into()),
        address: None,
        token_id: None,
        auth_token_id: None,
        id: Some(relay_name(announced, index, false).into()),
        ..relay.clone()
    };
    let relays = announced.relays.iter().enumerate().map(relay).collect();
    let announced = Announced { relays, row: announced.row, ..Announced::default() };
    let (mut legs, mut findings) = (Vec::new(), Vec::new());
    for (leg, found) in media.legs() {
        let at = |at: Moment| Moment { time: at.time.map(|time| since(leg.capture, time)), ..at };
        let mark = |mark: Mark| Mark { time: since(leg.capture, mark.time), ..mark };
        let stretch = |it: &Stretch| Stretch { first: at(it.first), last: at(it.last), packets: it.packets };
        let seen = |seen: &Seen| Seen {
            first: at(seen.first),
            last: at(seen.last),
            stretches: seen.stretches.iter().map(stretch).collect(),
            ..seen.clone()
        };
        let events = found.events.iter().map(|event| Event { at: at(event.at), sentence: event.sentence.clone() });
        findings.push(Findings { events: events.collect(), ..found.clone() });
        let mut known = leg.media.clone();
        known.both_mut().into_iter().for_each(|way| *way = way.as_ref().map(&seen));
        legs.push(Leg {
            all: Arc::new(Flows::none(at(leg.all.end))),
            flows: Vec::new(),
            media: known,
            accept: leg.accept.map(mark),
            end: leg.end.map(mark),
            ..leg.clone()
        });
    }
    CallMedia {
        path: Path { announced, legs },
        findings,
        measured: media.measured.clone(),
        unprobed: media.unprobed.clone(),
        dialled: media.dialled.clone(),
    }
}
