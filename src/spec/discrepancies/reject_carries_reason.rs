//! Does the reject of a user who declines carry a reason?
//!
//! *The question.* SIG-08 gives a reject exactly two attributes, neither of them a reason. The flow of the rejected call
//! draws one with a `reason`.
//!
//! *What decides it.* Each reject that declines, as sent. Rejects that say `busy` or name a failure are no declines.
//!
//! *What is recorded.* The reject, its reason, and where it was seen.

use crate::call::Call;
use crate::spec::observe::{declined, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "reject-carries-reason",
    page: "SIG-08",
    number: None,
    also: &[],
    title: "Does the reject of a user who declines carry a reason?",
    shape: Shape::Exclusive,
    hypotheses: &["two-attributes", "reason"],
    source: include_str!("reject_carries_reason.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = declined::rejects(call).into_iter().map(|sight| {
        let place = making::seen_at(call, sight.row);
        let (hypothesis, why) = match sight.action.reason.as_deref() {
            None => ("two-attributes", format!("A reject {place} carries no reason, as SIG-08 has it.")),
            Some(reason) => ("reason", format!("A reject {place} carries reason \"{reason}\", as the flow has it.")),
        };
        Evidence::supporting(DISCREPANCY.id, hypothesis, Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
