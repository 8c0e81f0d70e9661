//! A terminate names the creator of its call.
//!
//! *What the spec says.* A terminate has to carry `call-creator`, the address of the device that created the
//! call.
//!
//! *What is checked.* Every terminate, sent or received: `call-creator` is there, is an address, and is the
//! creator that the offer names. Addresses are compared as such: a LID and a phone number are one person where
//! the recording links them, and one that leaves out the device may mean any device of the account.
//!
//! *What a capture cannot show.* Which creator the offer named, if the offer was not recorded; whether a LID
//! and a phone number that nothing links are one person.

use crate::call::Call;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::{acts, terminates};
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/call-creator",
    page: "SIG-14",
    title: "A terminate names the creator of its call.",
    grade: Grade::Violation,
    source: include_str!("call_creator.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let is_offer = |act: &Sight<'_>| matches!(act.action.name, ActionName::Offer | ActionName::OfferNotice);
    let offered = acts(call).filter(is_offer).find_map(|act| act.creator());
    for act in terminates(call) {
        let row = act.index;
        let Some(named) = act.node.attribute("call-creator") else {
            checks.violated(row, "it has no `call-creator`");
            continue;
        };
        let Some(creator) = named.to_jid() else {
            checks.violated(row, format!("its `call-creator` is no address: {named}"));
            continue;
        };
        match &offered {
            Some(offered) => compare(call, &creator, offered, row, checks),
            None => match context.other_creator(&call.id, &creator) {
                Some(other) => {
                    checks.violated(
                        row,
                        format!("its `call-creator` is {creator}, and the offer of that call-id names {other}"),
                    );
                }
                None => checks.undecided(row, "the offer was not recorded, so its creator is not known"),
            },
        }
    }
}

fn compare(call: &Call, creator: &Jid, offered: &Jid, row: usize, checks: &mut Checks) {
    let person = call.people.same_person(creator, offered);
    let device = creator.device == offered.device || creator.device == 0 || offered.device == 0;
    if person && device {
        checks.holds(row, "its `call-creator` is the creator that the offer names");
    } else if !person && call.people.may_be_one(creator, offered) {
        checks.undecided(row, format!("nothing tells whether {creator} and the offer's {offered} are one person"));
    } else {
        checks.violated(row, format!("its `call-creator` is {creator}, and the offer names {offered}"));
    }
}
