//! Candidates for the media path in a call stanza, in the spellings that the spec's pages know.

use crate::protocol::binary::{Content, Node};

/// The candidates in an action: `<te>` and `<endpoint>`, also inside its `<destination>`.
pub fn of(action: &Node) -> impl Iterator<Item = &Node> {
    let listed = action.children().iter().filter(|child| child.tag == "destination");
    let nested = listed.flat_map(Node::children);
    action.children().iter().chain(nested).filter(|child| child.tag == "te" || child.tag == "endpoint")
}

/// How many candidates are in an action.
#[must_use]
pub fn count(action: &Node) -> usize {
    of(action).count()
}

/// Whether a candidate has its address as attributes.
#[must_use]
pub fn is_spelled_out(candidate: &Node) -> bool {
    ["ip", "port"].into_iter().any(|name| candidate.attribute(name).is_some())
}

/// How many bytes a candidate has as its content; `None` where it has no bytes.
#[must_use]
pub fn packed(candidate: &Node) -> Option<u64> {
    match &candidate.content {
        Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        Content::Elided(length) => Some(*length),
        Content::None | Content::Nodes(_) | Content::Value(_) => None,
    }
    .filter(|length| *length > 0)
}

/// The wrapped keys in an action: `<enc>`, also for each device in its `<destination>`.
pub fn wrapped_keys(action: &Node) -> impl Iterator<Item = &Node> {
    action.children().iter().filter(|child| child.tag == "enc").chain(keys_by_device(action))
}

/// The wrapped keys for each device in the `<destination>` of an action.
pub fn keys_by_device(action: &Node) -> impl Iterator<Item = &Node> {
    let listed = action.children().iter().filter(|child| child.tag == "destination");
    let members = listed.flat_map(Node::children).filter(|member| member.tag == "to");
    members.flat_map(Node::children).filter(|child| child.tag == "enc")
}
