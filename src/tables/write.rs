//! A table written in one of the formats, or as a frame for statistics.

use std::io::{self, Write};

use polars::error::PolarsError;
use polars::prelude::DataFrame;

use super::column::Column;
use super::columnar::{write_arrow_file, write_arrow_stream, write_parquet};
use super::frame;
use super::selection::RowFilter;
use super::table::Table;
use super::text::{Csv, write_csv, write_ndjson};
use super::{anomalies, calls, evidence, media, messages, stanzas};
use crate::analysis::Analysis;

/// A format.
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
    /// One JSON object per line.
    Ndjson,
}

/// What to include in a table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options<'f> {
    /// The rows to write; `None` for all.
    pub filter: Option<&'f RowFilter>,
    /// Add the `xml` column to the stanzas.
    pub xml: bool,
    /// Add the nodes that only travelled inside a client to the stanzas.
    pub internal: bool,
    /// Add the UDP flows of no call to the media.
    pub all_flows: bool,
    /// How CSV is written.
    pub csv: Csv,
    /// How many threads judge the calls, at least one.
    pub jobs: usize,
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Writing to the target failed.
    #[error("{0}")]
    Write(#[from] io::Error),
    /// The table could not be encoded.
    #[error("cannot encode the table: {0}")]
    Encode(String),
}

impl From<PolarsError> for Error {
    fn from(error: PolarsError) -> Self {
        Self::Encode(error.to_string())
    }
}

impl Table {
    /// Writes the table.
    ///
    /// # Errors
    /// If writing to `out` fails, or the table cannot be encoded.
    pub fn write(
        self,
        format: Format,
        analysis: &Analysis,
        options: Options<'_>,
        out: impl Write,
    ) -> Result<(), Error> {
        if matches!(format, Format::Parquet | Format::ArrowFile | Format::ArrowStream) {
            frame::check_threads().map_err(|error| Error::Encode(error.to_string()))?;
        }
        self.visit(analysis, options, Encode { table: self, format, csv: options.csv, out })
    }

    /// Passes the rows to `take` as frames with these columns only, in this order. Names that the table does not have are
    /// ignored. Several threads judge the calls if a column is about verdicts.
    ///
    /// # Errors
    /// If a frame cannot be built or taken.
    pub(super) fn each_frame(
        self,
        analysis: &Analysis,
        filter: Option<&RowFilter>,
        names: &[&str],
        jobs: usize,
        take: impl FnMut(&DataFrame) -> Result<(), PolarsError>,
    ) -> Result<(), Error> {
        let asks_verdicts = names.iter().any(|name| self.verdicts().contains(name));
        let jobs = if asks_verdicts { jobs } else { 1 };
        self.visit(analysis, Options { filter, xml: true, jobs, ..Options::default() }, Frames { names, take })
    }

    /// Passes the selected rows to a visitor. Each table has rows of its own type.
    fn visit<V: Visitor>(self, analysis: &Analysis, options: Options<'_>, visitor: V) -> Result<V::Output, Error> {
        let filter = options.filter;
        let chooser = filter.and_then(RowFilter::of_calls).map(|selection| selection.over(analysis));
        macro_rules! of_own_columns {
            ($table:ident, $rows:expr) => {{
                let (columns, rows) = ($table::columns(), $rows);
                visitor.visit($table::columns(), rows.filter(|row| filter.is_none_or(|it| it.wants(&columns, row))))
            }};
        }
        match self {
            Self::Stanzas => {
                let mut columns = stanzas::columns();
                columns.retain(|column| options.xml || column.name != "xml");
                let rows = stanzas::rows(analysis, options.internal, options.jobs);
                visitor.visit(columns, rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants(row))))
            }
            Self::Calls => {
                let rows = calls::rows(analysis, options.jobs, filter.is_some());
                let rows = rows.filter(|row| chooser.as_ref().is_none_or(|chooser| chooser.wants_call(row.judged())));
                visitor.visit(calls::columns(), rows)
            }
            Self::Evidence => of_own_columns!(evidence, evidence::rows(analysis, options.jobs)),
            Self::Anomalies => of_own_columns!(anomalies, anomalies::rows(analysis)),
            Self::Messages => of_own_columns!(messages, messages::rows(analysis)),
            Self::Media => of_own_columns!(media, media::rows(analysis, options.all_flows)),
        }
    }
}

