//! Events of calls, as programs log them or send them to webhooks where they do not print stanzas: a call-id, what
//! happened, and when.
//!
//! An event does not say which stanzas there were or who sent them, so no stanza is made of it. Events of a call are
//! reported if the log has no stanza of that call, with what makes the program print stanzas.

use super::entry::{Event, LineFormat, LogEntry, NoEntry, Parsed, Text};
use super::json_node::JsonValue;
use super::printed::{self, Printed};

/// Events of calls in logs.
pub(in crate::input) const EVENTS: LineFormat = LineFormat::of_no_client(
    &[
        BAILEYS,
        WHATSMEOW,
        "\"event\":\"call.",
        "\"event\": \"call.",
        "IncomingCall",
        "incoming_call",
        "call_id=",
        "\"callId\"",
        "\"call_id\"",
    ],
    read,
);

/// Events of calls in values of several lines.
pub(in crate::input) const EVENT_VALUES: LineFormat =
    LineFormat { spans_markers: true, ..LineFormat::of_no_client(&["{\n", "[\n", "{\r\n", "[\r\n"], read_value) };

/// The message of Baileys. The events are among its fields.
const BAILEYS: &str = "call event fired";

/// How Go prints an event of whatsmeow.
const WHATSMEOW: &str = "BasicCallMeta:{";

/// Programs that tell of calls: what their events contain, and what makes them print stanzas.
const PROGRAMS: &[(&[&str], &str)] = &[
    (
        &["\"event\":\"call.", "\"engine\":\"WEBJS\""],
        "WAHA with WhatsApp Web inside: record its traffic, or use the engine GOWS",
    ),
    (&["\"event\":\"call.", "\"engine\""], "WAHA: set WAHA_LOG_LEVEL=trace, and read its log instead of webhooks"),
    (&["IncomingCall"], "WhatsApp Web (wa-js): record its traffic, or the page's own log of stanzas"),
    (&["incoming_call"], "WhatsApp Web (whatsapp-web.js): record its traffic, or the page's own log of stanzas"),
    (
        &["msg=\"", "call_id="],
        "a client of whatsmeow, as AstraCalls and WaCalls are: give the client a logger at level DEBUG",
    ),
    (&["chatId", "status"], "Baileys: give it a pino logger with `level: 'trace'`"),
    (&[WHATSMEOW], "whatsmeow: give the client a logger at level DEBUG"),
];

/// What makes the program print stanzas whose events a text holds; empty if it is not known.
fn remedy(text: &str) -> &'static str {
    let text = text.replace("\": ", "\":");
    let is_of = |marks: &[&str]| marks.iter().all(|mark| text.contains(mark));
    PROGRAMS.iter().find(|(marks, _)| is_of(marks)).map_or("", |(_, remedy)| remedy)
}

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    if line.contains(WHATSMEOW) {
        return LogEntry::events(1, with_remedy(whatsmeow(line).into_iter().collect(), line));
    }
    if !line.contains(BAILEYS) {
        let in_values = || values(line).map(|(events, _)| events).unwrap_or_default();
        let events = fields(line).map_or_else(in_values, |event| vec![event]);
        return if events.is_empty() {
            Err(NoEntry::Unrelated)
        } else {
            LogEntry::events(1, with_remedy(events, line))
        };
    }
    if line.contains("{\"") {
        return LogEntry::events(1, with_remedy(baileys(line), line));
    }
    // pino-pretty: the fields are on lines of their own, indented.
    let is_field = |line: &&str| line.contains("    ") && !line.contains("] ");
    let fields = text.text.lines().skip(1).take_while(is_field).count();
    if !text.is_all && fields + 1 == text.text.lines().count() {
        return Err(NoEntry::Incomplete);
    }
    let entry = text.text.lines().take(fields + 1).collect::<Vec<_>>().join("\n");
    LogEntry::events(fields + 1, with_remedy(baileys(&entry), &entry))
}

fn with_remedy(mut events: Vec<Event>, text: &str) -> Vec<Event> {
    let remedy = remedy(text);
    events.iter_mut().for_each(|event| event.remedy = remedy);
    events
}

