//! `<call>`.

use super::action::Action;
use crate::protocol::binary::{Jid, Node};

/// Reads the action of a `<call>` that is addressed to `to`.
pub(super) fn read(node: &Node, to: Option<&Jid>) -> Option<Action> {
    let mut action = Action::read(node.children().first()?);
    // Heartbeats name their call only in the address, `{call-id}@call`.
    if action.call_id.is_none()
        && let Some(to) = to
        && to.server == "call"
        && !to.user.is_empty()
    {
        action.call_id = Some(to.user.clone());
    }
    Some(action)
}
