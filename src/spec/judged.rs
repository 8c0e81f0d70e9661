//! A call, and what it says about the spec.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use super::attribute_check;
use super::bearing;
use super::context::Context;
use super::flows::{self, Alignment};
use super::observe::Survey;
use super::pages::{self, RULES};
use super::question::{Evidence, Question, Shape};
use super::rule::{Check, Checks, Conformance, Count, Place};
use super::situation::Circumstances;
use super::strength::Strength;
use crate::call::Call;
use crate::media::CallMedia;

/// How many calls to judge before any of them is used.
const JUDGED_AT_ONCE: usize = 256;

/// A call, and what it says about the spec, which is found out when it is first asked: not everyone asks.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The call.
    pub call: Arc<Call>,
    context: Arc<Context>,
    verdicts: OnceLock<Verdicts>,
    gist: OnceLock<Gist>,
}

impl Judged {
    /// A call among others, of which `context` is known.
    #[must_use]
    pub const fn new(call: Arc<Call>, context: Arc<Context>) -> Self {
        Self { call, context, verdicts: OnceLock::new(), gist: OnceLock::new() }
    }

    /// Judges stanzas that belong to no call. One such stanza answers only a question about vocabulary or existence.
    #[must_use]
    pub fn of_strays(strays: Arc<Call>, context: &Context) -> Self {
        let verdicts = Verdicts::of(&strays, context).of_strays();
        Self::from((strays, verdicts))
    }

    /// What packets say about its media; `None` if none were captured.
    #[must_use]
    pub fn media(&self) -> Option<&CallMedia> {
        self.context.media(&self.call).map(Arc::as_ref)
    }

    /// What it says about the spec in short. Unless the rest is known, it is found out without it.
    #[must_use]
    pub fn gist(&self) -> &Gist {
        self.gist.get_or_init(|| match self.verdicts.get() {
            Some(verdicts) => Gist::from(verdicts),
            None => Gist::of(&self.call, &self.context),
        })
    }

    /// Judges the calls, on several threads at a time, so that nobody has to wait for it later.
    pub fn judge_all(calls: &[Arc<Self>], jobs: usize) {
        Self::ask_all(calls, jobs, |judged| {
            let _: &Verdicts = judged;
        });
    }

    /// Asks something of the calls, on several threads at a time.
    fn ask_all(calls: &[Arc<Self>], jobs: usize, ask: fn(&Self)) {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(judged) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                ask(judged);
            }
        };
        thread::scope(|scope| {
            for _ in 1..jobs.min(calls.len()) {
                // Where the system has no more threads, the others do it all.
                if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                    break;
                }
            }
            work();
        });
    }

    /// Whether it is known already what the call says, so that nobody waits for it.
    #[must_use]
    pub fn is_judged(&self) -> bool {
        self.verdicts.get().is_some()
    }

    /// Returns whether anybody has asked what the call says, in full or in short.
    #[cfg(test)]
    pub(crate) fn was_asked(&self) -> bool {
        self.is_judged() || self.gist.get().is_some()
    }

    /// Returns the calls, some at a time: those not judged before as copies whose verdicts are forgotten as soon as nobody
    /// has them any more. Several threads judge them beforehand; with one thread, a call is judged when it is first asked.
    pub fn in_passing(calls: &[Arc<Self>], jobs: usize) -> impl Iterator<Item = Arc<Self>> {
        Self::asked_in_passing(calls, jobs, |judged| {
            let _: &Verdicts = judged;
        })
    }

    /// The same with no more than the [gist](Self::gist) of the verdicts.
    pub fn gists_in_passing(calls: &[Arc<Self>], jobs: usize) -> impl Iterator<Item = Arc<Self>> {
        Self::asked_in_passing(calls, jobs, |judged| {
            let _: &Gist = judged.gist();
        })
    }

    fn asked_in_passing(calls: &[Arc<Self>], jobs: usize, ask: fn(&Self)) -> impl Iterator<Item = Arc<Self>> {
        calls.chunks(JUDGED_AT_ONCE).flat_map(move |calls| {
            let own = |known: &Arc<Self>| match known.verdicts.get() {
                Some(_) => Arc::clone(known),
                None => Arc::new(Self::new(Arc::clone(&known.call), Arc::clone(&known.context))),
            };
            let judged: Vec<_> = calls.iter().map(own).collect();
            if jobs > 1 {
                Self::ask_all(&judged, jobs, ask);
            }
            judged
        })
    }

    /// Whether a piece tells something by itself: it is no item of a list, no routine, and no absence.
    #[must_use]
    pub fn is_told(piece: &Evidence) -> bool {
        tells(piece)
    }
}

