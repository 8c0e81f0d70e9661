//! Rows of captures and of earlier exports, each counted once.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use polars::prelude::{
    BooleanChunked, Column, DataFrame, IntoColumn, NamedFrom, NewChunkedArray, PolarsResult, Series, StringChunked,
};

use super::super::archive::{Archive, ArchiveError};
use super::super::frame::cell;
use super::super::selection::{RowFilter, fields_of};
use super::super::table::Table;
use super::super::write::Error;
use super::count::{self, CountError};
use super::query::Query;
use super::statistic::Statistic;
use crate::analysis::Analysis;
use crate::filter::{self, Filter};

/// The columns of `stanzas` that an ack or receipt takes from what it answers, since it does not have them itself.
const FROM_ANSWERED: [&str; 2] = ["platform", "version"];

/// The key of `stanzas`.
const KEY: [&str; 2] = ["capture", "seq"];

/// The column that refers to the `seq` of what is answered.
const ANSWERS: &str = "answers_seq";

/// The columns that identify a row of a table, whichever export it is in.
const fn identity(table: Table) -> &'static [&'static str] {
    match table {
        Table::Calls => &["captures", "call_id", "call_creator", "start_utc"],
        Table::Media => &["capture", "call_id", "flow", "kind", "ssrc", "payload_type", "record_first"],
        _ => &["capture", "seq", "time_utc", "call_id", "stanza_id"],
    }
}

/// The rows to compute a statistic of.
#[derive(Debug)]
pub struct RowSet {
    query: Query,
    rows: Option<DataFrame>,
    /// Hashes of the identities of the rows so far.
    known: HashSet<u64>,
    duplicates: u64,
}

impl RowSet {
    /// Returns an empty set for a query.
    #[must_use]
    pub fn new(query: Query) -> Self {
        Self { query, rows: None, known: HashSet::new(), duplicates: 0 }
    }

    /// Returns the query.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// Returns the number of rows that were already in an earlier input and were skipped.
    #[must_use]
    pub const fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Adds the rows of captures, whose calls so many threads judge.
    ///
    /// # Errors
    /// If the rows cannot be made into frames.
    pub fn add(&mut self, analysis: &Analysis, filter: Option<&RowFilter>, jobs: usize) -> Result<(), Error> {
        let table = self.query.table;
        let inherited = self.inherited();
        let mut all = DataFrame::empty();
        if !inherited.is_empty() {
            table.each_frame(analysis, None, &with_key(&inherited), jobs, |frame| append(&mut all, frame))?;
        }
        let answered = Answered::among(&all, &inherited)?;
        let mut added = HashSet::new();
        table.each_frame(analysis, filter, &self.needed(), jobs, |frame| {
            let mut frame = frame.clone();
            answered.fill(&mut frame)?;
            self.take(&frame, &mut added)
        })?;
        self.known.extend(added);
        Ok(())
    }

    /// Parses a filter for the rows of an earlier export, which have the columns of their own table only.
    ///
    /// # Errors
    /// If the filter is invalid; the error says where and why.
    pub fn archive_filter(&self, text: &str) -> Result<Filter, filter::Error> {
        Filter::parse(text, &fields_of(self.query.table))
    }

    /// Adds the rows of an earlier export, which must be of the query's table.
    ///
    /// # Errors
    /// If the export lacks a column or is damaged.
    pub fn add_archive(&mut self, archive: &Archive, filter: Option<&Filter>) -> Result<(), ArchiveError> {
        let mut frame = archive.rows(&self.needed(), filter)?;
        let inherited = self.inherited();
        if !inherited.is_empty() {
            Answered::among(&archive.rows(&with_key(&inherited), None)?, &inherited)?.fill(&mut frame)?;
        }
        let mut added = HashSet::new();
        self.take(&frame, &mut added)?;
        self.known.extend(added);
        Ok(())
    }

    /// Computes the statistic.
    ///
    /// # Errors
    /// If it would be too wide or cannot be computed.
    pub fn statistic(&self) -> Result<Statistic, CountError> {
        let empty = DataFrame::empty();
        count::statistic(self.rows.as_ref().unwrap_or(&empty), &self.query)
    }

