//! Is the relay chosen before or after the accept?
//!
//! *The question.* The flow of the outgoing call has devices report latencies to relays while the call rings, and asks
//! whether the choice of the relay is over before the accept or only after it.
//!
//! *What decides it.* For each device that saw the accept: where the last `<relay_election>` stands that it sent or got.
//! That is direct. Without one, the latency reports hint at it: one that comes after the accept says that the choice
//! went on, and reports that all came before it, while the socket was read without a gap to the end of the call, say
//! that it was over. Both are indirect: what a client makes of reports is not sent.
//!
//! *What is recorded.* That stanza, and how long before or after the accept it came.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answered::{self, Talk};
use crate::spec::observe::{making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "relay-choice-moment",
    page: "outgoing-1to1-audio",
    number: Some(3),
    also: &[],
    title: "Is the relay chosen before or after the accept?",
    shape: Shape::Exclusive,
    hypotheses: &["before", "after"],
    source: include_str!("relay_choice_moment.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let talks = answered::talks(call);
    if talks.is_empty() {
        return Vec::new();
    }
    let (mut elections, mut reports) = (BTreeMap::new(), BTreeMap::new());
    for (index, row) in call.rows.iter().enumerate() {
        match row.observed.read().action().map(|action| &action.name) {
            Some(ActionName::RelayElection) => elections.insert(row.vantage, index),
            Some(ActionName::RelayLatency) => reports.insert(row.vantage, index),
            _ => None,
        };
    }
    let pieces = talks.iter().filter_map(|(vantage, talk)| match (elections.get(vantage), reports.get(vantage)) {
        (Some(election), _) => judge(call, talk, *election, "election of a relay", Strength::Direct),
        (None, Some(report)) if *report > talk.accept || talk.is_covered(call, context) => {
            judge(call, talk, *report, "latency report", Strength::Indirect)
        }
        (None, _) => None,
    });
    pieces.collect()
}

fn judge(call: &Call, talk: &Talk<'_>, last: usize, what: &str, strength: Strength) -> Option<Evidence> {
    let row = call.rows.get(last)?;
    let apart = talk.until(row).map_or_else(String::new, |apart| format!(" {}", seconds(apart.saturating_abs())));
    let hypothesis = if last < talk.accept { "before" } else { "after" };
    let why = format!("The last {what}, {}, came{apart} {hypothesis} the accept.", making::seen_at(call, row));
    Some(Evidence::supporting(QUESTION.id, hypothesis, strength, last, why))
}
