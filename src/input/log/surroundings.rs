//! What stands around a stanza: which way it went, when, and whose it is.
//!
//! A word counts only where it is a mark (`[SENT]`, `rx`, `/Recv`), never as a word of a sentence. What is not said is
//! left open.

use super::entry::LogTime;
use super::json_node::JsonValue;
use crate::input::time;
use crate::origin::Direction;

/// Marks of a direction, in lower case.
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
    ("<<", Direction::Inbound),
    ("<<<", Direction::Inbound),
    ("<-", Direction::Inbound),
    ("<--", Direction::Inbound),
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
    (">>>", Direction::Outbound),
    ("->", Direction::Outbound),
    ("-->", Direction::Outbound),
    ("→", Direction::Outbound),
];

/// Marks that are no words of any sentence. All others count only between separators.
const JARGON: &[&str] =
    &["rx", "tx", "raw_in", "raw_out", "recv", "<<", "<<<", ">>", ">>>", "<-", "<--", "->", "-->", "←", "→"];

/// What Baileys' events of received stanzas begin with.
const CALLBACK: &str = "CB:";

/// How much of a text in front of a stanza is searched.
const NEAR: usize = 256;

/// Names of fields that say which way, by their value.
const WAY_FIELDS: &[&str] = &[
    "direction",
    "dir",
    "way",
    "flow",
    "stage",
    "sublogger",
    "module",
    "logger",
    "sub",
    "pkg",
    "scope",
    "name",
    "log.target",
    "target",
    "prefix",
    "method",
    "event",
    "label",
    "kind",
    "type",
    "msg",
    "message",
];

/// Names of fields that say when, the most exact first.
const TIME_FIELDS: &[&str] =
    &["ts_ms", "time_ms", "time", "ts", "timestamp", "@timestamp", "date_time", "datetime", "date", "isoTime", "T"];

/// What stands around a stanza.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// Which way it went, if they say so.
    pub(super) direction: Option<Direction>,
    /// When it was logged, as far as they say.
    pub(super) time: LogTime,
    /// The logger that says which way by the last part of its name, `Recv` or `Send`: what stands before that.
    pub(super) client: Option<String>,
}

impl Surroundings {
    /// Those of a stanza with this text before it and after it on its line.
    pub(super) fn of_text(before: &str, after: &str) -> Self {
        // Another stanza may follow, and has fields of its own.
        let fields = after.split('<').next().unwrap_or_default().split_whitespace();
        let rank = |name: &str| WAY_FIELDS.iter().position(|known| *known == name);
        let named = fields
            .filter_map(|word| word.split_once('='))
            .filter_map(|(name, value)| Some((rank(name)?, value, way_of(value)?)))
            .min_by_key(|(rank, ..)| *rank)
            .map(|(_, value, way)| (value, way));
        let nearest = || way_before(before);
        let (direction, client) = match named {
            Some((value, way)) => (Some(way), client_of(value)),
            None => nearest().map_or((None, None), |(name, way)| (Some(way), client_of(name))),
        };
        Self { direction, time: time_in(before), client }
    }

    /// Those of what is in an object with these members, with these around it.
    pub(super) fn of_members(members: &[(String, JsonValue)], outer: &Self) -> Self {
        let text = |name: &&str| members.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.text());
        let named = WAY_FIELDS.iter().filter_map(text).find_map(|value| Some((value, way_of(value)?)));
        let time = TIME_FIELDS.iter().filter_map(text).map(time_of).find(|time| *time != LogTime::None);
        let (direction, client) = match named {
            Some((value, way)) => (Some(way), client_of(value)),
            None => (outer.direction, None),
        };
        Self { direction, time: time.unwrap_or(outer.time), client: client.or_else(|| outer.client.clone()) }
    }

    /// Those of what is in a list with these items: a mark among them counts as one before it.
    pub(super) fn of_items(items: &[JsonValue], outer: &Self) -> Self {
        let direction = items.iter().filter_map(JsonValue::text).find_map(way_of);
        Self { direction: direction.or(outer.direction), ..outer.clone() }
    }

    /// These, and what only others say.
    pub(super) fn or(self, outer: &Self) -> Self {
        let time = if self.time == LogTime::None { outer.time } else { self.time };
        let client = self.client.or_else(|| outer.client.clone());
        Self { direction: self.direction.or(outer.direction), time, client }
    }
}

/// Which way, by the whole value of a field: a mark alone, the last part of a logger's name, or an event's `CB:`.
fn way_of(value: &str) -> Option<Direction> {
    let value = value.trim().trim_matches('"');
    if value.starts_with(CALLBACK) {
        return Some(Direction::Inbound);
    }
    if value.len() > NEAR || value.contains(char::is_whitespace) {
        return None;
    }
    way(value.rsplit(['/', '.', ':']).next().unwrap_or_default())
}

