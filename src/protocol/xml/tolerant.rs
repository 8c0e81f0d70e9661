//! The tolerant parser, for near-XML as printed by programs that escape nothing, and as pasted by people.
//!
//! A value ends at the first quote that is followed by an attribute, `/>` or `>`. An end tag closes the element that it
//! names, and every element inside it. Attributes may have no value, or one without quotes. Every byte is looked at a
//! bounded number of times.

use memchr::{memchr, memchr_iter, memmem};

use super::dialect::Dialect;
use super::reading::Reading;
use super::tree::Tree;

/// Reads the element at the start of `text`, as far as possible.
pub(super) fn read(text: &str, dialect: Dialect) -> Reading {
    let mut tolerant = Tolerant { text, at: 0, tree: Tree::new(dialect) };
    tolerant.tree.departures.tolerant = true;
    while tolerant.at < text.len() && !tolerant.tree.is_whole() {
        tolerant.step();
    }
    let Tolerant { at, tree, .. } = tolerant;
    tree.reading(at)
}

struct Tolerant<'t> {
    text: &'t str,
    at: usize,
    tree: Tree<'t>,
}

impl<'t> Tolerant<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next piece: a tag, a comment, or text up to what may be one.
    fn step(&mut self) {
        let rest = self.rest();
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = memmem::find(comment.as_bytes(), b"-->");
            self.tree.comment(comment.get(..end.unwrap_or(comment.len())).unwrap_or_default());
            self.at += end.map_or(rest.len(), |end| end + "<!---->".len());
        } else if let Some(length) = end_tag(rest) {
            let name = rest.get(2..length - 1).unwrap_or_default().trim();
            self.end_tag(name);
            self.at += length;
        } else if begins_element(rest) {
            self.start_tag();
        } else {
            let further = memchr(b'<', rest.as_bytes().get(1..).unwrap_or_default());
            let length = further.map_or(rest.len(), |further| further + 1);
            self.tree.text(rest.get(..length).unwrap_or_default());
            self.at += length;
        }
    }

    fn end_tag(&mut self, name: &str) {
        match self.tree.closes(name) {
            Some(count) => {
                self.tree.departures.unbalanced += u32::try_from(count - 1).unwrap_or(u32::MAX);
                for _ in 0..count {
                    self.tree.end(false);
                }
            }
            None => self.tree.departures.unbalanced += 1,
        }
    }

    fn start_tag(&mut self) {
        self.at += 1;
        let name = self.name();
        self.tree.start(name);
        loop {
            self.white_space();
            let rest = self.rest();
            if rest.starts_with("/>") {
                self.at += 2;
                return self.tree.end(true);
            }
            if rest.starts_with('>') {
                self.at += 1;
                return;
            }
            if rest.is_empty() || rest.starts_with('<') {
                // The tag is not closed: what follows is taken as its content.
                return;
            }
            let name = self.name();
            if name.is_empty() {
                self.at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let value = self.value();
            self.tree.attribute(name, value);
        }
    }

    /// Takes a name.
    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let name = rest.get(..name_length(rest)).unwrap_or_default();
        self.at += name.len();
        name
    }

    fn white_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes the value of an attribute, if it has one.
    fn value(&mut self) -> &'t str {
        let Some(rest) = self.rest().trim_start().strip_prefix('=') else { return "" };
        let rest = rest.trim_start();
        self.at = self.text.len() - rest.len();
        let Some(quote) = rest.bytes().next().filter(|first| matches!(first, b'"' | b'\'')) else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
            let value = rest.get(..end).unwrap_or_default();
            let value = value.strip_suffix('/').unwrap_or(value);
            self.at += value.len();
            return value;
        };
        let inside = rest.get(1..).unwrap_or_default();
        let length = value_length(inside, quote);
        self.at += 1 + length.map_or(inside.len(), |length| length + 1);
        inside.get(..length.unwrap_or(inside.len())).unwrap_or_default()
    }
}

/// Returns whether `text` begins with what can be a start tag.
pub(super) fn begins_element(text: &str) -> bool {
    text.strip_prefix('<').is_some_and(|rest| rest.starts_with(|first: char| first.is_alphabetic() || first == '_'))
}

/// Finds the quote that ends a value: the first one after which the text can follow a value, or else the first one.
fn value_length(inside: &str, quote: u8) -> Option<usize> {
    let first = memchr(quote, inside.as_bytes())?;
    let window = inside.as_bytes().get(..first + WINDOW).unwrap_or(inside.as_bytes());
    let mut ends = memchr_iter(quote, window);
    ends.find(|end| may_follow_value(inside.get(end + 1..).unwrap_or_default())).or(Some(first))
}

/// How far a value may continue after its first quote, if that quote is part of it.
const WINDOW: usize = 1024;

/// Returns whether the text after a quote can follow a value: nothing, the end of the tag, or further attributes, the last
/// of them with a value. Looks no further than the next quote, and no further than [`WINDOW`].
fn may_follow_value(after: &str) -> bool {
    let mut rest = after.get(..after.floor_char_boundary(WINDOW)).unwrap_or(after);
    loop {
        let trimmed = rest.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('>') || trimmed.starts_with("/>") {
            return true;
        }
        if trimmed.len() == rest.len() {
            return false;
        }
        let length = name_length(trimmed);
        rest = trimmed.get(length..).unwrap_or_default();
        if length == 0 {
            return false;
        }
        if rest.trim_start().starts_with('=') {
            return true;
        }
    }
}

/// Returns the length of the name at the start of a text.
fn name_length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '=' | '/' | '>' | '<' | '"' | '\'');
    text.find(ends).unwrap_or(text.len())
}

/// Returns the length of the end tag at the start of a text, if there is one.
fn end_tag(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("</")?;
    let name = name_length(inside);
    let trimmed = inside.get(name..)?.trim_start();
    (name > 0 && trimmed.starts_with('>')).then(|| text.len() - trimmed.len() + 1)
}
