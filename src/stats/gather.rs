//! Rows of captures and of earlier exports, each counted once.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hasher};

use polars::prelude::{BooleanChunked, Column, DataFrame, NewChunkedArray};

use super::answered;
use super::archive::{Archive, ArchiveError};
use super::column::cell;
use super::count::{self, CountError};
use super::figure::Figure;
use super::query::Query;
use crate::analysis::Analysis;
use crate::export::{Error, RowFilter, Table, fields_of};
use crate::filter::{self, Filter};

/// What tells one row of a table from all others, wherever it was exported.
const fn identity(table: Table) -> &'static [&'static str] {
    match table {
        Table::Calls => &["captures", "call_id", "call_creator", "start_utc"],
        _ => &["capture", "seq", "time_utc", "call_id", "stanza_id"],
    }
}

/// Rows to count.
#[derive(Debug)]
pub struct Gathering {
    query: Query,
    rows: Option<DataFrame>,
    /// What tells the rows so far from others.
    known: HashSet<u64>,
    repeated: u64,
}

impl Gathering {
    /// Gathers rows for a figure.
    #[must_use]
    pub fn new(query: Query) -> Self {
        Self { query, rows: None, known: HashSet::new(), repeated: 0 }
    }

    /// What is to be counted.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// How many rows were in an earlier input too, and were passed over.
    #[must_use]
    pub const fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Adds the rows of captures that are wanted.
    ///
    /// # Errors
    /// If they cannot be made a table.
    pub fn add(&mut self, analysis: &Analysis, filter: Option<&RowFilter>) -> Result<(), Error> {
        let mut frame = self.query.table.frame(analysis, filter, &self.needed())?;
        let of_answered = answered::named(&self.query);
        if !of_answered.is_empty() {
            let all = self.query.table.frame(analysis, None, &looked_up(&of_answered))?;
            answered::fill(&mut frame, &all, &of_answered)?;
        }
        Ok(self.take(frame)?)
    }

    /// The filter of an earlier export's rows, which have no columns but their own.
    ///
    /// # Errors
    /// If it is none; says where and why.
    pub fn archive_filter(&self, text: &str) -> Result<Filter, filter::Error> {
        Filter::parse(text, &fields_of(self.query.table))
    }

    /// Adds the rows of an earlier export that are wanted. It must be one of the query's table.
    ///
    /// # Errors
    /// If it lacks a column, or is damaged.
    pub fn add_archive(&mut self, archive: &Archive, filter: Option<&Filter>) -> Result<(), ArchiveError> {
        let mut frame = archive.rows(&self.needed(), filter)?;
        let of_answered = answered::named(&self.query);
        if !of_answered.is_empty() {
            answered::fill(&mut frame, &archive.rows(&looked_up(&of_answered), None)?, &of_answered)?;
        }
        Ok(self.take(frame)?)
    }

    /// The columns that are needed.
    fn needed(&self) -> Vec<&'static str> {
        let mut needed = self.query.columns();
        let keys = answered::KEYS.iter().filter(|_| !answered::named(&self.query).is_empty());
        for name in identity(self.query.table).iter().chain(keys) {
            if !needed.contains(name) {
                needed.push(name);
            }
        }
        needed
    }

    fn take(&mut self, frame: DataFrame) -> polars::prelude::PolarsResult<()> {
        let identity = identity(self.query.table);
        let columns = identity.iter().map(|name| frame.column(name)).collect::<Result<Vec<&Column>, _>>()?;
        let identities: Vec<u64> = (0..frame.height()).map(|row| identity_of(&columns, row)).collect();
        let is_new: Vec<bool> = identities.iter().map(|identity| !self.known.contains(identity)).collect();
        self.repeated += is_new.iter().map(|is_new| u64::from(!is_new)).sum::<u64>();
        self.known.extend(identities);
        let new = frame.filter(&BooleanChunked::from_slice("new".into(), &is_new))?;
        // Rows are counted even if none of their values is.
        let mut kept = self.query.columns();
        kept.extend(identity.first().filter(|_| kept.is_empty()));
        let new = new.select(kept)?;
        match &mut self.rows {
            Some(rows) => {
                rows.vstack_mut(&new)?;
            }
            none => *none = Some(new),
        }
        Ok(())
    }

    /// The figure.
    ///
    /// # Errors
    /// If it would be too wide, or cannot be computed.
    pub fn figure(&self) -> Result<Figure, CountError> {
        let empty = DataFrame::empty();
        count::figure(self.rows.as_ref().unwrap_or(&empty), &self.query)
    }
}

/// The columns in which what is answered is looked up.
fn looked_up<'n>(of_answered: &[&'n str]) -> Vec<&'n str> {
    answered::KEYS.iter().take(2).chain(of_answered).copied().collect()
}

/// What tells a row from others.
fn identity_of(columns: &[&Column], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for column in columns {
        let value = column.get(row).map(|value| format!("{:?}", cell(&value)));
        hasher.write(value.unwrap_or_default().as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}
