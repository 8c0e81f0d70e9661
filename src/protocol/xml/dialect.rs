//! How each program prints stanzas.

/// How a program prints nodes as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// How it prints content other than nodes.
    pub content: ContentForm,
    /// Whether entities such as `&lt;` represent a character. If the program escapes nothing, they are literal.
    pub escapes: bool,
    /// Whether `\u{1b}` represents an invisible character.
    pub reveals: bool,
}

/// How a program prints content other than nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentForm {
    /// Bytes as lower-case hex on a line of their own; text on a line of its own too.
    HexLine,
    /// Text if it is printable, otherwise lower-case hex.
    TextOrHex,
    /// Bytes as base64; text as is.
    Base64,
    /// Text in `"`, or bytes as upper-case hex, followed by lines of padding.
    QuotedOrUpperHex,
    /// Always lower-case hex.
    Hex,
    /// Only text, never bytes.
    Text,
    /// Unknown. Quoted content with padding is text, upper-case hex with padding is bytes, and anything else stays text.
    Unknown,
}

impl Dialect {
    /// Baileys.
    pub const BAILEYS: Self = Self { content: ContentForm::HexLine, escapes: false, reveals: false };
    /// whatsmeow.
    pub const WHATSMEOW: Self = Self { content: ContentForm::TextOrHex, escapes: false, reveals: false };
    /// whatsapp-rust.
    pub const WHATSAPP_RUST: Self = Self { content: ContentForm::Text, escapes: false, reveals: false };
    /// zapo.
    pub const ZAPO: Self = Self { content: ContentForm::Base64, escapes: true, reveals: false };
    /// WhatsApp Web itself.
    pub const WHATSAPP_WEB: Self = Self { content: ContentForm::QuotedOrUpperHex, escapes: false, reveals: false };
    /// Properly escaped XML with all bytes as hex.
    pub const HEX: Self = Self { content: ContentForm::Hex, escapes: true, reveals: false };
    /// This program, as written by [`write_line`](super::write_line).
    pub const RINGTRACE: Self = Self { content: ContentForm::TextOrHex, escapes: true, reveals: true };
    /// An unknown program.
    pub const UNKNOWN: Self = Self { content: ContentForm::Unknown, escapes: true, reveals: false };
}
