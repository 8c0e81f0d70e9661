//! A table as it is shown, as CSV (RFC 4180).

use std::borrow::Cow;

use crate::export::inert;

/// A cell: a number that stays one, or a text.
#[derive(Debug)]
pub(in crate::tui) enum Cell {
    /// Written as it is.
    Number(String),
    /// Written so that no spreadsheet takes it for a formula.
    Text(String),
}

/// The headings of a table, and its rows.
pub(in crate::tui) type Table = (Vec<&'static str>, Vec<Vec<Cell>>);

impl Cell {
    /// A cell with a number.
    pub(in crate::tui) fn count(number: impl TryInto<u64>) -> Self {
        Self::Number(number.try_into().unwrap_or(u64::MAX).to_string())
    }

    /// A cell with a text.
    pub(in crate::tui) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// A table as CSV, one line per row.
pub(in crate::tui) fn csv((heading, rows): Table) -> String {
    let mut text = heading.join(",") + "\n";
    for row in rows {
        let fields: Vec<_> = row.into_iter().map(field).collect();
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

fn field(cell: Cell) -> String {
    let text = match &cell {
        Cell::Number(text) => Cow::Borrowed(text.as_str()),
        Cell::Text(text) => inert(Cow::Borrowed(text)),
    };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into_owned() }
}
