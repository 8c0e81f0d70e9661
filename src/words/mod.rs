//! How numbers, times and near misses read in a sentence or a column.
//!
//! Every text that a person reads takes them from here, so that a duration looks the same in the ladder, in a
//! report and in the reason of a verdict.

mod fill;
mod markdown;
mod nearest;
mod number;
mod time;

pub use fill::Fill;
pub use markdown::Layout;
pub use nearest::{is_slip, nearest};
pub use number::{article, bytes, capitalised, count, counted, plural};
pub use time::{
    clock, clock_precise, clock_since, compact, compact_lapse, date, date_and_time, duration, lapse, milliseconds,
    offset, rfc3339,
};

/// Shown in place of a value that is not known.
pub const NONE: &str = "-";
