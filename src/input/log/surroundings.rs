//! What stands around a stanza: which way it went, and when.
//!
//! A word counts only where it is a mark (`[SENT]`, `rx`, `/Recv`), never as a word of a sentence. What is not said is
//! left open.

use super::entry::LogTime;
use super::json_node::JsonValue;
use crate::input::time;
use crate::origin::Direction;

/// Marks of a direction, in lower case. Those that are common words count only in brackets or between separators.
const WAYS: &[(&str, Direction)] = &[
    ("recv", Direction::Inbound),
    ("received", Direction::Inbound),
    ("receive", Direction::Inbound),
    ("rx", Direction::Inbound),
    ("in", Direction::Inbound),
    ("raw_in", Direction::Inbound),
    ("network_in", Direction::Inbound),
    ("incoming", Direction::Inbound),
    ("inbound", Direction::Inbound),
    ("decode", Direction::Inbound),
    ("decrypt", Direction::Inbound),
    ("cb", Direction::Inbound),
    ("<<", Direction::Inbound),
    ("←", Direction::Inbound),
    ("send", Direction::Outbound),
    ("sent", Direction::Outbound),
    ("tx", Direction::Outbound),
    ("out", Direction::Outbound),
    ("raw_out", Direction::Outbound),
    ("network_out", Direction::Outbound),
    ("outgoing", Direction::Outbound),
    ("outbound", Direction::Outbound),
    ("encode", Direction::Outbound),
    ("encrypt", Direction::Outbound),
    (">>", Direction::Outbound),
    ("→", Direction::Outbound),
];

/// Marks that are no words of any sentence.
const JARGON: &[&str] = &["rx", "tx", "raw_in", "raw_out", "recv", "<<", ">>", "←", "→"];

/// How much of a text in front of a stanza is searched.
const NEAR: usize = 256;

/// Names of fields that say which way, by their value.
const WAY_FIELDS: &[&str] = &[
    "direction", "dir", "way", "flow", "stage", "sublogger", "module", "logger", "sub", "name", "method", "event", "msg",
    "message", "label", "kind", "type", "prefix", "target",
];

/// Names of fields that say when, the most exact first.
const TIME_FIELDS: &[&str] =
    &["ts_ms", "time_ms", "time", "ts", "timestamp", "@timestamp", "date_time", "datetime", "date", "T"];

/// What stands around a stanza.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// Which way it went, if they say so.
    pub(super) direction: Option<Direction>,
    /// When it was logged, as far as they say.
    pub(super) time: LogTime,
}

impl Surroundings {
    /// Those of a stanza with this text before it and after it on its line.
    pub(super) fn of_text(before: &str, after: &str) -> Self {
        let fields = after.split_whitespace().filter_map(|word| word.split_once('=')).collect::<Vec<_>>();
        let named = fields.iter().find(|(name, _)| WAY_FIELDS.contains(name)).and_then(|(_, value)| way_of(value));
        Self { direction: named.or_else(|| way_before(before)), time: time_in(before) }
    }

    /// Those of what is in an object with these members, which has `outer` around it.
    pub(super) fn of_members(members: &[(String, JsonValue)], outer: Self) -> Self {
        let text = |name: &&str| members.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.text());
        let direction = WAY_FIELDS.iter().filter_map(text).find_map(way_of);
        let time = TIME_FIELDS.iter().filter_map(text).map(time_of).find(|time| *time != LogTime::None);
        Self { direction: direction.or(outer.direction), time: time.unwrap_or(outer.time) }
    }
}

/// Which way, by the whole value of a field: a mark alone, the last part of a logger's name, or an event's `CB:`.
fn way_of(value: &str) -> Option<Direction> {
    let value = value.trim().trim_matches('"');
    if value.starts_with("CB:") {
        return Some(Direction::Inbound);
    }
    let last = value.rsplit(['/', '.', ' ', ':']).next().unwrap_or_default();
    let is_name = value.len() == last.len() || !value.contains(' ');
    way(last).filter(|_| is_name)
}

fn way(word: &str) -> Option<Direction> {
    let word = word.to_lowercase();
    WAYS.iter().find(|(name, _)| *name == word).map(|(_, way)| *way)
}

/// Which way, by the mark in a text that is nearest to its end.
fn way_before(text: &str) -> Option<Direction> {
    // Marks of a quotation are no arrows.
    if text.chars().all(|character| matches!(character, '>' | ' ')) {
        return None;
    }
    let mut from = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or_default();
    let is_arrow = |character: char| matches!(character, '<' | '>' | '←' | '→');
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut end = text.len();
    while let Some(last) = text.get(..end).and_then(|text| text.chars().next_back()) {
        let kind = |character: char| if is_part(last) { is_part(character) } else { is_arrow(character) };
        if !is_part(last) && !is_arrow(last) {
            end -= last.len_utf8();
            continue;
        }
        let before = text.get(..end).unwrap_or_default().trim_end_matches(kind);
        let word = text.get(before.len()..end).unwrap_or_default();
        let opens = before.chars().next_back().is_some_and(|character| "[({|/=.".contains(character));
        let closes = text.get(end..).unwrap_or_default().starts_with([']', ')', '}', '|', ':']);
        let is_shouted = word.len() > 3 && word.chars().all(char::is_uppercase);
        let is_mark = opens || closes || is_shouted || JARGON.contains(&word.to_lowercase().as_str());
        if let Some(way) = way(word).filter(|_| is_mark) {
            return Some(way);
        }
        end = before.len();
    }
    None
}

