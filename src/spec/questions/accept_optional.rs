//! Which of its optional children does an accept have?
//!
//! *The question.* SIG-16 lets an accept have `<te>`, `<rte>` and `<voip_settings>`, and asks when they are required,
//! and where their bytes are from.
//!
//! *What decides it.* A list: for each of the three whether an accept has it. One that goes without and was acked shows
//! that the child is not always required. What one holds, and whether the offer has the same bytes, is in `accept-te`
//! and `accept-settings`. Each accept counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* With or without, what the ack says where the accept was sent, where it was seen, and what is
//! known of the program that made it.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{acknowledging, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-optional",
    page: "SIG-16",
    number: Some(2),
    also: &[],
    title: "Which of its optional children does an accept have?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("accept_optional.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let accepts = stanzas::of(call, &ActionName::Accept);
    if accepts.is_empty() {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let mut evidence = Vec::new();
    for sight in &accepts {
        let taken = match answers.get(sight.index).filter(|_| sight.is_outbound()) {
            Some(answers) => format!("; {}", acknowledging::reception(call, answers).words()),
            None => String::new(),
        };
        let place = format!("{}{}", making::seen_at(call, sight.row), making::program(call, sight.row));
        for tag in ["te", "rte", "voip_settings"] {
            let with = if sight.node.child(tag).is_some() { "with" } else { "without" };
            let why = format!("An accept {place}{taken}.");
            let value = format!("{with} {tag}");
            evidence.push(Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
}
