//! Which stanzas of a group call carry wrapped keys?
//!
//! *The question.* SIG-06 asks how each sender of a group call hands out its keys, and how they change as participants
//! come and go.
//!
//! *What decides it.* A list, in calls that the offer or its notice marks as a group's: the actions that hold an
//! `<enc>`, or are called a rekey. Whether one comes before or after the accept tells a first key from a later one. The
//! keys themselves are inside a ciphertext that recordings of the transport do not open.
//!
//! *What is recorded.* The action, how many keys it wraps, and whether it came before or after the first accept.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::spec::observe::{article, making, naming, plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "group-keys",
    page: "SIG-06",
    number: Some(2),
    also: &[],
    title: "Which stanzas of a group call carry wrapped keys?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("group_keys.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    if !call.group {
        return Vec::new();
    }
    let pieces = stanzas::each(call).into_iter().filter_map(|sight| {
        let count = keys(sight.node.children())
            + sight
                .node
                .child("destination")
                .map_or(0, |holder| holder.children().iter().map(|member| keys(member.children())).sum());
        let action = sight.action.name.as_str();
        if count == 0 && !naming::has_word(action, &["rekey", "key", "keys"]) {
            return None;
        }
        let when = if sight.is_in_call(call) { "after the accept" } else { "with no accept before it" };
        let place = making::seen_at(call, sight.row);
        let why = format!("{} {action} with {count} wrapped key{}, {when}, {place}.", capital(action), plural(count));
        Some(Evidence::supporting(QUESTION.id, format!("<{action}>"), Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

fn keys(elements: &[Node]) -> usize {
    elements.iter().filter(|element| element.tag == "enc").count()
}

/// The article, at the beginning of a sentence.
fn capital(word: &str) -> &'static str {
    if article(word) == "an" { "An" } else { "A" }
}
