//! Do other actions than the offer get a receipt?
//!
//! *The question.* SIG-07 has a receipt for offers and for nothing else, and asks whether any other action, or a video
//! offer, gets one beside its ack.
//!
//! *What decides it.* A receipt for another action answers, wherever it was seen. In a call with receipts for its
//! offers and none for the other stanzas that came in, while the socket was read for five seconds after the last of
//! these, it is absence. A receipt for a video offer is one for an offer.
//!
//! *What is recorded.* The action, where the receipt was seen, and what is known of the program that sent it.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{acknowledging, article, covered, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "receipt-actions",
    page: "SIG-07",
    number: Some(2),
    also: &[],
    title: "Do other actions than the offer get a receipt?",
    shape: Shape::Existential { occurs: "others" },
    hypotheses: &["others", "offer-only"],
    source: include_str!("receipt_actions.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    // Copies of one that was recorded as it left count there.
    let mut receipts = call
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| acknowledging::receipt(row).is_some() && row.copy_of.is_none() && row.action.is_some());
    let Some(first) = receipts.next() else { return Vec::new() };
    let others = std::iter::once(first).chain(receipts).filter(|(_, row)| row.action != Some(ActionName::Offer));
    let pieces = others.map(|(index, row)| {
        let action = acknowledging::action_name(row);
        let place = format!("{}{}", making::seen_at(call, row), making::program(call, row));
        let why = format!("A receipt for {} {action}, {place}.", article(action));
        let piece = Evidence::supporting(QUESTION.id, "others", Strength::Direct, index, why);
        piece.with_values(vec![action.to_owned()]).routine()
    });
    let pieces: Vec<_> = pieces.collect();
    if pieces.is_empty() { offer_only(call, context, first.0).into_iter().collect() } else { pieces }
}

/// The receipt of an offer in a call whose further stanzas came in and got none.
fn offer_only(call: &Call, context: &Context, receipt: usize) -> Option<Evidence> {
    let row = call.rows.get(receipt).filter(|row| row.observed.direction() == Some(Direction::Outbound))?;
    let came = |sight: &Sight<'_>| {
        sight.is_inbound() && sight.row.vantage == row.vantage && sight.action.name != ActionName::Offer
    };
    let last = stanzas::sights(call).filter(came).last()?;
    let until = last.row.observed.time()?;
    let watched = covered::between(call, context, row, row.observed.time(), Some(until))
        && covered::after(call, context, last.row, covered::ANSWERED_WITHIN);
    let why = "The offer got a receipt, and no other stanza that came in did while the socket was read without a gap.";
    watched.then(|| Evidence::supporting(QUESTION.id, "offer-only", Strength::Absence, receipt, why))
}
