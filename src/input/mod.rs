//! Captures: which format one is in, and its entries.
//!
//! [`read`] recognises the format from the content, so a name or a suffix never matters, and reads forward
//! only, so that standard input serves as well as a file. Archives around it are unwrapped first. Each entry joins the
//! pipe at the layer that its format records. To show progress, count the bytes that pass through the `Read`.

pub mod clients;

pub mod diagnoses;

mod event;

mod recorder;

mod model;

mod time;

mod compressed;

mod source;

mod damage;

mod lines;

mod json;

mod message;

mod pcap;

mod har;

mod devtools;

mod mitmproxy;

mod tshark;

mod log;

mod unread;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use std::io::Read;

use crate::origin::CaptureId;
use clients::Client;
use compressed::Decompressed;
use log::LineFormat;
use source::Source;

pub use diagnoses::DIAGNOSES;
pub use event::{CallEvent, EventKind, Program};
pub use model::{Ends, Entry, Error, Format, Piece, Recorded, Sink, Summary, TECHNIQUES};
pub use pcap::convert::ToPcapng;
pub use recorder::MediaNote;

/// How a format is recognised and read.
enum Reader {
    /// An input is in this format from its first byte on.
    Whole {
        /// Whether an input that begins with these bytes is in this format.
        probe: fn(&[u8]) -> bool,
        /// Reads an input from its first byte, and returns the number of its records.
        read: fn(&'static Format, &mut Source<'_>, &mut dyn Sink) -> Result<u64, Error>,
    },
    /// Some lines of an input are in this format; others may be in others, or in none.
    Lines(&'static [LineFormat]),
}

impl Reader {
    /// The client whose log this reads.
    const fn client(&self) -> Option<&'static Client> {
        match self {
            Self::Whole { .. } | Self::Lines([]) => None,
            Self::Lines([lines, ..]) => lines.client,
        }
    }

    /// Returns whether an input that begins with these bytes is in this format and no other.
    fn claims(&self, beginning: &[u8]) -> bool {
        match self {
            Self::Whole { probe, .. } => probe(beginning),
            Self::Lines(lines) => lines.iter().any(|lines| lines.claims(beginning)),
        }
    }
}

/// How a capture can have been made that leaves it open.
const ANY: &[&str] = &TECHNIQUES;

/// How what was recorded on the network can have been made, if not at the client: at a proxy that ended the TLS session.
const PROXIED: &[&str] = &["mitm-tls"];

/// How the log of a client can have been made that prints the stanzas of its own websocket.
const OWN_SOCKET: &[&str] = &["websocket-capture"];

/// How the log of a hook can have been made that may sit before or behind WhatsApp Web's decoder.
const WASM: &[&str] = &["wasm-analysis"];

/// Declares the formats, one row each: `name, what it is, technique or others, what its connections are numbered by:
/// reader`. The `others` are techniques that the content allows as well. The reader is `whole(PROBE, READ)`, which also
/// `brings secrets` if it says so, or the [`LineFormat`]s of `lines(FORMAT, ..)`.
macro_rules! formats {
    ($($name:literal, $about:literal, $technique:literal $(or $others:expr)?, $connections:literal:
        $kind:ident($($reader:expr),+) $($secrets:ident)*;)*) => {
        /// The formats, in the order in which they are tried: first those of a whole input, or whose lines stand
        /// among nothing else of interest, then those of lines in logs.
        pub const FORMATS: &[Format] = &[$(Format {
            name: $name,
            about: $about,
            technique: $technique,
            or_technique: formats!(@others $($others)?),
            connections: $connections,
            brings_secrets: formats!(@secrets $($secrets)*),
            client: formats!(@reader $kind $($reader),+).client(),
        }),*];

        /// How each of [`FORMATS`] is read, in the same order.
        const READERS: &[Reader] = &[$(formats!(@reader $kind $($reader),+)),*];
    };
    (@reader whole $probe:expr, $read:expr) => { Reader::Whole { probe: $probe, read: $read } };
    (@reader lines $($format:expr),+) => { Reader::Lines(&[$($format),+]) };
    (@others) => { &[] };
    (@others $others:expr) => { $others };
    (@secrets) => { false };
    (@secrets brings secrets) => { true };
}

