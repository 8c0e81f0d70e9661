//! Analysis to tables.
//!
//! A table is a list of [`Column`]s: one source for names, types, documentation and values. Alone names polars.

mod anomalies;
mod calls;
mod column;
mod csv;
mod messages;
mod selection;
mod stanzas;

use std::io::Write;

pub use column::{Cell, Column, Kind};
pub use selection::{Chooser, RowFilter, Selection, fields, values};

use crate::analysis::Analysis;

/// The tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A row per stanza of a call: the timeline.
    Stanzas,
    /// A row per call.
    Calls,
    /// A row per kind of anomaly, capture and connection.
    Anomalies,
    /// A row per data message of a websocket.
    Messages,
}

/// What a table leaves out or adds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'f> {
    /// Which rows it has; `None` for all.
    pub filter: Option<&'f RowFilter>,
    /// Adds the `xml` column to the stanzas.
    pub xml: bool,
    /// Leaves text fields as they are, also those that a spreadsheet would take for a formula.
    pub raw: bool,
    /// Writes characters that a terminal would act on as escapes.
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
        match error {
            polars::error::PolarsError::IO { error, .. } => {
                Self::Write(std::io::Error::new(error.kind(), error.to_string()))
            }
            other => Self::Encode(other.to_string()),
        }
    }
}

impl Table {
    /// The name, type and documentation of each column, in order.
    #[must_use]
    pub fn columns(self) -> Vec<(&'static str, Kind, &'static str)> {
        match self {
            Self::Stanzas => stanzas::columns().iter().map(Column::describe).collect(),
            Self::Calls => calls::columns().iter().map(Column::describe).collect(),
            Self::Anomalies => anomalies::columns().iter().map(Column::describe).collect(),
            Self::Messages => messages::columns().iter().map(Column::describe).collect(),
        }
    }

    /// Writes the table as CSV.
    ///
    /// # Errors
    /// If `out` takes no more bytes, or the table cannot be encoded.
    pub fn write_csv(self, analysis: &Analysis, options: Options<'_>, out: impl Write) -> Result<(), Error> {
        let filter = options.filter;
        let chooser = filter.and_then(RowFilter::of_calls).map(|selection| selection.over(analysis));
        match self {
            Self::Stanzas => {
                let mut columns = stanzas::columns();
                columns.retain(|column| options.xml || column.name != "xml");
                let rows = stanzas::rows(analysis);
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants(row)));
                csv::write(&columns, rows, options, out)
            }
            Self::Calls => {
                let rows = calls::rows(analysis);
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants_call(row.judged())));
                csv::write(&calls::columns(), rows, options, out)
            }
            Self::Messages => {
                let columns = messages::columns();
                let rows = messages::rows(analysis);
                let rows = rows.filter(|row| filter.is_none_or(|filter| filter.wants(&columns, row)));
                csv::write(&columns, rows, options, out)
            }
            Self::Anomalies => {
                let columns = anomalies::columns();
                let rows = anomalies::rows(analysis);
                let rows = rows.filter(|row| filter.is_none_or(|filter| filter.wants(&columns, row)));
                csv::write(&columns, rows, options, out)
            }
        }
    }
}
