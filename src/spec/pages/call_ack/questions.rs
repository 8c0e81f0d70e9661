//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::observe::answers;
use crate::spec::observe::answers::Answers;
use crate::spec::{Context, Evidence, Question, Strength, coverage};
use crate::words::{article, plural};

/// Not data: it counts what a whole call has of either kind.
pub(super) fn ack_from_peers(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut own = 0_usize;
    let mut alone = 0_usize;
    let (mut first_own, mut first_alone) = (None, None);
    let mut evidence = Vec::new();
    for (row, answers) in call.rows.iter().zip(answers::answers(call)) {
        let (Body::Call(_), Some(ack)) = (&row.observed.read().body, answers.acks.first().copied()) else { continue };
        match row.observed.direction() {
            Some(Direction::Inbound) => {
                own += 1;
                first_own.get_or_insert(ack);
            }
            Some(Direction::Outbound) => {
                if let Some(piece) = arrived(question, row, &answers) {
                    evidence.push(piece);
                } else if coverage::after_row(call, context, ack, coverage::ANSWERED_WITHIN) {
                    alone += 1;
                    first_alone.get_or_insert(ack);
                }
            }
            None => {}
        }
    }
    evidence.extend(first_own.map(|row| {
        let why = format!(
            "The recorded device acked {own} inbound call stanza{}; whether its acks reach the sender is not visible here.",
            plural(own)
        );
        Evidence::supporting(question, "peers-too", Strength::Direct, row, why)
    }));
    evidence.extend(first_alone.map(|row| {
        let why = format!(
            "Each of {alone} outbound call stanza{} got one ack and no second one while the socket was read without a gap.",
            plural(alone)
        );
        Evidence::supporting(question, "server-only", Strength::Absence, row, why)
    }));
    evidence
}

/// The second ack of an outbound stanza, which may be a peer's.
fn arrived(question: &'static Question, row: &Row, answers: &Answers) -> Option<Evidence> {
    let action = answers::action_name(row);
    let second = *answers.acks.get(1)?;
    let why = format!(
        "A second ack arrived for {} {action}; the `from` of an ack does not show who sent it.",
        article(action)
    );
    Some(Evidence::supporting(question, "peers-too", Strength::Indirect, second, why))
}
