//! A reject declines an offer that is not yet accepted.
//!
//! *What the spec says.* A reject is sent only to decline an offer, before it is accepted; what ends a call
//! later is a terminate.
//!
//! *What is checked.* Every outbound reject: the offer came in before it, and no device of the account has
//! accepted it since, as far as this connection shows.
//!
//! *What a capture cannot show.* An offer before the recording began; an accept by a device whose stanzas do
//! not reach this one.

use crate::call::Call;
use crate::call::Emitter;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::acts;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/before-accept",
    page: "SIG-08",
    title: "A reject declines an offer that is not yet accepted.",
    grade: Grade::Warning,
    source: include_str!("before_accept.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    // By vantage: whether the offer that it saw last was accepted since; `None` before any offer.
    let mut offers: Vec<Option<bool>> = vec![None; call.vantages.len()];
    for act in acts(call) {
        let Some(accepted) = offers.get_mut(act.row.vantage) else { continue };
        match (&act.action.name, act.row.emitter) {
            (ActionName::Offer | ActionName::OfferNotice, _) if act.is_inbound() => *accepted = Some(false),
            (ActionName::Accept, Emitter::Local | Emitter::OwnOther) if accepted.is_some() => *accepted = Some(true),
            (ActionName::Reject, _) if act.is_outbound() => match accepted {
                Some(false) => checks.holds(act.index, "the offer came before it, and no accept between them"),
                Some(true) => checks.violated(act.index, "the offer was accepted before it"),
                None => checks.undecided(act.index, "the offer that it declines was not recorded before it"),
            },
            _ => {}
        }
    }
}
