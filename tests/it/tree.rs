//! Stanzas as trees that tests build and change.

use ringtrace::protocol::binary::{Content, Element, Node, NodeBuilder, Value};
use ringtrace::protocol::xml;

/// An element whose attributes are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tree {
    pub(crate) tag: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) inside: Inside,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    Nothing,
    Children(Vec<Tree>),
    Bytes(Vec<u8>),
    Text(String),
    Elided(u64),
}

impl Tree {
    pub(crate) fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned(), attributes: Vec::new(), inside: Inside::Nothing }
    }

    pub(crate) fn of(element: Element<'_>) -> Self {
        let attributes = element.attributes().map(|known| (known.name.to_owned(), known.value.to_string())).collect();
        let inside = match element.content() {
            Content::None => Inside::Nothing,
            Content::Nodes(children) => Inside::Children(children.map(Self::of).collect()),
            Content::Bytes(bytes) => Inside::Bytes(bytes.to_vec()),
            Content::Value(value) => Inside::Text(value.to_string()),
            Content::Elided(length) => Inside::Elided(length),
        };
        Self { tag: element.tag().to_owned(), attributes, inside }
    }

    pub(crate) fn node(&self) -> Node {
        let mut builder = NodeBuilder::default();
        self.add_to(&mut builder);
        builder.finish()
    }

    fn add_to(&self, builder: &mut NodeBuilder) {
        builder.start(&self.tag);
        for (name, text) in &self.attributes {
            xml::add_attribute(builder, name, text);
        }
        match &self.inside {
            Inside::Nothing => {}
            Inside::Children(children) => {
                builder.list();
                children.iter().for_each(|child| child.add_to(builder));
            }
            Inside::Bytes(bytes) => builder.bytes(bytes),
            Inside::Text(text) => builder.content(Content::Value(Value::Text(text))),
            Inside::Elided(length) => builder.content(Content::Elided(*length)),
        }
        builder.end();
    }

    pub(crate) fn children(&mut self) -> &mut Vec<Self> {
        if !matches!(self.inside, Inside::Children(_)) {
            self.inside = Inside::Children(Vec::new());
        }
        let Inside::Children(children) = &mut self.inside else { panic!() };
        children
    }
}

/// An element whose attributes are text, and nothing else even if they look like an address.
pub(crate) fn element(tag: &str, attributes: &[(&str, &str)], children: &[Node]) -> Node {
    let mut builder = NodeBuilder::default();
    builder.start(tag);
    for (name, text) in attributes {
        builder.attribute(name, Value::Text(text));
    }
    children.iter().for_each(|child| builder.element(child.root()));
    builder.finish()
}

/// An element with other children.
pub(crate) fn holding(node: &Node, children: &[Node]) -> Node {
    let mut builder = NodeBuilder::default();
    builder.start(node.tag());
    node.attributes().for_each(|known| builder.attribute(known.name, known.value));
    children.iter().for_each(|child| builder.element(child.root()));
    builder.finish()
}

/// An element that holds bytes.
pub(crate) fn leaf(tag: &str, content: &[u8]) -> Node {
    let mut builder = NodeBuilder::default();
    builder.start(tag);
    builder.bytes(content);
    builder.finish()
}
