//! The flow of a call that the callee declines.
//!
//! *What the spec says.* The caller offers (1); the offer reaches the callee (2), whose device sends a reject (3) that
//! the server acknowledges (4) and passes on to the caller (5); the callee's other devices get a terminate that says
//! that the call was rejected elsewhere (6). Steps 4 and 6 are speculative, the others probable. Nobody accepts, and
//! no media path is set up.
//!
//! *What is checked.* Every call between two people that really ended so: declined, or told to the recorded device as
//! rejected elsewhere; a terminate to sibling devices is no end. Each step by itself, at the connections that can show
//! it: seen in its place holds; absent from a connection that was recorded whole breaks the rule; after a later step
//! breaks it; once more is news, and so is another sender than the page draws. That nobody accepted and no relay was
//! elected. Looking for relays while the call rings is the discrepancy `reject-no-media`, a missing step 6 the
//! discrepancy `terminate-after-reject`, and a decline without a reject the question `decline-carrier`.
//!
//! *What a capture cannot show.* Steps between others than the recorded devices and the server. Who made what came in:
//! the server stamps its sender.

use super::checking::{check_no_accept, check_no_media, check_step, flow_rule, step_rule};
use super::{End, Flow, Passes, Step};
use crate::call::{Call, Outcome};
use crate::protocol::stanza::ActionName;
use crate::spec::{Grade, Rule};

/// The flow.
pub(super) static FLOW: Flow = Flow {
    page: "call-rejected",
    name: "rejected",
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
            to: End::Offered,
            passes: Passes::Call(ActionName::Offer),
            confidence: "probable",
            may_miss: |_| None,
            or_from: None,
        },
        Step {
            from: End::Callee,
            to: End::Server,
            passes: Passes::Call(ActionName::Reject),
            confidence: "probable",
            may_miss: by_terminate,
            or_from: None,
        },
        Step {
            from: End::Server,
            to: End::Callee,
            passes: Passes::Ack(ActionName::Reject),
            confidence: "speculative",
            may_miss: |_| None,
            or_from: None,
        },
        Step {
            from: End::Server,
            to: End::Caller,
            passes: Passes::Call(ActionName::Reject),
            confidence: "probable",
            may_miss: by_terminate,
            or_from: None,
        },
        Step {
            from: End::Server,
            to: End::Siblings,
            passes: Passes::Call(ActionName::Terminate),
            confidence: "speculative",
            may_miss: |_| Some("see terminate-after-reject"),
            or_from: Some(End::Caller),
        },
    ],
    is_of,
};

/// Whether the decline came as a terminate, which an open question asks about.
fn by_terminate(call: &Call) -> Option<&'static str> {
    let end = call.course.ended.and_then(|end| call.rows.get(end))?;
    (end.action == Some(ActionName::Terminate)).then_some("a terminate carries the decline, see decline-carrier")
}

/// Whether a call between two people was declined.
fn is_of(call: &Call) -> bool {
    let told = || call.course.end_reason.as_deref().is_some_and(|reason| reason.starts_with("reject"));
    !call.group
        && match call.course.outcome {
            Outcome::Declined => true,
            Outcome::Elsewhere => told(),
            _ => false,
        }
}

step_rule!(STEP_1, "rejected.rs", "FLOW/rejected-step-1", 1, "Of a declined call, the caller sends the offer.");
step_rule!(STEP_2, "rejected.rs", "FLOW/rejected-step-2", 2, "Of a declined call, the callee gets the offer.");
step_rule!(STEP_3, "rejected.rs", "FLOW/rejected-step-3", 3, "Of a declined call, the callee sends a reject.");
step_rule!(STEP_4, "rejected.rs", "FLOW/rejected-step-4", 4, "Of a declined call, the server acknowledges the reject.");
step_rule!(STEP_5, "rejected.rs", "FLOW/rejected-step-5", 5, "Of a declined call, the caller gets the reject.");
step_rule!(
    STEP_6,
    "rejected.rs",
    "FLOW/rejected-step-6",
    6,
    "Of a declined call, the callee's other devices are told."
);

flow_rule!(
    NO_ACCEPT,
    "rejected.rs",
    "FLOW/rejected-no-accept",
    check_no_accept(),
    "A declined call is never accepted."
);
flow_rule!(NO_MEDIA, "rejected.rs", "FLOW/rejected-no-media", check_no_media(), "A declined call gets no media path.");
