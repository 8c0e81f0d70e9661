//! Captures of the spec's corpus: YAML, one stanza or a few of them with where they come from. Joins at the node layer,
//! or at the frame layer where the stanza is in hex or base64.
//!
//! A record is a document; a text may have several, with `---` between them. Each is a connection of its own, since
//! nothing says that two were recorded on one.

use memchr::memmem;
use serde::Deserialize;

use super::entry::{self, Header, LoggedStanza, stanza};
use super::frames::{self, Encoding};
use super::json_node::JsonValue;
use super::pending::Pending;
use crate::anomaly::Anomaly;
use crate::input::diagnoses::{CORPUS_UNREADABLE, TOO_LONG, UNKNOWN_NAME};
use crate::input::model::{Error, Format, Recorded, Sink, TECHNIQUES};
use crate::input::source::Source;
use crate::origin::{Direction, Origin};
use crate::protocol::xml::Dialect;

/// The longest text that is read. A capture holds a stanza and a few lines about it.
const LONGEST: usize = 8 << 20;

/// The most documents that are read of a text.
const MOST_DOCUMENTS: u64 = 1000;

/// The most aliases, and anchors for them, in a text. No capture needs one.
const MOST_ALIASES: usize = 64;

/// Returns whether an input that begins so is a capture of the corpus.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    if memmem::find(beginning, b"stanza_tag:").is_none() {
        return false;
    }
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

/// Reads such an input, and returns the number of its documents.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    if source.fill(LONGEST + 1)? {
        let origin = Origin::of_record(source.capture(), 1, 0, None);
        let bytes = source.skip_all()?;
        out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(bytes));
        return Ok(1);
    }
    let (capture, mut text) = (source.capture(), source.data());
    let budget = serde_saphyr::budget! { max_aliases: MOST_ALIASES, max_anchors: MOST_ALIASES };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    let mut pending = Pending::new();
    let mut records = 0;
    for document in serde_saphyr::read_with_options::<_, Capture>(&mut text, options) {
        if records == MOST_DOCUMENTS {
            let origin = Origin::of_record(capture, records, 0, None);
            let why = format!("documents after the first {MOST_DOCUMENTS} were not read");
            out.anomaly(Anomaly::new(&CORPUS_UNREADABLE, origin).detail(why));
            break;
        }
        records += 1;
        let origin = Origin::of_record(capture, records, 0, None);
        let outcome = match document {
            Ok(document) => one(format, document, origin, &mut pending, out),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = outcome {
            out.anomaly(Anomaly::new(&CORPUS_UNREADABLE, origin).detail(format!("document {records}: {why}")));
        }
    }
    // Nothing of it is dated, so that nothing waits; what the sink answers ends with the input.
    let _ = pending.finish(out);
    source.skip_all()?;
    if records == 0 { Err(Error::NoLines(format.name)) } else { Ok(records) }
}

/// Reads what a document holds.
fn one(
    format: &'static Format,
    document: Capture,
    origin: Origin,
    pending: &mut Pending,
    out: &mut dyn Sink,
) -> Result<(), String> {
    let Capture { id, source, direction, raw } = document;
    let direction = match direction.as_str() {
        "outgoing" => Some(Direction::Outbound),
        "incoming" => Some(Direction::Inbound),
        _ => None,
    };
    let technique = source.technique.as_ref().and_then(|name| TECHNIQUES.into_iter().find(|known| known == name));
    let unknown = source.technique.filter(|_| technique.is_none()).map(|name| (&UNKNOWN_NAME, name));
    let vantage = if id.is_empty() { format!("document {}", origin.first) } else { id };
    let header = Header {
        vantage: vantage.clone(),
        recorded: Recorded { technique, ..Recorded::default() },
        unknown: unknown.into_iter().collect(),
        ..Header::default()
    };
    let _ = pending.header(format, header, origin, out);
    let body = raw.body.as_str();
    let mut outcome = Ok(());
    let stanzas = match raw.format.as_str() {
        "xml" => in_xml(body)?,
        "json" => {
            let json = entry::json(body).map_err(|error| format!("its body is not JSON: {error}"))?;
            let nodes = if let JsonValue::List(nodes) = json { nodes } else { vec![json] };
            let stanzas: Vec<_> = nodes.iter().filter_map(JsonValue::stanza).collect();
            if stanzas.len() < nodes.len() {
                outcome = Err("its body holds something other than nodes with tag, attrs and content".to_owned());
            }
            stanzas
        }
        "hex" | "base64" => {
            let encoding = if raw.format == "hex" { Encoding::Hex } else { Encoding::Base64 };
            let frames = frames::decode(body, encoding).ok_or("its body is not in the encoding that it names")?;
            for frame in frames {
                let origin = Origin { direction, ..origin };
                let _ = pending.frame(format, vantage.clone(), &frame.plaintext, origin, out);
            }
            Vec::new()
        }
        other => return Err(format!("its body is in the format {other}, which is not xml, hex, base64 or json")),
    };
    for stanza in stanzas {
        let stanza = LoggedStanza { direction, vantage: vantage.clone(), ..stanza };
        let _ = pending.push(format, stanza, origin, body.len(), out);
    }
    outcome
}

/// All stanzas of a text.
fn in_xml(text: &str) -> Result<Vec<LoggedStanza>, &'static str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find('<') {
        rest = rest.get(begin..).unwrap_or_default();
        let length = match stanza(rest, Dialect::UNKNOWN, true) {
            Ok((stanza, length)) => {
                all.push(stanza);
                length
            }
            Err(_) => 1,
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    if all.is_empty() { Err("its body is not XML") } else { Ok(all) }
}
