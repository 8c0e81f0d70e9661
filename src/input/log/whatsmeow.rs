//! Logs of whatsmeow at debug level: its own lines on standard output, and zerolog's, as JSON or as its console writer
//! prints them, as bridges and bots built on it write them.

use serde_json::Value;

use super::super::{Format, Reading};
use super::line::{Found, LineFormat, Outcome, Stamp, Text, lines_in, stanza, time_of_day};
use super::pino::{self, Missing, date};
use crate::origin::{Direction, Timestamp};
use crate::protocol::xml::Dialect;

/// Logs of whatsmeow.
pub(in crate::input) const WHATSMEOW: Format = Format {
    name: "whatsmeow",
    about: "log of whatsmeow at debug level, its own lines or zerolog's",
    technique: "unknown",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &["/Recv DEBUG] ", "/Send DEBUG] ", "Recv\"", "Send\"", "Recv\\\"", "Send\\\"", LOGGER],
        signs: &["/Socket DEBUG]", "[Client INFO]", "[Main INFO]", "[Client WARN]", "\"component\":\"whatsmeow\""],
        advice: "which prints stanzas at the level DEBUG only: give the client a logger of that level, as \
                 waLog.Stdout(\"Client\", \"DEBUG\", true)",
        is_alone: false,
        read,
    }),
};

/// The field of a line of zerolog's console writer that names the logger.
const LOGGER: &str = "sublogger=";

fn read(text: &Text<'_>) -> Outcome {
    let line = text.line();
    if line.contains(LOGGER) && line.contains(CONSOLE) {
        return console(line);
    }
    match line.find("{\"") {
        Some(brace) if !line.contains(" DEBUG] <") => json(line.get(brace..).unwrap_or_default()),
        _ => stdout(text),
    }
}

/// `15:02:22.545 [Client/Recv DEBUG] <call ...>`, over several lines if the stanza has such.
fn stdout(text: &Text<'_>) -> Outcome {
    let line = text.line();
    let logger = |end: &str| line.split_once(end).map(|(before, _)| before);
    let (before, direction) = match (logger("/Recv DEBUG] "), logger("/Send DEBUG] ")) {
        (Some(before), _) => (before, Direction::Inbound),
        (None, Some(before)) => (before, Direction::Outbound),
        (None, None) => return Outcome::Unrelated,
    };
    let Some(bracket) = before.rfind('[') else { return Outcome::Unrelated };
    let client = before.get(bracket + 1..).unwrap_or_default();
    let time = before.get(..bracket).unwrap_or_default().trim_end();
    let begin = before.len() + "/Recv DEBUG] ".len();
    let found = stanza(text.text.get(begin..).unwrap_or_default(), Dialect::WHATSMEOW, text.is_all);
    match found {
        Ok((found, length)) => {
            let found =
                Found { direction: Some(direction), stamp: last_time(time), client: client.to_owned(), ..found };
            Outcome::Read { lines: lines_in(text.text, begin + length), found: vec![found] }
        }
        Err(outcome) => outcome,
    }
}

/// What stands in front of a stanza that the console writer prints.
const CONSOLE: &str = " DBG <";

/// `2026-05-14T15:02:22Z DBG <call ...> sublogger=Recv`
fn console(line: &str) -> Outcome {
    let Some((time, _)) = line.split_once(CONSOLE) else { return Outcome::Unrelated };
    let begin = time.len() + CONSOLE.len() - 1;
    let (found, length) = match stanza(line.get(begin..).unwrap_or_default(), Dialect::WHATSMEOW, true) {
        Ok(read) => read,
        Err(outcome) => return outcome,
    };
    let fields = line.get(begin + length..).unwrap_or_default();
    let logger = fields.split_once(LOGGER).and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or_default();
    let Some((client, direction)) = client_and_direction(logger) else { return Outcome::Unrelated };
    let found = Found { direction: Some(direction), stamp: last_time(time), client: client.to_owned(), ..found };
    Outcome::Read { lines: 1, found: vec![found] }
}

/// What the name of a logger says: the client, which may be nested in others, and which way its stanzas go.
fn client_and_direction(logger: &str) -> Option<(&str, Direction)> {
    let (client, name) = logger.rsplit_once('/').unwrap_or(("", logger));
    match name {
        "Recv" => Some((client, Direction::Inbound)),
        "Send" => Some((client, Direction::Outbound)),
        _ => None,
    }
}

/// The time that a text ends with.
fn last_time(text: &str) -> Stamp {
    let word = text.rsplit([' ', '\t', '|']).next().unwrap_or_default();
    match time_of_day(word) {
        Some((nanoseconds, length)) if length == word.len() => Stamp::OfDay(nanoseconds),
        _ => date(word).map_or(Stamp::None, Stamp::At),
    }
}

/// A line of zerolog.
fn json(line: &str) -> Outcome {
    let fields = match pino::object(line) {
        Ok(fields) => fields,
        Err(Missing::Broken(why)) if line.contains("\"message\":\"<") => return Outcome::Broken { lines: 1, why },
        // What is no stanza may be broken as it likes.
        Err(_) => return Outcome::Unrelated,
    };
    let text = |name| fields.get(name).and_then(Value::as_str);
    let Some(logger) = text("sublogger").or(text("module")) else { return Outcome::Unrelated };
    let Some((client, direction)) = client_and_direction(logger) else { return Outcome::Unrelated };
    let Some(message) = text("message").filter(|message| message.trim_start().starts_with('<')) else {
        return Outcome::Unrelated;
    };
    match stanza(message, Dialect::WHATSMEOW, true) {
        Ok((found, _)) => {
            let stamp = fields.get("time").map_or(Stamp::None, moment);
            let found = Found { direction: Some(direction), stamp, client: client.to_owned(), ..found };
            Outcome::Read { lines: 1, found: vec![found] }
        }
        Err(_) => Outcome::Broken { lines: 1, why: "its message holds no XML" },
    }
}

/// A time as zerolog writes it: a string with a date, or seconds, milliseconds, microseconds or nanoseconds since the
/// Unix epoch, which their number of digits tells apart.
fn moment(time: &Value) -> Stamp {
    let moment = match time {
        Value::String(text) => date(text),
        time => time.as_i64().and_then(|number| {
            let unit = match number.to_string().len() {
                ..=11 => 1_000_000_000,
                12..=14 => 1_000_000,
                15..=17 => 1_000,
                _ => 1,
            };
            number.checked_mul(unit).map(Timestamp)
        }),
    };
    moment.map_or(Stamp::None, Stamp::At)
}
