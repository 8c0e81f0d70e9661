//! HAR, the HTTP archive that browsers and proxies export, with the `_webSocketMessages` that Chrome puts in. Joins
//! at the message layer.
//!
//! A record is a message, counted over all entries of the archive. The archive is read message by message, whatever
//! its size.

use std::borrow::Cow;
use std::ops::ControlFlow;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::damage::Stop;
use super::diagnoses::{
    MESSAGE_UNREADABLE, NO_WEBSOCKET, NOT_RECORDED, OTHERS_NOT_RECORDED, TOO_LONG, WEBSOCKET_FAILED,
};
use super::json::{self, Json, LONGEST_VALUE, Value};
use super::model::{Ends, Entry, Error, Format, Sink};
use super::source::Source;
use super::{message, time};
use crate::anomaly::Anomaly;
use crate::origin::{ConnectionId, Direction, Located, Origin, RecordNumber};
use crate::protocol::tls;

/// Returns whether a server, as `host:port`, is a site other than WhatsApp's. A name without a dot, and an address, may be
/// that of a proxy.
fn is_another_sites(server: &str) -> bool {
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
    let is_name = host.contains('.') && host.contains(|character: char| character.is_ascii_alphabetic());
    is_name && !host.contains(':') && !tls::is_whatsapp(host)
}

/// The longest request of which the URL is looked at.
const LONGEST_REQUEST: usize = 1 << 20;

pub(super) fn probe(beginning: &[u8]) -> bool {
    let object = json::after(json::text(beginning), b"{").and_then(|rest| json::after(rest, b"\"log\""));
    object.and_then(|rest| json::after(rest, b":")).is_some_and(|rest| rest.starts_with(b"{"))
}

/// Reads such an input, and returns the number of its records.
pub(super) fn read(format: &'static Format, source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
    if !probe(source.data()) {
        return Err(Error::NotInFormat(format.name));
    }
    source.skip_byte_order_mark();
    let mut archive =
        Archive { json: Json { source }, out, records: 0, connections: 0, websockets: 0, buffer: Vec::new() };
    let outcome = archive.read();
    let Archive { records, websockets, .. } = archive;
    match outcome {
        Ok(()) if websockets == 0 => out.anomaly(source.anomaly(&NO_WEBSOCKET, records)),
        Ok(()) => {}
        Err(stop) => stop.report(source, records, json::NO_JSON, out)?,
    }
    Ok(records)
}

/// An archive that is being read.
struct Archive<'s, 'r> {
    json: Json<'s, 'r>,
    out: &'s mut dyn Sink,
    records: RecordNumber,
    /// Connections with messages.
    connections: u32,
    /// Connections with messages or without.
    websockets: u64,
    /// The bytes of a message.
    buffer: Vec<u8>,
}

/// What is known of an entry so far. Its members may come in any order.
#[derive(Default)]
struct Known {
    url: Option<String>,
    connection: Option<ConnectionId>,
    is_websocket: bool,
}

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    url: String,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    status: i64,
}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    time: Option<f64>,
    opcode: i64,
    #[serde(borrow)]
    data: Cow<'a, [u8]>,
}

impl Archive<'_, '_> {
    fn read(&mut self) -> Result<(), Stop> {
        self.object(|archive, name| match name {
            "log" => archive.object(|archive, name| match name {
                "entries" => archive.array(Self::entry),
                _ => archive.json.skip(),
            }),
            _ => archive.json.skip(),
        })
    }

