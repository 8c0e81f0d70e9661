//! What several questions look for in a call. Each look at a call is linear in its rows.

pub mod stanzas;

pub mod originator;

pub mod answers;

pub mod group;

pub mod elements;

pub mod endpoints;

pub mod names;

pub mod declined;

pub mod answered;

pub mod ringing;

pub mod survey;

pub use originator::Made;
pub use ringing::{Ending, RangOut};
pub use survey::{Seen, Survey};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// Nanoseconds as seconds with one place, for sentences.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
pub fn seconds(nanoseconds: i64) -> String {
    format!("{:.1} s", nanoseconds as f64 / SECOND as f64)
}
