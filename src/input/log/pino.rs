//! Entries of pino, the logger of Node programs: as JSON lines, and as pino-pretty prints them.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memmem};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::entry::{LogTime, NoEntry, has_too_many_values, json};
use super::flat::{self, FlatValue};
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
    let end = memchr(b'\n', text.as_bytes()).unwrap_or(text.len());
    let line = text.get(..end).unwrap_or_default();
    if let Some(brace) = memmem::find(line.as_bytes(), b"{\"") {
        return json_entry(line.get(brace..).unwrap_or_default());
    }
    if line.contains("\"msg\":\"") {
        return Err(NoEntry::unreadable("it starts on another line, as where a log driver splits long lines"));
    }
    pretty(text, is_all)
}

fn json_entry(line: &str) -> Result<PinoEntry<'_>, NoEntry> {
    let flat = if has_too_many_values(line) { None } else { Fields::of_flat(line) };
    let Fields { msg, xml, sent, time, process } = match flat {
        Some(fields) => fields,
        None => json(line)?,
    };
    let sent = match sent {
        Some(Value::Object(sent)) => Some(sent),
        _ => None,
    };
    let process = process.map_or_else(String::new, |process| ["process ", &process].concat());
    Ok(PinoEntry { message: msg.unwrap_or_default(), xml, sent, time, process, lines: 1 })
}

/// The fields of an entry that matter. Of a repeated one the last counts.
#[derive(Debug, Default, PartialEq)]
struct Fields<'t> {
    msg: Option<Cow<'t, str>>,
    xml: Option<Cow<'t, str>>,
    sent: Option<Value>,
    time: LogTime,
    /// What the field `pid` names.
    process: Option<Cow<'t, str>>,
}

impl<'t> Fields<'t> {
    /// The fields of a line that is flat.
    fn of_flat(line: &'t str) -> Option<Self> {
        let mut fields = Self::default();
        let mut is_usual = true;
        flat::members(line, |name, value| match (name, value) {
            ("msg", FlatValue::Text(text)) => fields.msg = Some(text),
            ("xml", FlatValue::Text(text)) => fields.xml = Some(text),
            ("time", FlatValue::Text(text)) => fields.time = time::rfc3339(&text).into(),
            ("time", FlatValue::Number(number)) => {
                fields.time = number.parse().ok().and_then(time::whole_milliseconds).into();
            }
            ("pid", FlatValue::Number(number)) => fields.process = Some(number.into()),
            ("sent", FlatValue::Object(object)) => match texts(object) {
                Some(sent) => fields.sent = Some(Value::Object(sent)),
                None => is_usual = false,
            },
            ("msg" | "xml" | "sent" | "pid", _) => is_usual = false,
            _ => {}
        })?;
        is_usual.then_some(fields)
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

/// The members of an object that is flat and has only texts.
fn texts(object: &str) -> Option<Map<String, Value>> {
    let (mut texts, mut is_usual) = (Map::new(), true);
    flat::members(object, |name, value| match value {
        FlatValue::Text(text) => {
            texts.insert(name.to_owned(), Value::String(text.into_owned()));
        }
        FlatValue::Number(_) | FlatValue::Object(_) => is_usual = false,
    })?;
    is_usual.then_some(texts)
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Fields::default();
        while let Some(MaybeText(name)) = map.next_key()? {
            match name.as_deref() {
                Some("msg") => fields.msg = map.next_value::<MaybeText<'_>>()?.0,
                Some("xml") => fields.xml = map.next_value::<MaybeText<'_>>()?.0,
                Some("sent") => fields.sent = Some(map.next_value()?),
                Some("time") => fields.time = logged_at(&map.next_value()?),
                Some("pid") => {
                    let pid = map.next_value::<Value>()?;
                    fields.process = (!pid.is_null()).then(|| pid.to_string().into());
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(fields)
    }
}

/// A string, borrowed where it has no escapes; nothing where the value is something else.
struct MaybeText<'t>(Option<Cow<'t, str>>);

impl<'de> Deserialize<'de> for MaybeText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = MaybeText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(MaybeText(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(MaybeText(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(MaybeText(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(MaybeText(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(MaybeText(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(MaybeText(None))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(MaybeText(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(MaybeText(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(MaybeText(None))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::ITEM_LIMIT;

    #[test]
    fn flat_lines_have_the_same_fields_by_either_way() {
        for line in [
            r#"{"level":10,"time":"2026-05-14T15:02:22.147Z","pid":4242,"xml":"<a b='1'>\n\t<c/>\n</a>","msg":"recv xml"}"#,
            r#"{"time":1778770943076,"pid":0,"recv":{"tag":"call","attrs":{"t":"1"}},"sent":{"id":"1","to":"2@lid"},"msg":"sent ack"}"#,
            r#"{"time":"yesterday","msg":"a","msg":"b","pid":1,"pid":2,"sent":{"id":"1"},"sent":{"id":"2","id":"3"}}"#,
        ] {
            let flat = Fields::of_flat(line);
            assert!(flat.is_some(), "{line}");
            assert_eq!(flat, json(line).ok(), "{line}");
        }
    }

    #[test]
    fn fields_of_other_types_are_left_to_serde_json() {
        for line in [
            r#"{"msg":1,"pid":2}"#,
            r#"{"msg":"a","pid":"2"}"#,
            r#"{"msg":"a","sent":"2"}"#,
            r#"{"msg":"a","sent":{"id":1}}"#,
            r#"{"msg":"a","xml":{"id":"1"}}"#,
        ] {
            assert_eq!(Fields::of_flat(line), None, "{line}");
        }
    }

    #[test]
    fn a_line_with_too_many_values_is_not_read() {
        let line = |count: usize| format!(r#"{{"msg":"recv xml","xml":"{}"}}"#, ",".repeat(count));
        assert!(read(&line(9), true).is_ok());
        assert!(matches!(read(&line(ITEM_LIMIT + 1), true), Err(NoEntry::Unreadable { .. })));
    }
}