    /// Reads the members of the next value if it is an object.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Result<(), Stop>) -> Result<(), Stop> {
        if !self.json.enter(b'{')? {
            return Ok(());
        }
        let mut is_first = true;
        while let Some(name) = self.json.member(std::mem::take(&mut is_first))? {
            member(self, &name)?;
        }
        Ok(())
    }

    /// Reads the elements of the next value if it is an array.
    fn array(&mut self, mut element: impl FnMut(&mut Self) -> Result<(), Stop>) -> Result<(), Stop> {
        if !self.json.enter(b'[')? {
            return Ok(());
        }
        let mut is_first = true;
        while self.json.element(std::mem::take(&mut is_first))? {
            element(self)?;
        }
        Ok(())
    }

    /// Skips the next value, which should be of the type that is wanted, and returns it if it is.
    fn parsed<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Stop> {
        let Value::Whole(length) = self.json.whole(LONGEST_REQUEST)? else { return Ok(None) };
        let value = self.json.parse(length).ok();
        self.json.source.consume(length);
        Ok(value)
    }

    fn entry(&mut self) -> Result<(), Stop> {
        let mut known = Known::default();
        let offset = self.json.source.offset();
        self.object(|archive, name| match name {
            "_webSocketMessages" => {
                let connection = *known.connection.get_or_insert_with(|| {
                    archive.connections += 1;
                    archive.websockets += 1;
                    ConnectionId(archive.connections - 1)
                });
                archive.array(|archive| archive.message(connection))
            }
            "request" => {
                known.url = archive.parsed::<Request>()?.map(|request| request.url);
                Ok(())
            }
            "response" => {
                known.is_websocket |= archive.parsed::<Response>()?.is_some_and(|response| response.status == 101);
                Ok(())
            }
            "_resourceType" => {
                known.is_websocket |= archive.parsed::<String>()?.is_some_and(|kind| kind == "websocket");
                Ok(())
            }
            _ => archive.json.skip(),
        })?;
        self.end(&known, offset)
    }

    /// Says what is known of the websocket whose entry ends here.
    fn end(&mut self, known: &Known, offset: u64) -> Result<(), Stop> {
        let url = known.url.as_deref().unwrap_or_default();
        let server = message::server(url);
        let mut origin = Origin::of_record(self.json.source.capture(), self.records, offset, None);
        origin.connection = known.connection;
        if known.connection.is_some() {
            let ends = Entry::Ends(Ends { client: None, server: server.as_deref() });
            for entry in [ends, Entry::Closed] {
                if self.out.entry(Located::new(origin, entry)).is_break() {
                    return Err(Stop::Enough);
                }
            }
        } else if known.is_websocket || url.starts_with("ws:") || url.starts_with("wss:") {
            self.websockets += 1;
            let server = server.unwrap_or_default();
            let what = if is_another_sites(&server) { &OTHERS_NOT_RECORDED } else { &NOT_RECORDED };
            self.out.anomaly(Anomaly::new(what, origin).detail(server));
        }
        Ok(())
    }

    /// Reads a message of the websocket that is `connection`.
    fn message(&mut self, connection: ConnectionId) -> Result<(), Stop> {
        let Self { json, out, records, buffer, .. } = self;
        let mut origin = Origin::of_record(json.source.capture(), *records + 1, json.source.offset(), None);
        origin.connection = Some(connection);
        let (flow, length) = if let Some((written, length)) = json.ahead::<Written<'_>>() {
            (put(&written, origin, buffer, &mut **out), length)
        } else {
            match json.whole(LONGEST_VALUE)? {
                Value::Whole(length) => match json.parse::<Written<'_>>(length) {
                    Ok(written) => (put(&written, origin, buffer, &mut **out), length),
                    Err(error) => {
                        out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail(error.to_string()));
                        (ControlFlow::Continue(()), length)
                    }
                },
                Value::TooLong(bytes) => {
                    out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(bytes));
                    (ControlFlow::Continue(()), 0)
                }
            }
        };
        json.source.consume(length);
        *records += 1;
        if flow.is_break() { Err(Stop::Enough) } else { Ok(()) }
    }
}

/// Hands a message over.
fn put(written: &Written<'_>, mut origin: Origin, buffer: &mut Vec<u8>, out: &mut dyn Sink) -> ControlFlow<()> {
    origin = time::at(origin, written.time.and_then(time::seconds));
    origin.direction = match written.kind.as_ref() {
        "send" => Some(Direction::Outbound),
        "receive" => Some(Direction::Inbound),
        _ => None,
    };
    let anomaly = match (message::decode(written.opcode, &written.data, buffer), origin.direction) {
        (Ok(Some(message)), Some(_)) => return out.entry(Located::new(origin, Entry::Message(message))),
        // A control frame, which holds nothing of the protocol above.
        (Ok(None), Some(_)) => return ControlFlow::Continue(()),
        (Ok(_), None) if written.kind == "error" => {
            Anomaly::new(&WEBSOCKET_FAILED, origin).detail(String::from_utf8_lossy(&written.data))
        }
        (Ok(_), None) => Anomaly::new(&MESSAGE_UNREADABLE, origin).detail("it was neither sent nor received"),
        (Err(why), _) => Anomaly::new(&MESSAGE_UNREADABLE, origin).detail(why),
    };
    out.anomaly(anomaly);
    ControlFlow::Continue(())
}
