//! Who originated the stanzas of a call, as far as all its vantages together show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::clock::{Alignment, ClockId};
use super::model::{Emitter, Originator, Provenance, Role, Row, Side, Vantage};
use super::recording::{Observed, covered_from};
use super::sockets::{Known, device_key};
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};

/// What attributes the stanzas of a call to their originators.
pub(super) struct Attribution<'c> {
    /// What is known apart from the call.
    pub(super) known: Known<'c>,
    /// Who created it.
    pub(super) creator: Option<&'c Jid>,
    /// Its vantages.
    pub(super) vantages: &'c [Vantage],
    /// The offsets of its clocks to one another.
    pub(super) alignment: &'c Alignment,
}

impl Attribution<'_> {
    /// Sets the originator of each row.
    ///
    /// A copy takes the originator of the stanza it was matched with: that socket was recorded. An inbound stanza that no
    /// recorded socket sent, though every device that `from` can mean was recorded without a gap, came from the server
    /// itself. Otherwise an inbound `from` stays what it is: the server's claim.
    pub(super) fn set(&self, rows: &mut [Row]) {
        let silence = Silence::of(self, rows);
        let mut originators: Vec<Originator> = rows.iter().map(|row| self.alone(row)).collect();
        for (index, row) in rows.iter().enumerate() {
            if let Some(made) = row.copy_of.get().and_then(|original| originators.get(original)) {
                let made = Originator { provenance: Provenance::Copy, ..made.clone() };
                if let Some(slot) = originators.get_mut(index) {
                    let side = if made.side == Side::Unknown { slot.side } else { made.side };
                    *slot = Originator { side, ..made };
                }
            } else if let Some(provenance) = silence.provenance(row)
                && let Some(slot) = originators.get_mut(index)
            {
                *slot = Originator { side: Side::Server, device: None, provenance };
            }
        }
        for (row, originator) in rows.iter_mut().zip(originators) {
            row.originator = originator;
        }
    }

    /// Returns the originator of a row as far as its own vantage shows.
    fn alone(&self, row: &Row) -> Originator {
        let vantage = self.vantages.get(row.vantage);
        let from = row.observed.read().from.as_ref();
        let is_ack = matches!(row.observed.read().body, Body::Ack(_));
        let side = Side::of(row.emitter, vantage.map_or(Role::Unknown, |vantage| vantage.role));
        match (row.emitter, from) {
            (Emitter::Local, _) => {
                let device = vantage.and_then(|vantage| vantage.device.jid()).cloned();
                Originator { side, device, provenance: Provenance::Outbound }
            }
            (Emitter::Unknown, Some(from)) if !is_ack && row.observed.direction() == Some(Direction::Inbound) => {
                let is_creator = self.creator.is_some_and(|creator| self.known.people.same_person(creator, from));
                // Whoever else takes part was called. An address of another kind may be the creator's.
                let is_other = || {
                    let creator = self.creator.map(Jid::person_account);
                    creator.is_some_and(|creator| creator.server == from.person_account().server)
                };
                let side = match side {
                    _ if is_creator => Side::Caller,
                    Side::Unknown if !from.is_server() && is_other() => Side::Callee,
                    side => side,
                };
                Originator { side, device: Some(from.clone()), provenance: Provenance::Claim }
            }
            (Emitter::Unknown, _) => Originator { side, device: None, provenance: Provenance::None },
            (Emitter::Peer | Emitter::OwnOther | Emitter::Server, from) => {
                Originator { side, device: from.cloned(), provenance: Provenance::Claim }
            }
        }
    }
}

/// What the devices of a call did not send, while they were recorded without a gap.
struct Silence<'m> {
    attribution: &'m Attribution<'m>,
    /// The first moment of the call on each clock.
    starts: BTreeMap<ClockId, Timestamp>,
    /// The clocks on which the call begins with an outbound offer: nothing of the call came before that.
    offered: BTreeSet<ClockId>,
}

impl<'m> Silence<'m> {
    fn of(attribution: &'m Attribution<'m>, rows: &[Row]) -> Self {
        // A client's log is used only where there is nothing better: it may leave out what the client did not expect.
        let is_from_wire = |observed: &Observed| attribution.known.sockets.is_from_wire(observed);
        let on_wire: BTreeSet<usize> =
            rows.iter().filter(|row| is_from_wire(&row.observed)).map(|row| row.vantage).collect();
        let mut silence = Self { attribution, starts: BTreeMap::new(), offered: BTreeSet::new() };
        for row in rows {
            let counts = |observed: &&Arc<Observed>| is_from_wire(observed) || !on_wire.contains(&row.vantage);
            for observed in row.observations().filter(counts) {
                silence.begin(row, observed);
            }
        }
        silence
    }

