//! Does an accept carry candidates for the media path?
//!
//! *The question.* The stanza catalogue draws candidates in the accept, and asks whether they are there or only in the
//! transports that follow.
//!
//! *What decides it.* One `<te>` or `<endpoint>` in an accept, by itself or in a `<destination>`, answers. An accept
//! without is absence; that the same device sends them in a transport is said beside it.
//!
//! *What is recorded.* How many candidates there are, and whether they are addresses in attributes or bytes.

use std::collections::BTreeSet;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-candidates",
    page: "call-accept",
    number: Some(2),
    also: &[],
    title: "Does an accept carry candidates for the media path?",
    shape: Shape::Existential { occurs: "in-accept" },
    hypotheses: &["in-accept", "not-in-accept"],
    source: include_str!("accept_candidates.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let accepts = stanzas::of(call, &ActionName::Accept);
    if accepts.is_empty() {
        return Vec::new();
    }
    let transports = stanzas::of(call, &ActionName::Transport);
    let with: BTreeSet<_> = transports
        .iter()
        .filter(|sight| candidates::count(sight.node) > 0)
        .map(|sight| (sight.row.vantage, sight.is_outbound()))
        .collect();
    let pieces = accepts.iter().map(|sight| {
        let place = making::seen_at(call, sight.row);
        let count = candidates::count(sight.node);
        if count > 0 {
            let spelled = candidates::of(sight.node).filter(|candidate| candidates::is_spelled_out(candidate)).count();
            let form =
                if spelled > 0 { format!(", {spelled} of them with an address in attributes") } else { String::new() };
            let why = format!("An accept, {place}, has {count} candidate{}{form}.", plural(count));
            return Evidence::supporting(QUESTION.id, "in-accept", Strength::Direct, sight.index, why).routine();
        }
        let elsewhere = if with.contains(&(sight.row.vantage, sight.is_outbound())) {
            "; transports in the same direction have some"
        } else {
            ""
        };
        let why = format!("An accept, {place}, has no candidate{elsewhere}.");
        Evidence::supporting(QUESTION.id, "not-in-accept", Strength::Absence, sight.index, why)
    });
    pieces.collect()
}
