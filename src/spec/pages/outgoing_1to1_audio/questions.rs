//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answered::Talk;
use crate::spec::observe::{answered, endpoints, originator, seconds};
use crate::spec::{Context, Evidence, Question, Strength, question};
use crate::words::plural;

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

pub(super) fn candidates_after_accept(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let transports = answered::during(call).into_iter().filter(|(sight, _)| sight.action.name == ActionName::Transport);
    let sent = transports.filter_map(|(sight, talk)| {
        let count = Some(endpoints::count(sight.node)).filter(|count| *count > 0)?;
        let later = talk.until(sight.row).map_or_else(String::new, |later| format!(" {}", seconds(later)));
        let place = originator::seen_at(call, sight.row);
        let why = format!("A transport, {place},{later} after the accept, has {count} candidate{}.", plural(count));
        Some(Evidence::supporting(question, "sent-again", Strength::Direct, sight.index, why).routine())
    });
    let sent = question::first_of_each(sent);
    if !sent.is_empty() {
        return sent;
    }
    let silent = answered::talks(call).into_values().filter_map(|talk| {
        let lasted = talk.watched(call, context)?;
        let why = format!(
            "No transport with a candidate was sent or received in the {lasted} from the accept to the end of the call."
        );
        Some(Evidence::supporting(question, "not-seen", Strength::Absence, talk.accept, why))
    });
    silent.collect()
}
