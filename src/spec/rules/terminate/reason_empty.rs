//! A terminate without a reason has no `reason`, rather than an empty one.
//!
//! *What the spec says.* `reason` is free text and may be left out; then the attribute has to be absent, never
//! empty.
//!
//! *What is checked.* Every terminate, sent or received: `reason` is absent or says something.
//!
//! *What a capture cannot show.* Nothing: an empty attribute is seen where it is sent.

use crate::call::Call;
use crate::spec::acts::terminates;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/reason-empty",
    page: "SIG-14",
    title: "A terminate without a reason has no `reason`, rather than an empty one.",
    grade: Grade::Violation,
    source: include_str!("reason_empty.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        match act.node.text("reason") {
            None => checks.holds(act.index, "it has no `reason`"),
            Some(reason) if reason.is_empty() => checks.violated(act.index, "its `reason` is empty"),
            Some(_) => checks.holds(act.index, "its `reason` says something"),
        }
    }
}
