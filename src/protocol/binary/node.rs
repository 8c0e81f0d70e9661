//! A decoded WABinary element.
//!
//! A [`Node`] owns a whole tree in a few buffers, because captures hold hundreds of thousands of them. Its parts are views
//! that cost nothing to pass on: [`Element`], [`Attribute`], [`Value`], [`Content`] and [`Children`]. A
//! [`NodeBuilder`](super::NodeBuilder) makes nodes.

use std::borrow::Cow;
use std::fmt;

use super::dictionary::Word;
use super::jid::Jid;
use super::value::{Attribute, Span, Value};

/// An element with everything inside it.
#[derive(Clone)]
pub struct Node {
    /// Numbers, and what is neither number nor text: how the numbers are kept ([`Form`]), the numbers, and the byte strings
    /// one after the other. The numbers are how many texts and byte strings there are; then the elements in document order,
    /// the attributes, the ends of the texts in `text`, the ends of the byte strings, and the spans of elements and
    /// attributes, if any.
    data: Box<[u8]>,
    /// The texts that are not in the dictionary, one after the other.
    text: Box<str>,
    /// The addresses, each once.
    jids: Box<[Jid]>,
    /// How many elements and attributes there are.
    elements: u32,
    attributes: u32,
}

/// The numbers at the start of [`Node::data`], and those of an element, an attribute and a span.
pub(super) const HEAD: usize = 2;
pub(super) const ELEMENT: usize = 4;
pub(super) const ATTRIBUTE: usize = 2;
const SPAN: usize = 2;

/// The bytes of a number, where all of a node's numbers fit, and otherwise.
const NARROW: usize = 2;
const WIDE: usize = 4;

/// How a node keeps its numbers.
#[derive(Clone, Copy, Default)]
struct Form {
    /// Whether each takes two bytes rather than four.
    is_narrow: bool,
    /// Whether there are spans among them.
    has_spans: bool,
}

impl Form {
    fn packed(self) -> u8 {
        u8::from(self.is_narrow) | u8::from(self.has_spans) << 1
    }

    const fn of(packed: u8) -> Self {
        Self { is_narrow: packed & 1 != 0, has_spans: packed & 2 != 0 }
    }

    const fn width(self) -> usize {
        if self.is_narrow { NARROW } else { WIDE }
    }
}

/// A reference to one of a node's texts, byte strings or addresses: what it is in three bits, and its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A word of the dictionary.
    Word(u32),
    /// A text.
    Text(u32),
    /// An address.
    Jid(u32),
    /// A value that is not UTF-8.
    Raw(u32),
    /// Content that is bytes.
    Bytes(u32),
    /// Content that was elided: its length is a byte string.
    Elided(u32),
    /// No content.
    None,
    /// Child nodes.
    Nodes,
}

impl Part {
    const KIND_BITS: u32 = 3;

    /// Returns the number that represents it, a small one for a small index.
    pub(super) const fn packed(self) -> u32 {
        let (kind, index) = match self {
            Self::Word(index) => (0, index),
            Self::Text(index) => (1, index),
            Self::Jid(index) => (2, index),
            Self::Raw(index) => (3, index),
            Self::Bytes(index) => (4, index),
            Self::Elided(index) => (5, index),
            Self::None => (6, 0),
            Self::Nodes => (7, 0),
        };
        index << Self::KIND_BITS | kind
    }

    pub(super) const fn of(packed: u32) -> Self {
        let index = packed >> Self::KIND_BITS;
        match packed & ((1 << Self::KIND_BITS) - 1) {
            0 => Self::Word(index),
            1 => Self::Text(index),
            2 => Self::Jid(index),
            3 => Self::Raw(index),
            4 => Self::Bytes(index),
            5 => Self::Elided(index),
            6 => Self::None,
            _ => Self::Nodes,
        }
    }
}

