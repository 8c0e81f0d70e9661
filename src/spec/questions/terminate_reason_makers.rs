//! Who makes terminates with which reason?
//!
//! *The question.* The stanza catalogue supposes that some reasons are the server's and others a peer's, and asks which.
//!
//! *What decides it.* A list: the reason of each terminate with the side that made it, where that is known at all. Each
//! item is as strong as what is known of the maker: leaving a recorded socket, or matched with a copy that did, direct;
//! arriving, indirect, since the server may have made it in a peer's name.
//!
//! *What is recorded.* The reason and the side, and how the maker is known.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-reason-makers",
    page: "call-terminate",
    number: Some(2),
    also: &[],
    title: "Who makes terminates with which reason?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("terminate_reason_makers.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Terminate).into_iter().filter_map(|sight| {
        let made = making::made(sight.row)?;
        let reason = sight.action.reason.as_deref().unwrap_or("(none)");
        let why = format!("A terminate of the {}: {}.", made.by.name(), made.how);
        let value = format!("{reason}: {}", made.by.name());
        Some(Evidence::supporting(QUESTION.id, value, made.strength, sight.index, why))
    });
    pieces.collect()
}
