//! Is a decline a reject, or a terminate?
//!
//! *The question.* The flow of the rejected call draws a `<reject>`, and asks whether a decline is carried by it or by a
//! `<terminate>` with reason `declined`.
//!
//! *What decides it.* The first of the two in a call that was offered live and not answered. It is as strong as what is
//! known of its maker: leaving the declining device's recorded socket, direct; arriving, indirect, since the server may
//! have made one of the other. A reject for another reason (`busy`, a failure) is no decline.
//!
//! *What is recorded.* That stanza, its reason, and how its maker is known.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{declined, making, ringing};
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "decline-carrier",
    page: "call-rejected",
    number: Some(1),
    also: &[],
    title: "Is a decline a reject, or a terminate?",
    shape: Shape::Exclusive,
    hypotheses: &["reject", "terminate-declined"],
    source: include_str!("decline_carrier.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let declined = declined::declined(call).filter(|_| ringing::was_offered_live(call));
    let index = declined.map(|index| call.rows.get(index).and_then(|row| row.copy_of).unwrap_or(index));
    let piece = index.and_then(|index| {
        let row = call.rows.get(index)?;
        let action = row.observed.read().action()?;
        let made = making::made(row)?;
        let hypothesis = if action.name == ActionName::Reject { "reject" } else { "terminate-declined" };
        let with = action
            .reason
            .as_deref()
            .map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
        let why = format!("The call rang and was declined by a {} {with}: {}.", action.name, made.how);
        Some(Evidence::supporting(QUESTION.id, hypothesis, made.strength, index, why))
    });
    piece.into_iter().collect()
}
