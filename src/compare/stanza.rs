//! Comparing two stanzas.

use data_encoding::HEXLOWER;

use super::align::{Pair, align};
use super::json;
use super::nature::is_random;
use super::part::{Part, Relation, What};
use super::role::role;
use crate::call::Call;
use crate::protocol::binary::{Content, Node, Value};
use crate::protocol::xml::as_text;

/// The most parts of a comparison, and the most bytes of one value.
const PARTS: usize = 50_000;
const VALUE: usize = 64 * 1024;

/// A stanza of a call.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The call.
    pub call: &'a Call,
    /// The stanza's row in it.
    pub row: usize,
}

/// Compares two stanzas: their parts in the order of the left stanza, with those of the right one where they belong.
#[must_use]
pub fn stanzas(left: Side<'_>, right: Side<'_>) -> Vec<Part> {
    let node = |side: Side<'_>| side.call.rows.get(side.row).map(|row| row.observed.read().node.clone());
    let (ours, theirs) = (node(left), node(right));
    let mut comparison = Comparison { calls: (left.call, right.call), parts: Vec::new() };
    comparison.trees(ours.as_ref(), theirs.as_ref());
    comparison.parts
}

/// A comparison being made.
struct Comparison<'a> {
    calls: (&'a Call, &'a Call),
    parts: Vec<Part>,
}

/// An element's place: the tags around it and its own, and how many are around it.
#[derive(Clone)]
struct Place {
    element: String,
    depth: usize,
}

impl Comparison<'_> {
    /// Walks two trees without recursion.
    fn trees(&mut self, left: Option<&Node>, right: Option<&Node>) {
        let tag = left.or(right).map_or_else(String::new, |node| node.tag.to_string());
        let mut open = vec![(Place { element: tag, depth: 0 }, left, right)];
        while let Some((place, left, right)) = open.pop() {
            if self.parts.len() >= PARTS {
                return;
            }
            // Two roots with different tags are two elements.
            if let (Some(ours), Some(theirs)) = (left, right)
                && ours.tag != theirs.tag
            {
                open.push((Place { element: theirs.tag.to_string(), ..place.clone() }, None, right));
                open.push((place, left, None));
                continue;
            }
            self.element(&place, left, right);
            let (ours, theirs) = (left.map_or(&[][..], Node::children), right.map_or(&[][..], Node::children));
            let tags = |nodes: &[Node]| nodes.iter().map(|node| node.tag.clone()).collect::<Vec<_>>();
            let first = open.len();
            for pair in align(&tags(ours), &tags(theirs)) {
                let (left, right) = match pair {
                    Pair::Both(one, other) => (ours.get(one), theirs.get(other)),
                    Pair::Left(one) => (ours.get(one), None),
                    Pair::Right(other) => (None, theirs.get(other)),
                };
                let tag = left.or(right).map_or("", |node| &node.tag);
                open.push((Place { element: format!("{}/{tag}", place.element), depth: place.depth + 1 }, left, right));
            }
            if let Some(children) = open.get_mut(first..) {
                children.reverse();
            }
        }
    }

    /// Compares an element without its children.
    fn element(&mut self, place: &Place, left: Option<&Node>, right: Option<&Node>) {
        let relation = match (left, right) {
            (Some(_), Some(_)) => Relation::Same,
            (Some(_), None) => Relation::OnlyLeft,
            _ => Relation::OnlyRight,
        };
        let tag = |node: Option<&Node>| node.map(|node| node.tag.to_string());
        self.push(place, What::Element, tag(left), tag(right), relation);
        let mut names: Vec<&str> = Vec::new();
        for attribute in [left, right].into_iter().flatten().flat_map(|node| &node.attributes) {
            if !names.contains(&attribute.name.as_ref()) {
                names.push(&attribute.name);
            }
        }
        for name in names {
            let value = |node: Option<&Node>| node.and_then(|node| node.attribute(name)).map(text);
            self.values(place, &What::Attribute(name.to_owned()), name, value(left), value(right));
        }
        let content = |node: Option<&Node>| node.and_then(|node| content(&node.content));
        let tag = left.or(right).map_or("", |node| &node.tag);
        self.values(place, &What::Content, tag, content(left), content(right));
    }

    /// Compares two values: by key if both are JSON.
    fn values(&mut self, place: &Place, what: &What, name: &str, left: Option<String>, right: Option<String>) {
        let entries = |value: &Option<String>| value.as_deref().and_then(json::entries);
        match (entries(&left), entries(&right)) {
            (Some(ours), Some(theirs)) if left != right => {
                let before = match what {
                    What::Attribute(name) => format!("{name}:"),
                    What::Element | What::Content | What::Key(_) => String::new(),
                };
                self.keys(place, &before, &ours, &theirs);
            }
            _ => {
                if left.is_some() || right.is_some() {
                    let relation = self.relation(name, left.as_deref(), right.as_deref());
                    self.push(place, what.clone(), left, right, relation);
                }
            }
        }
    }

    /// Compares JSON by key. Keys with equal values are left out, since there are hundreds.
    fn keys(&mut self, place: &Place, before: &str, left: &[json::Entry], right: &[json::Entry]) {
        let paths = |entries: &[json::Entry]| entries.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
        for pair in align(&paths(left), &paths(right)) {
            let (ours, theirs) = match pair {
                Pair::Both(one, other) => (left.get(one), right.get(other)),
                Pair::Left(one) => (left.get(one), None),
                Pair::Right(other) => (None, right.get(other)),
            };
            let value = |entry: Option<&json::Entry>| entry.map(|(_, value)| value.clone());
            let Some((path, _)) = ours.or(theirs) else { continue };
            let (left, right) = (value(ours), value(theirs));
            let key = path.rsplit('.').next().unwrap_or(path);
            let relation = self.relation(key, left.as_deref(), right.as_deref());
            if relation != Relation::Same && self.parts.len() < PARTS {
                self.push(place, What::Key(format!("{before}{path}")), left, right, relation);
            }
        }
    }

    fn relation(&self, name: &str, left: Option<&str>, right: Option<&str>) -> Relation {
        let (Some(left), Some(right)) = (left, right) else {
            return if left.is_some() { Relation::OnlyLeft } else { Relation::OnlyRight };
        };
        let roles = || (role(self.calls.0, left), role(self.calls.1, right));
        match () {
            () if left == right => Relation::Same,
            () if matches!(roles(), (Some(one), Some(other)) if one == other) => Relation::SameRole,
            () if is_random(name, left, right) => Relation::Random,
            () => Relation::Different,
        }
    }

    fn push(&mut self, place: &Place, what: What, left: Option<String>, right: Option<String>, relation: Relation) {
        let Place { element, depth } = place.clone();
        self.parts.push(Part { depth, element, what, left, right, relation });
    }
}

/// The text of a value.
fn text(value: &Value) -> String {
    bounded(&value.to_text())
}

/// The text of content other than elements: bytes as hex unless they are text.
fn content(content: &Content) -> Option<String> {
    match content {
        Content::Bytes(bytes) if !bytes.is_empty() => Some(match as_text(bytes) {
            Some(text) => bounded(text),
            None => HEXLOWER.encode(bytes.get(..VALUE / 2).unwrap_or(bytes)),
        }),
        Content::Value(value) => Some(text(value)),
        Content::Elided(length) => Some(format!("{length} bytes")),
        Content::None | Content::Nodes(_) | Content::Bytes(_) => None,
    }
}

fn bounded(text: &str) -> String {
    text.get(..text.floor_char_boundary(VALUE)).unwrap_or(text).to_owned()
}