/// A time as the value of a field.
pub(super) fn time_of(value: &str) -> LogTime {
    match value.parse::<i64>() {
        Ok(number) if number > 0 => time::whole_number(number).into(),
        _ if value.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) && time::decimal_seconds(value).is_some() => {
            time::decimal_seconds(value).into()
        }
        _ => time_in(value),
    }
}

/// How many words of a text are searched for a time.
const WORDS: usize = 48;

/// The time that a text gives: with a date and zone, with a date, or of the day.
pub(super) fn time_in(text: &str) -> LogTime {
    let is_separator = |character: char| character.is_whitespace() || "[]()|\"=".contains(character);
    let words: Vec<&str> = text.split(is_separator).filter(|word| !word.is_empty()).take(WORDS).collect();
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let mut found = LogTime::None;
    for index in 0..words.len() {
        let first = word(index).trim_end_matches([':', ',']);
        if let Some(moment) = time::rfc3339(first) {
            return LogTime::At(moment);
        }
        if let Some(moment) = time::civil(first) {
            return LogTime::Local(moment);
        }
        let is_date = first.len() == 10 && first.starts_with(|character: char| character.is_ascii_digit());
        if is_date {
            let [clock, zone] = [word(index + 1), word(index + 2)];
            if let Some(moment) = time::rfc3339(&format!("{}T{clock}{zone}", first.replace('/', "-"))) {
                return LogTime::At(moment);
            }
            if let Some(moment) = time::civil(&format!("{} {clock}", first.replace('/', "-"))) {
                return LogTime::Local(moment);
            }
        }
        // `Sep 14, 2026 15:02:22`
        let date = format!("{first} {} {} {}", word(index + 1).trim_end_matches(','), word(index + 2), word(index + 3));
        if let Some(moment) = time::civil_by_name(&date) {
            return LogTime::Local(moment);
        }
        if let Some(time) = time::time_of_day(first).or_else(|| time::twelve_hours(first, word(index + 1))) {
            found = LogTime::OfDay(time);
        } else if matches!(first.len(), 13 | 14) && first.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            found = time_of(first);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Inbound, Outbound};

    #[test]
    fn only_marks_say_which_way() {
        for (before, expected) in [
            ("[SENT] ", Some(Outbound)),
            ("VM1:7 [RECEIVED] ", Some(Inbound)),
            ("2015-06-13 22:53:06,309 [main] WhatsApi:1780 DEBUG: rx  ", Some(Inbound)),
            ("DEBUG: tx: ", Some(Outbound)),
            ("TRACE | [default/Client/Recv] ", Some(Inbound)),
            ("[User/@a:b/Client/Send/DEBUG] ", Some(Outbound)),
            ("→ SEND ", Some(Outbound)),
            ("15:02:22 << ", Some(Inbound)),
            ("[In] ", Some(Inbound)),
            ("CB:call ", Some(Inbound)),
            ("crypto.result.decrypt ", Some(Inbound)),
            ("when I sent ", None),
            ("in ", None),
            ("what is sent in answer, ", None),
            (">> ", None),
            ("", None),
        ] {
            assert_eq!(Surroundings::of_text(before, "").direction, expected, "{before}");
        }
        assert_eq!(Surroundings::of_text("15:02:22 DBG ", " sublogger=wa/Recv").direction, Some(Inbound));
        for (value, expected) in [("CB:call", Some(Inbound)), ("Client/Send", Some(Outbound)), ("out", Some(Outbound)), ("call", None)] {
            assert_eq!(way_of(value), expected, "{value}");
        }
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        let local = |seconds: i64, milliseconds: i64| LogTime::Local((seconds * 1000 + milliseconds) * 1_000_000);
        for (text, expected) in [
            ("2026-09-14 15:02:22,112 [main] ", local(1_789_398_142, 112)),
            ("2026/09/14 15:02:22 ", local(1_789_398_142, 0)),
            ("[Sep 14, 2026 15:02:22] ", local(1_789_398_142, 0)),
            ("2026-09-14T15:02:22.112 ", local(1_789_398_142, 112)),
            ("3:02PM DBG ", LogTime::OfDay(54_120_000_000_000)),
            ("[03:02:22 PM] ", LogTime::OfDay(54_142_000_000_000)),
            ("15:02:22.112 ", LogTime::OfDay(54_142_112_000_000)),
            ("record 15 of 2026 ", LogTime::None),
        ] {
            assert_eq!(time_in(text), expected, "{text}");
        }
        let at = time::rfc3339("2026-09-14T15:02:22.112Z").into();
        for text in ["2026-09-14T15:02:22.112Z ", "time=2026-09-14T12:02:22.112-03:00 level=INFO", "1789398142112 "] {
            assert_eq!(time_in(text), at, "{text}");
        }
        for text in ["1789398142112", "1789398142.112", "2026-09-14T15:02:22.112Z"] {
            assert_eq!(time_of(text), at, "{text}");
        }
    }
}
