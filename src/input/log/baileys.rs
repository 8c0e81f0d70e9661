//! Logs of Baileys at trace level: pino's JSON lines, and the same as pino-pretty prints them.
//!
//! What it sends and receives are the messages `xml send` and `recv xml`. An ack that it sends is also a debug message
//! `sent ack`, which counts only in a log without `xml send`.

use serde_json::Value;

use super::super::{Format, Reading};
use super::line::{Found, LineFormat, Outcome, Standing, Text, stanza};
use super::pino::{self, Missing};
use crate::origin::Direction;
use crate::protocol::binary::{Content, Node};
use crate::protocol::xml::{self, Departures, Dialect};

/// Logs of Baileys.
pub(in crate::input) const BAILEYS: Format = Format {
    name: "baileys",
    about: "log of Baileys at trace level, as pino or pino-pretty writes it",
    technique: "baileys-instrumentation",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &["recv xml", "xml send", "sent ack"],
        signs: &["\"class\":\"baileys\"", "class: \"baileys\"", "connected to WA", "\"helloMsg\":"],
        advice: "which prints stanzas at the level trace only: pass it a pino logger with `level: 'trace'`",
        is_alone: false,
        read,
    }),
};

fn read(text: &Text<'_>) -> Outcome {
    let entry = match pino::read(text.text, text.is_all) {
        Ok(entry) => entry,
        Err(Missing::Unrelated) => return Outcome::Unrelated,
        Err(Missing::More) => return Outcome::More,
        Err(Missing::Broken(why)) => return Outcome::Broken { lines: 1, why },
    };
    let (direction, standing) = match entry.message.as_ref() {
        "recv xml" => (Direction::Inbound, Standing::Only),
        "xml send" => (Direction::Outbound, Standing::Sent),
        "sent ack" => return sent_ack(entry),
        _ => return Outcome::Unrelated,
    };
    let lines = entry.lines;
    let Some(text) = &entry.xml else { return Outcome::Broken { lines, why: "it has no field xml" } };
    match stanza(text, Dialect::BAILEYS, true) {
        Ok((found, _)) => {
            let (direction, stamp, client) = (Some(direction), entry.stamp, entry.process);
            let found = Found { direction, stamp, client, standing, ..found };
            Outcome::Read { lines, found: vec![found] }
        }
        Err(_) => Outcome::Broken { lines, why: "its field xml holds no XML" },
    }
}

/// An ack by its attributes.
fn sent_ack(entry: pino::Entry<'_>) -> Outcome {
    let lines = entry.lines;
    let Some(sent) = &entry.sent else { return Outcome::Broken { lines, why: "it does not say what was sent" } };
    let attributes = sent.iter().filter_map(|(name, value)| match value {
        Value::String(value) => Some(xml::attribute(name, value)),
        _ => None,
    });
    let attributes = attributes.collect();
    let node = Node { tag: "ack".into(), attributes, content: Content::None, ..Node::default() };
    let found = Found {
        node,
        departures: Departures::default(),
        is_cut: false,
        direction: Some(Direction::Outbound),
        stamp: entry.stamp,
        client: entry.process,
        standing: Standing::Echo,
    };
    Outcome::Read { lines, found: vec![found] }
}
