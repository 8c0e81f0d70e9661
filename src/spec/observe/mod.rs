//! What several questions look for in a call. Each look at a call is linear in its rows.

pub mod acknowledging;
pub mod answered;
pub mod candidates;
pub mod content;
pub mod covered;
pub mod declined;
pub mod endpoints;
pub mod latency;
pub mod making;
pub mod naming;
pub mod repeated;
pub mod ringing;
pub mod stanzas;

pub use making::Made;
pub use ringing::{Ending, RangOut};

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// Nanoseconds as seconds with one place, for sentences.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
pub fn seconds(nanoseconds: i64) -> String {
    format!("{:.1} s", nanoseconds as f64 / SECOND as f64)
}

/// "a" or "an", as the word after it has it.
#[must_use]
pub fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']) { "an" } else { "a" }
}

/// The ending of a word that counts something.
#[must_use]
pub const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
