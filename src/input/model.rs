//! What every reader of captures has in common: formats, the entries that they yield, and where those go.

use std::io;
use std::ops::ControlFlow;

use super::clients::Client;
use super::event::CallEvent;
use super::recorder::MediaNote;
use crate::anomaly::Anomaly;
use crate::origin::{ConnectionId, Located, Timestamp};
use crate::protocol::binary::{Jid, Node};
use crate::protocol::packet::Record;
use crate::protocol::tcp::Chunk;
use crate::protocol::websocket::Message;

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

/// A format of capture files. Two of one name are the same.
#[derive(Debug)]
pub struct Format {
    /// Its short name, as in `--input-format`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// How such captures are made, one of [`TECHNIQUES`], or `unknown`.
    pub technique: &'static str,
    /// How else they can be made, which the content leaves open.
    pub or_technique: &'static [&'static str],
    /// What its connections are numbered by, for people. Those of TCP are Wireshark's `tcp.stream`.
    pub connections: &'static str,
    /// Whether [`Entry::Secrets`] can be among its entries.
    pub brings_secrets: bool,
    /// The client program that writes it, if it is a client's log.
    pub client: Option<&'static Client>,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl Format {
    /// Returns whether a capture in this format can have been made by a technique.
    #[must_use]
    pub fn can_be(&self, technique: &str) -> bool {
        self.technique == technique || self.or_technique.contains(&technique)
    }
}

/// An entry of a capture file, by the layer at which it joins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A packet as recorded, for the packet layer.
    Record(Record<'a>),
    /// Reassembled bytes of a TCP stream, for the layer above TCP. The origin has the connection and the direction.
    Chunk(Chunk<'a>),
    /// A whole websocket message, for the layer above websocket. The origin has the connection and the direction.
    Message(Message<'a>),
    /// A decrypted frame, a flag byte and WABinary, for the binary layer. The origin has the connection, and the
    /// direction if it is known.
    Frame(&'a [u8]),
    /// A decoded stanza, for the stanza layer. The origin has the connection, and the direction if it is known.
    Node(Node),
    /// A node that only passed between parts of the client and was never on the network. The origin has the
    /// connection of that client, and no direction.
    Internal(Node),
    /// An event of a call, which a program reported instead of printing stanzas. The origin has no connection, and the
    /// format of the input may not be known yet.
    Event(CallEvent),
    /// What a client's recorder says about its media. The origin has no connection.
    Media(MediaNote),
    /// The peers of the origin's connection, where no packets name them. Comes before, between or after what the
    /// connection carries, and is not a record.
    Ends(Ends<'a>),
    /// How the origin's connection was recorded, as the capture itself says. Not a record either.
    Recorded(Recorded),
    /// Nothing more will come on the origin's connection. Not a record either.
    Closed,
    /// A key log with secrets of TLS sessions. Its origin names the last record before it. Not a record either.
    Secrets(&'a [u8]),
}

/// The peers of a connection: addresses and ports, or host names. Untrusted text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends<'a> {
    /// The client, if the capture names it.
    pub client: Option<&'a str>,
    /// The server, if the capture names it.
    pub server: Option<&'a str>,
}

/// How a connection was recorded, as the capture itself says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Addresses of the device whose socket it is: its LID, its phone number, or both; empty if unknown.
    pub device: Vec<Jid>,
    /// The technique, one of [`TECHNIQUES`], where the capture names one.
    pub technique: Option<&'static str>,
    /// The format of what the connection carries, where one input can mix several.
    pub format: Option<&'static Format>,
    /// The client program.
    pub client: Option<&'static str>,
    /// The client's session, as the input names it: one session may be spread over several files.
    pub session: Option<String>,
    /// Whether the acks that the client sends are left out.
    pub omits_own_acks: bool,
    /// The connection whose clock its times are read from, if not its own.
    pub clock: Option<ConnectionId>,
    /// Which capture it was taken from, where the input merges several: an ordinal among these.
    pub original: u32,
    /// Whether it was recorded on the network rather than by the client.
    pub is_from_wire: bool,
    /// The spans of time in which everything was recorded, first and last moment, in order and disjoint.
    pub spans: Vec<(Timestamp, Timestamp)>,
}

/// A piece of a packet capture as it is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What packets need to be understood: a file header, the header of a section, the description of an interface.
    Header(&'a [u8]),
    /// A packet with its header. The entry that is made of it comes next, unless it makes no sense.
    Packet(&'a [u8]),
}

/// Where a reader puts what it reads.
pub trait Sink {
    /// Takes a piece of a packet capture, byte by byte as it is in the file. Everything else is left out, such as secrets.
    fn piece(&mut self, _piece: Piece<'_>) {}

    /// Takes the format of the input, before its first entry. Of a log with lines in several formats, the first.
    fn recognized(&mut self, _format: &'static Format) {}

    /// Takes a technique that the input itself names, one of [`TECHNIQUES`].
    fn technique(&mut self, _technique: &str) {}

    /// Notes that the input's times count from no known date: only their differences mean something.
    fn relative(&mut self) {}

    /// Takes an entry. Its origin has the entry's record number, when it was recorded, and the offset in the
    /// input at which the record with its header begins. `Break` ends the reading.
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()>;

    /// Takes an anomaly.
    fn anomaly(&mut self, anomaly: Anomaly);

    /// Returns whether more may be written to the input than there is now, so that what follows may be long in coming.
    fn is_waited_for(&self) -> bool {
        false
    }
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
    /// It is an archive of which nothing can be read, for this reason.
    #[error("cannot decompress the input: {0}")]
    Archive(String),
    /// No format claims it.
    #[error(
        "unrecognised input: it looks like {0}, and nothing in it is a packet, a message, a call stanza or a call event; \
             see `ringtrace inspect --help` for what can be read"
    )]
    Unrecognized(&'static str),
    /// It is in a format that is known but not supported. Says which, and what to do.
    #[error("the input is {0}")]
    Unsupported(&'static str),
    /// It is not in the format that was asked for.
    #[error("the input is not in {0} format")]
    NotInFormat(&'static str),
    /// No line of it is in the format that was asked for.
    #[error("no line of the input is in {0} format")]
    NoLines(&'static str),
    /// The format that was asked for does not exist.
    #[error("unknown input format `{name}` (expected one of: {known})")]
    NoSuchFormat {
        /// What was asked for.
        name: String,
        /// The names of all formats.
        known: String,
    },
    /// The operating system failed to read it.
    #[error("cannot read the input: {0}")]
    Io(#[from] io::Error),
}

impl Error {
    /// Returns whether the input is something other than a capture, or not in the requested format.
    #[must_use]
    pub const fn is_not_a_capture(&self) -> bool {
        matches!(
            self,
            Self::Empty | Self::Unrecognized(_) | Self::Unsupported(_) | Self::NotInFormat(_) | Self::NoLines(_)
        )
    }
}
