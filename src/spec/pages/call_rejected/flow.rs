//! Which calls end as the flow does, and what excuses a step that was not seen.

use crate::call::{Call, Outcome};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::ringing;

/// Whether the decline came as a terminate, which an open question asks about.
pub(super) fn by_terminate(call: &Call) -> Option<&'static str> {
    let end = call.progress.ended.and_then(|end| call.rows.get(end))?;
    (end.action == Some(ActionName::Terminate)).then_some("a terminate carries the decline: see decline-carrier")
}

/// Whether a call between two people was declined, and not only offered from the offline queue.
pub(super) fn is_of(call: &Call) -> bool {
    let told = || call.progress.end_reason.as_deref().is_some_and(|reason| reason.starts_with("reject"));
    let is_live = call.progress.offered.is_none() || ringing::was_offered_live(call);
    !call.group
        && is_live
        && match call.progress.outcome {
            Outcome::Declined => true,
            Outcome::Elsewhere => told(),
            _ => false,
        }
}
