//! Do devices answer without a preaccept?
//!
//! *The question.* The flow of the outgoing call and the stanza catalogue ask whether a preaccept is always sent, or
//! depends on the client and the conditions.
//!
//! *What decides it.* A list: each accept and each decline, and whether a preaccept of the same device went before.
//! With one, the item is as strong as what is known of the makers. Without one is absence, and counts only where the
//! socket was read without a gap since the offer. A device that sent nothing at all does not show whether it rang.
//!
//! *What is recorded.* The accept or decline, where it was seen, and how long after the preaccept it came.

use std::collections::HashMap;

use crate::call::Call;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{covered, declined, making, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "preaccept-conduct",
    page: "call-preaccept",
    number: Some(1),
    also: &[("outgoing-1to1-audio", 1)],
    title: "Do devices answer without a preaccept?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("preaccept_conduct.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let mut answers = stanzas::of(call, &ActionName::Accept);
    answers.extend(declined::rejects(call));
    if answers.is_empty() {
        return Vec::new();
    }
    let mut preaccepts = HashMap::new();
    for sight in stanzas::of(call, &ActionName::Preaccept) {
        preaccepts.entry(sender(call, &sight)).or_insert(sight);
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let pieces = answers.iter().filter_map(|sight| {
        let did = if sight.action.name == ActionName::Accept { "accept" } else { "decline" };
        let a = if did == "accept" { "An" } else { "A" };
        let place = making::seen_at(call, sight.row);
        let before = preaccepts.get(&sender(call, sight)).filter(|preaccept| preaccept.index < sight.index);
        if let Some(preaccept) = before {
            let strength = making::made(sight.row)?.strength.min(making::made(preaccept.row)?.strength);
            let later = call
                .elapsed(preaccept.index, sight.index)
                .map_or_else(String::new, |later| format!(" {}", seconds(later)));
            let why = format!("{} {did}, {place},{later} after a preaccept of the same device.", a);
            return Some(Evidence::supporting(
                QUESTION.id,
                format!("{did} after preaccept"),
                strength,
                sight.index,
                why,
            ));
        }
        let offer = offers.get(&sight.row.vantage).and_then(|offer| call.rows.get(*offer))?;
        let is_covered = covered::between(call, context, sight.row, offer.observed.time(), sight.row.observed.time());
        let why = format!("{} {did}, {place}, without a preaccept of the same device since the offer.", a);
        is_covered.then(|| {
            Evidence::supporting(QUESTION.id, format!("{did} without preaccept"), Strength::Absence, sight.index, why)
        })
    });
    pieces.collect()
}

/// Who sent a stanza, as its vantage has it: the vantage itself, or the device that `from` names.
fn sender(call: &Call, sight: &Sight<'_>) -> (usize, Option<(Jid, u16)>) {
    let from = sight.row.observed.read().from.as_ref().filter(|_| !sight.is_outbound());
    (sight.row.vantage, from.map(|from| (call.people.person(from), from.device)))
}
