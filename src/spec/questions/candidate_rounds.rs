//! How many rounds of candidates are there in a call?
//!
//! *The question.* Transports can count rounds in `p2p-cand-round`. SIG-05 asks what a round is, and when the exchange
//! of candidates is over.
//!
//! *What decides it.* A list: for each side of a call, the last round that its transports name, where they name any.
//! What follows that round from the same side, in a recording that was read on for five seconds, hints at what ended
//! the exchange.
//!
//! *What is recorded.* The last round, how many transports named a round, and what that side sent next.

use crate::call::{Call, Side};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{covered, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "candidate-rounds",
    page: "SIG-05",
    number: Some(4),
    also: &[],
    title: "How many rounds of candidates are there in a call?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("candidate_rounds.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let counts = |sight: &Sight<'_>| {
        sight.action.name == ActionName::Transport && sight.node.attribute("p2p-cand-round").is_some()
    };
    if !stanzas::sights(call).any(|sight| counts(&sight)) {
        return Vec::new();
    }
    let all = stanzas::each(call);
    let pieces = [Side::Caller, Side::Callee].into_iter().filter_map(|side| {
        let mut own = all.iter().filter(|sight| sight.row.maker.side == side);
        let (mut last, mut count, mut next) = (None, 0_usize, None);
        for sight in own.by_ref() {
            if counts(sight) {
                (last, next) = (Some(sight), None);
                count += 1;
            } else if next.is_none() {
                next = Some(sight);
            }
        }
        let last = last?;
        let round = last.node.text("p2p-cand-round")?;
        let then = match next {
            Some(next) => format!("; next it sent: {}", named(next)),
            None if covered::after(call, context, last.row, covered::ANSWERED_WITHIN) => {
                "; nothing of it followed while the socket was read for 5 s".to_owned()
            }
            None => String::new(),
        };
        let place = making::seen_at(call, last.row);
        let why = format!(
            "The {} named rounds in {count} transport{}, the last one {place}{then}.",
            side.name(),
            if count == 1 { "" } else { "s" }
        );
        Some(Evidence::supporting(QUESTION.id, format!("up to {round}"), Strength::Direct, last.index, why))
    });
    pieces.collect()
}

/// What a stanza is, with its type if it is a transport.
fn named(sight: &Sight<'_>) -> String {
    let kind = sight.node.text("transport-message-type").filter(|_| sight.action.name == ActionName::Transport);
    let kind = kind.map_or_else(String::new, |kind| format!(" of type {kind}"));
    format!("{}{kind}", sight.action.name.as_str())
}
