//! Comparing two stanzas.

use data_encoding::HEXLOWER;

use super::align::{Pair, align};
use super::children::pair;
use super::json;
use super::nature::{self, Holder};
use super::part::{Part, Relation, What, differences};
use super::role::role;
use crate::call::Call;
use crate::protocol::binary::{Content, Element, Node, Value};
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
    let mut comparison = Comparison { calls: [Some(left.call), Some(right.call)], parts: Vec::new() };
    comparison.trees(ours.as_ref().map(Node::root), theirs.as_ref().map(Node::root));
    comparison.parts
}

/// What stands for any value in a stanza to compare with.
const ANY: &str = "*";

/// Compares a stanza with the form of such stanzas, in which `*` stands for any value: what differs.
#[must_use]
pub(super) fn against(left: Side<'_>, form: &Node) -> Vec<Part> {
    let node = left.call.rows.get(left.row).map(|row| row.observed.read().node.root());
    let mut comparison = Comparison { calls: [Some(left.call), None], parts: Vec::new() };
    comparison.trees(node, Some(form.root()));
    differences(comparison.parts)
}

/// A comparison being made.
struct Comparison<'a> {
    /// The calls of the two sides; `None` of a form.
    calls: [Option<&'a Call>; 2],
    parts: Vec<Part>,
}

/// An element's place: the tags around it and its own, and how many are around it.
#[derive(Clone)]
struct Place {
    element: String,
    depth: usize,
    /// Its indexes among its siblings, if they differ in a way that others' do not.
    moved: Option<(usize, usize)>,
}

impl Comparison<'_> {
    /// Walks two trees without recursion.
    fn trees<'n>(&mut self, left: Option<Element<'n>>, right: Option<Element<'n>>) {
        let tag = left.or(right).map_or_else(String::new, |node| node.tag().to_string());
        let mut open = vec![(Place { element: tag, depth: 0, moved: None }, left, right)];
        while let Some((place, left, right)) = open.pop() {
            if self.parts.len() >= PARTS {
                return;
            }
            // Two roots with different tags are two elements.
            if let (Some(ours), Some(theirs)) = (left, right)
                && ours.tag() != theirs.tag()
            {
                open.push((Place { element: theirs.tag().to_string(), ..place.clone() }, None, right));
                open.push((place, left, None));
                continue;
            }
            self.element(&place, left, right);
            let [ours, theirs] =
                [left, right].map(|node| node.into_iter().flat_map(Element::children).collect::<Vec<_>>());
            let [left_call, right_call] = self.calls;
            let forms: [&dyn Fn(Element<'_>) -> String; 2] =
                [&|node| form(left_call, node), &|node| form(right_call, node)];
            let first = open.len();
            for paired in pair([&ours, &theirs], forms) {
                let node = |nodes: &[Element<'n>], index: Option<usize>| nodes.get(index?).copied();
                let (left, right) = (node(&ours, paired.left), node(&theirs, paired.right));
                let tag = left.or(right).map_or("", |node| node.tag());
                let moved = paired.left.zip(paired.right).filter(|_| paired.is_moved);
                let element = format!("{}/{tag}", place.element);
                open.push((Place { element, depth: place.depth + 1, moved }, left, right));
            }
            if let Some(children) = open.get_mut(first..) {
                children.reverse();
            }
        }
    }

    /// Compares an element without its children.
    fn element(&mut self, place: &Place, left: Option<Element<'_>>, right: Option<Element<'_>>) {
        let relation = match (left, right) {
            (Some(_), Some(_)) if place.moved.is_some() => Relation::Moved,
            (Some(_), Some(_)) => Relation::Same,
            (Some(_), None) => Relation::OnlyLeft,
            _ => Relation::OnlyRight,
        };
        let tag = |node: Option<Element<'_>>| node.map(|node| node.tag().to_string());
        let ordinal = |index: usize| Some((index + 1).to_string());
        let (ours, theirs) = match place.moved {
            Some((left, right)) => (ordinal(left), ordinal(right)),
            None => (tag(left), tag(right)),
        };
        self.push(place, What::Element, ours, theirs, relation);
        let mut names: Vec<&str> = Vec::new();
        for attribute in [left, right].into_iter().flatten().flat_map(Element::attributes) {
            if !names.contains(&attribute.name) {
                names.push(attribute.name);
            }
        }
        for name in names {
            let value = |node: Option<Element<'_>>| node.and_then(|node| node.attribute(name)).map(text);
            self.values(place, &What::Attribute(name.to_owned()), name, value(left), value(right));
        }
        let content = |node: Option<Element<'_>>| node.and_then(|node| content(node.content()));
        let tag = left.or(right).map_or("", |node| node.tag());
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
                    let holder = if *what == What::Content { Holder::Content } else { Holder::Attribute };
                    let relation = self.relation((holder, name), left.as_deref(), right.as_deref());
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
            let relation = self.relation((Holder::Attribute, key), left.as_deref(), right.as_deref());
            if relation != Relation::Same && self.parts.len() < PARTS {
                self.push(place, What::Key(format!("{before}{path}")), left, right, relation);
            }
        }
    }

    fn relation(&self, (holder, name): (Holder, &str), left: Option<&str>, right: Option<&str>) -> Relation {
        let [left_call, right_call] = self.calls;
        let is_any = right_call.is_none() && right == Some(ANY);
        let (Some(left), Some(right)) = (left, right) else {
            // Some recordings leave content out, so that a form cannot ask for it.
            return match left {
                None if is_any && holder == Holder::Content => Relation::Random,
                None => Relation::OnlyRight,
                Some(_) => Relation::OnlyLeft,
            };
        };
        let roles = || (left_call.and_then(|call| role(call, left)), right_call.and_then(|call| role(call, right)));
        match () {
            () if left == right => Relation::Same,
            () if is_any => Relation::Random,
            () if matches!(roles(), (Some(one), Some(other)) if one == other) => Relation::SameRole,
            () if nature::is_random(holder, name, left, right) => Relation::Random,
            () => Relation::Different,
        }
    }

    fn push(&mut self, place: &Place, what: What, left: Option<String>, right: Option<String>, relation: Relation) {
        let Place { element, depth, .. } = place.clone();
        self.parts.push(Part { depth, element, what, left, right, relation });
    }
}

/// The most bytes of a form.
const FORM: usize = 4096;

/// What an element holds apart from what is random by nature and who happens to call: equal for two that differ only so.
fn form(call: Option<&Call>, node: Element<'_>) -> String {
    let of = |holder, name: &str, value: String| {
        let role = call.and_then(|call| role(call, &value));
        role.or_else(|| nature::nature(holder, name, &value)).unwrap_or(value)
    };
    let (mut form, mut open) = (String::new(), vec![node]);
    while let Some(node) = open.pop() {
        form.push('<');
        form.push_str(node.tag());
        let values = node.attributes().map(|attribute| {
            let value = of(Holder::Attribute, attribute.name, text(attribute.value));
            format!(" {}={value:?}", attribute.name)
        });
        let mut values: Vec<_> = values.collect();
        values.sort_unstable();
        form.extend(values);
        if let Some(content) = content(node.content()) {
            form.push_str(&format!(" {:?}", of(Holder::Content, node.tag(), content)));
        }
        if form.len() > FORM {
            break;
        }
        form.push_str(&format!(" {}>", node.children().len()));
        open.extend(node.children().reversed());
    }
    form
}

/// The text of a value.
fn text(value: Value<'_>) -> String {
    bounded(&value.to_text())
}

/// The text of content other than elements: bytes as hex unless they are text.
fn content(content: Content<'_>) -> Option<String> {
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
