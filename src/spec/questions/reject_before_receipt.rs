//! May a device reject before it has sent the receipt of the offer?
//!
//! *The question.* The flow of SIG-18 has a device ack the offer, send the receipt and then reject, and asks whether
//! the reject has to wait for the receipt.
//!
//! *What decides it.* A reject by which a recorded device declines, and the receipt for the offer from the same socket:
//! a reject that left before it, or without any while the socket was read from the offer until five seconds after the
//! reject, answers, if the server did not refuse it. A receipt before the reject is absence: it may have to be so or
//! not.
//!
//! *What is recorded.* The order, how far apart the two left, and how the server took the reject.

use crate::call::{Call, Row};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::acknowledging::{self, Reception};
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{covered, declined, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "reject-before-receipt",
    page: "SIG-18",
    number: Some(2),
    also: &[],
    title: "May a device reject before it has sent the receipt of the offer?",
    shape: Shape::Existential { occurs: "reject-first" },
    hypotheses: &["reject-first", "receipt-first"],
    source: include_str!("reject_before_receipt.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut rejects = declined::rejects(call);
    rejects.retain(Sight::is_outbound);
    if rejects.is_empty() {
        return Vec::new();
    }
    let is_receipt = |row: &Row| {
        acknowledging::receipt(row).is_some()
            && row.observed.direction() == Some(Direction::Outbound)
            && row.action == Some(ActionName::Offer)
    };
    let receipts = stanzas::first_by_vantage(call, is_receipt);
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let answers = acknowledging::answers(call);
    let pieces = rejects.iter().filter_map(|sight| {
        let reception = acknowledging::reception(call, answers.get(sight.index)?);
        let taken = format!("{}; the reject: {}", making::program(call, sight.row), reception.words());
        let rejected = sight.row.observed.time();
        let (hypothesis, strength, why) = match receipts.get(&sight.row.vantage) {
            Some(receipt) if *receipt < sight.index => {
                let apart = apart(call.rows.get(*receipt)?.observed.time(), rejected);
                ("receipt-first", Strength::Absence, format!("The reject left after the receipt{apart}{taken}."))
            }
            _ if matches!(reception, Reception::Refused { .. }) => return None,
            Some(receipt) => {
                let apart = apart(rejected, call.rows.get(*receipt)?.observed.time());
                ("reject-first", Strength::Direct, format!("The reject left before the receipt{apart}{taken}."))
            }
            None => {
                let offer = call.rows.get(*offers.get(&sight.row.vantage)?)?;
                let until = Timestamp(rejected?.0.saturating_add(covered::ANSWERED_WITHIN));
                if !covered::between(call, context, sight.row, offer.observed.time(), Some(until)) {
                    return None;
                }
                ("reject-first", Strength::Direct, format!("The reject left, and no receipt of the offer ever{taken}."))
            }
        };
        Some(Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why))
    });
    pieces.collect()
}

/// How long one left before the other.
fn apart(one: Option<Timestamp>, other: Option<Timestamp>) -> String {
    let times = other.zip(one);
    times.map_or_else(String::new, |(late, early)| format!(", {:.1} ms apart", late.milliseconds_since(early)))
}
