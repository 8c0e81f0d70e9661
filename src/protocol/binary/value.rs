//! The values of attributes.

use std::borrow::Cow;
use std::fmt;

use super::jid::Jid;

/// The byte range of a plaintext (inflated, without its flag byte) that an item was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// One attribute of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'n> {
    /// Its name.
    pub name: &'n str,
    /// Its value.
    pub value: Value<'n>,
    /// The byte range of name and value.
    pub span: Span,
}

/// The value of an attribute, or of content that is not raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'n> {
    /// Text: a token, packed digits or a UTF-8 string; empty if the wire has no value.
    Text(&'n str),
    /// An address.
    Jid(&'n Jid),
    /// A string that is not UTF-8.
    Bytes(&'n [u8]),
}

impl<'n> Value<'n> {
    /// Returns the address, if the value is one or is text in the form of one.
    #[must_use]
    pub fn to_jid(self) -> Option<Jid> {
        match self {
            Self::Jid(jid) => Some(jid.clone()),
            Self::Text(text) => Jid::parse(text),
            Self::Bytes(_) => None,
        }
    }

    /// Returns the value as text: addresses spelled out, bytes as lower-case hex.
    #[must_use]
    pub fn to_text(self) -> Cow<'n, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Jid(jid) => Cow::Owned(jid.to_string()),
            Self::Bytes(bytes) => Cow::Owned(data_encoding::HEXLOWER.encode(bytes)),
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}
