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

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::acknowledging::{self, Answers};
use crate::spec::observe::covered;
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
    let answers = acknowledging::answers(call);
    let mut evidence = Vec::new();
    for (index, (row, answers)) in call.rows.iter().zip(&answers).enumerate() {
        if matches!(row.observed.read().body, Body::Call(Some(_))) {
            judge(call, context, index, row, answers, &mut evidence);
        }
    }
    evidence
}

fn judge(call: &Call, context: &Context, index: usize, row: &Row, answers: &Answers, evidence: &mut Vec<Evidence>) {
    let action = acknowledging::action_name(row);
    let direction = match row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => return,
    };
    for (kind, of_kind) in [("acked", &answers.acks), ("receipted", &answers.receipts)] {
        let Some(answer) = of_kind.first() else { continue };
        let latency =
            call.answer_latency(*answer).map_or_else(String::new, |latency| format!(" after {latency:.1} ms"));
        let why = format!("An {direction} {action} was {kind}{latency}.");
        evidence.push(Evidence::supporting(QUESTION.id, format!("{action} {kind}"), Strength::Direct, *answer, why));
    }
    let is_covered = if direction == "inbound" {
        covered::own_acks_covered(call, context, row)
    } else {
        covered::covered_for(call, context, row, covered::ANSWERED_WITHIN)
    };
    if answers.is_empty() && is_covered.is_ok() {
        let why =
            format!("An {direction} {action} got neither ack nor receipt while its socket was read without a gap.");
        evidence.push(Evidence::supporting(QUESTION.id, format!("{action} neither"), Strength::Absence, index, why));
    }
}
