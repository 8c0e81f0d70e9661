//! By which kind of address does a device sign the receipt of an offer?
//!
//! *The question.* SIG-16 asks whether the receipt of an offer must always have a `from`, and by what rule a device
//! with two addresses, a LID and a phone number, chooses one.
//!
//! *What decides it.* A list, of receipts that left a recorded device: the kind of address that the offer came from,
//! and that of the receipt's `from`, or none. What came in at a caller was stamped by the server, and counts for
//! nothing.
//!
//! *What is recorded.* Both kinds, and what is known of the program that sent the receipt.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{acknowledging, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "receipt-address",
    page: "SIG-16",
    number: Some(3),
    also: &[],
    title: "By which kind of address does a device sign the receipt of an offer?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("receipt_address.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        acknowledging::receipt(row)?;
        let is_own = row.observed.direction() == Some(Direction::Outbound);
        if !is_own || row.action != Some(ActionName::Offer) || row.repeats.is_some() {
            return None;
        }
        let offer = call.rows.get(row.answers?)?.observed.read().from.as_ref()?;
        let signed = row.observed.read().from.as_ref();
        let value = format!("offer from {}, receipt from {}", kind(offer), signed.map_or("nobody", kind));
        let place = format!("{}{}", making::seen_at(call, row), making::program(call, row));
        let why = format!("A receipt for an offer, {place}.");
        Some(Evidence::supporting(QUESTION.id, value, Strength::Direct, index, why))
    });
    pieces.collect()
}

fn kind(jid: &Jid) -> &'static str {
    match jid.server.as_ref() {
        "lid" | "hosted.lid" => "a LID",
        "s.whatsapp.net" | "c.us" | "hosted" => "a phone number",
        _ => "another kind of address",
    }
}
