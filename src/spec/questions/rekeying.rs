//! Are keys made anew while a call goes on?
//!
//! *The question.* The stanza catalogue asks whether the keys of the media are fixed with the offer, or made again when
//! the path changes.
//!
//! *What decides it.* After the accept, one call stanza with a wrapped key in it answers: an `<enc>`, by itself or for a device
//! in a `<destination>`. That an answered call has none is absence, where the socket was read without a gap from the
//! accept to the end. The key in the accept itself is another question. What devices derive without sending anything
//! is out of sight.
//!
//! *What is recorded.* The action with the key, and how long after the accept it came.

use crate::call::Call;
use crate::spec::observe::{answered, article, candidates, making, repeated, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "rekeying",
    page: "call-transport",
    number: Some(5),
    also: &[],
    title: "Are keys made anew while a call goes on?",
    shape: Shape::Existential { occurs: "new-key" },
    hypotheses: &["new-key", "none-seen"],
    source: include_str!("rekeying.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let keyed = answered::during(call).into_iter().filter_map(|(sight, talk)| {
        candidates::wrapped_keys(sight.node).next()?;
        let later = talk.until(sight.row).map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let tag = sight.action.name.as_str();
        let place = making::seen_at(call, sight.row);
        let why = format!("A wrapped key came in {} {tag}, {place},{later} after the accept.", article(tag));
        let piece = Evidence::supporting(QUESTION.id, "new-key", Strength::Direct, sight.index, why);
        Some(piece.with_values(vec![format!("<{tag}>")]))
    });
    let keyed = repeated::first_of_each(keyed);
    if !keyed.is_empty() {
        return keyed;
    }
    let none = answered::talks(call).into_values().filter_map(|talk| {
        let lasted = talk.watched(call, context)?;
        let why =
            format!("In the {lasted} from the accept to the end of the call, no wrapped key was sent or came in.");
        Some(Evidence::supporting(QUESTION.id, "none-seen", Strength::Absence, talk.accept, why))
    });
    none.collect()
}
