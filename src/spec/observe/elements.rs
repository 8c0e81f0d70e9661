//! What an element holds, where its meaning is the question.

use foldhash::HashMap;

use crate::call::{Call, Row};
use crate::protocol::binary::{Content, Node};
use crate::protocol::stanza::{ActionName, Body};

/// The most bytes that are spelled out.
const SPELLED: usize = 16;

/// The bytes in an element, if the recording has them.
#[must_use]
pub const fn bytes(node: &Node) -> Option<&[u8]> {
    match &node.content {
        Content::Bytes(bytes) => Some(bytes),
        Content::None | Content::Nodes(_) | Content::Value(_) | Content::Elided(_) => None,
    }
}

/// How many bytes an element holds, also where the recording has no more than their number.
#[must_use]
pub fn length(node: &Node) -> Option<u64> {
    match &node.content {
        Content::None => Some(0),
        Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        Content::Elided(length) => Some(*length),
        Content::Nodes(_) | Content::Value(_) => None,
    }
}

/// The length in words: `6 bytes`.
#[must_use]
pub fn size(node: &Node) -> String {
    match length(node) {
        Some(0) => "empty".to_owned(),
        Some(1) => "1 byte".to_owned(),
        Some(length) => format!("{length} bytes"),
        None => "no bytes".to_owned(),
    }
}

/// A few bytes spelled out in lower-case hex, the size of more, or of those that the recording leaves out.
#[must_use]
pub fn spelled(node: &Node) -> String {
    match bytes(node) {
        Some(bytes) if (1..=SPELLED).contains(&bytes.len()) => data_encoding::HEXLOWER.encode(bytes),
        _ => size(node),
    }
}

/// A clause on what a binary address would be that long: four or sixteen bytes, and two for the port.
#[must_use]
pub fn address_of(length: u64) -> &'static str {
    match length {
        6 => ", as long as an IPv4 address with its port",
        18 => ", as long as an IPv6 address with its port",
        _ => "",
    }
}

/// Where in the offer of a call, or in the server's ack of it, the same bytes stand.
#[derive(Debug, Default)]
pub struct Announced<'c>(HashMap<&'c [u8], &'c str>);

impl<'c> Announced<'c> {
    /// What the offers of a call and their acks hold, in any element.
    #[must_use]
    pub fn of(call: &'c Call) -> Self {
        let mut known = HashMap::default();
        for announcement in call.rows.iter().filter_map(announcement) {
            let mut open = vec![announcement];
            while let Some(node) = open.pop() {
                if let Some(bytes) = bytes(node).filter(|bytes| bytes.len() >= LEAST) {
                    known.entry(bytes).or_insert(node.tag.as_ref());
                }
                open.extend(node.children());
            }
        }
        Self(known)
    }

    /// The tag of the element there that holds the same bytes.
    #[must_use]
    pub fn holder(&self, node: &Node) -> Option<&'c str> {
        self.0.get(bytes(node)?).copied()
    }
}

/// The element with what a row announces of its call, if it is an offer, or an ack of one.
#[must_use]
pub fn announcement(row: &Row) -> Option<&Node> {
    let stanza = row.observed.read();
    match &stanza.body {
        Body::Call(Some(action)) if action.name == ActionName::Offer => stanza.action_node(),
        Body::Ack(_) if row.action == Some(ActionName::Offer) => Some(&stanza.node),
        Body::Call(_) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    }
}

/// Fewer bytes can be the same by chance.
const LEAST: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_spelled_or_counted() {
        let node = |content| Node { tag: "te".into(), content, ..Node::default() };
        assert_eq!(spelled(&node(Content::Bytes([1, 0xf7].into()))), "01f7");
        assert_eq!(spelled(&node(Content::Bytes([0; 17].into()))), "17 bytes");
        assert_eq!(spelled(&node(Content::Elided(7))), "7 bytes");
        assert_eq!(spelled(&node(Content::None)), "empty");
        assert_eq!(size(&node(Content::Nodes(Vec::new()))), "no bytes");
    }
}
