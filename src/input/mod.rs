//! Capture files: which format one is in, and its entries.
//!
//! [`read`] recognises the format from the content, so a name or a suffix never matters, and reads forward
//! only, so that standard input serves as well as a file. Archives around it are unwrapped first. Each entry joins the
//! pipe at the layer that its format records. To show progress, count the bytes that pass through the `Read`.

use std::io::{self, Read};
use std::ops::ControlFlow;

use memchr::memmem;

use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{CaptureId, ConnectionId, Located, Timestamp};
use crate::protocol::binary::{Jid, Node};
use crate::protocol::packet::Record;
use crate::protocol::tcp::Chunk;
use crate::protocol::websocket::Message;

mod compressed;
mod damage;
mod devtools;
mod har;
mod json;
mod lines;
mod log;
mod message;
mod mitmproxy;
mod pcap;
mod source;
mod tshark;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use compressed::Unwrapped;
use log::LineFormat;
use source::Source;

/// What the readers of capture files can report.
pub const DIAGNOSES: &[&[&Diagnosis]] = &[
    compressed::DIAGNOSES,
    damage::DIAGNOSES,
    pcap::DIAGNOSES,
    message::DIAGNOSES,
    mitmproxy::DIAGNOSES,
    tshark::DIAGNOSES,
    log::DIAGNOSES,
];

/// The formats, in the order in which they are tried: first those that an input is in as a whole, or whose lines stand
/// among nothing else of interest, then those of lines in logs.
pub const FORMATS: &[Format] = &[
    pcap::PCAPNG,
    pcap::PCAP,
    har::HAR,
    log::RINGTRACE,
    log::WEB_DIAGNOSTIC,
    devtools::DEVTOOLS,
    mitmproxy::MITMPROXY,
    tshark::JSON,
    tshark::EK,
    tshark::FIELDS,
    tshark::FOLLOW,
    log::CORPUS,
    log::FRAMES,
    log::WEB_HOOK,
    log::BAILEYS,
    log::ZAPO,
    log::WHATSMEOW,
    log::WHATSAPP_RUST,
    log::EVENTS,
    log::XML,
];

/// The spec's names for how a capture was obtained.
pub const TECHNIQUES: [&str; 7] = [
    "websocket-capture",
    "baileys-instrumentation",
    "frida-hooking",
    "mitm-tls",
    "static-smali-analysis",
    "memory-dump",
    "wasm-analysis",
];

/// How many bytes of an input the formats are shown to recognise it.
const PROBE_LENGTH: usize = 4096;

