//! Answered calls, what stops the ringing of other devices in them, and how they end.

use std::collections::{BTreeMap, BTreeSet};

use super::stanzas::{self, Sight};
use super::{SECOND, answers, declined, group};
use crate::call::{Call, Row, Side};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;

/// Index of the accept that answered a call. One that was refused answers nothing.
#[must_use]
pub fn accepted(call: &Call) -> Option<usize> {
    call.progress.accepted.filter(|accept| !answers::is_refused(call, *accept))
}

/// Whether a terminate ends the call that an accept began: it was not refused, and it does not stop only devices other
/// than the one that accepted.
fn ends(call: &Call, accepted: usize, sight: &Sight<'_>) -> bool {
    let accepter = call.rows.get(accepted).and_then(|row| row.originator.device.as_ref());
    let to = sight.row.observed.read().to.as_slice();
    let targets = if sight.action.destination.is_empty() { to } else { &sight.action.destination };
    let is_other = |accepter: &Jid| {
        let spares = |target: &Jid| target.device != 0 && !call.people.same_device(target, accepter);
        accepter.device != 0 && !targets.is_empty() && targets.iter().all(spares)
    };
    let stops_others = sight.row.originator.side == Side::Caller && accepter.is_some_and(is_other);
    !sight.action.is_elsewhere() && !stops_others && !answers::is_refused(call, sight.index)
}

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
    let Some(accepted) = accepted(call) else { return Vec::new() };
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
    let hang_ups = sights.into_iter().filter(|sight| sight.index > accepted && ends(call, accepted, sight));
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
    let Some(accepted) = accepted(call) else { return talks };
    let mut ended = BTreeSet::new();
    for (index, row) in call.rows.iter().enumerate() {
        let action = row.observed.read().action();
        match talks.get_mut(&row.vantage) {
            Some(talk) if !ended.contains(&row.vantage) => {
                (talk.last, talk.last_index) = (row, index);
                let sight = Sight::of(index, row).filter(|sight| sight.action.name == ActionName::Terminate);
                if sight.is_some_and(|sight| ends(call, accepted, &sight)) {
                    ended.insert(row.vantage);
                }
            }
            None if action.is_some_and(|action| action.name == ActionName::Accept) && !answers::is_refused(call, index) => {
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
        let follows = accepted(call).is_some_and(|accepted| accepted < sight.index);
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
