//! Do clients send call durations on terminates, or only get them?
//!
//! *The question.* SIG-14 lets an inbound terminate carry `duration` and `audio_duration`, and asks whether outbound
//! ones ever do.
//!
//! *What decides it.* Terminates that ended an answered call. One with either attribute that left a recorded socket, or that
//! is matched with a copy that did, answers. One that came in with them shows that they are received; one that left
//! without them in an answered call is absence. Neither shows that they are never sent.
//!
//! *What is recorded.* The attributes, the time talked as the same device measured it, and a `<duration>` action that
//! the device sent in the call.

use crate::call::Call;
use crate::protocol::stanza::{Action, ActionName};
use crate::spec::observe::answered::{self, HangUp};
use crate::spec::observe::{making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-duration-direction",
    page: "SIG-14",
    number: Some(2),
    title: "Do clients send call durations on terminates, or only get them?",
    shape: Shape::Existential { occurs: "sent-outbound" },
    hypotheses: &["sent-outbound", "received-only"],
    source: include_str!("terminate_duration_direction.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let reported = reported(call);
    let pieces = answered::hang_ups(call).into_iter().map(|HangUp { sight, talk }| {
        let talk = talk.map_or_else(String::new, |talk| format!(" after {} of talk", seconds(talk)));
        let place = making::seen_at(call, sight.row);
        let carried = carried(sight.action);
        let (hypothesis, strength) = match (sight.is_outbound(), carried.is_empty()) {
            (true, false) => ("sent-outbound", Strength::Direct),
            (false, false) => ("received-only", Strength::Indirect),
            (_, true) => ("received-only", Strength::Absence),
        };
        let with =
            if carried.is_empty() { "neither duration nor audio_duration".to_owned() } else { carried.join(" and ") };
        let why = format!("The terminate that ended an answered call{talk}, {place}, has {with}{reported}.");
        Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why)
    });
    // Without the attributes, one that came in says nothing.
    pieces.filter(|piece| piece.strength != Strength::Absence || is_outbound(call, piece.row)).collect()
}

fn is_outbound(call: &Call, index: usize) -> bool {
    call.rows.get(index).is_some_and(|row| row.observed.direction() == Some(crate::origin::Direction::Outbound))
}

fn carried(action: &Action) -> Vec<String> {
    let attribute = |name, value: &Option<Box<str>>| value.as_ref().map(|value| format!("{name}={value}"));
    let both = [attribute("duration", &action.duration), attribute("audio_duration", &action.audio_duration)];
    both.into_iter().flatten().collect()
}

/// The `<duration>` actions of the call, which are reports to the server.
fn reported(call: &Call) -> String {
    let actions = call.rows.iter().filter_map(|row| row.observed.read().action());
    let mut reports = actions.filter(|action| action.name == ActionName::Duration);
    reports.next().map_or_else(String::new, |action| {
        let carried = carried(action);
        let with = if carried.is_empty() { "no value".to_owned() } else { carried.join(" and ") };
        format!("; a duration action reported {with} beside it")
    })
}
