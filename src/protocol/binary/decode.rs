//! Plaintext to node.

use std::borrow::Cow;
use std::fmt;

use super::inflate::inflate;
use super::reader::Reader;
use super::{Dictionary, Node, tree};

/// The flag bit that says that a zlib stream follows.
pub(super) const COMPRESSED: u8 = 0x02;

/// The most bytes that a compressed stanza may inflate to.
const INFLATE_LIMIT: usize = 16 << 20;

/// The most bytes that are inflated to learn a tag.
const TAG_LIMIT: usize = 64;

/// A plaintext that ends the stream: the flag byte alone.
const STREAM_END: [u8; 1] = [COMPRESSED];

/// What a plaintext says. Offsets, here and in the node's spans, count in the WABinary bytes: those after the flag
/// byte, or `inflated` where that is present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The node, or the part of it that was understood; none if not even its tag was. A plaintext that ends the
    /// stream has neither a node nor a stop.
    pub node: Option<Node>,
    /// The flag byte; 0 for an empty plaintext.
    pub flags: u8,
    /// What a compressed plaintext inflated to.
    pub inflated: Option<Box<[u8]>>,
    /// Where and why reading stopped before the end. With a fault of the zlib stream alone the node may be whole.
    pub stop: Option<Stop>,
    /// The number of bytes after a whole node and after its zlib stream.
    pub trailing: usize,
    /// The first domain byte of a device address that names no known server.
    pub unknown_domain: Option<u8>,
}

impl Decoded {
    /// Whether it says that the stream ends here.
    #[must_use]
    pub const fn is_stream_end(&self) -> bool {
        self.node.is_none() && self.stop.is_none()
    }

    /// Whether the whole node was read.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.node.is_some() && self.stop.is_none()
    }
}

/// Where and why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: Reason,
    /// The offset of the first byte of the value, list or node that could not be read; where inflating failed, the
    /// number of bytes that came out.
    pub offset: u32,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.reason, self.offset)
    }
}

/// Why a plaintext could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no byte, not even the flags.
    Empty,
    /// It ends inside of what is being read.
    Truncated,
    /// A node or a list does not begin with this byte.
    NotAList(u8),
    /// A node is an empty list: it has no tag.
    EmptyNode,
    /// A tag or an attribute's name is empty.
    NoName,
    /// A list stands where a value must be.
    ListAsValue,
    /// Packed digits have a half-byte that stands for nothing.
    NotPacked,
    /// A name, or a part of an address, is not UTF-8.
    NotText,
    /// An address stands where a name, or another address's user or server, must be.
    AddressAsText,
    /// The byte is no token, or its dictionary has no such index.
    UnknownToken(u8),
    /// Nodes nest too deep.
    TooDeep,
    /// There are too many nodes and attributes.
    TooMany,
    /// The zlib stream is corrupt.
    Inflate,
    /// The zlib stream does not end.
    InflateTruncated,
    /// The zlib stream gives too much.
    InflateLimit,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no flag byte"),
            Self::Truncated => f.write_str("the bytes end inside of the value"),
            Self::NotAList(byte) => write!(f, "byte {byte} where a list must begin"),
            Self::EmptyNode => f.write_str("a node without a tag"),
            Self::NoName => f.write_str("an empty name"),
            Self::ListAsValue => f.write_str("a list where a value must be"),
            Self::NotPacked => f.write_str("packed digits with an undefined half-byte"),
            Self::NotText => f.write_str("text that is not UTF-8"),
            Self::AddressAsText => f.write_str("an address where text must be"),
            Self::UnknownToken(byte) => write!(f, "unknown token {byte}"),
            Self::TooDeep => write!(f, "nodes nested deeper than {}", tree::DEPTH_LIMIT),
            Self::TooMany => write!(f, "more than {} nodes and attributes", tree::ITEM_LIMIT),
            Self::Inflate => f.write_str("a corrupt zlib stream"),
            Self::InflateTruncated => f.write_str("a zlib stream that does not end"),
            Self::InflateLimit => write!(f, "a zlib stream of more than {INFLATE_LIMIT} bytes"),
        }
    }
}

/// Reads a frame's plaintext, a flag byte and WABinary, by the current dictionary.
#[must_use]
pub fn decode(plaintext: &[u8]) -> Decoded {
    decode_with(plaintext, Dictionary::current())
}

/// Reads a frame's plaintext by a dictionary, the one that the client announced.
#[must_use]
pub fn decode_with(plaintext: &[u8], dictionary: &'static Dictionary) -> Decoded {
    let Some((&flags, body)) = plaintext.split_first() else {
        return Decoded { stop: Some(Stop { reason: Reason::Empty, offset: 0 }), ..Decoded::default() };
    };
    if plaintext == STREAM_END {
        return Decoded { flags, ..Decoded::default() };
    }
    if flags & COMPRESSED == 0 {
        return Decoded { flags, ..read(body, dictionary) };
    }
    let inflated = inflate(body, INFLATE_LIMIT);
    let mut decoded = Decoded { flags, ..read(&inflated.bytes, dictionary) };
    if decoded.stop.is_none() {
        decoded.trailing += body.len().saturating_sub(inflated.used);
    }
    if let Some(reason) = inflated.fault
        && decoded.stop.is_none_or(|stop| stop.reason == Reason::Truncated)
    {
        let offset = u32::try_from(inflated.bytes.len()).unwrap_or(u32::MAX);
        decoded.stop = Some(Stop { reason, offset });
        decoded.trailing = 0;
    }
    decoded.inflated = Some(inflated.bytes.into_boxed_slice());
    decoded
}

fn read(bytes: &[u8], dictionary: &'static Dictionary) -> Decoded {
    let mut reader = Reader::new(bytes, dictionary);
    let node = tree::read(&mut reader);
    let trailing = if reader.stop.is_none() { reader.left() } else { 0 };
    Decoded { node, stop: reader.stop, trailing, unknown_domain: reader.unknown_domain, ..Decoded::default() }
}

/// The tag that [`decode_with`] would find, without reading the rest: enough to pass over traffic of no interest.
#[must_use]
pub fn tag_of(plaintext: &[u8], dictionary: &'static Dictionary) -> Option<Cow<'static, str>> {
    let (&flags, body) = plaintext.split_first()?;
    let head = if flags & COMPRESSED == 0 { Cow::Borrowed(body) } else { Cow::Owned(inflate(body, TAG_LIMIT).bytes) };
    let mut reader = Reader::new(&head, dictionary);
    if reader.list_size()? == 0 { None } else { reader.name() }
}
