//! Whether a thing that was not seen could have been: absence counts only where everything was read.

use super::SECOND;
use crate::call::{Call, Row};
use crate::origin::Timestamp;
use crate::spec::Context;

/// How long after a stanza its answer is waited for, in nanoseconds. Real answers take milliseconds.
pub const ANSWERED_WITHIN: i64 = 5 * SECOND;

/// Whether everything that passed the socket of `row` from the row on, for `nanoseconds`, was read.
#[must_use]
pub fn after(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> bool {
    let until = row.observed.time().map(|time| Timestamp(time.0.saturating_add(nanoseconds)));
    until.is_some_and(|until| between(call, context, row, row.observed.time(), Some(until)))
}

/// The same from the row with this index on; not where there is none.
#[must_use]
pub fn after_row(call: &Call, context: &Context, index: usize, nanoseconds: i64) -> bool {
    call.rows.get(index).is_some_and(|row| after(call, context, row, nanoseconds))
}

/// Whether everything that passed the socket of `row` between two moments was read. Where nothing is recorded of how a
/// socket was read, it was not; and while captures are still being read, nothing is known to be absent.
#[must_use]
pub fn between(call: &Call, context: &Context, row: &Row, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    let (Some(from), Some(until), Some(recording)) = (from, until, call.recording(row)) else { return false };
    context.complete && recording.covers(from, until)
}
