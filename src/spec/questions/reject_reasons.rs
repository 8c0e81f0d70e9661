//! Which reasons do rejects give?
//!
//! *The question.* The stanza catalogue gives a reject a reason from the list of terminates, and asks whether all of that
//! list occurs there, or only what a callee can say: that he declined, or is busy.
//!
//! *What decides it.* A list: the `reason` of each reject, as sent, and `(none)` where there is no such attribute. Each
//! reject counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The value, where the reject was seen, how long after the offer it came, and whether the spec
//! lists it among the reasons of terminates.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{making, seconds, stanzas};
use crate::spec::vocabulary::is_terminate_reason;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-reasons",
    page: "call-reject",
    number: Some(1),
    also: &[],
    title: "Which reasons do rejects give?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("reject_reasons.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let rejects = stanzas::of(call, &ActionName::Reject);
    if rejects.is_empty() {
        return Vec::new();
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let pieces = rejects.iter().map(|sight| {
        let reason = sight.action.reason.as_deref();
        let known = match reason {
            None => "",
            Some(reason) if is_terminate_reason(reason) => ", a value that terminates have, too",
            Some(_) => ", a value that no page lists for terminates",
        };
        let rang = offers.get(&sight.row.vantage).and_then(|offer| call.elapsed(*offer, sight.index));
        let rang = rang.map_or_else(String::new, |rang| format!(", {} after the offer", seconds(rang)));
        let why = format!("A reject, {}{rang}{known}.", making::seen_at(call, sight.row));
        Evidence::supporting(QUESTION.id, reason.unwrap_or("(none)").to_owned(), Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
