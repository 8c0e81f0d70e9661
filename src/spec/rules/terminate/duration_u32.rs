//! `duration` of a terminate is a whole number of 32 bits.
//!
//! *What the spec says.* A terminate may carry `duration`, the length of the call, as a whole number that is
//! not negative and fits into 32 bits. Left out, it is not reported, which is not the same as 0.
//!
//! *What is checked.* Every `duration` of a terminate, sent or received: decimal digits, at most 4294967295. A
//! terminate without it is nothing to check; tables leave the cell empty.
//!
//! *What a capture cannot show.* Whether a receiver takes an absent `duration` for 0.

use super::decimal_u32;
use crate::call::Call;
use crate::spec::acts::terminates;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/duration-u32",
    page: "SIG-14",
    title: "`duration` of a terminate is a whole number of 32 bits.",
    grade: Grade::Violation,
    source: include_str!("duration_u32.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        if let Some(duration) = act.node.text("duration") {
            match decimal_u32(&duration) {
                Some(_) => checks.holds(act.index, "it is a whole number of 32 bits"),
                None => checks.violated(act.index, format!("it is no whole number of 32 bits: {duration}")),
            }
        }
    }
}
