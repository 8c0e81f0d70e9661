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

pub use column::{Cell, Column, Description, Kind};
pub use selection::{Chooser, RowFilter, Selection, fields, page as filter_page, values};
use watched::Watched;

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
const SCHEMA: u32 = 1;

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
        let filter = options.filter;
        let chooser = filter.and_then(RowFilter::of_calls).map(|selection| selection.over(analysis));
        match self {
            Self::Stanzas => {
                let mut columns = stanzas::columns();
                columns.retain(|column| options.xml || column.name != "xml");
                let rows = stanzas::rows(analysis, options.internal);
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants(row)));
                self.encode(&columns, rows, format, options, out)
            }
            Self::Calls => {
                let rows = calls::rows(analysis);
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants_call(row.judged())));
                self.encode(&calls::columns(), rows, format, options, out)
            }
            Self::Evidence => {
                let columns = evidence::columns();
                let rows = evidence::rows(analysis);
                let rows = rows.filter(|row| filter.is_none_or(|filter| filter.wants(&columns, row)));
                self.encode(&columns, rows, format, options, out)
            }
            Self::Messages => {
                let columns = messages::columns();
                let rows = messages::rows(analysis);
                let rows = rows.filter(|row| filter.is_none_or(|filter| filter.wants(&columns, row)));
                self.encode(&columns, rows, format, options, out)
            }
            Self::Anomalies => {
                let columns = anomalies::columns();
                let rows = anomalies::rows(analysis);
                let rows = rows.filter(|row| filter.is_none_or(|filter| filter.wants(&columns, row)));
                self.encode(&columns, rows, format, options, out)
            }
        }
    }

    fn encode<R>(
        self,
        columns: &[Column<R>],
        rows: impl Iterator<Item = R>,
        format: Format,
        options: Options<'_>,
        out: impl Write,
    ) -> Result<(), Error> {
        let about = [
            ("ringtrace.table", self.name().to_owned()),
            ("ringtrace.schema", SCHEMA.to_string()),
            ("ringtrace.version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        let mut out = Watched::new(out);
        let done = match format {
            Format::Csv => csv::write(columns, rows, options, &mut out),
            Format::Parquet => parquet::write(columns, rows, &about, &mut out),
            Format::ArrowFile => arrow::write_file(columns, rows, &about, &mut out),
            Format::ArrowStream => arrow::write_stream(columns, rows, &about, &mut out),
            Format::Ndjson => ndjson::write(columns, rows, &mut out),
        };
        // What the system said is worth more than what the encoder makes of it.
        match out.failure() {
            Some(failure) => Err(Error::Write(failure)),
            None => done,
        }
    }
}
