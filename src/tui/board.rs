//! The results for every question and rule over all calls.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::spec::index::{self, Entry, State};
use crate::spec::{Conformance, Count, Finding, Question, RULES, Verdict};

/// A place where a rule was checked: the indexes of the call, and of the place in it.
pub(super) type PlaceAt = (usize, usize);

/// What the discrepancies are listed under, since no page asks them.
const DISCREPANCIES: &str = "discrepancies";

/// An entry of the list of questions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Listed {
    /// A question that is checked: its index among the findings.
    Checked(usize),
    /// A question that is not checked, or is checked as one of another page.
    Unchecked(Entry),
    /// The questions of a page that no call bears on, in one line.
    Page {
        /// The page.
        page: &'static str,
        /// The number of questions.
        count: usize,
        /// Whether they are listed below.
        unfolded: bool,
    },
}

/// What the boards list, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Which questions are listed.
    pub(super) questions: Wanted,
    /// The pages whose questions without evidence are listed nevertheless.
    pub(super) unfolded: BTreeSet<&'static str>,
    /// Whether only rules with departures are listed.
    pub(super) departing: bool,
    /// The order of questions and rules.
    pub(super) order: Order,
}

impl Listing {
    /// Sorts by the next order.
    pub(super) fn sort(&mut self) {
        self.order = self.order.next();
    }
}

/// Which questions are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Those with evidence, and a line per page for the others.
    #[default]
    Folded,
    /// Those with evidence.
    WithEvidence,
    /// All.
    All,
}

impl Wanted {
    /// The next choice.
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Folded => Self::WithEvidence,
            Self::WithEvidence => Self::All,
            Self::All => Self::Folded,
        }
    }
}

/// The order of a board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// What was found out first.
    #[default]
    Result,
    /// As the spec asks.
    Page,
    /// What has the most evidence, or was checked most often, first.
    Weight,
    /// By name.
    Name,
}

impl Order {
    /// The next order.
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Result => Self::Page,
            Self::Page => Self::Weight,
            Self::Weight => Self::Name,
            Self::Name => Self::Result,
        }
    }

    /// A description for people.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Page => "page of the spec",
            Self::Weight => "number of observations",
            Self::Name => "name",
        }
    }
}

/// The results for every question and rule.
#[derive(Debug)]
pub(super) struct Board {
    of: Arc<Analysis>,
    rule: Option<&'static str>,
    listing: Listing,
    /// The list of questions.
    pub(super) questions: Vec<Listed>,
    /// The list of rules: indexes into [`RULES`].
    pub(super) rules: Vec<usize>,
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
    /// The results of an analysis.
    pub(super) fn new(analysis: &Arc<Analysis>) -> Self {
        let mut counts = vec![Count::default(); RULES.len()];
        let mut calls = vec![0; RULES.len()];
        for judged in analysis.judged() {
            for (rule, count) in &judged.counts {
                if let (Some(sum), Some(calls)) = (counts.get_mut(*rule), calls.get_mut(*rule)) {
                    sum.add(*count);
                    *calls += 1;
                }
            }
        }
        let mut board = Self {
            of: Arc::clone(analysis),
            rule: None,
            listing: Listing::default(),
            questions: Vec::new(),
            rules: Vec::new(),
            findings: analysis.findings(),
            counts,
            calls,
            places: Vec::new(),
        };
        board.list();
        board
    }

    /// The analysis that these are the results of.
    pub(super) fn analysis(&self) -> &Analysis {
        &self.of
    }

    /// Returns whether these are the results of this analysis.
    pub(super) fn is_of(&self, analysis: &Arc<Analysis>) -> bool {
        Arc::ptr_eq(&self.of, analysis)
    }

    /// Lists questions and rules as the user wants.
    pub(super) fn arrange(&mut self, listing: &Listing) {
        if self.listing != *listing {
            self.listing = listing.clone();
            self.list();
        }
    }

    /// Finds the places of a rule.
    pub(super) fn open(&mut self, rule: &'static str) {
        if self.rule == Some(rule) {
            return;
        }
        let mut places: Vec<(usize, PlaceAt)> = Vec::new();
        for (index, judged) in self.of.judged().enumerate() {
            let found = judged.places.iter().enumerate().filter(|(_, found)| found.rule.id == rule);
            places.extend(found.map(|(place, found)| (rank(found.found), (index, place))));
        }
        places.sort_by_key(|(rank, _)| *rank);
        self.rule = Some(rule);
        self.places = places.into_iter().map(|(_, at)| at).collect();
    }

    /// Rebuilds the lists of questions and rules.
    fn list(&mut self) {
        self.questions = questions(&self.findings, &self.listing);
        let count = |index: usize| self.counts.get(index).copied().unwrap_or_default();
        let mut rules: Vec<usize> = (0..RULES.len()).collect();
        if self.listing.departing {
            rules.retain(|index| count(*index).violated + count(*index).novelties > 0);
        }
        match self.listing.order {
            Order::Result => rules.sort_by_key(|index| (result(count(*index)), Reverse(count(*index).violated))),
            Order::Page => {}
            Order::Weight => rules.sort_by_key(|index| Reverse(self.calls.get(*index).copied())),
            Order::Name => rules.sort_by_key(|index| RULES.get(*index).map(|rule| rule.id)),
        }
        self.rules = rules;
    }

