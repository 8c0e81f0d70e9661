//! What follows for every question and rule from all calls.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::spec::rules::RULES;
use crate::spec::{Conformance, Count, Finding, findings};

/// A place where a rule was checked, by indexes: of the call, and of the place in the call.
pub(super) type PlaceAt = (usize, usize);

/// What follows for every question and rule.
#[derive(Debug)]
pub(super) struct Board {
    of: Arc<Analysis>,
    rule: Option<&'static str>,
    /// The questions, then the discrepancies.
    pub(super) findings: Vec<Finding>,
    /// How often each rule was checked, in the order of [`RULES`].
    pub(super) counts: Vec<Count>,
    /// In how many calls each rule was checked.
    pub(super) calls: Vec<usize>,
    /// The places of the rule that is open: what is violated first, then what is new, undecided, and as it should be.
    pub(super) places: Vec<PlaceAt>,
}

impl Board {
    /// The board of an analysis, with the places of one rule.
    pub(super) fn new(analysis: &Arc<Analysis>, rule: Option<&'static str>) -> Self {
        let mut counts = vec![Count::default(); RULES.len()];
        let mut calls = vec![0; RULES.len()];
        let mut places: Vec<(Conformance, PlaceAt)> = Vec::new();
        for (index, judged) in analysis.calls.iter().enumerate() {
            for (place, count) in judged.counts.iter().enumerate() {
                if let (Some(sum), Some(calls)) = (counts.get_mut(place), calls.get_mut(place)) {
                    sum.add(*count);
                    *calls += usize::from(count.is_exercised());
                }
            }
            let found = judged.places.iter().enumerate().filter(|(_, found)| Some(found.rule) == rule);
            places.extend(found.map(|(place, found)| (found.found, (index, place))));
        }
        let rank = |found: Conformance| match found {
            Conformance::Violated => 0,
            Conformance::Novelty => 1,
            Conformance::Undecided => 2,
            Conformance::Holds => 3,
        };
        places.sort_by_key(|(found, _)| rank(*found));
        Self {
            of: Arc::clone(analysis),
            rule,
            findings: findings(&analysis.calls),
            counts,
            calls,
            places: places.into_iter().map(|(_, at)| at).collect(),
        }
    }

    /// Whether it is that of this analysis, with the places of this rule.
    pub(super) fn is_of(&self, analysis: &Arc<Analysis>, rule: Option<&'static str>) -> bool {
        Arc::ptr_eq(&self.of, analysis) && (rule.is_none() || rule == self.rule)
    }

    /// What follows for one question.
    pub(super) fn finding(&self, question: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.question.id == question)
    }
}
