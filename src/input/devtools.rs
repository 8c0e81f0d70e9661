//! Events of the Chrome DevTools Protocol, one a line or in one array, as its clients log them and as Chrome's
//! protocol monitor saves them. Joins at the message layer.
//!
//! A record is a line, or in an array an element. What stands in a line before the event, such as a time or an arrow,
//! is skipped, and so are events of other domains. The events' times are those of a clock that begins anywhere;
//! `Network.webSocketWillSendHandshakeRequest` and `Network.requestWillBeSent` tell the time of day as well, and so
//! date all that follow them. Before the first of those, messages have no time.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;

use memchr::memmem;
use serde::Deserialize;

use super::damage::{Stop, cut};
use super::diagnoses::{MESSAGE_UNREADABLE, NO_WEBSOCKET, TOO_LONG, WEBSOCKET_FAILED};
use super::json::{self, Json, LONGEST_VALUE, Value};
use super::lines::{self, Line};
use super::model::{Ends, Entry, Error, Format, Sink};
use super::source::Source;
use super::{message, time};
use crate::anomaly::Anomaly;
use crate::origin::{ConnectionId, Direction, Located, Origin, RecordNumber};

/// Domains with whose events a log may begin.
const DOMAINS: &[&str] = &["Network", "Page", "Target", "Runtime", "Fetch", "Log", "DOM", "Security"];

pub(super) fn probe(beginning: &[u8]) -> bool {
    memmem::find_iter(beginning, b"\"method\"").any(|place| {
        let rest = beginning.get(place..).and_then(|rest| json::after(rest, b"\"method\""));
        let name = rest.and_then(|rest| json::after(rest, b":")).and_then(|rest| rest.strip_prefix(b"\""));
        name.is_some_and(|name| {
            DOMAINS.iter().any(|domain| name.strip_prefix(domain.as_bytes()).is_some_and(|rest| rest.starts_with(b".")))
        })
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, default)]
    method: Cow<'a, str>,
    #[serde(borrow, default)]
    session_id: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params<'a> {
    #[serde(borrow, default)]
    request_id: Cow<'a, str>,
    #[serde(borrow, default)]
    url: Cow<'a, str>,
    timestamp: Option<f64>,
    wall_time: Option<f64>,
    #[serde(borrow)]
    response: Option<Payload<'a>>,
    #[serde(borrow, default)]
    error_message: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    opcode: Option<i64>,
    #[serde(borrow, default)]
    payload_data: Cow<'a, [u8]>,
}

/// What was learnt from the events so far.
#[derive(Default)]
struct Log {
    /// The websockets that are open, by their names in the log.
    open: HashMap<String, ConnectionId>,
    connections: u32,
    /// When the events' clock showed 0, in seconds since the Unix epoch.
    clock_start: Option<f64>,
    /// The bytes of a message.
    buffer: Vec<u8>,
}

/// Reads such an input, and returns the number of its records.
pub(super) fn read(_format: &'static Format, source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
    let mut log = Log::default();
    source.skip_byte_order_mark();
    let records = if is_array(source.data()) {
        let mut records = 0;
        if let Err(stop) = log.array(&mut Json { source }, &mut records, out) {
            stop.report(source, records, json::NO_JSON, out)?;
        }
        records
    } else {
        log.lines(source, out)?
    };
    if log.connections == 0 {
        out.anomaly(source.anomaly(&NO_WEBSOCKET, records));
    }
    Ok(records)
}

/// Whether the text is an array of objects, and not lines that begin with a bracket.
fn is_array(beginning: &[u8]) -> bool {
    json::after(json::text(beginning), b"[").is_some_and(|rest| rest.starts_with(b"{"))
}

