//! Does the server itself tell of a missed call?
//!
//! *The question.* SIG-12 asks whether the server sends a terminate or a notice of its own for a call that timed out,
//! beside the caller's terminate. How a missed call enters the history of a chat is not in the signalling.
//!
//! *What decides it.* A terminate of the server that ended a call which rang out: direct or indirect, as is known of
//! its maker. An offer that comes in and says that the call is over, or why it ended: only the server can have written
//! that, so it is direct. A caller's own terminate, after which nothing of the server's came in the call while the
//! socket was read for five seconds, is absence.
//!
//! *What is recorded.* What the server sent, where it was seen, and how its maker is known.

use crate::call::{Call, Side};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, making, ringing, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "missed-call-notice",
    page: "SIG-12",
    number: Some(3),
    also: &[],
    title: "Does the server itself tell of a missed call?",
    shape: Shape::Existential { occurs: "tells" },
    hypotheses: &["tells", "silent"],
    source: include_str!("missed_call_notice.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut evidence: Vec<_> = over(call);
    let Some(rang) = ringing::rang_out(call) else { return evidence };
    for ending in &rang.endings {
        let Some(made) = ending.made.as_ref().filter(|made| made.by == Side::Server) else { continue };
        let reason =
            ending.reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
        let why = format!("A terminate {reason} ended the unanswered call: {}.", made.how);
        evidence.push(Evidence::supporting(QUESTION.id, "tells", made.strength, ending.index, why));
    }
    if evidence.is_empty() { silent(call, context, &rang).into_iter().collect() } else { evidence }
}

/// Offers that came in and say that their call is over.
fn over(call: &Call) -> Vec<Evidence> {
    let offers = stanzas::of(call, &ActionName::Offer).into_iter().filter(stanzas::Sight::is_inbound);
    let pieces = offers.filter_map(|sight| {
        let said = ["is_call_ended", "terminate_reason"].into_iter();
        let said: Vec<_> = said.filter_map(|name| Some(format!("{name}={}", sight.node.text(name)?))).collect();
        let late = if sight.row.observed.read().is_offline() { ", from the offline queue," } else { "" };
        let place = making::seen_at(call, sight.row);
        let why = format!("An offer{late} {place}, says that the call is over: {}.", said.join(" and "));
        (!said.is_empty()).then(|| Evidence::supporting(QUESTION.id, "tells", Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

/// The terminate of a caller after which nothing of the server's came.
fn silent(call: &Call, context: &Context, rang: &ringing::RangOut<'_>) -> Option<Evidence> {
    let ending = rang.endings.iter().find(|ending| {
        let row = call.rows.get(ending.index);
        row.is_some_and(|row| row.maker.side == Side::Caller && row.observed.direction() == Some(Direction::Outbound))
    })?;
    let row = call.rows.get(ending.index)?;
    let later = call.rows.iter().skip(ending.index);
    let is_silent = !later.filter_map(making::made).any(|made| made.by == Side::Server);
    let why = "After the caller's own terminate nothing of the server's came in the call, while the socket was read.";
    (is_silent && covered::after(call, context, row, covered::ANSWERED_WITHIN))
        .then(|| Evidence::supporting(QUESTION.id, "silent", Strength::Absence, ending.index, why))
}
