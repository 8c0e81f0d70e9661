//! What do the transport endpoints of an accept look like?
//!
//! *The question.* An accept can carry a `<te>` with bytes in it. SIG-03 asks how these are laid out, and what they
//! mean.
//!
//! *What decides it.* A list: the priority and the length of each `<te>` in an accept. A length can fit an address with
//! its port, or rule that out; and bytes that stand in the offer or its ack as well tell where they are from. What the
//! bytes inside mean is not to be read off one recording.
//!
//! *What is recorded.* Priority and length, where the accept was seen, and the element of the offer that holds the same
//! bytes.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::endpoints;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-te",
    page: "SIG-03",
    number: Some(1),
    also: &[],
    title: "What do the transport endpoints of an accept look like?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("accept_te.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    endpoints::shapes(call, QUESTION.id, &ActionName::Accept)
}
