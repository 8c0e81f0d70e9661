//! The nodes of WABinary: lists of a tag, attributes and content.

use super::reader::{BINARY_8, BINARY_20, BINARY_32, LIST_8, LIST_16, LIST_EMPTY, Reader};
use super::{Attribute, Content, Node, Reason, Span, Stop};

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

/// Reads the node that `reader` stands at, or what of it can be read, and why reading stopped.
pub(super) fn read(reader: &mut Reader<'_>) -> (Option<Node>, Option<Stop>) {
    let mut node = Node::default();
    let stop = Tree { reader, items: 0 }.node(&mut node, 0).err();
    (is_begun(&node).then_some(node), stop)
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
    fn node(&mut self, node: &mut Node, depth: usize) -> Result<(), Stop> {
        let start = self.reader.offset();
        let outcome = self.parts(node, depth);
        node.span = Span { start, end: self.reader.offset() };
        outcome
    }

    fn parts(&mut self, node: &mut Node, depth: usize) -> Result<(), Stop> {
        if depth == DEPTH_LIMIT {
            return Err(Stop { reason: Reason::TooDeep, offset: self.reader.offset() });
        }
        self.count()?;
        let items = self.reader.located(|reader| match reader.list_size()? {
            0 => Err(Reason::EmptyNode),
            items => Ok(items),
        })?;
        node.tag = self.reader.located(Reader::name)?;
        self.attributes(&mut node.attributes, (items - 1) / 2)?;
        if items.is_multiple_of(2) { self.content(&mut node.content, depth) } else { Ok(()) }
    }

    fn attributes(&mut self, attributes: &mut Vec<Attribute>, count: usize) -> Result<(), Stop> {
        attributes.reserve_exact(self.room(count, LEAST_ATTRIBUTE));
        for _ in 0..count {
            self.count()?;
            let start = self.reader.offset();
            let name = self.reader.located(Reader::name)?;
            let value = self.reader.located(Reader::value)?;
            attributes.push(Attribute { name, value, span: Span { start, end: self.reader.offset() } });
        }
        Ok(())
    }

    fn content(&mut self, content: &mut Content, depth: usize) -> Result<(), Stop> {
        match self.reader.peek() {
            Some(LIST_EMPTY | LIST_8 | LIST_16) => {
                let count = self.reader.located(Reader::list_size)?;
                let mut nodes = Vec::with_capacity(self.room(count, LEAST_NODE));
                let outcome = self.nodes(&mut nodes, count, depth + 1);
                *content = Content::Nodes(nodes);
                outcome
            }
            Some(BINARY_8 | BINARY_20 | BINARY_32) => {
                *content = Content::Bytes(self.reader.located(Reader::bytes)?.into());
                Ok(())
            }
            _ => {
                *content = Content::Value(self.reader.located(Reader::value)?);
                Ok(())
            }
        }
    }

    fn nodes(&mut self, nodes: &mut Vec<Node>, count: usize, depth: usize) -> Result<(), Stop> {
        for _ in 0..count {
            let mut child = Node::default();
            let outcome = self.node(&mut child, depth);
            if is_begun(&child) {
                nodes.push(child);
            }
            outcome?;
        }
        Ok(())
    }

    /// Counts one more node or attribute.
    fn count(&mut self) -> Result<(), Stop> {
        self.items += 1;
        if self.items > ITEM_LIMIT {
            return Err(Stop { reason: Reason::TooMany, offset: self.reader.offset() });
        }
        Ok(())
    }

    /// How many items of a list to make room for: no more than it claims and the bytes left can hold.
    fn room(&self, claimed: usize, least: usize) -> usize {
        claimed.min(self.reader.left() / least).min(ROOM)
    }
}
