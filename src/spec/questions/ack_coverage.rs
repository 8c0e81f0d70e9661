//! Which call stanzas are acknowledged?
//!
//! *The question.* The page on acks asks which call stanzas beyond the offer are answered by an explicit ack, and which are
//! sent for better or worse.
//!
//! *What decides it.* A list: for each action, `acked`, `receipted` or `neither`. A stanza with an ack and a receipt counts for
//! both. `neither` counts only where the socket was read without a gap for five seconds after it, and never for
//! what comes in to a client whose log leaves out its own acks. What was sent again is answered as often as it was sent.
//!
//! *What is recorded.* The answer, in which direction, and how long it took; or the stanza that got none.

use crate::call::Call;
use crate::origin::Direction;
use crate::spec::observe::acknowledging;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "ack-coverage",
    page: "call-ack",
    number: Some(2),
    also: &[("outgoing-1to1-audio", 2)],
    title: "Which call stanzas are acknowledged?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("ack_coverage.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for stanza in acknowledging::coverage(call, context) {
        let action = call.rows.get(stanza.index).map_or("unknown", acknowledging::action_name);
        let direction = if stanza.direction == Direction::Outbound { "outbound" } else { "inbound" };
        for (kind, answer) in [("acked", stanza.acked), ("receipted", stanza.receipted)] {
            let Some(answer) = answer else { continue };
            let latency =
                call.answer_latency(answer).map_or_else(String::new, |latency| format!(" after {latency:.1} ms"));
            let why = format!("An {direction} {action} was {kind}{latency}.");
            evidence.push(Evidence::supporting(QUESTION.id, format!("{action} {kind}"), Strength::Direct, answer, why));
        }
        if stanza.is_unanswered {
            let why =
                format!("An {direction} {action} got neither ack nor receipt while its socket was read without a gap.");
            let value = format!("{action} neither");
            evidence.push(Evidence::supporting(QUESTION.id, value, Strength::Absence, stanza.index, why));
        }
    }
    evidence
}
