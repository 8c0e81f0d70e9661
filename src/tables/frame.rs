//! Cells to data frames and back.

use std::num::NonZero;
use std::{io, thread};

use polars::prelude::{
    AnyValue, Column as PolarsColumn, DataFrame, DataType, NamedFrom, PolarsResult, Series, TimeUnit, TimeZone,
};

use super::column::{Cell, Column, Kind};
use crate::origin::Timestamp;

/// Returns whether the system has the threads that frames are worked on with: Polars panics without them.
///
/// # Errors
/// The system's error, if it has fewer.
pub fn check_threads() -> io::Result<()> {
    let count = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| (0..count).try_for_each(|_| thread::Builder::new().spawn_scoped(scope, || {}).map(drop)))
}

/// Passes the rows to `take` as frames of at most `batch` rows; without rows, it is not called.
pub(super) fn each_frame<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    batch: usize,
    mut take: impl FnMut(&DataFrame) -> PolarsResult<()>,
) -> PolarsResult<()> {
    let mut rows = rows.peekable();
    let mut taken: Vec<R> = Vec::new();
    while rows.peek().is_some() {
        taken.clear();
        taken.extend(rows.by_ref().take(batch));
        take(&frame(columns, &taken)?)?;
    }
    Ok(())
}

/// Returns the rows as one frame.
pub(super) fn frame<R>(columns: &[Column<R>], rows: &[R]) -> PolarsResult<DataFrame> {
    let columns = columns.iter().map(|column| {
        let cells = rows.iter().map(|row| (column.value)(row));
        PolarsColumn::from(series(column.name, column.kind, cells))
    });
    DataFrame::new(rows.len(), columns.collect())
}

/// Returns the cells of one column as a series. A cell of another kind becomes null; a test makes sure that no table has
/// one. Times are in microseconds.
pub(super) fn series<'c>(name: &str, kind: Kind, cells: impl Iterator<Item = Cell<'c>>) -> Series {
    macro_rules! values {
        ($variant:ident, $convert:expr) => {{
            let value = |cell| if let Cell::$variant(value) = cell { Some($convert(value)) } else { None };
            Series::new(name.into(), cells.map(value).collect::<Vec<_>>())
        }};
    }
    let same = std::convert::identity;
    match kind {
        Kind::Text => values!(Text, same),
        Kind::Integer => values!(Integer, |number: i64| number),
        Kind::Number => values!(Number, |number: f64| number),
        Kind::Boolean => values!(Boolean, |boolean: bool| boolean),
        Kind::Time => {
            let microseconds = values!(Time, |time: Timestamp| time.0.div_euclid(1000));
            microseconds.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
        }
    }
}

/// Returns a value of a frame as a cell; null if it is of a type that no table has.
pub(super) fn cell<'v>(value: &AnyValue<'v>) -> Cell<'v> {
    match value {
        AnyValue::String(text) => Cell::Text((*text).into()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string().into()),
        AnyValue::Int64(number) => Cell::Integer(*number),
        AnyValue::Float64(number) => Cell::Number(*number),
        AnyValue::Boolean(boolean) => Cell::Boolean(*boolean),
        AnyValue::Datetime(time, TimeUnit::Microseconds, _)
        | AnyValue::DatetimeOwned(time, TimeUnit::Microseconds, _) => Cell::Time(Timestamp(time.saturating_mul(1000))),
        _ => Cell::Null,
    }
}

/// Returns a copy of the cell in one row of a series.
pub(super) fn cell_at(series: &Series, row: usize) -> Cell<'static> {
    series.get(row).map_or(Cell::Null, |value| cell(&value).into_owned())
}

/// Returns whether a frame's type is that of a column.
pub(super) fn is_of(kind: Kind, found: &DataType) -> bool {
    match (kind, found) {
        (Kind::Text, DataType::String)
        | (Kind::Integer, DataType::Int64)
        | (Kind::Number, DataType::Float64)
        | (Kind::Boolean, DataType::Boolean) => true,
        (Kind::Time, DataType::Datetime(TimeUnit::Microseconds, zone)) => {
            zone.as_ref().is_some_and(|zone| zone.as_str() == "UTC")
        }
        _ => false,
    }
}
