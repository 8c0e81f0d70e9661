//! A client ignores an action that it does not know.
//!
//! *What the spec says.* A receiver that does not know the child of a `<call>` has to pass over the stanza, and
//! not to fail on it.
//!
//! *What is checked.* Every inbound `<call>` whose action this program does not know: the client answers it
//! with no error, and stays connected. The action is news for the spec.
//!
//! *What a capture cannot show.* Which actions the recorded client knows. Why a connection ended: one that ends
//! within two seconds leaves it undecided.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::{acks, acts};
use crate::spec::observe::covered::{MOMENT, covered_for};
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/unknown-action",
    page: "SIG-14",
    title: "A client ignores an action that it does not know.",
    grade: Grade::Violation,
    source: include_str!("unknown_action.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let mut refused = vec![false; call.rows.len()];
    for (_, row, ack) in acks(call) {
        let outbound = row.observed.direction() == Some(Direction::Outbound);
        if let Some(answered) = row.answers.and_then(|answered| refused.get_mut(answered)) {
            *answered |= outbound && ack.error.is_some();
        }
    }
    for act in acts(call).filter(Sight::is_inbound) {
        let ActionName::Unknown(name) = &act.action.name else { continue };
        checks.novelty(act.index, format!("the action `{name}` is new"));
        if refused.get(act.index).is_some_and(|refused| *refused) {
            checks.violated(act.index, format!("the client answers the unknown action `{name}` with an error"));
        } else {
            match covered_for(call, context, act.row, MOMENT) {
                Ok(()) => checks.holds(act.index, "the client stays connected and answers with no error"),
                Err(why) => checks.undecided(act.index, format!("whether the client stayed connected: {why}")),
            }
        }
    }
}
