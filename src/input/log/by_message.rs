//! Logs whose messages name what an entry holds: those of Baileys and zapo at trace level. Both log by pino, as JSON lines or
//! through pino-pretty; zapo's console logger prints Node's form of an object over several lines instead, without a time.

use serde_json::{Map, Value};

use super::entry::{LineFormat, LogEntry, LoggedStanza, NoEntry, Parsed, Precedence, Text, stanza_in_field};
use super::json_node::JsonValue;
use super::pino;
use super::printed::{self, Printed};
use crate::input::clients::{self, Client};
use crate::origin::Direction;
use crate::protocol::binary::{Node, NodeBuilder};
use crate::protocol::xml::{self, Departures};

/// Logs of Baileys.
pub(in crate::input) const BAILEYS: LineFormat = LineFormat::of(&clients::BAILEYS, |text| {
    read(
        text,
        &clients::BAILEYS,
        &[
            Message::xml("recv xml", Direction::Inbound, Precedence::Only),
            Message::xml("xml send", Direction::Outbound, Precedence::Primary),
            // An ack is also logged by itself, which is all that a log without `xml send` has of it.
            Message {
                holds: Field::AckAttributes,
                ..Message::xml("sent ack", Direction::Outbound, Precedence::Fallback)
            },
        ],
    )
});

/// Logs of zapo.
pub(in crate::input) const ZAPO: LineFormat = LineFormat::of(&clients::ZAPO, |text| {
    read(
        text,
        &clients::ZAPO,
        &[
            Message::xml("node transport node in", Direction::Inbound, Precedence::Only),
            Message::xml("node transport send node", Direction::Outbound, Precedence::Only),
        ],
    )
});

/// A message with which a client logs a stanza.
struct Message {
    /// Its text.
    text: &'static str,
    /// Which way the stanza went.
    direction: Direction,
    /// Whether the stanza may be logged twice.
    precedence: Precedence,
    /// Where the stanza is.
    holds: Field,
}

/// The field of an entry that holds a stanza.
enum Field {
    /// `xml`, as XML.
    Xml,
    /// `sent`, as the attributes of an ack.
    AckAttributes,
}

impl Message {
    const fn xml(text: &'static str, direction: Direction, precedence: Precedence) -> Self {
        Self { text, direction, precedence, holds: Field::Xml }
    }
}

fn read(text: &Text<'_>, client: &Client, messages: &[Message]) -> Parsed {
    let printed = text.line().trim_end().strip_suffix('{').map(str::trim_end);
    let of_console = |message: &&Message| printed.is_some_and(|head| head.ends_with(message.text));
    if let Some(message) = messages.iter().find(of_console) {
        let (lines, xml) = console_entry(text, message)?;
        let stanza = stanza_in_field(xml.as_deref(), client.dialect, lines)?;
        return LogEntry::stanza(lines, LoggedStanza { direction: Some(message.direction), ..stanza });
    }
    let entry = pino::read(text.text, text.is_all)?;
    let message = messages.iter().find(|message| message.text == entry.message).ok_or(NoEntry::Unrelated)?;
    let stanza = match message.holds {
        Field::Xml => stanza_in_field(entry.xml.as_deref(), client.dialect, entry.lines)?,
        Field::AckAttributes => {
            let why = "it does not say what was sent";
            let unreadable = NoEntry::Unreadable { lines: entry.lines, why };
            LoggedStanza::of(ack(&entry.sent.ok_or(unreadable)?), Departures::default())
        }
    };
    let (direction, precedence) = (Some(message.direction), message.precedence);
    LogEntry::stanza(
        entry.lines,
        LoggedStanza { direction, precedence, time: entry.time, vantage: entry.process, ..stanza },
    )
}

/// The field `xml` of an object that the console prints after a message, one field or piece of it per line, up to a line with
/// the closing brace; with how many lines that is.
fn console_entry(text: &Text<'_>, message: &Message) -> Result<(usize, Option<String>), NoEntry> {
    // What a supervisor puts in front of the first line is in front of the others as well.
    let prefix = text.line().find(message.text).unwrap_or_default();
    let (mut object, mut xml, mut lines, mut is_ended) = (String::new(), None, 1, false);
    for line in text.text.split_inclusive('\n').skip(1) {
        let inside = if line.starts_with([' ', '}']) { line } else { line.get(prefix..).unwrap_or_default() };
        is_ended = inside.trim_end() == "}";
        if !is_ended && !inside.starts_with("  ") {
            return Err(NoEntry::Unreadable { lines, why: "it ends before its last brace" });
        }
        lines += 1;
        if is_ended {
            break;
        }
        object.push_str(inside);
        if xml.is_none() && inside.trim_start().starts_with(XML) {
            xml = Some(object.len() - inside.trim_start().len() + XML.len());
        }
    }
    if !is_ended && !text.is_all {
        return Err(NoEntry::Incomplete);
    }
    // Of an entry that is cut, the pieces that are there count.
    let value = xml.and_then(|begin| object.get(begin..)).map(|value| value.trim_end().trim_end_matches('+'));
    let Some(value) = value else { return Ok((lines, None)) };
    match printed::read(value) {
        Ok(Printed { value: JsonValue::Text(xml), .. }) => Ok((lines, Some(xml))),
        _ => Err(NoEntry::Unreadable { lines, why: "its field `xml` is invalid" }),
    }
}

/// What the line with the field begins with.
const XML: &str = "xml: ";

/// An ack by its attributes.
fn ack(sent: &Map<String, Value>) -> Node {
    let mut builder = NodeBuilder::default();
    builder.start("ack");
    for (name, value) in sent {
        if let Value::String(value) = value {
            xml::add_attribute(&mut builder, name, value);
        }
    }
    builder.finish()
}
