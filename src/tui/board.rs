//! The results for every question and rule over all calls.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::spec::RULES;
use crate::spec::index::{self, Entry, State};
use crate::spec::{Conformance, Count, Finding};

/// A place where a rule was checked: the indexes of the call, and of the place in it.
pub(super) type PlaceAt = (usize, usize);

/// An entry of the list of questions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    /// A question that is checked: its index among the findings.
    Checked(usize),
    /// A question that is not checked, or is checked as one of another page.
    Unchecked(Entry),
}

/// The results for every question and rule.
#[derive(Debug)]
pub(super) struct Board {
    of: Arc<Analysis>,
    rule: Option<&'static str>,
    with_evidence: bool,
    /// The list of questions: first those that are checked.
    pub(super) questions: Vec<Listed>,
    /// The questions, then the discrepancies.
    pub(super) findings: Vec<Finding>,
    /// How often each rule was checked, in the order of [`RULES`].
    pub(super) counts: Vec<Count>,
    /// In how many calls each rule was checked.
    pub(super) calls: Vec<usize>,
    /// The places of the open rule: violations first, then novelties, undecided places, and places where it holds. The
    /// stanzas that belong to no call come after the last call.
    pub(super) places: Vec<PlaceAt>,
}

impl Board {
    /// The results of an analysis, with the places of one rule; `with_evidence` omits questions without evidence.
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
        let findings = analysis.findings();
        Self {
            of: Arc::clone(analysis),
            rule,
            with_evidence,
            questions: list(&findings, with_evidence),
            findings,
            counts,
            calls,
            places: places.into_iter().map(|(_, at)| at).collect(),
        }
    }

    /// Returns whether these are the results of this analysis, with the places of this rule.
    pub(super) fn is_of(&self, analysis: &Arc<Analysis>, rule: Option<&'static str>, with_evidence: bool) -> bool {
        let same_rule = rule.is_none() || rule == self.rule;
        Arc::ptr_eq(&self.of, analysis) && same_rule && with_evidence == self.with_evidence
    }

    /// The finding for an entry of the list, or for the question that it is the same as.
    pub(super) fn finding_at(&self, line: usize) -> Option<&Finding> {
        match self.questions.get(line)? {
            Listed::Checked(place) => self.findings.get(*place),
            Listed::Unchecked(entry) => self.finding(entry.state.question()?.id),
        }
    }

    /// The finding for one question.
    pub(super) fn finding(&self, question: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.question.id == question)
    }
}

/// The list of questions, grouped by page.
fn list(findings: &[Finding], with_evidence: bool) -> Vec<Listed> {
    let index = index::all();
    let order = |page: &str| index.iter().position(|entry| entry.page == page).unwrap_or(usize::MAX);
    let wanted = |finding: &Finding| !with_evidence || !finding.pieces.is_empty();
    let mut checked: Vec<usize> =
        findings.iter().enumerate().filter(|(_, finding)| wanted(finding)).map(|(place, _)| place).collect();
    // Discrepancies come after the questions, since no page asks them.
    checked.sort_by_key(|place| {
        let question = findings.get(*place).map(|finding| finding.question);
        question.map(|question| (question.number.is_none(), order(question.page), question.number))
    });
    let unchecked = index.iter().filter(|entry| !with_evidence && !matches!(entry.state, State::LookedFor(_)));
    checked.into_iter().map(Listed::Checked).chain(unchecked.copied().map(Listed::Unchecked)).collect()
}
