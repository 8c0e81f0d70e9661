//! Plaintext to node.

use std::borrow::Cow;

use super::dictionary::Dictionary;
use super::inflate::inflate;
use super::node::Node;
use super::reader::{self, Reader};
use super::stop::{INFLATED_MOST, Reason, Stop};

/// The flag bit of a plaintext that is a zlib stream.
pub(super) const COMPRESSED: u8 = 0x02;

/// The most bytes that are inflated to read a tag.
const TAG_LIMIT: usize = 64;

/// A plaintext that ends the stream: the flag byte alone.
const STREAM_END: [u8; 1] = [COMPRESSED];

/// A decoded plaintext. Offsets, here and in the node's spans, count in the WABinary bytes: those after the flag byte, or
/// `inflated` if that is present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// The node, or the part of it that was understood; `None` if not even its tag was. A plaintext that ends the stream
    /// has neither a node nor a stop.
    pub node: Option<Node>,
    /// The flag byte; 0 for an empty plaintext.
    pub flags: u8,
    /// The inflated bytes of a compressed plaintext.
    pub inflated: Option<Box<[u8]>>,
    /// Where and why reading stopped before the end. If only the end of the zlib stream is damaged, the node may be
    /// complete.
    pub stop: Option<Stop>,
    /// The number of bytes after a complete node and after its zlib stream.
    pub trailing: usize,
    /// The first domain byte of a device address that names no known server.
    pub unknown_domain: Option<u8>,
}

impl Decoded {
    /// Returns whether it marks the end of the stream.
    #[must_use]
    pub const fn is_stream_end(&self) -> bool {
        self.node.is_none() && self.stop.is_none()
    }

    /// Returns whether the whole node was read.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.node.is_some() && self.stop.is_none()
    }
}

/// Decodes a frame's plaintext, a flag byte and WABinary, with the current dictionary.
///
/// ```
/// use ringtrace::protocol::binary::{Reason, decode};
///
/// // A list of 3 items: the tag `receipt` (a token), and the attribute `id` (a token) with 2 raw bytes.
/// let decoded = decode(&[0, 248, 3, 7, 8, 252, 2, b'4', b'2']);
/// let node = decoded.node.unwrap();
/// assert_eq!((node.tag(), node.text("id").as_deref()), ("receipt", Some("42")));
///
/// // A truncated plaintext keeps the part before the error.
/// let decoded = decode(&[0, 248, 3, 7, 8, 252, 2, b'4']);
/// assert_eq!(decoded.stop.unwrap().reason, Reason::Truncated);
/// assert_eq!(decoded.node.unwrap().tag(), "receipt");
/// ```
#[must_use]
pub fn decode(plaintext: &[u8]) -> Decoded {
    decode_with(plaintext, Dictionary::current())
}

/// Decodes a frame's plaintext with the dictionary that the client announced.
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
    let inflated = inflate(body, INFLATED_MOST);
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
    let node = reader::read_node(&mut reader);
    let trailing = if reader.stop.is_none() { reader.left() } else { 0 };
    Decoded { node, stop: reader.stop, trailing, unknown_domain: reader.unknown_domain, ..Decoded::default() }
}

/// Returns the tag that [`decode_with`] would find, without reading the rest: enough to skip irrelevant traffic.
#[must_use]
pub fn tag_of(plaintext: &[u8], dictionary: &'static Dictionary) -> Option<Box<str>> {
    let (&flags, body) = plaintext.split_first()?;
    let head = if flags & COMPRESSED == 0 { Cow::Borrowed(body) } else { Cow::Owned(inflate(body, TAG_LIMIT).bytes) };
    let mut reader = Reader::new(&head, dictionary);
    if reader.list_size()? == 0 { None } else { reader.name().map(Into::into) }
}
