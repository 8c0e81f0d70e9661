//! Events of calls, as client programs log them where they do not print stanzas: a call-id, what happened, and when.
//!
//! An event does not say which stanzas there were or who sent them, so no stanza is made of it. Events of a call are
//! reported if the log has no stanza of that call.

use super::entry::{Event, LineFormat, LogEntry, NoEntry, Parsed, Text};

/// Events of calls in logs.
pub(in crate::input) const EVENTS: LineFormat = LineFormat::of_no_client(&[BAILEYS, WHATSMEOW], read);

/// The message of Baileys. The events are among its fields.
const BAILEYS: &str = "call event fired";

/// How Go prints an event of whatsmeow.
const WHATSMEOW: &str = "BasicCallMeta:{";

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    if line.contains(WHATSMEOW) {
        return LogEntry::events(1, whatsmeow(line).into_iter().collect());
    }
    if line.contains("{\"") {
        return LogEntry::events(1, baileys(line));
    }
    // pino-pretty: the fields are on lines of their own, indented.
    let is_field = |line: &&str| line.contains("    ") && !line.contains("] ");
    let fields = text.text.lines().skip(1).take_while(is_field).count();
    if !text.is_all && fields + 1 == text.text.lines().count() {
        return Err(NoEntry::Incomplete);
    }
    let entry = text.text.lines().take(fields + 1).collect::<Vec<_>>().join("\n");
    LogEntry::events(fields + 1, baileys(&entry))
}

/// The events among the fields of an entry of Baileys.
fn baileys(text: &str) -> Vec<Event> {
    let objects = text.split("\"chatId\"").skip(1);
    let event = |object: &str| {
        let call_id = field(object, "\"id\":")?.to_owned();
        let kind = field(object, "\"status\":").unwrap_or("event").to_owned();
        Some(Event { call_id, kind, time: field(object, "\"date\":").unwrap_or_default().to_owned() })
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
    Some(Event { call_id, kind, time })
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
        };
        let go = "level=info msg=\"Got call offer\" event=\"&{BasicCallMeta:{From:1@lid Timestamp:2026-05-14 15:02:22 +0000 \
                  UTC CallCreator:1@lid CallID:00AA GroupJID:} CallRemoteMeta:{RemotePlatform:web}}\"";
        assert_eq!(whatsmeow(go), Some(event("00AA", "offer", "2026-05-14 15:02:22 +0000 UTC")));
        let two = r#"{"0":{"chatId":"1","id":"00AA","status":"offer"},"1":{"chatId":"2","id":"00BB","date":"then"},"msg":"call event fired"}"#;
        assert_eq!(baileys(two), [event("00AA", "offer", ""), event("00BB", "event", "then")]);
        assert_eq!(whatsmeow("BasicCallMeta:{CallID:}"), None);
    }
}
