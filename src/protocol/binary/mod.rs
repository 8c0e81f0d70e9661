//! Frame to node: WABinary.
//!
//! A plaintext is a flag byte (0x02: a zlib stream follows) and one node. A node is a list: a tag, attribute names
//! and values in turn, and, if the number of items is even, content. Values are tokens of a [`Dictionary`], packed
//! digits, raw strings and addresses.
//!
//! ```text
//! 0 list of none, absent value     245 address: user, device (16 bits), integrator (16 bits) [, server]
//! 1-235 token                      246 address: user, device (16 bits), server
//! 236-239 dictionary, index        247 address: domain, device, user
//! 248 list, 8-bit size             250 address: user, server
//! 249 list, 16-bit size            251, 255 packed hex digits, packed 0-9 - .
//! 252, 253, 254 raw bytes, 8-, 20-, 32-bit length
//! ```
//!
//! What cannot be read costs what follows it, not what came before: the partial node is kept, with the place and
//! the reason.

use super::Sink;
use super::noise::Frame;
use crate::anomaly::Anomaly;
use crate::origin::Located;

mod decode;
mod diagnosis;
mod dictionary;
mod inflate;
mod node;
mod reader;
mod tree;

pub use decode::{Decoded, Reason, Stop, decode, decode_with, tag_of};
pub use diagnosis::{
    DIAGNOSES, INFLATE_FAILED, INFLATE_LIMIT, MALFORMED, TOO_LARGE, TRAILING_BYTES, UNKNOWN_DICTIONARY, UNKNOWN_DOMAIN,
    UNKNOWN_FLAGS, UNKNOWN_TOKEN,
};
pub use dictionary::Dictionary;
pub use node::{Attribute, Content, Jid, JidForm, Node, Span, Value};

/// Reads the frames of one connection. It keeps nothing between frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder;

impl Decoder {
    /// Reads a frame: always one item, and an anomaly for each way in which it departs from WABinary. A frame whose
    /// dictionary is not known is read with the current one.
    pub fn push<S: Sink<Decoded>>(&mut self, frame: Located<Frame<'_>>, out: &mut S) {
        let dictionary = frame.item.dictionary.map(Dictionary::of_version);
        let decoded = decode_with(frame.item.plaintext, dictionary.flatten().unwrap_or_else(Dictionary::current));
        let report = |diagnosis| Anomaly::new(diagnosis, frame.origin);
        if let Some(stop) = decoded.stop {
            let read = decoded.inflated.as_deref().map_or(frame.item.plaintext.len().saturating_sub(1), <[u8]>::len);
            let unread = (read as u64).saturating_sub(u64::from(stop.offset));
            out.anomaly(report(diagnosis::of(stop.reason)).bytes(unread).detail(stop.to_string()));
        }
        if let (Some(None), Some(version)) = (dictionary, frame.item.dictionary) {
            out.anomaly(report(&UNKNOWN_DICTIONARY).detail(format!("version {version}")));
        }
        if decoded.trailing > 0 {
            out.anomaly(report(&TRAILING_BYTES).bytes(decoded.trailing as u64));
        }
        if decoded.flags & !decode::COMPRESSED != 0 {
            out.anomaly(report(&UNKNOWN_FLAGS).detail(format!("flags 0x{:02x}", decoded.flags)));
        }
        if let Some(domain) = decoded.unknown_domain {
            out.anomaly(report(&UNKNOWN_DOMAIN).detail(format!("domain {domain}")));
        }
        out.item(Located::new(frame.origin, decoded));
    }

    /// Ends the connection. Frames are whole when they arrive, so nothing is left to give.
    pub fn finish<S: Sink<Decoded>>(&mut self, _out: &mut S) {}
}
