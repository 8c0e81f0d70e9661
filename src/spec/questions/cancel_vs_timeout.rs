//! Does a caller who gives up send another reason than a ring timeout does?
//!
//! *The question.* The flow of the missed call gives `timeout` as the reason when the ring time is over, and asks whether
//! a caller who cancels before that sends a reason of its own.
//!
//! *What decides it.* The reason on a terminate with which the caller ended an unanswered call well before the ring
//! timeout, against the reasons with which the same caller ended calls at it. Without a known ring timeout, or without
//! a call of each kind, nothing follows. It is as strong as what is known of the terminate's maker.
//!
//! *What is recorded.* The early terminate, its reason, and the reasons seen at the ring timeout.

use crate::call::{Call, Side};
use crate::spec::context::Moment;
use crate::spec::observe::ringing;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "cancel-vs-timeout",
    page: "call-missed-timeout",
    number: Some(3),
    also: &[],
    title: "Does a caller who gives up send another reason than a ring timeout does?",
    shape: Shape::Exclusive,
    hypotheses: &["distinct", "same"],
    source: include_str!("cancel_vs_timeout.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref().filter(|made| made.by == Side::Caller)?;
        let Some(Moment::Before(when)) = context.moment(&rang, ending) else { return None };
        let at_timeout: Vec<_> = context.reasons_at_timeout(ending.ender.as_ref()?).collect();
        if at_timeout.is_empty() {
            return None;
        }
        let hypothesis = if at_timeout.contains(&ending.reason) { "same" } else { "distinct" };
        let with =
            |reason: Option<&str>| reason.map_or_else(|| "no reason".to_owned(), |reason| format!("reason {reason}"));
        let others: Vec<_> = at_timeout.into_iter().map(with).collect();
        let why = format!(
            "The caller gave up {when}, with {}; at the timeout the same caller's calls end with {}: {}.",
            with(ending.reason),
            others.join(" or "),
            made.how
        );
        Some(Evidence::supporting(QUESTION.id, hypothesis, made.strength, ending.index, why))
    });
    pieces.collect()
}
