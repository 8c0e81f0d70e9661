//! `tshark -z follow,tcp,...`: the bytes of one stream. Joins above TCP.
//!
//! `yaml` has the packets with their numbers and times; `raw` and `hex` have neither, so that a record is a line.
//! Node 0, which is the one that spoke first, is taken for the client.

use std::ops::ControlFlow;

use data_encoding::BASE64;

use super::packet::hex;
use crate::anomaly::Anomaly;
use crate::input::diagnoses::{MESSAGE_UNREADABLE, TOO_LONG};
use crate::input::lines::{self, Line};
use crate::input::model::{Ends, Entry, Error, Format, Sink};
use crate::input::source::Source;
use crate::input::time::{self, Moment};
use crate::input::{json, message};
use crate::origin::{ConnectionId, Direction, Located, Origin, RecordNumber};
use crate::protocol::tcp::Chunk;

/// Whether an input that begins so is such a stream.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    form(beginning).is_some()
}

/// How a stream is printed, by its first lines: what follows may say anything.
fn form(beginning: &[u8]) -> Option<Form> {
    let head = json::text(beginning);
    let after_peers = head.strip_prefix(b"peers:").map(<[u8]>::trim_ascii_start);
    if after_peers.is_some_and(|rest| rest.starts_with(b"- peer:")) {
        return Some(Form::Yaml);
    }
    let (rule, rest) = head.split_at_checked(memchr::memchr(b'\n', head)? + 1)?;
    let (kind, _) = rest.split_at_checked(memchr::memchr(b'\n', rest)?)?;
    let kind = kind.strip_prefix(b"Follow: ").filter(|_| rule.starts_with(b"===="))?.trim_ascii_end();
    if kind.ends_with(b",raw") {
        Some(Form::Raw)
    } else if kind.ends_with(b",hex") {
        Some(Form::Hex)
    } else {
        None
    }
}

#[derive(Clone, Copy)]
enum Form {
    Yaml,
    Raw,
    Hex,
}

/// Reads such streams, and returns the number of their packets or lines.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    let form = form(source.data()).ok_or(Error::NotInFormat(format.name))?;
    source.skip_byte_order_mark();
    let mut stream = Stream::default();
    let mut lines = 0;
    while let Some(line) = lines::next(source)? {
        lines += 1;
        let (length, with_end) = match line {
            Line::Whole { length, with_end } => (length, with_end),
            Line::TooLong(bytes) => {
                out.anomaly(source.anomaly(&TOO_LONG, lines).bytes(bytes));
                continue;
            }
        };
        let place = Origin::of_record(source.capture(), lines, source.offset(), None);
        let text = String::from_utf8_lossy(source.data().get(..length).unwrap_or_default()).into_owned();
        source.consume(with_end);
        let flow = match form {
            Form::Yaml => stream.yaml(&text, place, out),
            Form::Raw | Form::Hex => stream.text(&text, form, place, out),
        };
        if flow.is_break() {
            return Ok(lines);
        }
    }
    let place = Origin::of_record(source.capture(), lines, source.offset(), None);
    // Enough or not, this was the end.
    let _ = stream.flush(place, out);
    Ok(lines)
}

/// A stream, as far as it was read.
#[derive(Default)]
struct Stream {
    /// The connection of the stream that comes next, where its number is not printed.
    next: u32,
    connection: ConnectionId,
    hosts: [String; 2],
    named: bool,
    /// Of the packet that is being read, or the peer that is being named.
    peer: usize,
    record: Option<RecordNumber>,
    time: Option<Moment>,
    base64: String,
    /// Bytes so far, by direction.
    offsets: [u64; 2],
    buffer: Vec<u8>,
}

impl Stream {
    fn begin(&mut self, connection: u32) {
        *self = Self {
            next: connection.saturating_add(1),
            connection: ConnectionId(connection),
            buffer: std::mem::take(&mut self.buffer),
            ..Self::default()
        };
    }

