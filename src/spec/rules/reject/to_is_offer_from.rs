//! A reject goes to where the offer came from.
//!
//! *What the spec says.* The `<call>` around a reject has to carry `to`, and that is the address that the offer
//! was received from: the caller.
//!
//! *What is checked.* Every outbound reject, against `from` of the offer: the same device holds; another person
//! breaks it. The caller's account, where the offer came from one device of it, is news: the page can be read
//! either way.
//!
//! *What a capture cannot show.* Where the offer came from, if it was not recorded.

use crate::call::Call;
use crate::spec::acts::own_rejects;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/to-is-offer-from",
    page: "SIG-08",
    title: "A reject goes to where the offer came from.",
    grade: Grade::Violation,
    source: include_str!("to_is_offer_from.rs"),
    check,
};

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (reject, offer) in own_rejects(call) {
        let row = reject.index;
        let Some(to) = &reject.row.observed.read().to else {
            checks.violated(row, "its `to` is absent or no address");
            continue;
        };
        let Some(from) = offer.and_then(|offer| offer.row.observed.read().from.as_ref()) else {
            checks.undecided(row, "the offer that it declines was not recorded before it");
            continue;
        };
        if call.people.same_device(to, from) {
            checks.holds(row, "it goes to where the offer came from");
        } else if call.people.same_person(to, from) && to.device == 0 {
            checks.novelty(row, format!("it goes to the account {to}, and the offer came from the device {from}"));
        } else if call.people.same_person(to, from) || !call.people.may_be_one(to, from) {
            checks.violated(row, format!("it goes to {to}, and the offer came from {from}"));
        } else {
            checks.undecided(row, format!("nothing tells whether {to} and the offer's {from} are one person"));
        }
    }
}
