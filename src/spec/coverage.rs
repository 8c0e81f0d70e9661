//! Whether a thing that was not seen could have been: absence counts only where everything was read.
//!
//! A socket may have several recordings, as a capture and the client's log: each tells by its own clock what it read, and
//! one that read everything is enough.

use super::context::Context;
use super::observe::answered::Talk;
use super::observe::{SECOND, answers, seconds};
use crate::call::{Call, Observed, Recording, Row};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::Body;

/// How long after a stanza its answer is waited for, in nanoseconds: real answers take milliseconds, and a client that
/// waits for one sends again.
pub const ANSWERED_WITHIN: i64 = 5 * SECOND;

/// Nanoseconds after a stanza within which what follows from it at once has followed.
pub const MOMENT: i64 = 2 * SECOND;

/// Why the absence of something shows nothing.
pub type Uncovered = &'static str;

const NO_TIME: Uncovered = "the recording has no times";
const OMITTED: Uncovered = "the client's log omits the acks that it sends";
const NOT_READ_YET: Uncovered = "the captures are still being read";
const NOT_RECORDED: Uncovered = "it is unknown how completely its connection was recorded";
const HAS_GAP: Uncovered = "the recording of its connection has a gap, starts too late or ends too early";

/// Whether everything on a row's socket was read from the row until `nanoseconds` after it.
///
/// # Errors
/// Why not.
pub fn covered_for(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> Result<(), Uncovered> {
    covered(call, context, row, 0, nanoseconds, |_| true)
}

/// Whether everything on a row's socket was read from `nanoseconds` before the row until the row.
///
/// # Errors
/// Why not.
pub fn covered_before(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> Result<(), Uncovered> {
    covered(call, context, row, nanoseconds.saturating_neg(), 0, |_| true)
}

/// Whether everything on a row's socket was read from the row until that moment.
///
/// # Errors
/// Why not.
pub fn covered_until(call: &Call, context: &Context, row: &Row, until: Timestamp) -> Result<(), Uncovered> {
    let time = row.observed.time().ok_or(NO_TIME)?;
    covered_for(call, context, row, until.nanoseconds_since(time).max(0))
}

/// Whether an ack that the recorded client sends for a row within [`ANSWERED_WITHIN`] would have been read.
///
/// # Errors
/// Why not.
pub fn own_acks_covered(call: &Call, context: &Context, row: &Row) -> Result<(), Uncovered> {
    covered_for(call, context, row, ANSWERED_WITHIN)?;
    covered(call, context, row, 0, ANSWERED_WITHIN, |recording| !recording.omits_own_acks).map_err(|_| OMITTED)
}

/// Whether everything that passed the socket of `row` from the row on, for `nanoseconds`, was read.
#[must_use]
pub fn after(call: &Call, context: &Context, row: &Row, nanoseconds: i64) -> bool {
    covered_for(call, context, row, nanoseconds).is_ok()
}

/// The same from the row with this index on; not where there is none.
#[must_use]
pub fn after_row(call: &Call, context: &Context, index: usize, nanoseconds: i64) -> bool {
    call.rows.get(index).is_some_and(|row| after(call, context, row, nanoseconds))
}

/// Whether everything that passed the socket of `row` between two moments, by the clock of the row, was read. Where
/// nothing is recorded of how a socket was read, it was not; and while captures are still being read, nothing is known
/// to be absent.
#[must_use]
pub fn between(call: &Call, context: &Context, row: &Row, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
    let (Some(time), Some(from), Some(until)) = (row.observed.time(), from, until) else { return false };
    let [from, until] = [from, until].map(|moment| moment.nanoseconds_since(time));
    covered(call, context, row, from, until, |_| true).is_ok()
}

/// Whether one recording of a row's socket that counts read everything between two moments, in nanoseconds after the row.
fn covered(
    call: &Call,
    context: &Context,
    row: &Row,
    from: i64,
    until: i64,
    counts: impl Fn(&Recording) -> bool,
) -> Result<(), Uncovered> {
    row.observed.time().ok_or(NO_TIME)?;
    if !context.complete {
        return Err(NOT_READ_YET);
    }
    let recording = |observed: &Observed| call.recordings.get(&observed.socket());
    let covers = |observed: &Observed| {
        let (Some(recording), Some(time)) = (recording(observed), observed.time()) else { return false };
        let [from, until] = [from, until].map(|offset| Timestamp(time.0.saturating_add(offset)));
        counts(recording) && recording.covers(from, until)
    };
    let seen = || row.observations();
    if seen().any(|observed| covers(observed)) {
        Ok(())
    } else if seen().any(|observed| recording(observed).is_some()) {
        Err(HAS_GAP)
    } else {
        Err(NOT_RECORDED)
    }
}

impl Talk<'_> {
    /// The same in words, if the call went on after the accept and everything was read that passed the socket.
    #[must_use]
    pub fn watched(&self, call: &Call, context: &Context) -> Option<String> {
        let lasted = self.duration().filter(|lasted| *lasted > 0 && self.is_covered(call, context))?;
        Some(seconds(lasted))
    }

    /// Whether everything was read that passed the socket in between.
    #[must_use]
    pub fn is_covered(&self, call: &Call, context: &Context) -> bool {
        between(call, context, self.accepted, self.accepted.observed.time(), self.last.observed.time())
    }
}

/// How a call stanza was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// Index of its row in [`Call::rows`].
    pub index: usize,
    /// Which way it travelled.
    pub direction: Direction,
    /// Index of its first ack.
    pub acked: Option<usize>,
    /// Index of its first receipt.
    pub receipted: Option<usize>,
    /// Whether nothing answered it, while its socket was read without a gap for long enough.
    pub is_unanswered: bool,
}

/// How each call stanza of known direction was answered, in order.
#[must_use]
pub fn of_answers(call: &Call, context: &Context) -> Vec<Coverage> {
    let answers = answers::answers(call);
    let rows = call.rows.iter().zip(&answers).enumerate();
    let coverage = rows.filter_map(|(index, (row, answers))| {
        let direction = row.observed.direction()?;
        let is_call = matches!(row.observed.read().body, Body::Call(Some(_)));
        let was_read = || match direction {
            Direction::Inbound => own_acks_covered(call, context, row).is_ok(),
            Direction::Outbound => after(call, context, row, ANSWERED_WITHIN),
        };
        is_call.then(|| Coverage {
            index,
            direction,
            acked: answers.acks.first().copied(),
            receipted: answers.receipts.first().copied(),
            is_unanswered: answers.is_empty() && was_read(),
        })
    });
    coverage.collect()
}
