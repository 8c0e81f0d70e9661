//! The bytes of a stanza: offset, hex and ASCII.

use ratatui::text::{Line, Span};

use super::super::state::{Layer, wanted};
use crate::analysis::{Below, Passage};
use crate::call::Row;
use crate::tui::background::LayerBytes;
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::Theme;
use crate::words::count;

/// The most bytes shown of one layer.
const SHOWN: usize = 64 * 1024;

/// Columns of 16 bytes, with offset and ASCII.
const WIDE: usize = 10 + 16 * 4;

/// The bytes of a layer, 16 or 8 per line depending on the width.
pub(super) fn lines(row: &Row, layer: Layer, found: &LayerBytes, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let say = |says: String| wrap(&[Span::styled(visible_all(&says).into_owned(), theme.muted)], columns, 2);
    let wire = row.observed.read().wire.as_ref();
    let (bytes, length, says) = match (layer, wire) {
        (Layer::Below(below), _) => match found.of(&wanted(row)) {
            None => return say("Rereading the capture up to this stanza …".to_owned()),
            Some(Err(why)) => return say(format!("No bytes to show: {why}.")),
            Some(Ok(passages)) => match passages.get(&below) {
                Some(passage) => (passage.bytes.as_slice(), passage.length, description(below, passage)),
                None => return say(absent(below, wire.is_some()).to_owned()),
            },
        },
        (_, None) => return say(AS_TEXT.to_owned()),
        (Layer::Ciphertext, Some(wire)) => {
            let length = wire.ciphertext.len() as u64;
            let says = format!(
                "Noise ciphertext, counter {}, {} bytes; the last 16 are the authentication tag.",
                wire.counter,
                count(length)
            );
            (&*wire.ciphertext, length, says)
        }
        (Layer::Xml | Layer::Plaintext, Some(wire)) => {
            let length = wire.plaintext.len() as u64;
            (&*wire.plaintext, length, format!("A flag byte and WABinary, {} bytes in total.", count(length)))
        }
    };
    let mut lines = say(says);
    let each = if columns >= WIDE { 16 } else { 8 };
    for (index, bytes) in bytes.chunks(each).take(SHOWN / each).enumerate() {
        lines.push(line(index * each, bytes, each, theme));
    }
    if length > SHOWN.min(bytes.len()) as u64 {
        lines.push(Line::styled("Too long to show in full.", theme.warning));
    }
    lines
}

fn line(offset: usize, bytes: &[u8], each: usize, theme: &Theme) -> Line<'static> {
    let mut hex = String::with_capacity(each * 3 + 1);
    for (place, byte) in bytes.iter().enumerate() {
        hex.push_str(if place == 8 { "  " } else { " " });
        hex.push_str(&format!("{byte:02x}"));
    }
    let gap = each * 3 + usize::from(each > 8) + 2;
    let text: String = bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
    Line::from(vec![
        Span::styled(format!("{offset:06x}"), theme.muted),
        Span::raw(format!("{hex:<gap$}")),
        Span::styled(text, theme.accent),
    ])
}

/// What the bytes of a layer are.
fn description(below: Below, passage: &Passage) -> String {
    let (origin, length) = (passage.origin, count(passage.length));
    match below {
        Below::Record => format!("{length} bytes as recorded in {origin}."),
        Below::Stream => {
            format!("{length} bytes of the TCP stream, from byte {} of this direction.", count(origin.offset))
        }
        Below::Plain => {
            format!("{length} bytes of TLS plaintext, from byte {} of this direction.", count(origin.offset))
        }
        Below::Message => format!("{length} bytes: a WebSocket message, unmasked and decompressed."),
    }
}

/// Shown if the capture has no bytes.
const AS_TEXT: &str = "Recorded as text: there are no bytes to show.";

/// Why there are no bytes of a layer.
const fn absent(below: Below, has_frame: bool) -> &'static str {
    match below {
        Below::Record => "Not available for compressed captures.",
        Below::Stream => "The capture has no TCP stream: it was recorded above TCP.",
        Below::Plain => "The capture has no TLS around it.",
        Below::Message if has_frame => "The capture has no WebSocket around it.",
        Below::Message => AS_TEXT,
    }
}
