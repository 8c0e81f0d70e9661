//! A table as CSV (RFC 4180), in batches.

use std::borrow::Cow;
use std::io::Write;

use polars::prelude::{CsvWriter, SerWriter};

use super::column::Column;
use super::frame::{Spelling, each_frame, frame};
use super::{Error, Options};
use crate::visible::visible;

/// Rows that are in memory as a table at a time.
const BATCH: usize = 8192;

/// Writes a header and the rows. Moments are RFC 3339 text with nanoseconds.
pub(super) fn write<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    options: Options<'_>,
    out: impl Write,
) -> Result<(), Error> {
    let text: fn(Cow<'_, str>) -> Cow<'_, str> = match (options.visible, options.raw) {
        (false, false) => inert,
        (true, false) => |text| inert(visible_text(text)),
        (false, true) => |text| text,
        (true, true) => visible_text,
    };
    let spelling = Spelling { times_as_text: true, text };
    let empty = frame(columns, &[], &spelling)?;
    let mut writer = CsvWriter::new(out).n_threads(1).batched(empty.schema())?;
    each_frame(columns, rows, BATCH, &spelling, |frame| Ok(writer.write_batch(frame)?))?;
    writer.finish()?;
    Ok(())
}

fn visible_text(text: Cow<'_, str>) -> Cow<'_, str> {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => Cow::Owned(shown),
    }
}

/// A text that a spreadsheet takes for text: one that begins like a formula gets an apostrophe in front.
pub(crate) fn inert(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{text}")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::super::column::{Cell, Kind};
    use super::*;

    fn csv(options: Options<'_>) -> String {
        let columns: [Column<(&str, i64)>; 2] = [
            Column { name: "text", kind: Kind::Text, always: true, doc: "", value: |row| Cell::Text(row.0.into()) },
            Column { name: "number", kind: Kind::Integer, always: true, doc: "", value: |row| Cell::Integer(row.1) },
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
        let columns = [Column::<&str> {
            name: "t",
            kind: Kind::Text,
            always: true,
            doc: "",
            value: |row| Cell::Text((*row).into()),
        }];
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
        let columns =
            [Column::<i64> { name: "n", kind: Kind::Integer, always: true, doc: "", value: |row| Cell::Integer(*row) }];
        let mut out = Vec::new();
        write(&columns, std::iter::empty(), Options::default(), &mut out).unwrap();
        assert_eq!(out, b"n\n");
    }
}
