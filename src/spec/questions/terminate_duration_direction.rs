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

use crate::call::{Call, Row};
use crate::protocol::stanza::{Action, ActionName};
use crate::spec::observe::answered::{self, HangUp};
use crate::spec::observe::{making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-duration-direction",
    page: "SIG-14",
    number: Some(2),
    also: &[],
    title: "Do clients send call durations on terminates, or only get them?",
    shape: Shape::Existential { occurs: "sent-outbound" },
    hypotheses: &["sent-outbound", "received-only"],
    source: include_str!("terminate_duration_direction.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let reported = reported(call);
    let pieces = answered::hang_ups(call).into_iter().filter_map(|HangUp { sight, talk }| {
        let carried = carried(sight.action);
        let (hypothesis, strength) = match (sight.is_outbound(), carried.is_empty()) {
            (true, false) => ("sent-outbound", Strength::Direct),
            (true, true) => ("received-only", Strength::Absence),
            (false, false) if !was_sent_with_one(call, sight.row) => ("received-only", Strength::Indirect),
            (false, _) => return None,
        };
        let talk = talk.map_or_else(String::new, |talk| format!(" after {} of talk", seconds(talk)));
        let place = making::seen_at(call, sight.row);
        let with =
            if carried.is_empty() { "neither duration nor audio_duration".to_owned() } else { carried.join(" and ") };
        let why = format!("The terminate that ended an answered call{talk}, {place}, has {with}{reported}.");
        Some(Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why))
    });
    pieces.collect()
}

/// Whether a row is a copy of a terminate that counts where it was sent.
fn was_sent_with_one(call: &Call, row: &Row) -> bool {
    let sent = row.copy_of.and_then(|sent| call.rows.get(sent)?.observed.read().action());
    sent.is_some_and(|sent| !carried(sent).is_empty())
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
