//! The result of reading an element.

use crate::protocol::binary::Node;

/// The result of reading an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The element, as far as it could be read; `None` if there is none.
    pub node: Option<Node>,
    /// The length of the text up to the end of the element, in bytes.
    pub length: usize,
    /// Why reading ended.
    pub end: End,
    /// How the text departs from well-formed XML, and what that cost.
    pub departures: Departures,
}

/// Why reading an element ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The element is complete.
    Whole,
    /// The text ends inside the element.
    Cut,
    /// The text does not begin with an element.
    NoElement,
}

/// How an element departs from well-formed XML, and what remains ambiguous.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Departures {
    /// It is not well-formed, and was read by the tolerant parser.
    pub tolerant: bool,
    /// End tags without an element, and elements without an end tag.
    pub unbalanced: u32,
    /// Elements that were left out because they are nested too deeply.
    pub too_deep: u32,
    /// Elements and attributes that were left out because there are too many.
    pub too_many: u32,
    /// Pieces of text between elements, which no stanza has and which were left out.
    pub stray_text: u32,
    /// Contents that could be text or bytes.
    pub ambiguous: u32,
    /// Contents of which the text has only the length.
    pub elided: u32,
}
