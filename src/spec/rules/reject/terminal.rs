//! A device that rejects did not take the call before, and does nothing in it after.
//!
//! *What the spec says.* The device that rejects an offer has sent no preaccept and no accept for it, and
//! nothing of that call follows from it.
//!
//! *What is checked.* Every reject by which the recorded device declines: no accept of its own since the offer,
//! and nothing but acks and receipts after it, unless the call is offered anew. A preaccept before is the
//! discrepancy `reject-after-preaccept`: other pages let a device that rings say so. A reject as busy or
//! uncallable says that the device cannot, and is no decline.
//!
//! *What a capture cannot show.* What the device sent where the recording has gaps; what other devices sent,
//! since `from` of what comes in is the server's word.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::acts::acts;
use crate::spec::observe::covered::{MOMENT, covered_for};
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/terminal",
    page: "SIG-08",
    title: "A device that rejects did not take the call before, and does nothing in it after.",
    grade: Grade::Violation,
    source: include_str!("terminal.rs"),
    check,
};

/// What the recorded device of one vantage has done since the offer.
#[derive(Clone, Copy, Default)]
struct Device<'c> {
    preaccepted: bool,
    accepted: bool,
    rejected: Option<Sight<'c>>,
    /// The first thing that it did in the call after its reject.
    after: Option<Sight<'c>>,
}

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let mut devices: Vec<Device<'_>> = vec![Device::default(); call.vantages.len()];
    for act in acts(call).filter(|act| act.row.repeats.is_none()) {
        let Some(device) = devices.get_mut(act.row.vantage) else { continue };
        if act.is_inbound() && matches!(act.action.name, ActionName::Offer | ActionName::OfferNotice) {
            std::mem::take(device).judge(call, context, checks);
        }
        if !act.is_outbound() {
            continue;
        }
        match act.action.name {
            _ if device.rejected.is_some() => {
                device.after.get_or_insert(act);
            }
            ActionName::Reject if act.declines() => device.rejected = Some(act),
            ActionName::Preaccept => device.preaccepted = true,
            ActionName::Accept => device.accepted = true,
            _ => {}
        }
    }
    for device in devices {
        device.judge(call, context, checks);
    }
}

impl Device<'_> {
    fn judge(self, call: &Call, context: &Context, checks: &mut Checks) {
        let Some(reject) = self.rejected else { return };
        if let Some(after) = self.after {
            checks.violated(
                after.index,
                format!("the device that rejected the call sends a `{}` in it", after.action.name),
            );
        } else if self.accepted {
            checks.violated(reject.index, "the device accepted the call before it rejects it");
        } else if self.preaccepted {
            checks.undecided(reject.index, "a preaccept of the device came before it: see reject-after-preaccept");
        } else {
            match covered_for(call, context, reject.row, MOMENT) {
                Ok(()) => checks.holds(reject.index, "the device took no part in the call before it or after"),
                Err(why) => checks.undecided(reject.index, format!("whether anything followed it: {why}")),
            }
        }
    }
}
