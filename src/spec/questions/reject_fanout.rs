//! Who tells the callee's other devices that one of them declined?
//!
//! *The question.* SIG-08 asks whether the caller forwards a decline to the callee's other devices as a terminate, or
//! whether each device rejects by itself; the server may do it, too.
//!
//! *What decides it.* After a decline, the maker of a terminate with an "elsewhere" reason: leaving the caller's recorded
//! socket it is direct, arriving it is only what the server stamped. Rejects by two or more devices of the callee show
//! that each rejects by itself: direct where both left recorded sockets. A decline is a reject without a reason, or with
//! one that says so; `busy` and failures are no declines.
//!
//! *What is recorded.* The terminate and its maker, or the further reject.

use crate::call::{Call, Side};
use crate::spec::observe::{declined, making};
use crate::spec::{Context, Evidence, Question, Shape};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-fanout",
    page: "SIG-08",
    number: Some(2),
    also: &[("SIG-18", 1)],
    title: "Who tells the callee's other devices that one of them declined?",
    shape: Shape::Exclusive,
    hypotheses: &["caller-forwards", "server-forwards", "each-device-rejects"],
    source: include_str!("reject_fanout.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let told = declined::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = making::made(sight.row)?;
        let hypothesis = match made.by {
            Side::Caller => "caller-forwards",
            Side::Server => "server-forwards",
            Side::Callee | Side::Unknown => return None,
        };
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} tells of the decline: {}.", made.how);
        Some(Evidence::supporting(QUESTION.id, hypothesis, made.strength, sight.index, why))
    });
    told.chain(further_rejects(call)).collect()
}

/// Rejects by another device than the one that rejected first.
fn further_rejects(call: &Call) -> Vec<Evidence> {
    let rejects: Vec<_> = declined::rejects(call)
        .into_iter()
        .filter_map(|sight| Some((sight.index, making::made(sight.row)?, sight.row.maker.device.as_ref()?)))
        .collect();
    let Some((_, first, first_device)) = rejects.first() else { return Vec::new() };
    let others = rejects.iter().skip(1).filter(|(_, _, device)| !call.people.same_device(first_device, device));
    let pieces = others.map(|(index, made, device)| {
        let why = format!("After {first_device} the callee's device {device} rejected the call too: {}.", made.how);
        Evidence::supporting(QUESTION.id, "each-device-rejects", made.strength.min(first.strength), *index, why)
    });
    pieces.collect()
}