    /// The columns of the query that answers take from what they answer.
    fn inherited(&self) -> Vec<&'static str> {
        let named = self.query.columns();
        let is_named = |column: &&'static str| self.query.table == Table::Stanzas && named.contains(column);
        FROM_ANSWERED.into_iter().filter(is_named).collect()
    }

    /// The columns to read.
    fn needed(&self) -> Vec<&'static str> {
        let mut needed = self.query.columns();
        let keys = KEY.iter().chain(&[ANSWERS]).filter(|_| !self.inherited().is_empty());
        for name in identity(self.query.table).iter().chain(keys) {
            if !needed.contains(name) {
                needed.push(name);
            }
        }
        needed
    }

    /// Takes the rows of an input that no earlier one has, and adds the identities of all of them to `added`: within one
    /// input, every row counts.
    fn take(&mut self, frame: &DataFrame, added: &mut HashSet<u64>) -> PolarsResult<()> {
        let identity = identity(self.query.table);
        let columns = identity.iter().map(|name| frame.column(name)).collect::<Result<Vec<&Column>, _>>()?;
        let identities: Vec<u64> = (0..frame.height()).map(|row| identity_of(&columns, row)).collect();
        let is_new: Vec<bool> = identities.iter().map(|identity| !self.known.contains(identity)).collect();
        self.duplicates += is_new.iter().map(|is_new| u64::from(!is_new)).sum::<u64>();
        added.extend(identities);
        let new = frame.filter(&BooleanChunked::from_slice("new".into(), &is_new))?;
        // Without a column the frame would lose its number of rows.
        let mut kept = self.query.columns();
        kept.extend(identity.first().filter(|_| kept.is_empty()));
        append(self.rows.get_or_insert_default(), &new.select(kept)?)
    }
}

/// Adds the rows of a frame to another, which has the same columns or is still empty.
fn append(rows: &mut DataFrame, frame: &DataFrame) -> PolarsResult<()> {
    if rows.width() == 0 {
        *rows = frame.clone();
        return Ok(());
    }
    rows.vstack_mut(frame).map(drop)
}

fn with_key<'n>(columns: &[&'n str]) -> Vec<&'n str> {
    KEY.iter().chain(columns).copied().collect()
}

/// The rows that answers refer to, for the columns that they take from there.
struct Answered<'f> {
    /// The columns to fill, by their names.
    columns: Vec<(&'static str, &'f StringChunked)>,
    /// The place of each row, by the capture and ordinal that identify it.
    places: HashMap<(&'f str, i64), usize>,
}

impl<'f> Answered<'f> {
    /// Takes them from all rows of an input.
    fn among(all: &'f DataFrame, columns: &[&'static str]) -> PolarsResult<Self> {
        let mut places = HashMap::new();
        if !columns.is_empty() && all.height() > 0 {
            let captures = all.column("capture")?.str()?.iter();
            for (place, key) in captures.zip(all.column("seq")?.i64()?.iter()).enumerate() {
                if let (Some(capture), Some(seq)) = key {
                    places.entry((first_of(capture), seq)).or_insert(place);
                }
            }
        }
        let columns = columns.iter().filter(|_| all.height() > 0).map(|name| Ok((*name, all.column(name)?.str()?)));
        Ok(Self { columns: columns.collect::<PolarsResult<_>>()?, places })
    }

    /// Fills the columns of a frame where they are empty.
    fn fill(&self, frame: &mut DataFrame) -> PolarsResult<()> {
        if self.columns.is_empty() {
            return Ok(());
        }
        let captures = frame.column("capture")?.str()?.iter();
        let place = |(capture, seq): (Option<&str>, Option<i64>)| self.places.get(&(first_of(capture?), seq?)).copied();
        let answered: Vec<Option<usize>> = captures.zip(frame.column(ANSWERS)?.i64()?.iter()).map(place).collect();
        for (name, others) in &self.columns {
            let own = frame.column(name)?.str()?.iter();
            let values = own.zip(&answered).map(|(own, answered)| own.or_else(|| others.get((*answered)?)));
            let filled = Series::new((*name).into(), values.collect::<Vec<_>>());
            frame.with_column(filled.into_column())?;
        }
        Ok(())
    }
}

/// The capture that a row's ordinals are of, if several saw it.
fn first_of(captures: &str) -> &str {
    captures.split_once(';').map_or(captures, |(first, _)| first)
}

fn identity_of(columns: &[&Column], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for column in columns {
        let value = column.get(row).map(|value| format!("{:?}", cell(&value)));
        hasher.write(value.unwrap_or_default().as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}
