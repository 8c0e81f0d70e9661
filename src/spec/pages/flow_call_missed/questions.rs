//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeSet;

use crate::call::{Call, Outcome, Side};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::context::Moment;
use crate::spec::observe::ringing::Ending;
use crate::spec::observe::{SECOND, originator, ringing, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};

pub(super) fn ring_time(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let announced = call.announced().and_then(|announced| {
        let place = originator::seen_at(call, call.rows.get(announced.index)?);
        let why = format!("Announced by voip_settings, {place}.");
        Some(Evidence::supporting(question, whole(announced.timeout), Strength::Indirect, announced.index, why))
    });
    let rang = ringing::rang_out(call);
    let endings = rang.iter().flat_map(|rang| &rang.endings).filter(|ending| ending.says_timeout());
    let measured = endings.filter_map(|ending| measured(question, call, ending));
    announced.into_iter().chain(measured).collect()
}

fn measured(question: &'static Question, call: &Call, ending: &Ending<'_>) -> Option<Evidence> {
    let ring = ending.ring?;
    let made = ending.made.as_ref()?;
    let row = call.rows.get(ending.index)?;
    let place = originator::seen_at(call, row);
    let why = format!("A terminate with reason timeout {place} came {} after the offer.", seconds(ring));
    Some(Evidence::supporting(question, whole(ring), made.strength, ending.index, why))
}

/// The nearest whole seconds.
fn whole(nanoseconds: i64) -> String {
    format!("{} s", nanoseconds.saturating_add(SECOND / 2) / SECOND)
}

pub(super) fn missed_reason(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let place = originator::seen_at(call, call.rows.get(ending.index)?);
        let when = match context.moment(&rang, ending) {
            Some(Moment::At(when)) => Some(when),
            Some(Moment::Before(_)) | None => None,
        };
        let (hypothesis, strength, why) = match (ending.reason, when) {
            (Some("timeout"), _) => (
                "reason",
                Strength::Direct,
                format!("The terminate of an unanswered call, {place}, gives reason timeout."),
            ),
            (Some(reason), Some(when)) if !reason.is_empty() => {
                let why = format!("The terminate of an unanswered call, {place}, gives reason {reason} {when}.");
                ("reason", Strength::Indirect, why)
            }
            (_, Some(when)) => {
                let why = format!("The terminate of an unanswered call, {place}, gives no reason {when}.");
                ("no-reason", Strength::Indirect, why)
            }
            (_, None) => return None,
        };
        let values = ending.reason.map(str::to_owned).into_iter().collect();
        Some(Evidence::supporting(question, hypothesis, strength, ending.index, why).with_values(values).routine())
    });
    pieces.collect()
}

pub(super) fn missed_call_notice(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut evidence: Vec<_> = over(question, call);
    let Some(rang) = ringing::rang_out(call) else { return evidence };
    for ending in &rang.endings {
        let Some(made) = ending.made.as_ref().filter(|made| made.by == Side::Server) else { continue };
        let reason =
            ending.reason.map_or_else(|| "without reason".to_owned(), |reason| format!("with reason {reason}"));
        let why = format!("A terminate {reason} ended the unanswered call: {}.", made.how);
        evidence.push(Evidence::supporting(question, "tells", made.strength, ending.index, why));
    }
    if evidence.is_empty() { silent(question, call, context, &rang).into_iter().collect() } else { evidence }
}

/// Offers that came in and say that their call is over.
fn over(question: &'static Question, call: &Call) -> Vec<Evidence> {
    // A call that was declined, or taken elsewhere, is over and was not missed.
    let is_missed = call.progress.outcome == Outcome::Missed;
    let offers = stanzas::of(call, &ActionName::Offer).into_iter().filter(|sight| is_missed && sight.is_inbound());
    let pieces = offers.filter_map(|sight| {
        let said = ["is_call_ended", "terminate_reason"].into_iter();
        let said: Vec<_> = said.filter_map(|name| Some(format!("{name}={}", sight.node.text(name)?))).collect();
        let late = if sight.row.observed.read().is_offline() { ", from the offline queue," } else { "" };
        let place = originator::seen_at(call, sight.row);
        let why = format!("An offer{late} {place}, says that the call is over: {}.", said.join(" and "));
        (!said.is_empty()).then(|| Evidence::supporting(question, "tells", Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

/// The terminate of a caller after which nothing of the server's came.
fn silent(
    question: &'static Question,
    call: &Call,
    context: &Context,
    rang: &ringing::RangOut<'_>,
) -> Option<Evidence> {
    let ending = rang.endings.iter().find(|ending| {
        let row = call.rows.get(ending.index);
        row.is_some_and(|row| {
            row.originator.side == Side::Caller && row.observed.direction() == Some(Direction::Outbound)
        })
    })?;
    let row = call.rows.get(ending.index)?;
    let later = call.rows.iter().skip(ending.index);
    let is_silent = !later.filter_map(originator::made).any(|made| made.by == Side::Server);
    let why = "After the caller's own terminate, nothing came from the server in this call while the socket was read.";
    (is_silent && coverage::after(call, context, row, coverage::ANSWERED_WITHIN))
        .then(|| Evidence::supporting(question, "silent", Strength::Absence, ending.index, why))
}

pub(super) fn missed_durations(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let endings: BTreeSet<usize> = rang.endings.iter().map(|ending| ending.index).collect();
    let pieces = call.rows.iter().enumerate().filter_map(|(index, row)| {
        let is_ending = endings.contains(&index) || row.copy_of.is_some_and(|sent| endings.contains(&sent));
        let action = row.observed.read().action().filter(|_| is_ending)?;
        let given = [("duration", &action.duration), ("audio_duration", &action.audio_duration)];
        let given = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref()?)));
        let given: Vec<_> = given.collect();
        let value = if given.is_empty() { "(none)".to_owned() } else { given.join(" ") };
        let why = format!("The terminate of an unanswered call, {}.", originator::seen_at(call, row));
        Some(Evidence::supporting(question, value, Strength::Direct, index, why))
    });
    pieces.collect()
}
