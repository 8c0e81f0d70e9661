//! Entries of pino, the logger of Node programs: as JSON lines, and as pino-pretty prints them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::entry::{LogTime, NoEntry, json};
use crate::input::time;

/// The parts of an entry that matter here.
#[derive(Debug)]
pub(super) struct PinoEntry<'t> {
    /// The message.
    pub(super) message: Cow<'t, str>,
    /// The field `xml`.
    pub(super) xml: Option<Cow<'t, str>>,
    /// The field `sent`.
    pub(super) sent: Option<Map<String, Value>>,
    /// When it was logged.
    pub(super) time: LogTime,
    /// The process that logged it, in words.
    pub(super) process: String,
    /// How many lines it takes.
    pub(super) lines: usize,
}

/// Reads the entry whose first line `text` begins with: JSON from the line's first brace on, or as pino-pretty prints it.
///
/// # Errors
/// If it is none, is not whole, or cannot be read.
pub(super) fn read(text: &str, is_all: bool) -> Result<PinoEntry<'_>, NoEntry> {
    let line = text.lines().next().unwrap_or_default();
    if let Some(brace) = line.find("{\"") {
        return json_entry(line.get(brace..).unwrap_or_default());
    }
    if line.contains("\"msg\":\"") {
        return Err(NoEntry::unreadable("it starts on another line, as where a log driver splits long lines"));
    }
    pretty(text, is_all)
}

fn json_entry(line: &str) -> Result<PinoEntry<'_>, NoEntry> {
    let mut fields: Map<String, Value> = json(line)?;
    let mut text = |name| match fields.remove(name) {
        Some(Value::String(text)) => Some(Cow::Owned(text)),
        _ => None,
    };
    let (message, xml) = (text("msg").unwrap_or_default(), text("xml"));
    let sent = match fields.remove("sent") {
        Some(Value::Object(sent)) => Some(sent),
        _ => None,
    };
    let process = fields.get("pid").filter(|pid| !pid.is_null()).map(|pid| format!("process {pid}"));
    let time = fields.get("time").map_or(LogTime::None, logged_at);
    Ok(PinoEntry { message, xml, sent, time, process: process.unwrap_or_default(), lines: 1 })
}

/// A time as pino writes it: milliseconds since the Unix epoch, or a string with a date.
fn logged_at(value: &Value) -> LogTime {
    match value {
        Value::String(text) => time::rfc3339(text),
        value => value.as_i64().and_then(time::whole_milliseconds),
    }
    .into()
}

/// How far pino-pretty indents fields.
const INDENT: &str = "    ";

/// What follows the time of an entry of pino-pretty.
const LEVELS: [&str; 3] = ["] TRACE", "] DEBUG", "] INFO"];

/// An entry of pino-pretty: `[time] LEVEL (process): message`, and its fields, indented, each beginning with its name.
fn pretty(text: &str, is_all: bool) -> Result<PinoEntry<'_>, NoEntry> {
    let mut lines = text.split_inclusive('\n');
    let head = lines.next().unwrap_or_default();
    // What a supervisor puts in front of the head is in front of the fields as well, at the same length.
    let level = LEVELS.iter().filter_map(|level| head.find(level)).min().ok_or(NoEntry::Unrelated)?;
    let begin = head.get(..level).and_then(|before| before.rfind('[')).ok_or(NoEntry::Unrelated)?;
    let (prefix, head) = head.split_at(begin);
    let (shown, rest) = head.get(1..).and_then(|head| head.split_once(']')).ok_or(NoEntry::Unrelated)?;
    let rest = rest.trim_start();
    let level = rest.split([' ', ':']).next().unwrap_or_default();
    let (who, message) = rest.get(level.len()..).and_then(|rest| rest.split_once(": ")).ok_or(NoEntry::Unrelated)?;
    let process = who.trim().strip_prefix('(').and_then(|who| who.strip_suffix(')')).unwrap_or_default();
    let process = process.rsplit('/').next().filter(|process| !process.is_empty());
    let mut entry = PinoEntry {
        message: Cow::Borrowed(message.trim_end()),
        xml: None,
        sent: None,
        time: shown_time(shown),
        process: process.map(|process| format!("process {process}")).unwrap_or_default(),
        lines: 1,
    };
    let mut fields = Vec::new();
    let mut is_ended = is_all;
    // Where a field begins, and how far it is indented.
    let indented = |line: &'_ str| -> Option<(usize, usize)> {
        let inside = if line.starts_with(INDENT) { line } else { line.get(prefix.len()..)? };
        let trimmed = inside.trim_start_matches(' ');
        let is_field = inside.starts_with(INDENT) && !trimmed.trim().is_empty();
        is_field.then(|| (line.len() - trimmed.len(), inside.len() - trimmed.len()))
    };
    for line in lines {
        match indented(line) {
            Some((begin, indent)) => fields.push((line.get(begin..).unwrap_or_default(), indent)),
            None => {
                is_ended = true;
                break;
            }
        }
    }
    if !is_ended {
        return Err(NoEntry::Incomplete);
    }
    entry.lines += fields.len();
    let mut fields = fields.into_iter().peekable();
    while let Some((field, indent)) = fields.next() {
        if indent != INDENT.len() {
            continue;
        }
        let Some((name, value)) = field.split_once(": ") else { continue };
        match name {
            "xml" => entry.xml = Some(string(value.trim_end())?),
            "sent" => {
                let mut value = value.trim_end().to_owned();
                while let Some((field, indent)) = fields.peek() {
                    if *indent == INDENT.len() && field.trim_end() != "}" {
                        break;
                    }
                    value.push_str(field.trim_end());
                    fields.next();
                }
                entry.sent = Some(json(&value)?);
            }
            _ => {}
        }
    }
    Ok(entry)
}

/// A string of a pretty field, written as in JSON.
fn string(value: &str) -> Result<Cow<'_, str>, NoEntry> {
    serde_json::from_str::<String>(value).map(Cow::Owned).map_err(|error| {
        NoEntry::unreadable(if error.is_eof() { "its field `xml` is truncated" } else { "its field `xml` is invalid" })
    })
}

/// A time as pino-pretty prints it: of the day, a number of milliseconds, or with a date.
fn shown_time(shown: &str) -> LogTime {
    /// `2026-05-14 15:02:22.545 +0200`, as its option for dates prints them.
    const FORMATS: &[&str] = &["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%:z"];
    if let Some(since_midnight) = time::time_of_day(shown) {
        return LogTime::OfDay(since_midnight);
    }
    match shown.parse::<i64>() {
        Ok(milliseconds) => time::whole_milliseconds(milliseconds),
        Err(_) => time::formatted(shown, FORMATS).or_else(|| time::rfc3339(shown)),
    }
    .into()
}
