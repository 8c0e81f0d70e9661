//! Who sends the terminate when nobody answers?
//!
//! *The question.* A call that rings out ends with `<terminate reason="timeout">`. The flow of the missed call
//! draws it from caller to callee, and asks whether the caller, the callee or the server makes it.
//!
//! *What decides it.* The emitter of that terminate in a call that rang live: no offer from the offline queue, none
//! that says that it is over, no mere notice of an offer, none that was refused; never accepted, never declined.
//! Leaving the recorded socket, it is direct evidence for that side. Arriving, it is indirect: the server stamps
//! `from`, and may have made the stanza itself.
//!
//! *What is recorded.* The terminate, the hypothesis, the strength, and a sentence why.

use crate::call::{Call, Outcome, Role, Row, Side};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "timeout-terminate-sender",
    page: "call-missed-timeout",
    number: Some(2),
    title: "Who sends the terminate when nobody answers?",
    shape: Shape::Exclusive,
    hypotheses: &["caller", "callee", "server"],
    source: include_str!("timeout_terminate_sender.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    if !rang_out_live(call) {
        return Vec::new();
    }
    let Some((index, row)) = ended_by_timeout(call) else { return Vec::new() };
    let role = call.vantage_of(row).map_or(Role::Unknown, |vantage| vantage.role);
    let side = Side::of(row.emitter, role);
    let hypothesis = match side {
        Side::Caller => "caller",
        Side::Callee => "callee",
        Side::Server => "server",
        Side::Unknown => return Vec::new(),
    };
    let outbound = row.observed.direction() == Some(Direction::Outbound);
    let (strength, why) = if outbound {
        (
            Strength::Direct,
            format!("the unanswered call's terminate with reason timeout left the {hypothesis}'s own socket"),
        )
    } else {
        let from = row.observed.read().from.as_ref();
        let from = from.map_or_else(|| "no address".to_owned(), ToString::to_string);
        (
            Strength::Indirect,
            format!(
                "a terminate with reason timeout came in from {from}, the {hypothesis}'s side; the server stamps that address and may have made the stanza itself"
            ),
        )
    };
    vec![Evidence { question: QUESTION.id, hypothesis: hypothesis.into(), supports: true, strength, row: index, why }]
}

/// Whether the call was offered live, and neither answered, declined nor refused.
fn rang_out_live(call: &Call) -> bool {
    let Some(offer) = call.course.offered.and_then(|index| call.rows.get(index)) else { return false };
    let stanza = offer.observed.read();
    let live = offer.action == Some(ActionName::Offer)
        && !stanza.is_offline()
        && stanza.action_node().is_some_and(|node| {
            node.attribute("is_call_ended").is_none() && node.attribute("terminate_reason").is_none()
        });
    live && call.course.outcome == Outcome::Missed && !was_refused(call)
}

fn was_refused(call: &Call) -> bool {
    call.rows.iter().any(|row| match &row.observed.read().body {
        Body::Ack(ack) => ack.error.is_some() && row.action == Some(ActionName::Offer),
        Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => false,
    })
}

/// The terminate that ended the call, if its reason is `timeout`.
fn ended_by_timeout(call: &Call) -> Option<(usize, &Row)> {
    let index = call.course.ended?;
    let row = call.rows.get(index)?;
    let action = row.observed.read().action()?;
    (action.name == ActionName::Terminate && action.reason.as_deref() == Some("timeout")).then_some((index, row))
}
