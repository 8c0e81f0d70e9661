//! Where, why and after how much the reading of WABinary stops.

use std::fmt;

use super::diagnoses::{INFLATE_FAILED, INFLATE_LIMIT, MALFORMED, TOO_LARGE, UNKNOWN_TOKEN};
use crate::anomaly::Diagnosis;

/// The most bytes that a compressed stanza may inflate to.
pub(super) const INFLATED_MOST: usize = 16 << 20;

/// The deepest nesting of nodes that is read. Real stanzas stay below 16.
pub const DEPTH_LIMIT: usize = 128;

/// The most nodes and attributes that one stanza may have: far more than the largest group needs, and a bound on the
/// memory that a few inflated bytes can cost.
pub const ITEM_LIMIT: usize = 1 << 18;

/// Where and why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: Reason,
    /// The offset of the first byte of the value, list or node that could not be read. If inflating failed, the number of
    /// bytes that were inflated.
    pub offset: u32,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}", self.reason, self.offset)
    }
}

/// Why a plaintext could not be read to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no bytes, not even the flags.
    Empty,
    /// It ends inside the value being read.
    Truncated,
    /// A node or a list does not begin with this byte.
    NotAList(u8),
    /// A node is an empty list: it has no tag.
    EmptyNode,
    /// A tag or an attribute's name is empty.
    NoName,
    /// A list appears where a value is required.
    ListAsValue,
    /// Packed digits contain an undefined half-byte.
    NotPacked,
    /// A name, or part of an address, is not UTF-8.
    NotText,
    /// An address appears where a name, or the user or server of another address, is required.
    AddressAsText,
    /// The byte is not a token, or its dictionary has no such index.
    UnknownToken(u8),
    /// Nodes are nested too deeply.
    TooDeep,
    /// There are too many nodes and attributes.
    TooMany,
    /// The zlib stream is corrupt.
    Inflate,
    /// The zlib stream does not end.
    InflateTruncated,
    /// The zlib stream expands to too much.
    InflateLimit,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no flag byte"),
            Self::Truncated => f.write_str("the bytes end inside the value"),
            Self::NotAList(byte) => write!(f, "byte {byte} where a list is required"),
            Self::EmptyNode => f.write_str("a node without a tag"),
            Self::NoName => f.write_str("an empty name"),
            Self::ListAsValue => f.write_str("a list where a value is required"),
            Self::NotPacked => f.write_str("packed digits with an undefined half-byte"),
            Self::NotText => f.write_str("text that is not UTF-8"),
            Self::AddressAsText => f.write_str("an address where text is required"),
            Self::UnknownToken(byte) => write!(f, "unknown token {byte}"),
            Self::TooDeep => write!(f, "nodes nested deeper than {}", DEPTH_LIMIT),
            Self::TooMany => write!(f, "more than {} nodes and attributes", ITEM_LIMIT),
            Self::Inflate => f.write_str("a corrupt zlib stream"),
            Self::InflateTruncated => f.write_str("a zlib stream that does not end"),
            Self::InflateLimit => write!(f, "a zlib stream of more than {INFLATED_MOST} bytes"),
        }
    }
}

impl Reason {
    /// Returns the diagnosis that it belongs to.
    pub(super) const fn diagnosis(self) -> &'static Diagnosis {
        match self {
            Self::Empty
            | Self::Truncated
            | Self::NotAList(_)
            | Self::EmptyNode
            | Self::NoName
            | Self::ListAsValue
            | Self::NotPacked
            | Self::NotText
            | Self::AddressAsText => &MALFORMED,
            Self::UnknownToken(_) => &UNKNOWN_TOKEN,
            Self::TooDeep | Self::TooMany => &TOO_LARGE,
            Self::Inflate | Self::InflateTruncated => &INFLATE_FAILED,
            Self::InflateLimit => &INFLATE_LIMIT,
        }
    }
}
