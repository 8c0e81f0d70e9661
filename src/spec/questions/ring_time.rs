//! For how long does a call ring that nobody answers?
//!
//! *The question.* SIG-12 asks how long the ring timeout is, and which side it runs on. The side is the question
//! `ring-timeout-side`; this one is for the length.
//!
//! *What decides it.* A list of whole seconds: what the settings of an offer or of its ack announce as the caller's
//! timeout, which is indirect; and the time from the offer to a terminate that says `timeout`, in a call that rang
//! live. That is direct where the terminate left its maker's recorded socket, and indirect where it came in, for both
//! may have been under way for a while.
//!
//! *What is recorded.* The seconds, and whether they were announced or measured, and where.

use crate::call::Call;
use crate::spec::observe::ringing::{self, Ending};
use crate::spec::observe::{SECOND, making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "ring-time",
    page: "SIG-12",
    number: Some(1),
    also: &[],
    title: "For how long does a call ring that nobody answers?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("ring_time.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let announced = ringing::announced(call).and_then(|announced| {
        let place = making::seen_at(call, call.rows.get(announced.index)?);
        let why = format!("The settings announce it, {place}.");
        Some(Evidence::supporting(QUESTION.id, whole(announced.timeout), Strength::Indirect, announced.index, why))
    });
    let rang = ringing::rang_out(call);
    let endings = rang.iter().flat_map(|rang| &rang.endings).filter(|ending| ending.says_timeout());
    let measured = endings.filter_map(|ending| measured(call, ending));
    announced.into_iter().chain(measured).collect()
}

fn measured(call: &Call, ending: &Ending<'_>) -> Option<Evidence> {
    let ring = ending.ring?;
    let made = ending.made.as_ref()?;
    let row = call.rows.get(ending.index)?;
    let place = making::seen_at(call, row);
    let why = format!("A terminate with reason timeout {place} came {} after the offer.", seconds(ring));
    Some(Evidence::supporting(QUESTION.id, whole(ring), made.strength, ending.index, why))
}

/// The nearest whole seconds.
fn whole(nanoseconds: i64) -> String {
    format!("{} s", nanoseconds.saturating_add(SECOND / 2) / SECOND)
}
