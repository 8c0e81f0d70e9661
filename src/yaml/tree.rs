//! A YAML file as a tree whose nodes know their bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, StructureStyle};

/// How deep a file may nest.
const DEPTH_LIMIT: usize = 64;

/// Nodes of a file, those counted again that aliases repeat.
const NODES_LIMIT: usize = 100_000;

/// A YAML file: one document, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: String,
    root: Node,
}

/// A node of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it is written, in bytes. That of a block collection ends with its last node; that of a literal or folded
    /// scalar with its last line that is not blank.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// Whether an anchor names it, or an alias stands for it: an edit of one would be one of all.
    pub is_shared: bool,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, with escapes resolved and lines folded. Nothing at all is an empty plain scalar.
    Scalar(String, Style),
    /// A list; whether it is in brackets.
    Sequence(Vec<Node>, bool),
    /// Keys and their values, in order; whether they are in braces.
    Mapping(Vec<(Node, Node)>, bool),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a literal block, `|`.
    Literal,
    /// As a folded block, `>`.
    Folded,
}

/// Why a text is not a file that can be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Invalid {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it. Untrusted text may be part of it.
    pub why: String,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// If it is no YAML, has several documents or a key twice, or is too large.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        let mut reader = Reader::new(&text);
        let root = reader.document()?;
        Ok(Self { root, text })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether another document has the same keys and values, whatever way they are written.
    #[must_use]
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.root.means_the_same(&other.root)
    }

    /// The outermost node.
    #[must_use]
    pub const fn root(&self) -> &Node {
        &self.root
    }

    /// The node at a path: keys, and indexes of lists from 0, with slashes between; empty for the outermost node.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('/').filter(|step| !step.is_empty()).try_fold(&self.root, Node::step)
    }

    /// The number of the line that a byte is in, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }
}

impl Node {
    pub(super) fn step(&self, step: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Sequence(items, _) => items.get(step.parse::<usize>().ok()?),
            Kind::Scalar(..) | Kind::Mapping(..) => self.get(step),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// The items, if it is a list.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Kind::Sequence(items, _) = &self.kind { items } else { &[] }
    }

    /// The keys and values, if it has any.
    #[must_use]
    pub fn entries(&self) -> &[(Self, Self)] {
        if let Kind::Mapping(entries, _) = &self.kind { entries } else { &[] }
    }

