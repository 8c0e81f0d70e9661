//! Stanzas as bare XML: a file of them, text pasted from anywhere, or a line of a log that no other format knows.
//!
//! A stanza may be on one line or several, and each line may be quoted as in a mail. Without a client that is known,
//! nothing says what its content is, nor which way it went.

use std::borrow::Cow;

use memchr::memchr2_iter;

use super::entry::{EntryContent, LineFormat, LogEntry, LoggedStanza, NoEntry, Parsed, Text, lines_in, stanza};
use crate::protocol::binary::Node;
use crate::protocol::xml::Dialect;

/// Bare XML.
pub(in crate::input) const XML: LineFormat = LineFormat::of_no_client(TAGS, read);

/// The beginnings of the stanzas that calls are made of, or that name the local device.
const TAGS: &[&str] = &[
    "<call ",
    "<call>",
    "<call\n",
    "<call\r",
    "<call\t",
    "<ack ",
    "<ack\n",
    "<ack\r",
    "<ack\t",
    "<receipt ",
    "<receipt\n",
    "<receipt\r",
    "<receipt\t",
    "<success ",
    "<iq ",
];

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    // JSON of no known kind, such as the notes of a test bench next to a capture: what it says of the stanza, its
    // direction above all, cannot be read, and without that it would be another stanza.
    if line.trim_start().starts_with('{') {
        return Err(NoEntry::Unrelated);
    }
    let place = tag_on_line(text.text).ok_or(NoEntry::Unrelated)?;
    let before = line.get(..place).unwrap_or_default();
    // A string literal of another language has escapes of its own.
    if before.ends_with(['"', '\'']) || before.contains("{\"") {
        return Err(NoEntry::Unrelated);
    }
    let quote = quote(before);
    let unquoted = unquoted(text.text, quote);
    let begin = if quote.is_empty() { place } else { place - quote.len() };
    let mut stanzas: Vec<LoggedStanza> = Vec::new();
    let mut at = begin;
    // Further stanzas on the same lines are of the same entry.
    loop {
        match one(unquoted.get(at..).unwrap_or_default(), text.is_all) {
            Ok((stanza, length)) => {
                stanzas.push(stanza);
                at += length;
            }
            Err(NoEntry::Incomplete) if stanzas.is_empty() => return Err(NoEntry::Incomplete),
            Err(_) => break,
        }
        match tag_on_line(unquoted.get(at..).unwrap_or_default()) {
            Some(further) => at += further,
            None => break,
        }
    }
    if stanzas.is_empty() {
        return Err(NoEntry::Unrelated);
    }
    Ok(LogEntry { lines: lines_in(&unquoted, at), content: EntryContent::Stanzas(stanzas) })
}

/// Where the first stanza of the line that a text begins with is. Looks no further than to it.
fn tag_on_line(text: &str) -> Option<usize> {
    let places = memchr2_iter(b'<', b'\n', text.as_bytes());
    for place in places {
        let rest = text.get(place..).unwrap_or_default();
        if rest.starts_with('\n') {
            return None;
        }
        if TAGS.iter().any(|tag| rest.starts_with(tag)) {
            return Some(place);
        }
    }
    None
}

/// The stanza that `text` begins with. In one that is cut, what follows the last tag is other text.
fn one(text: &str, is_all: bool) -> Result<(LoggedStanza, usize), NoEntry> {
    let (found, length) = stanza(text, Dialect::UNKNOWN, is_all)?;
    let (found, length) = match text.rfind('>') {
        Some(last) if found.is_cut && last + 1 < text.len() => {
            stanza(text.get(..=last).unwrap_or(text), Dialect::UNKNOWN, true)?
        }
        _ => (found, length),
    };
    if is_prose(text, &found) { Err(NoEntry::Unrelated) } else { Ok((found, length)) }
}

/// Returns whether it is a mention of a tag rather than a stanza: one without any value that has nothing inside or
/// something other than elements, or one without an end whose start tag contains or precedes something other than XML.
fn is_prose(text: &str, found: &LoggedStanza) -> bool {
    let Node { attributes, .. } = &found.node;
    let has_values = attributes.iter().any(|known| !known.value.to_text().is_empty());
    let behind = text.split_once('>').map_or("", |(_, behind)| behind.trim_start());
    let goes_on = behind.is_empty() || behind.starts_with('<');
    let is_empty = found.node.children().is_empty();
    if found.is_cut { !has_values || !goes_on } else { !has_values && (is_empty || !goes_on) }
}

/// The mark of a quoted line, if it is one: `>` and spaces in front of the stanza.
fn quote(before: &str) -> &str {
    let is_quote = before.contains('>') && before.chars().all(|c| c == '>' || c == ' ');
    before.rfind('>').filter(|_| is_quote).and_then(|last| before.get(..=last)).unwrap_or_default()
}

/// The lines without the marks of a quotation.
fn unquoted<'t>(text: &'t str, quote: &str) -> Cow<'t, str> {
    if quote.is_empty() {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| line.strip_prefix(quote).unwrap_or(line));
    Cow::Owned(lines.collect())
}
