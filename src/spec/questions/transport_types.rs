//! Which types do transports have?
//!
//! *The question.* SIG-05 knows three values of `transport-message-type`, for candidates of relays, candidates of
//! peers, and replies that keep the path alive. It asks for the rest.
//!
//! *What decides it.* A list: the attribute of each transport as sent, and `(none)` where it has none. Each transport
//! counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The value, whether the page describes it, where the transport was seen, and what is known of the
//! program that made it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "transport-types",
    page: "SIG-05",
    number: Some(2),
    also: &[],
    title: "Which types do transports have?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("transport_types.rs"),
    observe,
};

/// The values that the page describes.
const DESCRIBED: [&str; 3] = ["1", "3", "9"];

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Transport).into_iter().map(|sight| {
        let kind = sight.node.text("transport-message-type");
        let is_new = kind.as_deref().is_some_and(|kind| !DESCRIBED.contains(&kind));
        let new = if is_new { ", a type that the page does not describe" } else { "" };
        let round = sight.node.text("p2p-cand-round").map_or_else(String::new, |round| format!(", in round {round}"));
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let why = format!("A transport {place}{round}{new}.");
        let value = kind.map_or_else(|| "(none)".to_owned(), |kind| kind.into_owned());
        Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
