//! Rows to statistics: counts, measures of numbers, and cross-tables.

use polars::prelude::{
    Column, DataFrame, GroupsIndicator, IdxCa, IntoColumn, NamedFrom, PolarsResult, Series, SortMultipleOptions,
    SortOptions,
};

use super::super::column::{Cell, Description, Kind};
use super::super::frame::cell_at;
use super::percentile::{MEASURES, PERCENTS, rank};
use super::query::Query;
use super::statistic::{Heading, Measure, Row, Statistic};

/// The most columns of a cross-table.
const WIDEST: usize = 60;

/// Why a statistic could not be computed.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// A cross-table would be too wide to read.
    #[error("{column} has {values} values, but a cross-table can have at most {WIDEST} columns; use --by instead")]
    TooWide {
        /// The column.
        column: &'static str,
        /// The number of its values.
        values: usize,
    },
    /// The computation failed.
    #[error("cannot compute the statistic: {0}")]
    Frame(#[from] polars::error::PolarsError),
}

/// Computes the statistic that a query asks for, of rows with the query's columns.
pub(super) fn statistic(frame: &DataFrame, query: &Query) -> Result<Statistic, CountError> {
    let headings = query.by.iter().map(|column| Heading { name: column.name, kind: column.kind }).collect();
    let (measures, rows) = match (&query.of, &query.across) {
        (Some(of), _) => measured(frame, query, of)?,
        (None, Some(across)) => cross_table(frame, query, across)?,
        (None, None) => {
            let groups = groups(frame, &names(&query.by))?.into_iter();
            let rows = groups.map(|group| Row { keys: group.keys, values: vec![count(group.rows.len())] });
            (vec![Measure::count("count")], rows.collect())
        }
    };
    Ok(Statistic { title: query.title(), headings, measures, rows })
}

fn names(columns: &[Description]) -> Vec<&'static str> {
    columns.iter().map(|column| column.name).collect()
}

fn count(rows: usize) -> Cell<'static> {
    i64::try_from(rows).map_or(Cell::Null, Cell::Integer)
}

/// Rows with the same values in some columns.
struct Group {
    keys: Vec<Cell<'static>>,
    rows: IdxCa,
}

/// Returns the rows grouped by their values in some columns and sorted by these, nulls last. Without columns there is one
/// group, without rows none.
fn groups(frame: &DataFrame, by: &[&'static str]) -> PolarsResult<Vec<Group>> {
    if frame.height() == 0 {
        return Ok(Vec::new());
    }
    let rows_of = |rows: Vec<u32>| IdxCa::from_vec("rows".into(), rows);
    if by.is_empty() {
        let all = (0..u32::try_from(frame.height()).unwrap_or(u32::MAX)).collect();
        return Ok(vec![Group { keys: Vec::new(), rows: rows_of(all) }]);
    }
    let grouped = frame.group_by_stable(by.iter().copied())?;
    let mut keys = DataFrame::new(grouped.get_groups().len(), grouped.keys())?;
    const PLACE: &str = "ringtrace: place";
    let places = 0..u32::try_from(keys.height()).unwrap_or(u32::MAX);
    keys.with_column(Series::new(PLACE.into(), places.collect::<Vec<_>>()).into_column())?;
    let sorted = keys.sort(by.iter().copied(), SortMultipleOptions::default().with_nulls_last(true))?;
    let columns: Vec<&Series> = by
        .iter()
        .map(|name| sorted.column(name).map(Column::as_materialized_series))
        .collect::<PolarsResult<Vec<_>>>()?;
    let order: Vec<Option<u32>> = sorted.column(PLACE)?.u32()?.iter().collect();
    let lines = order.into_iter().enumerate().filter_map(|(line, place)| {
        let rows = match grouped.get_groups().get(usize::try_from(place?).ok()?) {
            GroupsIndicator::Idx((_, rows)) => rows.as_slice().to_vec(),
            GroupsIndicator::Slice([first, length]) => (first..first + length).collect(),
        };
        let keys = columns.iter().map(|column| cell_at(column, line)).collect();
        Some(Group { keys, rows: rows_of(rows) })
    });
    Ok(lines.collect())
}

/// Counts and percentiles of a column's numbers.
fn measured(frame: &DataFrame, query: &Query, of: &Description) -> PolarsResult<(Vec<Measure>, Vec<Row>)> {
    let measures = MEASURES
        .iter()
        .enumerate()
        .map(|(place, name)| Measure::Named { name, kind: if place < 2 { Kind::Integer } else { of.kind } });
    let mut rows = Vec::new();
    for group in groups(frame, &names(&query.by))? {
        let numbers = frame.column(of.name)?.as_materialized_series();
        let all = numbers.take(&group.rows)?;
        let missing = all.null_count();
        let sorted = all.sort(SortOptions::default().with_nulls_last(true))?;
        let known = sorted.len() - missing;
        let percentiles =
            PERCENTS.map(|percent| rank(known, percent).map_or(Cell::Null, |rank| cell_at(&sorted, rank)));
        let values = [count(known), count(missing)].into_iter().chain(percentiles).collect();
        rows.push(Row { keys: group.keys, values });
    }
    Ok((measures.collect(), rows))
}

/// The number of rows for each value of a column, and in total.
fn cross_table(frame: &DataFrame, query: &Query, across: &Description) -> Result<(Vec<Measure>, Vec<Row>), CountError> {
    let columns: Vec<Cell<'static>> = groups(frame, &[across.name])?.into_iter().flat_map(|group| group.keys).collect();
    if columns.len() > WIDEST {
        return Err(CountError::TooWide { column: across.name, values: columns.len() });
    }
    let mut rows: Vec<Row> = Vec::new();
    let by = names(&query.by);
    let both: Vec<&'static str> = by.iter().copied().chain([across.name]).collect();
    for mut group in groups(frame, &both)? {
        let value = group.keys.pop().unwrap_or(Cell::Null);
        if rows.last().is_none_or(|row| row.keys != group.keys) {
            rows.push(Row { keys: group.keys, values: vec![Cell::Integer(0); columns.len() + 1] });
        }
        let Some(row) = rows.last_mut() else { continue };
        let place = columns.iter().position(|column| *column == value);
        for place in place.into_iter().chain([columns.len()]) {
            if let Some(Cell::Integer(counted)) = row.values.get_mut(place) {
                *counted += i64::try_from(group.rows.len()).unwrap_or(i64::MAX);
            }
        }
    }
    let values = columns.into_iter().map(|value| Measure::Value { column: across.name, value });
    Ok((values.chain([Measure::count("total")]).collect(), rows))
}
