//! Is a candidate written as attributes or as packed bytes?
//!
//! *The question.* The stanza catalogue gives a candidate `ip` and `port` as attributes, and asks whether they are packed
//! into bytes instead.
//!
//! *What decides it.* The candidates in transports: one with such an attribute is direct for attributes, one without that
//! holds bytes is direct for bytes. A candidate with neither says nothing. Whether the bytes are an address, and how they
//! are laid out, is another matter: many are longer than an address.
//!
//! *What is recorded.* The attributes' names and the number of bytes, as a list; the first of each kind in a call.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{candidates, making, repeated, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "candidate-encoding",
    page: "call-transport",
    number: Some(2),
    also: &[],
    title: "Is a candidate written as attributes or as packed bytes?",
    shape: Shape::Exclusive,
    hypotheses: &["attributes", "bytes"],
    source: include_str!("candidate_encoding.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let transports = stanzas::of(call, &ActionName::Transport);
    let pieces = transports.iter().flat_map(|sight| {
        let place = making::seen_at(call, sight.row);
        candidates::of(sight.node).filter_map(move |candidate| {
            let (hypothesis, form) = if candidates::is_spelled_out(candidate) {
                let names: Vec<_> = candidate.attributes.iter().map(|it| &*it.name).collect();
                ("attributes", names.join(" "))
            } else {
                ("bytes", format!("{} bytes", candidates::packed(candidate)?))
            };
            let why = format!("A candidate of a transport, {place}, is written as {hypothesis}: {form}.");
            let piece = Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, sight.index, why);
            Some(piece.with_values(vec![form]).routine())
        })
    });
    repeated::first_of_each(pieces)
}
