//! What bears on the open questions of this page; `page.md` says what decides each.

use foldhash::{HashMap, HashSet};

use crate::call::{Call, Outcome, Provenance, Role, Row, Side, declines};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{SECOND, answers, declined, originator, ringing, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};
use crate::words::article;

pub(super) fn reject_extra_attributes(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    stanzas::of(call, &ActionName::Reject).iter().map(|sight| judge(question, call, sight)).collect()
}

fn judge(question: &'static Question, call: &Call, sight: &Sight<'_>) -> Evidence {
    let attributes = sight.node.attributes().filter(|it| !matches!(it.name, "call-id" | "call-creator"));
    let (names, shown): (Vec<_>, Vec<_>) =
        attributes.map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
    let children = sight.node.children().map(|child| format!("<{}>", child.tag()));
    let values: Vec<_> = names.into_iter().chain(children.clone()).collect();
    let place = format!("{}{}", originator::seen_at(call, sight.row), originator::program(call, sight.row));
    if values.is_empty() {
        let why = format!("A reject {place} has exactly the two attributes.");
        return Evidence::supporting(question, "none", Strength::Absence, sight.index, why);
    }
    let shown: Vec<_> = shown.into_iter().chain(children).collect();
    let added = if sight.is_outbound() { "" } else { ", which the server may have added" };
    let why = format!("A reject {place} also has {}{added}.", shown.join(" and "));
    Evidence::supporting(question, "some", originator::as_built(sight.row), sight.index, why).with_values(values)
}

pub(super) fn reject_fanout(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let told = declined::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = originator::made(sight.row)?;
        let hypothesis = match made.by {
            Side::Caller => "caller-forwards",
            Side::Server => "server-forwards",
            Side::Callee | Side::Unknown => return None,
        };
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} reports the decline: {}.", made.how);
        Some(Evidence::supporting(question, hypothesis, made.strength, sight.index, why))
    });
    told.chain(further_rejects(question, call)).collect()
}

/// Rejects by another device than the one that rejected first.
fn further_rejects(question: &'static Question, call: &Call) -> Vec<Evidence> {
    let rejects: Vec<_> = declined::rejects(call)
        .into_iter()
        .filter_map(|sight| Some((sight.index, originator::made(sight.row)?, sight.row.originator.device.as_ref()?)))
        .collect();
    let Some((_, first, first_device)) = rejects.first() else { return Vec::new() };
    // An account's bare address names no device, and may stand for the one that rejected first.
    let names_device = |device: &Jid| device.device != 0;
    let others = rejects.iter().skip(1).filter(|(_, _, device)| {
        names_device(first_device) && names_device(device) && !call.people.same_device(first_device, device)
    });
    let pieces = others.map(|(index, made, device)| {
        let why = format!("After {first_device}, the callee's device {device} also rejected the call: {}.", made.how);
        Evidence::supporting(question, "each-device-rejects", made.strength.min(first.strength), *index, why)
    });
    pieces.collect()
}

/// Nanoseconds within which nobody declines who has to hear the phone first.
const AT_ONCE: i64 = SECOND / 2;

