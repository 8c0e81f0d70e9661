//! ringtrace NDJSON: JSON objects, one per line, that hold the stanzas of one or several recordings of a call, short
//! enough for an issue and easy to write by hand. `docs/ndjson.md` describes it. Other text around such lines, as in a
//! comment of an issue, is read as nothing else.
//!
//! A header says how a vantage was recorded; every other line is a stanza as one vantage saw it. Times are
//! milliseconds on the vantage's own clock, without a date. Each vantage is a connection of the capture.

use std::borrow::Cow;

use serde::Deserialize;

use super::entry::{
    EntryContent, Header, LineFormat, LogEntry, LogTime, LoggedStanza, NoEntry, Parsed, Text, json, stanza,
};
use crate::input::diagnoses::{HEADER_TECHNIQUE, OTHER_VERSION, UNKNOWN_NAME};
use crate::input::model::{Recorded, TECHNIQUES};
use crate::input::{clients, time};
use crate::origin::{Direction, Resolution, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::xml::Dialect;

/// ringtrace NDJSON.
pub(in crate::input) const RINGTRACE: LineFormat = LineFormat {
    signs: &["\"schema\":\"ringtrace/", "\"schema\": \"ringtrace/"],
    is_exclusive: true,
    ..LineFormat::of_no_client(&["\"ringtrace/", "\"vantage\""], read)
};

/// The version of the format that is read here.
const SCHEMA: &str = "ringtrace/1";

/// A line of either kind.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    schema: Option<Cow<'a, str>>,
    #[serde(borrow)]
    vantage: Option<Cow<'a, str>>,
    #[serde(default)]
    device: Vec<String>,
    #[serde(borrow)]
    technique: Option<Cow<'a, str>>,
    #[serde(borrow)]
    client: Option<Cow<'a, str>>,
    #[serde(borrow)]
    server: Option<Cow<'a, str>>,
    #[serde(default)]
    omits_own_acks: bool,
    #[serde(borrow)]
    capture: Option<Cow<'a, str>>,
    #[serde(borrow)]
    clock: Option<Cow<'a, str>>,
    #[serde(borrow)]
    resolution: Option<Cow<'a, str>>,
    #[serde(default)]
    wire: bool,
    #[serde(default)]
    window: Vec<(f64, f64)>,
    at: Option<f64>,
    #[serde(borrow)]
    dir: Option<Cow<'a, str>>,
    #[serde(borrow)]
    xml: Option<Cow<'a, str>>,
}

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    let object = line.find('{').and_then(|brace| line.get(brace..)).ok_or(NoEntry::Unrelated)?;
    let read: Line<'_> = match json(object) {
        Ok(read) => read,
        Err(error) if is_meant(object) => return Err(error.into()),
        Err(_) => return Err(NoEntry::Unrelated),
    };
    let outcome = match (&read.schema, &read.vantage, &read.xml) {
        (Some(schema), Some(_), _) if schema.starts_with("ringtrace/") => header(read),
        (Some(schema), None, _) if schema.starts_with("ringtrace/") => Err("it names no vantage"),
        (_, Some(_), Some(_)) => one_stanza(read),
        (_, Some(_), None) if is_meant(object) => Err("it has no field `xml`"),
        _ => return Err(NoEntry::Unrelated),
    };
    outcome.map(|content| LogEntry { lines: 1, content }).map_err(NoEntry::unreadable)
}

/// Returns whether a text is meant to be a line of this format, whatever is wrong with it.
fn is_meant(object: &str) -> bool {
    let first = object.strip_prefix('{').unwrap_or_default().trim_start();
    first.starts_with("\"vantage\"") || (first.starts_with("\"schema\"") && first.contains("\"ringtrace/"))
}

fn header(line: Line<'_>) -> Result<EntryContent, &'static str> {
    let mut unknown = Vec::new();
    if let Some(schema) = line.schema.filter(|schema| schema != SCHEMA) {
        unknown.push((&OTHER_VERSION, schema.into_owned()));
    }
    let technique = line.technique.filter(|technique| technique != "unknown");
    let mut known_technique = technique.as_ref().and_then(|name| TECHNIQUES.into_iter().find(|known| known == name));
    let known_client = line.client.as_ref().and_then(|name| clients::named(name)).map(|client| client.name);
    if let (Some(named), Some(client)) = (known_technique, known_client)
        && !clients::fits(named, client)
    {
        unknown.push((&HEADER_TECHNIQUE, format!("{named}, of {client}")));
        known_technique = Some("unknown");
    }
    for (name, known) in [(technique, known_technique), (line.client, known_client)] {
        unknown.extend(name.filter(|_| known.is_none()).map(|name| (&UNKNOWN_NAME, name.into_owned())));
    }
    let device: Option<Vec<_>> = line.device.iter().map(|address| Jid::parse(address)).collect();
    let recorded = Recorded {
        device: device.ok_or("an address of its device is invalid")?,
        technique: known_technique,
        client: known_client,
        omits_own_acks: line.omits_own_acks,
        is_from_wire: line.wire,
        spans: spans(&line.window)?,
        ..Recorded::default()
    };
    let vantage = vantage(line.vantage);
    let known = |symbol| Resolution::ALL.into_iter().find(|known| known.symbol() == symbol);
    let resolution = match line.resolution {
        Some(symbol) => Some(known(symbol).ok_or("its `resolution` is none of `ns`, `us`, `ms`, `s` and `min`")?),
        None => None,
    };
    let [clock, capture] = [line.clock, line.capture].map(|name| name.unwrap_or_default().into_owned());
    let server = line.server.map(Cow::into_owned);
    Ok(EntryContent::Header(Box::new(Header { vantage, recorded, server, clock, resolution, capture, unknown })))
}

/// The spans of a window, in order and disjoint.
fn spans(window: &[(f64, f64)]) -> Result<Vec<(Timestamp, Timestamp)>, &'static str> {
    let mut spans = Vec::with_capacity(window.len());
    for (from, until) in window {
        match (time::milliseconds(*from), time::milliseconds(*until)) {
            (Some(from), Some(until)) if from.time <= until.time => spans.push((from.time, until.time)),
            _ => return Err("its window has a span that ends before it begins or is out of range"),
        }
    }
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let overlap = later.0 <= earlier.1;
        if overlap {
            earlier.1 = earlier.1.max(later.1);
        }
        overlap
    });
    Ok(spans)
}

fn one_stanza(line: Line<'_>) -> Result<EntryContent, &'static str> {
    let direction = match line.dir.as_deref() {
        None => None,
        Some("in") => Some(Direction::Inbound),
        Some("out") => Some(Direction::Outbound),
        Some(_) => return Err("its `dir` is neither `in` nor `out`"),
    };
    let time = match line.at {
        None => LogTime::None,
        Some(at) => time::milliseconds(at).map(LogTime::Relative).ok_or("its time is out of range")?,
    };
    let xml = line.xml.unwrap_or_default();
    let (mut stanza, length) = stanza(&xml, Dialect::RINGTRACE, true).map_err(|_| "its field `xml` is not XML")?;
    if xml.get(length..).is_some_and(|rest| !rest.trim().is_empty()) {
        stanza.departures.stray_text += 1;
    }
    let stanza = LoggedStanza { direction, time, vantage: vantage(line.vantage), ..stanza };
    Ok(EntryContent::Stanzas(vec![stanza]))
}

fn vantage(name: Option<Cow<'_, str>>) -> String {
    format!("vantage {}", name.unwrap_or_default())
}
