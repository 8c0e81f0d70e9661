//! A table as it is shown, as CSV.

use crate::tables::{Cell, Csv};

/// The headings of a table, and its rows.
pub(in crate::tui) type Table = (Vec<&'static str>, Vec<Vec<Cell<'static>>>);

/// A cell with a text. An empty text is an empty field.
pub(in crate::tui) fn text(text: impl Into<String>) -> Cell<'static> {
    let text = text.into();
    if text.is_empty() { Cell::Null } else { Cell::Text(text.into()) }
}

/// A cell with a number.
pub(in crate::tui) fn number(number: impl TryInto<i64>) -> Cell<'static> {
    number.try_into().map_or(Cell::Null, Cell::Integer)
}

/// A table as CSV, one line per row.
pub(in crate::tui) fn csv((heading, rows): Table) -> Option<String> {
    let mut csv = Vec::new();
    Csv::default().record(heading.into_iter().map(text), &mut csv);
    rows.into_iter().for_each(|row| Csv::default().record(row, &mut csv));
    String::from_utf8(csv).ok()
}
