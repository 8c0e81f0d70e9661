//! With what reason do the callee's other devices stop ringing when nobody answers?
//!
//! *The question.* The flow of the missed call asks whether the callee's further devices get a terminate with reason
//! `timeout`, or one that says "elsewhere"; a third possibility is that they get none.
//!
//! *What decides it.* In a call that rang live and ended unanswered: a terminate that the caller addresses to one device
//! or to a list of them in `<destination>`; or two devices of the callee in one merged call, each with its own recorded
//! socket. What one device alone gets tells nothing of the others. That a recorded device got no terminate while its
//! socket was read without a gap is absence, and never more than a hint.
//!
//! *What is recorded.* The terminate, the devices, and the reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Role, Row, Side};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{covered, ringing, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "timeout-other-devices",
    page: "call-missed-timeout",
    number: Some(4),
    also: &[],
    title: "With what reason do the callee's other devices stop ringing when nobody answers?",
    shape: Shape::Exclusive,
    hypotheses: &["timeout", "elsewhere", "none"],
    source: include_str!("timeout_other_devices.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    if ringing::rang_out(call).is_none() {
        return Vec::new();
    }
    let mut evidence = sent_by_the_caller(call);
    evidence.extend(got_by_the_devices(call, context));
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
    let sent = row.copy_of.and_then(|sent| call.rows.get(sent)).map(|sent| sent.observed.read());
    sent.is_some_and(|sent| {
        sent.to.as_ref().is_some_and(|to| to.device != 0)
            || sent.action().is_some_and(|action| !action.destination.is_empty())
    })
}

/// Terminates that the caller addresses to devices, rather than to the account.
fn sent_by_the_caller(call: &Call) -> Vec<Evidence> {
    let terminates = stanzas::of(call, &ActionName::Terminate);
    let addressed = terminates.iter().filter(|sight| sight.is_outbound() && sight.row.maker.side == Side::Caller);
    let pieces = addressed.filter_map(|sight| {
        let hypothesis = spoken_for(sight.action.reason.as_deref())?;
        let to = sight.row.observed.read().to.as_ref().filter(|to| to.device != 0);
        let devices = match (sight.action.destination.len(), to) {
            (0, None) => return None,
            (0, Some(to)) => format!("the device {to}"),
            (count, _) => format!("{count} device{} in its destination", if count == 1 { "" } else { "s" }),
        };
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let why = format!("In an unanswered call the caller sent a terminate with reason {reason} to {devices}.");
        Some(Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

/// What two or more recorded devices of the callee got.
fn got_by_the_devices(call: &Call, context: &Context) -> Vec<Evidence> {
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
        device.map_or_else(|| "of unknown address".to_owned(), ToString::to_string)
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
            Some(Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, index, why))
        }
        (None, Some((index, row))) => {
            let until = Timestamp(end?.0.saturating_add(covered::ANSWERED_WITHIN));
            if !covered::between(call, context, row, row.observed.time(), Some(until)) {
                return None;
            }
            let why = format!(
                "The callee's device {} got no terminate, though its socket was read without a gap while another got one.",
                named(row)
            );
            Some(Evidence::supporting(QUESTION.id, "none", Strength::Absence, index, why))
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
