//! The checks of the rules on clients; `page.md` says what each one checks.

use crate::call::{Call, declines};
use crate::origin::Direction;
use crate::protocol::stanza::{AckError, ActionName};
use crate::spec::coverage::covered_until;
use crate::spec::observe::answers::{self, Reception};
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{SECOND, seconds};
use crate::spec::{Checks, Context};

/// Codes that speak of the account, of whom it calls or of the server itself, not of the stanza.
const NOT_OF_THE_STANZA: [&str; 5] = ["403", "404", "427", "463", "503"];

pub(super) fn server_accepts(call: &Call, _: &Context, checks: &mut Checks) {
    let answers = answers::answers(call);
    for sight in stanzas::sights(call).filter(Sight::is_outbound) {
        let Some(answers) = answers.get(sight.index) else { continue };
        let action = &sight.action.name;
        match answers::reception(call, answers) {
            Reception::Acked { .. } => checks.holds(sight.index, "the server acknowledged it without an error"),
            Reception::Refused { error: AckError { code: Some(code), .. }, .. } => {
                if NOT_OF_THE_STANZA.contains(&&**code) {
                    let why = format!(
                        "the server refused the {action} with error {code}, which need not be due to the stanza"
                    );
                    checks.undecided(sight.index, why);
                } else {
                    checks.violated(sight.index, format!("the server refused the {action} with error {code}"));
                }
            }
            Reception::Refused { .. } => {
                let why = format!(
                    "the server refused the {action} with an error without a code, so it need not be due to the stanza"
                );
                checks.undecided(sight.index, why);
            }
            Reception::Unknown => {}
        }
    }
}

/// Reasons of a terminate by which the other side gives up an answered call as lost.
const LOST: [&str; 3] = ["timeout", "connection_lost", "lost"];

pub(super) fn hang_up_sent(call: &Call, context: &Context, checks: &mut Checks) {
    for (place, _) in call.vantages.iter().enumerate() {
        let own = || stanzas::sights(call).filter(move |sight| sight.row.vantage == place);
        let ends = |sight: &Sight<'_>| matches!(sight.action.name, ActionName::Terminate | ActionName::Reject);
        if let Some(end) = own().find(|sight| ends(sight) && sight.is_outbound() && sight.row.refused_by.is_none()) {
            checks.holds(end.index, "the client said that it left the call");
            continue;
        }
        if let Some(left) = context.left(call, place) {
            let Some(last) = call.rows.get(left.last) else { continue };
            match covered_until(call, context, last, left.next) {
                Ok(()) => checks.violated(
                    left.last,
                    "nothing followed it: the client began another call without a terminate or a reject for this one",
                ),
                Err(why) => {
                    checks.undecided(
                        left.last,
                        format!("unknown whether a terminate followed before the next call: {why}"),
                    );
                }
            }
            continue;
        }
        let gave_up = own().find(|sight| {
            let reason = sight.action.reason.as_deref().unwrap_or_default();
            sight.action.name == ActionName::Terminate && sight.is_in_call(call) && LOST.contains(&reason)
        });
        if let Some(end) = gave_up {
            checks.undecided(end.index, "the other side gave the call up as lost: this client may have left it before");
        }
    }
}

/// Returns whether a reject is a device's own doing, and no person's: a reason that says neither decline nor busy.
fn is_automatic(sight: &Sight<'_>) -> bool {
    let reason = sight.action.reason.as_deref();
    sight.action.name == ActionName::Reject && !declines(sight.action) && reason != Some("busy")
}

