//! Checks of what packets show of the claims of SIG-17; `page.md` says what each claims.

use crate::call::{Call, Role};
use crate::media::{FactId, Leg};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::Context;
use crate::spec::observe::{SECOND, seconds, stanzas};
use crate::spec::packets::facts;
use crate::spec::rule::Checks;

/// How long after a terminate packets that were on their way may still go out.
const AFTERWARDS: i64 = SECOND / 2;

/// Returns the captures with media of the caller's, whose clock is that of its stanzas.
fn callers<'m>(call: &'m Call, context: &'m Context) -> impl Iterator<Item = &'m Leg> {
    let legs = context.media(call).into_iter().flat_map(|media| &media.path.legs);
    legs.filter(|leg| {
        let is_caller = call.vantages.get(leg.vantage).is_some_and(|vantage| vantage.role == Role::Caller);
        is_caller && leg.clock_apart.is_none()
    })
}

pub(super) fn no_early_media(call: &Call, context: &Context, checks: &mut Checks) {
    let preaccepts = stanzas::of(call, &ActionName::Preaccept);
    let Some(preaccept) = preaccepts.iter().find(|sight| sight.is_inbound()) else { return };
    for leg in callers(call, context) {
        let Some(accept) = leg.accept else { continue };
        let first = leg.media[Direction::Outbound].as_ref().map(|seen| seen.first);
        match (first, first.and_then(|first| leg.since_accept(first))) {
            (Some(first), Some(since)) if since < 0 => checks.violated(
                preaccept.index,
                format!("media went out {} before the accept, first in record {}", seconds(-since), first.record),
            ),
            (Some(_), Some(_)) => checks.holds(accept.row, "media went out only after the accept"),
            _ => {
                let why = leg.coverage.limit().unwrap_or("no media of the caller's was recognised");
                checks.undecided(accept.row, why);
            }
        }
    }
}

pub(super) fn kept_alive(call: &Call, context: &Context, checks: &mut Checks) {
    let Some(media) = context.media(call) else { return };
    for leg in callers(call, context) {
        let Some(accept) = leg.accept else { continue };
        let has = |id| facts(media, id).any(|(other, _)| other.capture == leg.capture);
        if has(FactId::KeptAlive) {
            checks.holds(accept.row, "keep-alives went out while media did");
        } else if has(FactId::NotKeptAlive) {
            checks.violated(accept.row, "media went out for 30 s or more after the last keep-alive");
        } else {
            let why = leg.coverage.limit().unwrap_or("too little of the caller's media was recognised");
            checks.undecided(accept.row, why);
        }
    }
}

pub(super) fn media_stops(call: &Call, context: &Context, checks: &mut Checks) {
    for leg in callers(call, context) {
        let (Some(end), Some(_)) = (leg.end, leg.accept) else { continue };
        let last = leg.media[Direction::Outbound].as_ref().map(|seen| seen.last);
        let goes_on = leg.all.end.time.is_some_and(|time| time.nanoseconds_since(end.time) >= AFTERWARDS);
        match last.and_then(|last| Some((last, last.time?.nanoseconds_since(end.time)))) {
            Some((last, since)) if since > AFTERWARDS => checks.violated(
                end.row,
                format!("media went out until {} after the terminate, in record {}", seconds(since), last.record),
            ),
            Some(_) if goes_on && leg.coverage.limit().is_none() => {
                checks.holds(end.row, "no media went out after the terminate");
            }
            Some(_) => {
                let why = leg.coverage.limit().unwrap_or("the capture ends with the call");
                checks.undecided(end.row, why);
            }
            None => {
                let why = leg.coverage.limit().unwrap_or("no media of the caller's was recognised");
                checks.undecided(end.row, why);
            }
        }
    }
}
