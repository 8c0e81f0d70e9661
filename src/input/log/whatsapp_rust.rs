//! Logs of whatsapp-rust at debug level, in the forms that its programs give them, and as `tracing` writes them.
//!
//! One of its programs prints the minutes of the hour first, and no direction. None prints the acks that the library
//! sends by itself, nor bytes.

use serde_json::Value;

use super::super::{Format, Reading};
use super::line::{Found, LineFormat, Outcome, Stamp, Text, lines_in, stanza, time_of_day, time_of_hour};
use super::pino::{self, Missing, date};
use crate::origin::Direction;
use crate::protocol::xml::Dialect;

/// Logs of whatsapp-rust.
pub(in crate::input) const WHATSAPP_RUST: Format = Format {
    name: "whatsapp-rust",
    about: "log of whatsapp-rust at debug level, as env_logger, tracing or its own programs write it",
    technique: "unknown",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &["Client/Recv", "Client/Send", "[DEBUG] <"],
        signs: &["whatsapp_rust::", "[Client/Keepalive]", " Client/Keepalive", "[Client/AppState]", " Client/AppState"],
        advice: "which prints stanzas at the level debug only: set RUST_LOG=debug, or the filters Client/Recv and \
                 Client/Send to debug",
        program: Some("whatsapp-rust"),
        omits_own_acks: true,
        is_alone: false,
        read,
    }),
};

fn read(text: &Text<'_>) -> Outcome {
    let line = text.line();
    match line.find("{\"") {
        Some(brace) if line.contains("\"target\"") => json(line.get(brace..).unwrap_or_default()),
        _ => plain(text),
    }
}

/// What stands between a logger's name and the stanza.
const SEPARATORS: [&str; 3] = ["] - <", "] <", ": <"];

/// `15:02:22 [DEBUG] [Client/Recv] - <call ...>`, `[2026-05-14T15:02:22Z DEBUG Client/Recv] <call ...>`,
/// `2026-05-14T15:02:22.545000Z DEBUG Client/Recv: <call ...>` or `02:22.545 pid=4242 [DEBUG] <call ...>`.
fn plain(text: &Text<'_>) -> Outcome {
    let line = text.line();
    let named = |name: &str| {
        let place = line.find(name)?;
        let behind = line.get(place + name.len()..)?;
        let separator = SEPARATORS.iter().find(|separator| behind.starts_with(**separator))?;
        Some((line.get(..place)?, place + name.len() + separator.len() - 1))
    };
    let (before, begin, direction, stamp) = match (named("Client/Recv"), named("Client/Send")) {
        (Some((before, begin)), _) => (before, begin, Some(Direction::Inbound), last_time(before, of_day)),
        (None, Some((before, begin))) => (before, begin, Some(Direction::Outbound), last_time(before, of_day)),
        (None, None) => match line.split_once("[DEBUG] <") {
            Some((before, _)) if before.contains(" pid=") => {
                (before, before.len() + "[DEBUG] ".len(), None, last_time(before, of_hour))
            }
            _ => return Outcome::Unrelated,
        },
    };
    match stanza(text.text.get(begin..).unwrap_or_default(), Dialect::WHATSAPP_RUST, text.is_all) {
        Ok((found, length)) => {
            let process = before.split(' ').find_map(|word| word.strip_prefix("pid="));
            let client = process.map(|process| format!("process {process}")).unwrap_or_default();
            let found = Found { direction, stamp, client, ..found };
            Outcome::Read { lines: lines_in(text.text, begin + length), found: vec![found] }
        }
        Err(outcome) => outcome,
    }
}

fn of_day(word: &str) -> Option<(Stamp, usize)> {
    time_of_day(word).map(|(nanoseconds, length)| (Stamp::OfDay(nanoseconds), length))
}

fn of_hour(word: &str) -> Option<(Stamp, usize)> {
    time_of_hour(word).map(|(nanoseconds, length)| (Stamp::OfHour(nanoseconds), length))
}

/// The last word of a text that is a time: with a date, or read by `clock`.
fn last_time(text: &str, clock: fn(&str) -> Option<(Stamp, usize)>) -> Stamp {
    let stamp = |word: &str| match clock(word) {
        Some((stamp, length)) if length == word.len() => Some(stamp),
        _ => date(word).map(Stamp::At),
    };
    text.rsplit([' ', '\t', '[', ']', '|']).find_map(stamp).unwrap_or_default()
}

/// A line of the JSON form of `tracing`. What came through the `log` crate may have its target among the fields.
fn json(line: &str) -> Outcome {
    let fields = match pino::object(line) {
        Ok(fields) => fields,
        Err(Missing::Broken(why)) if line.contains("\"message\":\"<") => return Outcome::Broken { lines: 1, why },
        // What is no stanza may be broken as it likes.
        Err(_) => return Outcome::Unrelated,
    };
    let inner = fields.get("fields").and_then(Value::as_object).unwrap_or(&fields);
    let text = |name: &str| inner.get(name).or_else(|| fields.get(name)).and_then(Value::as_str);
    let targets = [text("log.target"), text("target")];
    let direction = targets.into_iter().flatten().find_map(|target| match target {
        "Client/Recv" => Some(Direction::Inbound),
        "Client/Send" => Some(Direction::Outbound),
        _ => None,
    });
    let message = text("message").filter(|message| message.starts_with('<'));
    let (Some(direction), Some(message)) = (direction, message) else { return Outcome::Unrelated };
    match stanza(message, Dialect::WHATSAPP_RUST, true) {
        Ok((found, _)) => {
            let stamp = text("timestamp").and_then(date).map_or(Stamp::None, Stamp::At);
            Outcome::Read { lines: 1, found: vec![Found { direction: Some(direction), stamp, ..found }] }
        }
        Err(_) => Outcome::Broken { lines: 1, why: "its message holds no XML" },
    }
}
