//! Making a node.

use std::ops::Range;

use super::dictionary::Word;
use super::jid::Jid;
use super::node::{ATTRIBUTE, Content, ELEMENT, Element, HEAD, Node, Part};
use super::value::{Span, Value};

/// How many of the last addresses are compared with the next one, so that one that repeats is kept once.
const RECENT: usize = 8;

/// Makes a [`Node`], part by part in document order.
///
/// ```
/// use ringtrace::protocol::binary::{NodeBuilder, Value};
///
/// let mut builder = NodeBuilder::default();
/// builder.start("call");
/// builder.attribute("id", Value::Text("1"));
/// builder.start("terminate");
/// builder.end();
/// builder.end();
/// let node = builder.finish();
/// assert_eq!(node.text("id").as_deref(), Some("1"));
/// assert_eq!(node.child("terminate").map(|child| child.attributes().len()), Some(0));
/// ```
#[derive(Debug)]
pub struct NodeBuilder {
    elements: Vec<[u32; ELEMENT]>,
    attributes: Vec<[u32; ATTRIBUTE]>,
    text_ends: Vec<u32>,
    text: String,
    byte_ends: Vec<u32>,
    bytes: Vec<u8>,
    jids: Vec<Jid>,
    /// The spans of elements and of attributes; fewer if the last ones have none.
    spans: [Vec<Span>; 2],
    /// The indexes of the elements that have begun and not ended.
    open: Vec<u32>,
}

impl Default for NodeBuilder {
    /// Has room for a usual stanza, so that its buffers need not grow.
    fn default() -> Self {
        Self {
            elements: Vec::with_capacity(8),
            attributes: Vec::with_capacity(24),
            text_ends: Vec::with_capacity(16),
            text: String::with_capacity(256),
            byte_ends: Vec::new(),
            bytes: Vec::new(),
            jids: Vec::with_capacity(4),
            spans: Default::default(),
            open: Vec::with_capacity(8),
        }
    }
}

impl NodeBuilder {
    /// Begins an element, inside the innermost one that has not ended.
    pub fn start(&mut self, tag: &str) {
        let tag = self.string(tag);
        self.set_content(Part::Nodes);
        self.open.push(number(self.elements.len()));
        self.elements.push([tag.packed(), number(self.attributes.len()), 0, Part::None.packed()]);
    }

    /// Adds an attribute to the element that has just begun.
    pub fn attribute(&mut self, name: &str, value: Value<'_>) {
        let (name, value) = (self.string(name), self.value(value));
        self.attributes.push([name.packed(), value.packed()]);
        let end = number(self.attributes.len());
        if let Some([_, attributes, ..]) = self.elements.last_mut() {
            *attributes = end;
        }
    }

    /// Sets the byte range of the attribute that was added last.
    pub(super) fn attribute_span(&mut self, span: Span) {
        let [_, spans] = &mut self.spans;
        spans.resize(self.attributes.len().saturating_sub(1), Span::default());
        spans.push(span);
    }

