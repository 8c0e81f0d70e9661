//! `accepted_elsewhere`, `accept_elsewhere` or `rejected_elsewhere`?
//!
//! *The question.* SIG-14 writes `accepted_elsewhere`. The flow of the rejected call and the enum of reasons write
//! `accept_elsewhere` and `reject_elsewhere`. Recorded clients send `rejected_elsewhere`, which is on no page.
//!
//! *What decides it.* The reason of each terminate that ends in `_elsewhere`, as sent. `participle` is the spelling with
//! `accepted` and `rejected`, `stem` that with `accept` and `reject`; `other` is anything else.
//!
//! *What is recorded.* The reason, and where it was seen.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "elsewhere-spelling",
    page: "SIG-14",
    number: None,
    also: &[],
    title: "How is the reason \"elsewhere\" spelled?",
    shape: Shape::Exclusive,
    hypotheses: &["participle", "stem", "other"],
    source: include_str!("elsewhere_spelling.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate);
    let pieces = terminates.iter().filter(|sight| sight.action.is_elsewhere()).map(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let hypothesis = match reason {
            "accepted_elsewhere" | "rejected_elsewhere" => "participle",
            "accept_elsewhere" | "reject_elsewhere" => "stem",
            _ => "other",
        };
        let why = format!("A terminate {} is spelled {reason}.", making::seen_at(call, sight.row));
        Evidence::supporting(DISCREPANCY.id, hypothesis, Strength::Direct, sight.index, why)
            .with_values(vec![reason.to_owned()])
    });
    pieces.collect()
}
