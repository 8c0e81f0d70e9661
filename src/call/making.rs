//! Who made the stanzas of a call, as far as all its vantages tell together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::clock::{Alignment, ClockId};
use super::course::Side;
use super::derive::Known;
use super::maker::{Maker, Proof};
use super::recording::covered_from;
use super::sockets::device_key;
use super::{Emitter, Observed, Role, Row, Vantage};
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};

/// What is known of a call whose makers are looked for.
pub(super) struct Making<'c> {
    /// What is known beside the call.
    pub(super) known: Known<'c>,
    /// Who created it.
    pub(super) creator: Option<&'c Jid>,
    /// Its vantages.
    pub(super) vantages: &'c [Vantage],
    /// How its clocks are to one another.
    pub(super) alignment: &'c Alignment,
}

impl Making<'_> {
    /// Sets the maker of each row.
    pub(super) fn make(&self, rows: &mut [Row]) {
        let silence = Silence::of(self, rows);
        let mut makers: Vec<Maker> = rows.iter().map(|row| self.alone(row)).collect();
        for (index, row) in rows.iter().enumerate() {
            if let Some(made) = row.copy_of.and_then(|original| makers.get(original)) {
                let made = Maker { proof: Proof::Copy, ..made.clone() };
                if let Some(slot) = makers.get_mut(index) {
                    let side = if made.side == Side::Unknown { slot.side } else { made.side };
                    *slot = Maker { side, ..made };
                }
            } else if let Some(proof) = silence.proof(row)
                && let Some(slot) = makers.get_mut(index)
            {
                *slot = Maker { side: Side::Server, device: None, proof };
            }
        }
        for (row, maker) in rows.iter_mut().zip(makers) {
            row.maker = maker;
        }
    }

    /// Who made the stanza of a row, as its own vantage tells.
    fn alone(&self, row: &Row) -> Maker {
        let vantage = self.vantages.get(row.vantage);
        let from = row.observed.read().from.as_ref();
        let is_ack = matches!(row.observed.read().body, Body::Ack(_));
        let side = Side::of(row.emitter, vantage.map_or(Role::Unknown, |vantage| vantage.role));
        match (row.emitter, from) {
            (Emitter::Local, _) => {
                let device = vantage.and_then(|vantage| vantage.device.jid()).cloned();
                Maker { side, device, proof: Proof::Outbound }
            }
            (Emitter::Unknown, Some(from)) if !is_ack && row.observed.direction() == Some(Direction::Inbound) => {
                let is_creator = self.creator.is_some_and(|creator| self.known.people.same_person(creator, from));
                let side = if is_creator { Side::Caller } else { side };
                Maker { side, device: Some(from.clone()), proof: Proof::Claim }
            }
            (Emitter::Unknown, _) => Maker { side, device: None, proof: Proof::None },
            (Emitter::Peer | Emitter::OwnOther | Emitter::Server, from) => {
                Maker { side, device: from.cloned(), proof: Proof::Claim }
            }
        }
    }
}

/// What the devices of a call did not send, while they were recorded without a gap.
struct Silence<'m> {
    making: &'m Making<'m>,
    /// The first moment of the call on each clock.
    starts: BTreeMap<ClockId, Timestamp>,
    /// The clocks on which the call begins with an offer that leaves its maker: nothing of it was before.
    offered: BTreeSet<ClockId>,
}

impl<'m> Silence<'m> {
    fn of(making: &'m Making<'m>, rows: &[Row]) -> Self {
        let is_from_wire = |sight: &Observed| making.known.sockets.is_from_wire(sight);
        let on_wire: BTreeSet<usize> =
            rows.iter().filter(|row| is_from_wire(&row.observed)).map(|row| row.vantage).collect();
        let mut silence = Self { making, starts: BTreeMap::new(), offered: BTreeSet::new() };
        for row in rows {
            let counts = |sight: &&Arc<Observed>| is_from_wire(sight) || !on_wire.contains(&row.vantage);
            for sight in row.sights().filter(counts) {
                silence.begin(row, sight);
            }
        }
        silence
    }

    /// Takes one recording of a row into account.
    fn begin(&mut self, row: &Row, sight: &Observed) {
        let Some(time) = sight.time() else { return };
        let clock = self.making.known.sockets.clock(sight.socket());
        let is_offer = sight.read().action().is_some_and(|action| action.name == ActionName::Offer);
        if !self.starts.contains_key(&clock) && is_offer && row.emitter == Emitter::Local {
            self.offered.insert(clock);
        }
        let start = self.starts.entry(clock).or_insert(time);
        *start = time.min(*start);
    }

    /// How it is known that the server made the stanza of a row; `None` if it is not.
    fn proof(&self, row: &Row) -> Option<Proof> {
        let from = accountable(row)?;
        let people = self.making.known.people;
        let person = people.person(from);
        let is_silent = |device: u16| self.is_silent(&Jid { device, ..person.clone() }, row);
        if from.device != 0 {
            return is_silent(from.device).then_some(Proof::Silence);
        }
        let linked = people.linked_devices(from);
        if linked.is_empty() || !linked.iter().all(|device| is_silent(*device)) {
            return None;
        }
        // The account's phone may have sent it too.
        Some(if is_silent(0) { Proof::Silence } else { Proof::SilenceOfSome })
    }

    /// Whether a recording of a device holds all from the beginning of the call to the moment at which the stanza of
    /// `arrived` was there. That it holds no such stanza is known: what arrived is no copy.
    fn is_silent(&self, device: &Jid, arrived: &Row) -> bool {
        let Known { people, covered, .. } = self.making.known;
        let recordings = covered.get(&device_key(device, people)).map_or(&[][..], Vec::as_slice);
        recordings.iter().any(|(clock, spans)| {
            let (start, end) = (self.start_in(*clock), self.end_in(*clock, arrived));
            matches!((start, end), (Some(start), Some(end)) if covered_from(spans, start).is_some_and(|until| end <= until))
        })
    }

    /// The earliest moment, on a clock, at which the call can have begun.
    fn start_in(&self, clock: ClockId) -> Option<Timestamp> {
        if self.offered.contains(&clock) {
            return self.starts.get(&clock).copied();
        }
        let starts = self.starts.iter().map(|(of, start)| {
            let later = self.making.alignment.at_most(clock, *of)?;
            Some(Timestamp(start.0.saturating_sub(later)))
        });
        starts.min_by_key(|start| start.map_or(i64::MIN, |start| start.0))?
    }

    /// The latest moment, on a clock, at which a stanza can have arrived elsewhere.
    fn end_in(&self, clock: ClockId, arrived: &Row) -> Option<Timestamp> {
        let ends = arrived.sights().filter_map(|sight| {
            let later = self.making.alignment.at_most(self.making.known.sockets.clock(sight.socket()), clock)?;
            Some(Timestamp(sight.time()?.0.saturating_add(later)))
        });
        ends.min()
    }
}

/// Whom the server names as sender of a call stanza whose passage through its maker's socket could be recognised.
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
