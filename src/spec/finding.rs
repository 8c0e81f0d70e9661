//! A question, and what follows for it from all calls together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::advice::{Gap, Material, State};
use super::corroboration::{Confidence, Sessions, Witness, corroborating};
use super::judged::Judged;
use super::lineage::Lineage;
use super::pages;
use super::question::{Evidence, Question, Shape};
use super::strength::Strength;
use super::text::Text;
use super::verdict::{Tally, Verdict, decide};

/// A place in [`Verdicts::evidence`](super::Verdicts::evidence) of one of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceAt {
    call: u32,
    piece: u32,
}

impl PieceAt {
    /// Returns the index of the call.
    #[must_use]
    pub const fn call(self) -> usize {
        self.call as usize
    }

    /// Returns the index of the piece in the call's evidence.
    #[must_use]
    pub const fn piece(self) -> usize {
        self.piece as usize
    }

    /// Returns the piece.
    fn of(self, calls: &[Arc<Judged>]) -> Option<(&Judged, &Evidence)> {
        let judged = calls.get(self.call())?;
        Some((judged, judged.evidence.get(self.piece())?))
    }
}

/// A value that the wire has, where a question asks for values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The value, as sent. Untrusted text.
    pub value: String,
    /// How many pieces of evidence have it.
    pub count: u64,
    /// The first of them.
    pub first: PieceAt,
}

/// A question, and what follows for it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The question.
    pub question: &'static Question,
    /// What follows.
    pub verdict: Verdict,
    /// The hypotheses that the verdict names: one that is answered or leaned to, those contested, all values seen.
    pub named: Vec<String>,
    /// What may be claimed.
    pub confidence: Confidence,
    /// The evidence counted, in the order of the hypotheses, or of the values by text.
    pub tallies: Vec<Tally>,
    /// The values seen, by text: those of a list, which are its hypotheses, or those listed with an answer.
    pub values: Vec<Seen>,
    /// The pieces of evidence, by call and row.
    pub pieces: Vec<PieceAt>,
    /// Why nothing bears on it; `None` if something does.
    pub gap: Option<Gap>,
    /// What to record next, most useful first: sentences. Text from the capture in them is untrusted.
    pub next: Vec<String>,
}

impl Finding {
    /// The piece that tells most: the strongest for what the verdict names, and the first of those.
    #[must_use]
    pub fn telling(&self, calls: &[Arc<Judged>]) -> Option<PieceAt> {
        let weight = |at: &PieceAt| {
            let (_, piece) = at.of(calls)?;
            let is_named = piece.supports && self.named.iter().any(|name| **name == *piece.hypothesis);
            Some((is_named, piece.strength))
        };
        let heaviest = self.pieces.iter().filter_map(weight).max()?;
        self.pieces.iter().find(|at| weight(at) == Some(heaviest)).copied()
    }
}

/// What follows for every question, and then for every discrepancy.
#[must_use]
pub fn findings(calls: &[Arc<Judged>]) -> Vec<Finding> {
    findings_by(calls, &Lineage::default())
}

/// The same, where these clients derive from one another.
#[must_use]
pub fn findings_by(calls: &[Arc<Judged>], lineage: &Lineage) -> Vec<Finding> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for evidence in calls.iter().flat_map(|judged| &judged.evidence) {
        *counts.entry(evidence.question.id).or_default() += 1;
    }
    let mut pieces: BTreeMap<&str, Vec<PieceAt>> =
        counts.into_iter().map(|(id, count)| (id, Vec::with_capacity(count))).collect();
    for (at, evidence) in pieces_of(calls) {
        pieces.entry(evidence.question.id).or_default().push(at);
    }
    let sessions = Sessions::of(calls);
    let material = Material::of(calls);
    let finding = |question: &'static Question| {
        let pieces = pieces.remove(question.id).unwrap_or_default();
        finding(question, pieces, calls, (&sessions, &material), lineage)
    };
    pages::questions().map(finding).collect()
}

