//! How the programs that print stanzas print them.

/// How a program prints nodes as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// How it prints content that is no nodes.
    pub content: ContentForm,
    /// Whether `&lt;` and its like stand for a character. Where a program escapes nothing, they stand for themselves.
    pub escapes: bool,
    /// Whether `\u{1b}` stands for a character that does not show.
    pub reveals: bool,
}

/// How a program prints content that is no nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentForm {
    /// Bytes as lower-case hex on a line of their own; text on a line of its own too.
    HexLine,
    /// Text if it is printable, else lower-case hex.
    TextOrHex,
    /// Bytes as base64; text as it is.
    Base64,
    /// Text in `"`, or bytes as upper-case hex, and lines of padding behind it.
    QuotedOrUpperHex,
    /// Always lower-case hex.
    Hex,
    /// Only text; bytes never.
    Text,
    /// Nobody knows. What stands in quotes with padding behind it is text, upper-case hex with such padding is bytes,
    /// and the rest stays text.
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
    /// XML with all bytes as hex, escaped as XML should be.
    pub const HEX: Self = Self { content: ContentForm::Hex, escapes: true, reveals: false };
    /// This program, as [`write_line`](super::write_line) writes.
    pub const RINGTRACE: Self = Self { content: ContentForm::TextOrHex, escapes: true, reveals: true };
    /// Whoever it was.
    pub const UNKNOWN: Self = Self { content: ContentForm::Unknown, escapes: true, reveals: false };
}
