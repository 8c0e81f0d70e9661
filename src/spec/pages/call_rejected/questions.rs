//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Outcome};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{declined, originator, ringing, stanzas};
use crate::spec::pages::call_terminate::vocabulary::is_terminate_reason;
use crate::spec::{Context, Evidence, Question, Strength, coverage};

pub(super) fn decline_carrier(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let is_declined = call.progress.outcome == Outcome::Declined && ringing::was_offered_live(call);
    let declined = declined::declined(call).filter(|_| is_declined);
    let index = declined.map(|index| call.rows.get(index).and_then(|row| row.copy_of).unwrap_or(index));
    let piece = index.and_then(|index| {
        let row = call.rows.get(index)?;
        let action = row.observed.read().action()?;
        let made = originator::made(row)?;
        let hypothesis = if action.name == ActionName::Reject { "reject" } else { "terminate-declined" };
        let with = action
            .reason
            .as_deref()
            .map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
        let why = format!("The call rang and was declined by a {} {with}: {}.", action.name, made.how);
        Some(Evidence::supporting(question, hypothesis, made.strength, index, why))
    });
    piece.into_iter().collect()
}

pub(super) fn reject_reason_vocabulary(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let rejects = stanzas::of(call, &ActionName::Reject);
    let pieces = rejects.iter().map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let (hypothesis, says) = match sight.action.reason.as_deref() {
            None => ("no-reason", "gives no reason, as in SIG-08".to_owned()),
            Some("") => ("no-reason", "has an empty reason".to_owned()),
            Some(reason) if is_terminate_reason(reason) => {
                ("in-terminate-enum", format!("gives reason {reason}, one of a terminate's, as in the flow"))
            }
            Some(reason) => ("separate-set", format!("gives reason {reason}, which is not one of a terminate's")),
        };
        let values = sight.action.reason.iter().map(ToString::to_string).collect();
        let why = format!("A reject {place} {says}.");
        Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why).with_values(values)
    });
    pieces.collect()
}

pub(super) fn reject_elsewhere_origin(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = declined::told_elsewhere(call).into_iter().filter_map(|sight| {
        let made = originator::made(sight.row)?;
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("A terminate with reason {reason} followed a decline: {}.", made.how);
        Some(Evidence::supporting(question, made.by.name(), made.strength, sight.index, why))
    });
    pieces.collect()
}

pub(super) fn terminate_after_reject(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let told = declined::told_elsewhere(call);
    if told.is_empty() {
        let rejects = declined::rejects(call).into_iter();
        let unfollowed = rejects.filter(|sight| coverage::after(call, context, sight.row, coverage::ANSWERED_WITHIN));
        let pieces = unfollowed.map(|sight| {
            let why = format!(
                "No terminate to other devices followed a decline {} on this socket.",
                originator::seen_at(call, sight.row)
            );
            Evidence::supporting(question, "none", Strength::Absence, sight.index, why)
        });
        return pieces.collect();
    }
    let pieces = told.into_iter().map(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why =
            format!("A terminate {} with reason {reason} followed the decline.", originator::seen_at(call, sight.row));
        Evidence::supporting(question, "terminate", Strength::Direct, sight.index, why)
    });
    pieces.collect()
}