impl Node {
    /// A node of so many elements and attributes: of these numbers, with spans or without, and of these byte strings, texts
    /// and addresses.
    pub(super) fn new(
        (elements, attributes): (u32, u32),
        (numbers, has_spans): (&[u32], bool),
        bytes: &[u8],
        text: &str,
        jids: &[Jid],
    ) -> Self {
        let largest = numbers.iter().fold(0, |largest, number| largest | number);
        let form = Form { is_narrow: u16::try_from(largest).is_ok(), has_spans };
        let mut data = Vec::with_capacity(1 + form.width() * numbers.len() + bytes.len());
        data.push(form.packed());
        data.resize(1 + form.width() * numbers.len(), 0);
        let places = data.get_mut(1..).unwrap_or_default();
        if form.is_narrow {
            let each = places.as_chunks_mut().0.iter_mut().zip(numbers);
            each.for_each(|(place, number)| *place = (*number as u16).to_le_bytes());
        } else {
            let each = places.as_chunks_mut().0.iter_mut().zip(numbers);
            each.for_each(|(place, number)| *place = number.to_le_bytes());
        }
        data.extend_from_slice(bytes);
        // Collected anew, they have no more room than they need.
        let jids = jids.iter().cloned().collect();
        Self { data: data.into(), text: text.into(), jids, elements, attributes }
    }

    /// Returns its outermost element.
    #[must_use]
    pub const fn root(&self) -> Element<'_> {
        Element { node: self, index: 0 }
    }

    /// Returns the tag.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.root().tag()
    }

    /// Returns the attributes, in wire order, repeats kept.
    #[must_use]
    pub fn attributes(&self) -> Attributes<'_> {
        self.root().attributes()
    }

    /// Returns the content.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        self.root().content()
    }

    /// Returns the value of the first attribute called `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Value<'_>> {
        self.root().attribute(name)
    }

    /// Returns the text of the first attribute called `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.root().text(name)
    }

    /// Returns the child elements; none if the content is something else.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        self.root().children()
    }

    /// Returns the first child called `tag`.
    #[must_use]
    pub fn child(&self, tag: &str) -> Option<Element<'_>> {
        self.root().child(tag)
    }

    /// Returns the names of all attributes of all elements, in document order.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attribute_numbers().map(|[name, _]| self.string(Part::of(name)))
    }

    /// Returns the values of all attributes of all elements, in document order.
    pub fn attribute_values(&self) -> impl Iterator<Item = Value<'_>> {
        self.attribute_numbers().map(|[_, value]| self.value(Part::of(value)))
    }

    fn attribute_numbers(&self) -> impl Iterator<Item = [u32; ATTRIBUTE]> {
        let first = self.attributes_at();
        (0..self.attributes as usize).map_while(move |index| self.numbers(first + ATTRIBUTE * index))
    }

    /// Replaces every address, for instance by an equal one that is kept already.
    pub fn share_jids(&mut self, mut shared: impl FnMut(&Jid) -> Jid) {
        for jid in &mut self.jids {
            *jid = shared(jid);
        }
    }

    fn form(&self) -> Form {
        self.data.first().copied().map_or_else(Form::default, Form::of)
    }

    /// Returns the numbers from one on.
    #[inline]
    fn numbers<const N: usize>(&self, at: usize) -> Option<[u32; N]> {
        let (form, numbers) = self.data.split_first()?;
        if Form::of(*form).is_narrow {
            let numbers = numbers.get(NARROW * at..)?.as_chunks().0.first_chunk::<N>()?;
            Some(numbers.map(|bytes| u16::from_le_bytes(bytes).into()))
        } else {
            let numbers = numbers.get(WIDE * at..)?.as_chunks().0.first_chunk::<N>()?;
            Some(numbers.map(u32::from_le_bytes))
        }
    }

    fn number(&self, at: usize) -> usize {
        self.numbers(at).map_or(0, |[number]| number as usize)
    }

    fn attributes_at(&self) -> usize {
        HEAD + ELEMENT * self.elements as usize
    }

    fn texts_at(&self) -> usize {
        self.attributes_at() + ATTRIBUTE * self.attributes as usize
    }

    fn byte_strings_at(&self) -> usize {
        self.texts_at() + self.number(0)
    }

    fn spans_at(&self) -> usize {
        self.byte_strings_at() + self.number(1)
    }

    /// Returns the numbers of an element: its tag, the index after its last attribute, the index after its last descendant,
    /// and its content.
    fn element(&self, index: u32) -> [u32; ELEMENT] {
        let at = HEAD + ELEMENT * index as usize;
        self.numbers(at).unwrap_or([0, 0, 0, Part::None.packed()])
    }

    /// Returns the index after the last attribute of an element.
    fn attributes_end(&self, index: u32) -> u32 {
        self.numbers(HEAD + ELEMENT * index as usize + 1).map_or(0, |[end]| end)
    }

    /// Returns the range that ends with the end at `first + index`; the one before it ends where this one begins.
    fn range(&self, first: usize, index: u32) -> std::ops::Range<usize> {
        match (index as usize).checked_sub(1) {
            None => 0..self.number(first),
            Some(before) => self.numbers(first + before).map_or(0..0, |[start, end]| start as usize..end as usize),
        }
    }

    fn string(&self, part: Part) -> &str {
        match part {
            Part::Word(word) => Word::of_index(word).as_str(),
            Part::Text(index) => self.text.get(self.range(self.texts_at(), index)).unwrap_or_default(),
            Part::Jid(_) | Part::Raw(_) | Part::Bytes(_) | Part::Elided(_) | Part::None | Part::Nodes => "",
        }
    }

    fn byte_string(&self, index: u32) -> &[u8] {
        let Form { has_spans, .. } = self.form();
        let spans = if has_spans { SPAN * (self.elements as usize + self.attributes as usize) } else { 0 };
        let bytes = self.data.get(1 + self.form().width() * (self.spans_at() + spans)..).unwrap_or_default();
        bytes.get(self.range(self.byte_strings_at(), index)).unwrap_or_default()
    }

    fn value(&self, part: Part) -> Value<'_> {
        match part {
            Part::Jid(index) => self.jids.get(index as usize).map_or(Value::Text(""), Value::Jid),
            Part::Raw(index) => Value::Bytes(self.byte_string(index)),
            _ => Value::Text(self.string(part)),
        }
    }

    fn span(&self, item: usize) -> Span {
        if !self.form().has_spans {
            return Span::default();
        }
        let span = self.numbers(self.spans_at() + SPAN * item);
        span.map_or_else(Span::default, |[start, end]| Span { start, end })
    }
}

