//! Whether a recording can show that something did not happen.

use super::context::Context;
use super::observe::SECOND;
use super::observe::covered::ANSWERED_WITHIN;
use crate::call::{Call, Recording, Row};
use crate::origin::Timestamp;

/// Nanoseconds after a stanza within which its answer comes, if one comes: a client that waits for one sends again.
pub(super) const ANSWER: i64 = ANSWERED_WITHIN;

/// Nanoseconds after a stanza within which what follows from it at once has followed.
pub(super) const MOMENT: i64 = 2 * SECOND;

/// Why the absence of something shows nothing.
pub(super) type Uncovered = &'static str;

/// Whether everything on a row's connection was read from the row until `nanoseconds` after it.
///
/// # Errors
/// Why not.
pub(super) fn covered_for(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> Result<(), Uncovered> {
    let time = row.observed.time().ok_or(NO_TIME)?;
    covered(call, context, row, time, Timestamp(time.0.saturating_add(nanoseconds)), |_| true)
}

/// Whether everything on a row's connection was read from `nanoseconds` before the row until the row.
///
/// # Errors
/// Why not.
pub(super) fn covered_before(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> Result<(), Uncovered> {
    let time = row.observed.time().ok_or(NO_TIME)?;
    covered(call, context, row, Timestamp(time.0.saturating_sub(nanoseconds)), time, |_| true)
}

/// Whether everything on a row's connection was read from the row until that moment.
///
/// # Errors
/// Why not.
pub(super) fn covered_until(call: &Call, context: &Context, row: &Row, until: Timestamp) -> Result<(), Uncovered> {
    let time = row.observed.time().ok_or(NO_TIME)?;
    covered(call, context, row, time, until.max(time), |_| true)
}

/// Whether an ack that the recorded client sends for a row within [`ANSWER`] would have been read.
///
/// # Errors
/// Why not.
pub(super) fn own_acks_covered(call: &Call, context: &Context, row: &Row) -> Result<(), Uncovered> {
    covered_for(call, context, row, ANSWER)?;
    let time = row.observed.time().ok_or(NO_TIME)?;
    let until = Timestamp(time.0.saturating_add(ANSWER));
    covered(call, context, row, time, until, |recording| !recording.omits_own_acks).map_err(|_| OMITTED)
}

const NO_TIME: Uncovered = "the recording has no times";
const OMITTED: Uncovered = "the client's log leaves out the acks that it sends";

fn covered(
    call: &Call,
    context: &Context,
    row: &Row,
    from: Timestamp,
    until: Timestamp,
    counts: impl Fn(&Recording) -> bool,
) -> Result<(), Uncovered> {
    if !context.complete {
        return Err("the captures are not read to their end yet");
    }
    let seen = std::iter::once(&row.observed).chain(&row.also);
    let mut recordings = seen.filter_map(|observed| call.recordings.get(&observed.socket())).peekable();
    if recordings.peek().is_none() {
        return Err("it is not known how completely its connection was recorded");
    }
    if recordings.any(|recording| counts(recording) && recording.covers(from, until)) {
        Ok(())
    } else {
        Err("the recording of its connection has a gap, begins too late or ends too soon")
    }
}
