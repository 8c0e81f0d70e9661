//! JSON that a terminal can show.

use std::io::{self, Write};

use serde_json::Value;

use crate::visible::visible_json;

/// Writes a value in lines. Characters that a terminal would act on are escaped, as JSON allows in its strings.
///
/// # Errors
/// If `out` takes no more bytes.
pub(super) fn write_json(value: &Value, out: &mut impl Write) -> io::Result<()> {
    for line in format!("{value:#}").lines() {
        writeln!(out, "{}", visible_json(line))?;
    }
    Ok(())
}
