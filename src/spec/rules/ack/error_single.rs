//! An ack has at most one `<error>`.
//!
//! *What the spec says.* An ack may hold one `<error>`, where what it answers could not be delivered.
//!
//! *What is checked.* Every ack with an `<error>`, or with an `error` attribute: not more than one child.
//!
//! *What a capture cannot show.* Nothing: the children are there or not.

use super::errors;
use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/error-single",
    page: "call-ack",
    title: "An ack has at most one `<error>`.",
    grade: Grade::Violation,
    source: include_str!("error_single.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call).filter(|(_, _, ack)| ack.error.is_some()) {
        match errors(row).count() {
            0 | 1 => checks.holds(index, "it has no more than one `<error>`"),
            count => checks.violated(index, format!("it has {count} `<error>`")),
        }
    }
}
