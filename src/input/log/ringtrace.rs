//! This program's own format: JSON objects, one a line, that hold the stanzas of one or several recordings of a call,
//! short enough for an issue and written as easily by hand. `docs/ndjson.md` describes it. Whatever stands around such lines,
//! in a comment of an issue, is read for nothing else.
//!
//! A header says of a vantage how it was recorded; every other line is a stanza as one vantage saw it. Times are
//! milliseconds on the vantage's own clock, without a date. Each vantage is a connection of the capture.

use std::borrow::Cow;

use serde::Deserialize;

use super::super::{Format, Reading, Recorded, TECHNIQUES};
use super::diagnoses::{OTHER_VERSION, UNKNOWN_NAME};
use super::line::{Found, Header, LineFormat, Outcome, Stamp, Text, milliseconds, stanza};
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::xml::Dialect;

/// ringtrace's own format.
pub(in crate::input) const RINGTRACE: Format = Format {
    name: "ringtrace",
    about: "ringtrace's own lines of stanzas, in a file or among other text",
    technique: "unknown",
    brings_secrets: false,
    connections: "vantage",
    reading: Reading::Lines(LineFormat {
        markers: &["\"ringtrace/", "\"vantage\""],
        signs: &["\"schema\":\"ringtrace/", "\"schema\": \"ringtrace/"],
        advice: "",
        program: None,
        omits_own_acks: false,
        is_alone: true,
        read,
    }),
};

/// The version of the format that is read here.
const SCHEMA: &str = "ringtrace/1";

/// The names of client programs.
const CLIENTS: [&str; 5] = ["baileys", "whatsapp-rust", "whatsapp-web", "whatsmeow", "zapo"];

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
    #[serde(default)]
    omits_own_acks: bool,
    #[serde(borrow)]
    capture: Option<Cow<'a, str>>,
    #[serde(borrow)]
    clock: Option<Cow<'a, str>>,
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

fn read(text: &Text<'_>) -> Outcome {
    let line = text.line();
    let Some(object) = line.find('{').and_then(|brace| line.get(brace..)) else { return Outcome::Unrelated };
    let broken = |why| Outcome::Broken { lines: 1, why };
    let read = match serde_json::Deserializer::from_str(object).into_iter::<Line<'_>>().next() {
        Some(Ok(read)) => read,
        Some(Err(_)) | None if !is_meant(object) => return Outcome::Unrelated,
        Some(Err(error)) if error.is_eof() => return broken("its JSON ends too early"),
        Some(Err(error)) if error.is_data() => return broken("a field of it has a value that it cannot have"),
        Some(Err(_)) | None => return broken("its JSON is broken"),
    };
    let outcome = match (&read.schema, &read.vantage, &read.xml) {
        (Some(schema), Some(_), _) if schema.starts_with("ringtrace/") => header(read),
        (Some(schema), None, _) if schema.starts_with("ringtrace/") => Err("it names no vantage"),
        (_, Some(_), Some(_)) => one_stanza(read),
        (_, Some(_), None) if is_meant(object) => Err("it has no field xml"),
        _ => return Outcome::Unrelated,
    };
    outcome.unwrap_or_else(broken)
}

/// Whether a text is meant to be a line of this format, whatever is wrong with it.
fn is_meant(object: &str) -> bool {
    let first = object.strip_prefix('{').unwrap_or_default().trim_start();
    first.starts_with("\"vantage\"") || (first.starts_with("\"schema\"") && first.contains("\"ringtrace/"))
}

fn header(line: Line<'_>) -> Result<Outcome, &'static str> {
    let mut unknown = Vec::new();
    if let Some(schema) = line.schema.filter(|schema| schema != SCHEMA) {
        unknown.push((&OTHER_VERSION, format!("it says {schema}")));
    }
    let mut known = |name: Option<Cow<'_, str>>, names: &[&'static str]| {
        let name = name?;
        let known = names.iter().copied().find(|known| *known == name);
        if known.is_none() {
            unknown.push((&UNKNOWN_NAME, format!("it says {name}")));
        }
        known
    };
    let technique = known(line.technique.filter(|technique| technique != "unknown"), &TECHNIQUES);
    let client = known(line.client, &CLIENTS);
    let device: Option<Vec<_>> = line.device.iter().map(|address| Jid::parse(address)).collect();
    let recorded = Recorded {
        device: device.ok_or("an address of its device is none")?,
        technique,
        client,
        omits_own_acks: line.omits_own_acks,
        is_from_wire: line.wire,
        spans: spans(&line.window)?,
        ..Recorded::default()
    };
    let client = vantage(line.vantage);
    let [clock, capture] = [line.clock, line.capture].map(|name| name.unwrap_or_default().into_owned());
    Ok(Outcome::Header { lines: 1, header: Box::new(Header { client, recorded, clock, capture, unknown }) })
}

/// The stretches of a window, in order and apart.
fn spans(window: &[(f64, f64)]) -> Result<Vec<(Timestamp, Timestamp)>, &'static str> {
    let mut spans = Vec::with_capacity(window.len());
    for (from, until) in window {
        match (milliseconds(*from), milliseconds(*until)) {
            (Some(from), Some(until)) if from <= until => spans.push((from, until)),
            _ => return Err("its window has a span that ends before it begins, or lasts for ever"),
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

fn one_stanza(line: Line<'_>) -> Result<Outcome, &'static str> {
    let direction = match line.dir.as_deref() {
        None => None,
        Some("in") => Some(Direction::Inbound),
        Some("out") => Some(Direction::Outbound),
        Some(_) => return Err("its dir is neither in nor out"),
    };
    let stamp = match line.at {
        None => Stamp::None,
        Some(at) => milliseconds(at).map(Stamp::Relative).ok_or("its time is out of all bounds")?,
    };
    let xml = line.xml.unwrap_or_default();
    let (mut found, length) = stanza(&xml, Dialect::RINGTRACE, true).map_err(|_| "its field xml holds no XML")?;
    if xml.get(length..).is_some_and(|rest| !rest.trim().is_empty()) {
        found.departures.stray_text += 1;
    }
    let found = Found { direction, stamp, client: vantage(line.vantage), ..found };
    Ok(Outcome::Read { lines: 1, found: vec![found] })
}

fn vantage(name: Option<Cow<'_, str>>) -> String {
    format!("vantage {}", name.unwrap_or_default())
}
