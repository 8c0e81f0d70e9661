//! Does a terminate follow a decline?
//!
//! *The question.* The flow of the rejected call sends a terminate to the callee's other devices. SIG-08 makes the reject
//! the last word on the offer, and asks whether any terminate is sent.
//!
//! *What decides it.* One terminate with an "elsewhere" reason after a decline, whoever made it. None, while the socket of the
//! caller or of the device that declined was read without a gap for five seconds after the decline, is absence: the
//! server may still tell the others.
//!
//! *What is recorded.* The terminate, or the decline that none followed.

use crate::call::Call;
use crate::spec::observe::{covered, declined, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "terminate-after-reject",
    page: "call-rejected",
    number: None,
    also: &[],
    title: "Does a terminate follow a decline?",
    shape: Shape::Existential { occurs: "terminate" },
    hypotheses: &["terminate", "none"],
    source: include_str!("terminate_after_reject.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let told = declined::told_elsewhere(call);
    if told.is_empty() {
        let rejects = declined::rejects(call).into_iter();
        let unfollowed = rejects.filter(|sight| covered::after(call, context, sight.row, covered::ANSWERED_WITHIN));
        let pieces = unfollowed.map(|sight| {
            let why = format!(
                "A decline {} was followed by no terminate to other devices on this socket.",
                making::seen_at(call, sight.row)
            );
            Evidence::supporting(DISCREPANCY.id, "none", Strength::Absence, sight.index, why)
        });
        return pieces.collect();
    }
    let pieces = told.into_iter().map(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("After the decline, a terminate {} with reason {reason}.", making::seen_at(call, sight.row));
        Evidence::supporting(DISCREPANCY.id, "terminate", Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
