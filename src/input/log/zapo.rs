//! Logs of zapo at trace level: pino's JSON lines, the same as pino-pretty prints them, and what its console logger
//! prints, Node's form of an object over several lines, without a time.

use super::entry::{LineFormat, LogEntry, LoggedStanza, NoEntry, Parsed, Text, stanza_in_field};
use super::pino;
use super::printed::named_escape;
use crate::input::clients;
use crate::origin::Direction;

/// Logs of zapo.
pub(in crate::input) const ZAPO: LineFormat = LineFormat::of(&clients::ZAPO, read);

/// What was received.
const IN: &str = "node transport node in";

/// What is sent.
const OUT: &str = "node transport send node";

fn direction(message: &str) -> Option<Direction> {
    match message {
        IN => Some(Direction::Inbound),
        OUT => Some(Direction::Outbound),
        _ => None,
    }
}

fn read(text: &Text<'_>) -> Parsed {
    let head = text.line().strip_suffix('{').map(str::trim_end);
    let message = head.and_then(|head| [IN, OUT].into_iter().find(|message| head.ends_with(message)));
    if let Some(message) = message {
        let (lines, xml) = console_entry(text)?;
        let stanza = stanza_in_field(xml.as_deref(), clients::ZAPO.dialect, lines)?;
        return LogEntry::stanza(lines, LoggedStanza { direction: direction(message), ..stanza });
    }
    let entry = pino::read(text.text, text.is_all)?;
    let direction = Some(direction(&entry.message).ok_or(NoEntry::Unrelated)?);
    let stanza = stanza_in_field(entry.xml.as_deref(), clients::ZAPO.dialect, entry.lines)?;
    LogEntry::stanza(entry.lines, LoggedStanza { direction, time: entry.time, vantage: entry.process, ..stanza })
}

/// The field `xml` of `node transport node in {`, then one field per line, the last of them `xml`, in pieces that `+`
/// joins, then `}`; with how many lines that is.
fn console_entry(text: &Text<'_>) -> Result<(usize, Option<String>), NoEntry> {
    let prefix = text.line().find("node transport").unwrap_or_default();
    let mut xml: Option<String> = None;
    let mut lines = 1;
    for line in text.text.split_inclusive('\n').skip(1) {
        let is_bare = line.starts_with([' ', '}']);
        let inside = if is_bare { line } else { line.get(prefix..).unwrap_or_default() }.trim_end();
        if !inside.starts_with("  ") && inside != "}" {
            return Err(NoEntry::Unreadable { lines, why: "it ends before its last brace" });
        }
        lines += 1;
        if inside == "}" {
            return Ok((lines, xml));
        }
        let inside = inside.trim_start();
        let piece = match (&mut xml, inside.strip_prefix("xml: ")) {
            (_, Some(piece)) => {
                xml = Some(String::new());
                piece
            }
            (Some(_), None) => inside,
            (None, None) => continue,
        };
        let piece = piece.strip_suffix(" +").unwrap_or(piece).trim_end_matches(',');
        match (unquoted(piece), &mut xml) {
            (Some(piece), Some(xml)) => xml.push_str(&piece),
            _ => return Err(NoEntry::Unreadable { lines, why: "its field `xml` is invalid" }),
        }
    }
    match xml {
        _ if !text.is_all => Err(NoEntry::Incomplete),
        Some(xml) if !xml.is_empty() => Ok((lines, Some(xml))),
        _ => Err(NoEntry::Unreadable { lines, why: "it ends before its field `xml`" }),
    }
}

/// The text of a string literal of JavaScript, in any of its three quotes.
fn unquoted(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let inside = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next()? {
            'x' => text.push(code(&mut characters, 2)?),
            'u' => text.push(code(&mut characters, 4)?),
            letter => text.push(named_escape(letter)),
        }
    }
    Some(text)
}

/// The character of a code in hex.
fn code(characters: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let digits: String = characters.take(digits).collect();
    let code = u32::from_str_radix(&digits, 16).ok()?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}
