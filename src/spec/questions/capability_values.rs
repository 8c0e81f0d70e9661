//! Which capabilities do call stanzas carry?
//!
//! *The question.* SIG-01 gives `<capability>` a fixed body and asks what its packed bits mean. No stanza says that in
//! words; what recordings can show is which bodies occur, and beside which program, version and action each stands.
//!
//! *What decides it.* A list: the body of each `<capability>` with its version, as sent. Bodies that differ between
//! programs or actions say which bits do. Each stanza counts once, where it left its maker if that was recorded. Of a
//! body that the recording leaves out, only the length counts.
//!
//! *What is recorded.* The version and the body in hex, the action, where it was seen, and what is known of the program
//! that made it.

use crate::call::Call;
use crate::spec::observe::{article, content, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "capability-values",
    page: "SIG-01",
    number: Some(1),
    also: &[("call-offer", 2), ("call-offer", 6)],
    title: "Which capabilities do call stanzas carry?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("capability_values.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::each(call).into_iter().filter_map(|sight| {
        let capability = sight.node.child("capability")?;
        let version = capability.text("ver").unwrap_or("(none)".into());
        let value = format!("ver {version}: {}", content::spelled(capability));
        let action = sight.action.name.as_str();
        let (place, program) = (making::seen_at(call, sight.row), making::program(call, sight.row));
        let why = format!("The capability of {} {action}, {place}{program}.", article(action));
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}
