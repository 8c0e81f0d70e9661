//! How answered calls end.

use super::stanzas::{self, Sight};
use crate::call::Call;
use crate::protocol::stanza::ActionName;

/// A terminate that ended an answered call.
#[derive(Clone, Copy, Debug)]
pub struct HangUp<'c> {
    /// The terminate.
    pub sight: Sight<'c>,
    /// Nanoseconds from the accept to it, both as its own vantage saw them.
    pub talk: Option<i64>,
}

/// The terminates that ended an answered call, each once as it was sent, if that was recorded, and once as it arrived:
/// the server adds to what it delivers. Those that stop the ringing of siblings are none of them.
#[must_use]
pub fn hang_ups(call: &Call) -> Vec<HangUp<'_>> {
    let Some(accepted) = call.course.accepted else { return Vec::new() };
    let accepts = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Accept));
    let talk = |sight: &Sight<'_>| {
        let accept = accepts.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let talk = sight.row.observed.time()?.nanoseconds_since(accept.observed.time()?);
        (talk >= 0).then_some(talk)
    };
    let mut sights = stanzas::of(call, &ActionName::Terminate);
    sights.retain(Sight::is_outbound);
    sights.extend(stanzas::arrivals(call).into_iter().filter(|sight| sight.action.name == ActionName::Terminate));
    sights.sort_by_key(|sight| sight.index);
    let hang_ups = sights.into_iter().filter(|sight| sight.index > accepted && !sight.action.is_elsewhere());
    hang_ups.map(|sight| HangUp { talk: talk(&sight), sight }).collect()
}
