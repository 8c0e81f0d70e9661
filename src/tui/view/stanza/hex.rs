//! The bytes of a stanza: offset, hex, and what of it is text.

use ratatui::text::{Line, Span};

use crate::call::Row;
use crate::tui::opened::Layer;
use crate::tui::quantity::count;
use crate::tui::theme::Theme;

/// Bytes that are shown of one layer.
const SHOWN: usize = 64 * 1024;

/// The bytes of a layer, 16 or 8 a line as there is room.
pub(super) fn lines(row: &Row, layer: Layer, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(wire) = &row.observed.read().wire else {
        return vec![Line::styled("It was recorded as text: there are no bytes of it.", theme.muted)];
    };
    let (bytes, says) = match layer {
        Layer::Ciphertext => {
            let says = format!(
                "Encrypted by Noise, counter {}; the last 16 of {} bytes are its tag.",
                wire.counter,
                count(wire.ciphertext.len() as u64)
            );
            (&wire.ciphertext, says)
        }
        Layer::Xml | Layer::Plaintext => {
            let says = format!("A flag byte, and WABinary: {} bytes.", count(wire.plaintext.len() as u64));
            (&wire.plaintext, says)
        }
    };
    let each = if columns >= 10 + 16 * 4 { 16 } else { 8 };
    let mut lines = vec![Line::styled(says, theme.muted)];
    for (index, bytes) in bytes.chunks(each).take(SHOWN / each).enumerate() {
        let mut hex = String::with_capacity(each * 3 + 1);
        for (place, byte) in bytes.iter().enumerate() {
            hex.push_str(if place == 8 { "  " } else { " " });
            hex.push_str(&format!("{byte:02x}"));
        }
        let gap = each * 3 + usize::from(each > 8) + 2;
        let text: String =
            bytes.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
        lines.push(Line::from(vec![
            Span::styled(format!("{:06x}", index * each), theme.muted),
            Span::raw(format!("{hex:<gap$}")),
            Span::styled(text, theme.accent),
        ]));
    }
    if bytes.len() > SHOWN {
        lines.push(Line::styled("The rest is too long to show here.", theme.warning));
    }
    lines
}
