//! `to` of an ack is an address.
//!
//! *What the spec says.* `to` says to whom an ack goes, and may be left out.
//!
//! *What is checked.* Every ack with `to`: it is an address.
//!
//! *What a capture cannot show.* Whether it is the right one. The server leaves it out.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/to",
    page: "call-ack",
    title: "`to` of an ack is an address.",
    grade: Grade::Violation,
    source: include_str!("to.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        let stanza = row.observed.read();
        match (stanza.node.attribute("to"), &stanza.to) {
            (Some(_), Some(_)) => checks.holds(index, "its `to` is an address"),
            (Some(value), None) => checks.violated(index, format!("its `to` is no address: {value}")),
            (None, _) => {}
        }
    }
}
