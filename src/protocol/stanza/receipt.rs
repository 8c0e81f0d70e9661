//! `<receipt>`.

use super::action::Action;
use crate::protocol::binary::Node;

/// A receipt. One that answers a call stanza echoes its id, and mostly names its action and call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// `type`, absent on most receipts of calls.
    pub kind: Option<Box<str>>,
    /// The first child that carries a `call-id`: the action that the receipt is for.
    pub action: Option<Action>,
}

/// Reads a `<receipt>`.
pub(super) fn read(node: &Node) -> Receipt {
    let child = node.children().iter().find(|child| child.attribute("call-id").is_some());
    Receipt { kind: node.text("type").map(Into::into), action: child.map(Action::read) }
}
