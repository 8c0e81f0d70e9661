//! Stanzas as bare XML: a file of them, text pasted from anywhere, or a line of a log that no other format knows.
//!
//! A stanza may be on one line or several, and each line may be quoted as in a mail. Without a client that is known,
//! nothing says what its content is, nor which way it went.

use std::borrow::Cow;

use super::super::{Format, Reading};
use super::line::{Found, LineFormat, Outcome, Text, lines_in, stanza};
use crate::protocol::xml::Dialect;

/// Bare XML.
pub(in crate::input) const XML: Format = Format {
    name: "xml",
    about: "stanzas as XML, in a file or pasted among other text",
    technique: "unknown",
    brings_secrets: false,
    reading: Reading::Lines(LineFormat { markers: TAGS, signs: &[], advice: "", read }),
};

/// The beginnings of the stanzas that calls are made of, or that name the local device.
const TAGS: &[&str] = &["<call ", "<call>", "<ack ", "<receipt ", "<success ", "<iq "];

fn read(text: &Text<'_>) -> Outcome {
    let line = text.line();
    // JSON of no known kind, such as the notes of a test bench beside a capture: what it says of the stanza, its
    // direction above all, cannot be read, and a stanza without it would be another one.
    if line.trim_start().starts_with('{') {
        return Outcome::Unrelated;
    }
    let Some(place) = TAGS.iter().filter_map(|tag| line.find(tag)).min() else { return Outcome::Unrelated };
    let quote = quote(line.get(..place).unwrap_or_default());
    let unquoted = unquoted(text.text, quote);
    let begin = if quote.is_empty() { place } else { place - quote.len() };
    let mut found: Vec<Found> = Vec::new();
    let mut at = begin;
    // Further stanzas on the same lines are of the same entry.
    loop {
        match stanza(unquoted.get(at..).unwrap_or_default(), Dialect::UNKNOWN, text.is_all) {
            Ok((stanza, length)) => {
                found.push(stanza);
                at += length;
            }
            Err(Outcome::More) if found.is_empty() => return Outcome::More,
            Err(_) => break,
        }
        let rest = unquoted.get(at..).unwrap_or_default();
        let on_line = rest.split('\n').next().unwrap_or_default();
        match TAGS.iter().filter_map(|tag| on_line.find(tag)).min() {
            Some(further) => at += further,
            None => break,
        }
    }
    if found.is_empty() { Outcome::Unrelated } else { Outcome::Read { lines: lines_in(&unquoted, at), found } }
}

/// What marks a line as quoted, if it is: signs `>` and spaces in front of the stanza.
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
