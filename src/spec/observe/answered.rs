//! Answered calls, what stops the ringing of other devices in them, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use super::stanzas::{self, Sight};
use super::{SECOND, declined, group};
use crate::call::{Call, LegState, Row};
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
    let stops = stops(call);
    let hang_ups = sights.into_iter().filter(|sight| sight.index > accepted && ends(&stops, sight));
    hang_ups.map(|sight| HangUp { talk: talk(&sight), sight }).collect()
}

/// The rows, by index, with the terminates that stopped devices other than the one that took the call, and ended nothing.
fn stops(call: &Call) -> BTreeSet<usize> {
    let rows = |state: LegState| {
        let steps = call.legs.iter().flat_map(|leg| &leg.steps).filter(move |step| step.state == state);
        steps.map(|step| step.row).collect::<BTreeSet<_>>()
    };
    &rows(LegState::Stopped) - &rows(LegState::Ended)
}

/// Whether a terminate ends an answered call: it was not refused, and it does not stop only other devices.
fn ends(stops: &BTreeSet<usize>, sight: &Sight<'_>) -> bool {
    let sent = sight.row.copy_of.get().unwrap_or(sight.index);
    sight.row.refused_by.is_none() && !sight.action.is_elsewhere() && !stops.contains(&sent)
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
    /// Index of it in [`Call::rows`].
    pub last_index: usize,
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
    let (stops, mut ended) = (stops(call), BTreeSet::new());
    for (index, row) in call.rows.iter().enumerate() {
        let action = row.observed.read().action();
        match talks.get_mut(&row.vantage) {
            Some(talk) if !ended.contains(&row.vantage) => {
                (talk.last, talk.last_index) = (row, index);
                let sight = Sight::of(index, row).filter(|sight| sight.action.name == ActionName::Terminate);
                if sight.is_some_and(|sight| ends(&stops, &sight)) {
                    ended.insert(row.vantage);
                }
            }
            None if action.is_some_and(|action| action.name == ActionName::Accept) && row.refused_by.is_none() => {
                talks.insert(row.vantage, Talk { accept: index, accepted: row, last: row, last_index: index });
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

/// The call stanzas, each once, that a vantage sent or got between the accept and the end, with what it saw of the call.
/// What comes later is of no call any more; an invitation of a third person is not of this one.
#[must_use]
pub fn during(call: &Call) -> Vec<(Sight<'_>, Talk<'_>)> {
    let talks = talks(call);
    if talks.is_empty() {
        return Vec::new();
    }
    let sights = stanzas::each(call).into_iter();
    sights
        .filter(|sight| !group::is_invitation(call, sight))
        .filter_map(|sight| {
            let talk = talks.get(&sight.row.vantage)?;
            (talk.accept < sight.index && sight.index <= talk.last_index).then_some((sight, *talk))
        })
        .collect()
}
