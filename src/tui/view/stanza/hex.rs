//! The bytes of a stanza: offset, hex, and what of it is text.

use ratatui::text::{Line, Span};

use crate::analysis::{Below, Passage};
use crate::call::Row;
use crate::tui::lower::{Lower, Sought};
use crate::tui::opened::{Layer, wanted};
use crate::tui::quantity::count;
use crate::tui::text::{visible_all, wrap};
use crate::tui::theme::Theme;

/// Bytes that are shown of one layer.
const SHOWN: usize = 64 * 1024;

/// Columns of the hex of 16 bytes, with offset and text.
const WIDE: usize = 10 + 16 * 4;

/// The bytes of a layer, 16 or 8 a line as there is room.
pub(super) fn lines(row: &Row, layer: Layer, lower: &Lower, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let say = |says: String| wrap(&[Span::styled(visible_all(&says).into_owned(), theme.muted)], columns, 2);
    let wire = row.observed.read().wire.as_ref();
    let (bytes, length, says) = match (layer, wire) {
        (Layer::Below(below), _) => match lower.of(&wanted(row)) {
            Sought::Waits => return say("Reading the capture again, up to this stanza …".to_owned()),
            Sought::Failed(why) => return say(format!("No bytes to show: {why}.")),
            Sought::Found(passages) => match passages.get(&below) {
                Some(passage) => (passage.bytes.as_slice(), passage.length, told(below, passage)),
                None => return say(absent(below, wire.is_some()).to_owned()),
            },
        },
        (_, None) => return say("It was recorded as text: there are no bytes of it.".to_owned()),
        (Layer::Ciphertext, Some(wire)) => {
            let length = wire.ciphertext.len() as u64;
            let says = format!(
                "Encrypted by Noise, counter {}; the last 16 of {} bytes are its tag.",
                wire.counter,
                count(length)
            );
            (&*wire.ciphertext, length, says)
        }
        (Layer::Xml | Layer::Plaintext, Some(wire)) => {
            let length = wire.plaintext.len() as u64;
            (&*wire.plaintext, length, format!("A flag byte, and WABinary: {} bytes.", count(length)))
        }
    };
    let mut lines = say(says);
    let each = if columns >= WIDE { 16 } else { 8 };
    for (index, bytes) in bytes.chunks(each).take(SHOWN / each).enumerate() {
        lines.push(line(index * each, bytes, each, theme));
    }
    if length > SHOWN.min(bytes.len()) as u64 {
        lines.push(Line::styled("The rest is too long to show here.", theme.warning));
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
fn told(below: Below, passage: &Passage) -> String {
    let (origin, length) = (passage.origin, count(passage.length));
    match below {
        Below::Record => format!("As recorded, {origin}: {length} bytes."),
        Below::Stream => {
            format!("From byte {} of its direction of the TCP stream: {length} bytes.", count(origin.offset))
        }
        Below::Plain => {
            format!("What TLS records held, from byte {} of their plaintext: {length} bytes.", count(origin.offset))
        }
        Below::Message => format!("A message of the websocket, unmasked and inflated: {length} bytes."),
    }
}

/// Why there is nothing of a layer.
const fn absent(below: Below, has_frame: bool) -> &'static str {
    match below {
        Below::Record => "The capture is compressed: where a record stands in it says nothing.",
        Below::Stream => "The capture has no TCP stream: it was recorded above it.",
        Below::Plain => "There is no TLS around it in the capture.",
        Below::Message if has_frame => "There is no websocket around it in the capture.",
        Below::Message => "It was recorded as text: there are no bytes of it.",
    }
}
