//! What do the transport endpoints of transports look like?
//!
//! *The question.* SIG-05 has a `<te>` with the relay's token in a transport, and asks how its bytes are made up: a
//! token alone, or something with a frame around it.
//!
//! *What decides it.* A list: the priority and the length of each `<te>` in a transport. A length can fit an address
//! with its port, or rule that out; bytes that stand in the offer or its ack as well tell whether they are a token that
//! was handed out there. What an opaque token says inside only the server and the relay know.
//!
//! *What is recorded.* Priority and length, where the transport was seen, and the element of the offer that holds the
//! same bytes.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::endpoints;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "transport-te",
    page: "SIG-05",
    number: Some(1),
    also: &[],
    title: "What do the transport endpoints of transports look like?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("transport_te.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    endpoints::shapes(call, QUESTION.id, &ActionName::Transport)
}
