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

/// The terminates that ended an answered call, each once; those that stop the ringing of siblings are none of them.
#[must_use]
pub fn hang_ups(call: &Call) -> Vec<HangUp<'_>> {
    let Some(accepted) = call.course.accepted else { return Vec::new() };
    let accepts = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Accept));
    let talk = |sight: &Sight<'_>| {
        let accept = accepts.get(&sight.row.vantage).and_then(|index| call.rows.get(*index))?;
        let talk = sight.row.observed.time()?.nanoseconds_since(accept.observed.time()?);
        (talk >= 0).then_some(talk)
    };
    let terminates = stanzas::of(call, &ActionName::Terminate).into_iter();
    let hang_ups = terminates.filter(|sight| sight.index > accepted && !sight.action.is_elsewhere());
    hang_ups.map(|sight| HangUp { talk: talk(&sight), sight }).collect()
}
