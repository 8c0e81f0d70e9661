//! Earlier exports: untrusted Parquet files, of which only the columns needed are decoded.

use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use polars::prelude::{BooleanChunked, Column, DataFrame, NewChunkedArray, ParallelStrategy, ParquetReader, SerReader};

use super::super::column::{Cell, Description};
use super::super::frame::{cell_at, is_of};
use super::super::selection::value;
use super::super::table::{SCHEMA, SCHEMA_KEY, TABLE_KEY, Table, VERSION_KEY};
use super::error::{ArchiveError, MEMORY};
use super::layout::{Layout, MAGIC};
use crate::filter::{self, Filter, Value};

/// The least memory that a value takes: a view of a text has 16 bytes.
const VALUE: u64 = 16;

/// An earlier export.
#[derive(Debug)]
pub struct Archive {
    file: File,
    layout: Layout,
    table: Table,
}

impl Archive {
    /// Returns whether a file starts like Parquet.
    #[must_use]
    pub fn is_one(path: &Path) -> bool {
        let mut magic = [0; 4];
        let is_file = path.metadata().is_ok_and(|there| there.is_file());
        is_file && File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == MAGIC
    }

    /// Opens an earlier export and reads its metadata.
    ///
    /// # Errors
    /// If it is not an export, has no statistics, or is damaged.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let mut file = File::open(path)?;
        let layout = Layout::read(&mut file)?;
        let name = layout.about.get(TABLE_KEY).ok_or(ArchiveError::Foreign)?;
        let schema = layout.about.get(SCHEMA_KEY).map_or("", String::as_str);
        if schema != SCHEMA.to_string() {
            return Err(ArchiveError::OtherSchema(schema.to_owned()));
        }
        let table = [Table::Stanzas, Table::Calls].into_iter().find(|table| table.name() == name);
        let table = table.ok_or_else(|| ArchiveError::OtherTable(name.clone()))?;
        Ok(Self { file, layout, table })
    }

    /// Returns its table.
    #[must_use]
    pub const fn table(&self) -> Table {
        self.table
    }

    /// Returns the rows that a filter selects, with these columns only, in this order.
    ///
    /// # Errors
    /// If a column is missing, or the file is damaged or too large.
    pub(in super::super) fn rows(&self, names: &[&str], filter: Option<&Filter>) -> Result<DataFrame, ArchiveError> {
        let columns = self.table.columns();
        let asked = columns.iter().enumerate().filter(|(index, column)| {
            // Text to be found anywhere may be in any column that the file has.
            let is_named = || filter.is_some_and(|filter| filter.names_any(|field| field == *index));
            let is_there = || self.layout.columns.iter().any(|there| there == column.name);
            names.contains(&column.name) || (is_named() && (is_there() || !filter.is_some_and(Filter::asks_anywhere)))
        });
        let asked: Vec<_> = asked.map(|(_, column)| *column).collect();
        let there = &self.layout.columns;
        if let Some(missing) = asked.iter().find(|column| !there.iter().any(|there| there == column.name)) {
            let version = self.layout.about.get(VERSION_KEY).cloned().unwrap_or_default();
            return Err(ArchiveError::NoColumn { missing: missing.name.to_owned(), version, there: there.clone() });
        }
        let read: Vec<&str> = asked.iter().map(|column| column.name).collect();
        let frame = self.decode(&read)?;
        for column in &asked {
            if !is_of(column.kind, frame.column(column.name)?.dtype()) {
                return Err(ArchiveError::OtherType(column.name.to_owned()));
            }
        }
        let frame = match filter {
            None => frame,
            Some(filter) => {
                let wanted = matching(&frame, &columns, filter);
                frame.filter(&BooleanChunked::from_slice("wanted".into(), &wanted))?
            }
        };
        Ok(frame.select(names.iter().copied())?)
    }

    /// Decodes some columns.
    fn decode(&self, names: &[&str]) -> Result<DataFrame, ArchiveError> {
        let mut file = BufReader::new(self.file.try_clone()?);
        fits(self.layout.rows, names.len(), self.layout.decompressed(&mut file, names)?)?;
        let file = self.file.try_clone()?;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let reader = ParquetReader::new(file).with_columns(Some(names)).read_parallel(ParallelStrategy::None);
        // The insides of pages are not checked, and the decoder panics on some that are invalid. Nothing that it was
        // working on is used afterwards.
        let decoded = panic::catch_unwind(AssertUnwindSafe(|| reader.finish()));
        let frame = decoded.map_err(|_| ArchiveError::Damaged("a page cannot be decoded"))??;
        let rows = u64::try_from(frame.height()).unwrap_or(u64::MAX);
        if rows == self.layout.rows { Ok(frame) } else { Err(ArchiveError::Damaged("rows are missing")) }
    }
}

/// Checks that some columns, whose pages decompress to so many bytes, fit into memory.
fn fits(rows: u64, columns: usize, decompressed: u64) -> Result<(), ArchiveError> {
    let values = rows.saturating_mul(u64::try_from(columns).unwrap_or(u64::MAX));
    let bytes = decompressed.saturating_add(values.saturating_mul(VALUE));
    if bytes > MEMORY { Err(ArchiveError::TooLarge(bytes)) } else { Ok(()) }
}

/// Returns for each row of a frame whether a filter selects it. Fields are numbered as the table's columns.
fn matching(frame: &DataFrame, table: &[Description], filter: &Filter) -> Vec<bool> {
    let columns: Vec<Option<&Column>> = table.iter().map(|column| frame.column(column.name).ok()).collect();
    (0..frame.height()).map(|index| filter.matches(&Row { columns: &columns, index })).collect()
}

/// A row of a frame, as a filter sees it.
struct Row<'f> {
    /// The frame's column for each column of the table, if the frame has it.
    columns: &'f [Option<&'f Column>],
    index: usize,
}

impl Row<'_> {
    fn cell(&self, column: &Column) -> Cell<'static> {
        cell_at(column.as_materialized_series(), self.index)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        assert!(fits(50_000_000, 4, 100 << 20).is_ok());
        let why = |rows, decompressed| fits(rows, 6, decompressed).unwrap_err().to_string();
        assert_eq!(
            why(2_000_000_000, 0),
            "decompressed size of the columns (183105 MiB) exceeds the limit of 4096 MiB"
        );
        assert_eq!(why(1, 5 << 30), "decompressed size of the columns (5120 MiB) exceeds the limit of 4096 MiB");
        assert!(fits(u64::MAX, usize::MAX, u64::MAX).is_err());
    }
}
