//! Text to node.

use super::dialect::Dialect;
use super::{strict, tolerant};
use crate::protocol::binary::Node;

/// What was read of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The element, as far as it could be read; `None` if there is none.
    pub node: Option<Node>,
    /// Bytes of the text up to the end of the element.
    pub length: usize,
    /// Why the reading ended.
    pub end: End,
    /// How the text departed from well-formed XML, and what that cost.
    pub departures: Departures,
}

/// Why the reading of an element ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was read to its end.
    Whole,
    /// The text ended within it.
    Cut,
    /// The text does not begin with one.
    NoElement,
}

/// How an element departed from well-formed XML, and what could not be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Departures {
    /// It is not well formed, and was read by the tolerant reading.
    pub tolerant: bool,
    /// End tags that close nothing, or elements that no end tag closes.
    pub unbalanced: u32,
    /// Elements that were left out because they are nested too deep.
    pub too_deep: u32,
    /// Pieces of text between elements, which no stanza has; they were left out.
    pub stray_text: u32,
    /// Contents that may be text or bytes.
    pub ambiguous: u32,
    /// Contents of which the text has only the length.
    pub elided: u32,
}

/// Reads the element that `text` begins with, after white space.
///
/// Takes time linear in the length of what it reads, and no more memory than a few times that. Elements nested deeper
/// than 128 are left out. Values that are addresses become addresses, so that a node reads as one from the wire does.
#[must_use]
pub fn read(text: &str, dialect: Dialect) -> Reading {
    let begin = text.len() - text.trim_start().len();
    let element = text.get(begin..).unwrap_or_default();
    if !begins_element(element) {
        return Reading { node: None, length: 0, end: End::NoElement, departures: Departures::default() };
    }
    let beginning = element.get(..element.floor_char_boundary(STRICT_LENGTH)).unwrap_or_default();
    let mut reading = strict::read(beginning, dialect).unwrap_or_else(|| {
        let reading = tolerant::read(element, dialect);
        let whole = element.get(..reading.length).filter(|whole| whole.len() > STRICT_LENGTH);
        whole.and_then(|whole| strict::read(whole, dialect)).unwrap_or(reading)
    });
    reading.length += begin;
    reading
}

/// How far the strict reading looks before it is known where an element ends: what is made to have it look far, and
/// fail, would else cost the whole text for every element.
const STRICT_LENGTH: usize = 16 << 10;

/// Whether `text` begins with what can be a start tag.
pub(super) fn begins_element(text: &str) -> bool {
    text.strip_prefix('<').is_some_and(|rest| rest.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
