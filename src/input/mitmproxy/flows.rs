//! One file of flows, walked through value by value.

use std::io;
use std::ops::ControlFlow;

use super::tnetstring::{self, Value, Values};
use crate::anomaly::Anomaly;
use crate::input::damage::Stop;
use crate::input::diagnoses::{ALTERED, FLOW_DAMAGED, FLOW_VERSION, MESSAGE_UNREADABLE, NO_WEBSOCKET, TOO_LONG};
use crate::input::model::{Ends, Entry, Error, Format, Sink};
use crate::input::source::Source;
use crate::input::{message, time};
use crate::origin::{ConnectionId, Direction, Located, Origin, RecordNumber, Resolution};
use crate::protocol::websocket::{Message, Opcode};

/// The longest message that is handed over, with its time and flags.
const LONGEST_MESSAGE: u64 = 32 << 20;

/// The longest value other than a message that is looked at.
const LONGEST_VALUE: u64 = 4096;

/// The newest version of the flow format that is known, that of mitmproxy 11.
const NEWEST: i64 = 21;

/// Returns whether an input that begins so is a file of flows: with a dictionary whose first name is one of a flow's.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"websocket",
        b"response",
        b"request",
        b"version",
        b"type",
        b"id",
        b"error",
        b"client_conn",
        b"server_conn",
        b"intercepted",
        b"marked",
        b"metadata",
        b"messages",
        b"backup",
        b"comment",
        b"is_replay",
        b"mode",
        b"timestamp_created",
        b"close_code",
        b"handshake_flow",
    ];
    let inside = tnetstring::length(beginning).ok().and_then(|(_, header)| beginning.get(header..));
    let name = inside.and_then(tnetstring::value);
    matches!(name, Some((Value::Bytes(name), _)) if NAMES.contains(&name))
}

/// Reads a file of flows, and returns the number of its messages.
pub(in crate::input) fn read(
    _format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    let mut file = File { source, out, records: 0, connections: 0, flows: 0 };
    loop {
        if !file.source.fill(1)? {
            break;
        }
        let end = match file.header(u64::MAX) {
            Ok(end) => end,
            Err(stop) => {
                file.stop(stop, None)?;
                break;
            }
        };
        file.flows += 1;
        let outcome = file.flow(end);
        if let Err(stop) = outcome
            && !file.stop(stop, Some(end))?
        {
            break;
        }
    }
    if file.connections == 0 {
        file.out.anomaly(file.source.anomaly(&NO_WEBSOCKET, file.records));
    }
    Ok(file.records)
}

/// A file that is being read.
struct File<'s, 'r> {
    source: &'s mut Source<'r>,
    out: &'s mut dyn Sink,
    records: RecordNumber,
    connections: u32,
    flows: u64,
}

/// What is known of a flow so far. Its members come in any order, most after the messages.
#[derive(Default)]
struct Known {
    connection: Option<ConnectionId>,
    /// Whom the client wanted to reach: host and port of the request.
    host: Option<String>,
    port: Option<String>,
    client: Option<String>,
    server: Option<String>,
    version: Option<i64>,
}

impl File<'_, '_> {
    /// Acts on the early end of a reading, inside the flow that ends at `end`; says whether there may be more flows.
    fn stop(&mut self, stop: Stop, end: Option<u64>) -> io::Result<bool> {
        match (stop, end) {
            (Stop::Malformed, Some(end)) => {
                let left = end.saturating_sub(self.source.offset());
                let anomaly = self.source.anomaly(&FLOW_DAMAGED, self.records).bytes(left);
                self.out.anomaly(anomaly.detail(format!("flow {} at byte {}", self.flows, self.source.offset())));
                // With the flow's tag.
                self.source.skip(left + 1)
            }
            (stop, _) => stop.report(self.source, self.records, "no flow", self.out).map(|()| false),
        }
    }

