//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answered::Talk;
use crate::spec::observe::{answered, originator, seconds};
use crate::spec::{Context, Evidence, Question, Strength};

/// Not data: it is about the last of several stanzas of a device.
pub(super) fn relay_choice_moment(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
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
        (Some(election), _) => judge(question, call, talk, *election, "election of a relay", Strength::Direct),
        (None, Some(report)) if *report > talk.accept || talk.is_covered(call, context) => {
            judge(question, call, talk, *report, "latency report", Strength::Indirect)
        }
        (None, _) => None,
    });
    pieces.collect()
}

fn judge(
    question: &'static Question,
    call: &Call,
    talk: &Talk<'_>,
    last: usize,
    what: &str,
    strength: Strength,
) -> Option<Evidence> {
    let row = call.rows.get(last)?;
    let apart = talk.until(row).map_or_else(String::new, |apart| format!(" {}", seconds(apart.saturating_abs())));
    let hypothesis = if last < talk.accept { "before" } else { "after" };
    let why = format!("The last {what}, {}, came{apart} {hypothesis} the accept.", originator::seen_at(call, row));
    Some(Evidence::supporting(question, hypothesis, strength, last, why))
}
