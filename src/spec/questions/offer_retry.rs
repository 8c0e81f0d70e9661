//! Does a caller send an offer again that nobody answers?
//!
//! *The question.* SIG-17 asks what a caller does when neither a receipt nor a preaccept nor an accept comes for its
//! offer.
//!
//! *What decides it.* A second offer to the same address in the same call, with nothing from the callee in between,
//! answers. An offer that was sent once, waited ten seconds or more with nothing from the callee, and was then ended by
//! the caller, while the socket was read without a gap, is absence. The server's ack is no answer of the callee. For
//! how long a call rings is `ring-time`.
//!
//! *What is recorded.* How long after the first offer the second left, or the end came, and with what reason.

use std::collections::HashMap;

use crate::call::{Call, Role};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{SECOND, covered, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "offer-retry",
    page: "SIG-17",
    number: Some(4),
    also: &[],
    title: "Does a caller send an offer again that nobody answers?",
    shape: Shape::Existential { occurs: "again" },
    hypotheses: &["again", "once"],
    source: include_str!("offer_retry.rs"),
    observe,
};

/// How long a caller that would send again is given, in nanoseconds.
const PATIENCE: i64 = 10 * SECOND;

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    observed(call, context).into_iter().collect()
}

fn observed(call: &Call, context: &Context) -> Option<Evidence> {
    let vantage = call.vantages.iter().position(|vantage| vantage.role == Role::Caller)?;
    let mut offers: HashMap<&Jid, Sight<'_>> = HashMap::new();
    let mut first = None;
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.vantage == vantage) {
        let sight = match &row.observed.read().body {
            Body::Call(Some(_)) => Sight::of(index, row)?,
            Body::Receipt(_) => return None,
            Body::Call(None) | Body::Ack(_) | Body::Login(_) | Body::Other => continue,
        };
        match sight.action.name {
            // Whatever comes in is an answer of sorts.
            _ if !sight.is_outbound() => return None,
            ActionName::Offer => {
                let Some(to) = row.observed.read().to.as_ref() else { continue };
                if let Some(before) = offers.insert(to, sight) {
                    let why = format!("The caller sent the offer again{}, unanswered.", waited(&before, &sight));
                    return Some(Evidence::supporting(QUESTION.id, "again", Strength::Direct, index, why));
                }
                first.get_or_insert(sight);
            }
            ActionName::Terminate => return once(call, context, &first?, &sight),
            _ => {}
        }
    }
    None
}

/// An offer that was not sent again until the caller ended the call.
fn once(call: &Call, context: &Context, offer: &Sight<'_>, end: &Sight<'_>) -> Option<Evidence> {
    let (from, until) = (offer.row.observed.time()?, end.row.observed.time()?);
    let reason = end.action.reason.as_deref();
    let reason = reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
    let why = format!(
        "The caller sent one offer, got nothing of the callee, and ended the call {reason}{}.",
        waited(offer, end)
    );
    let was_patient = until.nanoseconds_since(from) >= PATIENCE;
    (was_patient && covered::between(call, context, offer.row, Some(from), Some(until)))
        .then(|| Evidence::supporting(QUESTION.id, "once", Strength::Absence, end.index, why))
}

fn waited(one: &Sight<'_>, other: &Sight<'_>) -> String {
    let times = other.row.observed.time().zip(one.row.observed.time());
    times.map_or_else(String::new, |(late, early)| format!(" after {}", seconds(late.nanoseconds_since(early))))
}
