//! Is there a receipt for calls, beside the ack?
//!
//! *The question.* The page on acks is titled as if acks and receipts of calls were one, and asks whether calls have a
//! `<receipt>` of their own.
//!
//! *What decides it.* One `<receipt>` that names a call or echoes the id of a call stanza, or one `<ack class="receipt">` that
//! does, answers. That a call's stanzas are acked and none gets a receipt, while a socket was read without a gap, is absence.
//!
//! *What is recorded.* The receipt, the action that it is for, and where it was seen.

use crate::call::Call;
use crate::spec::observe::{acknowledging, covered, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "call-receipt",
    page: "call-ack",
    number: Some(4),
    also: &[],
    title: "Is there a receipt for calls, beside the ack?",
    shape: Shape::Existential { occurs: "exists" },
    hypotheses: &["exists", "not-seen"],
    source: include_str!("call_receipt.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let receipts = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let action = acknowledging::action_name(row);
        let place = making::seen_at(call, row);
        let why = if acknowledging::receipt(row).is_some() {
            // Copies of one that was recorded as it left count there.
            row.copy_of.is_none().then(|| format!("A receipt for the {action}, {place}."))?
        } else {
            let (ack, answered) = acknowledging::ack(call, row)?;
            let of_receipt = ack.class.as_deref() == Some("receipt");
            // The receipt itself counts where it was seen.
            (of_receipt && answered.and_then(acknowledging::receipt).is_none())
                .then(|| format!("An ack of class receipt for the {action}, {place}, whose receipt was not seen."))?
        };
        Some(Evidence::supporting(QUESTION.id, "exists", Strength::Direct, index, why))
    });
    let receipts: Vec<_> = receipts.collect();
    if receipts.is_empty() { none_came(call, context).into_iter().collect() } else { receipts }
}

/// The first stanza of a call that was acked, if its socket was read on, to the call's end and a little further.
fn none_came(call: &Call, context: &Context) -> Option<Evidence> {
    let answers = acknowledging::answers(call);
    let (index, row) = call.rows.iter().enumerate().find(|(index, row)| {
        let is_acked = answers.get(*index).is_some_and(|answers| !answers.acks.is_empty());
        is_acked && row.observed.read().action().is_some()
    })?;
    let last = call.rows.iter().rev().find(|last| last.observed.socket() == row.observed.socket())?;
    let watched = covered::between(call, context, row, row.observed.time(), last.observed.time())
        && covered::after(call, context, last, covered::ANSWERED_WITHIN);
    let why = "The call's stanzas are acked, and none gets a receipt while the socket was read without a gap.";
    watched.then(|| Evidence::supporting(QUESTION.id, "not-seen", Strength::Absence, index, why))
}
