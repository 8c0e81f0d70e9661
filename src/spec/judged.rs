//! A call, and what it says about the spec.

use std::sync::Arc;

use super::context::Context;
use super::evidence::Evidence;
use super::flows::Alignment;
use super::questions::{DISCREPANCIES, QUESTIONS};
use super::rule::{Checks, Conformance, Count, Place};
use super::rules::RULES;
use crate::call::Call;

/// A call, and what it says about the spec.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The call.
    pub call: Arc<Call>,
    /// What it says about the open questions and the discrepancies, by row.
    pub evidence: Vec<Evidence>,
    /// Where rules were checked in it, by row.
    pub places: Vec<Place>,
    /// How often each rule was checked in it: by index in [`RULES`].
    pub counts: Vec<Count>,
    /// The call beside the flow that ends as it did, if there is one.
    pub flow: Option<Alignment>,
}

impl Judged {
    /// Judges a call.
    #[must_use]
    pub fn new(call: Arc<Call>, context: &Context) -> Self {
        let questions = QUESTIONS.iter().chain(DISCREPANCIES);
        let mut evidence: Vec<_> = questions.flat_map(|question| (question.observe)(&call, context)).collect();
        evidence.sort_by_key(|piece| piece.row);
        let mut places = Vec::new();
        let mut counts = Vec::with_capacity(RULES.len());
        for rule in RULES {
            let mut checks = Checks::new(rule.id);
            (rule.check)(&call, context, &mut checks);
            let (count, found) = checks.into_parts();
            counts.push(count);
            places.extend(found);
        }
        places.sort_by_key(|place| place.row);
        let flow = Alignment::of(&call, context);
        Self { call, evidence, places, counts, flow }
    }

    /// The evidence in one row.
    pub fn evidence_in(&self, row: usize) -> impl Iterator<Item = &Evidence> {
        let first = self.evidence.partition_point(|piece| piece.row < row);
        self.evidence.iter().skip(first).take_while(move |piece| piece.row == row)
    }

    /// The places of one row that rules were checked at.
    pub fn places_in(&self, row: usize) -> impl Iterator<Item = &Place> {
        let first = self.places.partition_point(|place| place.row < row);
        self.places.iter().skip(first).take_while(move |place| place.row == row)
    }

    /// The marks of one row: `?` where it is evidence, `!` where a rule is violated, `+` where something is new.
    #[must_use]
    pub fn marks(&self, row: usize) -> [Option<char>; 3] {
        let is = |found| self.places_in(row).any(|place| place.found == found);
        [
            self.evidence_in(row).next().map(|_| '?'),
            is(Conformance::Violated).then_some('!'),
            is(Conformance::Novelty).then_some('+'),
        ]
    }

    /// The places where a rule is violated or something is new, by row.
    pub fn departures(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| matches!(place.found, Conformance::Violated | Conformance::Novelty))
    }
}
