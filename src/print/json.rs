//! JSON that is safe to show in a terminal.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::visible::visible_json;

/// Writes a value, pretty-printed, as it is made. Characters that a terminal would act on are escaped, as JSON strings
/// allow.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_json(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let mut lines = VisibleLines { line: Vec::new(), out };
    serde_json::to_writer_pretty(&mut lines, value)?;
    lines.end()
}

/// A list whose items are made one at a time, as they are written: all of them together may take much memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Each<F>(pub(crate) F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

/// Escapes each line that it is given.
struct VisibleLines<'o, W> {
    /// The line so far.
    line: Vec<u8>,
    out: &'o mut W,
}

impl<W: Write> VisibleLines<'_, W> {
    fn end(&mut self) -> io::Result<()> {
        // JSON is text, and it ends in no part of a character.
        writeln!(self.out, "{}", visible_json(&String::from_utf8_lossy(&self.line)))?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for VisibleLines<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = piece.strip_suffix(b"\n");
            self.line.extend_from_slice(line.unwrap_or(piece));
            if line.is_some() {
                self.end()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
