//! Finds stanzas wherever they stand: as XML in any quoting, as nodes in JSON and in objects that programs print, and as
//! hex or base64 in a field of these.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::{memchr, memchr3_iter, memmem};

use super::entry::{LoggedStanza, NoEntry, lines_in, stanza};
use super::frames;
use super::json_node::JsonValue;
use super::printed::{self, Printed};
use super::surroundings::Surroundings;
use crate::protocol::binary::{self, Node};
use crate::protocol::xml::{Departures, Dialect};

/// The tags of the stanzas that calls are made of, or that name the local device.
const TAGS: [&str; 5] = ["call", "ack", "receipt", "success", "iq"];

/// The most brackets of a line at which a value may begin.
const MOST_BRACKETS: usize = 12;

/// The shortest text that can hold a stanza.
const SHORTEST: usize = 8;

/// How much behind a stanza is searched for what is said of it.
const NEAR: usize = 512;

/// How deeply texts may be nested in one another: JSON in a string of JSON, XML in that.
const DEEPEST: usize = 4;

/// A stanza with what stands around it.
#[derive(Debug)]
pub(super) struct Found {
    /// The stanza.
    pub(super) stanza: LoggedStanza,
    /// What stands around it, which its direction and time are already from.
    pub(super) around: Surroundings,
}

/// What was found in lines.
#[derive(Debug, Default)]
pub(super) struct Finds {
    /// The stanzas, in order.
    pub(super) stanzas: Vec<Found>,
    /// How many lines they take.
    pub(super) lines: usize,
    /// Whether a program printed a stanza without its attributes.
    pub(super) has_preview: bool,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finder {
    /// How the client prints nodes.
    pub(super) dialect: Dialect,
    /// Whether XML may be of any stanza, not only of those that calls are made of: in the log of a known client, where
    /// nothing else looks like it.
    pub(super) is_any: bool,
}

impl Finder {
    /// Finds stanzas in the values that begin on the first line of a text.
    ///
    /// # Errors
    /// If there are none, or a value goes on behind the text.
    pub(super) fn in_values(self, text: &str) -> Result<Finds, NoEntry> {
        let line = first_line(text);
        let mut finds = Finds::default();
        let (mut at, mut is_broken) = (0, false);
        for _ in 0..MOST_BRACKETS {
            let rest = line.get(at..).unwrap_or_default();
            let Some(bracket) = rest.find(['{', '[']).map(|bracket| at + bracket) else { break };
            let start = begin_of_class(line, bracket);
            match printed::read(text.get(start..).unwrap_or_default()) {
                Ok(Printed { value, length, left_out }) => {
                    let end = start + length;
                    let before = line.get(..start).unwrap_or_default();
                    let around = Surroundings::of_text(before, near(text.get(end..).unwrap_or_default()));
                    let mut walk = Walk { left_out, ..Walk::new(self) };
                    walk.value(&value, &around, 0);
                    finds.has_preview |= walk.has_preview;
                    finds.stanzas.append(&mut walk.stanzas);
                    finds.lines = lines_in(text, end);
                    if end >= line.len() {
                        break;
                    }
                    at = end;
                }
                // Where a line ends in the middle of something, the rest of the value was lost.
                Err(NoEntry::Incomplete) if goes_on(line) && finds.stanzas.is_empty() => {
                    return Err(NoEntry::Incomplete);
                }
                Err(unreadable @ NoEntry::Unreadable { .. }) if finds.stanzas.is_empty() => return Err(unreadable),
                Err(_) => {
                    is_broken |= line.get(bracket..).is_some_and(|rest| rest.starts_with('{'));
                    at = bracket + 1;
                }
            }
        }
        match finds.lines {
            0 => Err(NoEntry::Unrelated),
            _ if finds.stanzas.is_empty() && !finds.has_preview && is_broken => Err(NoEntry::Unrelated),
            lines if finds.stanzas.is_empty() && !finds.has_preview => Err(NoEntry::Nothing { lines }),
            _ => Ok(finds),
        }
    }

    /// Finds stanzas in XML that begins on the first line of a text.
    ///
    /// # Errors
    /// If there are none, or the first goes on behind the text.
    pub(super) fn in_text(self, text: &str, is_all: bool) -> Result<Finds, NoEntry> {
        let (place, form) = self.first_tag(text).or_else(|| self.first_in_html(text)).ok_or(NoEntry::Unrelated)?;
        let before = text.get(..place).unwrap_or_default();
        let (xml, behind) = form.xml(text.get(place..).unwrap_or_default());
        let mut finds = Finds::default();
        let mut at = 0;
        loop {
            match one(xml.get(at..).unwrap_or_default(), self.dialect, is_all || form == Form::Literal) {
                Ok((stanza, length)) => {
                    at += length;
                    let behind = near(behind.or(xml.get(at..)).unwrap_or_default());
                    finds.stanzas.push(Found::of(stanza, Surroundings::of_text(before, behind)));
                }
                Err(error) if finds.stanzas.is_empty() => return Err(error),
                Err(_) => break,
            }
            // Further stanzas on the same lines are of the same entry.
            match self.first_tag(xml.get(at..).unwrap_or_default()) {
                Some((further, Form::Plain)) => at += further,
                _ => break,
            }
        }
        finds.lines = if form == Form::Literal { 1 } else { lines_in(&xml, at) };
        Ok(finds)
    }