/// What follows for one question, where these clients derive from one another.
#[must_use]
pub fn finding_on(question: &'static Question, calls: &[Arc<Judged>], lineage: &Lineage) -> Finding {
    let pieces = pieces_of(calls).filter(|(_, evidence)| evidence.question == question).map(|(at, _)| at);
    finding(question, pieces.collect(), calls, (&Sessions::of(calls), &Material::of(calls)), lineage)
}

/// The evidence of all calls, each with its place.
fn pieces_of(calls: &[Arc<Judged>]) -> impl Iterator<Item = (PieceAt, &Evidence)> {
    (0..).zip(calls).flat_map(|(call, judged)| {
        let pieces = (0..).zip(&judged.evidence);
        pieces.map(move |(piece, evidence)| (PieceAt { call, piece }, evidence))
    })
}

fn finding(
    question: &'static Question,
    pieces: Vec<PieceAt>,
    calls: &[Arc<Judged>],
    (sessions, material): (&Sessions, &Material),
    lineage: &Lineage,
) -> Finding {
    let evidence = || pieces.iter().filter_map(|at| at.of(calls));
    let tallies = tally(question, evidence().map(|(_, piece)| piece));
    let (verdict, named) = decide(question.shape, &tallies);
    let mut witnesses: BTreeMap<&str, BTreeSet<Witness>> = BTreeMap::new();
    for (judged, piece) in evidence().filter(|(_, piece)| piece.supports && piece.strength == Strength::Direct) {
        sessions.witnesses(&judged.call, piece.row, witnesses.entry(&piece.hypothesis).or_default());
    }
    let confidence = match verdict {
        Verdict::Open => Confidence::Unknown,
        Verdict::Leaning | Verdict::Contested => Confidence::Speculative,
        Verdict::Answered | Verdict::Observed => {
            let is_corroborated = |hypothesis: &String| {
                witnesses.get(hypothesis.as_str()).is_some_and(|witnesses| corroborating(witnesses, lineage).is_some())
            };
            if named.iter().all(is_corroborated) { Confidence::Confirmed } else { Confidence::Probable }
        }
    };
    let values = values(question, &pieces, calls);
    let recorded = material.on(question);
    let state = State { question, verdict, confidence, named: &named, tallies: &tallies, recorded };
    let (gap, next) = (state.gap(), state.next(evidence()));
    Finding { question, verdict, named, confidence, tallies, values, pieces, gap, next }
}

fn values(question: &Question, pieces: &[PieceAt], calls: &[Arc<Judged>]) -> Vec<Seen> {
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for at in pieces {
        let Some((_, piece)) = at.of(calls) else { continue };
        let listed = (question.shape == Shape::List).then_some(piece.hypothesis.as_str());
        for value in listed.into_iter().chain(piece.values.iter().map(Text::as_str)) {
            let known = seen.entry(value).or_insert_with(|| Seen { value: value.to_owned(), count: 0, first: *at });
            known.count += 1;
        }
    }
    seen.into_values().collect()
}

fn tally<'e>(question: &Question, evidence: impl Iterator<Item = &'e Evidence>) -> Vec<Tally> {
    let named = question.hypotheses.iter().map(|name| Tally { hypothesis: (*name).to_owned(), ..Tally::default() });
    let mut tallies: Vec<Tally> = named.collect();
    let mut values: BTreeMap<&str, Tally> = BTreeMap::new();
    for piece in evidence {
        let known = tallies.iter_mut().find(|tally| *tally.hypothesis == *piece.hypothesis);
        let tally = known.unwrap_or_else(|| values.entry(&piece.hypothesis).or_default());
        let direct = u64::from(piece.strength == Strength::Direct);
        if piece.supports {
            tally.supporting += 1;
            tally.direct += direct;
            tally.indirect += u64::from(piece.strength == Strength::Indirect);
            tally.strongest = tally.strongest.max(Some(piece.strength));
        } else {
            tally.refuting += 1;
            tally.direct_against += direct;
        }
    }
    tallies.extend(values.into_iter().map(|(value, tally)| Tally { hypothesis: value.to_owned(), ..tally }));
    tallies
}
