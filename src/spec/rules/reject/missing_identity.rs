//! A reject that comes in names its call and its creator.
//!
//! *What the spec says.* Whoever receives a reject needs `call-id` and `call-creator`; one without either is
//! malformed.
//!
//! *What is checked.* Every inbound reject has both. One that has not is shown and kept all the same.
//!
//! *What a capture cannot show.* What the client does with a malformed reject: clients ack a stanza before they
//! read it.

use crate::call::Call;
use crate::spec::acts::rejects;
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/missing-identity",
    page: "SIG-08",
    title: "A reject that comes in names its call and its creator.",
    grade: Grade::Violation,
    source: include_str!("missing_identity.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call).filter(Sight::is_inbound) {
        let present = |name: &&str| reject.node.text(name).is_some_and(|value| !value.is_empty());
        match ["call-id", "call-creator"].into_iter().find(|name| !present(name)) {
            Some(missing) => checks.violated(reject.index, format!("it came in without `{missing}`: malformed")),
            None => checks.holds(reject.index, "it has `call-id` and `call-creator`"),
        }
    }
}
