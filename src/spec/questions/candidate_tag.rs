//! Which tag has a candidate in a transport?
//!
//! *The question.* The stanza catalogue knows two spellings of a candidate, `<te>` and `<endpoint>`, and asks which of
//! them is used, or whether that depends.
//!
//! *What decides it.* The candidates in transports, by themselves or in a `<destination>`. The tag itself is direct
//! evidence. If both occur, it depends: the calls on each side are listed.
//!
//! *What is recorded.* The first transport with each tag in a call, and where it was seen.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, plural, repeated, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "candidate-tag",
    page: "call-transport",
    number: Some(1),
    also: &[],
    title: "Which tag has a candidate in a transport?",
    shape: Shape::Exclusive,
    hypotheses: &["te", "endpoint"],
    source: include_str!("candidate_tag.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = making::seen_at(call, sight.row);
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for candidate in candidates::of(sight.node) {
            *counts.entry(if candidate.tag == "te" { "te" } else { "endpoint" }).or_default() += 1;
        }
        counts.into_iter().map(move |(tag, count)| {
            let why = format!("A transport, {place}, has {count} candidate{} with the tag {tag}.", plural(count));
            Evidence::supporting(QUESTION.id, tag, Strength::Direct, sight.index, why).routine()
        })
    });
    repeated::first_of_each(pieces)
}
