//! What follows for a question from all evidence together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::evidence::{Evidence, Strength};
use super::judged::Judged;
use super::question::{Question, Shape};
use super::questions::{DISCREPANCIES, QUESTIONS};
use crate::origin::CaptureId;

/// What follows for a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing bears on it.
    #[default]
    Open,
    /// There is evidence for a hypothesis, none of it direct.
    Leaning,
    /// There is direct evidence for one hypothesis, and none against it.
    Answered,
    /// There is direct evidence on both sides.
    Contested,
    /// It asks for a list, and values were seen.
    Observed,
}

impl Verdict {
    /// The verdict's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Leaning => "leaning",
            Self::Answered => "answered",
            Self::Contested => "contested",
            Self::Observed => "observed",
        }
    }
}

/// The confidence that the spec's corroboration rule allows to claim. Suggested: a person decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Nothing is known.
    #[default]
    Unknown,
    /// There is evidence, none of it direct, or on both sides.
    Speculative,
    /// Seen under one technique.
    Probable,
    /// Seen under two techniques, in different sessions of different clients, neither a port of the other.
    Confirmed,
}

impl Confidence {
    /// The confidence's name in the spec's forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Speculative => "speculative",
            Self::Probable => "probable",
            Self::Confirmed => "confirmed",
        }
    }
}

/// The evidence on one hypothesis, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The hypothesis, or the value of a list, which is untrusted text.
    pub hypothesis: String,
    /// Pieces that speak for it.
    pub supporting: u64,
    /// Pieces that speak against it.
    pub refuting: u64,
    /// Pieces that speak for it and are direct.
    pub direct: u64,
    /// Pieces that speak against it and are direct.
    pub direct_against: u64,
    /// The most that a piece that speaks for it proves.
    pub strongest: Option<Strength>,
}

/// A place in [`Judged::evidence`] of one of the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceAt {
    /// Index of the call.
    pub call: usize,
    /// Index of the piece in the call's evidence.
    pub piece: usize,
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
    /// The pieces of evidence, by call and row.
    pub pieces: Vec<PieceAt>,
}

/// What follows for every question, and then for every discrepancy.
#[must_use]
pub fn findings(calls: &[Arc<Judged>]) -> Vec<Finding> {
    let mut pieces: BTreeMap<&str, Vec<PieceAt>> = BTreeMap::new();
    for (call, judged) in calls.iter().enumerate() {
        for (piece, evidence) in judged.evidence.iter().enumerate() {
            pieces.entry(evidence.question).or_default().push(PieceAt { call, piece });
        }
    }
    let sessions = Sessions::of(calls);
    let questions = QUESTIONS.iter().chain(DISCREPANCIES);
    let finding = |question: &&'static Question| {
        let pieces = pieces.remove(question.id).unwrap_or_default();
        finding(question, pieces, calls, &sessions)
    };
    questions.map(finding).collect()
}

fn finding(question: &'static Question, pieces: Vec<PieceAt>, calls: &[Arc<Judged>], sessions: &Sessions) -> Finding {
    let evidence = || pieces.iter().filter_map(|at| Some((at.call, calls.get(at.call)?.evidence.get(at.piece)?)));
    let tallies = tally(question, evidence().map(|(_, piece)| piece));
    let (verdict, named) = decide(question.shape, &tallies);
    let witnesses = |hypothesis: &str| {
        let mut witnesses = BTreeSet::new();
        for (call, piece) in evidence().filter(|(_, piece)| piece.hypothesis == hypothesis && piece.supports) {
            if piece.strength == Strength::Direct
                && let Some(judged) = calls.get(call)
            {
                sessions.witnesses(judged, piece.row, &mut witnesses);
            }
        }
        witnesses
    };
    let confidence = match verdict {
        Verdict::Open => Confidence::Unknown,
        Verdict::Leaning | Verdict::Contested => Confidence::Speculative,
        Verdict::Answered | Verdict::Observed => {
            let corroborated = named.iter().all(|hypothesis| corroborate(&witnesses(hypothesis)));
            if corroborated { Confidence::Confirmed } else { Confidence::Probable }
        }
    };
    Finding { question, verdict, named, confidence, tallies, pieces }
}

