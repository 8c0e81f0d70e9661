//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Row};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answers::Reception;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, declined, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};

pub(super) fn reject_before_receipt(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut rejects = declined::rejects(call);
    rejects.retain(Sight::is_outbound);
    if rejects.is_empty() {
        return Vec::new();
    }
    let is_receipt = |row: &Row| {
        answers::receipt(row).is_some()
            && row.observed.direction() == Some(Direction::Outbound)
            && row.action == Some(ActionName::Offer)
    };
    let receipts = stanzas::first_by_vantage(call, is_receipt);
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let answers = answers::answers(call);
    let pieces = rejects.iter().filter_map(|sight| {
        let reception = answers::reception(call, answers.get(sight.index)?);
        let taken = format!("{}; the reject: {}", originator::program(call, sight.row), reception.words());
        let rejected = sight.row.observed.time();
        let (hypothesis, strength, why) = match receipts.get(&sight.row.vantage) {
            Some(receipt) if *receipt < sight.index => {
                let apart = apart(call.rows.get(*receipt)?.observed.time(), rejected);
                ("receipt-first", Strength::Absence, format!("The reject was sent after the receipt{apart}{taken}."))
            }
            _ if matches!(reception, Reception::Refused { .. }) => return None,
            Some(receipt) => {
                let apart = apart(rejected, call.rows.get(*receipt)?.observed.time());
                ("reject-first", Strength::Direct, format!("The reject was sent before the receipt{apart}{taken}."))
            }
            None => {
                let offer = call.rows.get(*offers.get(&sight.row.vantage)?)?;
                let until = Timestamp(rejected?.0.saturating_add(coverage::ANSWERED_WITHIN));
                if !coverage::between(call, context, sight.row, offer.observed.time(), Some(until)) {
                    return None;
                }
                (
                    "reject-first",
                    Strength::Absence,
                    format!("The reject was sent without any receipt for the offer{taken}."),
                )
            }
        };
        Some(Evidence::supporting(question, hypothesis, strength, sight.index, why))
    });
    pieces.collect()
}

/// How long one left before the other.
fn apart(one: Option<Timestamp>, other: Option<Timestamp>) -> String {
    let times = other.zip(one);
    times.map_or_else(String::new, |(late, early)| format!(", {:.1} ms apart", late.milliseconds_since(early)))
}
