//! The code of an ack's error is a number.
//!
//! *What the spec says.* `code` of an `<error>` is a number like those of HTTP, and may be left out.
//!
//! *What is checked.* Every ack with an error: `code` of its `<error>`, or where there is none the `error`
//! attribute of the ack, is a whole number.
//!
//! *What a capture cannot show.* What the number means.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/error-code",
    page: "call-ack",
    title: "The code of an ack's error is a number.",
    grade: Grade::Violation,
    source: include_str!("error_code.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, _, ack) in acks(call) {
        let Some(code) = ack.error.as_ref().and_then(|error| error.code.as_deref()) else { continue };
        if code.parse::<i64>().is_ok() {
            checks.holds(index, "the code of its error is a whole number");
        } else {
            checks.violated(index, format!("the code of its error is no whole number: {code}"));
        }
    }
}
