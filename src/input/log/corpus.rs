//! Captures of the spec's corpus: YAML, one stanza or a few of them with where they come from. Joins at the node layer,
//! or at the frame layer where the stanza is in hex or base64.
//!
//! A record is a document; a text may have several, with `---` between them. Each is a connection of its own, since
//! nothing says that two were recorded on one.

use serde::Deserialize;

use super::super::source::Source;
use super::super::{Error, Format, Reading, Recorded, Sink, TECHNIQUES, message};
use super::diagnoses::{NOT_CORPUS, UNKNOWN_NAME};
use super::frames::{self, Encoding};
use super::held::Held;
use super::json_node::Json;
use super::line::{Found, Header, stanza};
use crate::anomaly::Anomaly;
use crate::origin::{Direction, Origin};
use crate::protocol::xml::Dialect;

/// Captures of the corpus.
pub(in crate::input) const CORPUS: Format = Format {
    name: "corpus",
    about: "capture of the spec's corpus, in YAML",
    technique: "unknown",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Whole { probe, read },
};

/// The longest text that is read. A capture holds a stanza and a few lines about it.
const LONGEST: usize = 8 << 20;

/// The most documents that are read of a text.
const MOST_DOCUMENTS: u64 = 1000;

/// The most aliases, and anchors for them, in a text. No capture needs one.
const MOST_ALIASES: usize = 64;

fn probe(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let has = |name: &str| text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with(name));
    has("stanza_tag:") && ["raw:", "source:", "direction:", "confidence:", "sanitized:"].into_iter().any(has)
}

#[derive(Deserialize)]
struct Capture {
    #[serde(default)]
    id: String,
    #[serde(default)]
    source: Obtained,
    #[serde(default)]
    direction: String,
    raw: Raw,
}

#[derive(Default, Deserialize)]
struct Obtained {
    technique: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    format: String,
    body: String,
}

fn read(source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
    if source.fill(LONGEST + 1)? {
        let origin = Origin::of_record(source.capture(), 1, 0, None);
        let bytes = source.skip_all()?;
        out.anomaly(Anomaly::new(&message::TOO_LONG, origin).bytes(bytes));
        return Ok(1);
    }
    let (capture, mut text) = (source.capture(), source.data());
    let budget = serde_saphyr::budget! { max_aliases: MOST_ALIASES, max_anchors: MOST_ALIASES };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    let mut held = Held::new();
    let mut records = 0;
    for document in serde_saphyr::read_with_options::<_, Capture>(&mut text, options) {
        if records == MOST_DOCUMENTS {
            let origin = Origin::of_record(capture, records, 0, None);
            let why = format!("what comes after document {MOST_DOCUMENTS} was not read");
            out.anomaly(Anomaly::new(&NOT_CORPUS, origin).detail(why));
            break;
        }
        records += 1;
        let origin = Origin::of_record(capture, records, 0, None);
        let outcome = match document {
            Ok(document) => one(document, origin, &mut held, out),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = outcome {
            out.anomaly(Anomaly::new(&NOT_CORPUS, origin).detail(format!("document {records}: {why}")));
        }
    }
    // Nothing of it is dated, so that nothing waits; what the sink answers ends with the input.
    let _ = held.finish(out);
    source.skip_all()?;
    if records == 0 { Err(Error::NoLines(CORPUS.name)) } else { Ok(records) }
}

/// Gives what a document holds.
fn one(document: Capture, origin: Origin, held: &mut Held, out: &mut dyn Sink) -> Result<(), String> {
    let Capture { id, source, direction, raw } = document;
    let direction = match direction.as_str() {
        "outgoing" => Some(Direction::Outbound),
        "incoming" => Some(Direction::Inbound),
        _ => None,
    };
    let known = |name: &String| TECHNIQUES.into_iter().find(|known| known == name);
    let technique = source.technique.as_ref().and_then(known);
    let unknown = match (source.technique, technique) {
        (Some(name), None) => vec![(&UNKNOWN_NAME, format!("it says {name}"))],
        _ => Vec::new(),
    };
    let recorded = Recorded { technique, ..Recorded::default() };
    let client = if id.is_empty() { format!("document {}", origin.first) } else { id };
    let _ =
        held.header(&CORPUS, Header { client: client.clone(), recorded, unknown, ..Header::default() }, origin, out);
    let body = raw.body.as_str();
    match raw.format.as_str() {
        "xml" => {
            for found in in_xml(body)? {
                let _ =
                    held.push(&CORPUS, Found { direction, client: client.clone(), ..found }, origin, body.len(), out);
            }
        }
        "json" => {
            let json: Json = serde_json::from_str(body).map_err(|error| format!("its body is no JSON: {error}"))?;
            let nodes = if let Json::List(nodes) = json { nodes } else { vec![json] };
            for node in nodes {
                let found = node.stanza().ok_or("its body holds no node with tag, attrs and content")?;
                let _ =
                    held.push(&CORPUS, Found { direction, client: client.clone(), ..found }, origin, body.len(), out);
            }
        }
        "hex" | "base64" => {
            let encoding = if raw.format == "hex" { Encoding::Hex } else { Encoding::Base64 };
            let read = frames::decode(body, encoding).ok_or("its body is not in the encoding that it says")?;
            for frame in read {
                let origin = Origin { direction, ..origin };
                let _ = held.frame(&CORPUS, client.clone(), &frame.plaintext, origin, out);
            }
        }
        other => return Err(format!("its body is in the format {other}, which is none of xml, hex, base64, json")),
    }
    Ok(())
}

/// All stanzas of a text.
fn in_xml(text: &str) -> Result<Vec<Found>, &'static str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find('<') {
        rest = rest.get(begin..).unwrap_or_default();
        let length = match stanza(rest, Dialect::UNKNOWN, true) {
            Ok((found, length)) => {
                all.push(found);
                length
            }
            Err(_) => 1,
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    if all.is_empty() { Err("its body holds no XML") } else { Ok(all) }
}
