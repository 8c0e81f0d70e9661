//! The checks of this page's rules; `page.md` says what each one checks.

use foldhash::HashSet;

use crate::call::{Call, Row, is_offer};
use crate::origin::Direction;
use crate::protocol::binary::{Element, Jid};
use crate::protocol::stanza::ActionName;
use crate::spec::attribute_check::decimal_u32;
use crate::spec::built::{Departure, note_built};
use crate::spec::coverage::{MOMENT, Uncovered, covered_for, covered_until};
use crate::spec::observe::stanzas::{Sight, acks, sights, terminates};
use crate::spec::{Checks, Context};

pub(super) fn to_required(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call).filter(|act| !act.is_inbound()) {
        match (act.wrapper().text("to"), &act.row.observed.read().to) {
            (_, Some(_)) if act.is_outbound() => checks.holds(act.index, "`to` is an address"),
            (_, Some(_)) => {}
            _ if !act.is_outbound() => {
                checks.undecided(act.index, "it has no `to`, and the recording does not say who sent it");
            }
            (None, None) => checks.lacks(call, act.index, "it has no `to`"),
            (Some(to), None) => checks.violated(act.index, format!("its `to` is not an address: {to}")),
        }
    }
}

pub(super) fn call_id(call: &Call, _: &Context, checks: &mut Checks) {
    let first = sights(call).next().map(|act| act.index);
    for act in terminates(call) {
        let wrapper_id = act.wrapper().text("id");
        match act.node.text("call-id") {
            None => checks.lacks(call, act.index, "it has no `call-id`"),
            Some(id) if id.is_empty() => checks.violated(act.index, "its `call-id` is empty"),
            Some(id) if wrapper_id.as_deref() == Some(&*id) => {
                checks.violated(act.index, "its `call-id` is the id of the stanza");
            }
            Some(_) if first == Some(act.index) => {
                checks.undecided(act.index, "no earlier stanza of the call that it names was recorded");
            }
            Some(_) => checks.holds(act.index, "its `call-id` names a call with an earlier stanza"),
        }
    }
}

pub(super) fn call_creator(call: &Call, context: &Context, checks: &mut Checks) {
    let offered = sights(call).filter(|act| is_offer(&act.action.name)).find_map(|act| act.creator());
    for act in terminates(call) {
        let row = act.index;
        let Some(named) = act.node.attribute("call-creator") else {
            checks.lacks(call, row, "it has no `call-creator`");
            continue;
        };
        let Some(creator) = named.to_jid() else {
            checks.violated(row, format!("its `call-creator` is not an address: {named}"));
            continue;
        };
        match &offered {
            Some(offered) => compare(call, &creator, offered, row, checks),
            None => match context.other_creator(&call.id, &creator) {
                Some(other) => {
                    checks.violated(
                        row,
                        format!("its `call-creator` is {creator}, but the offer with that call-id names {other}"),
                    );
                }
                None => checks.undecided(row, "the offer was not recorded, so its creator is unknown"),
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
        checks.undecided(row, format!("nothing shows whether {creator} and the offer's {offered} are the same person"));
    } else {
        checks.violated(row, format!("its `call-creator` is {creator}, but the offer names {offered}"));
    }
}

pub(super) fn reason_empty(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        match act.node.text("reason") {
            None => checks.holds(act.index, "it has no `reason`"),
            Some(reason) if reason.is_empty() => checks.violated(act.index, "its `reason` is empty"),
            Some(_) => checks.holds(act.index, "its `reason` is not empty"),
        }
    }
}

pub(super) fn destination_single(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        let count = destinations(&act).count();
        let found = match count {
            0 => Ok("it has no `<destination>`"),
            1 => Ok("it has one `<destination>`"),
            _ => Err(Departure::Broken(format!("it has {count} `<destination>`"))),
        };
        note_built(call, checks, &act, found);
    }
}

pub(super) fn destination_members(call: &Call, _: &Context, checks: &mut Checks) {
    for act in terminates(call) {
        for destination in destinations(&act) {
            note_built(call, checks, &act, judge(destination));
        }
    }
}

