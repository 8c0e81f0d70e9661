//! Which calls end as the flow does, and what excuses a step that was not seen.

use crate::call::{Call, Outcome, Role};
use crate::origin::Direction;
use crate::spec::observe::ringing;

/// Whether the callee's own client ended the call, and so had nothing to acknowledge.
pub(super) fn ended_here(call: &Call) -> Option<&'static str> {
    let end = call.progress.ended.and_then(|end| call.rows.get(end))?;
    let own = end.observed.direction() == Some(Direction::Outbound) && call.role_of(end) != Role::Caller;
    own.then_some("the callee's own client ended the call")
}

/// Whether a call between two people rang live, and rang out.
pub(super) fn is_of(call: &Call) -> bool {
    call.progress.outcome == Outcome::Missed && ringing::was_offered_live(call)
}