    /// Where the first stanza of the line that a text begins with is, and how it is written. Looks no further than to it.
    fn first_tag(self, text: &str) -> Option<(usize, Form)> {
        for place in memchr3_iter(b'<', b'\\', b'\n', text.as_bytes()) {
            let rest = text.get(place..)?;
            if rest.starts_with('\n') {
                return None;
            }
            if let Some(coded) = rest.strip_prefix(CODED) {
                if self.is_tag(coded) {
                    let before = text.get(..place).unwrap_or_default();
                    return Some((before.trim_end_matches('\\').len(), Form::Literal));
                }
            } else if rest.strip_prefix('<').is_some_and(|tag| self.is_tag(tag)) {
                return Some((place, if is_escaped(near(rest)) { Form::Literal } else { Form::Plain }));
            }
        }
        None
    }

    /// The same of a stanza that HTML shows.
    fn first_in_html(self, text: &str) -> Option<(usize, Form)> {
        let line = first_line(text);
        let places = memmem::find_iter(line.as_bytes(), "&lt;");
        let mut tags = places.filter(|place| line.get(place + 4..).is_some_and(|tag| self.is_tag(tag)));
        Some((tags.next()?, Form::Html))
    }

    /// Returns whether a text begins with the name of a tag.
    fn is_tag(self, text: &str) -> bool {
        let is_end = |end: char| end.is_whitespace() || matches!(end, '/' | '>' | '\\' | '&');
        let name = text.split(is_end).next().unwrap_or_default();
        let is_name = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b':' | b'-' | b'_');
        TAGS.contains(&name) || (self.is_any && !name.is_empty() && name.len() < 32 && name.bytes().all(is_name))
    }
}

impl Found {
    fn of(stanza: LoggedStanza, around: Surroundings) -> Self {
        Self { stanza: LoggedStanza { direction: around.direction, time: around.time, ..stanza }, around }
    }
}

