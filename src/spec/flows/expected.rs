//! The steps of a flow against the rows of a call, as drawn: what was not seen, and what each row is.

use super::alignment::{Alignment, Sighting, View, reaches, views};
use super::flow::{End, Passes, Step};
use crate::call::{Call, Party};

/// A step of the spec's flow that the captures would have shown and that is not in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Index in [`Call::rows`] of the row before which it belongs; their number if it belongs at the end.
    pub before: usize,
    /// Who would have sent it.
    pub from: Party,
    /// Who would have received it.
    pub to: Party,
    /// What it would have been, and on which page of the spec it is: `expected: ack offer (call-missed-timeout, probable)`.
    pub label: String,
}

impl Alignment {
    /// The steps that were not seen where they would have been, in order. Those that no recording of the call could
    /// have shown are not among them.
    #[must_use]
    pub fn missing(&self, call: &Call) -> Vec<Missing> {
        let views = views(call);
        let unseen = self.steps.iter().zip(self.flow.steps).enumerate();
        let unseen = unseen.filter(|(_, (sighting, _))| **sighting == Sighting::Missing);
        let missing = unseen.map(|(place, (_, step))| Missing {
            before: self.belongs_before(place + 1, call),
            from: party(step.from, &views, call),
            to: party(step.to, &views, call),
            label: self.says(step, call),
        });
        missing.collect()
    }

    /// How many steps no recording of the call could have shown.
    #[must_use]
    pub fn hidden(&self) -> usize {
        self.steps.iter().filter(|sighting| matches!(sighting, Sighting::NotVisible(_))).count()
    }

    /// The number of the step that a row is, from 1, and whether it came again or after a later step.
    #[must_use]
    pub fn place_of(&self, row: usize) -> Option<(usize, Option<&'static str>)> {
        let place = self.rows.binary_search_by_key(&row, |(index, _)| *index).ok()?;
        let (_, number) = self.rows.get(place)?;
        let odd = match self.steps.get(number.checked_sub(1)?)? {
            Sighting::Extra(extra) if *extra == row => Some("extra"),
            Sighting::OutOfOrder(late) if *late == row => Some("out of order"),
            _ => None,
        };
        Some((*number, odd))
    }

    /// What a step would have been: `expected: ack offer (call-missed-timeout, probable)`.
    fn says(&self, step: &Step, call: &Call) -> String {
        let what = match &step.passes {
            Passes::Call(name) => name.to_string(),
            Passes::Ack(name) => format!("ack {name}"),
        };
        let excuse = (step.may_miss)(call).map_or_else(String::new, |why| format!("; {why}"));
        format!("expected: {what} ({}, {}{excuse})", self.flow.page, step.confidence)
    }

    /// The row before which a step belongs: after the last sight of the step before it, else before the first of a
    /// later one.
    fn belongs_before(&self, number: usize, call: &Call) -> usize {
        let earlier = self.rows.iter().map(|(_, known)| *known).filter(|known| *known < number).max();
        let last = |wanted| self.rows.iter().rev().find(|(_, known)| *known == wanted).map(|(row, _)| *row);
        let later = || self.rows.iter().find(|(_, known)| *known > number).map(|(row, _)| *row);
        earlier.and_then(last).map(|row| row + 1).or_else(later).unwrap_or(call.rows.len())
    }
}

/// Who stands at an end of a step: a recorded device where there is one, else the account.
fn party(end: End, views: &[View<'_>], call: &Call) -> Party {
    if end == End::Server {
        return Party::Server;
    }
    let is_it = |view: &View<'_>| view.end == Some(end);
    let recorded = views.iter().position(is_it).or_else(|| views.iter().position(|view| reaches(end, view.end)));
    if let Some(vantage) = recorded.and_then(|place| call.vantages.get(place)) {
        return vantage.device.jid().map_or(Party::Local, |jid| Party::Device(jid.clone()));
    }
    let account = if end == End::Caller { &call.caller } else { &call.callee };
    account.clone().map_or(Party::Server, Party::Device)
}
