//! Analysis to tables.
//!
//! A table is a list of [`Column`]s: one source for names, types, documentation and values. Alone names polars.

mod anomalies;
mod arrow;
mod calls;
mod column;
mod csv;
mod evidence;
mod frame;
mod messages;
mod ndjson;
mod parquet;
mod selection;
mod stanzas;
mod watched;

use std::io::Write;

pub(crate) use column::rfc3339;
pub use column::{Cell, Column, Description, Kind};
pub(crate) use csv::inert;
use frame::Spelling;
use polars::prelude::DataFrame;
pub use selection::{Chooser, RowFilter, Selection, fields, page as filter_page, values};
pub(crate) use selection::{fields_of, value};
pub(crate) use watched::Watched;

use crate::analysis::Analysis;

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A row per stanza of a call: the timeline.
    Stanzas,
    /// A row per call.
    Calls,
    /// A row per piece of evidence on an open question or a discrepancy.
    Evidence,
    /// A row per kind of anomaly, capture and connection.
    Anomalies,
    /// A row per data message of a websocket.
    Messages,
}

/// The version of the tables' schemas, in the metadata of Parquet and Arrow. Columns may be added without a new one;
/// one that is removed, renamed, or of another type needs it.
pub(crate) const SCHEMA: u32 = 1;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow's IPC file format.
    ArrowFile,
    /// Arrow's IPC stream format, which needs no seeking.
    ArrowStream,
    /// An object of JSON a line.
    Ndjson,
}

/// What a table leaves out or adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'f> {
    /// Which rows it has; `None` for all.
    pub filter: Option<&'f RowFilter>,
    /// Adds the `xml` column to the stanzas.
    pub xml: bool,
    /// Adds to the stanzas what passed between parts of a client only.
    pub internal: bool,
    /// Leaves text fields of CSV as they are, also those that a spreadsheet would take for a formula.
    pub raw: bool,
    /// Writes characters of CSV that a terminal would act on as escapes.
    pub visible: bool,
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target took no more bytes.
    #[error("{0}")]
    Write(#[from] std::io::Error),
    /// The table could not be built or encoded.
    #[error("the table could not be written: {0}")]
    Encode(String),
}

impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::Encode(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Encode(error.to_string())
    }
}

impl Table {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stanzas => "stanzas",
            Self::Evidence => "evidence",
            Self::Calls => "calls",
            Self::Anomalies => "anomalies",
            Self::Messages => "messages",
        }
    }

    /// Its columns, in order.
    #[must_use]
    pub fn columns(self) -> Vec<Description> {
        match self {
            Self::Stanzas => stanzas::columns().iter().map(Column::describe).collect(),
            Self::Calls => calls::columns().iter().map(Column::describe).collect(),
            Self::Evidence => evidence::columns().iter().map(Column::describe).collect(),
            Self::Anomalies => anomalies::columns().iter().map(Column::describe).collect(),
            Self::Messages => messages::columns().iter().map(Column::describe).collect(),
        }
    }

    /// Writes the table.
    ///
    /// # Errors
    /// If `out` takes no more bytes, or the table cannot be encoded.
    pub fn write(
        self,
        format: Format,
        analysis: &Analysis,
        options: Options<'_>,
        out: impl Write,
    ) -> Result<(), Error> {
        self.give(analysis, options, Encode { table: self, format, options, out })
    }

    /// The rows as a frame with these columns only, in this order. What is no column of the table is left out.
    ///
    /// # Errors
    /// If the frame cannot be built.
    pub(crate) fn frame(
        self,
        analysis: &Analysis,
        filter: Option<&RowFilter>,
        names: &[&str],
    ) -> Result<DataFrame, Error> {
        self.give(analysis, Options { filter, xml: true, ..Options::default() }, Frame { names })
    }

    /// Gives the rows that are wanted to whoever takes them.
    fn give<T: Take>(self, analysis: &Analysis, options: Options<'_>, taker: T) -> Result<T::Made, Error> {
        let filter = options.filter;
        let chooser = filter.and_then(RowFilter::of_calls).map(|selection| selection.over(analysis));
        match self {
            Self::Stanzas => {
                let mut columns = stanzas::columns();
                columns.retain(|column| options.xml || column.name != "xml");
                let rows = stanzas::rows(analysis, options.internal);
                taker.take(columns, rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants(row))))
            }
            Self::Calls => {
                let rows = calls::rows(analysis);
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants_call(row.judged())));
                taker.take(calls::columns(), rows)
            }
            Self::Evidence => {
                let (columns, rows) = (evidence::columns(), evidence::rows(analysis));
                taker.take(evidence::columns(), rows.filter(|row| filter.is_none_or(|it| it.wants(&columns, row))))
            }
            Self::Messages => {
                let (columns, rows) = (messages::columns(), messages::rows(analysis));
                taker.take(messages::columns(), rows.filter(|row| filter.is_none_or(|it| it.wants(&columns, row))))
            }
            Self::Anomalies => {
                let (columns, rows) = (anomalies::columns(), anomalies::rows(analysis));
                taker.take(anomalies::columns(), rows.filter(|row| filter.is_none_or(|it| it.wants(&columns, row))))
            }
        }
    }
}

/// Whoever takes the rows of a table, of whatever kind they are.
trait Take {
    /// What is made of them.
    type Made;

    fn take<R>(self, columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<Self::Made, Error>;
}

/// Makes a frame with some of the columns.
struct Frame<'n> {
    names: &'n [&'n str],
}

impl Take for Frame<'_> {
    type Made = DataFrame;

    fn take<R>(self, mut columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<DataFrame, Error> {
        let place = |column: &Column<R>| self.names.iter().position(|name| *name == column.name);
        columns.retain(|column| place(column).is_some());
        columns.sort_by_key(place);
        frame::frame(&columns, &rows.collect::<Vec<_>>(), &Spelling::TYPED)
    }
}

/// Writes a table in one of the formats.
struct Encode<'f, W> {
    table: Table,
    format: Format,
    options: Options<'f>,
    out: W,
}

impl<W: Write> Take for Encode<'_, W> {
    type Made = ();

    fn take<R>(self, columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<(), Error> {
        let about = about(self.table);
        let mut out = Watched::new(self.out);
        let done = match self.format {
            Format::Csv => csv::write(&columns, rows, self.options, &mut out),
            Format::Parquet => parquet::write(&columns, rows, &about, &mut out),
            Format::ArrowFile => arrow::write_file(&columns, rows, &about, &mut out),
            Format::ArrowStream => arrow::write_stream(&columns, rows, &about, &mut out),
            Format::Ndjson => ndjson::write(&columns, rows, &mut out),
        };
        // What the system said is worth more than what the encoder makes of it.
        match out.failure() {
            Some(failure) => Err(Error::Write(failure)),
            None => done,
        }
    }
}

/// The key in the metadata of Parquet and Arrow that names the table.
pub(crate) const TABLE_KEY: &str = "ringtrace.table";

/// The key of the version of its schema.
pub(crate) const SCHEMA_KEY: &str = "ringtrace.schema";

/// The key of the version of the program that wrote it.
pub(crate) const VERSION_KEY: &str = "ringtrace.version";

/// The metadata of a table's files.
fn about(table: Table) -> [(&'static str, String); 3] {
    [
        (TABLE_KEY, table.name().to_owned()),
        (SCHEMA_KEY, SCHEMA.to_string()),
        (VERSION_KEY, env!("CARGO_PKG_VERSION").to_owned()),
    ]
}
