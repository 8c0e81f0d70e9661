//! A stanza is sent again only if no ack came.
//!
//! *What the spec says.* That no ack comes within some time is what makes a client send a stanza again.
//!
//! *What is checked.* Every call stanza that was sent again under its id: no ack of an earlier copy came
//! before. One that the server sends again although the client acknowledged it is undecided: the ack may not
//! have reached the server.
//!
//! *What a capture cannot show.* An ack that came where the recording has gaps; stanzas that were sent again
//! under another id.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::covered::{Uncovered, covered_until};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/retransmission",
    page: "call-ack",
    title: "A stanza is sent again only if no ack came.",
    grade: Grade::Warning,
    source: include_str!("retransmission.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let first_copy = |index: usize| call.rows.get(index).and_then(|row| row.repeats).unwrap_or(index);
    let mut acked = vec![false; call.rows.len()];
    for (index, row) in call.rows.iter().enumerate() {
        if let (Body::Ack(_), Some(asked)) = (&row.observed.read().body, row.answers)
            && let Some(acked) = acked.get_mut(first_copy(asked))
        {
            *acked = true;
        }
        let Some(first) = row.repeats else { continue };
        let was_acked = acked.get(first).is_some_and(|acked| *acked);
        match (was_acked, row.observed.direction()) {
            (true, Some(Direction::Outbound)) => {
                checks.violated(index, "it was sent again although it had been acknowledged");
            }
            (true, _) => {
                checks.undecided(index, "it came again after an ack, which may not have reached the server");
            }
            (false, _) => match covered_between(call, context, first, row) {
                Ok(()) => checks.holds(index, "no ack had come when it was sent again"),
                Err(why) => checks.undecided(index, format!("whether an ack had come: {why}")),
            },
        }
    }
}

fn covered_between(call: &Call, context: &Context, first: usize, again: &Row) -> Result<(), Uncovered> {
    let first = call.rows.get(first).ok_or("the first copy was not recorded")?;
    let until = again.observed.time().ok_or("the recording has no times")?;
    covered_until(call, context, first, until)
}
