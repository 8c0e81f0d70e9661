//! Does the caller get a terminate, too, after a reject?
//!
//! *The question.* The stanza catalogue asks whether the server also sends the caller a terminate when a callee rejects,
//! or whether the reject is all that the caller gets.
//!
//! *What decides it.* At a caller, a terminate that comes in after a reject and is not about other devices. It is as
//! strong as what is known of its maker: one that the callee's recorded socket sent is the callee's, and speaks for
//! nothing here. That none came is absence, where the caller's socket was read without a gap for five seconds after
//! the reject.
//!
//! *What is recorded.* The terminate, its reason, and how long after the reject it came.

use crate::call::{Call, Proof, Role, Side};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, making, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-then-terminate",
    page: "call-reject",
    number: Some(3),
    also: &[],
    title: "Does the caller get a terminate, too, after a reject?",
    shape: Shape::Existential { occurs: "terminate-too" },
    hypotheses: &["terminate-too", "reject-alone"],
    source: include_str!("reject_then_terminate.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let arrived = |name: ActionName| {
        move |(_, row): &(usize, &crate::call::Row)| {
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
        let why = "The caller got a reject, and no terminate after it while its socket was read without a gap.";
        let is_covered = covered::after(call, context, reject, covered::ANSWERED_WITHIN);
        let none =
            is_covered.then(|| Evidence::supporting(QUESTION.id, "reject-alone", Strength::Absence, rejected, why));
        return none.into_iter().collect();
    };
    let strength = match (row.maker.side, Strength::of(row.maker.proof)) {
        (Side::Server, Some(strength)) => strength,
        (_, Some(_)) if row.maker.proof == Proof::Claim => Strength::Indirect,
        _ => return Vec::new(),
    };
    let apart = row.observed.time().zip(reject.observed.time());
    let apart = apart.map_or_else(String::new, |(at, before)| format!(" {}", seconds(at.nanoseconds_since(before))));
    let reason = row.observed.read().action().and_then(|action| action.reason.as_deref());
    let with = reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
    let how = making::made(row).map_or_else(String::new, |made| format!(": {}", made.how));
    let why = format!("A terminate {with} came in at the caller{apart} after the reject{how}.");
    vec![Evidence::supporting(QUESTION.id, "terminate-too", strength, index, why)]
}