fn tally<'e>(question: &Question, evidence: impl Iterator<Item = &'e Evidence>) -> Vec<Tally> {
    let named = question.hypotheses.iter().map(|name| Tally { hypothesis: (*name).to_owned(), ..Tally::default() });
    let mut tallies: Vec<Tally> = named.collect();
    let mut values: BTreeMap<&str, Tally> = BTreeMap::new();
    for piece in evidence {
        let known = tallies.iter_mut().find(|tally| tally.hypothesis == piece.hypothesis);
        let tally = known.unwrap_or_else(|| values.entry(&piece.hypothesis).or_default());
        let direct = u64::from(piece.strength == Strength::Direct);
        if piece.supports {
            tally.supporting += 1;
            tally.direct += direct;
            tally.strongest = tally.strongest.max(Some(piece.strength));
        } else {
            tally.refuting += 1;
            tally.direct_against += direct;
        }
    }
    tallies.extend(values.into_iter().map(|(value, tally)| Tally { hypothesis: value.to_owned(), ..tally }));
    tallies
}

fn decide(shape: Shape, tallies: &[Tally]) -> (Verdict, Vec<String>) {
    let names = |tallies: &[&Tally]| tallies.iter().map(|tally| tally.hypothesis.clone()).collect::<Vec<_>>();
    let supported: Vec<_> = tallies.iter().filter(|tally| tally.supporting > 0).collect();
    if supported.is_empty() {
        return (Verdict::Open, Vec::new());
    }
    if shape == Shape::List {
        return (Verdict::Observed, names(&supported));
    }
    if let Shape::Existential { occurs } = shape
        && let Some(seen) = supported.iter().find(|tally| tally.hypothesis == occurs && tally.direct > 0)
    {
        return (Verdict::Answered, names(&[seen]));
    }
    let direct: Vec<_> = supported.iter().copied().filter(|tally| tally.direct > 0).collect();
    match *direct {
        // That a thing was not seen never answers that it does not occur.
        [one] if !matches!(shape, Shape::Existential { .. }) => {
            let verdict = if one.direct_against > 0 { Verdict::Contested } else { Verdict::Answered };
            (verdict, names(&[one]))
        }
        [] | [_] => {
            let weight = |tally: &Tally| (tally.strongest, tally.supporting.saturating_sub(tally.refuting));
            let heaviest = supported.iter().map(|tally| weight(tally)).max();
            let leading: Vec<_> = supported.into_iter().filter(|tally| Some(weight(tally)) == heaviest).collect();
            (Verdict::Leaning, names(&leading))
        }
        _ => (Verdict::Contested, names(&direct)),
    }
}

/// One recording's part in an answer: technique, session, client.
type Witness = (&'static str, usize, Option<&'static str>);

/// Clients that one wrote after the other: what both do says no more than what one does.
const PORTS: [(&str, &str); 2] = [("whatsapp-rust", "zapo"), ("whatsapp-rust", "whatsmeow")];

fn corroborate(witnesses: &BTreeSet<Witness>) -> bool {
    let independent = |one: &Witness, other: &Witness| {
        let (Some(client), Some(another)) = (one.2, other.2) else { return false };
        let ports = PORTS.contains(&(client, another)) || PORTS.contains(&(another, client));
        let known = one.0 != "unknown" && other.0 != "unknown";
        known && one.0 != other.0 && one.1 != other.1 && client != another && !ports
    };
    witnesses.iter().any(|one| witnesses.iter().any(|other| independent(one, other)))
}

/// Which captures are recordings of one session: those with a call in common.
struct Sessions {
    /// A representative of each capture's session.
    of: BTreeMap<CaptureId, CaptureId>,
}

impl Sessions {
    fn of(calls: &[Arc<Judged>]) -> Self {
        let mut sessions = Self { of: BTreeMap::new() };
        for judged in calls {
            let mut captures = judged.call.captures().into_iter();
            let Some(first) = captures.next() else { continue };
            let first = sessions.root(first);
            sessions.of.entry(first).or_insert(first);
            for other in captures {
                let other = sessions.root(other);
                sessions.of.insert(other, first);
            }
        }
        sessions
    }

    fn root(&self, mut capture: CaptureId) -> CaptureId {
        while let Some(next) = self.of.get(&capture)
            && *next != capture
        {
            capture = *next;
        }
        capture
    }