/// Whose a logger is that is named so, if its last part is `Recv` or `Send`.
fn client_of(name: &str) -> Option<String> {
    let name = name.trim().trim_matches('"');
    let (client, last) = name.rsplit_once(['/', '.']).unwrap_or(("", name));
    matches!(last, "Recv" | "Send").then(|| client.to_owned())
}

fn way(word: &str) -> Option<Direction> {
    let word = word.to_lowercase();
    WAYS.iter().find(|(name, _)| *name == word).map(|(_, way)| *way)
}

/// The mark in a text that is nearest to its end, with the name that it ends, and which way it says.
fn way_before(text: &str) -> Option<(&str, Direction)> {
    // Marks of a quotation are no arrows.
    if text.chars().all(|character| matches!(character, '>' | ' ')) {
        return None;
    }
    let mut from = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or_default();
    let is_arrow = |character: char| matches!(character, '<' | '>' | '-' | '←' | '→');
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut end = text.len();
    while let Some(last) = text.get(..end).and_then(|text| text.chars().next_back()) {
        if !is_part(last) && !is_arrow(last) {
            end -= last.len_utf8();
            continue;
        }
        let is_same = |character: char| if is_part(last) { is_part(character) } else { is_arrow(character) };
        let before = text.get(..end).unwrap_or_default().trim_end_matches(is_same);
        let word = text.get(before.len()..end).unwrap_or_default();
        if word == "CB" && text.get(end..).unwrap_or_default().starts_with(':') {
            return Some((word, Direction::Inbound));
        }
        let mut next = text.get(end..).unwrap_or_default().chars();
        let follows = next.next();
        // `send.go:30` is the name of a file.
        let is_file = follows == Some('.') && next.next().is_some_and(char::is_alphanumeric);
        let opens = before.chars().next_back().is_some_and(|character| "[({|/=.".contains(character));
        let closes = follows.is_some_and(|character| "])}|:/".contains(character));
        let is_shouted = word.len() > 3 && word.chars().all(char::is_uppercase);
        let is_mark = opens || closes || is_shouted || JARGON.contains(&word.to_lowercase().as_str());
        if let Some(way) = way(word).filter(|_| is_mark && !is_file) {
            let name = before.rsplit(|character: char| character.is_whitespace() || "[({|=\"".contains(character));
            let start = before.len() - name.clone().next().unwrap_or_default().len();
            return Some((text.get(start..end).unwrap_or_default(), way));
        }
        end = before.len();
    }
    None
}

/// A time as the value of a field.
pub(super) fn time_of(value: &str) -> LogTime {
    match since_epoch(value) {
        LogTime::None if value.len() <= NEAR => time_in(value),
        time => time,
    }
}

/// A time as a number since the Unix epoch, in any unit.
fn since_epoch(value: &str) -> LogTime {
    let is_number = |text: &str| text.len() < 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if whole.len() < 10 || !is_number(whole) || !is_number(fraction) {
        return LogTime::None;
    }
    match whole.len() {
        // A number leaves out zeros at its end.
        10 if !fraction.is_empty() => time::decimal_seconds(&format!("{whole}.{fraction:0<3}")).into(),
        13 if !fraction.is_empty() => value.parse().ok().and_then(time::milliseconds).into(),
        _ => whole.parse().ok().and_then(time::whole_number).into(),
    }
}

/// How many words of a text are searched for a time.
const WORDS: usize = 48;

