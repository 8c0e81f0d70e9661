//! When things happened in a call: over several clocks, and in what was read without a gap.

use std::sync::Arc;

use super::clock::{Clock, ClockId, LOG_SLACK, clock_of};
use super::lookup::Found;
use super::model::{Call, Row};
use super::recording::Socket;
use crate::origin::{Direction, Lapse, Timestamp};
use crate::protocol::stanza::{Action, ActionName};

impl Call {
    /// Returns whether row `one` came before row `other`; `None` if that is unknown, or if they are closer together than
    /// the clocks' bounds.
    ///
    /// Rows of one clock or one vantage are in order, a stanza comes before its copy, and what one clock saw of both decides.
    /// A client's log is in the order of logging: what it sent and what it received within 10 ms of each other has no
    /// order, unless one answers the other. Inside the bounds nothing has an order: a verdict on who came first must not
    /// rest on the middle of an interval.
    #[must_use]
    pub fn is_before(&self, one: usize, other: usize) -> Option<bool> {
        let (first, second) = (self.rows.get(one)?, self.rows.get(other)?);
        let in_order = || (one != other).then_some(one < other);
        if first.copy_of.get() == Some(other) || second.copy_of.get() == Some(one) {
            return in_order();
        }
        if first.vantage == second.vantage || self.clock_of(first) == self.clock_of(second) {
            return if self.is_logged_together(one, other) { None } else { in_order() };
        }
        let bounds = self.moment(first).zip(self.moment(second));
        match bounds {
            Some((first, second)) if first.most < second.least => Some(true),
            Some((first, second)) if second.most < first.least => Some(false),
            // Who had received the one when it saw the other knows that it had been sent before.
            _ if self.is_received_before(one, other) => Some(true),
            _ if self.is_received_before(other, one) => Some(false),
            _ => None,
        }
    }

    /// Returns whether a client logged two rows of opposite directions too closely for their order to mean anything.
    fn is_logged_together(&self, one: usize, other: usize) -> bool {
        let (Some(first), Some(second)) = (self.rows.get(one), self.rows.get(other)) else { return false };
        let is_answer = first.answers.get() == Some(other) || second.answers.get() == Some(one);
        if is_answer
            || first.observed.direction() == second.observed.direction()
            || !self.is_logged(first)
            || !self.is_logged(second)
        {
            return false;
        }
        let is_late =
            |accept: usize, row: usize| self.came_in_by(accept).is_some_and(|told| told <= row && row < accept);
        if is_late(one, other) || is_late(other, one) {
            return true;
        }
        let apart = first.observed.time().zip(second.observed.time());
        apart.is_some_and(|(first, second)| first.nanoseconds_since(second).saturating_abs() <= LOG_SLACK)
    }

    /// Returns whether a row is known from a client's log only.
    fn is_logged(&self, row: &Row) -> bool {
        let says_so = self.recording(row).is_some_and(|recording| recording.is_from_wire);
        !says_so && !row.observed.read().is_from_wire()
    }

    /// Returns the row by which an accept had come in that a client logged later than that: its own word to other devices
    /// that the call was taken. `None` where the log does not contradict itself.
    fn came_in_by(&self, accept: usize) -> Option<usize> {
        let row = self.rows.get(accept).filter(|row| self.is_logged(row))?;
        let is_accept = row.observed.read().action().is_some_and(|action| action.name == ActionName::Accept);
        if !is_accept || row.observed.direction() != Some(Direction::Inbound) {
            return None;
        }
        let tells = |other: &Row| {
            other.vantage == row.vantage
                && other.observed.direction() == Some(Direction::Outbound)
                && other.observed.read().action().is_some_and(Action::is_elsewhere)
        };
        self.rows.iter().take(accept).position(tells)
    }

    /// Returns whether a copy of row `one` certainly arrived where `other` was recorded, before it.
    fn is_received_before(&self, one: usize, other: usize) -> bool {
        let Some(second) = self.rows.get(other) else { return false };
        let copies = self.found().copies_of(one).iter().filter_map(|copy| Some((*copy, self.rows.get(*copy)?)));
        let mut here =
            copies.filter(|(_, row)| row.vantage == second.vantage || self.clock_of(row) == self.clock_of(second));
        here.any(|(copy, _)| copy < other && !self.is_logged_together(copy, other))
    }

    /// Returns the nanoseconds from one row to another, on aligned clocks in the middle of their bounds; negative if the
    /// first is later. `None` if a time or an offset between the clocks is unknown.
    #[must_use]
    pub fn elapsed(&self, from: usize, to: usize) -> Option<i64> {
        let places = (from.min(to), from.max(to));
        let (from, to) = (self.rows.get(from)?, self.rows.get(to)?);
        let elapsed = to.observed.time()?.nanoseconds_since(from.observed.time()?);
        if from.vantage == to.vantage || self.clock_of(from) == self.clock_of(to) {
            return (!self.is_set_back(places, self.clock_of(from))).then_some(elapsed);
        }
        let add = |row: &Row| Some(self.clocks.get(&self.clock_of(row))?.middle());
        Some(elapsed.saturating_add(add(to)?).saturating_sub(add(from)?))
    }

