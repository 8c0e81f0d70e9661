//! A call next to the flow that ends as it did: which of its rows are steps, and which steps were not seen.

use foldhash::HashSet;

use super::flow::{End, Flow, Passes, Step};
use crate::call::{Call, Role, Row};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Action, ActionName, Body};
use crate::spec::context::Context;
use crate::spec::coverage::{MOMENT, Uncovered, covered_for, covered_until, own_acks_covered};
use crate::spec::observe::stanzas::sights;

/// Devices that decline a call that are looked at: a call has few.
const DECLINERS: usize = 64;

/// What was seen of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It is this row.
    Seen(usize),
    /// It came again, as this row.
    Extra(usize),
    /// It is this row, after a later step.
    OutOfOrder(usize),
    /// It was not seen where it would have been.
    Missing,
    /// No recording of the call could have shown it, and why.
    NotVisible(&'static str),
}

/// A call and the flow that ends as it did.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// The flow.
    pub flow: &'static Flow,
    /// What was seen of each step.
    pub steps: Vec<Sighting>,
    /// The rows that are steps, in order, each with the number of its step, from 1.
    pub rows: Vec<(usize, usize)>,
}

impl Alignment {
    /// Aligns a call with the one of the flows that ends as it did; `None` if it ended otherwise.
    pub(in crate::spec) fn of(
        mut flows: impl Iterator<Item = &'static Flow>,
        call: &Call,
        context: &Context,
    ) -> Option<Self> {
        let flow = flows.find(|flow| (flow.is_of)(call))?;
        let views = views(call);
        let mut steps: Vec<Option<Sighting>> = vec![None; flow.steps.len()];
        let mut rows = Vec::new();
        let mut furthest = vec![0; views.len()];
        let mut seen = HashSet::default();
        for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.repeats.is_none()) {
            let Some(view) = views.get(row.vantage) else { continue };
            let Some(place) = flow.steps.iter().position(|step| step.is_row(view.end, row)) else { continue };
            rows.push((index, place + 1));
            let again = !seen.insert((row.vantage, place, row.answers.get(), other_party(row)));
            let late = furthest.get(row.vantage).is_some_and(|furthest| *furthest > place);
            if let Some(furthest) = furthest.get_mut(row.vantage) {
                *furthest = place.max(*furthest);
            }
            let Some(step) = steps.get_mut(place) else { continue };
            *step = match (*step, again) {
                (Some(known @ Sighting::OutOfOrder(_)), _) => Some(known),
                (_, true) => Some(Sighting::Extra(index)),
                (None, false) if late => Some(Sighting::OutOfOrder(index)),
                (None, false) => Some(Sighting::Seen(index)),
                (known, false) => known,
            };
        }
        let unseen = |step: &Step| unseen(step, &views, call, context);
        let steps = steps.into_iter().zip(flow.steps).map(|(seen, step)| seen.unwrap_or_else(|| unseen(step)));
        Some(Self { flow, steps: steps.collect(), rows })
    }

    /// The name of the step that a row is.
    #[must_use]
    pub fn step_of(&self, row: usize) -> Option<String> {
        let place = self.rows.binary_search_by_key(&row, |(index, _)| *index).ok()?;
        let (_, number) = self.rows.get(place)?;
        Some(format!("{}-step-{number}", self.flow.name))
    }
}

/// The device at the other end of a row, which several devices of one person can be, each with a step of its own.
fn other_party(row: &Row) -> Option<(Jid, u16)> {
    let stanza = row.observed.read();
    let party = stanza.from.as_ref().filter(|_| row.observed.direction() == Some(Direction::Inbound));
    let party = party.or(stanza.to.as_ref())?;
    Some((party.person_account(), party.device))
}

/// What one vantage sees of a call.
#[derive(Clone, Copy)]
pub(super) struct View<'c> {
    pub(super) end: Option<End>,
    first: Option<&'c Row>,
    last: Option<&'c Row>,
}

