//! Entries of pino, the logger of Node programs: as JSON lines, and as pino-pretty prints them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::line::{Stamp, time_of_day};
use crate::origin::Timestamp;

/// An entry, in what is of interest here.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    /// The message.
    pub(super) message: Cow<'t, str>,
    /// The field `xml`.
    pub(super) xml: Option<Cow<'t, str>>,
    /// The field `sent`.
    pub(super) sent: Option<Map<String, Value>>,
    /// When.
    pub(super) stamp: Stamp,
    /// The process that logged it, in words.
    pub(super) process: String,
    /// How many lines it takes.
    pub(super) lines: usize,
}

/// Why there is no entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is none.
    Unrelated,
    /// It goes on in lines that are not there.
    More,
    /// It is one that cannot be read.
    Broken(&'static str),
}

/// Reads the entry whose first line `text` begins with: JSON from the line's first brace on, or what pino-pretty
/// makes of it.
pub(super) fn read(text: &str, is_all: bool) -> Result<Entry<'_>, Missing> {
    let line = text.lines().next().unwrap_or_default();
    if let Some(brace) = line.find("{\"") {
        return json(line.get(brace..).unwrap_or_default());
    }
    if line.contains("\"msg\":\"") {
        return Err(Missing::Broken("it begins on another line, as where a log driver splits long lines"));
    }
    pretty(text, is_all)
}

fn json(line: &str) -> Result<Entry<'_>, Missing> {
    let mut fields = object(line)?;
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
    let stamp = fields.get("time").map_or(Stamp::None, stamp);
    Ok(Entry { message, xml, sent, stamp, process: process.unwrap_or_default(), lines: 1 })
}

/// The JSON object that a text begins with. Of a repeated field the last counts, as everywhere.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, Missing> {
    match serde_json::Deserializer::from_str(text).into_iter().next() {
        Some(Ok(object)) => Ok(object),
        Some(Err(error)) if error.is_eof() => Err(Missing::Broken("its JSON ends too early")),
        Some(Err(_)) | None => Err(Missing::Broken("its JSON is broken")),
    }
}

/// A time as pino writes it: milliseconds since the Unix epoch, or a string with a date.
fn stamp(time: &Value) -> Stamp {
    let moment = match time {
        Value::String(text) => date(text),
        time => time.as_i64().and_then(|milliseconds| milliseconds.checked_mul(1_000_000)).map(Timestamp),
    };
    moment.map_or(Stamp::None, Stamp::At)
}

/// A moment as RFC 3339 writes it.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    i64::try_from(moment.as_nanosecond()).ok().map(Timestamp)
}

/// How far pino-pretty indents fields.
const INDENT: &str = "    ";

/// What stands between the time and the process of an entry of pino-pretty.
const LEVELS: [&str; 3] = ["] TRACE", "] DEBUG", "] INFO"];

/// An entry of pino-pretty: `[time] LEVEL (process): message`, and its fields, indented, each beginning with its name.
fn pretty(text: &str, is_all: bool) -> Result<Entry<'_>, Missing> {
    let mut lines = text.split_inclusive('\n');
    let head = lines.next().unwrap_or_default();
    // What a supervisor puts in front of the head stands in front of the fields as well, at the same length.
    let level = LEVELS.iter().filter_map(|level| head.find(level)).min().ok_or(Missing::Unrelated)?;
    let begin = head.get(..level).and_then(|before| before.rfind('[')).ok_or(Missing::Unrelated)?;
    let (prefix, head) = head.split_at(begin);
    let (time, rest) = head.get(1..).and_then(|head| head.split_once(']')).ok_or(Missing::Unrelated)?;
    let rest = rest.trim_start();
    let level = rest.split([' ', ':']).next().unwrap_or_default();
    let (who, message) = rest.get(level.len()..).and_then(|rest| rest.split_once(": ")).ok_or(Missing::Unrelated)?;
    let process = who.trim().strip_prefix('(').and_then(|who| who.strip_suffix(')')).unwrap_or_default();
    let process = process.rsplit('/').next().filter(|process| !process.is_empty());
    let mut entry = Entry {
        message: Cow::Borrowed(message.trim_end()),
        xml: None,
        sent: None,
        stamp: pretty_stamp(time),
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
        return Err(Missing::More);
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
                entry.sent = Some(object(&value)?);
            }
            _ => {}
        }
    }
    Ok(entry)
}

/// A string of a pretty field, written as in JSON.
fn string(value: &str) -> Result<Cow<'_, str>, Missing> {
    serde_json::from_str::<String>(value).map(Cow::Owned).map_err(|error| {
        Missing::Broken(if error.is_eof() { "its field xml ends too early" } else { "its field xml is broken" })
    })
}

/// A time as pino-pretty prints it: of the day, a number of milliseconds, or with a date.
fn pretty_stamp(time: &str) -> Stamp {
    if let Some((nanoseconds, length)) = time_of_day(time)
        && length == time.len()
    {
        return Stamp::OfDay(nanoseconds);
    }
    if let Ok(milliseconds) = time.parse::<i64>() {
        return stamp(&Value::from(milliseconds));
    }
    // `2026-05-14 15:02:22.545 +0200`, as its option for dates prints them.
    for format in ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%:z"] {
        if let Ok(moment) = jiff::Timestamp::strptime(format, time) {
            return i64::try_from(moment.as_nanosecond()).map_or(Stamp::None, |time| Stamp::At(Timestamp(time)));
        }
    }
    date(time).map_or(Stamp::None, Stamp::At)
}
