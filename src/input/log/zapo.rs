//! Logs of zapo at trace level: pino's JSON lines, the same as pino-pretty prints them, and what its console logger
//! prints, Node's form of an object over several lines, without a time.

use super::super::{Format, Reading};
use super::line::{Found, LineFormat, Outcome, Stamp, Text, stanza};
use super::pino::{self, Missing};
use crate::origin::Direction;
use crate::protocol::xml::Dialect;

/// Logs of zapo.
pub(in crate::input) const ZAPO: Format = Format {
    name: "zapo",
    about: "log of zapo at trace level, of its pino or its console logger",
    technique: "unknown",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &[IN, OUT],
        signs: &["wa client connect start", "comms opening websocket", "auth client credentials ready"],
        advice: "which prints stanzas at the level trace only: create its logger with `level: 'trace'`",
        is_alone: false,
        read,
    }),
};

/// The message of what was received.
const IN: &str = "node transport node in";

/// The message of what is sent.
const OUT: &str = "node transport send node";

fn direction(message: &str) -> Option<Direction> {
    match message {
        IN => Some(Direction::Inbound),
        OUT => Some(Direction::Outbound),
        _ => None,
    }
}

fn read(text: &Text<'_>) -> Outcome {
    let line = text.line();
    let head = line.strip_suffix('{').map(str::trim_end);
    let console = head.and_then(|head| [IN, OUT].into_iter().find(|message| head.ends_with(message)));
    if let Some(message) = console {
        return console_entry(text, direction(message));
    }
    let entry = match pino::read(text.text, text.is_all) {
        Ok(entry) => entry,
        Err(Missing::Unrelated) => return Outcome::Unrelated,
        Err(Missing::More) => return Outcome::More,
        Err(Missing::Broken(why)) => return Outcome::Broken { lines: 1, why },
    };
    let Some(direction) = direction(&entry.message) else { return Outcome::Unrelated };
    match &entry.xml {
        Some(xml) => found(xml, entry.lines, Some(direction), entry.stamp, entry.process),
        None => Outcome::Broken { lines: entry.lines, why: "it has no field xml" },
    }
}

fn found(xml: &str, lines: usize, direction: Option<Direction>, stamp: Stamp, client: String) -> Outcome {
    match stanza(xml, Dialect::ZAPO, true) {
        Ok((found, _)) => Outcome::Read { lines, found: vec![Found { direction, stamp, client, ..found }] },
        Err(_) => Outcome::Broken { lines, why: "its field xml holds no XML" },
    }
}

/// `node transport node in {`, then a field a line, the last of them `xml`, in pieces that `+` joins, then `}`.
fn console_entry(text: &Text<'_>, direction: Option<Direction>) -> Outcome {
    let prefix = text.line().find("node transport").unwrap_or_default();
    let mut xml: Option<String> = None;
    let mut lines = 1;
    for line in text.text.split_inclusive('\n').skip(1) {
        let is_bare = line.starts_with([' ', '}']);
        let inside = if is_bare { line } else { line.get(prefix..).unwrap_or_default() }.trim_end();
        if !inside.starts_with("  ") && inside != "}" {
            return Outcome::Broken { lines, why: "it ends before its last brace" };
        }
        lines += 1;
        if inside == "}" {
            return match xml {
                Some(xml) => found(&xml, lines, direction, Stamp::None, String::new()),
                None => Outcome::Broken { lines, why: "it has no field xml" },
            };
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
            _ => return Outcome::Broken { lines, why: "its field xml is broken" },
        }
    }
    match xml {
        _ if !text.is_all => Outcome::More,
        Some(xml) if !xml.is_empty() => found(&xml, lines, direction, Stamp::None, String::new()),
        _ => Outcome::Broken { lines, why: "it ends before its field xml" },
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
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            'x' => text.push(code(&mut characters, 2)?),
            'u' => text.push(code(&mut characters, 4)?),
            other => text.push(other),
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