pub(super) fn views(call: &Call) -> Vec<View<'_>> {
    let view = |role| View {
        end: match role {
            Role::Caller => Some(End::Caller),
            Role::Callee => Some(End::Callee),
            Role::CalleeOther => Some(End::Siblings),
            Role::Unknown => None,
        },
        first: None,
        last: None,
    };
    let mut views: Vec<_> = call.vantages.iter().map(|vantage| view(vantage.role)).collect();
    let mut declining = vec![false; views.len()];
    for row in &call.rows {
        let Some(view) = views.get_mut(row.vantage) else { continue };
        view.first.get_or_insert(row);
        view.last = Some(row);
        // Told by an elsewhere reason that another device declined: a sibling of that one.
        let inbound = row.observed.direction() == Some(Direction::Inbound);
        if inbound && row.observed.read().action().is_some_and(Action::is_elsewhere) {
            view.make_sibling();
        }
        if !inbound && let Some(declining) = declining.get_mut(row.vantage) {
            *declining |= row.observed.read().action().is_some_and(|action| action.name == ActionName::Reject);
        }
    }
    let decliners = sights(call).filter(|act| act.is_inbound() && act.declines());
    let decliners: Vec<_> = decliners.filter_map(|act| act.row.observed.read().from.as_ref()).take(DECLINERS).collect();
    for ((view, vantage), declining) in views.iter_mut().zip(&call.vantages).zip(declining) {
        let is_other = |decliner: &&Jid| {
            let known = [&vantage.device.lid, &vantage.device.phone];
            !known.into_iter().flatten().any(|device| call.people.same_device(device, decliner))
        };
        if !declining && decliners.iter().any(is_other) {
            view.make_sibling();
        }
    }
    views
}

impl View<'_> {
    /// Another device of its account declined.
    fn make_sibling(&mut self) {
        if self.end == Some(End::Callee) {
            self.end = Some(End::Siblings);
        }
    }
}

impl Step {
    /// Whether a row, seen from that end, is this step.
    fn is_row(&self, end: Option<End>, row: &Row) -> bool {
        let passes = match (&self.passes, &row.observed.read().body) {
            (Passes::Call(name), Body::Call(Some(action))) => action.name == *name && self.fits(action),
            (Passes::Ack(name), Body::Ack(_)) => row.action.as_ref() == Some(name),
            _ => false,
        };
        passes
            && match row.observed.direction() {
                Some(Direction::Outbound) => end == Some(self.from) || (end.is_some() && end == self.or_from),
                Some(Direction::Inbound) => {
                    reaches(self.to, end) || (self.or_from.is_some() && reaches(self.from, end))
                }
                None => false,
            }
    }

    /// Whether an action is what the step passes on: terminates to siblings say so, and others do not.
    fn fits(&self, action: &Action) -> bool {
        action.name != ActionName::Terminate || action.is_elsewhere() == (self.to == End::Siblings)
    }
}

/// Whether what goes to `to` comes in at `end`.
pub(super) fn reaches(to: End, end: Option<End>) -> bool {
    end == Some(to) || (to == End::Offered && matches!(end, Some(End::Callee | End::Siblings)))
}

/// What follows from not having seen a step.
fn unseen(step: &Step, views: &[View<'_>], call: &Call, context: &Context) -> Sighting {
    let mut why = "neither its sender nor its receiver was recorded";
    for view in views {
        let sends = view.end == Some(step.from);
        // That a stanza goes to a device is seen there; an ack of one's own is not in every log.
        if !sends && !reaches(step.to, view.end) {
            continue;
        }
        let Some((first, last)) = view.first.zip(view.last) else { continue };
        match covered_to_the_end(call, context, first, last, sends && matches!(step.passes, Passes::Ack(_))) {
            Ok(()) => return Sighting::Missing,
            Err(uncovered) => why = uncovered,
        }
    }
    Sighting::NotVisible(why)
}

fn covered_to_the_end(call: &Call, context: &Context, first: &Row, last: &Row, own_ack: bool) -> Result<(), Uncovered> {
    let until = last.observed.time().ok_or("the recording has no times")?;
    covered_until(call, context, first, until)?;
    covered_for(call, context, last, MOMENT)?;
    if own_ack { own_acks_covered(call, context, last) } else { Ok(()) }
}
