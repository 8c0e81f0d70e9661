//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Role, Row, Side};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::context::Moment;
use crate::spec::observe::{ringing, seconds, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage};

/// Not data: it compares the clocks of several recordings, and a call with others.
pub(super) fn ring_timeout_side(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let announced = rang.announced.map(|announced| {
        let why = format!("The settings announce a caller_timeout of {}.", seconds(announced.timeout));
        Evidence::supporting(question, "caller", Strength::Indirect, announced.index, why)
    });
    let ended = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref()?;
        let by_timer = ending.says_timeout() || ending.reason.is_none();
        let is_sure = context.is_by_timer(&rang, ending);
        let (strength, when) = match context.moment(&rang, ending) {
            Some(Moment::At(when)) if is_sure && !ending.is_tied => (made.strength, when),
            Some(Moment::At(when)) if by_timer && !is_sure => {
                (made.strength.min(Strength::Indirect), format!("{when}, but without a reason, as a person would"))
            }
            Some(Moment::At(when)) if by_timer => (
                made.strength.min(Strength::Indirect),
                format!("{when}, but the clocks do not show whether it was the first"),
            ),
            _ if ending.says_timeout() => {
                let when = ending
                    .ring
                    .map_or_else(|| "at an unrecorded time".to_owned(), |ring| format!("after {}", seconds(ring)));
                let why = format!("{when}, with reason timeout, but not at a known ring timeout");
                (made.strength.min(Strength::Indirect), why)
            }
            _ => return None,
        };
        let why = format!("The {}'s terminate ended the unanswered call {when}: {}.", made.by.name(), made.how);
        Some(Evidence::supporting(question, made.by.name(), strength, ending.index, why))
    });
    announced.into_iter().chain(ended).collect()
}

/// Not data: it compares the clocks of several recordings, and a call with others.
pub(super) fn timeout_terminate_sender(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref().filter(|made| made.by != Side::Unknown)?;
        let what = match (context.moment(&rang, ending), ending.says_timeout(), ending.reason) {
            (Some(Moment::At(when)), true, _) => format!("a terminate with reason timeout {when}"),
            (_, true, _) => "a terminate with reason timeout".to_owned(),
            (Some(Moment::At(when)), false, None) => format!("a terminate without reason {when}"),
            _ => return None,
        };
        let (strength, tie) = if !ending.says_timeout() && !context.is_by_timer(&rang, ending) {
            (made.strength.min(Strength::Indirect), "; a person may have hung up")
        } else if ending.is_tied {
            (made.strength.min(Strength::Indirect), "; the clocks do not show which side's came first")
        } else {
            (made.strength, "")
        };
        let why = format!("The unanswered call was ended by {what}: {}{tie}.", made.how);
        Some(Evidence::supporting(question, made.by.name(), strength, ending.index, why))
    });
    pieces.collect()
}

/// Not data: it compares a call with other calls of the same caller.
pub(super) fn cancel_vs_timeout(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref().filter(|made| made.by == Side::Caller)?;
        let Some(Moment::Before(when)) = context.moment(&rang, ending) else { return None };
        if !is_given_up(ending.reason) {
            return None;
        }
        let at_timeout: Vec<_> = context.reasons_at_timeout(ending.ender.as_ref()?).collect();
        if at_timeout.is_empty() {
            return None;
        }
        let hypothesis = if at_timeout.contains(&ending.reason) { "same" } else { "distinct" };
        let with =
            |reason: Option<&str>| reason.map_or_else(|| "no reason".to_owned(), |reason| format!("reason {reason}"));
        let others: Vec<_> = at_timeout.into_iter().map(with).collect();
        let why = format!(
            "The caller gave up {when}, with {}; at the timeout, the same caller's calls end with {}: {}.",
            with(ending.reason),
            others.join(" or "),
            made.how
        );
        Some(Evidence::supporting(question, hypothesis, made.strength, ending.index, why))
    });
    pieces.collect()
}

/// Whether a reason is what a caller sends who gives up: none, or one that says so. Others tell of a failure.
fn is_given_up(reason: Option<&str>) -> bool {
    reason.is_none_or(|reason| matches!(reason, "cancelled" | "canceled" | "cancel" | "user" | "hangup"))
}

