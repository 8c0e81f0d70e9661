//! Does a reject that no user made give another reason?
//!
//! *The question.* The stanza catalogue asks whether a client that rejects by itself (do not disturb, a blocked caller)
//! says so by a reason of its own, apart from a user who declines.
//!
//! *What decides it.* Rejects that leave a recorded device within half a second of the offer: nobody declines that fast. With
//! a reason that is no decline they speak for another reason, with a decline's or none for the same. That is indirect:
//! what made the client reject is not sent. A reject that came later may be a user's, and does not count.
//!
//! *What is recorded.* The reason as a list, and how long after the offer the reject left.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{SECOND, declined, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "auto-reject-reason",
    page: "call-reject",
    number: Some(2),
    also: &[],
    title: "Does a reject that no user made give another reason?",
    shape: Shape::Exclusive,
    hypotheses: &["another-reason", "same-as-decline"],
    source: include_str!("auto_reject_reason.rs"),
    observe,
};

/// Nanoseconds within which nobody declines who has to hear the phone first.
const AT_ONCE: i64 = SECOND / 2;

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut rejects = stanzas::of(call, &ActionName::Reject);
    rejects.retain(stanzas::Sight::is_outbound);
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
        let hypothesis = if declined::is_decline(sight.action) { "same-as-decline" } else { "another-reason" };
        let reason = sight.action.reason.as_deref().unwrap_or("(none)");
        let why = format!(
            "A reject left {} ms after the offer, faster than anybody declines, with reason {reason}.",
            rang / 1_000_000
        );
        let piece = Evidence::supporting(QUESTION.id, hypothesis, Strength::Indirect, sight.index, why);
        Some(piece.with_values(vec![reason.to_owned()]))
    });
    pieces.collect()
}
