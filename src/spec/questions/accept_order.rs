//! Does the server refuse an accept whose children are out of order?
//!
//! *The question.* SIG-03 orders the children of an accept, as SIG-01 does those of an offer, whose order the server
//! enforces with error 439. The page asks whether it does so for an accept.
//!
//! *What decides it.* An outbound accept whose children are not in that order: an ack without an error shows that the
//! order is not enforced, error 439 that it is, both direct. Error 439 for an accept in order is indirect evidence that
//! some order is enforced. Other errors, and accepts in order that are acked, tell nothing. Elements that the page does
//! not name stand where they like.
//!
//! *What is recorded.* The order as sent, and what the ack says.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::acknowledging::{self, Reception};
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-order",
    page: "SIG-03",
    number: Some(3),
    also: &[],
    title: "Does the server refuse an accept whose children are out of order?",
    shape: Shape::Exclusive,
    hypotheses: &["enforced", "not-enforced"],
    source: include_str!("accept_order.rs"),
    observe,
};

/// The order of the page.
const ORDER: [&str; 7] = ["audio", "te", "net", "encopt", "capability", "rte", "voip_settings"];

/// The error with which the server refuses an offer out of order.
const OUT_OF_ORDER: &str = "439";

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut accepts = stanzas::of(call, &ActionName::Accept);
    accepts.retain(stanzas::Sight::is_outbound);
    if accepts.is_empty() {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let pieces = accepts.iter().filter_map(|sight| {
        let tags = || sight.node.children().iter().map(|child| child.tag.as_ref());
        let ranks = || tags().filter_map(|tag| ORDER.iter().position(|known| *known == tag));
        let is_ordered = ranks().is_sorted();
        let reception = acknowledging::reception(call, answers.get(sight.index)?);
        let is_439 = |code: Option<&str>| code == Some(OUT_OF_ORDER);
        let (hypothesis, strength, row) = match (reception, is_ordered) {
            (Reception::Acked { row }, false) => ("not-enforced", Strength::Direct, row),
            (Reception::Refused { row, error }, false) if is_439(error.code.as_deref()) => {
                ("enforced", Strength::Direct, row)
            }
            (Reception::Refused { row, error }, true) if is_439(error.code.as_deref()) => {
                ("enforced", Strength::Indirect, row)
            }
            _ => return None,
        };
        let order = tags().take(SHOWN).collect::<Vec<_>>().join(", ");
        let how = if is_ordered { "in the page's order" } else { "out of the page's order" };
        let taken = reception.words();
        let program = making::program(call, sight.row);
        let why = format!("An accept with its children {how} ({order}) was {taken}{program}.");
        Some(Evidence::supporting(QUESTION.id, hypothesis, strength, row, why))
    });
    pieces.collect()
}

/// The most children whose order is shown.
const SHOWN: usize = 24;
