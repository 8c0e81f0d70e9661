//! JSON that is safe to show in a terminal.

use std::io::{self, Write};

use serde_json::Value;

use crate::visible::visible_json;

/// Writes a value, pretty-printed. Characters that a terminal would act on are escaped, as JSON strings allow.
///
/// # Errors
/// If `out` cannot be written.
pub fn write_json(value: &Value, out: &mut impl Write) -> io::Result<()> {
    for line in format!("{value:#}").lines() {
        writeln!(out, "{}", visible_json(line))?;
    }
    Ok(())
}