    /// Skips the length of a value that ends before `end`, and returns where the value's tag stands.
    fn header(&mut self, end: u64) -> Result<u64, Stop> {
        loop {
            match tnetstring::length(self.source.data()) {
                Ok((length, header)) => {
                    self.source.consume(header);
                    let tag = self.source.offset().saturating_add(length);
                    return if tag < end { Ok(tag) } else { Err(Stop::Malformed) };
                }
                Err(true) if self.source.fill(self.source.data().len() + 1)? => {}
                Err(true) => return Err(Stop::Cut),
                Err(false) => return Err(Stop::Malformed),
            }
        }
    }

    /// Skips the rest of a value whose tag stands at `tag`.
    fn leave(&mut self, tag: u64) -> Result<(), Stop> {
        let left = tag.checked_sub(self.source.offset()).ok_or(Stop::Malformed)?;
        if self.source.skip(left + 1)? { Ok(()) } else { Err(Stop::Cut) }
    }

    /// Reads the dictionary whose tag stands at `end`: `member` is given each name, and where the tag of its value
    /// stands, of which it may read anything.
    fn dictionary(
        &mut self,
        end: u64,
        mut member: impl FnMut(&mut Self, &[u8], u64) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        while self.source.offset() < end {
            let tag = self.header(end)?;
            let name = self.small(tag)?;
            let Some(Value::Bytes(name)) = tnetstring::without_length(&name) else { return Err(Stop::Malformed) };
            let tag = self.header(end)?;
            member(self, name, tag)?;
            if self.source.offset() <= tag {
                self.leave(tag)?;
            }
        }
        Ok(())
    }

    /// Takes the value whose tag stands at `tag`, with its tag; nothing if it is long.
    fn small(&mut self, tag: u64) -> Result<Vec<u8>, Stop> {
        let length = tag.saturating_sub(self.source.offset());
        if length > LONGEST_VALUE {
            return Ok(Vec::new());
        }
        let with_tag = usize::try_from(length + 1).unwrap_or(usize::MAX);
        if !self.source.fill(with_tag)? {
            return Err(Stop::Cut);
        }
        let value = self.source.data().get(..with_tag).unwrap_or_default().to_vec();
        self.source.consume(with_tag);
        Ok(value)
    }

