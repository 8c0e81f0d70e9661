//! Answered calls, what stops the ringing of other devices in them, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use super::stanzas::{self, Sight};
use super::{SECOND, declined};
use crate::call::{Call, Row};
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
    let Some(accepted) = call.progress.accepted else { return Vec::new() };
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

/// An answered call as one vantage saw it.
#[derive(Clone, Copy, Debug)]
pub struct Talk<'c> {
    /// Index of the accept in [`Call::rows`].
    pub accept: usize,
    /// The accept.
    pub accepted: &'c Row,
    /// The terminate that ended the call there, or the last stanza of the call there.
    pub last: &'c Row,
}

/// Nanoseconds after the accept for which a call may still be set up.
pub const SET_UP: i64 = 5 * SECOND;

impl Talk<'_> {
    /// Nanoseconds from the accept to a row of the same vantage.
    #[must_use]
    pub fn until(&self, row: &Row) -> Option<i64> {
        Some(row.observed.time()?.nanoseconds_since(self.accepted.observed.time()?))
    }

    /// Nanoseconds from the accept to the end.
    #[must_use]
    pub fn duration(&self) -> Option<i64> {
        self.until(self.last)
    }
}

/// The vantages that saw a call answered, by vantage.
#[must_use]
pub fn talks(call: &Call) -> BTreeMap<usize, Talk<'_>> {
    let mut talks: BTreeMap<usize, Talk<'_>> = BTreeMap::new();
    if call.progress.accepted.is_none() {
        return talks;
    }
    let mut ended = BTreeSet::new();
    for (index, row) in call.rows.iter().enumerate() {
        let action = row.observed.read().action();
        match talks.get_mut(&row.vantage) {
            Some(talk) if !ended.contains(&row.vantage) => {
                talk.last = row;
                if action.is_some_and(|action| action.name == ActionName::Terminate && !action.is_elsewhere()) {
                    ended.insert(row.vantage);
                }
            }
            None if action.is_some_and(|action| action.name == ActionName::Accept) => {
                talks.insert(row.vantage, Talk { accept: index, accepted: row, last: row });
            }
            Some(_) | None => {}
        }
    }
    talks
}

/// The terminates, each once, that tell a device that another device of its account took the call: by the word in the
/// reason, or because an accept went before and the reason does not speak of a decline.
#[must_use]
pub fn told_elsewhere(call: &Call) -> Vec<Sight<'_>> {
    let mut terminates = stanzas::of(call, &ActionName::Terminate);
    terminates.retain(|sight| {
        let reason = sight.action.reason.as_deref().unwrap_or_default();
        let follows = call.progress.accepted.is_some_and(|accepted| accepted < sight.index);
        sight.action.is_elsewhere() && (reason.starts_with("accept") || follows && !declined::speaks_of_decline(reason))
    });
    terminates
}

/// The call stanzas, each once, that a vantage sent or got after the accept, with what it saw of the call.
#[must_use]
pub fn during(call: &Call) -> Vec<(Sight<'_>, Talk<'_>)> {
    let talks = talks(call);
    if talks.is_empty() {
        return Vec::new();
    }
    let sights = stanzas::each(call).into_iter();
    sights
        .filter_map(|sight| Some((sight, *talks.get(&sight.row.vantage).filter(|it| it.accept < sight.index)?)))
        .collect()
}
