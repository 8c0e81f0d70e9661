//! The checks of this page's rules; `page.md` says what each one checks.

use foldhash::HashSet;

use crate::call::{Call, Emitter, is_offer};
use crate::protocol::binary::{Content, Element};
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::built::{Departure, note_built};
use crate::spec::coverage::{ANSWERED_WITHIN, MOMENT, covered_for, covered_until};
use crate::spec::observe::stanzas::{Sight, is_of_media, own_rejects, rejects, sights};
use crate::spec::packets::allocated_before_reject;
use crate::spec::{Checks, Context};

pub(super) fn before_accept(call: &Call, context: &Context, checks: &mut Checks) {
    // By vantage: what accepted the offer that it saw last; `None` before any offer.
    let mut offers: Vec<Option<Option<Sight<'_>>>> = vec![None; call.vantages.len()];
    for act in sights(call) {
        let Some(accepted) = offers.get_mut(act.row.vantage) else { continue };
        match (&act.action.name, act.row.emitter) {
            (name, _) if is_offer(name) && act.is_inbound() => *accepted = Some(None),
            (ActionName::Accept, Emitter::Local | Emitter::OwnOther) if accepted.is_some() => {
                *accepted = Some(Some(act));
            }
            (ActionName::Reject, _) if act.is_outbound() => match accepted {
                Some(None) => checks.holds(act.index, "the offer came before it, with no accept in between"),
                Some(Some(accept)) => match offered_anew_unseen(call, context, accept, &act) {
                    None => checks.violated(act.index, "the offer was accepted before it"),
                    Some(why) => checks.undecided(act.index, format!("the offer was accepted before it; {why}")),
                },
                None => checks.undecided(act.index, "the offer that it declines was not recorded"),
            },
            _ => {}
        }
    }
}

pub(super) fn to_is_offer_from(call: &Call, _: &Context, checks: &mut Checks) {
    for (reject, offer) in own_rejects(call) {
        let row = reject.index;
        let Some(to) = &reject.row.observed.read().to else {
            match reject.wrapper().text("to") {
                Some(to) => checks.violated(row, format!("its `to` is not an address: {to}")),
                None => checks.lacks(call, row, "it has no `to`"),
            }
            continue;
        };
        let Some(from) = offer.and_then(|offer| offer.row.observed.read().from.as_ref()) else {
            checks.undecided(row, "the offer that it declines was not recorded");
            continue;
        };
        if call.people.same_device(to, from) {
            checks.holds(row, "it goes to where the offer came from");
        } else if call.people.same_person(to, from) && to.device == 0 {
            checks.novelty(row, format!("it goes to the account {to}, but the offer came from the device {from}"));
        } else if call.people.same_person(to, from) || !call.people.may_be_one(to, from) {
            checks.violated(row, format!("it goes to {to}, but the offer came from {from}"));
        } else {
            checks.undecided(row, format!("nothing shows whether {to} and the offer's {from} are the same person"));
        }
    }
}

pub(super) fn two_attributes(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        note_built(call, checks, &reject, judge(reject.node));
    }
}

fn judge(reject: Element<'_>) -> Result<&'static str, Departure> {
    let known = |name: &str| matches!(name, "call-id" | "call-creator" | "reason" | "duration" | "audio_duration");
    let unknown: Vec<_> = reject.attributes().filter(|attribute| !known(attribute.name)).collect();
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(|attribute| format!("`{}`", attribute.name)).collect();
        return Err(Departure::Unknown(format!("it also carries {}", names.join(", "))));
    }
    if let Some(missing) = ["call-id", "call-creator"].into_iter().find(|name| reject.attribute(name).is_none()) {
        return Err(Departure::Lacking(format!("it has no `{missing}`")));
    }
    if let Some(counter) = ["duration", "audio_duration"].into_iter().find(|name| reject.attribute(name).is_some()) {
        return Err(Departure::Broken(format!("it also carries `{counter}`")));
    }
    if reject.attribute("reason").is_some() {
        return Err(Departure::Disputed("it also carries a `reason`: see reject-carries-reason".to_owned()));
    }
    Ok("it has `call-id` and `call-creator`, and no other attribute")
}

