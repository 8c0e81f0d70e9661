//! Rows to data frames, a batch at a time.

use std::borrow::Cow;

use polars::prelude::{Column as PolarsColumn, DataFrame, NamedFrom, Series, TimeUnit, TimeZone};

use super::Error;
use super::column::{Cell, Column, Kind, rfc3339};

/// How a format takes values.
pub(super) struct Spelling {
    /// Whether moments are written as text.
    pub(super) times_as_text: bool,
    /// What becomes of text from the input.
    pub(super) text: fn(Cow<'_, str>) -> Cow<'_, str>,
}

impl Spelling {
    /// Typed moments, and text as it is.
    pub(super) const TYPED: Self = Self { times_as_text: false, text: |text| text };
}

/// Gives the rows as frames of at most `batch` rows; of a table without rows, none.
pub(super) fn each_frame<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    batch: usize,
    spelling: &Spelling,
    mut take: impl FnMut(&DataFrame) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut rows = rows.peekable();
    let mut taken: Vec<R> = Vec::new();
    while rows.peek().is_some() {
        taken.clear();
        taken.extend(rows.by_ref().take(batch));
        take(&frame(columns, &taken, spelling)?)?;
    }
    Ok(())
}

/// The rows as one frame.
pub(super) fn frame<R>(columns: &[Column<R>], rows: &[R], spelling: &Spelling) -> Result<DataFrame, Error> {
    let columns = columns.iter().map(|column| PolarsColumn::from(series(column, rows, spelling)));
    Ok(DataFrame::new(rows.len(), columns.collect())?)
}

/// The values of one column. A value of another kind than the column's is null: kinds are checked by a test.
fn series<R>(column: &Column<R>, rows: &[R], spelling: &Spelling) -> Series {
    let name = column.name.into();
    let cells = rows.iter().map(|row| (column.value)(row));
    match column.kind {
        Kind::Text => {
            let values = cells.map(|cell| if let Cell::Text(text) = cell { Some((spelling.text)(text)) } else { None });
            Series::new(name, values.collect::<Vec<Option<Cow<'_, str>>>>())
        }
        Kind::Integer => {
            let values = cells.map(|cell| if let Cell::Integer(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<i64>>>())
        }
        Kind::Number => {
            let values = cells.map(|cell| if let Cell::Number(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<f64>>>())
        }
        Kind::Boolean => {
            let values = cells.map(|cell| if let Cell::Boolean(value) = cell { Some(value) } else { None });
            Series::new(name, values.collect::<Vec<Option<bool>>>())
        }
        Kind::Time => {
            let times = cells.map(|cell| if let Cell::Time(time) = cell { Some(time) } else { None });
            if spelling.times_as_text {
                Series::new(name, times.map(|time| time.and_then(rfc3339)).collect::<Vec<_>>())
            } else {
                let microseconds = times.map(|time| time.map(|time| time.0.div_euclid(1000)));
                let series = Series::new(name, microseconds.collect::<Vec<Option<i64>>>());
                series.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            }
        }
    }
}
