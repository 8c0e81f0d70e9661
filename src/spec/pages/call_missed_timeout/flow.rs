//! Which calls end as the flow does, and what excuses a step that was not seen.

use crate::call::{Call, Outcome, Role};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};

/// Whether the callee's own client ended the call, and so had nothing to acknowledge.
pub(super) fn ended_here(call: &Call) -> Option<&'static str> {
    let end = call.progress.ended.and_then(|end| call.rows.get(end))?;
    let own = end.observed.direction() == Some(Direction::Outbound) && call.role_of(end) != Role::Caller;
    own.then_some("the callee's own client ended the call")
}

/// Whether a call between two people rang live, and rang out.
pub(super) fn is_of(call: &Call) -> bool {
    let Some(offer) = call.progress.offered.and_then(|offer| call.rows.get(offer)) else { return false };
    let stanza = offer.observed.read();
    let is_over = |name| stanza.action_node().is_none_or(|node| node.attribute(name).is_some());
    let refused = || {
        call.rows.iter().any(|row| match &row.observed.read().body {
            Body::Ack(ack) => ack.error.is_some() && row.action == Some(ActionName::Offer),
            Body::Call(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => false,
        })
    };
    !call.group
        && call.progress.outcome == Outcome::Missed
        && offer.action == Some(ActionName::Offer)
        && !stanza.is_offline()
        && !is_over("is_call_ended")
        && !is_over("terminate_reason")
        && !refused()
}
