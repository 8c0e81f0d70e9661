//! The rules of a flow: one a step, that nobody accepted, and that no media path was set up.

use super::alignment::{Alignment, Sighting};
use super::flow::{End, Step};
use crate::call::{Call, Role};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::ActionName;
use crate::spec::context::Context;
use crate::spec::coverage::covered_until;
use crate::spec::observe::stanzas::{Sight, is_of_media, sights};
use crate::spec::packets::{SetUp, set_up_unanswered};
use crate::spec::rule::{Checks, Claim};

/// Checks one claim on a call that ended as the flow does that it was aligned with.
pub(in crate::spec) fn check(alignment: &Alignment, claim: Claim, call: &Call, context: &Context, checks: &mut Checks) {
    match claim {
        Claim::Step(number) => check_step(alignment, usize::from(number), call, checks),
        Claim::NoAccept => check_no_accept(call, context, checks),
        Claim::NoMedia => check_no_media(call, context, checks),
    }
}

/// Notes what was seen of a step, counted from 1.
fn check_step(alignment: &Alignment, number: usize, call: &Call, checks: &mut Checks) {
    let place = number.saturating_sub(1);
    let (Some(sighting), Some(step)) = (alignment.steps.get(place), alignment.flow.steps.get(place)) else { return };
    let confidence = step.confidence;
    let at = call.progress.offered.unwrap_or_default();
    match *sighting {
        Sighting::Seen(row) => match step.origin_of(row, call) {
            None => checks.holds(row, "it occurred in its place"),
            Some(origin) => {
                checks.novelty(row, format!("it comes from {origin}, unlike in the flow ({confidence})"));
            }
        },
        Sighting::Extra(row) => checks.novelty(row, format!("the step ({confidence}) occurred again")),
        Sighting::OutOfOrder(row) => checks.violated(row, format!("the step ({confidence}) came after a later one")),
        Sighting::Missing => match (step.may_miss)(call) {
            Some(why) => checks.undecided(at, format!("the step ({confidence}) did not occur: {why}")),
            None => checks.violated(at, format!("the step ({confidence}) did not occur, and would have been recorded")),
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
fn check_no_accept(call: &Call, context: &Context, checks: &mut Checks) {
    let is_accept = |act: &Sight<'_>| act.action.name == ActionName::Accept && act.row.refused_by.is_none();
    match sights(call).find(is_accept) {
        Some(accept) => checks.violated(accept.index, "the call was accepted"),
        None => note_absence(call, context, checks, "no accept was seen"),
    }
}

/// Notes whether a call that ended as the flow does got a media path.
fn check_no_media(call: &Call, context: &Context, checks: &mut Checks) {
    let offer = call.progress.offered.unwrap_or_default();
    match set_up_unanswered(call, context) {
        Some(SetUp::Media) => return checks.violated(offer, "packets show media"),
        Some(SetUp::Allocated) => {
            let why =
                "packets show that the recorded device allocated at a relay while the call rang: see reject-no-media";
            return checks.undecided(offer, why);
        }
        None => {}
    }
    let mut probes = sights(call).filter(|act| is_of_media(&act.action.name)).peekable();
    let probe = probes.peek().map(|act| act.index);
    match (probes.find(|act| act.action.name == ActionName::RelayElection), probe) {
        (Some(elected), _) => checks.violated(elected.index, "a relay was elected for the media"),
        (None, Some(probe)) => {
            checks.undecided(probe, "clients probed a media path while the call rang: see reject-no-media");
        }
        (None, None) => note_absence(call, context, checks, "no sign of a media path"),
    }
}

/// Notes that something did not happen, if the recording can show that.
fn note_absence(call: &Call, context: &Context, checks: &mut Checks, what: &'static str) {
    let at = call.progress.offered.unwrap_or_default();
    let Some(offer) = call.rows.get(at) else { return };
    let ended = call.progress.ended.and_then(|end| call.rows.get(end)).and_then(|end| end.observed.time());
    match covered_until(call, context, offer, ended.unwrap_or(Timestamp(i64::MAX))) {
        Ok(()) => checks.holds(at, what),
        Err(why) => checks.undecided(at, format!("{what}: {why}")),
    }
}
