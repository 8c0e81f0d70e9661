//! What follows for every question and rule from all calls.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::spec::RULES;
use crate::spec::index::{self, Entry, State};
use crate::spec::{Conformance, Count, Finding, findings};

/// A place where a rule was checked, by indexes: of the call, and of the place in the call.
pub(super) type PlaceAt = (usize, usize);

/// A line of the questions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// One that is looked for: its place among the findings.
    Sought(usize),
    /// One that is not, or under another page.
    Unsought(Entry),
}

/// What follows for every question and rule.
#[derive(Debug)]
pub(super) struct Board {
    of: Arc<Analysis>,
    rule: Option<&'static str>,
    with_evidence: bool,
    /// The lines of the questions: those that are looked for, then the others.
    pub(super) asked: Vec<Asked>,
    /// The questions, then the discrepancies.
    pub(super) findings: Vec<Finding>,
    /// How often each rule was checked, in the order of [`RULES`].
    pub(super) counts: Vec<Count>,
    /// In how many calls each rule was checked.
    pub(super) calls: Vec<usize>,
    /// The places of the rule that is open, by the number of the call, or of what belongs to none, and of the place: what is violated first, then what is new, undecided, and as it should be.
    pub(super) places: Vec<PlaceAt>,
}

impl Board {
    /// The board of an analysis, with the places of one rule; `with_evidence` leaves out the questions that nothing
    /// bears on.
    pub(super) fn new(analysis: &Arc<Analysis>, rule: Option<&'static str>, with_evidence: bool) -> Self {
        let mut counts = vec![Count::default(); RULES.len()];
        let mut calls = vec![0; RULES.len()];
        let mut places: Vec<(Conformance, PlaceAt)> = Vec::new();
        for (index, judged) in analysis.judged().enumerate() {
            for (place, count) in judged.counts.iter().enumerate() {
                if let (Some(sum), Some(calls)) = (counts.get_mut(place), calls.get_mut(place)) {
                    sum.add(*count);
                    *calls += usize::from(count.is_exercised());
                }
            }
            let found = judged.places.iter().enumerate().filter(|(_, found)| Some(found.rule.id) == rule);
            places.extend(found.map(|(place, found)| (found.found, (index, place))));
        }
        let rank = |found: Conformance| match found {
            Conformance::Violated => 0,
            Conformance::Novelty => 1,
            Conformance::Undecided => 2,
            Conformance::Holds => 3,
        };
        places.sort_by_key(|(found, _)| rank(*found));
        let findings = findings(&analysis.calls);
        Self {
            of: Arc::clone(analysis),
            rule,
            with_evidence,
            asked: asked(&findings, with_evidence),
            findings,
            counts,
            calls,
            places: places.into_iter().map(|(_, at)| at).collect(),
        }
    }

    /// Whether it is that of this analysis, with the places of this rule.
    pub(super) fn is_of(&self, analysis: &Arc<Analysis>, rule: Option<&'static str>, with_evidence: bool) -> bool {
        let same_rule = rule.is_none() || rule == self.rule;
        Arc::ptr_eq(&self.of, analysis) && same_rule && with_evidence == self.with_evidence
    }

    /// What follows for the question on a line, here or under another page.
    pub(super) fn finding_at(&self, line: usize) -> Option<&Finding> {
        match self.asked.get(line)? {
            Asked::Sought(place) => self.findings.get(*place),
            Asked::Unsought(entry) => self.finding(entry.state.question()?.id),
        }
    }

    /// What follows for one question.
    pub(super) fn finding(&self, question: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.question.id == question)
    }
}

/// The lines of the questions, those of a page together.
fn asked(findings: &[Finding], with_evidence: bool) -> Vec<Asked> {
    let index = index::all();
    let order = |page: &str| index.iter().position(|entry| entry.page == page).unwrap_or(usize::MAX);
    let wanted = |finding: &Finding| !with_evidence || !finding.pieces.is_empty();
    let mut sought: Vec<usize> =
        findings.iter().enumerate().filter(|(_, finding)| wanted(finding)).map(|(place, _)| place).collect();
    // Discrepancies stay below the questions: no page asks them.
    sought.sort_by_key(|place| {
        let question = findings.get(*place).map(|finding| finding.question);
        question.map(|question| (question.number.is_none(), order(question.page), question.number))
    });
    let unsought = index.iter().filter(|entry| !with_evidence && !matches!(entry.state, State::LookedFor(_)));
    sought.into_iter().map(Asked::Sought).chain(unsought.copied().map(Asked::Unsought)).collect()
}
