//! Frame to node: WABinary.
//!
//! A plaintext is a flag byte (0x02: a zlib stream follows) and one node. A node is a list: a tag, alternating attribute
//! names and values, and, if the number of items is even, content. Values are tokens of a [`Dictionary`], packed digits,
//! raw strings and addresses.
//!
//! ```text
//! 0 empty list, absent value       245 address: user, device (16 bits), integrator (16 bits) [, server]
//! 1-235 token                      246 address: user, device (16 bits), server
//! 236-239 dictionary, index        247 address: domain, device, user
//! 248 list, 8-bit size             250 address: user, server
//! 249 list, 16-bit size            251, 255 packed hex digits, packed 0-9 - .
//! 252, 253, 254 raw bytes, 8-, 20-, 32-bit length
//! ```
//!
//! An error costs only the part after it: the partial node is kept, with the offset and the reason.

mod diagnoses;

mod stop;

mod dictionary;

mod jid;

mod value;

mod node;

mod builder;

pub mod label;

mod inflate;

mod reader;

mod decode;

pub use builder::NodeBuilder;
pub use decode::{Decoded, decode, decode_with, tag_of};
pub use diagnoses::*;
pub use dictionary::{Dictionary, interned};
pub use jid::{Jid, JidForm, JidParts};
pub use node::{Attributes, Children, Content, Element, Node};
pub use stop::{DEPTH_LIMIT, ITEM_LIMIT, Reason, Stop};
pub use value::{Attribute, Span, Value};

use crate::anomaly::Anomaly;
use crate::origin::Located;
use crate::protocol::Sink;
use crate::protocol::noise::Frame;

/// Reads the frames of one connection. It keeps nothing between frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder;

impl Decoder {
    /// Reads a frame. Outputs one item, and one anomaly for each departure from WABinary. A frame with an unknown
    /// dictionary is read with the current one.
    pub fn push<S: Sink<Decoded>>(&mut self, frame: Located<Frame<'_>>, out: &mut S) {
        let dictionary = frame.item.dictionary.map(Dictionary::of_version);
        let decoded = decode_with(frame.item.plaintext, dictionary.flatten().unwrap_or_else(Dictionary::current));
        let report = |diagnosis| Anomaly::new(diagnosis, frame.origin);
        if let Some(stop) = decoded.stop {
            let read = decoded.inflated.as_deref().map_or(frame.item.plaintext.len().saturating_sub(1), <[u8]>::len);
            let unread = (read as u64).saturating_sub(u64::from(stop.offset));
            out.anomaly(report(stop.reason.diagnosis()).bytes(unread).detail(stop.to_string()));
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

    /// Ends the connection. Frames arrive complete, so there is nothing left to output.
    pub fn finish<S: Sink<Decoded>>(&mut self, _out: &mut S) {}
}