/// An element of a [`Node`]: a tag, attributes in wire order, and content.
#[derive(Clone, Copy)]
pub struct Element<'n> {
    node: &'n Node,
    index: u32,
}

impl<'n> From<&'n Node> for Element<'n> {
    fn from(node: &'n Node) -> Self {
        node.root()
    }
}

impl<'n> Element<'n> {
    /// Returns the tag.
    #[must_use]
    pub fn tag(self) -> &'n str {
        let [tag, ..] = self.node.element(self.index);
        self.node.string(Part::of(tag))
    }

    /// Returns the attributes, in wire order, repeats kept.
    #[must_use]
    pub fn attributes(self) -> Attributes<'n> {
        let begin = match self.index.checked_sub(1) {
            Some(before) => self.node.attributes_end(before),
            None => 0,
        };
        Attributes { node: self.node, next: begin, end: self.node.attributes_end(self.index) }
    }

    /// Returns the content.
    #[must_use]
    pub fn content(self) -> Content<'n> {
        let [.., content] = self.node.element(self.index);
        match Part::of(content) {
            Part::None => Content::None,
            Part::Nodes => Content::Nodes(self.children()),
            Part::Bytes(index) => Content::Bytes(self.node.byte_string(index)),
            Part::Elided(index) => {
                let length = self.node.byte_string(index).first_chunk().copied();
                Content::Elided(length.map_or(0, u64::from_le_bytes))
            }
            part => Content::Value(self.node.value(part)),
        }
    }

    /// Returns its byte range; empty if it was not read from WABinary.
    #[must_use]
    pub fn span(self) -> Span {
        self.node.span(self.index as usize)
    }

    /// Returns the value of the first attribute called `name`.
    #[must_use]
    pub fn attribute(self, name: &str) -> Option<Value<'n>> {
        let Attributes { node, next, end } = self.attributes();
        let first = node.attributes_at();
        let numbers = (next..end).map_while(|index| node.numbers(first + ATTRIBUTE * index as usize));
        let mut named = numbers.filter(|[known, _]| node.string(Part::of(*known)) == name);
        named.next().map(|[_, value]| node.value(Part::of(value)))
    }

    /// Returns the text of the first attribute called `name`.
    #[must_use]
    pub fn text(self, name: &str) -> Option<Cow<'n, str>> {
        self.attribute(name).map(Value::to_text)
    }

    /// Returns the child elements; none if the content is something else.
    #[must_use]
    pub fn children(self) -> Children<'n> {
        let [_, _, end, _] = self.node.element(self.index);
        Children { node: self.node, next: self.index + 1, end }
    }

    /// Returns the bytes that it holds, if the recording has them.
    #[must_use]
    pub fn bytes(self) -> Option<&'n [u8]> {
        match self.content() {
            Content::Bytes(bytes) => Some(bytes),
            Content::None | Content::Nodes(_) | Content::Value(_) | Content::Elided(_) => None,
        }
    }

    /// Returns the first child called `tag`.
    #[must_use]
    pub fn child(self, tag: &str) -> Option<Self> {
        self.children().find(|child| child.tag() == tag)
    }

    /// Returns it and everything inside it, in document order.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let [_, _, end, _] = self.node.element(self.index);
        (self.index..end.max(self.index + 1)).map(move |index| Self { node: self.node, index })
    }

    /// Returns the number of children and everything inside them.
    fn size(self) -> u32 {
        let [_, _, end, _] = self.node.element(self.index);
        end.saturating_sub(self.index)
    }
}

