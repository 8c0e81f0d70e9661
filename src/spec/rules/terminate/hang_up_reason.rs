//! A terminate that hangs up may leave out the reason.
//!
//! *What the spec says.* An ordinary hang-up may carry no `reason`.
//!
//! *What is checked.* Every terminate that ended an answered call is counted, with a reason or without: a
//! permission, which nothing can break.
//!
//! *What a capture cannot show.* Nothing: the attribute is there or not.

use crate::call::Call;
use crate::spec::acts::terminates;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/hang-up-reason",
    page: "SIG-14",
    title: "A terminate that hangs up may leave out the reason.",
    grade: Grade::Warning,
    source: include_str!("hang_up_reason.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    let ended = call.course.accepted.and(call.course.ended);
    if let Some(end) = terminates(call).find(|act| Some(act.index) == ended) {
        let without = end.node.attribute("reason").is_none();
        checks.holds(end.index, if without { "it has no reason" } else { "it has a reason" });
    }
}
