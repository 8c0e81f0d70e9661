//! Which stanza carries a reaction in a call?
//!
//! *The question.* SIG-10 asks which stanza carries a reaction that a participant sends in a call, how the emoji is
//! written, and for how long it shows. The last is the client's affair.
//!
//! *What decides it.* A list: each action, element or attribute of a call stanza in whose name a reaction or an emoji
//! stands. The name is direct evidence that there is such a thing, not of what it does. Reactions that travel beside
//! the media are in no recording of signalling.
//!
//! *What is recorded.* The name, as `<tag>` or `tag@attribute`, its value, whether the stanza was acked, and where it
//! was seen.

use crate::call::Call;
use crate::spec::observe::naming;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "call-reactions",
    page: "SIG-10",
    number: Some(1),
    also: &[],
    title: "Which stanza carries a reaction in a call?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("call_reactions.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    naming::list(call, QUESTION.id, &["reaction", "reactions", "react", "emoji"])
}
