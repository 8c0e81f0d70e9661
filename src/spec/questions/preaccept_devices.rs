//! Do several devices of the callee send a preaccept?
//!
//! *The question.* The stanza catalogue asks whether all devices that ring send a preaccept, and what the caller makes of
//! several.
//!
//! *What decides it.* Preaccepts of two devices of the callee in one call: direct where both left recorded sockets or are
//! matched with copies that did, indirect where they only came in. An address without a device may be any device of the
//! account, and does not tell two apart. One device's preaccept alone, in a call that was offered to several devices,
//! is absence, where the caller's socket was read without a gap from the offer to the end of the call. What the caller
//! makes of several is inside it.
//!
//! *What is recorded.* The preaccept of the second device, and how long after the first it came.

use crate::call::{Call, Row};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{covered, making, repeated, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-devices",
    page: "call-preaccept",
    number: Some(3),
    also: &[],
    title: "Do several devices of the callee send a preaccept?",
    shape: Shape::Existential { occurs: "several" },
    hypotheses: &["several", "one"],
    source: include_str!("preaccept_devices.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let preaccepts = stanzas::of(call, &ActionName::Preaccept);
    let mut told = preaccepts.iter().filter_map(|sight| Some((sight, making::made(sight.row)?)));
    let Some((first, first_made)) = told.next() else { return Vec::new() };
    let others = told.filter(|(sight, _)| are_two_devices(call, first, sight));
    let others = others.map(|(sight, made)| {
        let later = call.elapsed(first.index, sight.index);
        let later = later.map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let device = sight.row.maker.device.as_ref().map_or_else(String::new, |device| format!(", {device}"));
        let why =
            format!("A second device of the callee{device} sent a preaccept{later} after the first: {}.", made.how);
        Evidence::supporting(QUESTION.id, "several", made.strength.min(first_made.strength), sight.index, why)
    });
    let several = repeated::first_of_each(others);
    if several.is_empty() && preaccepts.len() == 1 {
        alone(call, context, first).into_iter().collect()
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
    let device = |sight: &Sight<'_>| sight.row.maker.device.clone().filter(|device| device.device != 0);
    device(one).zip(device(other)).is_some_and(|(one, other)| !call.people.same_device(&one, &other))
}

/// One preaccept at a caller who offered the call to several devices, and watched to the end.
fn alone(call: &Call, context: &Context, preaccept: &Sight<'_>) -> Option<Evidence> {
    let at_caller = |row: &&Row| row.vantage == preaccept.row.vantage;
    let offer = call.rows.iter().filter(at_caller).find(|row| stanzas::is(row, &ActionName::Offer))?;
    let devices = offer.observed.read().action()?.destination.len();
    let end = call.rows.iter().rev().find(at_caller)?;
    let is_covered = covered::between(call, context, offer, offer.observed.time(), end.observed.time());
    let why = format!(
        "The call was offered to {devices} devices, and one sent a preaccept while the caller's socket was read without a gap."
    );
    (devices > 1 && is_covered && !preaccept.is_outbound())
        .then(|| Evidence::supporting(QUESTION.id, "one", Strength::Absence, preaccept.index, why))
}
