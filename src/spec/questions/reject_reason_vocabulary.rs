//! Does a reject give a reason, and is it one of a terminate's?
//!
//! *The question.* The flow of the rejected call puts a reason on `<reject>`, and asks whether its values are those of
//! terminates or a set of their own. SIG-08 says that a reject has none.
//!
//! *What decides it.* The `reason` of each reject, whatever it rejects for. The word itself is direct evidence. Clients that
//! do different things contest each other here, and that is an answer.
//!
//! *What is recorded.* The value, where it was seen, and which page it supports.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::vocabulary::is_terminate_reason;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-reason-vocabulary",
    page: "call-rejected",
    number: Some(2),
    also: &[],
    title: "Does a reject give a reason, and is it one of a terminate's?",
    shape: Shape::Exclusive,
    hypotheses: &["no-reason", "in-terminate-enum", "separate-set"],
    source: include_str!("reject_reason_vocabulary.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let rejects = stanzas::of(call, &ActionName::Reject);
    let pieces = rejects.iter().map(|sight| {
        let place = making::seen_at(call, sight.row);
        let (hypothesis, says) = match sight.action.reason.as_deref() {
            None => ("no-reason", "gives no reason, as SIG-08 has it".to_owned()),
            Some("") => ("no-reason", "has an empty reason".to_owned()),
            Some(reason) if is_terminate_reason(reason) => {
                ("in-terminate-enum", format!("gives reason {reason}, one of a terminate's, as the flow has it"))
            }
            Some(reason) => ("separate-set", format!("gives reason {reason}, which is none of a terminate's")),
        };
        let values = sight.action.reason.iter().map(ToString::to_string).collect();
        let why = format!("A reject {place} {says}.");
        Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, sight.index, why).with_values(values)
    });
    pieces.collect()
}