pub(super) fn no_automatic_reject(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in stanzas::rejects(call).filter(|reject| reject.row.repeats.is_none() && reject.row.copy_of.is_none()) {
        let reason = reject.action.reason.as_deref().unwrap_or_default();
        let device = reject.row.originator.device.as_ref().map(|device| device.device);
        match (is_automatic(&reject), reject.row.observed.direction(), device) {
            (false, Some(Direction::Outbound), _) => checks.holds(reject.index, "a person declined, or was busy"),
            (true, Some(Direction::Outbound), Some(1..)) => checks
                .violated(reject.index, format!("the companion rejected the call by itself, with reason {reason}")),
            (true, Some(Direction::Outbound), None) => checks.undecided(
                reject.index,
                format!(
                    "the device rejected the call by itself, with reason {reason}; whether it is a companion is unknown"
                ),
            ),
            (true, Some(Direction::Inbound), Some(1..)) => checks.novelty(
                reject.index,
                format!("a companion of the other side rejected the call by itself, with reason {reason}"),
            ),
            _ => {}
        }
    }
}

/// How soon after an automatic reject a caller's terminate follows from it, in nanoseconds.
const AT_ONCE: i64 = 2 * SECOND;

pub(super) fn waits_for_siblings(call: &Call, _: &Context, checks: &mut Checks) {
    if call.progress.accepted.is_some() {
        return;
    }
    let mut rejected: Vec<Option<Sight<'_>>> = vec![None; call.vantages.len()];
    for sight in stanzas::sights(call) {
        let Some(rejected) = rejected.get_mut(sight.row.vantage) else { continue };
        if sight.is_inbound() && is_automatic(&sight) {
            rejected.get_or_insert(sight);
        } else if sight.is_outbound() && sight.action.name == ActionName::Terminate {
            let Some(reject) = rejected.take() else { continue };
            let after = sight.row.observed.time().zip(reject.row.observed.time());
            let Some(after) = after.map(|(end, start)| end.nanoseconds_since(start)) else { continue };
            if !rings_elsewhere(call, &reject) {
                checks.undecided(sight.index, "no other device was seen to ring");
            } else if after <= AT_ONCE {
                let why = format!("it ended the call {} after one device had rejected by itself", seconds(after));
                checks.violated(sight.index, why);
            } else {
                checks.holds(sight.index, "the call rang on after the automatic reject of one device");
            }
        }
    }
    for reject in rejected.into_iter().flatten() {
        checks.holds(reject.index, "the caller did not end the call for it");
    }
}

/// Returns whether a device other than the one that rejected was seen to ring.
fn rings_elsewhere(call: &Call, reject: &Sight<'_>) -> bool {
    let device = reject.row.originator.device.as_ref();
    stanzas::named(call, ActionName::Preaccept).any(|ring| {
        let other = ring.row.originator.device.as_ref();
        device.zip(other).is_some_and(|(device, other)| !call.people.same_device(device, other))
    })
}

pub(super) fn reject_ends_ringing(call: &Call, _: &Context, checks: &mut Checks) {
    for reject in stanzas::rejects(call).filter(|reject| reject.declines() && reject.row.repeats.is_none()) {
        let is_without_effect =
            call.progress.without_effect.contains(&reject.row.copy_of.get().unwrap_or(reject.index));
        match (is_without_effect, reject.is_outbound()) {
            (false, true) if call.progress.ended == Some(reject.index) => {
                checks.holds(reject.index, "the call ended with it");
            }
            (true, true) => checks.violated(reject.index, rings_on(call, &reject)),
            (true, false) if reject.row.copy_of.is_none() => {
                checks.novelty(reject.index, format!("{}; sent by the other side", rings_on(call, &reject)));
            }
            _ => {}
        }
    }
}

/// Says why a reject is without effect.
fn rings_on(call: &Call, reject: &Sight<'_>) -> String {
    if reject.row.refused_by.is_some() {
        return "the server refused it, and the call rang on".to_owned();
    }
    let end = call.progress.ended.and_then(|end| call.rows.get(end));
    let after = end.and_then(|end| Some(end.observed.time()?.nanoseconds_since(reject.row.observed.time()?)));
    let child =
        reject.node.children().first().map_or_else(String::new, |child| format!("; it contains a `<{}>`", child.tag()));
    match after.filter(|after| *after > 0) {
        Some(after) => format!("the call rang on for {} after it{child}", seconds(after)),
        None => format!("the call rang on after it{child}"),
    }
}