/// Not data: it compares what several recorded devices got.
pub(super) fn timeout_other_devices(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    if ringing::rang_out(call).is_none() {
        return Vec::new();
    }
    let mut evidence = sent_by_the_caller(question, call);
    evidence.extend(got_by_the_devices(question, call, context));
    evidence
}

/// Which hypothesis a reason speaks for. An ordinary reason, or none, speaks for neither.
fn spoken_for(reason: Option<&str>) -> Option<&'static str> {
    match reason {
        Some("timeout") => Some("timeout"),
        Some(reason) if reason.ends_with("_elsewhere") => Some("elsewhere"),
        _ => None,
    }
}

/// Whether a row is a copy of a terminate that counts where the caller sent it.
fn is_addressed_to_devices(call: &Call, row: &Row) -> bool {
    let sent = row.copy_of.get().and_then(|sent| call.rows.get(sent)).map(|sent| sent.observed.read());
    sent.is_some_and(|sent| {
        sent.to.as_ref().is_some_and(|to| to.device != 0)
            || sent.action().is_some_and(|action| !action.destination.is_empty())
    })
}

/// Terminates that the caller addresses to devices, rather than to the account.
fn sent_by_the_caller(question: &'static Question, call: &Call) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate);
    let addressed = terminates.iter().filter(|sight| sight.is_outbound() && sight.row.originator.side == Side::Caller);
    let pieces = addressed.filter_map(|sight| {
        let hypothesis = spoken_for(sight.action.reason.as_deref())?;
        let to = sight.row.observed.read().to.as_ref().filter(|to| to.device != 0);
        let devices = match (sight.action.destination.len(), to) {
            (0, None) => return None,
            (0, Some(to)) => format!("the device {to}"),
            (count, _) => format!("{count} device{} in its destination", if count == 1 { "" } else { "s" }),
        };
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("In an unanswered call, the caller sent a terminate with reason {reason} to {devices}.");
        Some(Evidence::supporting(question, hypothesis, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

/// What two or more recorded devices of the callee got.
fn got_by_the_devices(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let mut devices: BTreeMap<usize, Device<'_>> = BTreeMap::new();
    for (index, row) in call.rows.iter().enumerate() {
        if !matches!(call.role_of(row), Role::Callee | Role::CalleeOther) {
            continue;
        }
        let Some(action) = row.observed.read().action() else { continue };
        let device = devices.entry(row.vantage).or_default();
        match action.name {
            ActionName::Offer if device.offer.is_none() => device.offer = Some((index, row)),
            ActionName::Terminate if device.terminate.is_none() => {
                device.terminate = Some((index, row, action.reason.as_deref()));
            }
            _ => {}
        }
    }
    devices.retain(|_, device| device.offer.is_some());
    if devices.len() < 2 {
        return Vec::new();
    }
    let end = devices.values().filter_map(|device| device.terminate?.1.observed.time()).max();
    let named = |row: &Row| {
        let device = call.vantage_of(row).and_then(|vantage| vantage.device.jid());
        device.map_or_else(|| "with an unknown address".to_owned(), ToString::to_string)
    };
    // One stanza to the account arrives at each device, and is one observation.
    let mut counted = BTreeSet::new();
    let pieces = devices.values().filter_map(|device| match (device.terminate, device.offer) {
        (Some((index, row, reason)), _) => {
            let hypothesis = spoken_for(reason)?;
            let is_counted = is_addressed_to_devices(call, row) || !counted.insert(row.observed.read().id.clone());
            if is_counted || row.observed.direction() == Some(Direction::Outbound) {
                return None;
            }
            let reason = reason.unwrap_or_default();
            let why = format!("The callee's device {}, one of several recorded, got reason {reason}.", named(row));
            Some(Evidence::supporting(question, hypothesis, Strength::Direct, index, why))
        }
        (None, Some((index, row))) => {
            let until = Timestamp(end?.0.saturating_add(coverage::ANSWERED_WITHIN));
            if !coverage::between(call, context, row, row.observed.time(), Some(until)) {
                return None;
            }
            let why = format!(
                "The callee's device {} got no terminate while another did, although its socket was read without a gap.",
                named(row)
            );
            Some(Evidence::supporting(question, "none", Strength::Absence, index, why))
        }
        (None, None) => None,
    });
    pieces.collect()
}

/// What one device of the callee got first.
#[derive(Default)]
struct Device<'c> {
    offer: Option<(usize, &'c Row)>,
    terminate: Option<(usize, &'c Row, Option<&'c str>)>,
}
