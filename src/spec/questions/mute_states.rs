//! Which states does a mute give?
//!
//! *The question.* SIG-13 has a `mute-state` on `<mute_v2>` and does not know its values: words, numbers or something
//! else.
//!
//! *What decides it.* A list: the attribute of each `<mute_v2>` as sent, and `(none)` where it has none. Each counts
//! once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The value, who made it, where it was seen, and what is known of the program that made it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "mute-states",
    page: "SIG-13",
    number: Some(1),
    also: &[],
    title: "Which states does a mute give?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("mute_states.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::of(call, &ActionName::MuteV2).into_iter().map(|sight| {
        let value = sight.node.text("mute-state").map_or_else(|| "(none)".to_owned(), |state| state.into_owned());
        let maker = making::made(sight.row).map_or_else(String::new, |made| format!(" of the {}", made.by.name()));
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        let when = if sight.is_in_call(call) { "after the accept" } else { "with no accept before it" };
        let why = format!("A mute{maker}, {place}, {when}.");
        Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