/// Events in a value of several lines.
fn read_value(text: &Text<'_>) -> Parsed {
    match values(text.text) {
        Ok((events, length)) if !events.is_empty() => {
            let part = text.text.get(..length).unwrap_or_default();
            LogEntry::events(super::entry::lines_in(text.text, length), with_remedy(events, part))
        }
        Err(NoEntry::Incomplete) if !text.is_all => Err(NoEntry::Incomplete),
        _ => Err(NoEntry::Unrelated),
    }
}

/// The events in the value that begins on the first line of a text, and where it ends.
fn values(text: &str) -> Result<(Vec<Event>, usize), NoEntry> {
    let line = text.lines().next().unwrap_or_default();
    let opened = line.trim_end().strip_suffix(['{', '[']).map(str::len).filter(|_| text.len() > line.len() + 1);
    let start = opened.or(line.find(['{', '['])).ok_or(NoEntry::Unrelated)?;
    let Printed { value, length, .. } = printed::read(text.get(start..).unwrap_or_default())?;
    let mut events = Vec::new();
    collect(&value, &Around::default(), &mut events);
    Ok((events, start + length))
}

/// What is known of an event from what is around it.
#[derive(Clone, Default)]
struct Around {
    kind: String,
    time: String,
}

/// Collects the events in a value: objects with a call-id and a party.
fn collect(value: &JsonValue, around: &Around, events: &mut Vec<Event>) {
    match value {
        JsonValue::Null | JsonValue::Text(_) => {}
        JsonValue::List(items) => items.iter().for_each(|item| collect(item, around, events)),
        JsonValue::Object(_) if value.stanza().is_some() => {}
        JsonValue::Object(members) => {
            let text = |names: &[&str]| {
                let found = names.iter().find_map(|name| members.iter().find(|(known, _)| known == name));
                found.and_then(|(_, value)| value.text()).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let kind = text(&["status", "event", "name", "state"]).unwrap_or_else(|| around.kind.clone());
            let time = text(&["date", "offerTime", "timestamp", "time"]).unwrap_or_else(|| around.time.clone());
            let call_id = text(&["callId", "call_id", "callID", "id"]).filter(|id| is_call_id(id));
            let has_party = text(&["from", "sender", "peerJid", "chatId", "peer", "caller"]).is_some();
            if let Some(call_id) = call_id.filter(|_| has_party) {
                events.push(Event { call_id, kind: kind.trim_start_matches("call.").to_owned(), time, remedy: "" });
                return;
            }
            let around = Around { kind, time };
            members.iter().for_each(|(_, value)| collect(value, &around, events));
        }
    }
}

/// Returns whether a text may be a call-id: ids of messages and events are shorter or have other signs.
fn is_call_id(text: &str) -> bool {
    (16..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'))
}

/// The event of a line of `name=value` fields, with the time in front of it.
fn fields(line: &str) -> Option<Event> {
    let (_, behind) = line.split_once("call_id=")?;
    let call_id = behind.split_whitespace().next()?.trim_matches('"');
    let kind = line.split_once("msg=\"").and_then(|(_, message)| message.split('"').next()).unwrap_or("event");
    let time = line.split_once("time=").and_then(|(_, time)| time.split_whitespace().next()).unwrap_or_default();
    let reason = line.split_once(" reason=").and_then(|(_, reason)| reason.split_whitespace().next());
    let kind = reason.map_or_else(|| kind.to_owned(), |reason| format!("{kind} (reason {reason})"));
    is_call_id(call_id).then(|| Event {
        call_id: call_id.to_owned(),
        kind,
        time: time.trim_matches('"').to_owned(),
        remedy: "",
    })
}

/// The events among the fields of an entry of Baileys.
fn baileys(text: &str) -> Vec<Event> {
    let objects = text.split("\"chatId\"").skip(1);
    let event = |object: &str| {
        let call_id = field(object, "\"id\":")?.to_owned();
        let kind = field(object, "\"status\":").unwrap_or("event").to_owned();
        let time = field(object, "\"date\":").unwrap_or_default().to_owned();
        Some(Event { call_id, kind, time, remedy: "" })
    };
    objects.filter_map(event).collect()
}

/// The text in quotes behind a name.
fn field<'t>(object: &'t str, name: &str) -> Option<&'t str> {
    let (_, behind) = object.split_once(name)?;
    let (value, _) = behind.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(value)
}