    /// The questions of a page that no call bears on.
    pub(super) fn folded(&self, page: &str) -> Vec<Listed> {
        without_evidence(&self.findings, page)
    }

    /// The number of questions with evidence.
    pub(super) fn with_evidence(&self) -> usize {
        self.findings.iter().filter(|finding| !finding.pieces.is_empty()).count()
    }

    /// The finding for an entry of the list, or for the question that it is the same as.
    pub(super) fn finding_at(&self, line: usize) -> Option<&Finding> {
        match self.questions.get(line)? {
            Listed::Checked(place) => self.findings.get(*place),
            Listed::Unchecked(entry) => self.finding(entry.state.question()?.id),
            Listed::Page { .. } => None,
        }
    }

    /// The finding for one question.
    pub(super) fn finding(&self, question: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.question.id == question)
    }
}

/// The order of places: departures first.
const fn rank(found: Conformance) -> usize {
    match found {
        Conformance::Violated => 0,
        Conformance::Novelty => 1,
        Conformance::Undecided => 2,
        Conformance::Holds => 3,
    }
}

/// The order of rules: departures first, and last those that no call exercises.
const fn result(count: Count) -> usize {
    match count {
        Count { violated: 1.., .. } => 0,
        Count { novelties: 1.., .. } => 1,
        Count { holds: 1.., .. } => 2,
        Count { undecided: 1.., .. } => 3,
        _ => 4,
    }
}

/// The order of verdicts: what needs a look first.
const fn interest(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Contested => 0,
        Verdict::Answered => 1,
        Verdict::Observed => 2,
        Verdict::Leaning => 3,
        Verdict::Open => 4,
    }
}

/// What a question is listed under.
fn page(question: &Question) -> &'static str {
    if question.number.is_some() { question.page } else { DISCREPANCIES }
}

/// The questions of a page that no call bears on: first those that are checked.
fn without_evidence(findings: &[Finding], of: &str) -> Vec<Listed> {
    let checked = findings.iter().enumerate();
    let checked = checked.filter(|(_, finding)| finding.pieces.is_empty() && page(finding.question) == of);
    let mut checked: Vec<(usize, &Finding)> = checked.collect();
    checked.sort_by_key(|(_, finding)| finding.question.number);
    let unchecked = index::of_page(of).into_iter().filter(|entry| !matches!(entry.state, State::LookedFor(_)));
    checked.into_iter().map(|(place, _)| Listed::Checked(place)).chain(unchecked.map(Listed::Unchecked)).collect()
}

/// The list of questions.
fn questions(findings: &[Finding], listing: &Listing) -> Vec<Listed> {
    let index = index::all();
    let mut pages: Vec<&'static str> = index.iter().map(|entry| entry.page).collect();
    pages.dedup();
    pages.push(DISCREPANCIES);
    let place = |page: &str| pages.iter().position(|known| *known == page);
    let has_evidence = |place: &usize| findings.get(*place).is_some_and(|finding| !finding.pieces.is_empty());
    let mut found: Vec<usize> = (0..findings.len()).filter(has_evidence).collect();
    let by = |key: &dyn Fn(&Finding) -> (usize, usize), place: &usize| findings.get(*place).map(key);
    let by_page = |it: &Finding| {
        (place(page(it.question)).unwrap_or(usize::MAX), usize::from(it.question.number.unwrap_or_default()))
    };
    found.sort_by_key(|place| by(&by_page, place));
    let by_weight = |it: &Finding| (usize::MAX - it.pieces.len(), 0);
    let by_interest = |it: &Finding| (interest(it.verdict), 0);
    match listing.order {
        Order::Result => found.sort_by_key(|place| by(&by_interest, place)),
        Order::Page => {}
        Order::Weight => found.sort_by_key(|place| by(&by_weight, place)),
        Order::Name => found.sort_by_key(|place| findings.get(*place).map(|finding| finding.question.id)),
    }
    let page_of = |place: &usize| findings.get(*place).map(|finding| page(finding.question));
    let mut list = Vec::new();
    if listing.order != Order::Page {
        list.extend(found.iter().copied().map(Listed::Checked));
    }
    for page in pages {
        if listing.order == Order::Page {
            list.extend(found.iter().filter(|place| page_of(place) == Some(page)).copied().map(Listed::Checked));
        }
        let without = without_evidence(findings, page);
        let unfolded = listing.unfolded.contains(page);
        match listing.questions {
            Wanted::WithEvidence => {}
            Wanted::Folded if without.is_empty() => {}
            Wanted::Folded => {
                list.push(Listed::Page { page, count: without.len(), unfolded });
                list.extend(without.into_iter().filter(|_| unfolded));
            }
            Wanted::All => list.extend(without),
        }
    }
    list
}
