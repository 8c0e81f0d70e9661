//! A terminate has at most one `<destination>`.
//!
//! *What the spec says.* A terminate may hold one `<destination>`, for further devices to reach.
//!
//! *What is checked.* Every terminate that the client sends: no more than one. More than one in an inbound
//! stanza is news, as the server rewrites what it delivers.
//!
//! *What a capture cannot show.* What the sender of an inbound terminate wrote: the server takes
//! `<destination>` off.

use super::destinations;
use crate::call::Call;
use crate::spec::acts::{Departure, note_built, terminates};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/destination-single",
    page: "SIG-14",
    title: "A terminate has at most one `<destination>`.",
    grade: Grade::Violation,
    source: include_str!("destination_single.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        let count = destinations(&act).count();
        let found = match count {
            0 => Ok("it has no `<destination>`"),
            1 => Ok("it has one `<destination>`"),
            _ => Err(Departure::Broken(format!("it has {count} `<destination>`"))),
        };
        note_built(checks, &act, found);
    }
}