    /// Returns how far [`Self::elapsed`] may be off, in nanoseconds: 0 between rows of one clock; `None` where `elapsed`
    /// is.
    #[must_use]
    pub fn uncertainty(&self, from: usize, to: usize) -> Option<i64> {
        let (from, to) = (self.rows.get(from)?, self.rows.get(to)?);
        if from.vantage == to.vantage || self.clock_of(from) == self.clock_of(to) {
            return Some(0);
        }
        let half = |row: &Row| {
            let clock = self.clocks.get(&self.clock_of(row))?;
            Some(clock.most.saturating_sub(clock.least) / 2)
        };
        Some(half(from)?.saturating_add(half(to)?))
    }

    /// Returns the time from one row to another, and how far it may be off. A clock that recorded both, or a copy, is
    /// preferred; otherwise it is as [`Self::elapsed`]. `None` where that is, and where a client logged one of them too late.
    #[must_use]
    pub fn lapse(&self, from: usize, to: usize) -> Option<Lapse> {
        if self.came_in_by(from).is_some() || self.came_in_by(to).is_some() {
            return None;
        }
        let (first, last) = (self.rows.get(from)?, self.rows.get(to)?);
        if first.vantage == last.vantage || self.clock_of(first) == self.clock_of(last) {
            return self.lapse_between(from, to);
        }
        let seen = |index: usize, vantage: usize| {
            let original = self.rows.get(index).and_then(|row| row.copy_of.get());
            let is_it = |(other, row): &(usize, &Row)| {
                row.vantage == vantage
                    && (*other == index || row.copy_of.get() == Some(index) || original == Some(*other))
            };
            self.rows.iter().enumerate().find(is_it).map(|(index, _)| index)
        };
        let by_one = |vantage: usize| self.lapse_between(seen(from, vantage)?, seen(to, vantage)?);
        let by_one = [first.vantage, last.vantage].into_iter().find_map(by_one);
        by_one.or_else(|| self.lapse_between(from, to))
    }

    /// Returns the time between two rows of a recording without times, by the server's stamps of both: whole seconds.
    fn stamped_lapse(&self, from: usize, to: usize) -> Option<Lapse> {
        let stamp = |row: usize| {
            let row = self.rows.get(row).filter(|row| row.observed.time().is_none())?;
            row.observed.read().node.text("t")?.parse::<u32>().ok()
        };
        let seconds = i64::from(stamp(to)?) - i64::from(stamp(from)?);
        Some(Lapse { nanoseconds: seconds * 1_000_000_000, bound: 1_000_000_000 })
    }

    fn lapse_between(&self, from: usize, to: usize) -> Option<Lapse> {
        let Some(nanoseconds) = self.elapsed(from, to) else { return self.stamped_lapse(from, to) };
        let resolution = |row: usize| Some(self.rows.get(row)?.observed.stanza.origin.resolution);
        let resolution = resolution(from)?.max(resolution(to)?).nanoseconds();
        Some(Lapse { nanoseconds, bound: self.uncertainty(from, to)?.saturating_add(resolution) })
    }

    /// Returns when a row was recorded, on the clock of the call's first vantage in the middle of its bounds; `None` if its
    /// time or its clock is unknown.
    #[must_use]
    pub fn aligned(&self, row: usize) -> Option<Timestamp> {
        let row = self.rows.get(row)?;
        let time = row.observed.time()?;
        if row.vantage == 0 {
            return Some(time);
        }
        let add = self.clocks.get(&self.clock_of(row))?.middle();
        Some(Timestamp(time.0.saturating_add(add)))
    }

    /// Returns whether a clock was set back between two rows: what it shows before and after says nothing about the time
    /// between.
    fn is_set_back(&self, rows: (usize, usize), clock: ClockId) -> bool {
        self.found().is_set_back(rows, clock)
    }

    fn found(&self) -> &Found {
        self.lookup.get_or_find(|| {
            let mut found = Found::default();
            for (index, row) in self.rows.iter().enumerate() {
                if let Some(original) = row.copy_of.get() {
                    found.copy(index, original);
                }
                if let Some(time) = row.observed.time() {
                    found.time(index, self.clock_of(row), time);
                }
            }
            found.finish()
        })
    }

    /// Returns the clock by which a row was recorded.
    pub(super) fn clock_of(&self, row: &Row) -> ClockId {
        self.clock_of_socket(row.observed.socket())
    }

    /// Returns the clock by which a socket was recorded.
    #[must_use]
    pub fn clock_of_socket(&self, socket: Socket) -> ClockId {
        clock_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Returns the bounds of when a row was recorded, in nanoseconds since the Unix epoch on the clock of the call's first
    /// vantage.
    fn moment(&self, row: &Row) -> Option<Clock> {
        let time = row.observed.time()?.0;
        let clock = self.clocks.get(&self.clock_of(row))?;
        Some(Clock { least: time.saturating_add(clock.least), most: time.saturating_add(clock.most) })
    }
}
