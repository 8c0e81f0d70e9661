//! The flow of a call that nobody answers.
//!
//! *What the spec says.* The caller offers (1) and gets the server's ack (2); the offer reaches the callee (3), whose
//! device may say that it rings (4); after the ring timeout the caller's terminate with reason `timeout` reaches the
//! callee (5), whose device acknowledges it (6). Steps 4 and 6 are speculative, the others probable. Nobody accepts,
//! and no media path is set up. Which side ends the call is left open.
//!
//! *What is checked.* Every call between two people that rang live and rang out: no offer from the offline queue, none
//! that says that the call is over, no mere notice of an offer, none that was refused. Each step by itself, at the
//! connections that can show it: seen in its place holds; absent from a connection that was recorded whole breaks the
//! rule, but for step 4, which is optional; after a later step breaks it; once more is news, and so is a terminate
//! from the callee. That nobody accepted and no relay was elected; looking for relays while the call rings is the
//! discrepancy `reject-no-media`.
//!
//! *What a capture cannot show.* Steps between others than the recorded devices and the server. Who made what came in:
//! the server stamps its sender.

use super::checking::{check_no_accept, check_no_media, check_step, flow_rule, step_rule};
use super::{End, Flow, Passes, Step};
use crate::call::{Call, Outcome, Role};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::{Grade, Rule};

/// The flow.
pub(super) static FLOW: Flow = Flow {
    page: "call-missed-timeout",
    name: "missed",
    steps: &[
        Step {
            from: End::Caller,
            to: End::Server,
            passes: Passes::Call(ActionName::Offer),
            confidence: "probable",
            may_miss: |_| None,
            or_from: None,
        },
        Step {
            from: End::Server,
            to: End::Caller,
            passes: Passes::Ack(ActionName::Offer),
            confidence: "probable",
            may_miss: |_| None,
            or_from: None,
        },
        Step {
            from: End::Server,
            to: End::Offered,
            passes: Passes::Call(ActionName::Offer),
            confidence: "probable",
            may_miss: |_| None,
            or_from: None,
        },
        Step {
            from: End::Callee,
            to: End::Caller,
            passes: Passes::Call(ActionName::Preaccept),
            confidence: "speculative",
            may_miss: |_| Some("it is optional"),
            or_from: None,
        },
        Step {
            from: End::Caller,
            to: End::Callee,
            passes: Passes::Call(ActionName::Terminate),
            confidence: "probable",
            may_miss: |_| None,
            or_from: Some(End::Callee),
        },
        Step {
            from: End::Callee,
            to: End::Server,
            passes: Passes::Ack(ActionName::Terminate),
            confidence: "speculative",
            may_miss: ended_here,
            or_from: None,
        },
    ],
    is_of,
};

/// Whether the callee's own client ended the call, and so had nothing to acknowledge.
fn ended_here(call: &Call) -> Option<&'static str> {
    let end = call.course.ended.and_then(|end| call.rows.get(end))?;
    let own = end.observed.direction() == Some(Direction::Outbound) && call.role_of(end) != Role::Caller;
    own.then_some("the callee's own client ended the call")
}

/// Whether a call between two people rang live, and rang out.
fn is_of(call: &Call) -> bool {
    let Some(offer) = call.course.offered.and_then(|offer| call.rows.get(offer)) else { return false };
    let stanza = offer.observed.read();
    let is_over = |name| stanza.action_node().is_none_or(|node| node.attribute(name).is_some());
    let refused = || {
        call.rows.iter().any(|row| match &row.observed.read().body {
            Body::Ack(ack) => ack.error.is_some() && row.action == Some(ActionName::Offer),
            Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => false,
        })
    };
    !call.group
        && call.course.outcome == Outcome::Missed
        && offer.action == Some(ActionName::Offer)
        && !stanza.is_offline()
        && !is_over("is_call_ended")
        && !is_over("terminate_reason")
        && !refused()
}

step_rule!(STEP_1, "missed.rs", "FLOW/missed-step-1", 1, "Of a missed call, the caller sends the offer.");
step_rule!(STEP_2, "missed.rs", "FLOW/missed-step-2", 2, "Of a missed call, the server acknowledges the offer.");
step_rule!(STEP_3, "missed.rs", "FLOW/missed-step-3", 3, "Of a missed call, the callee gets the offer.");
step_rule!(STEP_4, "missed.rs", "FLOW/missed-step-4", 4, "Of a missed call, the callee may say that it rings.");
step_rule!(STEP_5, "missed.rs", "FLOW/missed-step-5", 5, "A missed call ends with a terminate to the callee.");
step_rule!(STEP_6, "missed.rs", "FLOW/missed-step-6", 6, "Of a missed call, the callee acknowledges the terminate.");

flow_rule!(NO_ACCEPT, "missed.rs", "FLOW/missed-no-accept", check_no_accept(), "A missed call is never accepted.");
flow_rule!(NO_MEDIA, "missed.rs", "FLOW/missed-no-media", check_no_media(), "A missed call gets no media path.");
