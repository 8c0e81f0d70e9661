//! A terminate that a client sends names the peer in `to`.
//!
//! *What the spec says.* The `<call>` around a terminate has to carry `to`, the address of the peer.
//!
//! *What is checked.* Every outbound terminate: `to` is there, and is an address.
//!
//! *What a capture cannot show.* Inbound stanzas: the server takes `to` off what it delivers. Whether the
//! address is the right one.

use crate::call::Call;
use crate::spec::acts::terminates;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/to-required",
    page: "SIG-14",
    title: "A terminate that a client sends names the peer in `to`.",
    grade: Grade::Violation,
    source: include_str!("to_required.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call).filter(|act| !act.is_inbound()) {
        match (act.wrapper().text("to"), &act.row.observed.read().to) {
            (_, Some(_)) if act.is_outbound() => checks.holds(act.index, "`to` is an address"),
            (_, Some(_)) => {}
            _ if !act.is_outbound() => {
                checks.undecided(act.index, "it has no `to`, and the recording does not say who sent it");
            }
            (None, None) => checks.violated(act.index, "it has no `to`"),
            (Some(to), None) => checks.violated(act.index, format!("its `to` is no address: {to}")),
        }
    }
}
