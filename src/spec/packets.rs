//! What UDP packets show of a call, where they were captured next to its signalling.

use super::context::Context;
use crate::call::Call;
use crate::media::{CallMedia, FactId, Finding, Leg};
use crate::origin::RecordNumber;

/// What one leg shows of a fact.
pub fn facts(media: &CallMedia, id: FactId) -> impl Iterator<Item = (&Leg, &Finding<FactId>)> {
    let legs = media.legs();
    let all = legs.flat_map(|(leg, found)| found.facts.iter().chain(&found.conduct).map(move |fact| (leg, fact)));
    all.filter(move |(_, fact)| fact.id == id)
}

/// Returns what a fact says, without names that may not leave the machine, and the record to look at.
#[must_use]
pub fn said(media: &CallMedia, fact: &Finding<FactId>) -> String {
    let sentence = fact.sentence.say(&media.path.announced, false);
    match fact.records.first() {
        Some(record) => format!("{sentence} Look at record {record}."),
        None => sentence,
    }
}

/// Returns the first record that shows that the recorded device allocated at a relay before the reject in this row.
#[must_use]
pub fn allocated_before_reject(call: &Call, context: &Context, reject: usize) -> Option<RecordNumber> {
    let media = context.media(call)?;
    // By another clock, nothing is known to be before it.
    let is_it = |(leg, fact): &(&Leg, &Finding<FactId>)| leg.clock_apart.is_none() && fact.rows.contains(&reject);
    let mut facts = facts(media, FactId::RelayProbedBeforeReject).filter(is_it);
    facts.next().and_then(|(_, fact)| fact.records.first().copied())
}

/// What packets show of a media path in a call that nobody accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Media flowed.
    Media,
    /// The recorded device allocated at a relay.
    Allocated,
}

/// Returns what packets show of a media path in a call that nobody accepted; `None` if they show none.
#[must_use]
pub fn set_up_unanswered(call: &Call, context: &Context) -> Option<SetUp> {
    let media = context.media(call)?;
    let has = |id| facts(media, id).next().is_some();
    if has(FactId::MediaUnanswered) {
        Some(SetUp::Media)
    } else if has(FactId::RelaysProbedUnanswered) || has(FactId::RelayProbedBeforeReject) {
        Some(SetUp::Allocated)
    } else {
        None
    }
}
