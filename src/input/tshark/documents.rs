//! `tshark -T json` and `-T ek`: a JSON document for each packet, in an array or in lines, with all fields by layer or
//! those of `-e` only.

use std::fmt;
use std::ops::ControlFlow;

use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::packet::{Field, Packet, Streams};
use crate::anomaly::Anomaly;
use crate::input::damage::{Stop, cut};
use crate::input::diagnoses::{MESSAGE_UNREADABLE, NO_WEBSOCKET, TOO_LONG};
use crate::input::json::{self, Json, LONGEST_VALUE, Value};
use crate::input::lines::{self, Line};
use crate::input::model::{Error, Format, Sink};
use crate::input::source::Source;
use crate::origin::{Origin, RecordNumber};

/// What a line must hold to be read.
const MARK: &[u8] = b"websocket";

/// Whether an input that begins so is what `-T json` prints.
pub(in crate::input) fn probe_json(beginning: &[u8]) -> bool {
    let object = json::after(json::text(beginning), b"[").and_then(|rest| json::after(rest, b"{"));
    object.is_some_and(|rest| rest.starts_with(b"\"_index\"")) && memmem::find(beginning, b"\"layers\"").is_some()
}

/// Whether an input that begins so is what `-T ek` prints.
pub(in crate::input) fn probe_ek(beginning: &[u8]) -> bool {
    let text = json::text(beginning);
    let is_packet = text.starts_with(b"{\"timestamp\":\"") && memmem::find(text, b",\"layers\":{").is_some();
    is_packet || text.starts_with(b"{\"index\":{\"_index\":\"packets-")
}

/// Reads what `-T json` prints, and returns the number of its packets.
pub(in crate::input) fn read_json(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    if json::after(json::text(source.data()), b"[").is_none() {
        return Err(Error::NotInFormat(format.name));
    }
    source.skip_byte_order_mark();
    let mut streams = Streams::default();
    let mut records = 0;
    if let Err(stop) = array(&mut Json { source }, &mut streams, &mut records, out) {
        stop.report(source, records, json::NO_JSON, out)?;
    }
    end(source, &streams, records, out);
    Ok(records)
}

fn array(
    json: &mut Json<'_, '_>,
    streams: &mut Streams,
    records: &mut RecordNumber,
    out: &mut dyn Sink,
) -> Result<(), Stop> {
    json.enter(b'[')?;
    while json.element(*records == 0)? {
        let (flow, length) = match json.whole(LONGEST_VALUE)? {
            Value::Whole(length) => (document(json.source, length, *records + 1, streams, out), length),
            Value::TooLong(bytes) => {
                out.anomaly(json.source.anomaly(&TOO_LONG, *records + 1).bytes(bytes));
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

/// Reads what `-T ek` prints, and returns the number of its lines.
pub(in crate::input) fn read_ek(
    _format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    source.skip_byte_order_mark();
    let mut streams = Streams::default();
    let mut records = 0;
    while let Some(line) = lines::next(source)? {
        match line {
            Line::Whole { length, with_end } => {
                let is_last = length == with_end;
                let text = source.data().get(..length).unwrap_or_default();
                if is_last && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof()) {
                    cut(source, records, out);
                    break;
                }
                let flow = document(source, length, records + 1, &mut streams, out);
                records += 1;
                source.consume(with_end);
                if flow.is_break() {
                    return Ok(records);
                }
            }
            Line::TooLong(bytes) => {
                records += 1;
                out.anomaly(source.anomaly(&TOO_LONG, records).bytes(bytes));
            }
        }
    }
    end(source, &streams, records, out);
    Ok(records)
}

fn end(source: &Source<'_>, streams: &Streams, records: RecordNumber, out: &mut dyn Sink) {
    if streams.is_empty() {
        out.anomaly(source.anomaly(&NO_WEBSOCKET, records));
    }
}

/// Reads the document that is the first `length` bytes of data.
fn document(
    source: &Source<'_>,
    length: usize,
    record: RecordNumber,
    streams: &mut Streams,
    out: &mut dyn Sink,
) -> ControlFlow<()> {
    let text = source.data().get(..length).unwrap_or_default();
    if memmem::find(text, MARK).is_none() {
        return ControlFlow::Continue(());
    }
    let mut packet = Packet::default();
    let outcome = Members(&mut packet).deserialize(&mut serde_json::Deserializer::from_slice(text));
    if let Err(error) = outcome {
        let origin = Origin::of_record(source.capture(), record, source.offset(), None);
        out.anomaly(Anomaly::new(&MESSAGE_UNREADABLE, origin).detail(error.to_string()));
        return ControlFlow::Continue(());
    }
    streams.put(&packet, source.capture(), record, source.offset(), out)
}

/// Takes all fields of a document into a packet, in the document's order: tshark repeats names.
struct Members<'p>(&'p mut Packet);

/// Takes the values of one field.
struct Values<'p> {
    packet: &'p mut Packet,
    field: Option<Field>,
}

/// The name of a field.
struct Name;

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a packet")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(field) = members.next_key_seed(Name)? {
            members.next_value_seed(Values { packet: &mut *self.0, field })?;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Field::named(name))
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Values<'_> {
    fn take<E>(self, value: &str) -> Result<(), E> {
        if let Some(field) = self.field {
            self.packet.take(field, value);
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a field")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.take(value)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.take(if value { "1" } else { "0" })
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.take(&value.to_string())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.take(&value.to_string())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while values.next_element_seed(Values { packet: &mut *self.packet, field: self.field })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        Members(self.packet).visit_map(members)
    }
}