    /// Adds one recording of a row.
    fn begin(&mut self, row: &Row, observed: &Observed) {
        let Some(time) = observed.time() else { return };
        let clock = self.attribution.known.sockets.clock(observed.socket());
        let is_offer = observed.read().action().is_some_and(|action| action.name == ActionName::Offer);
        if !self.starts.contains_key(&clock) && is_offer && row.emitter == Emitter::Local {
            self.offered.insert(clock);
        }
        let start = self.starts.entry(clock).or_insert(time);
        *start = time.min(*start);
    }

    /// Returns how it is known that the server originated a row; `None` if it is not.
    fn provenance(&self, row: &Row) -> Option<Provenance> {
        let from = accountable(row)?;
        let people = self.attribution.known.people;
        let person = people.person(from);
        let is_silent = |device: u16| self.is_silent(&person.with_device(device), row);
        if from.device != 0 {
            return is_silent(from.device).then_some(Provenance::Silence);
        }
        let linked = people.linked_devices(from);
        if linked.is_empty() || !linked.iter().all(|device| is_silent(*device)) {
            return None;
        }
        // The account's phone is never in a list of linked devices, and may have sent it too: on the caller's side only if
        // no stanza names another device that placed the call.
        let placed_by_linked =
            self.attribution.creator.is_some_and(|creator| creator.device != 0 && people.same_person(creator, from));
        match (is_silent(0), placed_by_linked) {
            (true, _) => Some(Provenance::Silence),
            (false, true) => Some(Provenance::SilenceOfSome),
            (false, false) => None,
        }
    }

    /// Returns whether a recording of a device covers everything from the beginning of the call to the arrival of
    /// `arrived`. It is known not to hold that stanza, since `arrived` is not a copy.
    fn is_silent(&self, device: &Jid, arrived: &Row) -> bool {
        let Known { people, covered, .. } = self.attribution.known;
        let recordings = covered.get(&device_key(device, people)).map_or(&[][..], Vec::as_slice);
        recordings.iter().any(|(clock, spans)| {
            let (start, end) = (self.start_in(*clock), self.end_in(*clock, arrived));
            matches!((start, end), (Some(start), Some(end)) if covered_from(spans, start).is_some_and(|until| end <= until))
        })
    }

    /// Returns the earliest moment, on a clock, at which the call can have begun. Where that is uncertain, the widest bound
    /// counts: silence has to cover every moment at which the stanza could have been sent.
    fn start_in(&self, clock: ClockId) -> Option<Timestamp> {
        if self.offered.contains(&clock) {
            return self.starts.get(&clock).copied();
        }
        let starts = self.starts.iter().map(|(of, start)| {
            let later = self.attribution.alignment.at_most(clock, *of)?;
            Some(Timestamp(start.0.saturating_sub(later)))
        });
        starts.min_by_key(|start| start.map_or(i64::MIN, |start| start.0))?
    }

    /// Returns the latest moment, on a clock, at which a stanza can have arrived elsewhere.
    fn end_in(&self, clock: ClockId, arrived: &Row) -> Option<Timestamp> {
        let ends = arrived.observations().filter_map(|observed| {
            let later =
                self.attribution.alignment.at_most(self.attribution.known.sockets.clock(observed.socket()), clock)?;
            Some(Timestamp(observed.time()?.0.saturating_add(later)))
        });
        ends.min()
    }
}

/// Returns the `from` of a stanza that would have been recognised on its originator's socket: a delivered call stanza with
/// an id, from an account. Without an id, or for acks and receipts, a missing copy proves nothing.
fn accountable(row: &Row) -> Option<&Jid> {
    let stanza = row.observed.read();
    let is_recognisable = matches!(stanza.body, Body::Call(Some(_)))
        && stanza.id.is_some()
        && row.observed.direction() == Some(Direction::Inbound)
        && row.copy_of.is_none();
    let is_account =
        |from: &&Jid| !from.is_server() && matches!(from.person_account().server.as_ref(), "lid" | "s.whatsapp.net");
    stanza.from.as_ref().filter(|_| is_recognisable).filter(is_account)
}
