//! An elsewhere reason goes to the other devices once one has taken or declined the call.
//!
//! *What the spec says.* A reason that says that the call was accepted elsewhere is sent to the other devices
//! of the person after one of them accepted, and goes together with a `<destination>` that lists them.
//!
//! *What is checked.* Every outbound terminate with a reason that ends in `_elsewhere`: an accept or a decline
//! came before it; none of its targets is the device that did it; and it names its targets in a
//! `<destination>`. One terminate a device, which names it in `to`, is news: some clients do so.
//!
//! *What a capture cannot show.* Whether an accept or decline came before, if the recording does not cover the
//! call from its offer on. Which devices the person has.

use super::destinations;
use crate::call::{Call, Row};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::acts;
use crate::spec::observe::covered::{Uncovered, covered_until};
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// Devices that took or declined a call that are remembered: a call has few.
const TAKERS_KEPT: usize = 64;

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/elsewhere-destination",
    page: "SIG-14",
    title: "An elsewhere reason goes to the other devices once one has taken or declined the call.",
    grade: Grade::Violation,
    source: include_str!("elsewhere_destination.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let mut takers: Vec<Jid> = Vec::new();
    let mut taken = false;
    let mut offers: Vec<Option<&Row>> = vec![None; call.vantages.len()];
    for act in acts(call) {
        if matches!(act.action.name, ActionName::Offer | ActionName::OfferNotice)
            && let Some(offer) = offers.get_mut(act.row.vantage)
        {
            offer.get_or_insert(act.row);
        }
        if act.action.name == ActionName::Accept || act.declines() {
            taken = true;
            let device = act.row.observed.read().from.clone().or_else(|| act.row.maker.device.clone());
            takers.extend(device.filter(|device| takers.len() < TAKERS_KEPT && !takers.contains(device)));
        }
        if act.action.name == ActionName::Terminate && act.is_outbound() && act.action.is_elsewhere() {
            if taken {
                targets(call, &act, &takers, checks);
                continue;
            }
            let offer = offers.get(act.row.vantage).copied().flatten();
            match covered_from_offer(call, context, offer, act.row) {
                Ok(()) => checks.violated(act.index, "no accept and no decline came before it"),
                Err(why) => checks.undecided(act.index, format!("whether an accept or decline came before: {why}")),
            }
        }
    }
}

fn covered_from_offer(call: &Call, context: &Context, offer: Option<&Row>, end: &Row) -> Result<(), Uncovered> {
    let offer = offer.ok_or("the offer was not recorded")?;
    let until = end.observed.time().ok_or("the recording has no times")?;
    covered_until(call, context, offer, until)
}

/// Judges the targets of an elsewhere terminate after the devices `takers` accepted or declined.
fn targets(call: &Call, act: &Sight<'_>, takers: &[Jid], checks: &mut Checks) {
    let row = act.index;
    let is_taker = |target: &&Jid| takers.iter().any(|taker| call.people.same_device(taker, target));
    if destinations(act).next().is_some() {
        match act.action.destination.iter().find(is_taker) {
            Some(taker) => {
                checks.violated(row, format!("its `<destination>` has {taker}, which took or declined the call"))
            }
            None => {
                checks.holds(row, "its `<destination>` names devices other than the one that took or declined the call")
            }
        }
        return;
    }
    match &act.row.observed.read().to {
        Some(device) if is_taker(&device) => {
            checks.violated(row, format!("it goes to {device}, which took or declined the call"));
        }
        Some(device) => {
            checks.novelty(row, format!("it goes to one device, {device}, in `to`, in the place of a `<destination>`"));
        }
        None => checks.violated(row, "it names no target"),
    }
}