/// The time in a text that is nearest to its end, with its date and zone if it has them: what is in front of it may be
/// a supervisor's.
pub(super) fn time_in(text: &str) -> LogTime {
    let is_separator = |character: char| character.is_whitespace() || "[]()|\"=".contains(character);
    let words: Vec<&str> = text.split(is_separator).filter(|word| !word.is_empty()).take(WORDS).collect();
    let mut found = LogTime::None;
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let (time, length) = time_of_words(rest).unwrap_or((found, 1));
        found = time;
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// The time that these words begin with, and how many of them it is.
fn time_of_words(words: &[&str]) -> Option<(LogTime, usize)> {
    let word = |index: usize| words.get(index).copied().unwrap_or_default();
    let first = word(0).trim_end_matches([':', ',']);
    if !first.starts_with(|character: char| character.is_ascii_digit()) {
        // `Sep 14, 2026 15:02:22`
        let moment = time::civil_by_name(first, word(1).trim_end_matches(','), word(2), word(3));
        return moment.map(|moment| (LogTime::Local(moment), 4));
    }
    if let Some((date, clock)) = first.split_once('T') {
        let zoned = time::rfc3339(first).map(LogTime::At);
        return zoned.or_else(|| time::civil(date, clock).map(LogTime::Local)).map(|time| (time, 1));
    }
    if first.len() == DATE {
        let (date, clock) = (first.replace('/', "-"), word(1).replace(',', "."));
        let zoned = |zone: &str| time::rfc3339(&format!("{date}T{clock}{zone}"));
        if let Some(moment) = zoned(word(2)).or_else(|| zoned("")) {
            return Some((LogTime::At(moment), 2));
        }
        if let Some(moment) = time::civil(first, word(1)) {
            return Some((LogTime::Local(moment), 2));
        }
    }
    if first.contains(':')
        && let Some(time) = time::twelve_hours(first, word(1)).or_else(|| time::time_of_day(first))
    {
        return Some((LogTime::OfDay(time), 1));
    }
    let is_epoch = matches!(first.split('.').next().map(str::len), Some(10 | 13));
    Some(since_epoch(first)).filter(|time| is_epoch && *time != LogTime::None).map(|time| (time, 1))
}

/// How many characters a date has.
const DATE: usize = 10;

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
            ("← RECV ", Some(Inbound)),
            ("15:02:22 << ", Some(Inbound)),
            ("[In] ", Some(Inbound)),
            ("CB:call ", Some(Inbound)),
            ("CB:ack,class:call ", Some(Inbound)),
            ("crypto.result.decrypt ", Some(Inbound)),
            ("2026-09-14T15:02:22.112Z\tDEBUG\tClient.Recv\tbot/send.go:30\t", Some(Inbound)),
            ("2026-09-14T15:02:22.112Z\tDEBUG\tbot/send.go:30\t", None),
            ("when I sent ", None),
            ("in ", None),
            ("what is sent in answer, ", None),
            (">> ", None),
            ("", None),
        ] {
            assert_eq!(Surroundings::of_text(before, "").direction, expected, "{before}");
        }
        assert_eq!(Surroundings::of_text("15:02:22 DBG ", " sublogger=wa/Recv").direction, Some(Inbound));
        for (value, expected) in
            [("CB:call", Some(Inbound)), ("Client/Send", Some(Outbound)), ("out", Some(Outbound)), ("call", None)]
        {
            assert_eq!(way_of(value), expected, "{value}");
        }
    }

    #[test]
    fn a_logger_names_its_client() {
        let client = |before: &str, after: &str| Surroundings::of_text(before, after).client;
        assert_eq!(client("15:02:22.112 [Client/Recv DEBUG] ", "").as_deref(), Some("Client"));
        assert_eq!(client("TRACE | [default/Client/Recv] ", "").as_deref(), Some("default/Client"));
        assert_eq!(client("level=debug msg=\"", "\" module=Recv pkg=Client").as_deref(), Some(""));
        assert_eq!(client("[SENT] ", ""), None);
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        use crate::input::time::Written;
        use crate::origin::{Resolution, Timestamp};
        let moment = |seconds: i64, milliseconds: i64, resolution| Written {
            time: Timestamp((seconds * 1000 + milliseconds) * 1_000_000),
            resolution,
        };
        let of_day = |time: i64, resolution| LogTime::OfDay(Written { time: time * 1_000_000, resolution });
        let (seconds, milliseconds) = (Resolution::Seconds, Resolution::Milliseconds);
        for (text, expected) in [
            ("2026-09-14 15:02:22,112 [main] ", LogTime::Local(moment(1_789_398_142, 112, milliseconds))),
            ("2026/09/14 15:02:22 ", LogTime::Local(moment(1_789_398_142, 0, seconds))),
            ("[Sep 14, 2026 15:02:22] ", LogTime::Local(moment(1_789_398_142, 0, seconds))),
            ("2026-09-14T15:02:22.112 ", LogTime::Local(moment(1_789_398_142, 112, milliseconds))),
            ("3:02PM DBG ", of_day(54_120_000, Resolution::Minutes)),
            ("[03:02:22 PM] ", of_day(54_142_000, seconds)),
            ("15:02:22.112 ", of_day(54_142_112, milliseconds)),
            ("record 15 of 2026 ", LogTime::None),
        ] {
            assert_eq!(time_in(text), expected, "{text}");
        }
        let at = LogTime::At(moment(1_789_398_142, 112, milliseconds));
        for text in [
            "2026-09-14T15:02:22.112Z ",
            "time=2026-09-14T12:02:22.112-03:00 level=INFO",
            "2026-09-14 12:02:22.112 -03:00 ",
            "1789398142112 ",
        ] {
            assert_eq!(time_in(text), at, "{text}");
        }
        for text in ["1789398142112", "1789398142.112", "2026-09-14T15:02:22.112Z"] {
            assert_eq!(time_of(text), at, "{text}");
        }
        assert_eq!(time_of("1789398142.1"), LogTime::At(moment(1_789_398_142, 100, milliseconds)));
        assert_eq!(time_of("1789398142"), LogTime::At(moment(1_789_398_142, 0, seconds)));
    }
}
