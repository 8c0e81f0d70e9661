//! How is a latency report answered, and when is it sent?
//!
//! *The question.* SIG-15 asks whether the server or the peer answers a latency report in a way of its own, and what
//! makes a client send one. How often reports come is the question `latency-cadence` as well.
//!
//! *What decides it.* A list, by the direction of the report: an ack as any stanza gets one, an ack with an element in
//! it, a receipt; and nothing, where the socket was read without a gap for five seconds after it. What comes in to a
//! client whose log leaves out its own acks does not count as unanswered. What makes a client report is not sent; that
//! it came before or after the accept is said beside.
//!
//! *What is recorded.* The answer with the direction of the report, once in a call, how long it took, and whether the
//! call had been accepted.

use crate::call::Call;
use crate::origin::Direction;
use crate::spec::observe::acknowledging::{self, Answers};
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{covered, latency, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "latency-answer",
    page: "SIG-15",
    number: Some(3),
    also: &[],
    title: "How is a latency report answered, and when is it sent?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("latency_answer.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let reports = latency::reports(call);
    if reports.is_empty() {
        return Vec::new();
    }
    let answers = acknowledging::answers(call);
    let pieces = reports.iter().filter_map(|report| Some(judge(call, context, report, answers.get(report.index)?)));
    repeated::first_of_each(pieces.flatten())
}

fn judge(call: &Call, context: &Context, report: &Sight<'_>, answers: &Answers) -> Vec<Evidence> {
    let way = match report.row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => return Vec::new(),
    };
    let when = if report.is_in_call(call) { "after the accept" } else { "with no accept before it" };
    if answers.is_empty() {
        let is_watched = if report.is_inbound() {
            covered::own_acks_covered(call, context, report.row).is_ok()
        } else {
            covered::after(call, context, report.row, covered::ANSWERED_WITHIN)
        };
        let why = format!("A report, {when}, got neither ack nor receipt while its socket was read without a gap.");
        let value = format!("{way}: nothing");
        let none = is_watched.then(|| Evidence::supporting(QUESTION.id, value, Strength::Absence, report.index, why));
        return none.into_iter().collect();
    }
    let answered = answers.acks.first().into_iter().chain(answers.receipts.first()).filter_map(|answer| {
        let node = &call.rows.get(*answer)?.observed.read().node;
        let within = node.children().first().filter(|_| node.tag == "ack");
        let within = within.map_or_else(String::new, |child| format!(" with <{}>", child.tag));
        let took = call.answer_latency(*answer).map_or_else(String::new, |took| format!(" after {took:.1} ms"));
        let why = format!("The answer of a report, {when}, came{took}.");
        let value = format!("{way}: {}{within}", node.tag);
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, *answer, why))
    });
    answered.collect()
}