formats! {
    "pcapng", "next generation packet capture", "websocket-capture" or PROXIED, "tcp.stream":
        whole(pcap::ng::probe, pcap::ng::read) brings secrets;
    "pcap", "classic packet capture", "websocket-capture" or PROXIED, "tcp.stream":
        whole(pcap::classic::probe, pcap::classic::read);
    "har", "HTTP archive of a browser or proxy, with websocket messages", "websocket-capture" or PROXIED, "websocket":
        whole(har::probe, har::read);
    "ringtrace", "ringtrace NDJSON, in a file or among other text", "unknown" or ANY, "vantage":
        lines(log::RINGTRACE);
    "web-diagnostic", "JSON lines of a diagnostic extension in WhatsApp Web, schema wa-voip-diag/v2", "websocket-capture" or WASM, "log":
        lines(log::WEB_DIAGNOSTIC);
    "devtools", "events of the Chrome DevTools Protocol, as lines or as an array", "websocket-capture", "websocket":
        whole(devtools::probe, devtools::read);
    "mitmproxy", "flows saved by mitmproxy", "mitm-tls", "websocket":
        whole(mitmproxy::probe, mitmproxy::read);
    "tshark-json", "packets as tshark -T json prints them", "websocket-capture" or PROXIED, "tcp.stream":
        whole(tshark::documents::probe_json, tshark::documents::read_json);
    "tshark-ek", "packets as tshark -T ek prints them", "websocket-capture" or PROXIED, "tcp.stream":
        whole(tshark::documents::probe_ek, tshark::documents::read_ek);
    "tshark-fields", "columns as tshark -T fields prints them, with -E header=y", "websocket-capture" or PROXIED, "tcp.stream":
        whole(tshark::fields::probe, tshark::fields::read);
    "tshark-follow", "a stream as tshark -z follow prints it: yaml, raw or hex", "websocket-capture" or PROXIED, "tcp.stream":
        whole(tshark::follow::probe, tshark::follow::read);
    "corpus", "capture of the spec's corpus, in YAML", "unknown" or ANY, "log":
        whole(log::corpus::probe, log::corpus::read);
    "frames", "decrypted stanzas in hex or base64, one per line", "unknown" or ANY, "log":
        whole(log::frames::probe, log::frames::read);
    "web-hook", "JSON lines of a hook in WhatsApp Web, schema v1", "websocket-capture", "log":
        lines(log::WEB_HOOK);
    "baileys", "log of Baileys at level trace, as pino or pino-pretty writes it", "baileys-instrumentation", "log":
        lines(log::BAILEYS);
    "zapo", "log of zapo at level trace, by its pino or its console logger", "unknown" or OWN_SOCKET, "log":
        lines(log::ZAPO);
    "whatsapp-rust", "log of whatsapp-rust at level debug, by env_logger, tracing or its own programs", "unknown" or OWN_SOCKET, "log":
        lines(log::WHATSAPP_RUST);
    "whatsmeow", "log of whatsmeow at level debug, by its own logger or any other", "unknown" or OWN_SOCKET, "log":
        lines(log::WHATSMEOW);
    "text", "stanzas in any other text: as XML, or as nodes in JSON or as programs print objects", "unknown" or ANY, "log":
        lines(log::NODES, log::XML);
    "meowcaller-media", "files of meowcaller's recorder about media: relay.jsonl, stun.jsonl, rtp.jsonl and others, also joined", "unknown" or ANY, "log":
        lines(log::RECORDER);
    "call-events", "call events in logs and webhooks, without stanzas", "unknown" or ANY, "log":
        lines(log::EVENTS, log::EVENT_VALUES);
}

/// Names that formats had before, which are still understood, and their names now.
const FORMER_NAMES: &[(&str, &str)] = &[("xml", "text")];

/// How many bytes of an input the formats are shown to recognise it.
const PROBE_LENGTH: usize = 4096;

