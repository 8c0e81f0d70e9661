//! Rows of an earlier export, as a filter sees them.

use polars::prelude::{AnyValue, Column, DataFrame};

use super::super::column::cell;
use crate::export::{Cell, Description, value};
use crate::filter::{self, Value};

/// A row of a frame.
pub(super) struct Row<'f> {
    /// By the place of a column in its table, where the frame has it.
    columns: &'f [Option<&'f Column>],
    index: usize,
}

/// Gives the rows. Fields are numbered as the table's columns.
pub(super) fn matching(frame: &DataFrame, table: &[Description], matches: impl Fn(&Row<'_>) -> bool) -> Vec<bool> {
    let columns: Vec<Option<&Column>> = table.iter().map(|column| frame.column(column.name).ok()).collect();
    (0..frame.height()).map(|index| matches(&Row { columns: &columns, index })).collect()
}

impl Row<'_> {
    fn cell(&self, column: &Column) -> Cell<'static> {
        column.get(self.index).map_or(Cell::Null, |value: AnyValue<'_>| cell(&value).into_owned())
    }
}

impl filter::Row for Row<'_> {
    fn value(&self, field: usize) -> Value<'_> {
        self.columns.get(field).copied().flatten().map_or(Value::Nothing, |column| value(self.cell(column)))
    }

    fn contains(&self, text: &str) -> bool {
        let mut cells = self.columns.iter().flatten().map(|column| self.cell(column));
        cells.any(|cell| matches!(cell, Cell::Text(value) if filter::contains(&value, text)))
    }
}
