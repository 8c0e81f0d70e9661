//! In which unit is a latency reported?
//!
//! *The question.* The stanza catalogue takes the `latency` of a report to be milliseconds, and asks whether it is.
//!
//! *What decides it.* The range of the values. One above a minute of milliseconds is no plain round trip in them: that is
//! direct against the assumption, and so for another form. One that a round trip in milliseconds could have is
//! indirect for it, since it fits other units, too. No recording has the round trip itself: the probes are not signalling.
//!
//! *What is recorded.* The values as sent, as a list; of a large one also what is left without its highest byte, for
//! a mark in that byte is the nearest reading.

use crate::call::Call;
use crate::spec::observe::{latency, making, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "latency-unit",
    page: "call-relaylatency",
    number: Some(2),
    also: &[],
    title: "In which unit is a latency reported?",
    shape: Shape::Exclusive,
    hypotheses: &["plain-milliseconds", "other-form"],
    source: include_str!("latency_unit.rs"),
    observe,
};

/// A minute of milliseconds: no probe waits that long.
const LONGEST: u64 = 60_000;

/// What is below the highest of four bytes.
const LOW_BYTES: u64 = 0x00ff_ffff;

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = latency::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        let place = making::seen_at(call, report.row);
        latency::relays(report).filter_map(move |relay| {
            let sent = relay.text("latency")?;
            let value: u64 = sent.parse().ok()?;
            let (hypothesis, strength, why) = if value > LONGEST {
                let rest = value & LOW_BYTES;
                let why = format!("A report, {place}, says {value}, far more than a round trip has in milliseconds; without its highest byte that is {rest}.");
                ("other-form", Strength::Direct, why)
            } else {
                let why = format!("A report, {place}, says {value}, which a round trip in milliseconds can be.");
                ("plain-milliseconds", Strength::Indirect, why)
            };
            let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, report.index, why);
            Some(piece.with_values(vec![sent.into_owned()]).routine())
        })
    });
    repeated::first_of_each(pieces)
}
