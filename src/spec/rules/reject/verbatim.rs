//! A reject copies `call-id` and `call-creator` from the offer.
//!
//! *What the spec says.* `call-id` and `call-creator` of a reject are those of the offer, copied as they are.
//!
//! *What is checked.* Every outbound reject, against the offer that came in before it: the same call-id, and
//! the same device as creator. Where both stanzas were recorded as WABinary, the values have to be spelled
//! alike too; a log may have spelled them anew.
//!
//! *What a capture cannot show.* The offer's values, if it was not recorded.

use crate::call::Call;
use crate::spec::acts::own_rejects;
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/verbatim",
    page: "SIG-08",
    title: "A reject copies `call-id` and `call-creator` from the offer.",
    grade: Grade::Violation,
    source: include_str!("verbatim.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (reject, offer) in own_rejects(call) {
        match offer {
            None => checks.undecided(reject.index, "the offer that it declines was not recorded before it"),
            Some(offer) => compare(call, &reject, &offer, checks),
        }
    }
}

fn compare(call: &Call, reject: &Sight<'_>, offer: &Sight<'_>, checks: &mut Checks) {
    let row = reject.index;
    let is_binary = [reject, offer].iter().all(|act| act.row.observed.read().wire.is_some());
    for name in ["call-id", "call-creator"] {
        let (Some(copied), Some(original)) = (reject.node.attribute(name), offer.node.attribute(name)) else {
            let whose = if reject.node.attribute(name).is_none() { "it has" } else { "the offer has" };
            let why = format!("{whose} no `{name}`");
            match reject.node.attribute(name) {
                None => checks.violated(row, why),
                Some(_) => checks.undecided(row, why),
            }
            return;
        };
        let same = if is_binary || name == "call-id" {
            copied.to_text() == original.to_text()
        } else {
            match (copied.to_jid(), original.to_jid()) {
                (Some(copied), Some(original)) => call.people.same_device(&copied, &original),
                _ => copied.to_text() == original.to_text(),
            }
        };
        if !same {
            checks.violated(row, format!("its `{name}` is {copied}, the offer's {original}"));
            return;
        }
    }
    checks.holds(row, "its `call-id` and `call-creator` are the offer's");
}
