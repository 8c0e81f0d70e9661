//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Row, Side};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, originator, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};

pub(super) fn accept_alone(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    if call.group {
        return Vec::new();
    }
    let accepts = stanzas::of(call, &ActionName::Accept);
    if accepts.is_empty() {
        return Vec::new();
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let preaccepts = stanzas::sights(call).filter(|sight| sight.action.name == ActionName::Preaccept);
    let preaccepts: Vec<_> = preaccepts.take(LOOKED_AT).collect();
    let pieces = accepts.iter().take(LOOKED_AT).filter_map(|sight| {
        let offer = call.rows.get(*offers.get(&sight.row.vantage)?)?;
        judge(question, call, context, offer, &preaccepts, sight)
    });
    pieces.collect()
}

/// The most accepts and preaccepts of one call that are looked at; each device of the callee sends one.
const LOOKED_AT: usize = 64;

fn judge(
    question: &'static Question,
    call: &Call,
    context: &Context,
    offer: &Row,
    preaccepts: &[Sight<'_>],
    sight: &Sight<'_>,
) -> Option<Evidence> {
    let row = sight.row;
    if row.originator.side == Side::Caller {
        return None;
    }
    let mut before = preaccepts.iter().filter(|before| before.index < sight.index);
    let rang = before.any(|before| before.row.vantage == row.vantage && is_of_one(call, before.row, row));
    let (offered, accepted) = (offer.observed.time(), row.observed.time());
    let after = accepted.zip(offered).map_or_else(String::new, |(accepted, offered)| {
        format!(", {} after the offer", seconds(accepted.nanoseconds_since(offered)))
    });
    let place = format!("{}{}", originator::seen_at(call, row), originator::program(call, row));
    if rang {
        let why = format!("The accepting device, {place}, had sent a preaccept{after}.");
        return Some(Evidence::supporting(question, "rings-first", Strength::Absence, sight.index, why));
    }
    let strength = if sight.is_outbound() { Strength::Direct } else { Strength::Indirect };
    let why = format!("The accepting device, {place}, had sent no preaccept{after}.");
    coverage::between(call, context, row, offered, accepted)
        .then(|| Evidence::supporting(question, "accept-alone", strength, sight.index, why))
}

/// Whether one device made both, as far as one vantage tells.
fn is_of_one(call: &Call, one: &Row, other: &Row) -> bool {
    let devices = one.originator.device.as_ref().zip(other.originator.device.as_ref());
    one.observed.direction() == other.observed.direction()
        && devices.is_none_or(|(one, other)| call.people.same_device(one, other))
}

pub(super) fn accept_optional(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let accepts = stanzas::of(call, &ActionName::Accept);
    if accepts.is_empty() {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let mut evidence = Vec::new();
    for sight in &accepts {
        let taken = match answers.get(sight.index).filter(|_| sight.is_outbound()) {
            Some(answers) => format!("; {}", answers::reception(call, answers).words()),
            None => String::new(),
        };
        let place = format!("{}{}", originator::seen_at(call, sight.row), originator::program(call, sight.row));
        for tag in ["te", "rte", "voip_settings"] {
            let with = if sight.node.child(tag).is_some() { "with" } else { "without" };
            let why = format!("An accept {place}{taken}.");
            let value = format!("{with} {tag}");
            evidence.push(Evidence::supporting(question, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
}

pub(super) fn receipt_address(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        answers::receipt(row)?;
        let is_own = row.observed.direction() == Some(Direction::Outbound);
        if !is_own || row.action != Some(ActionName::Offer) || row.repeats.is_some() {
            return None;
        }
        let offer = call.rows.get(row.answers?)?.observed.read().from.as_ref()?;
        let signed = row.observed.read().from.as_ref();
        let value = format!("offer from {}, receipt from {}", kind(offer), signed.map_or("nobody", kind));
        let place = format!("{}{}", originator::seen_at(call, row), originator::program(call, row));
        let why = format!("A receipt for an offer, {place}.");
        Some(Evidence::supporting(question, value, Strength::Direct, index, why))
    });
    pieces.collect()
}

fn kind(jid: &Jid) -> &'static str {
    match jid.server.as_ref() {
        "lid" | "hosted.lid" => "a LID",
        "s.whatsapp.net" | "c.us" | "hosted" => "a phone number",
        _ => "another kind of address",
    }
}
