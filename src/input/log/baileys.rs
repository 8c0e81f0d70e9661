//! Logs of Baileys at level trace: pino's JSON lines, and the same as pino-pretty prints them.
//!
//! What it sends and receives are the messages `xml send` and `recv xml`. An ack that it sends is also a debug message
//! `sent ack`, which counts only in a log without `xml send`.

use serde_json::Value;

use super::entry::{LineFormat, LogEntry, LoggedStanza, NoEntry, Parsed, Precedence, Text, stanza_in_field};
use super::pino;
use crate::input::clients;
use crate::origin::Direction;
use crate::protocol::binary::NodeBuilder;
use crate::protocol::xml::{self, Departures};

/// Logs of Baileys.
pub(in crate::input) const BAILEYS: LineFormat = LineFormat::of(&clients::BAILEYS, read);

fn read(text: &Text<'_>) -> Parsed {
    let entry = pino::read(text.text, text.is_all)?;
    let (direction, precedence) = match entry.message.as_ref() {
        "recv xml" => (Direction::Inbound, Precedence::Only),
        "xml send" => (Direction::Outbound, Precedence::Primary),
        "sent ack" => return sent_ack(entry),
        _ => return Err(NoEntry::Unrelated),
    };
    let stanza = stanza_in_field(entry.xml.as_deref(), clients::BAILEYS.dialect, entry.lines)?;
    let (direction, time, vantage) = (Some(direction), entry.time, entry.process);
    LogEntry::stanza(entry.lines, LoggedStanza { direction, time, vantage, precedence, ..stanza })
}

/// An ack by its attributes.
fn sent_ack(entry: pino::PinoEntry<'_>) -> Parsed {
    let lines = entry.lines;
    let sent = entry.sent.ok_or(NoEntry::Unreadable { lines, why: "it does not say what was sent" })?;
    let mut builder = NodeBuilder::default();
    builder.start("ack");
    for (name, value) in &sent {
        if let Value::String(value) = value {
            xml::add_attribute(&mut builder, name, value);
        }
    }
    let stanza = LoggedStanza {
        direction: Some(Direction::Outbound),
        time: entry.time,
        vantage: entry.process,
        precedence: Precedence::Fallback,
        ..LoggedStanza::of(builder.finish(), Departures::default())
    };
    LogEntry::stanza(lines, stanza)
}
