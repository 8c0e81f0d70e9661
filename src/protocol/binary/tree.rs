//! The nodes of WABinary: lists of a tag, attributes and content.

use super::reader::{BINARY_8, BINARY_20, BINARY_32, LIST_8, LIST_16, LIST_EMPTY, Reader};
use super::{Attribute, Content, Node, Reason, Span};

/// How deep nodes may nest. Real ones stay below 16.
pub(super) const DEPTH_LIMIT: usize = 128;

/// How many nodes and attributes one stanza may have: far above the largest group, and a bound for what a few
/// inflated bytes each cost in memory.
pub(super) const ITEM_LIMIT: usize = 1 << 18;

/// The least bytes that a child takes: a list of one, and its tag.
const LEAST_NODE: usize = 3;

/// The least bytes that an attribute takes: two tokens.
const LEAST_ATTRIBUTE: usize = 2;

/// How many items of a list are given room before they are seen.
const ROOM: usize = 32;

/// Reads the node that `reader` stands at, or what of it can be read before `reader` stops.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Node> {
    let mut node = Node::default();
    let _ = Tree { reader, items: 0 }.node(&mut node, 0);
    is_begun(&node).then_some(node)
}

/// Whether at least the tag was read, which is never empty.
fn is_begun(node: &Node) -> bool {
    !node.tag.is_empty()
}

struct Tree<'r, 'a> {
    reader: &'r mut Reader<'a>,
    items: usize,
}

impl Tree<'_, '_> {
    /// Fills `node` as far as it can be read. Recursion ends at [`DEPTH_LIMIT`].
    fn node(&mut self, node: &mut Node, depth: usize) -> Option<()> {
        let start = self.reader.offset();
        let outcome = self.parts(node, depth);
        node.span = Span { start, end: self.reader.offset() };
        outcome
    }

    fn parts(&mut self, node: &mut Node, depth: usize) -> Option<()> {
        self.count()?;
        if depth == DEPTH_LIMIT {
            return self.reader.fail(Reason::TooDeep);
        }
        let items = self.reader.list_size()?;
        if items == 0 {
            return self.reader.fail(Reason::EmptyNode);
        }
        node.tag = self.reader.name()?;
        self.attributes(&mut node.attributes, (items - 1) / 2)?;
        if items.is_multiple_of(2) {
            self.content(&mut node.content, depth)?;
        }
        Some(())
    }

    fn attributes(&mut self, attributes: &mut Vec<Attribute>, count: usize) -> Option<()> {
        attributes.reserve_exact(self.room(count, LEAST_ATTRIBUTE));
        for _ in 0..count {
            self.count()?;
            let start = self.reader.offset();
            let name = self.reader.name()?;
            let value = self.reader.value()?;
            attributes.push(Attribute { name, value, span: Span { start, end: self.reader.offset() } });
        }
        Some(())
    }

    fn content(&mut self, content: &mut Content, depth: usize) -> Option<()> {
        match self.reader.peek() {
            Some(LIST_EMPTY | LIST_8 | LIST_16) => {
                let count = self.reader.list_size()?;
                let mut nodes = Vec::with_capacity(self.room(count, LEAST_NODE));
                let outcome = self.nodes(&mut nodes, count, depth + 1);
                *content = Content::Nodes(nodes);
                outcome
            }
            Some(BINARY_8 | BINARY_20 | BINARY_32) => {
                *content = Content::Bytes(self.reader.bytes()?.into());
                Some(())
            }
            _ => {
                *content = Content::Value(self.reader.value()?);
                Some(())
            }
        }
    }

    fn nodes(&mut self, nodes: &mut Vec<Node>, count: usize, depth: usize) -> Option<()> {
        for _ in 0..count {
            let child = nodes.push_mut(Node::default());
            if self.node(child, depth).is_none() {
                if !is_begun(child) {
                    nodes.pop();
                }
                return None;
            }
        }
        Some(())
    }

    /// Counts one more node or attribute.
    fn count(&mut self) -> Option<()> {
        self.reader.begin();
        self.items += 1;
        if self.items > ITEM_LIMIT { self.reader.fail(Reason::TooMany) } else { Some(()) }
    }

    /// How many items of a list to make room for: no more than it claims and the bytes left can hold.
    fn room(&self, claimed: usize, least: usize) -> usize {
        claimed.min(self.reader.left() / least).min(ROOM)
    }
}
