//! What the server changed in a stanza on its way.

use std::collections::{BTreeMap, HashMap};

use super::model::Call;
use crate::protocol::binary::{Content, Element};

/// A difference between a delivered copy and its original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The element: tags from the root on, joined by `/`. Untrusted text.
    pub element: String,
    /// Which part of it.
    pub what: What,
    /// How it differs.
    pub how: How,
}

/// The part of an element that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// An attribute of this name. Untrusted text.
    Attribute(String),
    /// A child of this tag. Untrusted text.
    Child(String),
    /// Its content other than children.
    Content,
    /// The order of its children.
    Order,
}

/// How a part differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// Only the copy has it.
    Added,
    /// Only the original has it.
    Dropped,
    /// Both have it, and it differs.
    Changed,
}

impl Call {
    /// Returns what differs in row `copy` from the stanza as its originator sent it; `None` if the row is not a copy.
    #[must_use]
    pub fn changes(&self, copy: usize) -> Option<Vec<Change>> {
        let copy = self.rows.get(copy)?;
        let original = self.rows.get(copy.copy_of.get()?)?;
        Some(changes(original.observed.read().node.root(), copy.observed.read().node.root()))
    }
}

/// Returns what differs in `copy`, element by element.
fn changes(original: Element<'_>, copy: Element<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut left = vec![(original.tag().to_string(), original, copy)];
    while let Some((element, original, copy)) = left.pop() {
        let mut note = |what, how| changes.push(Change { element: element.clone(), what, how });
        for attribute in original.attributes() {
            let what = || What::Attribute(attribute.name.to_string());
            match copy.attribute(attribute.name) {
                None => note(what(), How::Dropped),
                Some(value) if value.to_text() != attribute.value.to_text() => note(what(), How::Changed),
                Some(_) => {}
            }
        }
        for attribute in copy.attributes() {
            if original.attribute(attribute.name).is_none() {
                note(What::Attribute(attribute.name.to_string()), How::Added);
            }
        }
        let (ours, theirs) = (numbered(original), numbered(copy));
        for (key, _) in ours.iter().filter(|(key, _)| !theirs.contains_key(*key)) {
            note(What::Child(key.0.to_owned()), How::Dropped);
        }
        let mut kept = Vec::new();
        for (key, (_, child)) in &theirs {
            match ours.get(key) {
                None => note(What::Child(key.0.to_owned()), How::Added),
                Some((place, before)) => kept.push((*place, *key, *before, *child)),
            }
        }
        if !(original.children().is_empty() && copy.children().is_empty()) {
            let place = |key: &(&str, usize)| theirs.get(key).map(|(place, _)| *place);
            kept.sort_by_key(|(place, ..)| *place);
            if !kept.iter().map(|(_, key, ..)| place(key)).is_sorted() {
                note(What::Order, How::Changed);
            }
        } else if matches!((bytes(original), bytes(copy)), (Some(before), Some(after)) if before != after) {
            note(What::Content, How::Changed);
        }
        let deeper = kept.iter().rev().map(|(_, key, before, after)| (format!("{element}/{}", key.0), *before, *after));
        left.extend(deeper);
    }
    changes
}

/// Returns the children, each with its place, by tag and ordinal among those of the tag.
fn numbered(node: Element<'_>) -> BTreeMap<(&str, usize), (usize, Element<'_>)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let children = node.children().enumerate().map(|(place, child)| {
        let count = counts.entry(child.tag()).or_default();
        *count += 1;
        ((child.tag(), *count), (place, child))
    });
    children.collect()
}

/// Returns a node's content other than children, whether it was encoded as a token or as bytes; `None` where a log left
/// it out.
fn bytes(node: Element<'_>) -> Option<Vec<u8>> {
    match node.content() {
        Content::None | Content::Nodes(_) => Some(Vec::new()),
        Content::Bytes(bytes) => Some(bytes.to_vec()),
        Content::Value(value) => Some(value.to_text().as_bytes().to_vec()),
        Content::Elided(_) => None,
    }
}