/// The event that Go prints on a line: `Got call offer event="&{BasicCallMeta:{From:... CallID:... ...} ...}"`.
fn whatsmeow(line: &str) -> Option<Event> {
    let (before, meta) = line.split_once(WHATSMEOW)?;
    let behind = |name: &str| meta.split_once(name).map(|(_, behind)| behind);
    let call_id = behind("CallID:")?.split([' ', '}']).next().filter(|id| !id.is_empty())?.to_owned();
    let words: Vec<_> = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_kind = |word: &&&str| !matches!(word.to_ascii_lowercase().as_str(), "event" | "evt" | "call" | "events");
    let kind = words.iter().rev().find(is_kind).map_or("event", |word| *word).to_ascii_lowercase();
    let time = behind("Timestamp:").and_then(|time| time.split(" CallCreator").next()).unwrap_or_default().to_owned();
    Some(Event { call_id, kind, time, remedy: "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_both_clients_are_read() {
        let event = |call_id: &str, kind: &str, time: &str| Event {
            call_id: call_id.to_owned(),
            kind: kind.to_owned(),
            time: time.to_owned(),
            remedy: "",
        };
        let go = "level=info msg=\"Got call offer\" event=\"&{BasicCallMeta:{From:1@lid Timestamp:2026-05-14 15:02:22 +0000 \
                  UTC CallCreator:1@lid CallID:00AA GroupJID:} CallRemoteMeta:{RemotePlatform:web}}\"";
        assert_eq!(whatsmeow(go), Some(event("00AA", "offer", "2026-05-14 15:02:22 +0000 UTC")));
        let two = r#"{"0":{"chatId":"1","id":"00AA","status":"offer"},"1":{"chatId":"2","id":"00BB","date":"then"},"msg":"call event fired"}"#;
        assert_eq!(baileys(two), [event("00AA", "offer", ""), event("00BB", "event", "then")]);
        assert_eq!(whatsmeow("BasicCallMeta:{CallID:}"), None);
    }

    #[test]
    fn events_of_other_programs_are_read_where_they_stand() {
        const ID: &str = "00AA0000000000000000000000000001";
        for (text, kind, time, remedy) in [
            (
                r#"{"timestamp":1789398142300,"event":"call.received","payload":{"id":"ID","from":"1@c.us","timestamp":1789398142},"engine":"NOWEB"}"#,
                "received",
                "1789398142",
                "WAHA_LOG_LEVEL=trace",
            ),
            (
                r#"{"name":"IncomingCall","result":[{"id":"ID","sender":"1@lid","offerTime":1786380794 }]}"#,
                "IncomingCall",
                "1786380794",
                "WhatsApp Web",
            ),
            (
                "time=2026-09-19T10:15:02.391-03:00 level=INFO msg=\"call terminated\" call_id=ID reason=busy",
                "call terminated (reason busy)",
                "2026-09-19T10:15:02.391-03:00",
                "AstraCalls",
            ),
        ] {
            let text = text.replace("ID", ID).replace(&format!("call_{ID}"), "call_id");
            let entry = read(&Text { text: &text, is_all: true });
            let Ok(LogEntry { content: super::super::entry::EntryContent::Events(events), .. }) = entry else {
                panic!("{text}: {entry:?}")
            };
            assert_eq!(
                (events[0].call_id.as_str(), events[0].kind.as_str(), events[0].time.as_str()),
                (ID, kind, time)
            );
            assert!(events[0].remedy.contains(remedy), "{}", events[0].remedy);
        }
        let printed = "[\n  {\n    chatId: '1@lid',\n    id: 'ID',\n    date: 2025-03-23T05:04:12.000Z,\n    status: 'offer'\n  }\n]\n";
        let printed = printed.replace("ID", ID);
        let entry = read_value(&Text { text: &printed, is_all: true });
        let Ok(LogEntry { lines: 8, content: super::super::entry::EntryContent::Events(events) }) = entry else {
            panic!("{entry:?}")
        };
        assert_eq!((events[0].kind.as_str(), events[0].time.as_str()), ("offer", "2025-03-23T05:04:12.000Z"));
        assert!(read_value(&Text { text: "{\n  a: 'b'\n}\n", is_all: true }).is_err());
    }
}
