//! `<ack>`.

use crate::protocol::binary::Node;

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// `class`: the tag of what is acknowledged.
    pub class: Option<Box<str>>,
    /// `type`: often, not always, the action of what is acknowledged.
    pub kind: Option<Box<str>>,
    /// The `call-id` of a child; only acks of offers and of relay latencies carry one.
    pub call_id: Option<Box<str>>,
    /// The error, from the `error` attribute, an `<error>` child, or both.
    pub error: Option<AckError>,
}

/// Why what an ack answers was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AckError {
    /// `code` of the child, else the `error` attribute.
    pub code: Option<Box<str>>,
    /// `text` of the child.
    pub text: Option<Box<str>>,
}

/// Reads an `<ack>`.
pub(super) fn read(node: &Node) -> Ack {
    let text = |name| node.text(name).map(Into::into);
    let call_id = node.children().iter().find_map(|child| child.text("call-id"));
    let attribute: Option<Box<str>> = text("error");
    let child = node.child("error");
    let error = (attribute.is_some() || child.is_some()).then(|| AckError {
        code: child.and_then(|error| error.text("code")).map(Into::into).or(attribute),
        text: child.and_then(|error| error.text("text")).map(Into::into),
    });
    Ack { class: text("class"), kind: text("type"), call_id: call_id.map(Into::into), error }
}