    /// Sets bytes as the content of the innermost element.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let index = self.byte_string(bytes);
        self.set_content(Part::Bytes(index));
    }

    /// Sets the content of the innermost element. Of child elements, this copies each.
    pub fn content(&mut self, content: Content<'_>) {
        match content {
            Content::None => self.set_content(Part::None),
            Content::Nodes(children) => {
                self.set_content(Part::Nodes);
                children.for_each(|child| self.element(child));
            }
            Content::Bytes(bytes) => self.bytes(bytes),
            Content::Value(value) => {
                let part = self.value(value);
                self.set_content(part);
            }
            Content::Elided(length) => {
                let index = self.byte_string(&length.to_le_bytes());
                self.set_content(Part::Elided(index));
            }
        }
    }

    /// Makes the content of the innermost element a list of child elements, even if none follows.
    pub fn list(&mut self) {
        self.set_content(Part::Nodes);
    }

    /// Adds a copy of an element with everything inside it, without the spans.
    pub fn element(&mut self, element: Element<'_>) {
        // A loop rather than recursion: how deep an element nests is up to the sender.
        let depth = self.open.len();
        let mut left = vec![(element, depth)];
        while let Some((element, depth)) = left.pop() {
            while self.open.len() > depth {
                self.end();
            }
            self.start(element.tag());
            element.attributes().for_each(|attribute| self.attribute(attribute.name, attribute.value));
            match element.content() {
                Content::Nodes(children) => {
                    self.list();
                    let first = left.len();
                    left.extend(children.map(|child| (child, depth + 1)));
                    left.get_mut(first..).unwrap_or_default().reverse();
                }
                content => self.content(content),
            }
        }
        while self.open.len() > depth {
            self.end();
        }
    }

    /// Ends the innermost element.
    pub fn end(&mut self) {
        let end = number(self.elements.len());
        if let Some(index) = self.open.pop()
            && let Some([_, _, last, _]) = self.elements.get_mut(index as usize)
        {
            *last = end;
        }
    }

    /// Ends the innermost element, which was read from this byte range.
    pub(super) fn end_at(&mut self, span: Span) {
        if let Some(index) = self.open.last() {
            let index = *index as usize;
            let [spans, _] = &mut self.spans;
            if spans.len() <= index {
                spans.resize(index + 1, Span::default());
            }
            if let Some(known) = spans.get_mut(index) {
                *known = span;
            }
        }
        self.end();
    }

    /// Returns the tags of the elements that have begun and not ended, the innermost first.
    pub fn open_tags(&self) -> impl Iterator<Item = &str> {
        self.open.iter().rev().map(|index| match self.elements.get(*index as usize).map(|[tag, ..]| Part::of(*tag)) {
            Some(Part::Word(word)) => Word::of_index(word).as_str(),
            Some(Part::Text(text)) => self.text.get(range(&self.text_ends, text)).unwrap_or_default(),
            _ => "",
        })
    }

    /// Returns whether the innermost element has child elements.
    #[must_use]
    pub fn has_children(&self) -> bool {
        self.open.last().is_some_and(|index| *index as usize + 1 < self.elements.len())
    }

    /// Returns whether no element has begun.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Returns the node, after ending what has not ended. If no element has begun, it has an empty tag and nothing else.
    #[must_use]
    pub fn finish(mut self) -> Node {
        while !self.open.is_empty() {
            self.end();
        }
        let [elements, attributes] = &mut self.spans;
        let has_spans = !(elements.is_empty() && attributes.is_empty());
        if has_spans {
            elements.resize(self.elements.len(), Span::default());
            attributes.resize(self.attributes.len(), Span::default());
        }
        let (flat, flat_attributes) = (self.elements.as_flattened(), self.attributes.as_flattened());
        let ends = self.text_ends.len() + self.byte_ends.len();
        let spans = 2 * (elements.len() + attributes.len());
        let mut numbers = Vec::with_capacity(HEAD + flat.len() + flat_attributes.len() + ends + spans);
        numbers.extend([number(self.text_ends.len()), number(self.byte_ends.len())]);
        for part in [flat, flat_attributes, &self.text_ends, &self.byte_ends] {
            numbers.extend_from_slice(part);
        }
        numbers.extend(elements.iter().chain(attributes.iter()).flat_map(|span| [span.start, span.end]));
        let counts = (number(self.elements.len()), number(self.attributes.len()));
        Node::new(counts, (&numbers, has_spans), &self.bytes, &self.text, &self.jids)
    }

    fn set_content(&mut self, part: Part) {
        if let Some(index) = self.open.last()
            && let Some([.., content]) = self.elements.get_mut(*index as usize)
        {
            *content = part.packed();
        }
    }

    fn value(&mut self, value: Value<'_>) -> Part {
        match value {
            Value::Text(text) => self.string(text),
            Value::Jid(jid) => {
                let recent = self.jids.iter().enumerate().rev().take(RECENT);
                let known = recent.filter(|(_, known)| *known == jid).map(|(index, _)| index).next();
                Part::Jid(number(known.unwrap_or_else(|| {
                    self.jids.push(jid.clone());
                    self.jids.len() - 1
                })))
            }
            Value::Bytes(bytes) => Part::Raw(self.byte_string(bytes)),
        }
    }

    fn string(&mut self, text: &str) -> Part {
        if let Some(word) = Word::of(text) {
            return Part::Word(word.index());
        }
        self.text.push_str(text);
        self.text_ends.push(number(self.text.len()));
        Part::Text(number(self.text_ends.len() - 1))
    }

    fn byte_string(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.extend_from_slice(bytes);
        self.byte_ends.push(number(self.bytes.len()));
        number(self.byte_ends.len() - 1)
    }
}

