//! Every call stanza is acknowledged.
//!
//! *What the spec says.* Call signalling is reliable: the server acknowledges each call stanza that a device
//! sends, and a device those that it receives.
//!
//! *What is checked.* Every call stanza: an ack of the server's for an outbound one; an ack or a receipt of the
//! client's for an inbound one. Where the five seconds after it were recorded whole and there is none, the rule
//! is broken. Copies of a stanza that was sent again count as one.
//!
//! *What a capture cannot show.* Answers outside of the recording, and those of clients whose logs leave out
//! their own acks.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::covered::{ANSWERED_WITHIN, covered_for, own_acks_covered};
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/missing",
    page: "call-ack",
    title: "Every call stanza is acknowledged.",
    grade: Grade::Warning,
    source: include_str!("missing.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let first_copy = |index: usize| call.rows.get(index).and_then(|row| row.repeats).unwrap_or(index);
    let mut answered = vec![false; call.rows.len()];
    for row in &call.rows {
        // A receipt of the peer's does not say that the server acknowledges.
        let counts =
            matches!(row.observed.read().body, Body::Ack(_)) || row.observed.direction() == Some(Direction::Outbound);
        if let Some(slot) = row.answers.filter(|_| counts).and_then(|asked| answered.get_mut(first_copy(asked))) {
            *slot = true;
        }
    }
    let mut last_copy: Vec<usize> = (0..call.rows.len()).collect();
    for index in 0..call.rows.len() {
        if let Some(last) = last_copy.get_mut(first_copy(index)) {
            *last = index;
        }
    }
    let is_first = |row: &Row| matches!(row.observed.read().body, Body::Call(_)) && row.repeats.is_none();
    for (index, first) in call.rows.iter().enumerate().filter(|(_, row)| is_first(row)) {
        if answered.get(index).is_some_and(|answered| *answered) {
            checks.holds(index, "it is answered");
            continue;
        }
        let last = last_copy.get(index).and_then(|last| call.rows.get(*last)).unwrap_or(first);
        let (covered, what) = match first.observed.direction() {
            Some(Direction::Outbound) => {
                (covered_for(call, context, last, ANSWERED_WITHIN), "the server sent no ack for it")
            }
            Some(Direction::Inbound) => {
                (own_acks_covered(call, context, last), "the client sent neither ack nor receipt for it")
            }
            None => (Err("the recording does not say who sent it"), ""),
        };
        match covered {
            Ok(()) => checks.violated(index, what),
            Err(why) => checks.undecided(index, format!("no answer to it was recorded: {why}")),
        }
    }
}