    fn witnesses(&self, judged: &Judged, row: usize, witnesses: &mut BTreeSet<Witness>) {
        let Some(row) = judged.call.rows.get(row) else { return };
        for observed in std::iter::once(&row.observed).chain(&row.also) {
            let Some(recording) = judged.call.recordings.get(&observed.socket()) else { continue };
            let session = usize::try_from(self.root(observed.capture()).0).unwrap_or(usize::MAX);
            witnesses.insert((recording.technique, session, recording.client));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(hypothesis: &str, indirect: u64, direct: u64, direct_against: u64) -> Tally {
        let strongest = match (indirect, direct) {
            (_, 1..) => Some(Strength::Direct),
            (1.., _) => Some(Strength::Indirect),
            _ => None,
        };
        Tally {
            hypothesis: hypothesis.to_owned(),
            supporting: indirect + direct,
            refuting: direct_against,
            direct,
            direct_against,
            strongest,
        }
    }

    fn verdict(shape: Shape, tallies: &[Tally]) -> (Verdict, String) {
        let (verdict, named) = decide(shape, tallies);
        (verdict, named.join(" "))
    }

    #[test]
    fn exclusive_hypotheses_are_weighed() {
        let decide = |tallies: &[Tally]| verdict(Shape::Exclusive, tallies);
        let (none, other) = (counted("a", 0, 0, 0), counted("b", 0, 0, 0));
        assert_eq!(decide(&[none.clone(), other.clone()]), (Verdict::Open, String::new()));
        assert_eq!(decide(&[counted("a", 2, 0, 0), other.clone()]), (Verdict::Leaning, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 2, 0, 0), counted("b", 1, 0, 0)]), (Verdict::Leaning, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 1, 0, 0), counted("b", 1, 0, 0)]), (Verdict::Leaning, "a b".to_owned()));
        assert_eq!(decide(&[counted("a", 9, 0, 0), counted("b", 0, 1, 0)]), (Verdict::Answered, "b".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 1, 0), counted("b", 0, 3, 0)]), (Verdict::Contested, "a b".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 2, 1), other]), (Verdict::Contested, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 0, 4), none]), (Verdict::Open, String::new()));
    }

    #[test]
    fn one_sight_answers_whether_a_thing_occurs_and_no_absence_does() {
        let decide = |tallies: &[Tally]| verdict(Shape::Existential { occurs: "yes" }, tallies);
        assert_eq!(decide(&[counted("yes", 0, 1, 0), counted("no", 0, 50, 0)]), (Verdict::Answered, "yes".to_owned()));
        assert_eq!(decide(&[counted("yes", 0, 0, 0), counted("no", 0, 50, 0)]), (Verdict::Leaning, "no".to_owned()));
        assert_eq!(decide(&[counted("yes", 1, 0, 0), counted("no", 0, 0, 0)]), (Verdict::Leaning, "yes".to_owned()));
    }

    #[test]
    fn a_list_is_never_more_than_observed() {
        let seen = [counted("timeout", 0, 3, 0), counted("busy", 1, 0, 0)];
        assert_eq!(verdict(Shape::List, &seen), (Verdict::Observed, "timeout busy".to_owned()));
        assert_eq!(verdict(Shape::List, &[]), (Verdict::Open, String::new()));
    }

    #[test]
    fn only_independent_recordings_corroborate() {
        let with = |witnesses: &[Witness]| corroborate(&witnesses.iter().copied().collect());
        let capture = ("websocket-capture", 0, Some("zapo"));
        assert!(with(&[capture, ("baileys-instrumentation", 1, Some("baileys"))]));
        assert!(!with(&[capture, ("baileys-instrumentation", 0, Some("baileys"))]), "one session");
        assert!(!with(&[capture, ("websocket-capture", 1, Some("baileys"))]), "one technique");
        assert!(!with(&[capture, ("mitm-tls", 1, Some("zapo"))]), "one client");
        assert!(!with(&[capture, ("mitm-tls", 1, Some("whatsapp-rust"))]), "a port");
        assert!(!with(&[capture, ("mitm-tls", 1, None)]), "a client that nobody knows");
        assert!(!with(&[capture, ("unknown", 1, Some("baileys"))]), "a technique that nobody knows");
    }
}
