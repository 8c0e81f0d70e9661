//! The class of an ack is the tag of what it acknowledges.
//!
//! *What the spec says.* `class` has to be there, and is `call` in an ack of a call stanza.
//!
//! *What is checked.* Every ack whose answered stanza was recorded: class `call` for a `<call>`, class
//! `receipt` for a `<receipt>`. A receipt repeats the id of the call stanza that it is for, so the class tells
//! which of the two is meant.
//!
//! *What a capture cannot show.* What an ack answers that answers nothing recorded.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/class",
    page: "call-ack",
    title: "The class of an ack is the tag of what it acknowledges.",
    grade: Grade::Violation,
    source: include_str!("class.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, ack) in acks(call) {
        let Some(answered) = row.answers.and_then(|answered| call.rows.get(answered)) else {
            match ack.class {
                None => checks.violated(index, "it has no `class`"),
                Some(_) => checks.undecided(index, "what it answers was not recorded"),
            }
            continue;
        };
        let tag = answered.observed.read().node.tag.as_ref();
        match ack.class.as_deref() {
            Some(class) if class == tag => checks.holds(index, "its `class` is the tag of what it answers"),
            Some(class) => checks.violated(index, format!("its `class` is {class}, and it answers a `<{tag}>`")),
            None => checks.violated(index, format!("it has no `class`, and answers a `<{tag}>`")),
        }
    }
}
