//! A leg, with what causes and facts ask of it.

use super::announce::Announced;
use super::leg::{Leg, LegFlow, Path, Seen};
use super::tie::Role;
use crate::call::Call;
use crate::origin::{Direction, Timestamp};

pub(super) const SECOND: i64 = 1_000_000_000;

/// How long media must be missing before it has stopped, and how late it is late, in nanoseconds: five periods of comfort
/// noise.
pub(super) const SILENCE: i64 = 2 * SECOND;

/// A leg of a call.
pub(super) struct Case<'a> {
    pub(super) call: &'a Call,
    pub(super) announced: &'a Announced,
    pub(super) leg: &'a Leg,
    /// When the call was connected: the accept, or in a call joined late the first packet.
    pub(super) from: Option<Timestamp>,
    /// When the capture of its media ends.
    pub(super) until: Option<Timestamp>,
}

impl<'a> Case<'a> {
    pub(super) fn of(call: &'a Call, path: &'a Path, leg: &'a Leg) -> Self {
        let is_late = call.progress.offered.is_none() && call.progress.accepted.is_none();
        let first = leg.flows().filter_map(|(_, flow)| flow.span()?.0.time).min();
        let from = leg.accept.map(|accept| accept.time).or(first.filter(|_| is_late));
        Self { call, announced: &path.announced, leg, from, until: leg.until() }
    }

    /// Returns the relay of a flow.
    pub(super) const fn relay_of(known: &LegFlow) -> Option<usize> {
        if let Role::Relay(relay) = known.tied.role { relay } else { None }
    }

    /// Returns whether two announced addresses are of one relay.
    pub(super) fn is_one_relay(&self, one: usize, other: usize) -> bool {
        one == other || self.announced.is_same_relay(one, other)
    }

    /// Returns the row of the accept.
    pub(super) fn accept_rows(&self) -> Vec<usize> {
        self.leg.accept.map(|accept| accept.row).into_iter().collect()
    }

    /// Returns media of a direction.
    pub(super) fn media(&self, direction: Direction) -> Option<&Seen> {
        self.leg.media[direction].as_ref()
    }

    /// Returns whether media of a direction never came, or stopped before the end.
    pub(super) fn is_missing(&self, direction: Direction) -> bool {
        self.media(direction).is_none_or(|_| self.silence(direction) >= SILENCE)
    }

    /// Returns how long before the end media of a direction stopped, in nanoseconds.
    pub(super) fn silence(&self, direction: Direction) -> i64 {
        let last = self.media(direction).and_then(|seen| seen.last.time);
        self.until.zip(last).map_or(0, |(until, last)| until.nanoseconds_since(last))
    }

    /// Returns how long the call lasted once it was connected.
    pub(super) fn length(&self) -> i64 {
        self.until.zip(self.from).map_or(0, |(until, from)| until.nanoseconds_since(from))
    }

    /// Returns how long media of a direction flowed.
    pub(super) fn span(&self, direction: Direction) -> i64 {
        self.media(direction).and_then(|seen| seen.last.since(seen.first)).unwrap_or_default()
    }

    /// Returns whether what is inside a flow's DTLS is unknown: then it shows less.
    pub(super) fn is_sealed(&self) -> bool {
        self.leg.flows().any(|(_, flow)| flow.is_sealed())
    }

    /// Returns how many of the relays that were asked answered, a clause; nothing where answers were not recorded.
    pub(super) fn answered_clause(&self, answered: u64) -> String {
        if self.leg.all.recorded.is_some() { String::new() } else { format!("; {answered} answered") }
    }

    /// Returns how many relays some flows lead to.
    pub(super) fn count_relays<'f>(&self, flows: impl Iterator<Item = &'f LegFlow>) -> u64 {
        let mut seen: Vec<Option<usize>> = Vec::new();
        for relay in flows.map(Self::relay_of) {
            let is_same = |known: &Option<usize>| match (known, relay) {
                (Some(known), Some(relay)) => self.is_one_relay(*known, relay),
                (known, relay) => *known == relay,
            };
            if !seen.iter().any(is_same) {
                seen.push(relay);
            }
        }
        seen.len() as u64
    }
}
