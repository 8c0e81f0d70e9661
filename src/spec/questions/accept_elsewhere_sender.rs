//! Who tells the callee's other devices that one of them took the call, and with which word?
//!
//! *The question.* The flow of the incoming call draws a terminate from the server to the devices that did not answer,
//! and asks whether the server makes it or a peer does, and whether its reason is exactly the one drawn. SIG-17 asks whether
//! that is left to the caller.
//!
//! *What decides it.* The maker of each terminate with an "elsewhere" reason that speaks of an accept, or follows one.
//! Leaving a recorded socket, or matched with a copy that did, it is direct; so is the silence of the device that
//! `from` names, where its socket was read without a gap. Otherwise `from` is a claim.
//!
//! *What is recorded.* The terminate, how its maker is known, and its reason, as a list.

use crate::call::Call;
use crate::spec::observe::{answered, making};
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-elsewhere-sender",
    page: "incoming-1to1-audio",
    number: Some(2),
    also: &[("SIG-17", 3)],
    title: "Who tells the callee's other devices that one took the call, and with which word?",
    shape: Shape::Exclusive,
    hypotheses: &["server", "caller", "callee"],
    source: include_str!("accept_elsewhere_sender.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = answered::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = making::made(sight.row)?;
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} tells of an accept: {}.", made.how);
        let piece = Evidence::supporting(QUESTION.id, made.by.name(), made.strength, sight.index, why);
        Some(piece.with_values(vec![reason.to_owned()]))
    });
    pieces.collect()
}