pub(super) fn verbatim(call: &Call, _: &Context, checks: &mut Checks) {
    for (reject, offer) in own_rejects(call) {
        match offer {
            None => checks.undecided(reject.index, "the offer that it declines was not recorded"),
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
                None => checks.lacks(call, row, why),
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
            checks.violated(row, format!("its `{name}` is {copied}, but the offer's is {original}"));
            return;
        }
    }
    checks.holds(row, "its `call-id` and `call-creator` are the offer's");
}

pub(super) fn empty(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        let found = match (reject.node.content(), reject.node.children().first()) {
            (Content::None, _) | (Content::Nodes(_), None) => Ok("it is empty"),
            (_, Some(child)) if child.tag() != "destination" => {
                Err(Departure::Unknown(format!("it contains a `<{}>`", child.tag())))
            }
            (_, Some(child)) => Err(Departure::Broken(format!("it contains a `<{}>`", child.tag()))),
            (Content::Bytes([]), None) => Ok("it is empty"),
            (Content::Bytes(_) | Content::Value(_) | Content::Elided(_), None) => {
                Err(Departure::Broken("it has content".to_owned()))
            }
        };
        note_built(call, checks, &reject, found);
    }
}

pub(super) fn no_counters(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call) {
        let counter = ["duration", "audio_duration"].into_iter().find(|name| reject.node.attribute(name).is_some());
        let found = if let Some(name) = counter {
            Err(Departure::Broken(format!("it carries `{name}`")))
        } else if reject.node.child("destination").is_some() {
            Err(Departure::Broken("it contains a `<destination>`".to_owned()))
        } else if reject.node.attribute("reason").is_some() {
            Err(Departure::Disputed("it carries a `reason`: see reject-carries-reason".to_owned()))
        } else {
            Ok("it has nothing that is reserved for terminates")
        };
        note_built(call, checks, &reject, found);
    }
}

/// Why the device may have been offered the call anew between two stanzas, without a record of it; `None` if it was not.
fn offered_anew_unseen(call: &Call, context: &Context, from: &Sight<'_>, until: &Sight<'_>) -> Option<String> {
    let covered = until.row.observed.time().map(|until| covered_until(call, context, from.row, until));
    match covered {
        Some(Ok(())) => None,
        Some(Err(why)) => Some(format!("unknown whether the call was offered anew in between: {why}")),
        None => Some("unknown whether the call was offered anew in between: the recording has no times".to_owned()),
    }
}

/// What the recorded device of one vantage has done since the offer.
#[derive(Clone, Copy, Default)]
struct Device<'c> {
    preaccepted: bool,
    accepted: Option<Sight<'c>>,
    rejected: Option<Sight<'c>>,
    /// The first thing that it did in the call after its reject.
    after: Option<Sight<'c>>,
}

pub(super) fn terminal(call: &Call, context: &Context, checks: &mut Checks) {
    let mut devices: Vec<Device<'_>> = vec![Device::default(); call.vantages.len()];
    for act in sights(call).filter(|act| act.row.repeats.is_none()) {
        let Some(device) = devices.get_mut(act.row.vantage) else { continue };
        if act.is_inbound() && is_offer(&act.action.name) {
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
            ActionName::Accept => device.accepted = Some(act),
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
            let what = format!("the rejecting device sent a `{}` afterwards", after.action.name);
            match offered_anew_unseen(call, context, &reject, &after) {
                None => checks.violated(after.index, what),
                Some(why) => checks.undecided(after.index, format!("{what}; {why}")),
            }
        } else if let Some(accept) = self.accepted {
            let what = "the device accepted the call before it rejected it";
            match offered_anew_unseen(call, context, &accept, &reject) {
                None => checks.violated(reject.index, what),
                Some(why) => checks.undecided(reject.index, format!("{what}; {why}")),
            }
        } else if self.preaccepted {
            checks.undecided(reject.index, "the device sent a preaccept before it: see reject-after-preaccept");
        } else {
            match covered_for(call, context, reject.row, MOMENT) {
                Ok(()) => checks.holds(reject.index, "the device took no part in the call before or after it"),
                Err(why) => checks.undecided(reject.index, format!("unknown whether anything followed it: {why}")),
            }
        }
    }
}

