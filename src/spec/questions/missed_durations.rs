//! Which durations does the terminate of a missed call give?
//!
//! *The question.* SIG-12 expects `duration` and `audio_duration` of a terminate to be zero or absent where the call
//! was not answered, and asks for what they are.
//!
//! *What decides it.* A list: the two attributes of each terminate that ended a call which rang live and was neither
//! answered nor declined, and `(none)` where it has neither; as it was sent, and as it came in, for the server adds to
//! what it delivers.
//!
//! *What is recorded.* The values, and where the terminate was seen.

use std::collections::BTreeSet;

use crate::call::Call;
use crate::spec::observe::{making, ringing};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "missed-durations",
    page: "SIG-12",
    number: Some(4),
    also: &[],
    title: "Which durations does the terminate of a missed call give?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("missed_durations.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let endings: BTreeSet<usize> = rang.endings.iter().map(|ending| ending.index).collect();
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let is_ending = endings.contains(&index) || row.copy_of.is_some_and(|sent| endings.contains(&sent));
        let action = row.observed.read().action().filter(|_| is_ending)?;
        let given = [("duration", &action.duration), ("audio_duration", &action.audio_duration)];
        let given = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref()?)));
        let given: Vec<_> = given.collect();
        let value = if given.is_empty() { "(none)".to_owned() } else { given.join(" ") };
        let why = format!("The terminate of an unanswered call, {}.", making::seen_at(call, row));
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, index, why))
    });
    pieces.collect()
}
