//! Events of calls, as programs log them or send them to webhooks where they do not print stanzas: in JSON or objects that
//! programs print, in `name=value` fields behind a message, and as Go prints the events of whatsmeow.
//!
//! An event does not say which stanzas there were or who sent them, so no stanza is made of it.

use super::entry::{LineFormat, LogEntry, LogTime, LoggedEvent, NoEntry, Parsed, Text};
use super::json_node::JsonValue;
use super::printed::{self, Printed};
use super::surroundings::{time_in, time_of};
use crate::input::event::{CallEvent, EventKind, Program};
use crate::protocol::binary::Jid;

/// Events of calls in logs.
pub(in crate::input) const EVENTS: LineFormat = LineFormat::of_no_client(
    &[
        BAILEYS,
        WHATSMEOW,
        "\"event\":\"call",
        "\"event\": \"call",
        "\"event_type\":\"call",
        "\"typeWebhook\"",
        "IncomingCall",
        "incoming_call",
        "incomingcall",
        "webClientShouldHandle",
        "call_id=",
        "callId=",
        "callID=",
        "\"callId\"",
        "\"callID\"",
        "\"CallID\"",
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

/// The longest word or reason of an event that is kept.
const LONGEST_WORD: usize = 64;

/// The most values of one entry that are looked at.
const MOST_VALUES: usize = 64;

/// What an event is called, in the order in which its members say so.
const WORDS: &[&str] =
    &["status", "state", "event", "event_type", "typeWebhook", "name", "kind", "message", "msg", "result"];

/// Names of members with the call-id, which nothing else has, and those which other things have too.
const CALL_IDS: &[&str] = &["callId", "call_id", "callID", "CallID", "callid"];
const IDS: &[&str] = &["id", "idMessage"];

const PARTIES: &[&str] =
    &["from", "From", "sender", "peerJid", "peer_jid", "peer", "remoteJid", "remote_jid", "chatId", "caller", "to"];
const CREATORS: &[&str] = &["CallCreator", "call_creator", "callCreator"];
const GROUPS: &[&str] = &["groupJid", "group_jid", "GroupJID"];
const TIMES: &[&str] =
    &["date", "offerTime", "Timestamp", "timestamp", "time", "ts_ms", "ts", "date_time", "datetime", "@timestamp"];
const REASONS: &[&str] = &["reason", "Reason", "result", "endReason", "end_reason"];
const VIDEOS: &[&str] = &["isVideo", "is_video", "isVideoCall", "video"];

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    if line.contains(WHATSMEOW) {
        return found(1, whatsmeow(line).into_iter().collect());
    }
    if line.contains(BAILEYS) && !line.contains("{\"") {
        // pino-pretty: the fields are on lines of their own, indented.
        let is_field = |line: &&str| line.contains("    ") && !line.contains("] ");
        let fields = text.text.lines().skip(1).take_while(is_field).count();
        if !text.is_all && fields + 1 == text.text.lines().count() {
            return Err(NoEntry::Incomplete);
        }
        let entry = text.text.split_inclusive('\n').take(fields + 1).collect::<String>();
        return found(fields + 1, values(&entry));
    }
    found(1, fields(line).map_or_else(|| values(line), |event| vec![event]))
}

fn found(lines: usize, events: Vec<LoggedEvent>) -> Parsed {
    if events.is_empty() { Err(NoEntry::Unrelated) } else { LogEntry::events(lines, events) }
}

/// Events in a value of several lines.
fn read_value(text: &Text<'_>) -> Parsed {
    let line = text.line();
    let opened = line.trim_end().strip_suffix(['{', '[']).map(str::len).ok_or(NoEntry::Unrelated)?;
    let Printed { value, length, .. } = match printed::read(text.text.get(opened..).unwrap_or_default()) {
        Err(NoEntry::Incomplete) if !text.is_all => return Err(NoEntry::Incomplete),
        read => read.map_err(|_| NoEntry::Unrelated)?,
    };
    let entry = text.text.get(..opened + length).unwrap_or_default();
    let mut events = Vec::new();
    collect(&value, &Around::of(entry, opened), &mut events);
    found(super::entry::lines_in(text.text, entry.len()), events)
}

/// The events in the values of an entry.
fn values(entry: &str) -> Vec<LoggedEvent> {
    let Some(mut at) = entry.find(['{', '[']) else { return Vec::new() };
    let around = Around::of(entry, at);
    let mut events = Vec::new();
    for _ in 0..MOST_VALUES {
        let rest = entry.get(at..).unwrap_or_default();
        let Some(start) = rest.find(['{', '[']).map(|start| at + start) else { break };
        match printed::read(entry.get(start..).unwrap_or_default()) {
            Ok(Printed { value, length, .. }) => {
                collect(&value, &around, &mut events);
                at = start + length;
            }
            Err(_) => at = start + 1,
        }
    }
    events
}

/// What is known of an event from what is around it.
#[derive(Clone)]
struct Around {
    word: String,
    time: LogTime,
    is_outgoing: Option<bool>,
    /// The program's own account.
    own: Option<Jid>,
    /// Whether a name of it is one of calls.
    is_call: bool,
    program: &'static Program,
}

impl Around {
    /// What is around the first value of an entry, which begins there.
    fn of(entry: &str, value: usize) -> Self {
        let before = entry.get(..value).and_then(|before| before.lines().next()).unwrap_or_default();
        let (word, time) = (clipped(message(before)), time_in(before));
        let is_call = is_about_call(&word);
        Self { word, time, is_outgoing: None, own: None, is_call, program: Program::of(entry) }
    }
}

/// The members of an object.
#[derive(Clone, Copy)]
struct Members<'v>(&'v [(String, JsonValue)]);

