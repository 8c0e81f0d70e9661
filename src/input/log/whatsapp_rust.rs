//! Logs of whatsapp-rust at level debug, as `env_logger`, `tracing` and its own programs write them.
//!
//! One of its programs prints the minutes of the hour first, and no direction. None prints the acks that the library
//! sends by itself, nor bytes.

use serde_json::{Map, Value};

use super::entry::{LineFormat, LogEntry, LogTime, LoggedStanza, NoEntry, Parsed, Text, json, lines_in, stanza};
use crate::input::{clients, time};
use crate::origin::Direction;

/// Logs of whatsapp-rust.
pub(in crate::input) const WHATSAPP_RUST: LineFormat = LineFormat::of(&clients::WHATSAPP_RUST, read);

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    match line.find("{\"") {
        Some(brace) if line.contains("\"target\"") => tracing_json(line.get(brace..).unwrap_or_default()),
        _ => plain(text),
    }
}

/// What separates a logger's name from the stanza.
const SEPARATORS: [&str; 3] = ["] - <", "] <", ": <"];

/// `15:02:22 [DEBUG] [Client/Recv] - <call ...>`, `[2026-05-14T15:02:22Z DEBUG Client/Recv] <call ...>`,
/// `2026-05-14T15:02:22.545000Z DEBUG Client/Recv: <call ...>` or `02:22.545 pid=4242 [DEBUG] <call ...>`.
fn plain(text: &Text<'_>) -> Parsed {
    let line = text.line();
    let named = |name: &str| {
        let (before, behind) = line.split_once(name)?;
        // Loggers of other programs may end so, behind a name of their own.
        if before.ends_with('/') || !before.contains("DEBUG") {
            return None;
        }
        let separator = SEPARATORS.iter().find(|separator| behind.starts_with(**separator))?;
        Some((before, before.len() + name.len() + separator.len() - 1))
    };
    let of_day = |word: &str| time::time_of_day(word).map(LogTime::OfDay);
    let of_hour = |word: &str| time::time_of_hour(word).map(LogTime::OfHour);
    let (before, begin, direction, time) = match (named("Client/Recv"), named("Client/Send")) {
        (Some((before, begin)), _) => (before, begin, Some(Direction::Inbound), last_time(before, of_day)),
        (None, Some((before, begin))) => (before, begin, Some(Direction::Outbound), last_time(before, of_day)),
        (None, None) => match line.split_once("[DEBUG] <") {
            Some((before, _)) if before.contains(" pid=") => {
                (before, before.len() + "[DEBUG] ".len(), None, last_time(before, of_hour))
            }
            _ => return Err(NoEntry::Unrelated),
        },
    };
    let rest = text.text.get(begin..).unwrap_or_default();
    let (stanza, length) = stanza(rest, clients::WHATSAPP_RUST.dialect, text.is_all)?;
    let process = before.split(' ').find_map(|word| word.strip_prefix("pid="));
    let vantage = process.map(|process| format!("process {process}")).unwrap_or_default();
    LogEntry::stanza(lines_in(text.text, begin + length), LoggedStanza { direction, time, vantage, ..stanza })
}

/// The last word of a text that is a time: with a date, or without one as `undated` reads it.
fn last_time(text: &str, undated: impl Fn(&str) -> Option<LogTime>) -> LogTime {
    let time = |word: &str| undated(word).or_else(|| time::rfc3339(word).map(LogTime::At));
    text.rsplit([' ', '\t', '[', ']', '|']).find_map(time).unwrap_or_default()
}

/// A line of the JSON form of `tracing`. What came through the `log` crate may have its target among the fields.
fn tracing_json(line: &str) -> Parsed {
    let fields: Map<String, Value> = match json(line) {
        Ok(fields) => fields,
        Err(error) if line.contains("\"message\":\"<") => return Err(error.into()),
        // Whatever is wrong with a line without a stanza does not matter.
        Err(_) => return Err(NoEntry::Unrelated),
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
    let (Some(_), Some(message)) = (direction, message) else { return Err(NoEntry::Unrelated) };
    let (stanza, _) = stanza(message, clients::WHATSAPP_RUST.dialect, true)
        .map_err(|_| NoEntry::unreadable("its message is not XML"))?;
    LogEntry::stanza(1, LoggedStanza { direction, time: text("timestamp").and_then(time::rfc3339).into(), ..stanza })
}
