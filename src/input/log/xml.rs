//! Stanzas as XML: a file of them, text pasted from anywhere, or a line of a log that no other format knows, plain or
//! with the escapes of a string literal or of HTML.
//!
//! A stanza may be on one line or several, and each line may be quoted as in a mail. Without a client that is known,
//! nothing says what its content is.

use std::borrow::Cow;

use super::entry::{EntryContent, LineFormat, LogEntry, Parsed, Text};
use super::finder::Finder;
use crate::protocol::xml::Dialect;

/// Bare XML.
pub(in crate::input) const XML: LineFormat = LineFormat::of_no_client(TAGS, read);

/// The beginnings of the stanzas that calls are made of, or that name the local device.
const TAGS: &[&str] = &[
    "<call",
    "<ack",
    "<receipt",
    "<success ",
    "<iq ",
    "u003ccall",
    "u003cack",
    "u003creceipt",
    "&lt;call",
    "&lt;ack",
    "&lt;receipt",
];

fn read(text: &Text<'_>) -> Parsed {
    let quote = quote(text.line());
    let finder = Finder { dialect: Dialect::UNKNOWN, is_any: false };
    let finds = finder.in_text(&unquoted(text.text, quote), text.is_all)?;
    let stanzas = finds.stanzas.into_iter().map(|found| found.stanza).collect();
    Ok(LogEntry { lines: finds.lines, content: EntryContent::Stanzas(stanzas) })
}

/// The mark of a quoted line, if it is one: `>` and spaces in front of everything else.
fn quote(line: &str) -> &str {
    let mark = line.len() - line.trim_start_matches(['>', ' ']).len();
    let mark = line.get(..mark).unwrap_or_default();
    mark.rfind('>').and_then(|last| mark.get(..=last)).unwrap_or_default()
}

/// The lines without the marks of a quotation.
fn unquoted<'t>(text: &'t str, quote: &str) -> Cow<'t, str> {
    if quote.is_empty() {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive('\n').map(|line| line.strip_prefix(quote).unwrap_or(line));
    Cow::Owned(lines.collect())
}
