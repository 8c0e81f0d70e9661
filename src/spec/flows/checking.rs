//! The rules of a flow: one a step, that nobody accepted, and that no media path was set up.

use super::{Alignment, End, Flow, Sighting, Step};
use crate::call::{Call, Role};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::acts::{acts, is_of_media};
use crate::spec::observe::covered::covered_until;
use crate::spec::{Checks, Context};

/// Notes what was seen of a step, from 1, of a flow in a call that ended as the flow does.
pub(super) fn check_step(flow: &'static Flow, number: usize, call: &Call, context: &Context, checks: &mut Checks) {
    if !(flow.is_of)(call) {
        return;
    }
    let Some(alignment) = Alignment::of(call, context) else { return };
    let place = number.saturating_sub(1);
    let (Some(sighting), Some(step)) = (alignment.steps.get(place), flow.steps.get(place)) else { return };
    let confidence = step.confidence;
    let at = call.course.offered.unwrap_or_default();
    match *sighting {
        Sighting::Seen(row) => match step.origin_of(row, call) {
            None => checks.holds(row, "it was seen in its place"),
            Some(origin) => {
                checks.novelty(row, format!("it comes from {origin}; the page draws it otherwise ({confidence})"));
            }
        },
        Sighting::Extra(row) => checks.novelty(row, format!("the step ({confidence}) was seen again")),
        Sighting::OutOfOrder(row) => checks.violated(row, format!("the step ({confidence}) came after a later one")),
        Sighting::Missing => match (step.may_miss)(call) {
            Some(why) => checks.undecided(at, format!("the step ({confidence}) was not seen: {why}")),
            None => checks.violated(at, format!("the step ({confidence}) was not seen, and would have been")),
        },
        Sighting::NotVisible(why) => checks.undecided(at, format!("the step ({confidence}) is not visible: {why}")),
    }
}

impl Step {
    /// Where a row that is this step comes from, if that is not whence the page draws it.
    fn origin_of(&self, row: usize, call: &Call) -> Option<&'static str> {
        self.or_from?;
        let row = call.rows.get(row)?;
        let outbound = row.observed.direction() == Some(Direction::Outbound);
        match (outbound, call.role_of(row), self.from) {
            (true, Role::Caller, End::Server | End::Callee) => Some("the caller"),
            (true, Role::Callee | Role::CalleeOther, End::Server | End::Caller) => Some("the callee"),
            (false, Role::Caller, End::Caller) => Some("the callee or the server"),
            _ => None,
        }
    }
}

/// Notes whether anybody accepted a call that ended as the flow does.
pub(super) fn check_no_accept(flow: &'static Flow, call: &Call, context: &Context, checks: &mut Checks) {
    if !(flow.is_of)(call) {
        return;
    }
    match acts(call).find(|act| act.action.name == ActionName::Accept) {
        Some(accept) => checks.violated(accept.index, "the call was accepted"),
        None => note_absence(call, context, checks, "no accept was seen"),
    }
}

/// Notes whether a call that ended as the flow does got a media path.
pub(super) fn check_no_media(flow: &'static Flow, call: &Call, context: &Context, checks: &mut Checks) {
    if !(flow.is_of)(call) {
        return;
    }
    let mut probes = acts(call).filter(|act| is_of_media(&act.action.name)).peekable();
    let probe = probes.peek().map(|act| act.index);
    match (probes.find(|act| act.action.name == ActionName::RelayElection), probe) {
        (Some(elected), _) => checks.violated(elected.index, "a relay was elected for the call's media"),
        (None, Some(probe)) => {
            checks.undecided(probe, "clients looked for a media path while it rang: see reject-no-media");
        }
        (None, None) => note_absence(call, context, checks, "nothing about a media path was seen"),
    }
}

/// Notes that something did not happen, if the recording can show that.
fn note_absence(call: &Call, context: &Context, checks: &mut Checks, what: &'static str) {
    let at = call.course.offered.unwrap_or_default();
    let Some(offer) = call.rows.get(at) else { return };
    let ended = call.course.ended.and_then(|end| call.rows.get(end)).and_then(|end| end.observed.time());
    match covered_until(call, context, offer, ended.unwrap_or(Timestamp(i64::MAX))) {
        Ok(()) => checks.holds(at, what),
        Err(why) => checks.undecided(at, format!("{what}: {why}")),
    }
}

/// Declares a rule of a flow: the function that checks it, with the number of the step where it is about one.
macro_rules! flow_rule {
    ($name:ident, $file:literal, $id:literal, $check:ident($($step:literal)?), $title:literal) => {
        #[doc = $title]
        pub(in crate::spec) const $name: Rule = Rule {
            id: $id,
            page: FLOW.page,
            title: $title,
            grade: Grade::Warning,
            source: include_str!($file),
            check: |call, context, checks| $check(&FLOW, $($step,)? call, context, checks),
        };
    };
}

/// Declares the rule of one step of a flow.
macro_rules! step_rule {
    ($name:ident, $file:literal, $id:literal, $number:literal, $title:literal) => {
        flow_rule!($name, $file, $id, check_step($number), $title);
    };
}

pub(super) use {flow_rule, step_rule};