    fn yaml(&mut self, line: &str, place: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        let line = line.trim();
        let Some((name, value)) = line.trim_start_matches("- ").split_once(':') else {
            self.base64.push_str(line);
            return ControlFlow::Continue(());
        };
        let value = value.trim();
        match name {
            "peers" => {
                self.flush(place, out)?;
                self.begin(self.next);
            }
            "host" => {
                if let Some(host) = self.hosts.get_mut(self.peer) {
                    value.trim_matches('"').clone_into(host);
                }
            }
            "port" => {
                if let Some(host) = self.hosts.get_mut(self.peer) {
                    *host = message::address(host, value);
                }
            }
            "packet" => {
                self.flush(place, out)?;
                self.record = value.parse().ok();
            }
            "peer" => self.peer = value.parse().unwrap_or_default(),
            // Printed with more digits than it has.
            "timestamp" => self.time = value.parse().ok().and_then(time::seconds),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn text(&mut self, line: &str, form: Form, place: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        if let Some(filter) = line.strip_prefix("Filter: ") {
            let number = filter.rsplit(' ').next().and_then(|number| number.parse().ok());
            self.begin(number.unwrap_or(self.next));
            return ControlFlow::Continue(());
        }
        if let Some((node, host)) = line.strip_prefix("Node ").and_then(|node| node.split_once(": ")) {
            if let Some(slot) = node.parse::<usize>().ok().and_then(|node| self.hosts.get_mut(node)) {
                host.clone_into(slot);
            }
            return ControlFlow::Continue(());
        }
        if line.is_empty() || line.starts_with("====") || line.starts_with("Follow: ") {
            return ControlFlow::Continue(());
        }
        self.peer = usize::from(line.starts_with('\t'));
        let line = line.trim_start_matches('\t');
        let digits = match form {
            // An offset, two columns of eight bytes, and the bytes as text.
            Form::Hex => line.get(10..line.len().min(59)).unwrap_or_default().replace(' ', ""),
            Form::Raw | Form::Yaml => line.trim_end().to_owned(),
        };
        let mut bytes = std::mem::take(&mut self.buffer);
        let flow = if hex(&digits, &mut bytes) {
            self.put(&bytes, place, out)
        } else {
            out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, place).detail("its bytes are no hexadecimal digits"));
            ControlFlow::Continue(())
        };
        self.buffer = bytes;
        flow
    }

    /// Hands over the packet that was read.
    fn flush(&mut self, place: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        let base64 = std::mem::take(&mut self.base64);
        if base64.is_empty() {
            return ControlFlow::Continue(());
        }
        let record = self.record.unwrap_or(place.last);
        let origin = time::at(Origin { first: record, last: record, ..place }, self.time);
        let whole = base64.get(..base64.len() & !3).unwrap_or_default();
        let decoded = BASE64.decode(whole.as_bytes());
        if decoded.is_err() || whole.len() < base64.len() {
            out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail("its bytes are no base64"));
        }
        decoded.map_or(ControlFlow::Continue(()), |bytes| self.put(&bytes, origin, out))
    }

    fn put(&mut self, bytes: &[u8], mut origin: Origin, out: &mut dyn Sink) -> ControlFlow<()> {
        origin.connection = Some(self.connection);
        if !std::mem::replace(&mut self.named, true) {
            let [client, server] =
                self.hosts.each_ref().map(|host| Some(host.as_str()).filter(|host| !host.is_empty()));
            out.entry(Located::new(origin, Entry::Ends(Ends { client, server })))?;
        }
        let (direction, offset) = match (self.peer, &mut self.offsets) {
            (0, [outbound, _]) => (Direction::Outbound, outbound),
            (_, [_, inbound]) => (Direction::Inbound, inbound),
        };
        origin.direction = Some(direction);
        origin.offset = *offset;
        *offset += bytes.len() as u64;
        out.entry(Located::new(origin, Entry::Chunk(Chunk::Data(bytes))))
    }
}