impl From<(Arc<Call>, Verdicts)> for Judged {
    /// A call of which it is known what it says.
    fn from((call, verdicts): (Arc<Call>, Verdicts)) -> Self {
        Self { call, context: Arc::default(), verdicts: OnceLock::from(verdicts), gist: OnceLock::new() }
    }
}

impl Deref for Judged {
    type Target = Verdicts;

    fn deref(&self) -> &Verdicts {
        self.verdicts.get_or_init(|| Verdicts::of(&self.call, &self.context))
    }
}

/// What a call says about the spec.
#[derive(Clone, Debug)]
pub struct Verdicts {
    /// What it says about the open questions and the discrepancies, by row; in a row, what tells something by
    /// itself first.
    pub evidence: Vec<Evidence>,
    /// The rows with evidence that tells something by itself, in order: lists have every stanza of a kind, as routine has,
    /// and absence is nowhere in particular.
    pub telling: Vec<usize>,
    /// How many questions it tells something about by itself.
    pub questions_told: usize,
    /// Where rules were checked in it, by row.
    pub places: Vec<Place>,
    /// How often each rule was checked in it, by index in [`RULES`], without those that were not.
    pub counts: Box<[(usize, Count)]>,
    /// The call and the flow that ends as it did, if there is one.
    pub flow: Option<Alignment>,
    /// What happens in it, and how it was recorded.
    pub circumstances: Circumstances,
}

impl Verdicts {
    fn of(call: &Arc<Call>, context: &Context) -> Self {
        if call.rows.is_empty() {
            return Self::silent(call, context);
        }
        let (mut evidence, mut telling, mut questions_told) = (Vec::new(), Vec::new(), 0);
        let survey = Survey::of(call);
        for question in pages::questions() {
            let found = bearing::evidence(question, &survey, context);
            questions_told += usize::from(found.iter().any(tells));
            telling.extend(found.iter().filter(|piece| tells(piece)).map(|piece| piece.row));
            evidence.extend(found);
        }
        evidence.sort_by_key(|piece| (piece.row, !tells(piece)));
        let mut evidence = exact(evidence);
        telling.sort_unstable();
        telling.dedup();
        let flow = Alignment::of(pages::flows(), call, context);
        let (counts, mut places) = by_rules(call, context, flow.as_ref());
        places.sort_by_key(|place| place.row);
        let mut places = exact(places);
        let of_evidence = evidence.iter_mut().flat_map(Evidence::texts_mut);
        context.texts.share(of_evidence.chain(places.iter_mut().map(|place| &mut place.why)));
        let circumstances = Circumstances::of(call, context);
        Self {
            evidence,
            telling: exact(telling),
            questions_told,
            places,
            counts: exact(counts).into(),
            circumstances,
            flow,
        }
    }

    /// A call without a stanza, which says nothing about the spec.
    fn silent(call: &Call, context: &Context) -> Self {
        Self {
            evidence: Vec::new(),
            telling: Vec::new(),
            questions_told: 0,
            places: Vec::new(),
            counts: Box::default(),
            circumstances: Circumstances::of(call, context),
            flow: None,
        }
    }

    /// Keeps what a stanza that belongs to no call can answer: a question about vocabulary or existence.
    fn of_strays(mut self) -> Self {
        let speaks_alone =
            |piece: &Evidence| piece.question.shape != Shape::Exclusive && piece.strength == Strength::Direct;
        self.evidence.retain(speaks_alone);
        self.telling = self.evidence.iter().filter(|piece| tells(piece)).map(|piece| piece.row).collect();
        self.telling.dedup();
        let told: BTreeSet<&str> =
            self.evidence.iter().filter(|piece| tells(piece)).map(|piece| piece.question.id).collect();
        self.questions_told = told.len();
        self
    }

