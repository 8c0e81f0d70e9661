//! What the packets say about a call's media, all together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::case::Case;
use super::collector::Flows;
use super::count::{Moment, median};
use super::dialled::{Dialled, dialled};
use super::finding::{CauseId, FactId, Finding};
use super::leg::{Coverage, Leg, LegFlow, Path, paths};
use super::tie::Role;
use super::timeline::{Event, events};
use crate::call::Call;
use crate::origin::{CaptureId, Direction, RecordNumber};

/// What the packets of a leg show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Why it has no sound, as far as that can be said.
    pub cause: Option<Finding<CauseId>>,
    /// What else is worth a line.
    pub facts: Vec<Finding<FactId>>,
    /// What they show of conduct that the spec describes.
    pub conduct: Vec<Finding<FactId>>,
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
    /// The round trip that the server announced for the relay, in milliseconds.
    pub announced: Option<u64>,
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
    /// Reports of the recorded device about relays to which it had sent nothing: indexes in [`Call::rows`].
    pub unprobed: Vec<usize>,
    /// Addresses in stanzas to which packets went.
    pub dialled: Vec<Dialled>,
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
                Findings { cause, facts, conduct: case.conduct(), events: events(leg) }
            });
            let (findings, reports) = (findings.collect(), outbound(call, &path));
            let unprobed = reports.iter().filter(|report| report.is_unprobed()).map(|report| report.row).collect();
            let measured = reports.iter().filter_map(Reported::measured).collect();
            let dialled = dialled(call, &path);
            Some(Arc::new(Self { path, findings, measured, unprobed, dialled }))
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

/// A report of the recorded device about a relay, and what packets show of that relay before it.
struct Reported {
    row: usize,
    value: Option<u64>,
    announced: Option<u64>,
    /// The requests to the relay that were answered, and the answers.
    answered: Vec<(Moment, Moment)>,
    /// Whether everything that went to the relay was recorded, and nothing did.
    is_unprobed: bool,
}

impl Reported {
    const fn is_unprobed(&self) -> bool {
        self.is_unprobed
    }

    fn measured(&self) -> Option<Measured> {
        let took = self.answered.iter().filter_map(|(request, answer)| answer.since(*request));
        let round_trip = median(took.collect())?;
        let record = self.answered.iter().map(|(_, answer)| answer.record).min()?;
        Some(Measured { row: self.row, value: self.value?, announced: self.announced, round_trip, record })
    }
}

/// Returns the reports of recorded devices about relays whose address is known.
fn outbound(call: &Call, path: &Path) -> Vec<Reported> {
    let reports = path.announced.reports.iter().filter(|report| report.direction == Direction::Outbound);
    let reported = reports.filter_map(|report| {
        let row = call.rows.get(report.row)?;
        let relay = path.announced.reported(report)?;
        let is_it = |known: usize| known == relay || path.announced.is_same_relay(known, relay);
        // Only one clock says what came before what.
        let leg = path.legs.iter().find(|leg| leg.capture == row.observed.capture())?;
        let time = row.observed.time()?;
        let flows = || {
            let is_to_it = |known: &LegFlow| matches!(known.tied.role, Role::Relay(Some(known)) if is_it(known));
            leg.relays().filter(move |(known, _)| is_to_it(known))
        };
        let answered = flows().flat_map(|(known, flow)| known.allocates(flow)).filter_map(|asked| {
            let (_, answer) = asked.answer.as_ref()?;
            (answer.time? <= time).then_some((asked.request, *answer))
        });
        let is_before = |at: Option<Moment>| at.and_then(|at| at.time).is_some_and(|at| at <= time);
        let is_probed = flows().any(|(_, flow)| is_before(flow.counts.outbound.first));
        let known = path.announced.relays.get(relay)?;
        let is_certain = matches!(leg.coverage, Coverage::Whole)
            && leg.all.recorded.is_none()
            && known.address.is_some()
            && !leg.flows.iter().any(|known| known.tied.is_ambiguous);
        Some(Reported {
            row: report.row,
            value: report.value,
            announced: known.round_trip,
            answered: answered.collect(),
            is_unprobed: is_certain && !is_probed,
        })
    });
    reported.collect()
}
