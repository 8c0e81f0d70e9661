//! Do devices report latencies while the call goes on?
//!
//! *The question.* The stanza catalogue asks how often latencies are reported: once before the call, again and again, or
//! when the path gets worse.
//!
//! *What decides it.* A report that a device sent or got more than five seconds after the accept answers: the call was being
//! set up no longer. That an answered call of more than five seconds has none, and has some before, is absence, where
//! the socket was read without a gap from the accept to the end. Why a device reports is not sent.
//!
//! *What is recorded.* The first such report at each end, how long after the accept it came, and how many the call has
//! before the accept.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{answered, latency, making, repeated, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "latency-cadence",
    page: "call-relaylatency",
    number: Some(5),
    also: &[],
    title: "Do devices report latencies while the call goes on?",
    shape: Shape::Existential { occurs: "in-call" },
    hypotheses: &["in-call", "at-setup-only"],
    source: include_str!("latency_cadence.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = latency::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let talks = answered::talks(call);
    let late = reports.iter().filter_map(|report| {
        let talk = talks.get(&report.row.vantage)?;
        let later = talk.until(report.row)?;
        let why = format!("A report, {}, came {} after the accept.", making::seen_at(call, report.row), seconds(later));
        (later > answered::SET_UP)
            .then(|| Evidence::supporting(QUESTION.id, "in-call", Strength::Direct, report.index, why))
    });
    let late = repeated::first_of_each(late);
    if !late.is_empty() {
        return late;
    }
    let quiet = talks.iter().filter_map(|(vantage, talk)| {
        let seen =
            call.rows.iter().filter(|row| row.vantage == *vantage && row.action == Some(ActionName::RelayLatency));
        let count = seen.filter(|row| row.observed.read().action().is_some()).count();
        let lasted = talk.duration().filter(|lasted| *lasted > answered::SET_UP)?;
        let why = format!(
            "The device saw {count} reports as the call was set up, and none in the {} of the call.",
            seconds(lasted)
        );
        (count > 0 && talk.is_covered(call, context))
            .then(|| Evidence::supporting(QUESTION.id, "at-setup-only", Strength::Absence, talk.accept, why))
    });
    quiet.collect()
}
