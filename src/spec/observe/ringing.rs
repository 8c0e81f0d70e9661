//! Calls that rang until somebody's patience or timer ran out.

use foldhash::{HashMap, HashSet};

use super::originator::{self, Made};
use super::{declined, stanzas};
use crate::call::{Announced, Call, Clock, Provenance, Row, Side};
use crate::protocol::binary::{Element, Jid};
use crate::protocol::stanza::{ActionName, Body};

/// A call that was offered live, and neither answered, declined nor refused, but ended.
#[derive(Clone, Debug)]
pub struct RangOut<'c> {
    /// What ended it: for each vantage the first terminate that it sent or got, each stanza once.
    pub endings: Vec<Ending<'c>>,
    /// The ring timeout that the settings of the offer or of its ack announce.
    pub announced: Option<Announced>,
}

/// A terminate that ended a call for a device.
#[derive(Clone, Debug)]
pub struct Ending<'c> {
    /// Index of its row in [`Call::rows`].
    pub index: usize,
    /// Its `reason`.
    pub reason: Option<&'c str>,
    /// Nanoseconds from the offer to it, as its own vantage saw both.
    pub ring: Option<i64>,
    /// Who made it.
    pub made: Option<Made>,
    /// Whether it may have come after another side's, and before it: the clocks of the vantages do not tell.
    pub is_tied: bool,
    /// Who made it, comparable over calls; `None` where that is unknown.
    pub ender: Option<Ender>,
}

impl Ending<'_> {
    /// Whether it says itself that the ring time was over.
    #[must_use]
    pub fn says_timeout(&self) -> bool {
        self.reason == Some("timeout")
    }
}

/// Who ends calls: the side, and the person, unless it is the server.
pub type Ender = (&'static str, Option<Jid>);

/// How a call rang out; `None` if it did not, or if the recording does not show that it did.
#[must_use]
pub fn rang_out(call: &Call) -> Option<RangOut<'_>> {
    let is_settled = call.progress.accepted.is_some() || declined::declined(call).is_some();
    // What went on after a reject without effect is not known well enough.
    if is_settled || !call.progress.without_effect.is_empty() || !was_offered_live(call) {
        return None;
    }
    let offers = stanzas::first_by_vantage(call, |row| stanzas::is(row, &ActionName::Offer));
    let (mut ended, mut arrived, mut known) = (HashSet::default(), HashMap::default(), HashSet::default());
    let mut endings: Vec<Ending<'_>> = Vec::new();
    for (index, row) in call.rows.iter().enumerate() {
        let stanza = row.observed.read();
        let Some(action) = stanza.action().filter(|action| action.name == ActionName::Terminate) else { continue };
        if action.is_elsewhere() {
            // The receiver of such a terminate knows that the call was taken or declined; its sender need not.
            if matches!(row.originator.provenance, Provenance::Outbound | Provenance::Copy) {
                continue;
            } else {
                return None;
            }
        }
        if is_refused(call, row) || !ended.insert(row.vantage) {
            continue;
        }
        let sent = row.copy_of.get().unwrap_or(index);
        // One stanza that several devices got without its originator's own sight of it.
        let sight = (stanza.id.as_deref(), row.observed.direction(), row.originator.side.name());
        let first = if sight.0.is_some() { *arrived.entry(sight).or_insert(sent) } else { sent };
        if first == sent && known.insert(sent) {
            let row = call.rows.get(sent).unwrap_or(row);
            let offer = offers.get(&row.vantage).and_then(|offer| call.rows.get(*offer));
            endings.push(ending(call, sent, row, offer));
        }
    }
    settle_order(call, &mut endings);
    (!endings.is_empty()).then(|| RangOut { endings, announced: call.announced() })
}

