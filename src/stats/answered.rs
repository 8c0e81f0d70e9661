//! What an ack or receipt does not say of itself, and what it answers does.

use std::collections::HashMap;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};

use super::query::Query;
use crate::export::Table;

/// The columns of `stanzas` that an ack or receipt has from what it answers.
const FROM_ANSWERED: [&str; 2] = ["platform", "version"];

/// The key of `stanzas`, and what refers to it.
pub(super) const KEYS: [&str; 3] = ["capture", "seq", "answers_seq"];

/// Those of them that a query names.
pub(super) fn named(query: &Query) -> Vec<&'static str> {
    let is_named = |column: &&'static str| query.table == Table::Stanzas && query.columns().contains(column);
    FROM_ANSWERED.into_iter().filter(is_named).collect()
}

/// Fills the columns where they are empty, from the rows of the same input that are answered.
pub(super) fn fill(frame: &mut DataFrame, all: &DataFrame, columns: &[&str]) -> PolarsResult<()> {
    let mut places = HashMap::new();
    let captures = all.column("capture")?.str()?.iter();
    for (place, key) in captures.zip(all.column("seq")?.i64()?.iter()).enumerate() {
        if let (Some(capture), Some(seq)) = key {
            places.entry((first_of(capture), seq)).or_insert(place);
        }
    }
    let captures = frame.column("capture")?.str()?.iter();
    let answered: Vec<Option<usize>> = captures
        .zip(frame.column("answers_seq")?.i64()?.iter())
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

/// The capture whose ordinals a row has, of several that saw it.
fn first_of(captures: &str) -> &str {
    captures.split_once(';').map_or(captures, |(first, _)| first)
}
