//! A table as CSV (RFC 4180), in batches.

use std::borrow::Cow;
use std::io::Write;

use polars::prelude::{Column as PolarsColumn, CsvWriter, DataFrame, NamedFrom, SerWriter, Series};

use super::column::{Cell, Column, Kind};
use super::{Error, Options};
use crate::visible::visible;

/// Rows that are in memory as a table at a time.
const BATCH: usize = 8192;

/// Writes a header and the rows.
pub(super) fn write<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    options: Options<'_>,
    out: impl Write,
) -> Result<(), Error> {
    let mut rows = rows.peekable();
    let mut batch: Vec<R> = Vec::new();
    let empty = frame(columns, &batch, options)?;
    let mut writer = CsvWriter::new(out).n_threads(1).batched(empty.schema())?;
    while rows.peek().is_some() {
        batch.clear();
        batch.extend(rows.by_ref().take(BATCH));
        writer.write_batch(&frame(columns, &batch, options)?)?;
    }
    writer.finish()?;
    Ok(())
}

fn frame<R>(columns: &[Column<R>], rows: &[R], options: Options<'_>) -> Result<DataFrame, Error> {
    let columns = columns.iter().map(|column| PolarsColumn::from(series(column, rows, options)));
    Ok(DataFrame::new(rows.len(), columns.collect())?)
}

/// The values of one column. A value of another kind than the column's is null: kinds are checked by a test.
fn series<R>(column: &Column<R>, rows: &[R], options: Options<'_>) -> Series {
    let name = column.name.into();
    let cells = rows.iter().map(|row| (column.value)(row));
    match column.kind {
        Kind::Text => {
            let values = cells.map(|cell| match cell {
                Cell::Text(text) => {
                    let text = if options.visible { visible_text(text) } else { text };
                    Some(if options.raw { text } else { inert(text) })
                }
                _ => None,
            });
            Series::new(name, values.collect::<Vec<Option<Cow<'_, str>>>>())
        }
        Kind::Integer => {
            let values = cells.map(|cell| if let Cell::Integer(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<i64>>>())
        }
        Kind::Number => {
            let values = cells.map(|cell| if let Cell::Number(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<f64>>>())
        }
        Kind::Boolean => {
            let values = cells.map(|cell| if let Cell::Boolean(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<bool>>>())
        }
    }
}

fn visible_text(text: Cow<'_, str>) -> Cow<'_, str> {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => Cow::Owned(shown),
    }
}

/// A text that a spreadsheet takes for text: one that begins like a formula gets an apostrophe in front.
fn inert(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(options: Options<'_>) -> String {
        let columns: [Column<(&str, i64)>; 2] = [
            Column { name: "text", kind: Kind::Text, doc: "", value: |row| Cell::Text(row.0.into()) },
            Column { name: "number", kind: Kind::Integer, doc: "", value: |row| Cell::Integer(row.1) },
        ];
        let rows = [("=1+1", -1), ("@SUM(A1)", 2), ("a \"quoted\", line\nand another", 3), ("plain", 4)];
        let mut out = Vec::new();
        write(&columns, rows.into_iter(), options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        assert_eq!(
            csv(Options::default()),
            "text,number\n'=1+1,-1\n'@SUM(A1),2\n\"a \"\"quoted\"\", line\nand another\",3\nplain,4\n"
        );
    }

    #[test]
    fn raw_leaves_text_as_it_is() {
        assert!(csv(Options { raw: true, ..Options::default() }).contains("\n=1+1,-1\n@SUM(A1),2\n"));
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        let columns = [Column::<&str> { name: "t", kind: Kind::Text, doc: "", value: |row| Cell::Text((*row).into()) }];
        let table = |options| {
            let mut out = Vec::new();
            write(&columns, ["\x1b[2J", "plain"].into_iter(), options, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(table(Options { visible: true, ..Options::default() }), "t\n\\u{1b}[2J\nplain\n");
        assert_eq!(table(Options::default()), "t\n\x1b[2J\nplain\n", "a file holds what the capture holds");
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        let columns = [Column::<i64> { name: "n", kind: Kind::Integer, doc: "", value: |row| Cell::Integer(*row) }];
        let mut out = Vec::new();
        write(&columns, std::iter::empty(), Options::default(), &mut out).unwrap();
        assert_eq!(out, b"n\n");
    }
}
