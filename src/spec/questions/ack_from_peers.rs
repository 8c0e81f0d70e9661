//! Do peer devices acknowledge call stanzas, or only the server?
//!
//! *The question.* The page on acks says that the server answers each call stanza, and asks whether the device that receives
//! one acks it as well.
//!
//! *What decides it.* An ack that leaves a recorded socket for an inbound call stanza shows that recipients ack, hop by hop;
//! it does not show that the ack goes on to the sender. That shows only as a second ack for one id, or in a merged call
//! as the copy of an ack that left the peer's socket. The `from` of an ack tells nothing: the server stamps the
//! addressee of what it answers. One ack alone, for a stanza whose socket was read on without a gap, is absence.
//!
//! *What is recorded.* Of each call, the first ack of each kind, and how many there are.

use crate::call::{Call, Proof, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::acknowledging::{self, Answers};
use crate::spec::observe::{article, covered, plural};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "ack-from-peers",
    page: "call-ack",
    number: Some(1),
    also: &[],
    title: "Do peer devices acknowledge call stanzas, or only the server?",
    shape: Shape::Existential { occurs: "peers-too" },
    hypotheses: &["peers-too", "server-only"],
    source: include_str!("ack_from_peers.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut own = 0_usize;
    let mut alone = 0_usize;
    let (mut first_own, mut first_alone) = (None, None);
    let mut evidence = Vec::new();
    for (row, answers) in call.rows.iter().zip(acknowledging::answers(call)) {
        let (Body::Call(_), Some(ack)) = (&row.observed.read().body, answers.acks.first().copied()) else { continue };
        match row.observed.direction() {
            Some(Direction::Inbound) => {
                own += 1;
                first_own.get_or_insert(ack);
            }
            Some(Direction::Outbound) => {
                if let Some(piece) = arrived(call, row, &answers) {
                    evidence.push(piece);
                } else if covered::after_row(call, context, ack, covered::ANSWERED_WITHIN) {
                    alone += 1;
                    first_alone.get_or_insert(ack);
                }
            }
            None => {}
        }
    }
    evidence.extend(first_own.map(|row| {
        let why = format!(
            "The recorded device acked {own} inbound call stanza{} itself; whether its acks go on to the sender is not seen here.",
            plural(own)
        );
        Evidence::supporting(QUESTION.id, "peers-too", Strength::Direct, row, why)
    }));
    evidence.extend(first_alone.map(|row| {
        let why = format!(
            "Each of {alone} outbound call stanza{} got one ack, and no second one while the socket was read without a gap.",
            plural(alone)
        );
        Evidence::supporting(QUESTION.id, "server-only", Strength::Absence, row, why)
    }));
    evidence
}

/// The ack of an outbound stanza that is a peer's.
fn arrived(call: &Call, row: &Row, answers: &Answers) -> Option<Evidence> {
    let action = acknowledging::action_name(row);
    let an = article(action);
    let is_copy = |index: &usize| call.rows.get(*index).is_some_and(|ack| ack.maker.proof == Proof::Copy);
    if let Some(copy) = answers.acks.iter().copied().find(is_copy) {
        let why = format!("The ack of {an} {action} was recorded as it left the peer's own socket.");
        return Some(Evidence::supporting(QUESTION.id, "peers-too", Strength::Direct, copy, why));
    }
    let second = *answers.acks.get(1)?;
    let why = format!("A second ack came for {an} {action}; the `from` of an ack does not tell whose it is.");
    Some(Evidence::supporting(QUESTION.id, "peers-too", Strength::Indirect, second, why))
}