/// Returns the range of the item of this index, which begins where the one before it ends.
fn range(ends: &[u32], index: u32) -> Range<usize> {
    let index = index as usize;
    let end = |index: usize| ends.get(index).map_or(0, |end| *end as usize);
    index.checked_sub(1).map_or(0, end)..end(index)
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::binary::Attribute;

    /// What a node is to be built of.
    #[derive(Clone, Debug)]
    struct Plan {
        tag: String,
        attributes: Vec<(String, Given)>,
        inside: Inside,
        span: Span,
    }

    #[derive(Clone, Debug)]
    enum Given {
        Text(String),
        Jid(Jid),
        Bytes(Vec<u8>),
    }

    #[derive(Clone, Debug)]
    enum Inside {
        Nothing,
        Children(Vec<Plan>),
        Bytes(Vec<u8>),
        Value(Given),
        Elided(u64),
    }

    impl Given {
        fn value(&self) -> Value<'_> {
            match self {
                Self::Text(text) => Value::Text(text),
                Self::Jid(jid) => Value::Jid(jid),
                Self::Bytes(bytes) => Value::Bytes(bytes),
            }
        }
    }

    fn build(plan: &Plan, has_spans: bool, builder: &mut NodeBuilder) {
        builder.start(&plan.tag);
        for (name, given) in &plan.attributes {
            builder.attribute(name, given.value());
            if has_spans {
                builder.attribute_span(plan.span);
            }
        }
        match &plan.inside {
            Inside::Nothing => {}
            Inside::Children(children) => {
                builder.list();
                children.iter().for_each(|child| build(child, has_spans, builder));
            }
            Inside::Bytes(bytes) => builder.bytes(bytes),
            Inside::Value(given) => builder.content(Content::Value(given.value())),
            Inside::Elided(length) => builder.content(Content::Elided(*length)),
        }
        if has_spans {
            builder.end_at(plan.span);
        } else {
            builder.end();
        }
    }

    /// Returns whether an element is what the plan says, and nothing else.
    fn is_built(element: Element<'_>, plan: &Plan, has_spans: bool) -> bool {
        let span = if has_spans { plan.span } else { Span::default() };
        let expected = plan.attributes.iter().map(|(name, given)| Attribute { name, value: given.value(), span });
        let is_same = match (element.content(), &plan.inside) {
            (Content::None, Inside::Nothing) => true,
            (Content::Nodes(children), Inside::Children(plans)) => {
                children.len() == plans.len()
                    && children.zip(plans).all(|(child, plan)| is_built(child, plan, has_spans))
            }
            (Content::Bytes(bytes), Inside::Bytes(expected)) => bytes == *expected,
            (Content::Value(value), Inside::Value(given)) => value == given.value(),
            (Content::Elided(length), Inside::Elided(expected)) => length == *expected,
            _ => false,
        };
        is_same && element.tag() == plan.tag && element.span() == span && element.attributes().eq(expected)
    }

    /// Texts in and out of the dictionary; few, so that names repeat.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![Just("call".to_owned()), Just("from".to_owned()), Just(String::new()), ".{0,3}", "[a-z]{1,2}"]
    }

    fn given() -> impl Strategy<Value = Given> {
        let jid = "[1-3]:[0-2]@(lid|s\\.whatsapp\\.net)".prop_map(|text| Given::Jid(Jid::parse(&text).unwrap()));
        prop_oneof![text().prop_map(Given::Text), jid, prop::collection::vec(any::<u8>(), 0..4).prop_map(Given::Bytes)]
    }

    fn plan() -> impl Strategy<Value = Plan> {
        let inside = prop_oneof![
            Just(Inside::Nothing),
            prop::collection::vec(any::<u8>(), 0..6).prop_map(Inside::Bytes),
            given().prop_map(Inside::Value),
            any::<u64>().prop_map(Inside::Elided),
        ];
        let around = || {
            let span = any::<(u32, u32)>().prop_map(|(start, end)| Span { start, end });
            (text(), prop::collection::vec((text(), given()), 0..5), span)
        };
        let leaf =
            (around(), inside).prop_map(|((tag, attributes, span), inside)| Plan { tag, attributes, inside, span });
        leaf.prop_recursive(4, 40, 5, move |inner| {
            (around(), prop::collection::vec(inner, 0..5)).prop_map(|((tag, attributes, span), children)| Plan {
                tag,
                attributes,
                inside: Inside::Children(children),
                span,
            })
        })
    }

    proptest! {
        #[test]
        fn what_was_built_is_read_again(plan in plan(), has_spans in any::<bool>()) {
            let mut builder = NodeBuilder::default();
            build(&plan, has_spans, &mut builder);
            let node = builder.finish();
            prop_assert!(is_built(node.root(), &plan, has_spans), "{node:?}");
            prop_assert_eq!(&node.clone(), &node);
            let mut copied = NodeBuilder::default();
            copied.element(node.root());
            prop_assert!(is_built(copied.finish().root(), &plan, false));
        }

        #[test]
        fn trees_that_differ_are_not_equal(one in plan(), other in plan()) {
            let [node, another] = [&one, &other].map(|plan| {
                let mut builder = NodeBuilder::default();
                build(plan, true, &mut builder);
                builder.finish()
            });
            prop_assert_eq!(node == another, is_built(node.root(), &other, true));
        }
    }
}
