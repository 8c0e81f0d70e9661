//! What an element holds, where its meaning is the question.

use foldhash::HashMap;

use crate::call::{Call, Row};
use crate::protocol::binary::{Content, Element};

/// The most bytes that are spelled out.
const SPELLED: usize = 16;

/// How many bytes an element holds, also where the recording has no more than their number.
#[must_use]
pub fn length(node: Element<'_>) -> Option<u64> {
    match node.content() {
        Content::None => Some(0),
        Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        Content::Elided(length) => Some(length),
        Content::Nodes(_) | Content::Value(_) => None,
    }
}

/// The length in words: `6 bytes`.
#[must_use]
pub fn size(node: Element<'_>) -> String {
    match length(node) {
        Some(0) => "empty".to_owned(),
        Some(1) => "1 byte".to_owned(),
        Some(length) => format!("{length} bytes"),
        None => "no bytes".to_owned(),
    }
}

/// A few bytes spelled out in lower-case hex, the size of more, or of those that the recording leaves out.
#[must_use]
pub fn spelled(node: Element<'_>) -> String {
    match node.bytes() {
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
        for announcement in call.rows.iter().filter_map(Row::announcement) {
            let mut open = vec![announcement];
            while let Some(node) = open.pop() {
                if let Some(bytes) = node.bytes().filter(|bytes| bytes.len() >= LEAST) {
                    known.entry(bytes).or_insert(node.tag());
                }
                open.extend(node.children());
            }
        }
        Self(known)
    }

    /// The tag of the element there that holds the same bytes.
    #[must_use]
    pub fn holder(&self, node: Element<'_>) -> Option<&'c str> {
        self.0.get(node.bytes()?).copied()
    }
}

/// Fewer bytes can be the same by chance.
const LEAST: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::NodeBuilder;

    #[test]
    fn bytes_are_spelled_or_counted() {
        let node = |content| {
            let mut builder = NodeBuilder::default();
            builder.start("te");
            builder.content(content);
            builder.finish()
        };
        assert_eq!(spelled(node(Content::Bytes(&[1, 0xf7])).root()), "01f7");
        assert_eq!(spelled(node(Content::Bytes(&[0; 17])).root()), "17 bytes");
        assert_eq!(spelled(node(Content::Elided(7)).root()), "7 bytes");
        assert_eq!(spelled(node(Content::None).root()), "empty");
        let mut list = NodeBuilder::default();
        list.start("te");
        list.list();
        assert_eq!(size(list.finish().root()), "no bytes");
    }
}