/// An entry of a capture file, by the layer at which it joins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A packet as recorded, for the packet layer.
    Record(Record<'a>),
    /// Bytes of a TCP stream that was already put together, for whatever is above TCP. The origin has the
    /// connection and the direction.
    Chunk(Chunk<'a>),
    /// A whole message that was already taken out of its websocket, for the layer above. The origin has the
    /// connection and the direction.
    Message(Message<'a>),
    /// A decrypted frame, a flag byte and WABinary, for the binary layer. The origin has the connection, and the
    /// direction if it is known.
    Frame(&'a [u8]),
    /// A stanza that was already decoded, for the stanza layer. The origin has the connection, and the direction if it
    /// is known.
    Node(Node),
    /// A node that passed between parts of the client only, and was never on the network. The origin has the
    /// connection whose client it is, and no direction.
    Internal(Node),
    /// Who speaks on the origin's connection, where no packets say it. Comes before, between or after what the
    /// connection carries, and is no record.
    Ends(Ends<'a>),
    /// How the origin's connection was recorded, as the capture itself says. No record either.
    Recorded(Recorded),
    /// Nothing more will come on the origin's connection. No record either.
    Closed,
    /// A key log with secrets of TLS sessions. Its origin names the last record before it. No record either.
    Secrets(&'a [u8]),
}

/// Who speaks on a connection: addresses and ports, or host names. Untrusted text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends<'a> {
    /// The client, if the capture says.
    pub client: Option<&'a str>,
    /// The server, if the capture says.
    pub server: Option<&'a str>,
}

/// How a connection was recorded, as the capture itself says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Addresses of the device whose socket it is: its LID, its phone number, or both; none if they are unknown.
    pub device: Vec<Jid>,
    /// How it was made, one of [`TECHNIQUES`], where that is not what the format says.
    pub technique: Option<&'static str>,
    /// The client program.
    pub client: Option<&'static str>,
    /// Whether the acks that the client sends are left out.
    pub omits_own_acks: bool,
    /// The connection by whose clock its times are, where that is another's.
    pub clock: Option<ConnectionId>,
    /// From which capture it comes, where the input holds what was taken from several: an ordinal among these.
    pub original: u32,
    /// Whether it was made on the network, rather than by the client that sent or received what it holds.
    pub is_from_wire: bool,
    /// The stretches of time in which everything was recorded, first and last moment, in order and apart.
    pub spans: Vec<(Timestamp, Timestamp)>,
}

/// Where a reader puts what it reads.
pub trait Sink {
    /// Takes the format of the input, before its first entry. Of a log with lines of several formats, the first.
    fn recognized(&mut self, _format: &'static Format) {}

    /// Takes what the input itself says of how it was made, one of the spec's techniques, where that is not what its
    /// format says.
    fn technique(&mut self, _technique: &str) {}

    /// Takes note that the input's times are counted from no known date: only their differences mean something.
    fn relative(&mut self) {}

    /// Takes an entry. Its origin has the entry's record number, when it was recorded, and the offset in the
    /// input at which the record with its header begins. `Break` ends the reading.
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()>;

    /// Takes an anomaly.
    fn anomaly(&mut self, anomaly: Anomaly);
}

/// A format of capture files.
#[derive(Debug)]
pub struct Format {
    /// Its short name, which `--input-format` takes.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// How such captures are made, one of the spec's techniques.
    pub technique: &'static str,
    /// What the numbers of its connections count, for people: those of TCP are Wireshark's `tcp.stream`.
    pub connections: &'static str,
    /// Whether [`Entry::Secrets`] can be among its entries.
    pub brings_secrets: bool,
    /// How it is recognised and read.
    reading: Reading,
}

/// How a format is recognised and read.
#[derive(Debug)]
enum Reading {
    /// An input is in this format from its first byte on.
    Whole {
        /// Whether an input that begins with these bytes is in this format.
        probe: fn(&[u8]) -> bool,
        /// Reads an input from its first byte, and returns the number of its records.
        read: fn(&mut Source<'_>, &mut dyn Sink) -> Result<u64, Error>,
    },
    /// Some lines of an input are in this format; others may be in others, or in none.
    Lines(LineFormat),
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Name of the format.
    pub format: &'static str,
    /// Names of the archives around it, the innermost first, as in `gzip in zstd`; `None` if there are none.
    pub container: Option<String>,
    /// Number of the last record.
    pub records: u64,
    /// Bytes of the input, without the archives around it, that were read or skipped.
    pub bytes: u64,
}

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is not a single byte.
    #[error("the input is empty")]
    Empty,
    /// It is an archive of which nothing can be read, and what is wrong with that.
    #[error("nothing in the compressed input can be read ({0})")]
    Archive(String),
    /// No format claims it.
    #[error("the input is in no format that is read here (tried: {tried}; no line has one of {marks})", tried = names(), marks = log::marks())]
    Unrecognized,
    /// It is in a format that is known, and of no use here.
    #[error("the input is {0}")]
    Unread(&'static str),
    /// It is not in the format that was asked for.
    #[error("the input does not begin as {0} does")]
    NotInFormat(&'static str),
    /// No line of it is in the format that was asked for.
    #[error("no line of the input is in the format {0}")]
    NoLines(&'static str),
    /// The format that was asked for does not exist.
    #[error("there is no input format `{0}` (there are: {known})", known = names())]
    NoSuchFormat(String),
    /// The operating system says no.
    #[error("the input cannot be read: {0}")]
    Io(#[from] io::Error),
}

impl Error {
    /// Whether the input is just something else, or not what it was said to be.
    #[must_use]
    pub const fn is_no_capture(&self) -> bool {
        matches!(self, Self::Empty | Self::Unrecognized | Self::Unread(_) | Self::NotInFormat(_) | Self::NoLines(_))
    }
}

/// Reads an input to its end, or until `out` wants no more.
///
/// `format` is the name of one of [`FORMATS`]; with `None` it is recognised from the content.
///
/// # Errors
///
/// If the input is empty, is not in the format or in any, or cannot be read. What was read before a failure of
/// the `reader` has been given to `out`. Damage within a capture is no error: it is an [`Anomaly`].
pub fn read(
    capture: CaptureId,
    reader: &mut dyn Read,
    format: Option<&str>,
    out: &mut dyn Sink,
) -> Result<Summary, Error> {
    let wanted = match format {
        Some(name) => Some(
            FORMATS.iter().find(|format| format.name == name).ok_or_else(|| Error::NoSuchFormat(name.to_owned()))?,
        ),
        None => None,
    };
    let mut source = Source::new(capture, Unwrapped::new(reader)?);
    source.fill(PROBE_LENGTH)?;
    if source.data().is_empty() {
        return Err(source.broken().map_or(Error::Empty, |broken| Error::Archive(broken.detail)));
    }
    let (format, records) = match wanted {
        Some(format) => read_as(format, &mut source, out)?,
        None => match FORMATS.iter().find(|format| format.claims(source.data())) {
            Some(format) => read_as(format, &mut source, out)?,
            None => match unread(source.data()) {
                Some(what) => return Err(Error::Unread(what)),
                None => log::read(&mut source, log::formats(), out)?.ok_or(Error::Unrecognized)?,
            },
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

/// Reads an input in a format, and returns the format with the number of records.
fn read_as(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<(&'static Format, u64), Error> {
    match &format.reading {
        Reading::Whole { read, .. } => {
            out.recognized(format);
            Ok((format, read(source, out)?))
        }
        Reading::Lines(lines) => {
            let only = vec![(format, lines)];
            log::read(source, only, out)?.ok_or(Error::NoLines(format.name))
        }
    }
}

impl Format {
    /// Whether an input that begins with these bytes is in this format and no other.
    fn claims(&self, beginning: &[u8]) -> bool {
        match &self.reading {
            Reading::Whole { probe, .. } => probe(beginning),
            Reading::Lines(lines) => lines.claims(beginning),
        }
    }
}

/// What an input is that no format claims, if it is something that people may have instead, and what to do.
fn unread(beginning: &[u8]) -> Option<&'static str> {
    if beginning.starts_with(b"\xff\xfe") || beginning.starts_with(b"\xfe\xff") {
        Some("text in UTF-16, as PowerShell's > writes it: save it as UTF-8, or let cmd or tshark's -w write the file")
    } else if memmem::find(beginning, b"<pdml").is_some() {
        Some("tshark's PDML, which is not read here: give the recording itself, or what tshark -T json prints")
    } else if beginning.starts_with(b"\x02\x21\x4c\x18") {
        Some("an lz4 archive in the old form, which is not read here: decompress it, or compress without lz4's -l")
    } else if beginning.trim_ascii_start().starts_with(b"====") && memmem::find(beginning, b"\nFollow: ").is_some() {
        Some("a followed stream as text, which loses bytes: give the recording itself, or tshark -z follow,tcp,yaml")
    } else {
        None
    }
}

fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}
