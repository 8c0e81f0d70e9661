//! What the packets say about a call's media, all together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::case::Case;
use super::collector::Flows;
use super::finding::{CauseId, FactId, Finding};
use super::leg::{Leg, Path, paths};
use super::tie::Role;
use super::timeline::{Event, events};
use super::transactions::median;
use crate::call::Call;
use crate::origin::{CaptureId, Direction, RecordNumber};

/// What the packets of a leg show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Why it has no sound, as far as that can be said.
    pub cause: Option<Finding<CauseId>>,
    /// What else is worth a line.
    pub facts: Vec<Finding<FactId>>,
    /// What happened, moment by moment.
    pub events: Vec<Event>,
}

/// A latency that the recorded device reported, and the round trip that packets show to the same relay before that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Index in [`Call::rows`] of the report.
    pub row: usize,
    /// The latency that it reports, as sent.
    pub value: u64,
    /// The median round trip in nanoseconds.
    pub round_trip: i64,
    /// The record with the first answer of the relay.
    pub record: RecordNumber,
}

/// What the packets say about the media of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallMedia {
    /// What the stanzas announce, and the media in each capture that has packets.
    pub path: Path,
    /// What each of the legs shows, in the same order.
    pub findings: Vec<Findings>,
    /// Reported latencies that packets bear out or not.
    pub measured: Vec<Measured>,
}

impl CallMedia {
    /// Returns what the packets of all captures say about each call, in the order of the calls; `None` for calls that have no
    /// media to speak of.
    #[must_use]
    pub fn of(calls: &[Arc<Call>], captures: &BTreeMap<CaptureId, Arc<Flows>>) -> Vec<Option<Arc<Self>>> {
        let media = |(call, path): (&Arc<Call>, Option<Path>)| {
            let path = path?;
            let findings = path.legs.iter().map(|leg| {
                let case = Case::of(call, &path, leg);
                let cause = case.cause();
                let mut facts = case.facts();
                // What is the cause is not said again.
                if cause.as_ref().is_some_and(|cause| cause.id == CauseId::RelayRefused) {
                    facts.retain(|fact| fact.id != FactId::RefusalBeside);
                }
                Findings { cause, facts, events: events(leg) }
            });
            let (findings, measured) = (findings.collect(), measured(call, &path));
            Some(Arc::new(Self { path, findings, measured }))
        };
        calls.iter().zip(paths(calls, captures)).map(media).collect()
    }

    /// Returns the legs, each with what it shows.
    pub fn legs(&self) -> impl Iterator<Item = (&Leg, &Findings)> {
        self.path.legs.iter().zip(&self.findings)
    }

    /// Returns why the call has no sound, with the leg that shows it.
    #[must_use]
    pub fn cause(&self) -> Option<(&Leg, &Finding<CauseId>)> {
        self.legs().find_map(|(leg, findings)| Some((leg, findings.cause.as_ref()?)))
    }

    /// Returns the nanoseconds from the accept to the first media of a direction; `None` if there was none, or no clock tells.
    #[must_use]
    pub fn since_accept(&self, direction: Direction) -> Option<i64> {
        self.path.legs.iter().find_map(|leg| leg.since_accept(leg.media[direction].as_ref()?.first))
    }
}

/// Returns the reports of recorded devices whose relay answered a request before.
fn measured(call: &Call, path: &Path) -> Vec<Measured> {
    let reports = path.announced.reports.iter().filter(|report| report.direction == Direction::Outbound);
    let measured = reports.filter_map(|report| {
        let row = call.rows.get(report.row)?;
        let relay = path.announced.reported(report)?;
        let is_it = |known: usize| known == relay || path.announced.is_same_relay(known, relay);
        // Only one clock says what came before what.
        let leg = path.legs.iter().find(|leg| leg.capture == row.observed.capture())?;
        let flows =
            leg.relays().filter(|(known, _)| matches!(known.tied.role, Role::Relay(Some(known)) if is_it(known)));
        let answered = flows.flat_map(|(known, flow)| known.allocates(flow)).filter_map(|asked| {
            let (_, answer) = asked.answer.as_ref()?;
            (answer.time <= row.observed.time()).then_some((asked.request, *answer))
        });
        let answered: Vec<_> = answered.collect();
        let round_trip = median(answered.iter().filter_map(|(request, answer)| answer.since(*request)).collect())?;
        let record = answered.iter().map(|(_, answer)| answer.record).min()?;
        Some(Measured { row: report.row, value: report.value?, round_trip, record })
    });
    measured.collect()
}
