//! JSON that a terminal can show.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::analysis::Analysis;
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

/// How many calls are considered, and of how many.
pub(super) fn json_considered(analysis: &Analysis) -> Value {
    json!({ "considered": analysis.calls.len(), "of": analysis.calls_in_all() })
}