pub(super) fn missing_identity(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call).filter(Sight::is_inbound) {
        let present = |name: &&str| reject.node.text(name).is_some_and(|value| !value.is_empty());
        match ["call-id", "call-creator"].into_iter().find(|name| !present(name)) {
            Some(missing) if reject.node.attribute(missing).is_none() => {
                checks.lacks(call, reject.index, format!("it arrived without `{missing}`"));
            }
            Some(empty) => checks.violated(reject.index, format!("it arrived with an empty `{empty}`")),
            None => checks.holds(reject.index, "it has `call-id` and `call-creator`"),
        }
    }
}

/// What has to be there.
const NEEDED: [&str; 3] = ["from", "id", "t"];

/// What may be there.
const OPTIONAL: [&str; 4] = ["notify", "platform", "version", "e"];

pub(super) fn envelope(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in rejects(call).filter(Sight::is_inbound) {
        let known = |name: &str| NEEDED.contains(&name) || OPTIONAL.contains(&name);
        let unknown = reject.wrapper().attributes().map(|attribute| attribute.name).find(|name| !known(name));
        let missing = NEEDED.into_iter().find(|name| reject.wrapper().attribute(name).is_none());
        match (unknown, missing) {
            (Some(unknown), _) => checks.novelty(reject.index, format!("its `<call>` carries `{unknown}`")),
            (None, Some(missing)) => checks.lacks(call, reject.index, format!("its `<call>` has no `{missing}`")),
            (None, None) => {
                checks.holds(reject.index, "its `<call>` has `from`, `id` and `t`, and no unknown attributes")
            }
        }
    }
}

pub(super) fn no_receipt(call: &Call, context: &Context, checks: &mut Checks) {
    let receipts = call.rows.iter().filter(|row| matches!(row.observed.read().body, Body::Receipt(_)));
    let receipted: HashSet<usize> = receipts.filter_map(|row| row.answers.get()).collect();
    for reject in rejects(call).filter(Sight::is_inbound) {
        if receipted.contains(&reject.index) {
            checks.undecided(reject.index, "the client sent a receipt for it: see reject-receipt");
            continue;
        }
        match covered_for(call, context, reject.row, ANSWERED_WITHIN) {
            Ok(()) => checks.holds(reject.index, "no receipt followed it"),
            Err(why) => checks.undecided(reject.index, format!("unknown whether a receipt followed: {why}")),
        }
    }
}

pub(super) fn no_media(call: &Call, context: &Context, checks: &mut Checks) {
    let mut probed: Vec<Option<usize>> = vec![None; call.vantages.len()];
    for probe in sights(call).filter(|act| act.is_outbound() && is_of_media(&act.action.name)) {
        if let Some(first) = probed.get_mut(probe.row.vantage) {
            first.get_or_insert(probe.index);
        }
    }
    for (reject, offer) in own_rejects(call).filter(|(reject, _)| reject.declines() && reject.row.repeats.is_none()) {
        let Some(offer) = offer else {
            checks.undecided(reject.index, "the offer that it declines was not recorded");
            continue;
        };
        if allocated_before_reject(call, context, reject.index).is_some() {
            checks.violated(reject.index, "packets show that the rejecting device allocated at a relay before");
            continue;
        }
        if let Some(probe) = probed.get(reject.row.vantage).copied().flatten() {
            checks.undecided(probe, "the rejecting device probed a media path: see reject-no-media");
            continue;
        }
        let until = reject.row.observed.time().unwrap_or_default();
        match covered_until(call, context, offer.row, until) {
            Ok(()) => {
                checks.holds(reject.index, "nothing about a media path was sent between the offer and the reject")
            }
            Err(why) => checks.undecided(reject.index, format!("unknown whether a media path was set up: {why}")),
        }
    }
}
