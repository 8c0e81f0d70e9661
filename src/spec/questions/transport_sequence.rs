//! In which order do caller and callee exchange transports?
//!
//! *The question.* SIG-17 asks which transports a caller sends of its own accord, and which as answers, until the path
//! of the media stands.
//!
//! *What decides it.* A list, of calls that were recorded at their caller: the types of the first transports with the
//! direction of each, in order. One socket's order is certain. Which one answers which the types do not say, and when
//! the path stands is not in the signalling.
//!
//! *What is recorded.* The sequence, runs of the same counted, and how many transports there were.

use crate::call::{Call, Role};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{plural, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "transport-sequence",
    page: "SIG-17",
    number: Some(1),
    also: &[],
    title: "In which order do caller and callee exchange transports?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("transport_sequence.rs"),
    observe,
};

/// The most steps of a sequence that are told.
const STEPS: usize = 12;

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(vantage) = call.vantages.iter().position(|vantage| vantage.role == Role::Caller) else {
        return Vec::new();
    };
    let own = stanzas::sights(call).filter(|sight| {
        sight.action.name == ActionName::Transport && sight.row.vantage == vantage && sight.row.repeats.is_none()
    });
    let (mut first, mut count) = (None, 0_usize);
    let mut runs: Vec<(String, usize)> = Vec::new();
    for sight in own {
        first.get_or_insert(sight.index);
        count += 1;
        let kind = sight.node.text("transport-message-type").unwrap_or("(none)".into());
        let step = format!("{} {kind}", if sight.is_outbound() { "out" } else { "in" });
        let is_room = runs.len() < STEPS;
        match runs.last_mut() {
            Some((last, times)) if *last == step => *times += 1,
            // Later ones keep a path alive that stands.
            _ if is_room => runs.push((step, 1)),
            _ => {}
        }
    }
    let Some(first) = first else { return Vec::new() };
    let steps = runs.into_iter().map(|(step, times)| if times == 1 { step } else { format!("{step} x{times}") });
    let sequence = steps.collect::<Vec<_>>().join(", ");
    let answered = if call.course.accepted.is_some() { "an answered" } else { "an unanswered" };
    let why = format!("The caller's socket passed {count} transport{} in {answered} call.", plural(count));
    vec![Evidence::supporting(QUESTION.id, sequence, Strength::Direct, first, why)]
}
