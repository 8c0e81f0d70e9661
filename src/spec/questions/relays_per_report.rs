//! Does a latency report of a group call tell of several relays?
//!
//! *The question.* SIG-15 gives a report one `<te>`, and asks whether group calls put several relays into one report,
//! or send a report for each.
//!
//! *What decides it.* A report with two or more `<te>` shows several: direct in a group call, indirect in a call of
//! two. Two reports of one side in a group call with one `<te>` each are indirect evidence for one, since both may be
//! of the same relay. A single report of a single relay tells nothing, nor does one of a call of two, where the page
//! knows the answer.
//!
//! *What is recorded.* How many relays the report names, and where it was seen.

use std::collections::HashMap;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{endpoints, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "relays-per-report",
    page: "SIG-15",
    number: Some(4),
    also: &[],
    title: "Does a latency report of a group call tell of several relays?",
    shape: Shape::Existential { occurs: "several" },
    hypotheses: &["several", "one"],
    source: include_str!("relays_per_report.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let (strength, kind) =
        if call.group { (Strength::Direct, "a group call") } else { (Strength::Indirect, "a call of two") };
    let mut single: HashMap<&str, usize> = HashMap::new();
    let mut evidence = Vec::new();
    for sight in stanzas::of(call, &ActionName::RelayLatency) {
        let place = making::seen_at(call, sight.row);
        let count = endpoints::of(sight.node).count();
        if count > 1 {
            let why = format!("One report in {kind}, {place}, tells of {count} relays.");
            evidence.push(Evidence::supporting(QUESTION.id, "several", strength, sight.index, why));
        } else if call.group && count == 1 {
            let side = sight.row.maker.side.name();
            let reports = single.entry(side).or_default();
            *reports += 1;
            // One piece for a side is enough.
            if *reports == 2 {
                let why = format!("In {kind} the {side} sends several reports with one relay each, {place}.");
                evidence.push(Evidence::supporting(QUESTION.id, "one", Strength::Indirect, sight.index, why));
            }
        }
    }
    evidence
}
