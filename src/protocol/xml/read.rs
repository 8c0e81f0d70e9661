//! Text to node.

use super::dialect::Dialect;
use super::reading::{Departures, End, Reading};
use super::tolerant::begins_element;
use super::{plain, strict, tolerant};

/// Reads the element at the start of `text`, after white space.
///
/// It takes time and memory linear in the length of what it reads. Elements nested deeper than 128, and elements and
/// attributes beyond the first 262,144, are left out. Values that are addresses become addresses, so that the node equals one from the wire.
#[must_use]
pub fn read(text: &str, dialect: Dialect) -> Reading {
    let begin = text.len() - text.trim_start().len();
    let element = text.get(begin..).unwrap_or_default();
    if !begins_element(element) {
        return Reading { node: None, length: 0, end: End::NoElement, departures: Departures::default() };
    }
    let beginning = element.get(..element.floor_char_boundary(STRICT_LENGTH)).unwrap_or_default();
    let strictly = plain::read(beginning, dialect).or_else(|| strict::read(beginning, dialect));
    let mut reading = strictly.unwrap_or_else(|| {
        let reading = tolerant::read(element, dialect);
        let whole = element.get(..reading.length).filter(|whole| whole.len() > STRICT_LENGTH);
        whole.and_then(|whole| strict::read(whole, dialect)).unwrap_or(reading)
    });
    reading.length += begin;
    reading
}

/// How far the strict parser looks before the end of the element is known. Without a limit, crafted text could make it
/// scan to the end, and fail, for every element.
const STRICT_LENGTH: usize = 16 << 10;

#[cfg(test)]
mod tests;