/// Rows in a frame at a time: their calls' verdicts are kept until it is built.
const FRAME: usize = 8192;

/// What is done with the rows of a table, whatever their type.
trait Visitor {
    type Output;

    fn visit<R>(self, columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<Self::Output, Error>;
}

/// Builds frames of some of the columns.
struct Frames<'n, T> {
    names: &'n [&'n str],
    take: T,
}

impl<T: FnMut(&DataFrame) -> Result<(), PolarsError>> Visitor for Frames<'_, T> {
    type Output = ();

    fn visit<R>(self, mut columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<(), Error> {
        let place = |column: &Column<R>| self.names.iter().position(|name| *name == column.name);
        columns.retain(|column| place(column).is_some());
        columns.sort_by_key(place);
        Ok(frame::each_frame(&columns, rows, FRAME, self.take)?)
    }
}

/// Writes the rows in one of the formats.
struct Encode<W> {
    table: Table,
    format: Format,
    csv: Csv,
    out: W,
}

impl<W: Write> Visitor for Encode<W> {
    type Output = ();

    fn visit<R>(self, columns: Vec<Column<R>>, rows: impl Iterator<Item = R>) -> Result<(), Error> {
        let about = self.table.about();
        match self.format {
            Format::Csv => Ok(write_csv(&columns, rows, self.csv, self.out)?),
            Format::Ndjson => Ok(write_ndjson(&columns, rows, self.out)?),
            Format::Parquet => encoded(self.out, |out| write_parquet(&columns, rows, &about, out)),
            Format::ArrowFile => encoded(self.out, |out| write_arrow_file(&columns, rows, &about, out)),
            Format::ArrowStream => encoded(self.out, |out| write_arrow_stream(&columns, rows, &about, out)),
        }
    }
}

/// Runs an encoder. If it fails because writing to `out` failed, that error is returned, not the encoder's account of it.
pub(super) fn encoded<W: Write>(
    out: W,
    encode: impl FnOnce(&mut FirstError<W>) -> Result<(), PolarsError>,
) -> Result<(), Error> {
    let mut out = FirstError { inner: out, error: None };
    let done = encode(&mut out);
    out.error.map_or_else(|| done.map_err(Error::from), |error| Err(Error::Write(error)))
}

/// A writer that keeps its first error, which an encoder may turn into words.
pub(super) struct FirstError<W> {
    inner: W,
    error: Option<io::Error>,
}

impl<W> FirstError<W> {
    fn keep<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let copy = io::Error::new(error.kind(), error.to_string());
            if error.kind() != io::ErrorKind::Interrupted && self.error.is_none() {
                self.error = Some(error);
            }
            copy
        })
    }
}

impl<W: Write> Write for FirstError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        self.keep(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.keep(flushed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Table;
    use crate::analysis::{Request, Source};
    use crate::spec::Judged;
    use crate::tables::{fields, matching};

    #[test]
    fn a_call_is_judged_for_the_columns_of_verdicts_only() {
        let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/real-libraries/real-libraries.whatsmeow.log");
        let analysis = Request::new(vec![Source::File(capture.into())]).load();
        let call = &analysis.calls.first().unwrap().call;
        for field in fields() {
            let judged = Arc::new(Judged::new(Arc::clone(call), Arc::default()));
            let _: Vec<String> = matching(&analysis, &judged, 0, &[field.name]);
            let is_of_verdicts =
                [Table::Stanzas, Table::Calls].iter().any(|table| table.verdicts().contains(&field.name));
            assert_eq!(judged.was_asked(), is_of_verdicts, "{}", field.name);
        }
    }
}