fn ending<'c>(call: &Call, index: usize, row: &'c Row, offer: Option<&Row>) -> Ending<'c> {
    let reason = row.observed.read().action().and_then(|action| action.reason.as_deref());
    // An empty reason says as little as none.
    let reason = reason.filter(|reason| !reason.is_empty());
    let made = originator::made(row);
    let ender = made.as_ref().map(|made| ender(call, row, made.by));
    let ring = offer.and_then(|offer| Some(row.observed.time()?.nanoseconds_since(offer.observed.time()?)));
    Ending { index, reason, ring: ring.filter(|ring| *ring >= 0), made, is_tied: false, ender }
}

fn ender(call: &Call, row: &Row, by: Side) -> Ender {
    let device = row.originator.device.as_ref();
    let person = match by {
        Side::Caller => device.or(call.caller.as_ref()),
        Side::Callee => device.or(call.callee.as_ref()),
        Side::Server | Side::Unknown => None,
    };
    (by.name(), person.map(|jid| call.people.person(jid)))
}

/// Whether a call between two people was offered live: no offer is late, and the last one was not refused.
#[must_use]
pub fn was_offered_live(call: &Call) -> bool {
    if call.group {
        return false;
    }
    let mut offered = false;
    for row in &call.rows {
        let stanza = row.observed.read();
        match &stanza.body {
            Body::Call(Some(action)) if action.name == ActionName::OfferNotice => return false,
            Body::Call(Some(action)) if action.name == ActionName::Offer => {
                let is_over = |node: Element<'_>| {
                    node.attribute("is_call_ended").is_some() || node.attribute("terminate_reason").is_some()
                };
                if stanza.is_offline() || stanza.action_node().is_some_and(is_over) {
                    return false;
                }
                // A client whose offer was refused may offer again: only the last one counts.
                offered = row.refused_by.is_none();
            }
            Body::Ack(ack) if ack.error.is_some() && row.action == Some(ActionName::Offer) => {
                offered &= row.answers.is_some();
            }
            Body::Call(_) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => {}
        }
    }
    offered
}

/// Whether a row, or the stanza that it is a copy of, was refused.
fn is_refused(call: &Call, row: &Row) -> bool {
    let original = row.copy_of.get().and_then(|original| call.rows.get(original));
    row.refused_by.get().or_else(|| original?.refused_by.get()).is_some()
}

/// A client that sends a terminate when another side's had ended the call before did not end it. Where the clocks of
/// the vantages do not tell which of two sides' own terminates came first, both are tied.
fn settle_order(call: &Call, endings: &mut Vec<Ending<'_>>) {
    let sent = |ending: &Ending<'_>| {
        let row = call.rows.get(ending.index)?;
        let was_sent = matches!(row.originator.provenance, Provenance::Outbound | Provenance::Copy);
        was_sent.then_some((row.originator.side, span(call, row)?))
    };
    // Of each side, the earliest moments at which one of its own terminates can have left, and must have left.
    let mut sides: Vec<(Side, (i64, i64))> = Vec::new();
    for (side, (least, most)) in endings.iter().filter_map(sent) {
        match sides.iter_mut().find(|(known, _)| *known == side) {
            Some((_, span)) => *span = (span.0.min(least), span.1.min(most)),
            None => sides.push((side, (least, most))),
        }
    }
    endings.retain_mut(|ending| {
        let Some((side, (least, most))) = sent(ending) else { return true };
        let mut others = sides.iter().filter(|(other, _)| *other != side).map(|(_, span)| *span);
        ending.is_tied = others.clone().any(|(other, _)| other <= most);
        !others.any(|(_, other)| other < least)
    });
}

/// When a row was recorded, on the clock of the first vantage, from the earliest to the latest possible nanosecond.
fn span(call: &Call, row: &Row) -> Option<(i64, i64)> {
    let time = row.observed.time()?.0;
    let unknown = Clock { least: i64::MIN, most: i64::MAX };
    let clock = match call.vantage_of(row)?.clock {
        Some(clock) => clock,
        None if row.vantage == 0 => Clock { least: 0, most: 0 },
        None => unknown,
    };
    Some((time.saturating_add(clock.least), time.saturating_add(clock.most)))
}
