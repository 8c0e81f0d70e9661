//! Is a mute answered?
//!
//! *The question.* The stanza catalogue and SIG-13 ask whether a mute is acked like other call stanzas, whether its
//! receiver sends a receipt, or whether it is sent for better or worse.
//!
//! *What decides it.* Any action that is called after muting: one ack or one receipt of it answers, whichever way the mute went.
//! Without either it counts as absence, where the socket was read without a gap for five seconds after it; what comes
//! in to a client whose log leaves out its own acks does not count. What is not answered may still be needed: nothing
//! shows what a sender does without.
//!
//! *What is recorded.* The kinds of answers, with the direction of the mute, as a list; how long the first of each kind
//! in a call took.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::acknowledging::{self, Answers};
use crate::spec::observe::{covered, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "mute-answer",
    page: "call-mute",
    number: Some(4),
    also: &[("SIG-13", 3)],
    title: "Is a mute answered?",
    shape: Shape::Existential { occurs: "answered" },
    hypotheses: &["answered", "unanswered"],
    source: include_str!("mute_answer.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let is_mute = |row: &Row| {
        let names_mute = row.action.as_ref().is_some_and(|action| action.as_str().contains("mute"));
        names_mute && matches!(row.observed.read().body, Body::Call(Some(_)))
    };
    if !call.rows.iter().any(is_mute) {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let mutes = call.rows.iter().enumerate().zip(&answers).filter(|((_, row), _)| is_mute(row));
    repeated::first_of_each(mutes.flat_map(|((index, row), answers)| judge(call, context, index, row, answers)))
}

fn judge(call: &Call, context: &Context, index: usize, row: &Row, answers: &Answers) -> Vec<Evidence> {
    let way = match row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => return Vec::new(),
    };
    if answers.is_empty() {
        let is_watched = if way == "inbound" {
            covered::own_acks_covered(call, context, row).is_ok()
        } else {
            covered::after(call, context, row, covered::ANSWERED_WITHIN)
        };
        let why = format!("An {way} mute got neither ack nor receipt while its socket was read without a gap.");
        let none = is_watched.then(|| Evidence::supporting(QUESTION.id, "unanswered", Strength::Absence, index, why));
        return none.into_iter().collect();
    }
    let kinds = [("ack", answers.acks.first()), ("receipt", answers.receipts.first())];
    let answered = kinds.into_iter().filter_map(|(kind, answer)| {
        let answer = *answer?;
        let latency = call.answer_latency(answer).map_or_else(String::new, |latency| format!(" after {latency:.1} ms"));
        let why = format!("An {way} mute got an answer, the {kind}{latency}.");
        let piece = Evidence::supporting(QUESTION.id, "answered", Strength::Direct, answer, why);
        Some(piece.with_values(vec![format!("{way}: {kind}")]).routine())
    });
    answered.collect()
}
