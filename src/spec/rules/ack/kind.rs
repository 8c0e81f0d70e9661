//! `type` of an ack is the action that it acknowledges.
//!
//! *What the spec says.* An ack may carry `type`, a word about what is acknowledged; which words there are is
//! not settled.
//!
//! *What is checked.* Every ack of a call stanza with `type`: it is that stanza's action. The name of another
//! action breaks the rule; a word that names no action is news. Acks of receipts are left out: they repeat the
//! type of the receipt.
//!
//! *What a capture cannot show.* What an ack answers that answers nothing recorded. Some clients send no
//! `type`.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/type",
    page: "call-ack",
    title: "`type` of an ack is the action that it acknowledges.",
    grade: Grade::Warning,
    source: include_str!("kind.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, ack) in acks(call) {
        let Some(kind) = ack.kind.as_deref() else { continue };
        let Some(answered) = row.answers.and_then(|answered| call.rows.get(answered)) else {
            if ack.class.as_deref() != Some("receipt") {
                checks.undecided(index, "what it answers was not recorded");
            }
            continue;
        };
        let Some(action) = answered.observed.read().action() else { continue };
        if action.name.as_str() == kind {
            checks.holds(index, "its `type` is the action that it answers");
        } else if matches!(ActionName::read(kind), ActionName::Unknown(_)) {
            checks
                .novelty(index, format!("its `type` is {kind}, which names no action; it answers a `{}`", action.name));
        } else {
            checks.violated(index, format!("its `type` is {kind}, and it answers a `{}`", action.name));
        }
    }
}