    /// The text, if it is a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Kind::Scalar(text, _) = &self.kind { Some(text) } else { None }
    }

    /// The texts of those items that are scalars.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.items().iter().filter_map(Self::text)
    }

    /// The text of the value of a key.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The texts of the list that is the value of a key.
    pub fn texts_of(&self, key: &str) -> impl Iterator<Item = &str> {
        self.get(key).into_iter().flat_map(Self::texts)
    }

    /// The items of the list that is the value of a key.
    #[must_use]
    pub fn items_of(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::items)
    }

    /// Whether nothing is written, or that it is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(text, Style::Plain) if matches!(text.as_str(), "" | "~" | "null"))
    }

    fn means_the_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar(one, _), Kind::Scalar(other, _)) => one == other,
            (Kind::Sequence(ones, _), Kind::Sequence(others, _)) => {
                ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| one.means_the_same(other))
            }
            (Kind::Mapping(ones, _), Kind::Mapping(others, _)) => {
                let are_same = |((key, value), (other_key, other)): (&(Self, Self), &(Self, Self))| {
                    key.means_the_same(other_key) && value.means_the_same(other)
                };
                ones.len() == others.len() && ones.iter().zip(others).all(are_same)
            }
            _ => false,
        }
    }

    fn count(&self) -> usize {
        let within = match &self.kind {
            Kind::Scalar(..) => 0,
            Kind::Sequence(items, _) => items.iter().map(Self::count).sum(),
            Kind::Mapping(entries, _) => entries.iter().map(|(key, value)| key.count() + value.count()).sum(),
        };
        within + 1
    }
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, parser: Parser::new_from_str(text), anchors: BTreeMap::new(), nodes: 0 }
    }

    /// The next event that is not a comment.
    fn next(&mut self) -> Result<(Event<'t>, Span), Invalid> {
        loop {
            match self.parser.next_event() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok(event)) => return Ok(event),
                Some(Err(error)) => {
                    return Err(Invalid { line: error.marker().line(), why: error.info() });
                }
                None => return Ok((Event::StreamEnd, Span::default())),
            }
        }
    }

    fn document(&mut self) -> Result<Node, Invalid> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) if root.is_some() => return Err(invalid(&span, "a second document begins")),
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, &span, 0)?),
            }
        }
        Ok(root.unwrap_or_else(|| scalar(0..0, String::new(), Style::Plain)))
    }

    fn node(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Node, Invalid> {
        self.nodes += 1;
        if depth > DEPTH_LIMIT || self.nodes > NODES_LIMIT {
            return Err(invalid(span, "too large or too deeply nested"));
        }
        let from = span.start.byte_offset().unwrap_or_default();
        let (mut node, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (self.scalar(&text, style, span), anchor),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).ok_or_else(|| invalid(span, "an alias of nothing"))?.clone();
                self.nodes += target.count();
                (Node { span: bytes(span), is_shared: true, ..target }, 0)
            }
            Event::SequenceStart(style, anchor, _) => {
                let (items, end) = self.items(depth)?;
                let is_flow = matches!(style, StructureStyle::Flow);
                let end = if is_flow { end } else { items.last().map_or(from, |item| item.span.end) };
                (Node { span: from..end.max(from), kind: Kind::Sequence(items, is_flow), is_shared: false }, anchor)
            }
            Event::MappingStart(style, anchor, _) => {
                let (entries, end) = self.entries(depth)?;
                let is_flow = matches!(style, StructureStyle::Flow);
                let last = || entries.last().map_or(from, |(key, value)| value.span.end.max(key.span.end));
                let end = if is_flow { end } else { last() };
                (Node { span: from..end.max(from), kind: Kind::Mapping(entries, is_flow), is_shared: false }, anchor)
            }
            _ => return Err(invalid(span, "not a node")),
        };
        if anchor > 0 {
            node.is_shared = true;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn scalar(&self, text: &str, style: ScalarStyle, span: &Span) -> Node {
        let mut span = bytes(span);
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let written = self.text.get(span.clone()).unwrap_or_default();
        if matches!(style, Style::Literal | Style::Folded) {
            span.end = span.start + written.trim_end().len();
        }
        // The parser writes `~` for what is not written at all.
        let text = if written.is_empty() { String::new() } else { text.to_owned() };
        scalar(span, text, style)
    }

    fn items(&mut self, depth: usize) -> Result<(Vec<Node>, usize), Invalid> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok((items, bytes(&span).end));
            }
            items.push(self.node(event, &span, depth + 1)?);
        }
    }

    fn entries(&mut self, depth: usize) -> Result<(Vec<(Node, Node)>, usize), Invalid> {
        let (mut entries, mut keys) = (Vec::new(), BTreeSet::new());
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                return Ok((entries, bytes(&span).end));
            }
            let key = self.node(event, &span, depth + 1)?;
            if let Some(name) = key.text().filter(|name| !keys.insert((*name).to_owned())) {
                return Err(invalid(&span, &format!("the key `{name}` twice")));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, &span, depth + 1)?;
            entries.push((key, value));
        }
    }
}

fn scalar(span: Range<usize>, text: String, style: Style) -> Node {
    Node { span, kind: Kind::Scalar(text, style), is_shared: false }
}

fn bytes(span: &Span) -> Range<usize> {
    let [start, end] = [span.start, span.end].map(|marker| marker.byte_offset().unwrap_or_default());
    start..end.max(start)
}

fn invalid(span: &Span, why: &str) -> Invalid {
    Invalid { line: span.start.line(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_know_where_they_are_written() {
        let document = Document::parse("# top\na:\n  - one # c\n  - |\n    x\n\n  # end\nb: [1, 'é']\nc:\n").unwrap();
        let at = |path: &str| &document.text()[document.at(path).unwrap().span.clone()];
        assert_eq!(at("a"), "- one # c\n  - |\n    x");
        assert_eq!(at("a/1"), "x");
        assert_eq!((at("b"), at("b/1")), ("[1, 'é']", "'é'"));
        assert!(document.at("c").unwrap().is_null());
        assert_eq!(document.line(document.at("b").unwrap().span.start), 8);
    }

    #[test]
    fn what_is_no_file_of_the_spec_is_refused() {
        for (text, line) in [("a: [1\n", 1), ("a: 1\na: 2\n", 2), ("a: 1\n---\nb: 2\n", 2), ("a: *b\n", 1)] {
            assert_eq!(Document::parse(text).unwrap_err().line, line, "{text}");
        }
        assert!(Document::parse("[".repeat(1_000)).is_err());
        let bomb: String = (1..40).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1)).collect();
        assert!(Document::parse(format!("a0: &a0 [x]\n{bomb}")).is_err());
    }
}
