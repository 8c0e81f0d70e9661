//! What a capture says, as its maker knows it: `truth.jsonl`, a line per stanza, and `calls.json`, the stanzas
//! of each call.

use std::collections::HashMap;
use std::fmt::Write;

use data_encoding::HEXLOWER;
use quick_xml::escape::escape;
use ringtrace::origin::Direction;
use serde_json::Value;
use wacore_binary::Node;
use wacore_binary::node::NodeContent;

use super::connection::Told;
use super::stanzas::Call;
use super::wire::Packet;

/// A stanza that can be read from the capture.
pub(crate) struct Readable<'a> {
    told: &'a Told,
    connection: usize,
    /// The record that completes it, from 1.
    record: usize,
    time: u64,
}

/// Finds the stanzas that can be read from `packets`, in the order in which the packets complete them.
pub(crate) fn readable<'a>(packets: &[Packet], told: &'a [Told]) -> Vec<Readable<'a>> {
    let arrivals = Arrivals::of(packets);
    let mut readable: Vec<_> = told
        .iter()
        .filter_map(|told| {
            let record = arrivals.completed(told)?;
            let connection = arrivals.connections.iter().position(|name| *name == told.connection)?;
            Some(Readable { told, connection, record, time: packets[record - 1].time })
        })
        .collect();
    readable.sort_by_key(|stanza| stanza.record);
    readable
}

/// When which byte of which stream was first seen.
struct Arrivals {
    /// The connections in order of appearance.
    connections: Vec<&'static str>,
    /// Per stream, per byte: the first record with it, 0 if there is none.
    streams: HashMap<(&'static str, Direction), Vec<usize>>,
}

impl Arrivals {
    fn of(packets: &[Packet]) -> Self {
        let mut arrivals = Self { connections: Vec::new(), streams: HashMap::new() };
        for (index, packet) in packets.iter().enumerate() {
            let Some(segment) = &packet.segment else { continue };
            if !arrivals.connections.contains(&segment.connection) {
                arrivals.connections.push(segment.connection);
            }
            let stream = arrivals.streams.entry((segment.connection, segment.direction)).or_default();
            let (start, end) = (segment.range.start as usize, segment.range.end as usize);
            stream.resize(stream.len().max(end), 0);
            for first in &mut stream[start..end] {
                if *first == 0 {
                    *first = index + 1;
                }
            }
        }
        arrivals
    }

    /// The record with which a stanza can be read, if all of its bytes arrive: earlier bytes that arrive later
    /// hold it up.
    fn completed(&self, told: &Told) -> Option<usize> {
        let stream = self.streams.get(&(told.connection, told.direction))?;
        let bytes = stream.get(told.range.start as usize..told.range.end as usize)?;
        if bytes.contains(&0) {
            return None;
        }
        stream.get(..told.range.end as usize)?.iter().copied().max()
    }
}

/// `truth.jsonl`.
pub(crate) fn lines(stanzas: &[Readable<'_>]) -> String {
    let mut lines = String::new();
    for stanza in stanzas {
        let told = stanza.told;
        writeln!(
            lines,
            r#"{{"connection":{},"direction":"{}","counter":{},"time_ns":{},"record":{},"tag":{},"xml":{},"plain_hex":"{}"}}"#,
            stanza.connection,
            direction(told),
            told.counter,
            stanza.time,
            stanza.record,
            told.stanza.as_ref().map_or(Value::Null, |stanza| Value::from(&*stanza.tag)),
            told.stanza.as_ref().map_or(Value::Null, |stanza| Value::from(xml(stanza))),
            HEXLOWER.encode(&told.plain)
        )
        .unwrap();
    }
    lines
}

/// `calls.json`: the calls of which something can be read.
pub(crate) fn calls(calls: &[Call], stanzas: &[Readable<'_>]) -> String {
    let calls: Vec<String> = calls
        .iter()
        .filter_map(|call| {
            let observed: Vec<String> = stanzas
                .iter()
                .filter(|readable| readable.told.call == Some(call.label))
                .filter_map(|readable| {
                    Some(observed(readable.record, direction(readable.told), readable.told.stanza.as_ref()?))
                })
                .collect();
            (!observed.is_empty()).then(|| {
                format!(
                    "  {{\"call_id\":{},\"label\":{},\"observed\":[\n{}\n  ]}}",
                    quoted(&call.id),
                    quoted(call.label),
                    observed.join(",\n")
                )
            })
        })
        .collect();
    format!("{{\"calls\":[\n{}\n]}}\n", calls.join(",\n"))
}

fn observed(record: usize, direction: &str, stanza: &Node) -> String {
    let attribute = |name| stanza.attrs.get(name).map(|value| value.as_str().into_owned());
    let action = match (&*stanza.tag, &stanza.content) {
        ("ack", _) => attribute("type"),
        (_, Some(NodeContent::Nodes(children))) => children.first().map(|child| child.tag.to_string()),
        _ => None,
    };
    format!(
        r#"    {{"direction":"{direction}","tag":{},"action":{},"stanza_id":{},"record":{record}}}"#,
        quoted(&stanza.tag),
        Value::from(action),
        Value::from(attribute("id")),
    )
}

fn direction(told: &Told) -> &'static str {
    match told.direction {
        Direction::Inbound => "in",
        Direction::Outbound => "out",
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A stanza on one line: attributes in wire order, bytes as text if they are text, else in lower-case hexadecimal.
fn xml(node: &Node) -> String {
    let mut text = format!("<{}", node.tag);
    for (name, value) in node.attrs.iter() {
        write!(text, " {name}=\"{}\"", escape(value.as_str())).unwrap();
    }
    match &node.content {
        None => text.push_str("/>"),
        Some(content) => {
            text.push('>');
            match content {
                NodeContent::Nodes(children) => children.iter().for_each(|child| text.push_str(&xml(child))),
                NodeContent::Bytes(bytes) => match std::str::from_utf8(bytes) {
                    Ok(string) if !string.contains(char::is_control) => text.push_str(&escape(string)),
                    _ => text.push_str(&HEXLOWER.encode(bytes)),
                },
                NodeContent::String(string) => text.push_str(&escape(string.as_str())),
            }
            write!(text, "</{}>", node.tag).unwrap();
        }
    }
    text
}
