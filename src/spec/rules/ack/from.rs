//! `from` of an ack is an address.
//!
//! *What the spec says.* `from` says where an ack comes from, and may be left out.
//!
//! *What is checked.* Every ack with `from`: it is an address.
//!
//! *What a capture cannot show.* Whether it is the right one. In an ack that comes in it is the addressee of
//! what is answered, and proves nothing about who acknowledged.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/from",
    page: "call-ack",
    title: "`from` of an ack is an address.",
    grade: Grade::Violation,
    source: include_str!("from.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        let stanza = row.observed.read();
        match (stanza.node.attribute("from"), &stanza.from) {
            (Some(_), Some(_)) => checks.holds(index, "its `from` is an address"),
            (Some(value), None) => checks.violated(index, format!("its `from` is no address: {value}")),
            (None, _) => {}
        }
    }
}
