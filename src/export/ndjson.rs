//! A table as lines of JSON: an object a row, with every column of the table in it.

use std::io::Write;

use super::Error;
use super::column::{Cell, Column, rfc3339};
use crate::visible::visible_json;

/// Writes the rows. Moments are RFC 3339 text with nanoseconds. Characters that a terminal would act on are escaped,
/// as JSON allows in its strings.
pub(super) fn write<R>(columns: &[Column<R>], rows: impl Iterator<Item = R>, mut out: impl Write) -> Result<(), Error> {
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        line.push(b'{');
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            serde_json::to_writer(&mut line, column.name)?;
            line.push(b':');
            match (column.value)(&row) {
                Cell::Null => serde_json::to_writer(&mut line, &()),
                Cell::Text(text) => serde_json::to_writer(&mut line, &text),
                Cell::Integer(value) => serde_json::to_writer(&mut line, &value),
                Cell::Number(value) => serde_json::to_writer(&mut line, &value),
                Cell::Boolean(value) => serde_json::to_writer(&mut line, &value),
                Cell::Time(time) => serde_json::to_writer(&mut line, &rfc3339(time)),
            }?;
        }
        line.push(b'}');
        out.write_all(visible_json(&String::from_utf8_lossy(&line)).as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