/// Reads an input to its end, or until `out` wants no more.
///
/// `format` is the name of one of [`FORMATS`]; with `None` it is recognised from the content.
///
/// # Errors
///
/// If the input is empty, is not in the format or in any, or cannot be read. What was read before a failure of
/// the `reader` has been given to `out`. Damage within a capture is not an error but an
/// [`Anomaly`](crate::anomaly::Anomaly).
pub fn read(
    capture: CaptureId,
    reader: &mut dyn Read,
    format: Option<&str>,
    out: &mut dyn Sink,
) -> Result<Summary, Error> {
    let mut formats = FORMATS.iter().zip(READERS);
    let wanted = match format {
        Some(name) => Some(
            formats
                .clone()
                .find(|(format, _)| format.name == current_name(name))
                .ok_or_else(|| Error::NoSuchFormat { name: name.to_owned(), known: names() })?,
        ),
        None => None,
    };
    let mut source = Source::new(capture, Decompressed::new(reader)?);
    match wanted {
        Some((_, reader @ Reader::Whole { .. })) => begin(&mut source, |data| reader.claims(data))?,
        _ => begin(&mut source, shows_an_entry)?,
    }
    if source.data().is_empty() {
        return Err(source.broken().map_or(Error::Empty, |broken| Error::Archive(broken.detail)));
    }
    let kind = unread::kind_of(source.data());
    let (format, records) = match wanted.or_else(|| formats.find(|(_, reader)| reader.claims(source.data()))) {
        Some((format, Reader::Whole { read, .. })) => {
            out.recognized(format);
            (format, read(format, &mut source, out)?)
        }
        Some((format, Reader::Lines(lines))) => {
            let lines = lines.iter().map(|lines| (format, lines)).collect();
            log::read(&mut source, lines, out)?.ok_or(Error::NoLines(format.name))?
        }
        None => match unread::known(source.data()) {
            Some(what) => return Err(Error::Unsupported(what)),
            None => log::read(&mut source, line_formats().collect(), out)?.ok_or(Error::Unrecognized(kind))?,
        },
    };
    if let Some(failure) = source.failure() {
        return Err(failure.into());
    }
    if let Some(broken) = source.broken() {
        let detail = format!("{}, after record {records}", broken.detail);
        out.anomaly(source.anomaly(broken.diagnosis, records).detail(detail));
    }
    Ok(Summary { format: format.name, container: source.container(), records, bytes: source.offset() })
}

/// Returns whether the beginning of an input shows that it is a capture. If it does not, it may still be one: a log whose first
/// entry comes later.
///
/// # Errors
///
/// If the `reader` fails.
pub fn begins_like_a_capture(reader: &mut dyn Read) -> Result<bool, Error> {
    let mut source = Source::new(CaptureId(0), Decompressed::new(reader)?);
    begin(&mut source, shows_an_entry)?;
    let data = source.data();
    Ok(READERS.iter().any(|reader| reader.claims(data)) || shows_an_entry(data))
}

/// Returns whether the beginning of an input has an entry of a log. That is enough of it: the next may be long in coming.
fn shows_an_entry(beginning: &[u8]) -> bool {
    log::has_entry(beginning, line_formats())
}

/// Reads as much of an input as it takes to recognise it.
fn begin(source: &mut Source<'_>, is_enough: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
    while source.data().len() < PROBE_LENGTH && !is_enough(source.data()) {
        if !source.fill(source.data().len() + 1)? {
            break;
        }
    }
    Ok(())
}

/// The formats of lines, in the order in which they are tried on a line.
fn line_formats() -> impl Iterator<Item = (&'static Format, &'static LineFormat)> {
    FORMATS.iter().zip(READERS).flat_map(|(format, reader)| {
        let lines = match reader {
            Reader::Lines(lines) => lines,
            Reader::Whole { .. } => &[][..],
        };
        lines.iter().map(move |lines| (format, lines))
    })
}

/// The name that a format has now.
fn current_name(name: &str) -> &str {
    FORMER_NAMES.iter().find(|(former, _)| *former == name).map_or(name, |(_, current)| current)
}

/// The names of all formats.
fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}
