//! Which stanza tells of a raised hand?
//!
//! *The question.* SIG-09 says that participants tell each other of a raised hand in the signalling, and asks which
//! stanza or attribute does, and whether it is acked.
//!
//! *What decides it.* A list: each action, element or attribute of a call stanza in whose name a hand or raising
//! stands. The name is direct evidence that there is such a thing, not of what it does. One that goes by another name
//! is not found: the unknown actions that rules report are where to look.
//!
//! *What is recorded.* The name, as `<tag>` or `tag@attribute`, its value, whether the stanza was acked, and where it
//! was seen.

use crate::call::Call;
use crate::spec::observe::naming;
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "raised-hand",
    page: "SIG-09",
    number: Some(1),
    also: &[],
    title: "Which stanza tells of a raised hand?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("raised_hand.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    naming::list(call, QUESTION.id, &["hand", "hands", "raise", "raised", "raisehand", "handraise"])
}