impl PartialEq for Element<'_> {
    /// Compares the trees, with the spans of their parts.
    fn eq(&self, other: &Self) -> bool {
        self.size() == other.size()
            && self.descendants().zip(other.descendants()).all(|(one, other)| {
                let is_same_content = match (one.content(), other.content()) {
                    (Content::Nodes(_), Content::Nodes(_)) => true,
                    (one, other) => one == other,
                };
                one.tag() == other.tag()
                    && one.size() == other.size()
                    && one.span() == other.span()
                    && is_same_content
                    && one.attributes().eq(other.attributes())
            })
    }
}

impl Eq for Element<'_> {}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

impl Eq for Node {}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attributes: Vec<_> = self.attributes().collect();
        let mut shown = f.debug_struct("Element");
        shown.field("tag", &self.tag()).field("attributes", &attributes).field("content", &self.content());
        if self.span() == Span::default() { shown.finish() } else { shown.field("span", &self.span()).finish() }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

/// The attributes of an element, in wire order.
#[derive(Clone, Copy)]
pub struct Attributes<'n> {
    node: &'n Node,
    next: u32,
    end: u32,
}

impl Attributes<'_> {
    /// Returns whether there are none left.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.next >= self.end
    }

    /// Returns how many are left.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.next) as usize
    }
}

impl<'n> Iterator for Attributes<'n> {
    type Item = Attribute<'n>;

    fn next(&mut self) -> Option<Attribute<'n>> {
        if self.is_empty() {
            return None;
        }
        let node = self.node;
        let at = node.attributes_at() + ATTRIBUTE * self.next as usize;
        let [name, value] = node.numbers(at)?;
        let span = node.span(node.elements as usize + self.next as usize);
        self.next += 1;
        Some(Attribute { name: node.string(Part::of(name)), value: node.value(Part::of(value)), span })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len(), Some(self.len()))
    }
}

/// The content of an element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content<'n> {
    /// Nothing.
    #[default]
    None,
    /// Child elements; none if the wire has an empty list.
    Nodes(Children<'n>),
    /// Bytes, UTF-8 or not: the wire does not distinguish them.
    Bytes(&'n [u8]),
    /// A token, packed digits or an address as content.
    Value(Value<'n>),
    /// This many bytes, of which the capture has only the number. Never read from WABinary.
    Elided(u64),
}

/// The children of an element, in order.
#[derive(Clone, Copy)]
pub struct Children<'n> {
    node: &'n Node,
    next: u32,
    end: u32,
}

impl<'n> Children<'n> {
    /// Returns whether there are none left.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.next >= self.end
    }

    /// Returns the first of them.
    #[must_use]
    pub fn first(mut self) -> Option<Element<'n>> {
        self.next()
    }

    /// Returns the one at an index.
    #[must_use]
    pub fn get(mut self, index: usize) -> Option<Element<'n>> {
        self.nth(index)
    }

    /// Returns how many there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.count()
    }

    /// Returns them from the last to the first.
    pub fn reversed(self) -> impl Iterator<Item = Element<'n>> {
        self.collect::<Vec<_>>().into_iter().rev()
    }
}

impl<'n> Iterator for Children<'n> {
    type Item = Element<'n>;

    fn next(&mut self) -> Option<Element<'n>> {
        if self.is_empty() {
            return None;
        }
        let child = Element { node: self.node, index: self.next };
        let [_, _, end, _] = self.node.element(self.next);
        self.next = end.max(self.next + 1);
        Some(child)
    }
}

impl PartialEq for Children<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

impl Eq for Children<'_> {}

impl fmt::Debug for Children<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}
