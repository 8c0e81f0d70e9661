//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeMap;

use crate::call::{Call, Outcome, Role, Row, Side};
use crate::origin::Direction;
use crate::protocol::binary::{Element, Jid};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{elements, originator, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};
use crate::words::lapse;

/// Not data: it is about the end of the call, whichever stanza that is.
pub(super) fn preaccept_effect(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    judge(question, call, context).into_iter().collect()
}

fn judge(question: &'static Question, call: &Call, context: &Context) -> Option<Evidence> {
    let progress = &call.progress;
    let (outcome, settled) = (progress.outcome, progress.accepted.or(progress.ended)?);
    let offered = call.rows.get(progress.offered?)?;
    if matches!(outcome, Outcome::CutOff | Outcome::Elsewhere | Outcome::Failed)
        || offered.observed.read().is_offline()
        || call.group
    {
        return None;
    }
    let after = progress.ring.map_or_else(String::new, |ring| format!(", {} after the offer", lapse(ring)));
    let how = format!("{}{after}", outcome.name());
    if let Some(rang) = progress.rang {
        let why = format!("The callee sent a preaccept, and the call was {how}.");
        return Some(Evidence::supporting(question, format!("sent: {}", outcome.name()), Strength::Direct, rang, why));
    }
    let end = call.rows.get(settled)?;
    let is_accept = stanzas::is(end, &ActionName::Accept);
    let is_own = end.originator.side == Side::Callee && end.observed.direction() == Some(Direction::Outbound);
    let tells = call.role_of(end) == Role::Caller || is_accept && is_own;
    let first = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let offer = call.rows.get(*first.get(&end.vantage)?)?;
    if !tells || !coverage::between(call, context, end, offer.observed.time(), end.observed.time()) {
        return None;
    }
    let why = format!("The callee sent no preaccept while the socket was read, and the call was {how}.");
    Some(Evidence::supporting(question, format!("omitted: {}", outcome.name()), Strength::Absence, settled, why))
}

/// The first stanza of a device with a capability, and how surely the device made it.
struct First<'c> {
    sight: Sight<'c>,
    capability: Element<'c>,
    strength: Strength,
}

/// Not data: it compares bytes of two stanzas of one device.
pub(super) fn capability_final_byte(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut first: BTreeMap<(&'static str, &Jid), First<'_>> = BTreeMap::new();
    let mut evidence = Vec::new();
    for sight in stanzas::each(call) {
        let Some(capability) = sight.node.child("capability") else { continue };
        let (Some(made), Some(device)) = (originator::made(sight.row), sight.row.originator.device.as_ref()) else {
            continue;
        };
        if made.by == Side::Server {
            continue;
        }
        let entry = first.entry((made.by.name(), device));
        let known = entry.or_insert(First { sight, capability, strength: made.strength });
        let is_preaccept = |sight: &Sight<'_>| sight.action.name == ActionName::Preaccept;
        if is_preaccept(&known.sight) != is_preaccept(&sight) {
            let strength = known.strength.min(made.strength);
            evidence.extend(compare(question, call, known, &sight, capability, strength));
        }
    }
    evidence
}

fn compare(
    question: &'static Question,
    call: &Call,
    known: &First<'_>,
    sight: &Sight<'_>,
    capability: Element<'_>,
    strength: Strength,
) -> Option<Evidence> {
    let (one, other) = (known.capability.bytes()?, capability.bytes()?);
    let (last, head) = one.split_last()?;
    let (other_last, other_head) = other.split_last()?;
    if head != other_head || known.capability.attribute("ver") != capability.attribute("ver") {
        return None;
    }
    let hypothesis = if last == other_last { "not-by-action" } else { "by-action" };
    let why = format!(
        "One device sent the {} with {} and the {} with {}, {}{}.",
        known.sight.action.name.as_str(),
        elements::spelled(known.capability),
        sight.action.name.as_str(),
        elements::spelled(capability),
        originator::seen_at(call, sight.row),
        originator::program(call, sight.row),
    );
    Some(Evidence::supporting(question, hypothesis, strength, sight.index, why).routine())
}

/// Not data: it compares the devices of several stanzas.
pub(super) fn preaccept_devices(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let preaccepts = stanzas::of(call, &ActionName::Preaccept);
    let mut told = preaccepts.iter().filter_map(|sight| Some((sight, originator::made(sight.row)?)));
    let Some((first, first_made)) = told.next() else { return Vec::new() };
    let others = told.filter(|(sight, _)| are_two_devices(call, first, sight));
    let others = others.map(|(sight, made)| {
        let later = call.elapsed(first.index, sight.index);
        let later = later.map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let device = sight.row.originator.device.as_ref().map_or_else(String::new, |device| format!(", {device}"));
        let why =
            format!("A second device of the callee{device} sent a preaccept{later} after the first one: {}.", made.how);
        Evidence::supporting(question, "several", made.strength.min(first_made.strength), sight.index, why)
    });
    let several = question::first_of_each(others);
    if several.is_empty() && preaccepts.len() == 1 {
        alone(question, call, context, first).into_iter().collect()
    } else {
        several
    }
}

/// Whether two stanzas are known to be of two devices: each left a recorded device of its own, or their addresses name
/// two.
fn are_two_devices(call: &Call, one: &Sight<'_>, other: &Sight<'_>) -> bool {
    if one.is_outbound() && other.is_outbound() {
        return one.row.vantage != other.row.vantage;
    }
    let device = |sight: &Sight<'_>| sight.row.originator.device.clone().filter(|device| device.device != 0);
    device(one).zip(device(other)).is_some_and(|(one, other)| !call.people.same_device(&one, &other))
}

/// One preaccept at a caller who offered the call to several devices, and watched to the end.
fn alone(question: &'static Question, call: &Call, context: &Context, preaccept: &Sight<'_>) -> Option<Evidence> {
    let at_caller = |row: &&Row| row.vantage == preaccept.row.vantage;
    let offer = call.rows.iter().filter(at_caller).find(|row| stanzas::is(row, &ActionName::Offer))?;
    let devices = offer.observed.read().action()?.destination.len();
    let end = call.rows.iter().rev().find(at_caller)?;
    let is_covered = coverage::between(call, context, offer, offer.observed.time(), end.observed.time());
    let why = format!(
        "The call was offered to {devices} devices, and only one sent a preaccept while the caller's socket was read without a gap."
    );
    (devices > 1 && is_covered && !preaccept.is_outbound())
        .then(|| Evidence::supporting(question, "one", Strength::Absence, preaccept.index, why))
}