impl<'v> Members<'v> {
    /// The first of these that is a text, a number or a truth value.
    fn text(self, names: &[&str]) -> Option<&'v str> {
        names.iter().find_map(|name| {
            let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
            value.text().filter(|text| !text.is_empty())
        })
    }

    /// The program's own account: WAHA's `me`, Green API's `instanceData`, GoWA's `device_id`.
    fn account(self) -> Option<Jid> {
        let inner = |(name, value): &'v (String, JsonValue)| match (name.as_str(), value) {
            ("me" | "instanceData", JsonValue::Object(members)) => Members(members).text(&["id", "wid"]),
            _ => None,
        };
        self.0.iter().find_map(inner).or_else(|| self.text(&["device_id"])).and_then(party)
    }

    fn truth(self, names: &[&str]) -> Option<bool> {
        match self.text(names)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// Collects the events in a value: objects with the id of a call.
fn collect(value: &JsonValue, around: &Around, events: &mut Vec<LoggedEvent>) {
    match value {
        JsonValue::Null | JsonValue::Text(_) => {}
        JsonValue::List(items) => items.iter().for_each(|item| collect(item, around, events)),
        JsonValue::Object(_) if value.stanza().is_some() => {}
        JsonValue::Object(members) => {
            let own = Members(members);
            let word = own.text(WORDS).map_or_else(|| around.word.clone(), clipped);
            let time =
                TIMES.iter().filter_map(|name| own.text(&[name])).map(time_of).find(|time| *time != LogTime::None);
            let is_outgoing = outgoing(&word).or(own.truth(&["fromMe", "outgoing"])).or(around.is_outgoing);
            let is_named_so = || WORDS.iter().filter_map(|name| own.text(&[name])).any(is_about_call);
            let is_call =
                around.is_call || is_named_so() || own.text(VIDEOS).is_some() || own.text(&["chatId"]).is_some();
            let time = time.unwrap_or(around.time);
            let account = own.account().or_else(|| around.own.clone());
            let around = Around { word, time, is_outgoing, own: account, is_call, program: around.program };
            let has_party = own.text(PARTIES).is_some();
            let by_id = || own.text(IDS).filter(|id| is_call && has_party && is_hex(id));
            match own.text(CALL_IDS).filter(|id| is_call_id(id)).or_else(by_id) {
                Some(call_id) => {
                    let is_declined = own.truth(&["auto_rejected"]) == Some(true);
                    let offered = event(call_id, own, around);
                    let word = "auto_rejected".to_owned();
                    let declined = CallEvent { kind: EventKind::Declined, word, ..offered.event.clone() };
                    let declined = LoggedEvent { event: declined, time: offered.time };
                    events.push(offered);
                    events.extend(is_declined.then_some(declined));
                }
                None => members.iter().for_each(|(_, value)| collect(value, &around, events)),
            }
        }
    }
}

/// The event that an object is.
fn event(call_id: &str, own: Members<'_>, around: Around) -> LoggedEvent {
    let reason = own.text(REASONS).map(clipped);
    let group = own.text(GROUPS).map(|group| group != "undefined");
    let event = CallEvent {
        call_id: call_id.to_owned(),
        kind: around.program.kind(&around.word, reason.as_deref()),
        word: around.word,
        reason,
        peer: own.text(PARTIES).and_then(party),
        creator: own.text(CREATORS).and_then(party),
        own: around.own,
        is_outgoing: around.is_outgoing,
        is_video: own.truth(VIDEOS),
        is_group: own.truth(&["isGroup", "is_group"]).or(group),
        program: around.program,
    };
    LoggedEvent { event, time: around.time }
}

/// Returns whether a text is as long as the ids of calls are, and in hexadecimal: ids of other things have other signs.
fn is_hex(text: &str) -> bool {
    (16..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns whether a text can be the id of a call.
fn is_call_id(text: &str) -> bool {
    (4..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Returns whether a name is one of an event of calls: `call.received`, `incomingCall`, `CB:call`. What people write is none.
fn is_about_call(name: &str) -> bool {
    let is_name = name.len() <= LONGEST_WORD && !name.contains(char::is_whitespace);
    let lower = name.to_ascii_lowercase();
    is_name && lower.contains("call") && !lower.contains("recall") && !lower.contains("callback")
}

/// Whether the program's own account places the call, by the name of the event.
fn outgoing(word: &str) -> Option<bool> {
    let lower = word.to_ascii_lowercase();
    let has = |part: &str| lower.contains(part);
    if has("outgoing") || has("outcoming") || has("offer sent") || has("placing") {
        Some(true)
    } else {
        (has("incoming") || has("received")).then_some(false)
    }
}

/// A word of an event, no longer than is kept.
fn clipped(text: &str) -> String {
    text.trim().chars().take(LONGEST_WORD).collect()
}

/// A party; `None` if the address is masked, or none.
fn party(text: &str) -> Option<Jid> {
    let text = text.trim_matches('"').replace("@c.us", "@s.whatsapp.net");
    let is_plain = text.chars().all(|character| character.is_ascii_alphanumeric() || "@.:_-".contains(character));
    Jid::parse(&text).filter(|jid| is_plain && !jid.user.is_empty())
}

/// The event of a line of `name=value` fields, with a message and perhaps the time in front of them.
fn fields(line: &str) -> Option<LoggedEvent> {
    let (_, behind) = ["call_id=", "callId=", "callID="].iter().find_map(|name| line.split_once(name))?;
    let call_id = behind.split_whitespace().next()?.trim_matches(['"', ',']);
    let field = |name: &str| {
        let value = line.split_once(&format!(" {name}=")).map(|(_, value)| value)?;
        let quoted = value.strip_prefix('"').and_then(|value| value.split('"').next());
        quoted.or_else(|| value.split_whitespace().next()).filter(|value| !value.is_empty())
    };
    let said = field("msg").or_else(|| field("message")).unwrap_or_else(|| message(line));
    let reason = ["reason", "result"].into_iter().find_map(field).map(clipped);
    let said = field("state").filter(|_| said.is_empty()).unwrap_or(said);
    let program = Program::of(line);
    let truth = |name| field(name).and_then(|value| value.parse().ok());
    let event = CallEvent {
        call_id: call_id.to_owned(),
        kind: program.kind(said, reason.as_deref()),
        word: clipped(said),
        reason,
        peer: ["peer", "from", "caller", "to"].into_iter().find_map(field).and_then(party),
        creator: ["call_creator", "creator"].into_iter().find_map(field).and_then(party),
        own: None,
        is_outgoing: outgoing(said),
        is_video: truth("video"),
        is_group: truth("group"),
        program,
    };
    is_call_id(call_id).then_some(LoggedEvent { event, time: time_in(line) })
}

/// Names of levels behind which a message begins.
const LEVELS: &[&str] = &[
    "TRC", "DBG", "INF", "WRN", "ERR", "TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "info", "debug", "error",
];

/// The message of a line: the words behind its level, or the last in brackets, before its fields or values.
fn message(line: &str) -> &str {
    let end = line.find(['{', '=']).unwrap_or(line.len());
    let before = line.get(..end).unwrap_or_default();
    let before = if end < line.len() && line.get(end..).is_some_and(|rest| rest.starts_with('=')) {
        before.rsplit_once(char::is_whitespace).map_or("", |(before, _)| before)
    } else {
        before
    };
    let is_between = |character: char| character.is_whitespace() || "[]():|".contains(character);
    let level = before.split(is_between).rfind(|word| LEVELS.contains(word));
    let behind = level.and_then(|level| before.rsplit_once(level)).map_or(before, |(_, behind)| behind);
    behind
        .rsplit(']')
        .next()
        .unwrap_or(behind)
        .trim_matches(|character: char| is_between(character) || character == ',')
}

/// The event that Go prints on a line: `Got call offer event="&{BasicCallMeta:{From:... CallID:... ...} ...}"`.
fn whatsmeow(line: &str) -> Option<LoggedEvent> {
    let (before, meta) = line.split_once(WHATSMEOW)?;
    let behind = |name: &str| meta.split_once(name).map(|(_, behind)| behind);
    let value = |name: &str| behind(name)?.split([' ', '}']).next().filter(|value| !value.is_empty());
    let call_id = value("CallID:").filter(|id| id.len() <= LONGEST_WORD)?.to_owned();
    let words: Vec<_> = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_kind = |word: &&&str| !matches!(word.to_ascii_lowercase().as_str(), "event" | "evt" | "call" | "events");
    let said = words.iter().rev().find(is_kind).map_or("event", |word| *word);
    let reason = value("Reason:").map(clipped);
    let program = Program::of(line);
    let creator = value("CallCreator:").and_then(party);
    let event = CallEvent {
        call_id,
        kind: program.kind(said, reason.as_deref()),
        word: clipped(said),
        reason,
        peer: value("From:").and_then(party),
        creator,
        own: None,
        is_outgoing: None,
        is_video: value("Media:").map(|media| media == "video"),
        is_group: value("GroupJID:").map(|_| true),
        program,
    };
    let time = behind("Timestamp:").and_then(|time| time.split(" CallCreator").next()).map_or(LogTime::None, time_in);
    Some(LoggedEvent { event, time })
}

#[cfg(test)]
mod tests;