impl Log {
    fn array(&mut self, json: &mut Json<'_, '_>, records: &mut RecordNumber, out: &mut dyn Sink) -> Result<(), Stop> {
        if !json.enter(b'[')? {
            return Err(Stop::Malformed);
        }
        while json.element(*records == 0)? {
            let origin = Origin::of_record(json.source.capture(), *records + 1, json.source.offset(), None);
            let (flow, length) = match json.whole(LONGEST_VALUE)? {
                Value::Whole(length) => {
                    (self.event(json.source.data().get(..length).unwrap_or_default(), origin, out), length)
                }
                Value::TooLong(bytes) => {
                    out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(bytes));
                    (ControlFlow::Continue(()), 0)
                }
            };
            *records += 1;
            json.source.consume(length);
            if flow.is_break() {
                return Err(Stop::Enough);
            }
        }
        Ok(())
    }

    fn lines(&mut self, source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
        let mut records = 0;
        while let Some(line) = lines::next(source)? {
            let origin = Origin::of_record(source.capture(), records + 1, source.offset(), None);
            let (length, with_end) = match line {
                Line::Whole { length, with_end } => (length, with_end),
                Line::TooLong(bytes) => {
                    out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(bytes));
                    records += 1;
                    continue;
                }
            };
            let text = source.data().get(..length).unwrap_or_default();
            if length == with_end && is_cut(text) {
                cut(source, records, out);
                return Ok(records);
            }
            let flow = self.event(text, origin, out);
            records += 1;
            source.consume(with_end);
            if flow.is_break() {
                break;
            }
        }
        Ok(records)
    }

    /// Reads an event, which may stand behind something else.
    fn event(&mut self, text: &[u8], origin: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        let tells = |what: &str| memmem::find(text, what.as_bytes()).is_some();
        if !tells("Network.webSocket") && !tells("wallTime") {
            return ControlFlow::Continue(());
        }
        let Some(event) = memchr::memchr(b'{', text).and_then(|start| text.get(start..)) else {
            return ControlFlow::Continue(());
        };
        let mut events = serde_json::Deserializer::from_slice(event).into_iter::<Event<'_>>();
        match events.next() {
            Some(Ok(event)) => self.take(&event, origin, out),
            Some(Err(error)) if tells("Network.webSocketFrame") => {
                out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail(error.to_string()));
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn take(&mut self, event: &Event<'_>, mut origin: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        let Some(params) = &event.params else { return ControlFlow::Continue(()) };
        if let (Some(wall), Some(clock)) = (params.wall_time, params.timestamp) {
            self.clock_start = Some(wall - clock);
        }
        let Some(what) = event.method.strip_prefix("Network.webSocket") else { return ControlFlow::Continue(()) };
        let name = format!("{} {}", event.session_id, params.request_id);
        let known = self.open.get(&name).copied();
        origin.connection = known;
        let moment = params.timestamp.zip(self.clock_start).and_then(|(clock, start)| time::seconds(start + clock));
        origin = time::at(origin, moment);
        origin.direction = match what {
            "FrameSent" => Some(Direction::Outbound),
            "FrameReceived" => Some(Direction::Inbound),
            _ => None,
        };
        match what {
            "Created" => {
                origin.connection = Some(self.open(name));
                let server = message::server(&params.url);
                out.entry(Located::new(origin, Entry::Ends(Ends { client: None, server: server.as_deref() })))
            }
            "FrameSent" | "FrameReceived" => {
                origin.connection = known.or_else(|| Some(self.open(name)));
                let payload = params.response.as_ref();
                let payload = payload.and_then(|payload| Some((payload.opcode?, &payload.payload_data)));
                match payload.map(|(opcode, data)| message::decode(opcode, data, &mut self.buffer)) {
                    Some(Ok(Some(message))) => return out.entry(Located::new(origin, Entry::Message(message))),
                    Some(Ok(None)) => {}
                    Some(Err(why)) => out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail(why)),
                    None => out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail("it has no opcode")),
                }
                ControlFlow::Continue(())
            }
            "FrameError" => {
                out.anomaly(Anomaly::new(&WEBSOCKET_FAILED, origin).detail(params.error_message.as_ref()));
                ControlFlow::Continue(())
            }
            "Closed" if known.is_some() => {
                self.open.remove(&name);
                out.entry(Located::new(origin, Entry::Closed))
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn open(&mut self, name: String) -> ConnectionId {
        let connection = ConnectionId(self.connections);
        self.connections += 1;
        self.open.insert(name, connection);
        connection
    }
}

/// Whether the last line of the input holds the beginning of an event only.
fn is_cut(line: &[u8]) -> bool {
    let Some(event) = memchr::memchr(b'{', line).and_then(|start| line.get(start..)) else { return false };
    let first = serde_json::Deserializer::from_slice(event).into_iter::<serde::de::IgnoredAny>().next();
    matches!(first, Some(Err(error)) if error.is_eof())
}