/// The rest of the line that is close by.
fn near(text: &str) -> &str {
    let mut end = text.len().min(NEAR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    first_line(text.get(..end).unwrap_or_default())
}

fn first_line(text: &str) -> &str {
    let end = memchr(b'\n', text.as_bytes()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// Returns whether a value that is not whole goes on in the next line.
fn goes_on(line: &str) -> bool {
    line.trim_end().ends_with(['{', '[', ',', ':', '+'])
}

/// Where the name of a class in front of a bracket begins, as in Java's `Node[...]`.
fn begin_of_class(line: &str, bracket: usize) -> usize {
    let before = line.get(..bracket).unwrap_or_default();
    let is_list = line.get(bracket..).is_some_and(|rest| rest.starts_with('['));
    let name = before.trim_end_matches(char::is_alphanumeric);
    if is_list && before.get(name.len()..).is_some_and(|name| name.starts_with(char::is_uppercase)) {
        name.len()
    } else {
        bracket
    }
}

/// How XML is written in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is.
    Plain,
    /// In a string literal, or in one within another.
    Literal,
    /// As text of HTML.
    Html,
}

impl Form {
    /// The XML that a text begins with; of a string literal also what is behind it on its line.
    fn xml(self, text: &str) -> (Cow<'_, str>, Option<&str>) {
        match self {
            Self::Plain => (Cow::Borrowed(text), None),
            Self::Html => {
                let shown = text.split('<').next().unwrap_or_default();
                let plain = shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
                (Cow::Owned(plain.replace("&#39;", "'").replace("&#34;", "\"").replace("&amp;", "&")), None)
            }
            Self::Literal => {
                let line = first_line(text);
                let (mut plain, length) = unescaped(line);
                for _ in 1..DEEPEST {
                    if !is_escaped(&plain) {
                        break;
                    }
                    plain = unescaped(&plain).0;
                }
                (Cow::Owned(plain), line.get(length..))
            }
        }
    }
}

/// How JSON of Go writes `<`.
const CODED: &str = "\\u003c";

/// Returns whether the first value of a tag, or the first line's end in it, is written as in a string literal.
fn is_escaped(xml: &str) -> bool {
    let (before, value) = xml.split_once('=').unwrap_or((xml, ""));
    before.contains('\\') || value.starts_with('\\')
}

/// The text of a string literal up to its closing quote or the end, and its length.
fn unescaped(text: &str) -> (String, usize) {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return (plain, place),
            '\\' => match characters.next().map(|(_, escape)| escape) {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some('t') => plain.push('\t'),
                Some('u') => {
                    let digits: String = characters.by_ref().take(4).map(|(_, digit)| digit).collect();
                    let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                    plain.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                Some(other) => plain.push(other),
                None => {}
            },
            _ => plain.push(character),
        }
    }
    (plain, text.len())
}

/// The stanza that XML begins with. In one that is cut, what follows the last tag is other text.
fn one(text: &str, dialect: Dialect, is_all: bool) -> Result<(LoggedStanza, usize), NoEntry> {
    let (found, length) = stanza(text, dialect, is_all)?;
    let (found, length) = match text.rfind('>') {
        Some(last) if found.is_cut && last + 1 < text.len() => {
            stanza(text.get(..=last).unwrap_or(text), dialect, true)?
        }
        _ => (found, length),
    };
    if is_prose(text, &found) { Err(NoEntry::Unrelated) } else { Ok((found, length)) }
}

/// Returns whether it is a mention of a tag rather than a stanza: one without any value that has nothing inside or
/// something other than elements, or one without an end whose start tag contains or precedes something other than XML.
fn is_prose(text: &str, found: &LoggedStanza) -> bool {
    let has_values = found.node.attributes().any(|known| !known.value.to_text().is_empty());
    let behind = text.split_once('>').map_or("", |(_, behind)| behind.trim_start());
    let goes_on = behind.is_empty() || behind.starts_with('<');
    let is_empty = found.node.children().is_empty();
    if found.is_cut { !has_values || !goes_on } else { !has_values && (is_empty || !goes_on) }
}

/// A walk through a value.
struct Walk {
    finder: Finder,
    /// How many parts of the value its printer left out.
    left_out: u32,
    stanzas: Vec<Found>,
    /// The tags and ids of the stanzas.
    known: HashSet<(String, String)>,
    has_preview: bool,
}

impl Walk {
    fn new(finder: Finder) -> Self {
        Self { finder, left_out: 0, stanzas: Vec::new(), known: HashSet::new(), has_preview: false }
    }

    fn value(&mut self, value: &JsonValue, around: &Surroundings, depth: usize) {
        match value {
            JsonValue::Null => {}
            JsonValue::Text(text) => self.text(text, around, depth),
            JsonValue::List(items) => {
                let around = Surroundings::of_items(items, around);
                items.iter().for_each(|item| self.value(item, &around, depth));
            }
            JsonValue::Object(members) => match value.stanza() {
                Some(stanza) if TAGS.contains(&stanza.node.tag()) && !stanza.node.attributes().is_empty() => {
                    let is_part = self.left_out > 0;
                    self.put(LoggedStanza { is_part, ..stanza }, around.clone());
                }
                Some(stanza) if TAGS.contains(&stanza.node.tag()) && self.left_out > 0 => self.has_preview = true,
                _ => {
                    let around = Surroundings::of_members(members, around);
                    members.iter().for_each(|(_, value)| self.value(value, &around, depth));
                }
            },
        }
    }

    fn text(&mut self, text: &str, around: &Surroundings, depth: usize) {
        if depth == DEEPEST || text.len() < SHORTEST {
            return;
        }
        let trimmed = text.trim_start();
        if trimmed.starts_with(['{', '['])
            && let Ok(Printed { value, .. }) = printed::read(trimmed)
        {
            self.value(&value, around, depth + 1);
        } else if let Some(node) = decoded(trimmed) {
            self.put(LoggedStanza::of(node, Departures::default()), around.clone());
        } else {
            self.xml(text, around);
        }
    }

    /// Each line with a tag begins a stanza, or several, which end before the next at the latest.
    fn xml(&mut self, text: &str, around: &Surroundings) {
        let mut begins = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if self.finder.first_tag(line).is_some() {
                begins.push(at);
            }
            at += line.len();
        }
        // XML of several lines has tags of its own on them where any tag counts.
        if self.finder.is_any {
            begins.truncate(1);
        }
        let ends = begins.iter().skip(1).copied().chain([text.len()]);
        for (begin, end) in begins.iter().zip(ends) {
            let part = text.get(*begin..end).unwrap_or_default();
            let finds = self.finder.in_text(part, true).map(|finds| finds.stanzas).unwrap_or_default();
            for Found { stanza, around: inner } in finds {
                self.put(stanza, inner.or(around));
            }
        }
    }

    /// Keeps a stanza, unless the same value has it in another form already.
    fn put(&mut self, stanza: LoggedStanza, around: Surroundings) {
        let node = &stanza.node;
        let is_new = node.text("id").is_none_or(|id| self.known.insert((node.tag().to_string(), id.into_owned())));
        if is_new {
            self.stanzas.push(Found::of(stanza, around));
        }
    }
}

/// The stanza that a text is in hex or base64.
fn decoded(text: &str) -> Option<Node> {
    let plaintext = frames::plaintext(text)?;
    let decoded = binary::decode(&plaintext);
    decoded.is_whole().then_some(decoded.node).flatten().filter(|node| TAGS.contains(&node.tag()))
}
