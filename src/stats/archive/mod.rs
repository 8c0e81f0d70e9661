//! Earlier exports as Parquet: untrusted files, of which only the columns asked for are decoded.

mod layout;
mod row;
mod thrift;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use polars::prelude::{BooleanChunked, DataFrame, NewChunkedArray, ParallelStrategy, ParquetReader, SerReader};

use super::column::is_of;
use crate::export::{SCHEMA, SCHEMA_KEY, TABLE_KEY, Table, VERSION_KEY};
use crate::filter::Filter;
use crate::visible::visible;
use layout::{Layout, MAGIC};

/// The most bytes that the columns asked for may unfold to.
const MEMORY: u64 = 4 << 30;

/// What a value takes at least in memory: a view of a text has 16 bytes.
const VALUE: u64 = 16;

/// An earlier export.
#[derive(Debug)]
pub struct Archive {
    file: File,
    layout: Layout,
    table: Table,
}

/// Why an earlier export cannot be used. Shown, it is safe text.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// It is Parquet, and not of this program; or another program has written it again, without what it said of itself.
    #[error("it is Parquet, but does not say which of ringtrace's tables it holds: {TABLE_KEY} is not in its metadata")]
    Foreign,
    /// It has a table whose rows are not counted.
    #[error("it holds the table {}; figures are of stanzas and calls", visible(.0))]
    OtherTable(String),
    /// A version of the program wrote it whose tables mean something else.
    #[error("it has schema {} of ringtrace's tables, and this version reads {SCHEMA}", visible(.0))]
    OtherSchema(String),
    /// A version of the program wrote it whose tables did not have a column yet.
    #[error("ringtrace {} wrote it, without the column {missing}; it has {}", visible(.version), visible(&.there.join(", ")))]
    NoColumn {
        /// The column.
        missing: String,
        /// The version of the program that wrote it.
        version: String,
        /// The columns that it has.
        there: Vec<String>,
    },
    /// A column is of another type than its table's.
    #[error("its column {0} is of another type than that of the table")]
    OtherType(String),
    /// It unfolds to more than is reasonable.
    #[error("the columns unfold to {} MiB, and at most {} are read", .0 >> 20, MEMORY >> 20)]
    TooLarge(u64),
    /// It is damaged.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// It is damaged, where the decoder noticed.
    #[error("it is damaged: {}", visible(.0))]
    Undecodable(String),
}

impl From<polars::error::PolarsError> for ArchiveError {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::Undecodable(error.to_string())
    }
}

impl Archive {
    /// Whether a file begins as Parquet does.
    #[must_use]
    pub fn is_one(path: &Path) -> bool {
        let mut magic = [0; 4];
        let is_file = path.metadata().is_ok_and(|there| there.is_file());
        is_file && File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && magic == MAGIC
    }

    /// Opens an earlier export, and reads what it says of itself.
    ///
    /// # Errors
    /// If it is none, or none that can be counted, or damaged.
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

    /// The table that it holds.
    #[must_use]
    pub const fn table(&self) -> Table {
        self.table
    }

    /// The rows that are wanted, with these columns only, in this order.
    ///
    /// # Errors
    /// If there is no such column, or the file is damaged or too large.
    pub(super) fn rows(&self, names: &[&str], filter: Option<&Filter>) -> Result<DataFrame, ArchiveError> {
        let columns = self.table.columns();
        let asked = columns.iter().enumerate().filter(|(index, column)| {
            // A text anywhere may be in any column that there is.
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
                let wanted = row::matching(&frame, &columns, |row| filter.matches(row));
                frame.filter(&BooleanChunked::from_slice("wanted".into(), &wanted))?
            }
        };
        Ok(frame.select(names.iter().copied())?)
    }

    /// Decodes some columns.
    fn decode(&self, names: &[&str]) -> Result<DataFrame, ArchiveError> {
        let mut file = BufReader::new(self.file.try_clone()?);
        fits(self.layout.rows, names.len(), self.layout.unfolded(&mut file, names)?)?;
        let file = self.file.try_clone()?;
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let reader = ParquetReader::new(file).with_columns(Some(names)).read_parallel(ParallelStrategy::None);
        // What is inside pages was not looked over, and the decoder panics at some of what it cannot read. Nothing that
        // it was at is used afterwards.
        let decoded = panic::catch_unwind(AssertUnwindSafe(|| reader.finish()));
        let frame = decoded.map_err(|_| ArchiveError::Damaged("a page holds what cannot be decoded"))??;
        let rows = u64::try_from(frame.height()).unwrap_or(u64::MAX);
        if rows == self.layout.rows { Ok(frame) } else { Err(ArchiveError::Damaged("rows are missing")) }
    }
}

/// Whether so many rows of so many columns, whose pages unfold to so many bytes, are within what is read.
fn fits(rows: u64, columns: usize, unfolded: u64) -> Result<(), ArchiveError> {
    let values = rows.saturating_mul(u64::try_from(columns).unwrap_or(u64::MAX));
    let bytes = unfolded.saturating_add(values.saturating_mul(VALUE));
    if bytes > MEMORY { Err(ArchiveError::TooLarge(bytes)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_an_end() {
        assert!(fits(50_000_000, 4, 100 << 20).is_ok());
        let why = |rows, unfolded| fits(rows, 6, unfolded).unwrap_err().to_string();
        assert_eq!(why(2_000_000_000, 0), "the columns unfold to 183105 MiB, and at most 4096 are read");
        assert_eq!(why(1, 5 << 30), "the columns unfold to 5120 MiB, and at most 4096 are read");
        assert!(fits(u64::MAX, usize::MAX, u64::MAX).is_err());
    }
}
