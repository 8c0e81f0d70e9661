//! JSON that a terminal can show.

use std::io::{self, Write};

use serde_json::Value;

use crate::visible::is_hidden;

/// Writes a value in lines. Characters that a terminal would act on are escaped, as JSON allows in its strings.
///
/// # Errors
/// If `out` takes no more bytes.
pub(super) fn write_json(value: &Value, out: &mut impl Write) -> io::Result<()> {
    let text = format!("{value:#}\n");
    let mut units = [0; 2];
    for character in text.chars() {
        if is_hidden(character) && character != '\n' {
            for unit in character.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
        } else {
            write!(out, "{character}")?;
        }
    }
    Ok(())
}
