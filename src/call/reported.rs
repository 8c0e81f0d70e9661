//! Calls as programs report them: events where there are no stanzas, or next to them.
//!
//! Events are no stanzas. How a call went that has stanzas follows from these alone; nothing that looks at stanzas ever sees
//! an event.

use std::sync::Arc;

use super::identity::People;
use super::lookup::Lookup;
use super::model::{Call, Media, Outcome, Progress};
use super::recording::{Observed, Reported};
use crate::input::{CallEvent, EventKind};
use crate::origin::{Lapse, Origin};
use crate::protocol::binary::Jid;

/// Returns a call of which there are no stanzas, as events report it.
pub(super) fn call(id: &str, events: &[Arc<Reported>], people: &Arc<People>) -> Call {
    let first = |value: fn(&CallEvent) -> Option<Jid>| events.iter().find_map(|event| value(&event.item));
    let is_outgoing = events.iter().find_map(|event| event.item.is_outgoing);
    let (creator, peer) = (first(|event| event.creator.clone()), first(|event| event.peer.clone()));
    let own = first(|event| event.own.clone());
    let (caller, callee) = match is_outgoing {
        Some(true) => (creator.clone().or(own), peer),
        Some(false) => (creator.clone().or(peer), own),
        // A program that reports what it received is called.
        None => (creator.clone().or_else(|| peer.filter(|_| is_offered(events))), own),
    };
    let is_video = events.iter().find_map(|event| event.item.is_video);
    Call {
        id: id.into(),
        creator,
        caller,
        callee,
        media: is_video.map(|is_video| if is_video { Media::Video } else { Media::Audio }),
        group: events.iter().any(|event| event.item.is_group == Some(true)),
        shares_id: false,
        vantages: Vec::new(),
        rows: Vec::new(),
        progress: progress(events),
        legs: Vec::new(),
        people: Arc::clone(people),
        recordings: Default::default(),
        clocks: Default::default(),
        lookup: Lookup::default(),
        events: events.to_vec(),
    }
}

fn is_offered(events: &[Arc<Reported>]) -> bool {
    events.iter().any(|event| event.item.kind == EventKind::Offered)
}

/// Returns how a call went, as its events say.
fn progress(events: &[Arc<Reported>]) -> Progress {
    let first = |fits: &dyn Fn(EventKind) -> bool| events.iter().find(|event| fits(event.item.kind));
    let offered = first(&|kind| kind == EventKind::Offered);
    let accepted = first(&|kind| kind == EventKind::Accepted);
    let over = first(&|kind| ending(kind).is_some());
    let ended = first(&|kind| kind == EventKind::Ended);
    let outcome = match (accepted, over) {
        (Some(_), _) => Outcome::Answered,
        (None, Some(over)) => ending(over.item.kind).unwrap_or_default(),
        (None, None) => Outcome::Unknown,
    };
    let end = over.or(ended);
    let lapse = |from: Option<&Arc<Reported>>, to: Option<&Arc<Reported>>| {
        let (from, to) = (from?.origin, to?.origin);
        let nanoseconds = to.time?.nanoseconds_since(from.time?);
        let bound = from.resolution.max(to.resolution).nanoseconds();
        Some(Lapse { nanoseconds, bound }).filter(|_| nanoseconds.saturating_add(bound) >= 0)
    };
    Progress {
        outcome,
        ring: lapse(offered, accepted.or(end)),
        talk: lapse(accepted, ended),
        end_reason: end.and_then(|end| end.item.reason.as_deref()).map(Into::into),
        ..Progress::default()
    }
}

/// Returns the outcome that an event says, if it says one.
const fn ending(kind: EventKind) -> Option<Outcome> {
    match kind {
        EventKind::Declined => Some(Outcome::Declined),
        EventKind::Busy => Some(Outcome::Busy),
        EventKind::Missed => Some(Outcome::Missed),
        EventKind::Cancelled => Some(Outcome::Cancelled),
        EventKind::Elsewhere => Some(Outcome::Elsewhere),
        EventKind::Failed => Some(Outcome::Failed),
        EventKind::Offered | EventKind::Ringing | EventKind::Accepted | EventKind::Ended | EventKind::Other => None,
    }
}

impl Call {
    /// Returns whether it is known from events only: no stanza of it was recorded.
    #[must_use]
    pub fn is_known_from_events(&self) -> bool {
        self.rows.is_empty() && !self.events.is_empty()
    }

    /// Returns its events in order, each with the index of the row before which it belongs: by time where both have one,
    /// within one capture else by record.
    #[must_use]
    pub fn placed_events(&self) -> Vec<(usize, &Reported)> {
        let mut placed: Vec<(usize, &Reported)> =
            self.events.iter().map(|event| (self.place_of(&event.origin), &**event)).collect();
        placed.sort_by_key(|(before, _)| *before);
        placed
    }

    fn place_of(&self, event: &Origin) -> usize {
        let comes_after = |observed: &Observed| match (observed.time(), event.time) {
            _ if observed.capture() == event.capture => observed.stanza.origin.first > event.last,
            (Some(row), Some(event)) => row > event,
            _ => false,
        };
        self.rows.iter().position(|row| comes_after(&row.observed)).unwrap_or(self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Program;
    use crate::origin::{CaptureId, Located, Resolution, Timestamp};

    fn event(kind: EventKind, second: i64) -> Arc<Reported> {
        let origin = Origin::of_record(CaptureId(0), 1, 0, None);
        let origin = origin.timed(Some(Timestamp(second * 1_000_000_000)), Resolution::Seconds);
        let event = CallEvent { kind, ..CallEvent::of("C".to_owned(), Program::of("nothing")) };
        Arc::new(Located::new(origin, event))
    }

    #[test]
    fn a_call_went_as_its_events_say() {
        use EventKind::{Accepted, Declined, Ended, Missed, Offered, Ringing};
        for (kinds, outcome, ring, talk) in [
            (&[Offered][..], Outcome::Unknown, None, None),
            (&[Offered, Ended], Outcome::Unknown, Some(10), None),
            (&[Offered, Ringing, Missed], Outcome::Missed, Some(20), None),
            (&[Offered, Declined, Ended], Outcome::Declined, Some(10), None),
            (&[Offered, Accepted, Ended], Outcome::Answered, Some(10), Some(10)),
            (&[Ended], Outcome::Unknown, None, None),
        ] {
            let events: Vec<_> = (0..).zip(kinds).map(|(nth, kind)| event(*kind, nth * 10)).collect();
            let call = call("C", &events, &Arc::default());
            let seconds = |lapse: Option<Lapse>| lapse.map(|lapse| lapse.nanoseconds / 1_000_000_000);
            assert!(call.is_known_from_events());
            assert_eq!(call.progress.outcome, outcome, "{kinds:?}");
            assert_eq!((seconds(call.progress.ring), seconds(call.progress.talk)), (ring, talk), "{kinds:?}");
        }
    }
}
