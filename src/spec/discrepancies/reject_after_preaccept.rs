//! May a device that rings with a preaccept reject?
//!
//! *The question.* SIG-08 forbids a preaccept before a reject of the same device. SIG-12 and the flows let a device say that it
//! rings, and then decline.
//!
//! *What decides it.* A decline by a device that sent a preaccept in the same call before: direct where both left its recorded
//! socket, indirect where they came in from its address. A decline of a device whose socket was read without a gap
//! since the offer, and that sent no preaccept, is absence.
//!
//! *What is recorded.* The reject, and the preaccept before it.

use std::collections::HashMap;

use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, declined, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "reject-after-preaccept",
    page: "SIG-08",
    number: None,
    also: &[],
    title: "May a device that rings with a preaccept reject?",
    shape: Shape::Existential { occurs: "preaccept-first" },
    hypotheses: &["preaccept-first", "reject-alone"],
    source: include_str!("reject_after_preaccept.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut preaccepts = HashMap::new();
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| stanzas::is(row, &ActionName::Preaccept)) {
        preaccepts.entry(sender(call, row)).or_insert(index);
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let pieces = declined::rejects(call).into_iter().filter_map(|sight| {
        if preaccepts.get(&sender(call, sight.row)).is_some_and(|preaccept| *preaccept < sight.index) {
            let (strength, whose) = if sight.is_outbound() {
                (Strength::Direct, "The recorded device")
            } else {
                (Strength::Indirect, "A device, as the address that the server stamps says,")
            };
            let why = format!("{whose} sent a preaccept before it rejected.");
            return Some(Evidence::supporting(DISCREPANCY.id, "preaccept-first", strength, sight.index, why));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let watched = covered::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why = "The recorded device rejected without a preaccept, and its socket was read since the offer.";
        (sight.is_outbound() && watched)
            .then(|| Evidence::supporting(DISCREPANCY.id, "reject-alone", Strength::Absence, sight.index, why))
    });
    pieces.collect()
}

/// Who sent a stanza, as its vantage has it: the vantage itself, or the device that `from` names.
fn sender(call: &Call, row: &Row) -> (usize, Option<(Jid, u16)>) {
    let is_own = row.observed.direction() == Some(Direction::Outbound);
    let from = row.observed.read().from.as_ref().filter(|_| !is_own);
    (row.vantage, from.map(|from| (call.people.person(from), from.device)))
}
