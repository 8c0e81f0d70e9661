//! Values of frames as cells.

use polars::prelude::{AnyValue, DataType, Series, TimeUnit};

use crate::export::{Cell, Kind};
use crate::origin::Timestamp;

/// A value of a frame. Of a type that no table has, nothing.
pub(super) fn cell<'v>(value: &AnyValue<'v>) -> Cell<'v> {
    match value {
        AnyValue::String(text) => Cell::Text((*text).into()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string().into()),
        AnyValue::Int64(number) => Cell::Integer(*number),
        AnyValue::Float64(number) => Cell::Number(*number),
        AnyValue::Boolean(boolean) => Cell::Boolean(*boolean),
        AnyValue::Datetime(time, TimeUnit::Microseconds, _) => Cell::Time(Timestamp(time.saturating_mul(1000))),
        AnyValue::DatetimeOwned(time, TimeUnit::Microseconds, _) => Cell::Time(Timestamp(time.saturating_mul(1000))),
        _ => Cell::Null,
    }
}

/// The value in a row, on its own.
pub(super) fn cell_at(series: &Series, row: usize) -> Cell<'static> {
    series.get(row).map_or(Cell::Null, |value| cell(&value).into_owned())
}

/// Whether a frame's type is that of a column.
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
