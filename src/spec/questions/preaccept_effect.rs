//! What becomes of calls with and without a preaccept?
//!
//! *The question.* A callee may send a preaccept before it answers. SIG-04 asks whether the server or the caller does
//! anything else where it is omitted, and whether it is ever required. What a phone shows its user is not in the
//! signalling.
//!
//! *What decides it.* A list: how calls ended in which a preaccept of the callee was seen, and how those did in which
//! none was. `omitted: answered` shows that it is not required. None counts only where it would have been seen: at the
//! caller, or at the device that accepted, whose socket was read without a gap from the offer on. Calls that came from
//! the offline queue, or whose end was not seen, do not count.
//!
//! *What is recorded.* How the call ended, and after how long.

use crate::call::{Call, Outcome, Role, Side};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-effect",
    page: "SIG-04",
    number: Some(1),
    also: &[],
    title: "What becomes of calls with and without a preaccept?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("preaccept_effect.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    judge(call, context).into_iter().collect()
}

fn judge(call: &Call, context: &Context) -> Option<Evidence> {
    let course = &call.course;
    let (outcome, settled) = (course.outcome, course.accepted.or(course.ended)?);
    let offered = call.rows.get(course.offered?)?;
    if matches!(outcome, Outcome::CutOff | Outcome::Elsewhere | Outcome::Failed)
        || offered.observed.read().is_offline()
        || call.group
    {
        return None;
    }
    let after = course.ring.map_or_else(String::new, |ring| format!(", {} after the offer", seconds(ring)));
    let how = format!("{}{after}", outcome.name());
    if let Some(rang) = course.rang {
        let why = format!("The callee sent a preaccept, and the call was {how}.");
        return Some(Evidence::supporting(
            QUESTION.id,
            format!("sent: {}", outcome.name()),
            Strength::Direct,
            rang,
            why,
        ));
    }
    let end = call.rows.get(settled)?;
    let is_accept = stanzas::is(end, &ActionName::Accept);
    let is_own = end.maker.side == Side::Callee && end.observed.direction() == Some(Direction::Outbound);
    let tells = call.role_of(end) == Role::Caller || is_accept && is_own;
    let first = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let offer = call.rows.get(*first.get(&end.vantage)?)?;
    if !tells || !covered::between(call, context, end, offer.observed.time(), end.observed.time()) {
        return None;
    }
    let why = format!("No preaccept came from the callee while the socket was read, and the call was {how}.");
    Some(Evidence::supporting(QUESTION.id, format!("omitted: {}", outcome.name()), Strength::Absence, settled, why))
}
