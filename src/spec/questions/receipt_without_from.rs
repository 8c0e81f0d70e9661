//! Does the server take an offer's receipt that names no sender?
//!
//! *The question.* The receipt for an offer should carry the device's own address in `from`. SIG-07 asks whether the
//! server insists on it.
//!
//! *What decides it.* An outbound receipt for an offer that has no `from`: an ack of it without an error is direct
//! evidence that the server takes it, an ack with an error that it does not. A receipt with `from` tells nothing; nor
//! does one that nothing answers.
//!
//! *What is recorded.* How the server answered, and what is known of the program that sent the receipt.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::acknowledging::{self, Reception};
use crate::spec::observe::making;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "receipt-without-from",
    page: "SIG-07",
    number: Some(1),
    also: &[],
    title: "Does the server take an offer's receipt that names no sender?",
    shape: Shape::Exclusive,
    hypotheses: &["taken", "refused"],
    source: include_str!("receipt_without_from.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut bare = call.rows.iter().enumerate().filter(|(_, row)| {
        acknowledging::receipt(row).is_some()
            && row.observed.direction() == Some(Direction::Outbound)
            && row.action == Some(ActionName::Offer)
            && row.observed.read().node.attribute("from").is_none()
    });
    let mut evidence = Vec::new();
    let Some(first) = bare.next() else { return evidence };
    let answers = acknowledging::answers(call);
    for (index, row) in std::iter::once(first).chain(bare) {
        let Some(answers) = answers.get(index) else { continue };
        let reception = acknowledging::reception(call, answers);
        let (hypothesis, place) = match reception {
            Reception::Acked { row } => ("taken", row),
            Reception::Refused { row, .. } => ("refused", row),
            Reception::Unknown => continue,
        };
        let program = making::program(call, row);
        let why = format!("The receipt of an offer, without a sender's address{program}, was {}.", reception.words());
        evidence.push(Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, place, why));
    }
    evidence
}
