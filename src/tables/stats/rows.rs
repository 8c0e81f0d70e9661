//! Rows of captures and of earlier exports, each counted once.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use polars::prelude::{
    BooleanChunked, Column, DataFrame, IntoColumn, NamedFrom, NewChunkedArray, PolarsResult, Series,
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

    /// Adds the rows of captures.
    ///
    /// # Errors
    /// If the rows cannot be made into a frame.
    pub fn add(&mut self, analysis: &Analysis, filter: Option<&RowFilter>) -> Result<(), Error> {
        let mut frame = self.query.table.frame(analysis, filter, &self.needed())?;
        let inherited = self.inherited();
        if !inherited.is_empty() {
            let all = self.query.table.frame(analysis, None, &with_key(&inherited))?;
            inherit(&mut frame, &all, &inherited)?;
        }
        Ok(self.take(&frame)?)
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
            inherit(&mut frame, &archive.rows(&with_key(&inherited), None)?, &inherited)?;
        }
        Ok(self.take(&frame)?)
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

    fn take(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        let identity = identity(self.query.table);
        let columns = identity.iter().map(|name| frame.column(name)).collect::<Result<Vec<&Column>, _>>()?;
        let identities: Vec<u64> = (0..frame.height()).map(|row| identity_of(&columns, row)).collect();
        // Compared with the earlier inputs only: within one input, every row counts.
        let is_new: Vec<bool> = identities.iter().map(|identity| !self.known.contains(identity)).collect();
        self.duplicates += is_new.iter().map(|is_new| u64::from(!is_new)).sum::<u64>();
        self.known.extend(identities);
        let new = frame.filter(&BooleanChunked::from_slice("new".into(), &is_new))?;
        // Without a column the frame would lose its number of rows.
        let mut kept = self.query.columns();
        kept.extend(identity.first().filter(|_| kept.is_empty()));
        let new = new.select(kept)?;
        match &mut self.rows {
            Some(rows) => drop(rows.vstack_mut(&new)?),
            none => *none = Some(new),
        }
        Ok(())
    }
}

fn with_key<'n>(columns: &[&'n str]) -> Vec<&'n str> {
    KEY.iter().chain(columns).copied().collect()
}

/// Fills columns where they are empty, from the answered rows of the same input.
fn inherit(frame: &mut DataFrame, all: &DataFrame, columns: &[&str]) -> PolarsResult<()> {
    let mut places = HashMap::new();
    let captures = all.column("capture")?.str()?.iter();
    for (place, key) in captures.zip(all.column("seq")?.i64()?.iter()).enumerate() {
        if let (Some(capture), Some(seq)) = key {
            places.entry((first_of(capture), seq)).or_insert(place);
        }
    }
    let captures = frame.column("capture")?.str()?.iter();
    let answered: Vec<Option<usize>> = captures
        .zip(frame.column(ANSWERS)?.i64()?.iter())
        .map(|(capture, seq)| places.get(&(first_of(capture?), seq?)).copied())
        .collect();
    for name in columns {
        let (own, others) = (frame.column(name)?.str()?, all.column(name)?.str()?);
        let values = own.iter().zip(&answered).map(|(own, answered)| own.or_else(|| others.get((*answered)?)));
        let filled = Series::new((*name).into(), values.collect::<Vec<_>>());
        frame.with_column(filled.into_column())?;
    }
    Ok(())
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
