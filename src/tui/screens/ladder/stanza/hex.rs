//! The bytes of a stanza: offset, hex and ASCII.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::super::layer::{Layer, wanted};
use super::super::parts::parts;
use super::panel::Panel;
use crate::analysis::{Below, Passage};
use crate::call::Row;
use crate::protocol::binary::decode;
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::Theme;
use crate::words::count;

/// The most bytes shown of one layer.
const SHOWN: usize = 64 * 1024;

/// Columns of 16 bytes, with offset and ASCII.
const WIDE: usize = 10 + 16 * 4;

impl Panel<'_> {
    /// Writes the bytes of a layer, 16 or 8 per line depending on the width. Those of the selected part are highlighted.
    pub(super) fn bytes_of(&mut self, row: &Row, layer: Layer) {
        let found = &self.shared.layer_bytes;
        let wire = row.observed.read().wire.as_ref();
        let inflated = wire.filter(|_| layer == Layer::Inflated).and_then(|wire| decode(&wire.plaintext).inflated);
        let (bytes, length, says) = match (layer, wire) {
            (Layer::Below(below), _) => match found.of(&wanted(row)) {
                None => return self.say("Rereading the capture up to this stanza …"),
                Some(Err(why)) => return self.say(&format!("No bytes to show: {why}.")),
                Some(Ok(passages)) => match passages.get(&below) {
                    Some(passage) => (passage.bytes.as_slice(), passage.length, description(below, passage)),
                    None => return self.say(absent(below, wire.is_some())),
                },
            },
            (_, None) => return self.say(AS_TEXT),
            (Layer::Ciphertext, Some(wire)) => {
                let length = wire.ciphertext.len() as u64;
                let says = format!(
                    "Noise ciphertext, counter {}, {} bytes; the last 16 are the authentication tag.",
                    wire.counter,
                    count(length)
                );
                (&*wire.ciphertext, length, says)
            }
            (Layer::Inflated, Some(_)) => {
                let bytes = inflated.as_deref().unwrap_or_default();
                let length = bytes.len() as u64;
                (bytes, length, format!("WABinary after decompression, {} bytes.", count(length)))
            }
            (Layer::Xml | Layer::Plaintext, Some(wire)) => {
                let length = wire.plaintext.len() as u64;
                (&*wire.plaintext, length, format!("A flag byte and WABinary, {} bytes in total.", count(length)))
            }
        };
        let place =
            self.part.and_then(|part| parts(row.observed.read().node.root()).get(part)?.place(row, layer, found));
        self.say(&says);
        let each = if self.columns >= WIDE { 16 } else { 8 };
        self.part_line = place.as_ref().map(|place| self.lines.len() + place.start / each);
        let place = place.unwrap_or_default();
        for (index, bytes) in bytes.chunks(each).take(SHOWN / each).enumerate() {
            self.lines.push(line(index * each, bytes, each, &place, self.theme));
        }
        if length > SHOWN.min(bytes.len()) as u64 {
            self.lines.push(Line::styled("Too long to show in full.", self.theme.warning));
        }
    }

    fn say(&mut self, says: &str) {
        let says = Span::styled(visible_all(says).into_owned(), self.theme.muted);
        self.lines.extend(wrap(&[says], self.columns, 2));
    }
}

/// A line of bytes from `offset` on, of which those in `place` are highlighted.
fn line(offset: usize, bytes: &[u8], each: usize, place: &Range<usize>, theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::styled(format!("{offset:06x}"), theme.muted)];
    let look = |index: usize, style: Style| if place.contains(&(offset + index)) { theme.selected } else { style };
    for (index, byte) in bytes.iter().enumerate() {
        spans.push(Span::raw(if index == 8 { "  " } else { " " }));
        spans.push(Span::styled(format!("{byte:02x}"), look(index, Style::new())));
    }
    let written = bytes.len() * 3 + usize::from(bytes.len() > 8);
    let gap = each * 3 + usize::from(each > 8) + 2 - written;
    spans.push(Span::raw(" ".repeat(gap)));
    for (index, byte) in bytes.iter().enumerate() {
        let text = if byte.is_ascii_graphic() { char::from(*byte) } else { '.' };
        spans.push(Span::styled(text.to_string(), look(index, theme.accent)));
    }
    Line::from(spans)
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
        Below::Plain => "This connection does not use TLS.",
        Below::Message if has_frame => "This stanza was not recorded in a WebSocket message.",
        Below::Message => AS_TEXT,
    }
}
