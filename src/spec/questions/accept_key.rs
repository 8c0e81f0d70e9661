//! Does an accept carry key material?
//!
//! *The question.* The stanza catalogue lets an accept have a wrapped key of the callee, and asks whether it does, or
//! whether the key of the offer serves the whole call.
//!
//! *What decides it.* One accept with an `<enc>` in it answers. An accept without is absence. Each accept counts once,
//! where it left its maker if that was recorded; a log that leaves out what is inside an element still has the element.
//! Which key the devices then use is not sent.
//!
//! *What is recorded.* The `type` of the wrapped key as a list, where the accept was seen, and the `keygen` beside it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-key",
    page: "call-accept",
    number: Some(1),
    also: &[],
    title: "Does an accept carry key material?",
    shape: Shape::Existential { occurs: "carries-key" },
    hypotheses: &["carries-key", "no-key"],
    source: include_str!("accept_key.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Accept).into_iter().map(|sight| {
        let place = making::seen_at(call, sight.row);
        let kinds: Vec<_> = candidates::wrapped_keys(sight.node)
            .map(|key| key.text("type").map_or_else(|| "(no type)".to_owned(), |kind| kind.into_owned()))
            .collect();
        if kinds.is_empty() {
            let why = format!("An accept, {place}, has no wrapped key.");
            return Evidence::supporting(QUESTION.id, "no-key", Strength::Absence, sight.index, why);
        }
        let keygen = sight.node.child("encopt").and_then(|options| options.text("keygen"));
        let beside = keygen.map_or_else(String::new, |keygen| format!(" beside keygen={keygen}"));
        let why = format!("An accept, {place}, has a wrapped key of type {}{beside}.", kinds.join(" and "));
        Evidence::supporting(QUESTION.id, "carries-key", Strength::Direct, sight.index, why)
            .with_values(kinds)
            .routine()
    });
    pieces.collect()
}
