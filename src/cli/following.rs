//! Captures that are still being written: their rows as they come.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Following};
use ringtrace::tables::{Error, Format, Options, Table};

use super::exit::Failure;
use super::interrupt;
use super::reading::Reading;
use super::settings::Settings;

/// The rows of a table, each printed when it is new or has changed.
pub(super) struct Rows<'f> {
    table: Table,
    format: Format,
    options: Options<'f>,
    hasher: RandomState,
    /// The hashes of the lines printed so far, the header among them.
    printed: HashSet<u64>,
    /// What was known when the last of them were printed.
    known: Arc<Analysis>,
}

impl<'f> Rows<'f> {
    /// None so far, of a table about calls.
    ///
    /// # Errors
    /// If the table or the format cannot be printed row by row.
    pub(super) fn new(table: Table, format: Format, options: Options<'f>) -> Result<Self, Failure> {
        let is_of_calls = matches!(table, Table::Stanzas | Table::Calls | Table::Evidence);
        if !is_of_calls || !matches!(format, Format::Csv | Format::Ndjson) || options.internal {
            let what = "--follow prints the tables stanzas, calls and evidence as CSV or NDJSON, without internal hops";
            return Err(Failure::Usage(what.to_owned()));
        }
        let (hasher, printed, known) = (RandomState::new(), HashSet::new(), Arc::default());
        Ok(Self { table, format, options, hasher, printed, known })
    }

    /// Prints the rows of the calls that changed since the last time, without those that are the same as before.
    fn print(&mut self, analysis: Arc<Analysis>, out: &mut impl Write) -> Result<(), Failure> {
        let is_known = |index: usize| {
            let pair = self.known.calls.get(index).zip(analysis.calls.get(index));
            pair.is_some_and(|(known, judged)| Arc::ptr_eq(known, judged))
        };
        let changed: Vec<usize> = (0..analysis.calls.len()).filter(|index| !is_known(*index)).collect();
        if changed.is_empty() && !self.printed.is_empty() {
            return Ok(());
        }
        let mut text = Vec::new();
        let written = self.table.write(self.format, &analysis.narrowed(&changed), self.options, &mut text);
        written.map_err(|error| match error {
            Error::Write(error) => failed(error),
            Error::Encode(why) => Failure::Encode(why),
        })?;
        for line in records(&text, self.format) {
            if self.printed.insert(self.hasher.hash_one(line)) {
                out.write_all(line).map_err(failed)?;
            }
        }
        self.known = analysis;
        out.flush().map_err(failed)
    }
}

/// Reads the captures until that is interrupted, and prints rows on standard output.
///
/// # Errors
/// If the captures cannot be found, or standard output cannot be written.
pub(super) fn rows(reading: &Reading, settings: &Settings, mut rows: Rows<'_>) -> Result<Arc<Analysis>, Failure> {
    let following = Following::default();
    let request = reading.prepare_following(settings, following.clone())?;
    interrupt::on_first(move || following.stop()).map_err(failed)?;
    let mut out = io::stdout().lock();
    let mut printed = Ok(());
    let analysis = request.load_publishing(&mut |analysis| {
        printed = rows.print(analysis, &mut out);
        printed.is_ok()
    });
    printed.map(|()| analysis)
}

/// The records of a table of text: lines, except where a line ends inside a quoted field of CSV.
fn records(text: &[u8], format: Format) -> impl Iterator<Item = &[u8]> {
    let mut is_quoted = false;
    text.split_inclusive(move |byte| {
        is_quoted ^= *byte == b'"' && format == Format::Csv;
        *byte == b'\n' && !is_quoted
    })
}

fn failed(error: io::Error) -> Failure {
    Failure::Write { target: "standard output".to_owned(), error }
}
