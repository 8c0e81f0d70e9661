//! An ack echoes the id of what it acknowledges.
//!
//! *What the spec says.* `id` of an ack is the id of the stanza that it acknowledges, by which the sender finds
//! it.
//!
//! *What is checked.* Every ack of a call's stanzas, and every ack of class `call` that belongs to no call: a
//! stanza with that id went the other way before. Where a minute before the ack was recorded whole and there is
//! none, the rule is broken.
//!
//! *What a capture cannot show.* What went before the recording began.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::observe::covered::covered_before;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/id-echo",
    page: "call-ack",
    title: "An ack echoes the id of what it acknowledges.",
    grade: Grade::Violation,
    source: include_str!("id_echo.rs"),
    check,
};

/// Nanoseconds before an ack within which what it answers was sent.
const BEFORE: i64 = 60_000_000_000;

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        if row.observed.read().id.is_none() {
            checks.violated(index, "it has no `id`");
        } else if row.answers.is_some() {
            checks.holds(index, "its `id` is that of a stanza that went the other way");
        } else {
            match covered_before(call, context, row, BEFORE) {
                Ok(()) => checks.violated(index, "no stanza with its `id` went the other way in the minute before"),
                Err(why) => checks.undecided(index, format!("what it answers was not recorded: {why}")),
            }
        }
    }
}
