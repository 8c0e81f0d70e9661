//! Does a device answer an offer before or after it says that it rings?
//!
//! *The question.* The flow of the incoming call has the device ack the offer and then ring, and asks whether the ack
//! waits for the decision to ring.
//!
//! *What decides it.* On the socket of a recorded device, the first ack or receipt of the offer against its own first
//! preaccept, which is the only sign of ringing that is sent. An answer after the preaccept is direct: by then the
//! device had decided. An answer before it is indirect, since when the device decided is not to be seen.
//!
//! *What is recorded.* The answer, and how long after the offer both left. A log that leaves out the client's own
//! acks says nothing.

use std::collections::HashMap;

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::{acknowledging, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "offer-answer-order",
    page: "incoming-1to1-audio",
    number: Some(1),
    also: &[],
    title: "Does a device answer an offer before or after it says that it rings?",
    shape: Shape::Exclusive,
    hypotheses: &["before", "after"],
    source: include_str!("offer_answer_order.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let is_own = |row: &Row| row.observed.direction() == Some(Direction::Outbound);
    let preaccepts = stanzas::first_by_vantage(call, |row| is_own(row) && stanzas::is(row, &ActionName::Preaccept));
    if preaccepts.is_empty() {
        return Vec::new();
    }
    let mut answers: HashMap<usize, (usize, &Row)> = HashMap::new();
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| is_own(row)) {
        let offer = row.answers.and_then(|offer| call.rows.get(offer));
        let offer = offer.filter(|offer| stanzas::is(offer, &ActionName::Offer) && !is_own(offer));
        if let Some(offer) = offer
            && matches!(row.observed.read().body, Body::Ack(_) | Body::Receipt(_))
        {
            answers.entry(row.vantage).or_insert((index, offer));
        }
    }
    let mut pieces: Vec<_> = answers
        .iter()
        .filter_map(|(vantage, (answer, offer))| judge(call, *preaccepts.get(vantage)?, *answer, offer))
        .collect();
    pieces.sort_by_key(|piece| piece.row);
    pieces
}

fn judge(call: &Call, preaccept: usize, answer: usize, offer: &Row) -> Option<Evidence> {
    let answered = call.rows.get(answer)?;
    let kind = if acknowledging::receipt(answered).is_some() { "a receipt" } else { "an ack" };
    let after = |index: usize| {
        let row = call.rows.get(index)?;
        Some(format!(" after {:.1} ms", row.observed.time()?.milliseconds_since(offer.observed.time()?)))
    };
    let (answered, rang) = (after(answer).unwrap_or_default(), after(preaccept).unwrap_or_default());
    let why = format!("The device answered the offer with {kind}{answered}, and said that it rings{rang}.");
    Some(if answer < preaccept {
        Evidence::supporting(QUESTION.id, "before", Strength::Indirect, answer, why).routine()
    } else {
        Evidence::supporting(QUESTION.id, "after", Strength::Direct, answer, why)
    })
}
