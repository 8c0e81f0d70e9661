//! Do clients expect a reason on an inbound terminate?
//!
//! *The question.* The parser that SIG-14 describes does not read `reason`; the page asks whether one is expected on inbound
//! terminates, or even checked.
//!
//! *What decides it.* An inbound terminate without a reason shows that it is optional. One with a reason is what would be
//! seen if reasons were expected, and if they were optional: indirect. That the client acks it proves nothing, since clients ack
//! before they parse. A check shows only in what the client does: it refuses the terminate with an error, or it goes on
//! with the call as if none had come. That is never direct.
//!
//! *What is recorded.* The terminate, its reason, where it was seen, and what the client did.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::{SECOND, making, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "terminate-reason-inbound",
    page: "SIG-14",
    number: Some(3),
    also: &[],
    title: "Do clients expect a reason on an inbound terminate?",
    shape: Shape::Exclusive,
    hypotheses: &["expected", "optional", "validated"],
    source: include_str!("terminate_reason_inbound.rs"),
    observe,
};

/// How long after a terminate what a client had under way may still leave it, in nanoseconds.
const UNDER_WAY: i64 = 5 * SECOND;

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let inbound = stanzas::arrivals(call).into_iter().filter(|sight| sight.action.name == ActionName::Terminate);
    let pieces = inbound.map(|sight| {
        let place = making::seen_at(call, sight.row);
        let (hypothesis, strength, why) = match sight.action.reason.as_deref() {
            Some(reason) => ("expected", Strength::Indirect, format!("A terminate {place} has reason {reason}.")),
            None => ("optional", Strength::Direct, format!("A terminate {place} has no reason.")),
        };
        Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why)
    });
    pieces.chain(refused(call)).chain(ignored(call)).collect()
}

/// Acks with which the client refused a terminate.
fn refused(call: &Call) -> Vec<Evidence> {
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let Body::Ack(ack) = &row.observed.read().body else { return None };
        let is_own = row.observed.direction() == Some(Direction::Outbound);
        if !is_own || ack.error.is_none() || row.action != Some(ActionName::Terminate) {
            return None;
        }
        let answered = call.rows.get(row.answers?)?.observed.read().action()?;
        let with =
            answered.reason.as_deref().map_or_else(|| "no reason".to_owned(), |reason| format!("reason {reason}"));
        let why = format!("The client answered an inbound terminate with {with} by an error.");
        Some(Evidence::supporting(QUESTION.id, "validated", Strength::Indirect, index, why))
    });
    pieces.collect()
}

/// The first thing that a client did in a call long after a terminate without reason had come in for it.
fn ignored(call: &Call) -> Option<Evidence> {
    let ends = |row: &crate::call::Row| {
        let action = row.observed.read().action();
        row.observed.direction() == Some(Direction::Inbound)
            && action.is_some_and(|action| action.name == ActionName::Terminate && action.reason.is_none())
    };
    let end = call.rows.iter().position(ends)?;
    let ended = call.rows.get(end)?;
    let (index, after) = call.rows.iter().enumerate().skip(end).find_map(|(index, row)| {
        let action = row.observed.read().action()?;
        let after = row.observed.time()?.nanoseconds_since(ended.observed.time()?);
        let goes_on = row.vantage == ended.vantage
            && row.observed.direction() == Some(Direction::Outbound)
            && action.name != ActionName::Duration
            && after > UNDER_WAY;
        goes_on.then_some((index, after))
    })?;
    let why =
        format!("The client went on with the call {} after a terminate without reason had come in.", seconds(after));
    Some(Evidence::supporting(QUESTION.id, "validated", Strength::Indirect, index, why))
}
