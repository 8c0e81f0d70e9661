//! Answers to stanzas: `<ack>` and `<receipt>`.

use super::action::Action;
use crate::protocol::binary::Element;

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ack {
    /// `class`: the tag of the acknowledged stanza.
    pub class: Option<Box<str>>,
    /// `type`: often, but not always, the action of the acknowledged stanza.
    pub kind: Option<Box<str>>,
    /// The `call-id` of a child; only acks of offers and of relay latencies carry one.
    pub call_id: Option<Box<str>>,
    /// The error, from the `error` attribute, an `<error>` child, or both.
    pub error: Option<AckError>,
}

/// Why a stanza was refused, as its ack says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AckError {
    /// `code` of the child, or else the `error` attribute.
    pub code: Option<Box<str>>,
    /// `text` of the child.
    pub text: Option<Box<str>>,
}

impl Ack {
    /// Reads an `<ack>`.
    pub(super) fn read(node: Element<'_>) -> Self {
        let text = |name| node.text(name).map(Into::into);
        let call_id = node.children().find_map(|child| child.text("call-id"));
        let attribute: Option<Box<str>> = text("error");
        let child = node.child("error");
        let error = (attribute.is_some() || child.is_some()).then(|| AckError {
            code: child.and_then(|error| error.text("code")).map(Into::into).or(attribute),
            text: child.and_then(|error| error.text("text")).map(Into::into),
        });
        Self { class: text("class"), kind: text("type"), call_id: call_id.map(Into::into), error }
    }
}

/// A receipt. The receipt of a call stanza echoes its id, and usually names its action and call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// `type`, absent from most receipts of calls.
    pub kind: Option<Box<str>>,
    /// The first child that carries a `call-id`: the action that the receipt is for.
    pub action: Option<Action>,
}

impl Receipt {
    /// Reads a `<receipt>`.
    pub(super) fn read(node: Element<'_>) -> Self {
        let child = node.children().find(|child| child.attribute("call-id").is_some());
        Self { kind: node.text("type").map(Into::into), action: child.map(Action::read) }
    }
}