    /// The evidence in one row.
    pub fn evidence_in(&self, row: usize) -> impl Iterator<Item = &Evidence> {
        let first = self.evidence.partition_point(|piece| piece.row < row);
        self.evidence.iter().skip(first).take_while(move |piece| piece.row == row)
    }

    /// Whether a row has evidence that tells something by itself.
    #[must_use]
    pub fn is_telling(&self, row: usize) -> bool {
        self.telling.binary_search(&row).is_ok()
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
            self.is_telling(row).then_some('?'),
            is(Conformance::Violated).then_some('!'),
            is(Conformance::Novelty).then_some('+'),
        ]
    }

    /// The places where a rule is violated or something is new, by row.
    pub fn departures(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|place| matches!(place.found, Conformance::Violated | Conformance::Novelty))
    }
}

/// Checks the rules in a call: how often each, by index, without those that were not, and where.
fn by_rules(call: &Call, context: &Context, flow: Option<&Alignment>) -> (Vec<(usize, Count)>, Vec<Place>) {
    let mut places = Vec::new();
    let mut counts = Vec::new();
    for (index, rule) in RULES.iter().enumerate() {
        let mut checks = Checks::new(rule);
        match rule.check {
            _ if rule.is_of_two && call.group => {}
            Check::Call(check) => check(call, context, &mut checks),
            Check::Attribute(carrier, name, form) => attribute_check::check(carrier, name, form, call, &mut checks),
            Check::Flow(claim) => {
                if let Some(alignment) = flow.filter(|alignment| alignment.flow.page == rule.page) {
                    flows::check(alignment, claim, call, context, &mut checks);
                }
            }
        }
        let (count, found) = checks.into_parts();
        counts.extend(count.is_exercised().then_some((index, count)));
        places.extend(found);
    }
    (counts, places)
}

/// What a call says about the spec, without where and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gist {
    /// How often it violates a rule.
    pub violations: u64,
    /// The ids of the questions and discrepancies that it has evidence on, in alphabetical order.
    pub questions: BTreeSet<&'static str>,
}

impl Gist {
    fn of(call: &Call, context: &Context) -> Self {
        if call.rows.is_empty() {
            return Self { violations: 0, questions: BTreeSet::new() };
        }
        let survey = Survey::of(call);
        // Of the user's own, every path is followed: those that lead nowhere are reported.
        let own = pages::added_questions();
        let is_own = |question: &Question| own.iter().any(|declared| declared.question == question);
        let is_told = |question: &&'static Question| {
            if is_own(question) {
                !bearing::evidence(question, &survey, context).is_empty()
            } else {
                bearing::is_any(question, &survey, context)
            }
        };
        let questions = pages::questions().filter(is_told).map(|question| question.id).collect();
        let flow = Alignment::of(pages::flows(), call, context);
        let (counts, _) = by_rules(call, context, flow.as_ref());
        Self { violations: violations(&counts), questions }
    }
}

impl From<&Verdicts> for Gist {
    fn from(verdicts: &Verdicts) -> Self {
        let questions = verdicts.evidence.iter().map(|piece| piece.question.id).collect();
        Self { violations: violations(&verdicts.counts), questions }
    }
}

fn violations(counts: &[(usize, Count)]) -> u64 {
    counts.iter().map(|(_, count)| u64::from(count.violated)).sum()
}

/// A list without room for more, as it is kept as long as its call. One that is shrunk by less than half stays where it is,
/// with all its room, if the allocator has its way.
fn exact<T>(list: Vec<T>) -> Vec<T> {
    let mut exact = Vec::with_capacity(list.len());
    exact.extend(list);
    exact
}

/// Whether a piece of evidence tells something by itself.
fn tells(piece: &Evidence) -> bool {
    piece.question.shape != Shape::List && piece.strength != Strength::Absence && !piece.routine
}