fn judge(destination: Element<'_>) -> Result<&'static str, Departure> {
    if let Some(other) = destination.children().find(|child| child.tag() != "to") {
        return Err(Departure::Unknown(format!("its `<destination>` contains a `<{}>`", other.tag())));
    }
    let broken = |why: String| Err(Departure::Broken(why));
    let mut devices = HashSet::default();
    for member in destination.children() {
        let Some(named) = member.attribute("jid") else {
            return Err(Departure::Lacking("a `<to>` of its `<destination>` has no `jid`".to_owned()));
        };
        let Some(jid) = named.to_jid() else {
            return broken(format!("a `<to>` of its `<destination>` is not an address: {named}"));
        };
        if !devices.insert((jid.person_account(), jid.device)) {
            return broken(format!("its `<destination>` names {jid} twice"));
        }
    }
    if devices.is_empty() {
        return Err(Departure::Lacking("its `<destination>` is empty".to_owned()));
    }
    Ok("its `<destination>` names each device once")
}

/// Devices that took or declined a call that are remembered: a call has few.
const TAKERS_KEPT: usize = 64;

pub(super) fn elsewhere_destination(call: &Call, context: &Context, checks: &mut Checks) {
    let mut takers: Vec<Jid> = Vec::new();
    let mut taken = false;
    let mut offers: Vec<Option<&Row>> = vec![None; call.vantages.len()];
    for act in sights(call) {
        if is_offer(&act.action.name)
            && let Some(offer) = offers.get_mut(act.row.vantage)
        {
            offer.get_or_insert(act.row);
        }
        if act.action.name == ActionName::Accept || act.declines() {
            taken = true;
            let device = act.row.observed.read().from.clone().or_else(|| act.row.originator.device.clone());
            takers.extend(device.filter(|device| takers.len() < TAKERS_KEPT && !takers.contains(device)));
        }
        if act.action.name == ActionName::Terminate && act.is_outbound() && act.action.is_elsewhere() {
            if taken {
                targets(call, &act, &takers, checks);
                continue;
            }
            let offer = offers.get(act.row.vantage).copied().flatten();
            let is_taken = |later: &Sight<'_>| later.action.name == ActionName::Accept || later.declines();
            if sights(call).any(|later| later.index > act.index && is_taken(&later)) {
                checks.undecided(
                    act.index,
                    "an accept or decline came later, and may have been known before it was recorded",
                );
                continue;
            }
            match covered_from_offer(call, context, offer, act.row) {
                Ok(()) => checks.violated(act.index, "no accept and no decline came before it"),
                Err(why) => {
                    checks.undecided(act.index, format!("unknown whether an accept or decline came before: {why}"))
                }
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
                checks.violated(row, format!("its `<destination>` names {taker}, which accepted or declined the call"))
            }
            None => checks
                .holds(row, "its `<destination>` names devices other than the one that accepted or declined the call"),
        }
        return;
    }
    match &act.row.observed.read().to {
        Some(device) if is_taker(&device) => {
            checks.violated(row, format!("it goes to {device}, which accepted or declined the call"));
        }
        Some(device) => {
            checks.novelty(row, format!("it goes to one device, {device}, in `to` instead of a `<destination>`"));
        }
        None => checks.violated(row, "it names no target"),
    }
}

/// Seconds by which a reported duration may differ from the measured one.
const SLACK: f64 = 2.0;

/// The share by which it may also differ, since the two ends start counting at different moments.
const SLACK_SHARE: f64 = 0.05;

pub(super) fn duration_seconds(call: &Call, _: &Context, checks: &mut Checks) {
    let Some((ended, talk)) = call.progress.ended.zip(call.progress.talk) else { return };
    let Some(end) = terminates(call).find(|act| act.index == ended) else { return };
    let Some(duration) = end.node.text("duration").and_then(|duration| decimal_u32(&duration)) else { return };
    let talked = seconds(talk.nanoseconds);
    let slack = SLACK.max(talked * SLACK_SHARE) + seconds(talk.bound);
    let fits = |reported: f64| (reported - talked).abs() <= slack;
    let reported = f64::from(duration);
    match (fits(reported), fits(reported / 1000.0)) {
        (true, false) => checks.holds(ended, "it matches the talk time in seconds"),
        (false, true) => checks.undecided(
            ended,
            format!(
                "{duration} matches the talk time of {talked:.1} s in milliseconds, not in seconds: see duration-unit"
            ),
        ),
        (true, true) => checks
            .undecided(ended, format!("the talk time of {talked:.1} s is too short to tell the unit of {duration}")),
        (false, false) => {
            checks.undecided(ended, format!("{duration} matches the talk time of {talked:.1} s in neither unit"))
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "the length of a call is far below 2^53 ns")]
fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

pub(super) fn unknown_action(call: &Call, context: &Context, checks: &mut Checks) {
    let mut refused = vec![false; call.rows.len()];
    for (_, row, ack) in acks(call) {
        let outbound = row.observed.direction() == Some(Direction::Outbound);
        if let Some(answered) = row.answers.get().and_then(|answered| refused.get_mut(answered)) {
            *answered |= outbound && ack.error.is_some();
        }
    }
    for act in sights(call).filter(Sight::is_inbound) {
        let ActionName::Unknown(name) = &act.action.name else { continue };
        checks.novelty(act.index, format!("the action `{name}` is undocumented"));
        if refused.get(act.index).is_some_and(|refused| *refused) {
            checks.violated(act.index, format!("the client answered the unknown action `{name}` with an error"));
        } else {
            match covered_for(call, context, act.row, MOMENT) {
                Ok(()) => checks.holds(act.index, "the client stayed connected and answered without an error"),
                Err(why) => checks.undecided(act.index, format!("unknown whether the client stayed connected: {why}")),
            }
        }
    }
}

pub(super) fn hang_up_reason(call: &Call, _: &Context, checks: &mut Checks) {
    let ended = call.progress.accepted.and(call.progress.ended);
    if let Some(end) = terminates(call).find(|act| Some(act.index) == ended) {
        let without = end.node.attribute("reason").is_none();
        checks.holds(end.index, if without { "it has no reason" } else { "it has a reason" });
    }
}

/// The `<destination>` children of an action.
fn destinations<'c>(act: &Sight<'c>) -> impl Iterator<Item = Element<'c>> {
    act.node.children().filter(|child| child.tag() == "destination")
}
