//! A computed table of a few rows in a fixed order, and how it is written.

use std::io::Write;

use polars::prelude::{Column, DataFrame};

use super::super::column::{Cell, Kind};
use super::super::columnar::write_parquet_frame;
use super::super::frame::series;
use super::super::text::Csv;
use super::super::write::{Error, encoded};
use crate::words::rfc3339;

/// A column that identifies a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

/// A column of counts or numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// A count or a number.
    Named {
        /// Its name, with a unit unless the title has it.
        name: &'static str,
        /// [`Kind::Integer`] or [`Kind::Number`].
        kind: Kind,
    },
    /// In a cross-table, the number of rows that have a value in a column.
    Value {
        /// The column.
        column: &'static str,
        /// The value. Text in it is untrusted.
        value: Cell<'static>,
    },
}

impl Measure {
    /// Returns a measure that counts.
    #[must_use]
    pub const fn count(name: &'static str) -> Self {
        Self::Named { name, kind: Kind::Integer }
    }

    /// Returns its name, which for a cross-table is `column=value`.
    fn name(&self) -> String {
        match self {
            Self::Named { name, .. } => (*name).to_owned(),
            Self::Value { column, value } => match value {
                Cell::Null => format!("{column} is empty"),
                Cell::Text(text) => format!("{column}={text}"),
                Cell::Integer(number) => format!("{column}={number}"),
                Cell::Number(number) => format!("{column}={number}"),
                Cell::Boolean(boolean) => format!("{column}={boolean}"),
                Cell::Time(time) => format!("{column}={}", rfc3339(*time).unwrap_or_default()),
            },
        }
    }

    /// Returns the type of its values.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Named { kind, .. } => *kind,
            Self::Value { .. } => Kind::Integer,
        }
    }
}

/// A row of a statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The values of the headings' columns. Text in them is untrusted.
    pub keys: Vec<Cell<'static>>,
    /// The values of the measures.
    pub values: Vec<Cell<'static>>,
}

/// Counts, percentiles or a cross-table of groups of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// Its content, with the unit.
    pub title: String,
    /// The columns that identify a row; none if there is only one row for everything.
    pub headings: Vec<Heading>,
    /// The columns of counts and numbers.
    pub measures: Vec<Measure>,
    /// The rows, sorted by the headings' values; nulls come last.
    pub rows: Vec<Row>,
}

impl Statistic {
    /// Writes the statistic as CSV. A column of a cross-table is named `column=value`.
    ///
    /// # Errors
    /// If writing to `out` fails.
    pub fn write_csv(&self, csv: Csv, mut out: impl Write) -> Result<(), Error> {
        let mut text = Vec::new();
        let headings = self.headings.iter().map(|heading| Cell::Text(heading.name.into()));
        csv.record(headings.chain(self.measures.iter().map(|measure| Cell::Text(measure.name().into()))), &mut text);
        for row in &self.rows {
            csv.record(row.keys.iter().chain(&row.values).cloned(), &mut text);
        }
        Ok(out.write_all(&text)?)
    }

    /// Writes the statistic as Parquet, with the same column names.
    ///
    /// # Errors
    /// If writing to `out` fails, or the statistic cannot be encoded.
    pub fn write_parquet(&self, out: impl Write) -> Result<(), Error> {
        let cells = |values: fn(&Row) -> &[Cell<'static>], place: usize| {
            self.rows.iter().map(move |row| values(row).get(place).cloned().unwrap_or(Cell::Null))
        };
        let keys = self.headings.iter().enumerate();
        let keys = keys.map(|(place, heading)| series(heading.name, heading.kind, cells(|row| &row.keys, place)));
        let values = self.measures.iter().enumerate();
        let values =
            values.map(|(place, measure)| series(&measure.name(), measure.kind(), cells(|row| &row.values, place)));
        let mut frame = DataFrame::new(self.rows.len(), keys.chain(values).map(Column::from).collect())?;
        encoded(out, |out| write_parquet_frame(&mut frame, out))
    }
}
