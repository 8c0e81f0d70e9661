//! The tree that both parsers build.

use std::borrow::Cow;

use super::content::{self, unescaped};
use super::dialect::Dialect;
use super::reading::{Departures, End, Reading};
use crate::protocol::binary::{Content, DEPTH_LIMIT, ITEM_LIMIT, Jid, NodeBuilder, Value};
use crate::visible::revealed;

/// A tree under construction. What is nested deeper, or is more, than WABinary is read is left out.
pub(super) struct Tree<'t> {
    dialect: Dialect,
    builder: NodeBuilder,
    open: Vec<Open<'t>>,
    /// The elements and attributes so far.
    items: usize,
    /// The number of open elements that are left out.
    below: usize,
    is_whole: bool,
    pub(super) departures: Departures,
}

/// An element that has not ended.
struct Open<'t> {
    /// The text before its first child.
    text: Cow<'t, str>,
    /// Whether there is text behind a child, which no stanza has.
    is_mixed: bool,
    elided: Option<u64>,
}

impl<'t> Tree<'t> {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            builder: NodeBuilder::default(),
            open: Vec::new(),
            items: 0,
            below: 0,
            is_whole: false,
            departures: Departures::default(),
        }
    }

    /// Begins an element.
    pub(super) fn start(&mut self, tag: &str) {
        if self.below > 0 || self.open.len() == DEPTH_LIMIT {
            self.below += 1;
            self.departures.too_deep += 1;
            return;
        }
        if !self.has_room() {
            self.below += 1;
            return;
        }
        let tag = self.shown(tag);
        self.builder.start(&tag);
        self.open.push(Open { text: Cow::Borrowed(""), is_mixed: false, elided: None });
    }

    /// Adds an attribute to the element that was begun last.
    pub(super) fn attribute(&mut self, name: &str, text: &str) {
        if self.below > 0 || !self.has_room() || self.open.is_empty() {
            return;
        }
        let name = self.shown(name);
        add_attribute(&mut self.builder, &name, &unescaped(text, self.dialect));
    }

    /// Adds text, escapes unresolved.
    pub(super) fn text(&mut self, text: impl Into<Cow<'t, str>>) {
        let (text, has_children) = (text.into(), self.builder.has_children());
        if let Some(open) = self.kept() {
            if has_children {
                open.is_mixed |= !text.trim_start().is_empty();
            } else if open.text.is_empty() {
                open.text = text;
            } else {
                open.text.to_mut().push_str(&text);
            }
        }
    }

    /// Takes the text of a comment, which may be the length of elided content.
    pub(super) fn comment(&mut self, comment: &str) {
        let length = comment.trim().strip_suffix(" bytes").and_then(|number| number.parse().ok());
        if let (Some(length), Some(open)) = (length, self.kept()) {
            open.elided = Some(length);
        }
    }

    /// Ends the innermost open element. `is_empty`: its start tag did so.
    pub(super) fn end(&mut self, is_empty: bool) {
        if self.below > 0 {
            self.below -= 1;
            return;
        }
        let Some(Open { text, is_mixed, elided }) = self.open.pop() else { return };
        if self.builder.has_children() {
            self.departures.stray_text += u32::from(is_mixed || !text.trim_start().is_empty());
        } else if let Some(length) = elided {
            self.departures.elided += 1;
            self.builder.content(Content::Elided(length));
        } else if !is_empty {
            self.departures.ambiguous += u32::from(content::read(&text, self.dialect, &mut self.builder));
        }
        self.builder.end();
        self.is_whole = self.open.is_empty();
    }

    /// Returns how many open elements an end tag with this name closes, or `None` if it closes none.
    pub(super) fn closes(&self, tag: &str) -> Option<usize> {
        if self.below > 0 {
            // Elements that are left out have no name to compare.
            return Some(1);
        }
        let tag = self.shown(tag);
        self.builder.open_tags().position(|open| open == tag).map(|above| above + 1)
    }

    /// Returns whether the root has ended.
    pub(super) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns the result of reading the first `length` bytes of a text.
    pub(super) fn reading(mut self, length: usize) -> Reading {
        let end = if self.is_whole() { End::Whole } else { End::Cut };
        while self.below > 0 || !self.open.is_empty() {
            self.end(true);
        }
        let node = (!self.builder.is_empty()).then(|| self.builder.finish());
        Reading { node, length, end, departures: self.departures }
    }

    /// Resolves the escapes for invisible characters in a name.
    fn shown<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.dialect.reveals { revealed(name) } else { Cow::Borrowed(name) }
    }

    /// Counts an element or an attribute. Returns whether there is room for it.
    fn has_room(&mut self) -> bool {
        let has_room = self.items < ITEM_LIMIT;
        self.items += usize::from(has_room);
        self.departures.too_many += u32::from(!has_room);
        has_room
    }

    fn kept(&mut self) -> Option<&mut Open<'t>> {
        if self.below > 0 { None } else { self.open.last_mut() }
    }
}

/// Adds an attribute from text. Its value is an address if the text has the form of one and the name allows it.
pub fn add_attribute(builder: &mut NodeBuilder, name: &str, text: &str) {
    match address(name, text) {
        Some(jid) => builder.attribute(name, Value::Jid(&jid)),
        None => builder.attribute(name, Value::Text(text)),
    }
}

/// Attributes with text written by people, in which something that looks like an address is not one.
const FREE_TEXT: [&str; 4] = ["notify", "name", "pushname", "text"];

/// Attributes whose value is an address, even if it is only a server.
const PARTIES: [&str; 6] = ["from", "to", "jid", "participant", "recipient", "call-creator"];

/// Returns the address that the value of an attribute is. Under a name that is not known to hold addresses, it must also be
/// spelled canonically, so that the text can be restored.
fn address(name: &str, text: &str) -> Option<Jid> {
    let is_party = PARTIES.contains(&name);
    let may_be = is_party || (text.bytes().any(|byte| byte == b'@') && !FREE_TEXT.contains(&name));
    let jid = may_be.then(|| Jid::parse(text)).flatten().filter(is_address)?;
    (is_party || jid.to_string() == text).then_some(jid)
}

/// Returns whether an address has only characters that occur in addresses.
fn is_address(jid: &Jid) -> bool {
    let fits = |character: char| !character.is_whitespace() && !matches!(character, '"' | '\'' | '<' | '>' | '/');
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (jid.user.bytes().all(is_usual) || jid.user.chars().all(fits)) && jid.server.bytes().all(is_usual)
}
