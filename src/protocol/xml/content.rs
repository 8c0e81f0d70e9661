//! Content other than nodes, as each program prints it.

use std::borrow::Cow;

use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use super::dialect::{ContentForm, Dialect};
use crate::protocol::binary::NodeBuilder;
use crate::visible::{is_control, revealed};

/// Reads the text between a start tag and its end tag, and makes what it represents the content of the innermost element.
/// Returns whether it is ambiguous.
pub(super) fn read(text: &str, dialect: Dialect, builder: &mut NodeBuilder) -> bool {
    // Nearly all white space is ASCII.
    let trimmed = text.trim_ascii().trim();
    if trimmed.is_empty() {
        // Baileys prints empty content as an empty line.
        if dialect.content == ContentForm::HexLine && text.contains('\n') {
            builder.bytes(b"");
        }
        return false;
    }
    let (content, is_ambiguous) = content(text, trimmed, dialect);
    builder.bytes(&content);
    is_ambiguous
}

/// Returns the bytes that text represents, and whether it is ambiguous.
fn content<'t>(text: &'t str, trimmed: &'t str, dialect: Dialect) -> (Cow<'t, [u8]>, bool) {
    let as_text = |text: &'t str| match unescaped(text, dialect) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    match dialect.content {
        ContentForm::HexLine | ContentForm::Hex => match lower_hex(trimmed) {
            Some(decoded) => (Cow::Owned(decoded), dialect.content == ContentForm::HexLine && is_word(trimmed)),
            None => (as_text(trimmed), false),
        },
        // Printable bytes are printed as text, so text that decodes to printable bytes was not encoded.
        ContentForm::TextOrHex => match lower_hex(trimmed).filter(|decoded| !is_shown(decoded)) {
            Some(decoded) => (Cow::Owned(decoded), is_word(trimmed)),
            None => (as_text(text), false),
        },
        ContentForm::Base64 => match BASE64.decode(trimmed.as_bytes()) {
            Ok(decoded) => (Cow::Owned(decoded), is_word(trimmed)),
            Err(_) => (as_text(trimmed), false),
        },
        ContentForm::Text => (as_text(text), false),
        ContentForm::QuotedOrUpperHex => match web(trimmed) {
            Some(decoded) => (Cow::Owned(decoded), false),
            None => (as_text(trimmed), false),
        },
        ContentForm::Unknown => match web(trimmed).filter(|_| is_padded(text)) {
            Some(decoded) => (Cow::Owned(decoded), false),
            None => {
                let may_be_bytes = lower_hex(trimmed).is_some()
                    || upper_hex(trimmed).is_some()
                    || BASE64.decode(trimmed.as_bytes()).is_ok();
                (as_text(trimmed), may_be_bytes)
            }
        },
    }
}

fn lower_hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

fn upper_hex(text: &str) -> Option<Vec<u8>> {
    HEXUPPER.decode(text.as_bytes()).ok()
}

/// Text in quotes or upper-case hex, as WhatsApp Web prints content.
fn web(trimmed: &str) -> Option<Vec<u8>> {
    let quoted = trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    quoted.map(|text| text.as_bytes().to_vec()).or_else(|| upper_hex(trimmed))
}

/// Returns whether content begins right after its start tag and is followed by an empty line, as WhatsApp Web pads it.
fn is_padded(text: &str) -> bool {
    let padding = text.get(text.trim_end().len()..).unwrap_or_default();
    !text.starts_with(char::is_whitespace) && padding.bytes().filter(|byte| *byte == b'\n').count() > 1
}

fn is_shown(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(is_control))
}

/// Returns whether encoded bytes could be a word or a number in plain text instead.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase()) || text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Resolves the escapes of a dialect in a text.
pub(super) fn unescaped(text: &str, dialect: Dialect) -> Cow<'_, str> {
    let text = if dialect.escapes && text.contains('&') {
        quick_xml::escape::unescape(text).unwrap_or(Cow::Borrowed(text))
    } else {
        Cow::Borrowed(text)
    };
    if dialect.reveals && text.contains('\\') { Cow::Owned(revealed(&text).into_owned()) } else { text }
}
