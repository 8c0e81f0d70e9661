//! The text formats: CSV (RFC 4180) and NDJSON.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use super::column::{Cell, Column};
use crate::visible::{visible, visible_json};
use crate::words::rfc3339;

/// How CSV is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Csv {
    /// Leave text that a spreadsheet would treat as a formula as it is.
    pub raw: bool,
    /// Escape characters that a terminal would act on.
    pub visible: bool,
}

impl Csv {
    /// Appends one record to `out`. Text that a spreadsheet would treat as a formula gets a leading apostrophe; a null
    /// is an empty field, an empty text `""`. Times are RFC 3339 with nanoseconds.
    pub fn record<'c>(self, cells: impl IntoIterator<Item = Cell<'c>>, out: &mut Vec<u8>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match cell {
                Cell::Null => {}
                Cell::Text(text) => self.text(&text, out),
                Cell::Time(time) => out.extend(rfc3339(time).unwrap_or_default().bytes()),
                Cell::Integer(_) | Cell::Number(_) | Cell::Boolean(_) => {
                    // Writing a number to memory does not fail.
                    let _ = json(&cell, out);
                }
            }
        }
        out.push(b'\n');
    }

    fn text(self, text: &str, out: &mut Vec<u8>) {
        let shown = if self.visible { visible(text) } else { Cow::Borrowed(text) };
        let field = if self.raw { shown } else { escape_formula(shown) };
        if field.is_empty() || field.contains([',', '"', '\n', '\r']) {
            out.push(b'"');
            out.extend(field.replace('"', "\"\"").bytes());
            out.push(b'"');
        } else {
            out.extend(field.bytes());
        }
    }
}

/// The characters that make a spreadsheet treat a field as a formula if it starts with one of them.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Puts an apostrophe before text that a spreadsheet would treat as a formula.
fn escape_formula(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { Cow::Owned(format!("'{text}")) } else { text }
}

/// Writes a header and the rows as CSV.
pub(super) fn write_csv<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    csv: Csv,
    out: impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut line = Vec::new();
    csv.record(columns.iter().map(|column| Cell::Text(column.name.into())), &mut line);
    out.write_all(&line)?;
    for row in rows {
        line.clear();
        csv.record(columns.iter().map(|column| (column.value)(&row)), &mut line);
        out.write_all(&line)?;
    }
    out.flush()
}

/// Writes the rows as NDJSON: one object per line, with every column of the table. Times are RFC 3339 with nanoseconds.
/// Characters that a terminal would act on are escaped, as JSON allows in its strings.
pub(super) fn write_ndjson<R>(columns: &[Column<R>], rows: impl Iterator<Item = R>, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        for (index, column) in columns.iter().enumerate() {
            line.push(if index == 0 { b'{' } else { b',' });
            serde_json::to_writer(&mut line, column.name)?;
            line.push(b':');
            json(&(column.value)(&row), &mut line)?;
        }
        line.push(b'}');
        writeln!(out, "{}", visible_json(&String::from_utf8_lossy(&line)))?;
    }
    out.flush()
}

fn json(cell: &Cell<'_>, out: &mut Vec<u8>) -> serde_json::Result<()> {
    match cell {
        Cell::Null => serde_json::to_writer(out, &()),
        Cell::Text(text) => serde_json::to_writer(out, text),
        Cell::Integer(value) => serde_json::to_writer(out, value),
        Cell::Number(value) => serde_json::to_writer(out, value),
        Cell::Boolean(value) => serde_json::to_writer(out, value),
        Cell::Time(time) => serde_json::to_writer(out, &rfc3339(*time)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::column::Kind;
    use super::*;

    fn csv(csv: Csv) -> String {
        let columns: [Column<(&str, i64)>; 2] = [
            Column { name: "text", kind: Kind::Text, always: true, doc: "", value: |row| Cell::Text(row.0.into()) },
            Column { name: "number", kind: Kind::Integer, always: true, doc: "", value: |row| Cell::Integer(row.1) },
        ];
        let rows = [("=1+1", -1), ("@SUM(A1)", 2), ("a \"quoted\", line\nand another", 3), ("plain", 4), ("", 5)];
        let mut out = Vec::new();
        write_csv(&columns, rows.into_iter(), csv, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_escaped_and_numbers_are_not() {
        assert_eq!(
            csv(Csv::default()),
            "text,number\n'=1+1,-1\n'@SUM(A1),2\n\"a \"\"quoted\"\", line\nand another\",3\nplain,4\n\"\",5\n"
        );
    }

    #[test]
    fn raw_leaves_formulas_as_they_are() {
        assert!(csv(Csv { raw: true, visible: false }).contains("\n=1+1,-1\n@SUM(A1),2\n"));
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        let record = |csv: Csv| {
            let mut out = Vec::new();
            csv.record([Cell::Text("\x1b[2J".into()), Cell::Text("plain".into()), Cell::Null], &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(record(Csv { visible: true, raw: false }), "\\u{1b}[2J,plain,\n");
        assert_eq!(record(Csv::default()), "\x1b[2J,plain,\n", "a file keeps what the capture contains");
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        let columns =
            [Column::<i64> { name: "n", kind: Kind::Integer, always: true, doc: "", value: |row| Cell::Integer(*row) }];
        let mut out = Vec::new();
        write_csv(&columns, std::iter::empty(), Csv::default(), &mut out).unwrap();
        assert_eq!(out, b"n\n");
    }
}
