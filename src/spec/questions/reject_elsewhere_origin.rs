//! Who makes the terminate that says "rejected elsewhere"?
//!
//! *The question.* The flow of the rejected call draws it from the server to the callee's other devices, and asks
//! whether the server makes it or a peer does.
//!
//! *What decides it.* The maker of each terminate with an "elsewhere" reason that follows a decline. Leaving a recorded socket,
//! or matched with a copy that did, it is direct; so is the silence of the device that `from` names, where its socket
//! was read without a gap. Otherwise `from` is a claim. A terminate that follows an accept is another matter.
//!
//! *What is recorded.* The terminate, its reason, and how its maker is known.

use crate::call::Call;
use crate::spec::observe::{declined, making};
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-elsewhere-origin",
    page: "call-rejected",
    number: Some(3),
    also: &[],
    title: "Who makes the terminate that says \"rejected elsewhere\"?",
    shape: Shape::Exclusive,
    hypotheses: &["server", "caller", "callee"],
    source: include_str!("reject_elsewhere_origin.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = declined::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = making::made(sight.row)?;
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} follows a decline: {}.", made.how);
        Some(Evidence::supporting(QUESTION.id, made.by.name(), made.strength, sight.index, why))
    });
    pieces.collect()
}
