//! A terminate names its call by the call-id of the offer.
//!
//! *What the spec says.* A terminate has to carry `call-id`: the id of the call, from its offer, which is
//! another than the id of the stanza.
//!
//! *What is checked.* Every terminate, sent or received: `call-id` is there, not empty, not the `id` of the
//! `<call>` around it, and names a call of which another stanza came before.
//!
//! *What a capture cannot show.* Whether the call that a terminate names was offered before the recording
//! began: a terminate alone is undecided.

use crate::call::Call;
use crate::spec::acts::{acts, terminates};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/call-id",
    page: "SIG-14",
    title: "A terminate names its call by the call-id of the offer.",
    grade: Grade::Violation,
    source: include_str!("call_id.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    let first = acts(call).next().map(|act| act.index);
    for act in terminates(call) {
        let wrapper_id = act.wrapper().text("id");
        match act.node.text("call-id") {
            None => checks.violated(act.index, "it has no `call-id`"),
            Some(id) if id.is_empty() => checks.violated(act.index, "its `call-id` is empty"),
            Some(id) if wrapper_id.as_deref() == Some(&*id) => {
                checks.violated(act.index, "its `call-id` is the id of the stanza");
            }
            Some(_) if first == Some(act.index) => {
                checks.undecided(act.index, "no stanza of the call that it names was recorded before it");
            }
            Some(_) => checks.holds(act.index, "its `call-id` names a call that was seen before"),
        }
    }
}