pub(super) fn auto_reject_reason(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut rejects = stanzas::of(call, &ActionName::Reject);
    rejects.retain(Sight::is_outbound);
    if rejects.is_empty() {
        return Vec::new();
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let pieces = rejects.iter().filter_map(|sight| {
        let offer = call.rows.get(*offers.get(&sight.row.vantage)?)?;
        let rang = sight.row.observed.time()?.nanoseconds_since(offer.observed.time()?);
        // An offer that waited for the device is not rejected late by anybody's choice.
        if !(0..AT_ONCE).contains(&rang) || offer.observed.read().is_offline() {
            return None;
        }
        let hypothesis = if declines(sight.action) { "same-as-decline" } else { "another-reason" };
        let reason = sight.action.reason.as_deref().unwrap_or("(none)");
        let why = format!(
            "A reject was sent {} ms after the offer, faster than anybody declines, with reason {reason}.",
            rang / 1_000_000
        );
        let piece = Evidence::supporting(question, hypothesis, Strength::Indirect, sight.index, why);
        Some(piece.with_values(vec![reason.to_owned()]))
    });
    pieces.collect()
}

pub(super) fn reject_then_terminate(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let arrived = |name: ActionName| {
        move |(_, row): &(usize, &Row)| {
            call.role_of(row) == Role::Caller
                && row.observed.direction() == Some(Direction::Inbound)
                && row.repeats.is_none()
                && stanzas::is(row, &name)
        }
    };
    let Some((rejected, reject)) = call.rows.iter().enumerate().find(arrived(ActionName::Reject)) else {
        return Vec::new();
    };
    let later = call.rows.iter().enumerate().skip(rejected + 1).filter(|(_, row)| row.vantage == reject.vantage);
    let mut terminates = later
        .filter(arrived(ActionName::Terminate))
        .filter(|(_, row)| row.observed.read().action().is_some_and(|action| !action.is_elsewhere()));
    let Some((index, row)) = terminates.next() else {
        let why = "The caller got a reject and no terminate afterwards while its socket was read without a gap.";
        let is_covered = coverage::after(call, context, reject, coverage::ANSWERED_WITHIN);
        let none = is_covered.then(|| Evidence::supporting(question, "reject-alone", Strength::Absence, rejected, why));
        return none.into_iter().collect();
    };
    let strength = match (row.originator.side, Strength::of(row.originator.provenance)) {
        (Side::Server, Some(strength)) => strength,
        (_, Some(_)) if row.originator.provenance == Provenance::Claim => Strength::Indirect,
        _ => return Vec::new(),
    };
    let apart = row.observed.time().zip(reject.observed.time());
    let apart = apart.map_or_else(String::new, |(at, before)| format!(" {}", seconds(at.nanoseconds_since(before))));
    let reason = row.observed.read().action().and_then(|action| action.reason.as_deref());
    let with = reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
    let how = originator::made(row).map_or_else(String::new, |made| format!(": {}", made.how));
    let why = format!("A terminate {with} reached the caller{apart} after the reject{how}.");
    vec![Evidence::supporting(question, "terminate-too", strength, index, why)]
}

pub(super) fn reject_carries_reason(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = declined::rejects(call).into_iter().filter_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let (hypothesis, why) = match sight.action.reason.as_deref() {
            None => ("no-reason", format!("A reject {place} carries no reason, as in SIG-08.")),
            // The attribute is there, and gives no reason: neither page has that.
            Some("") => return None,
            Some(reason) => ("reason", format!("A reject {place} carries the reason \"{reason}\", as in the flow.")),
        };
        Some(Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

pub(super) fn reject_after_preaccept(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut preaccepts = HashMap::default();
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| stanzas::is(row, &ActionName::Preaccept)) {
        preaccepts.entry(sender(call, row)).or_insert(index);
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let pieces = declined::rejects(call).into_iter().filter_map(|sight| {
        if preaccepts.get(&sender(call, sight.row)).is_some_and(|preaccept| *preaccept < sight.index) {
            let (strength, whose) = if sight.is_outbound() {
                (Strength::Direct, "The recorded device")
            } else {
                (Strength::Indirect, "According to the address stamped by the server, a device")
            };
            let why = format!("{whose} sent a preaccept before it rejected.");
            return Some(Evidence::supporting(question, "preaccept-first", strength, sight.index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let watched = coverage::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why =
            "The recorded device rejected without a preaccept; its socket was read without a gap since the offer.";
        (sight.is_outbound() && watched)
            .then(|| Evidence::supporting(question, "reject-alone", Strength::Absence, sight.index, why))
    });
    pieces.collect()
}

/// Who sent a stanza, as its vantage has it: the vantage itself, or the device that `from` names.
fn sender(call: &Call, row: &Row) -> (usize, Option<(Jid, u16)>) {
    let is_own = row.observed.direction() == Some(Direction::Outbound);
    let from = row.observed.read().from.as_ref().filter(|_| !is_own);
    (row.vantage, from.map(|from| (call.people.person(from), from.device)))
}

pub(super) fn reject_no_media(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let prepares = |row: &Row| {
        let media = [ActionName::Transport, ActionName::RelayLatency, ActionName::RelayElection];
        row.observed.direction() == Some(Direction::Outbound) && media.iter().any(|name| stanzas::is(row, name))
    };
    let media = stanzas::first_by_vantage(call, prepares);
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let rejects = declined::rejects(call).into_iter().filter(Sight::is_outbound);
    let pieces = rejects.filter_map(|sight| {
        if let Some(index) = media.get(&sight.row.vantage).copied().filter(|index| *index < sight.index) {
            let action = answers::action_name(call.rows.get(index)?);
            let why = format!("The rejecting device sent {} {action} before the reject.", article(action));
            return Some(Evidence::supporting(question, "media-prepared", Strength::Direct, index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let watched = coverage::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why = "The rejecting device set up no media; its socket was read without a gap since the offer.";
        watched.then(|| Evidence::supporting(question, "no-media", Strength::Absence, sight.index, why))
    });
    pieces.collect()
}

pub(super) fn reject_without_effect(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let progress = &call.progress;
    let rejects = stanzas::of(call, &ActionName::Reject).into_iter().filter(Sight::declines);
    let pieces = rejects.filter_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let children: Vec<_> = sight.node.children().map(|child| format!("<{}>", child.tag())).collect();
        let with = if children.is_empty() { String::new() } else { format!(" with {}", children.join(" and ")) };
        if let Some(ack) = sight.row.refused_by {
            let why = format!("A reject{with}, {place}, was refused by an ack with an error.");
            let piece = Evidence::supporting(question, "without-effect", Strength::Direct, ack, why);
            return Some(piece.with_values(children));
        }
        let end = progress.ended?;
        if progress.without_effect.contains(&sight.index) {
            let ended = call.rows.get(end)?;
            let strength = originator::made(sight.row)?.strength.min(originator::made(ended)?.strength);
            let rang =
                call.elapsed(sight.index, end).map_or_else(String::new, |rang| format!(" for {}", seconds(rang)));
            let why = format!("After a reject{with}, {place}, the call rang on{rang}, until it timed out.");
            let piece = Evidence::supporting(question, "without-effect", strength, end, why);
            return Some(piece.with_values(children));
        }
        let why = format!("A reject{with}, {place}, ended the call.");
        (progress.outcome == Outcome::Declined && end == sight.index)
            .then(|| Evidence::supporting(question, "ends-call", Strength::Absence, end, why))
    });
    pieces.collect()
}

pub(super) fn terminate_before_accept(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    if !ringing::was_offered_live(call) {
        return Vec::new();
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let is_past = |name: &ActionName| matches!(name, ActionName::Preaccept | ActionName::Accept);
    let past = stanzas::sights(call).find(|sight| is_past(&sight.action.name)).map(|sight| sight.index);
    let terminates = stanzas::of(call, &ActionName::Terminate).into_iter();
    let pieces = terminates.filter(|sight| !sight.action.is_elsewhere()).filter_map(|sight| {
        let place = originator::seen_at(call, sight.row);
        if past.is_some_and(|past| past < sight.index) {
            let why = format!("A terminate, {place}, came after the callee rang or accepted.");
            return Some(Evidence::supporting(question, "past-offer", Strength::Absence, sight.index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|offer| call.rows.get(*offer))?;
        let is_covered = coverage::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let strength = if past.is_none() && is_covered { Strength::Direct } else { Strength::Indirect };
        let why = format!("A terminate, {place}, ended a call after the offer, with no preaccept or accept before it.");
        (sight.row.refused_by.is_none()).then(|| Evidence::supporting(question, "at-offer", strength, sight.index, why))
    });
    pieces.collect()
}

pub(super) fn reject_receipt(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let sights = stanzas::rejects(call);
    let ids: HashSet<&str> = sights.filter_map(|sight| sight.row.observed.read().id.as_deref()).collect();
    let receipts = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let place = originator::seen_at(call, row);
        let is_receipt = answers::receipt(row).is_some() && row.action == Some(ActionName::Reject);
        if is_receipt && row.copy_of.is_none() {
            return Some((index, format!("A reject got a receipt, {place}.")));
        }
        let names_reject = row.observed.read().id.as_deref().is_some_and(|id| ids.contains(id));
        let is_ack_of_one = names_reject && answers::is_ack_of_unrecorded_receipt(call, row);
        is_ack_of_one
            .then(|| (index, format!("An ack of class receipt for a reject, {place}, whose receipt was not recorded.")))
    });
    let mut evidence: Vec<_> =
        receipts.map(|(index, why)| Evidence::supporting(question, "receipt", Strength::Direct, index, why)).collect();
    if evidence.is_empty() {
        let answers = answers::answers(call);
        let without = stanzas::of(call, &ActionName::Reject).into_iter().filter(|sight| {
            answers.get(sight.index).is_some_and(|answers| !answers.acks.is_empty())
                && coverage::after(call, context, sight.row, coverage::ANSWERED_WITHIN)
        });
        evidence.extend(without.map(|sight| {
            let why = format!("A reject {} was acked and got no receipt.", originator::seen_at(call, sight.row));
            Evidence::supporting(question, "no-receipt", Strength::Absence, sight.index, why)
        }));
    }
    evidence
}