    /// Takes the small value whose tag stands at `tag` as text: bytes and numbers as they are, a list that is an
    /// address as host and port.
    fn text(&mut self, tag: u64) -> Result<Option<String>, Stop> {
        let value = self.small(tag)?;
        Ok(match tnetstring::without_length(&value) {
            Some(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Some(Value::Number(number)) => Some(number.to_owned()),
            Some(Value::List(mut values)) => match (values.next(), values.next()) {
                (Some(Value::Bytes(host)), Some(Value::Number(port))) => {
                    Some(message::address(&String::from_utf8_lossy(host), port))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// Reads the flow whose tag stands at `end`.
    fn flow(&mut self, end: u64) -> Result<(), Stop> {
        let start = self.source.offset();
        let mut known = Known::default();
        let outcome = self.members(end, &mut known).and_then(|()| self.leave(end));
        let mut origin = Origin::of_record(self.source.capture(), self.records, start, None);
        origin.connection = known.connection;
        if known.version.is_some_and(|version| version > NEWEST) {
            let version = known.version.unwrap_or_default();
            self.out.anomaly(Anomaly::new(&FLOW_VERSION, origin).detail(format!("version {version}")));
        }
        if known.connection.is_some() && !matches!(outcome, Err(Stop::Enough)) {
            let asked = known.host.zip(known.port).map(|(host, port)| message::address(&host, &port));
            let server = asked.or(known.server);
            let ends = Entry::Ends(Ends { client: known.client.as_deref(), server: server.as_deref() });
            for entry in [ends, Entry::Closed] {
                if self.out.entry(Located::new(origin, entry)).is_break() {
                    return Err(Stop::Enough);
                }
            }
        }
        outcome
    }

    fn members(&mut self, end: u64, known: &mut Known) -> Result<(), Stop> {
        self.dictionary(end, |file, name, tag| {
            match name {
                b"websocket" => file.dictionary(tag, |file, name, tag| match name {
                    b"messages" => file.messages(tag, known),
                    _ => Ok(()),
                })?,
                b"messages" => file.messages(tag, known)?,
                b"request" => file.dictionary(tag, |file, name, tag| {
                    match name {
                        b"host" => known.host = file.text(tag)?,
                        b"port" => known.port = file.text(tag)?,
                        _ => {}
                    }
                    Ok(())
                })?,
                b"client_conn" => file.dictionary(tag, |file, name, tag| {
                    // Called `address` up to version 18.
                    if matches!(name, b"peername" | b"address") {
                        known.client = file.text(tag)?.or(known.client.take());
                    }
                    Ok(())
                })?,
                b"server_conn" => file.dictionary(tag, |file, name, tag| {
                    if name == b"address" {
                        known.server = file.text(tag)?;
                    }
                    Ok(())
                })?,
                b"version" => known.version = file.text(tag)?.and_then(|version| version.parse().ok()),
                _ => {}
            }
            Ok(())
        })
    }

    /// Reads the list of messages whose tag stands at `end`.
    fn messages(&mut self, end: u64, known: &mut Known) -> Result<(), Stop> {
        while self.source.offset() < end {
            let offset = self.source.offset();
            let tag = self.header(end)?;
            let length = tag - self.source.offset();
            let mut origin = Origin::of_record(self.source.capture(), self.records + 1, offset, None);
            origin.connection = known.connection;
            if length > LONGEST_MESSAGE {
                self.records += 1;
                self.out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(length));
                self.leave(tag)?;
                continue;
            }
            let with_tag = usize::try_from(length + 1).unwrap_or(usize::MAX);
            if !self.source.fill(with_tag)? {
                return Err(Stop::Cut);
            }
            let bytes = self.source.data().get(..with_tag).unwrap_or_default();
            let Some(Value::List(values)) = tnetstring::without_length(bytes) else { return Err(Stop::Malformed) };
            if matches!(values.clone().next(), Some(Value::Bool(_))) {
                // Those of a TCP or UDP flow, which begin with the direction.
                return Ok(());
            }
            self.records += 1;
            let connection = *known.connection.get_or_insert_with(|| {
                self.connections += 1;
                ConnectionId(self.connections - 1)
            });
            origin.connection = Some(connection);
            let flow = put(values, origin, self.out);
            self.source.consume(with_tag);
            if flow.is_break() {
                return Err(Stop::Enough);
            }
        }
        Ok(())
    }
}

/// Hands a message over: its opcode, whether the client sent it, its content and time, then flags of the proxy's.
fn put(mut values: Values<'_>, mut origin: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
    let fields = (values.next(), values.next(), values.next(), values.next());
    let (
        Some(Value::Number(opcode)),
        Some(Value::Bool(from_client)),
        Some(Value::Bytes(data)),
        Some(Value::Number(at)),
    ) = fields
    else {
        out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail("it is not written as websocket messages are"));
        return ControlFlow::Continue(());
    };
    // Python's numbers leave out zeros at the end, and are no more exact than this.
    let moment = time::decimal_seconds(at);
    origin = origin.timed(moment.map(|moment| moment.time), Resolution::Microseconds);
    origin.direction = Some(if from_client { Direction::Outbound } else { Direction::Inbound });
    let is_set = |flag: Option<Value<'_>>| flag == Some(Value::Bool(true));
    let (withheld, made_up) = (is_set(values.next()), is_set(values.next()));
    if withheld || made_up {
        out.anomaly(Anomaly::new(&ALTERED, origin));
    }
    let opcode = match opcode {
        _ if made_up => return ControlFlow::Continue(()),
        "1" => Opcode::Text,
        "2" => Opcode::Binary,
        _ => return ControlFlow::Continue(()),
    };
    out.entry(Located::new(origin, Entry::Message(Message { opcode, data })))
}
