//! Logs of whatsmeow at level debug: its own lines on standard output, and zerolog's, as JSON or as its console writer
//! prints them, as bridges and bots built on it write them.

use serde_json::{Map, Value};

use super::entry::{LineFormat, LogEntry, LogTime, LoggedStanza, NoEntry, Parsed, Text, json, lines_in, stanza};
use crate::input::{clients, time};
use crate::origin::Direction;

/// Logs of whatsmeow.
pub(in crate::input) const WHATSMEOW: LineFormat = LineFormat::of(&clients::WHATSMEOW, read);

/// The field of a line of zerolog's console writer that names the logger.
const LOGGER: &str = "sublogger=";

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    if line.contains(LOGGER) && line.contains(CONSOLE) {
        return console(line);
    }
    match line.find("{\"") {
        Some(brace) if !line.contains(" DEBUG] <") => zerolog(line.get(brace..).unwrap_or_default()),
        _ => stdout(text),
    }
}

/// `15:02:22.545 [Client/Recv DEBUG] <call ...>`, over several lines if the stanza has such.
fn stdout(text: &Text<'_>) -> Parsed {
    let line = text.line();
    let logger = |end: &str| line.split_once(end).map(|(before, _)| before);
    let (before, direction) = match (logger("/Recv DEBUG] "), logger("/Send DEBUG] ")) {
        (Some(before), _) => (before, Direction::Inbound),
        (None, Some(before)) => (before, Direction::Outbound),
        (None, None) => return Err(NoEntry::Unrelated),
    };
    let (before_client, client) = before.rsplit_once('[').ok_or(NoEntry::Unrelated)?;
    let begin = before.len() + "/Recv DEBUG] ".len();
    let rest = text.text.get(begin..).unwrap_or_default();
    let (stanza, length) = stanza(rest, clients::WHATSMEOW.dialect, text.is_all)?;
    let lines = lines_in(text.text, begin + length);
    LogEntry::stanza(lines, with(stanza, direction, last_time(before_client.trim_end()), client))
}

fn with(stanza: LoggedStanza, direction: Direction, time: LogTime, client: &str) -> LoggedStanza {
    LoggedStanza { direction: Some(direction), time, vantage: client.to_owned(), ..stanza }
}

/// What is in front of a stanza that the console writer prints.
const CONSOLE: &str = " DBG <";

/// `2026-05-14T15:02:22Z DBG <call ...> sublogger=Recv`
fn console(line: &str) -> Parsed {
    let (time, _) = line.split_once(CONSOLE).ok_or(NoEntry::Unrelated)?;
    let begin = time.len() + CONSOLE.len() - 1;
    let (stanza, length) = stanza(line.get(begin..).unwrap_or_default(), clients::WHATSMEOW.dialect, true)?;
    let fields = line.get(begin + length..).unwrap_or_default();
    let logger = fields.split_once(LOGGER).and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or_default();
    let (client, direction) = client_and_direction(logger).ok_or(NoEntry::Unrelated)?;
    LogEntry::stanza(1, with(stanza, direction, last_time(time), client))
}

/// The client, which may be nested in others, and the direction of its stanzas, by the name of a logger.
fn client_and_direction(logger: &str) -> Option<(&str, Direction)> {
    let (client, name) = logger.rsplit_once('/').unwrap_or(("", logger));
    match name {
        "Recv" => Some((client, Direction::Inbound)),
        "Send" => Some((client, Direction::Outbound)),
        _ => None,
    }
}

/// The time that a text ends with.
fn last_time(text: &str) -> LogTime {
    let word = text.rsplit([' ', '\t', '|']).next().unwrap_or_default();
    time::time_of_day(word).map_or_else(|| time::rfc3339(word).into(), LogTime::OfDay)
}

/// A JSON line of zerolog.
fn zerolog(line: &str) -> Parsed {
    let fields: Map<String, Value> = match json(line) {
        Ok(fields) => fields,
        Err(error) if line.contains("\"message\":\"<") => return Err(error.into()),
        // Whatever is wrong with a line without a stanza does not matter.
        Err(_) => return Err(NoEntry::Unrelated),
    };
    let text = |name| fields.get(name).and_then(Value::as_str);
    let logger = text("sublogger").or(text("module")).ok_or(NoEntry::Unrelated)?;
    let (client, direction) = client_and_direction(logger).ok_or(NoEntry::Unrelated)?;
    let message = text("message").filter(|message| message.trim_start().starts_with('<')).ok_or(NoEntry::Unrelated)?;
    let (stanza, _) =
        stanza(message, clients::WHATSMEOW.dialect, true).map_err(|_| NoEntry::unreadable("its message is not XML"))?;
    LogEntry::stanza(1, with(stanza, direction, fields.get("time").map_or(LogTime::None, logged_at), client))
}

/// A time as zerolog writes it: a string with a date, or a whole number of some unit since the Unix epoch.
fn logged_at(value: &Value) -> LogTime {
    match value {
        Value::String(text) => time::rfc3339(text),
        value => value.as_i64().and_then(time::whole_number),
    }
    .into()
}
