//! Does a reject get a receipt?
//!
//! *The question.* SIG-08 has a reject acked like any call stanza, and no receipt for it. Some clients send one.
//!
//! *What decides it.* One receipt that answers a reject. A reject that was acked and got no receipt, while its socket was
//! read without a gap, is absence.
//!
//! *What is recorded.* The receipt, or the reject without one.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{acknowledging, covered, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "reject-receipt",
    page: "SIG-08",
    number: None,
    also: &[],
    title: "Does a reject get a receipt?",
    shape: Shape::Existential { occurs: "receipt" },
    hypotheses: &["receipt", "no-receipt"],
    source: include_str!("reject_receipt.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let receipts = call.rows.iter().enumerate().filter(|(_, row)| {
        acknowledging::receipt(row).is_some() && row.action == Some(ActionName::Reject) && row.copy_of.is_none()
    });
    let mut evidence: Vec<_> = receipts
        .map(|(index, row)| {
            let why = format!("A receipt for a reject, {}.", making::seen_at(call, row));
            Evidence::supporting(DISCREPANCY.id, "receipt", Strength::Direct, index, why)
        })
        .collect();
    if evidence.is_empty() {
        let answers = acknowledging::answers(call);
        let without = stanzas::of(call, &ActionName::Reject).into_iter().filter(|sight| {
            answers.get(sight.index).is_some_and(|answers| !answers.acks.is_empty())
                && covered::after(call, context, sight.row, covered::ANSWERED_WITHIN)
        });
        evidence.extend(without.map(|sight| {
            let why = format!("A reject {} was acked, and got no receipt.", making::seen_at(call, sight.row));
            Evidence::supporting(DISCREPANCY.id, "no-receipt", Strength::Absence, sight.index, why)
        }));
    }
    evidence
}
