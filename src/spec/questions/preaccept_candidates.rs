//! Does a preaccept carry candidates for the media path?
//!
//! *The question.* The stanza catalogue lets a preaccept have candidates, so that relays are tried while the phone rings,
//! and asks whether it does, or whether they wait for the accept.
//!
//! *What decides it.* One `<te>` or `<endpoint>` in a preaccept, by itself or in a `<destination>`, answers. A preaccept
//! without is absence. Each preaccept counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* How many candidates there are, and where the preaccept was seen.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-candidates",
    page: "call-preaccept",
    number: Some(2),
    also: &[],
    title: "Does a preaccept carry candidates for the media path?",
    shape: Shape::Existential { occurs: "in-preaccept" },
    hypotheses: &["in-preaccept", "not-in-preaccept"],
    source: include_str!("preaccept_candidates.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::Preaccept).into_iter().map(|sight| {
        let place = making::seen_at(call, sight.row);
        match candidates::count(sight.node) {
            0 => {
                let why = format!("A preaccept, {place}, has no candidate.");
                Evidence::supporting(QUESTION.id, "not-in-preaccept", Strength::Absence, sight.index, why)
            }
            count => {
                let why = format!("A preaccept, {place}, has {count} candidate{}.", plural(count));
                Evidence::supporting(QUESTION.id, "in-preaccept", Strength::Direct, sight.index, why).routine()
            }
        }
    });
    pieces.collect()
}
