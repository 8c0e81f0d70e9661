//! Does a device ever accept without a preaccept?
//!
//! *The question.* The flow of SIG-16 has the callee ring with a preaccept before it accepts, and asks whether one ever
//! accepts at once, as a device that answers by itself might.
//!
//! *What decides it.* An accept that left a recorded device, whose socket was read without a gap since the offer came
//! in and sent no preaccept, answers. One that came in at the caller, from a device of which no preaccept came in since
//! the offer left, is indirect: the server may have kept one back. An accept after a preaccept of its device is
//! absence.
//!
//! *What is recorded.* The accept, how long after the offer it came, and what is known of the program that made it.

use crate::call::{Call, Row, Side};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{covered, making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-alone",
    page: "SIG-16",
    number: Some(1),
    also: &[],
    title: "Does a device ever accept without a preaccept?",
    shape: Shape::Existential { occurs: "accept-alone" },
    hypotheses: &["accept-alone", "rings-first"],
    source: include_str!("accept_alone.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
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
        judge(call, context, offer, &preaccepts, sight)
    });
    pieces.collect()
}

/// The most accepts and preaccepts of one call that are looked at; each device of the callee sends one.
const LOOKED_AT: usize = 64;

fn judge(call: &Call, context: &Context, offer: &Row, preaccepts: &[Sight<'_>], sight: &Sight<'_>) -> Option<Evidence> {
    let row = sight.row;
    if row.maker.side == Side::Caller {
        return None;
    }
    let mut before = preaccepts.iter().filter(|before| before.index < sight.index);
    let rang = before.any(|before| before.row.vantage == row.vantage && is_of_one(call, before.row, row));
    let (offered, accepted) = (offer.observed.time(), row.observed.time());
    let after = accepted.zip(offered).map_or_else(String::new, |(accepted, offered)| {
        format!(", {} after the offer", seconds(accepted.nanoseconds_since(offered)))
    });
    let place = format!("{}{}", making::seen_at(call, row), making::program(call, row));
    if rang {
        let why = format!("The device that accepted, {place}, had sent a preaccept{after}.");
        return Some(Evidence::supporting(QUESTION.id, "rings-first", Strength::Absence, sight.index, why));
    }
    let strength = if sight.is_outbound() { Strength::Direct } else { Strength::Indirect };
    let why = format!("The device that accepted, {place}, sent no preaccept before{after}.");
    covered::between(call, context, row, offered, accepted)
        .then(|| Evidence::supporting(QUESTION.id, "accept-alone", strength, sight.index, why))
}

/// Whether one device made both, as far as one vantage tells.
fn is_of_one(call: &Call, one: &Row, other: &Row) -> bool {
    let devices = one.maker.device.as_ref().zip(other.maker.device.as_ref());
    one.observed.direction() == other.observed.direction()
        && devices.is_none_or(|(one, other)| call.people.same_device(one, other))
}
