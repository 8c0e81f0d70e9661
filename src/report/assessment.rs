//! The subject of a report, and what the captures say about it.

use std::collections::BTreeSet;

use crate::analysis::Analysis;
use crate::call::{Call, Row};
use crate::diagram::caption;
use crate::redact::Sanitised;
use crate::spec::RULES;
use crate::spec::{
    Confidence, Conformance, Evidence, Finding, Judged, Place, Question, Rule, Strength, Text, Verdict, finding_on,
    findings,
};

/// What a report is about.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    /// An open question, or a discrepancy.
    Question(&'static Question),
    /// A rule.
    Rule(&'static Rule),
    /// A call, by its index.
    Call(usize),
    /// All calls.
    All,
}

impl Subject {
    /// The option that names it on the command line.
    #[must_use]
    pub fn option(&self, analysis: &Analysis) -> String {
        match self {
            Self::Question(question) if question.number.is_none() => format!("--discrepancy {}", question.id),
            Self::Question(question) => format!("--question {}", question.id),
            Self::Rule(rule) => format!("--rule {}", rule.id),
            Self::Call(index) => format!("--call '#{}'", analysis.number(*index)),
            Self::All => String::new(),
        }
    }
}

/// A stanza that says something about the subject.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    /// Index of its call.
    pub(super) call: usize,
    /// Index of its row.
    pub(super) row: usize,
    /// What it is for the subject, in a few words.
    pub(super) says: String,
    /// For which hypothesis or side it speaks.
    pub(super) side: Option<Text>,
    /// One sentence why.
    pub(super) why: Text,
    /// Its significance; higher is more significant.
    pub(super) weight: u8,
}

/// What the captures say about a subject.
#[derive(Debug)]
pub(super) struct Assessment {
    /// A line for a title.
    pub(super) title: String,
    /// The verdict, in a few words.
    pub(super) verdict: String,
    /// A paragraph.
    pub(super) summary: String,
    /// The places, by call and row.
    pub(super) citations: Vec<Citation>,
    /// The confidence that the spec's corroboration rule allows.
    pub(super) confidence: Confidence,
    /// The spec's pages that it touches.
    pub(super) pages: Vec<&'static str>,
    /// What remains to be known.
    pub(super) open: Vec<String>,
    /// What the spec has to say, and on which page, where the captures stand against it.
    pub(super) claim: Option<String>,
    /// The hypotheses, where it has any.
    pub(super) sides: Vec<String>,
}

impl Assessment {
    /// What sanitised captures say about a subject.
    pub(super) fn of(subject: Subject, sanitised: &Sanitised) -> Self {
        let mut assessment = match subject {
            Subject::Question(question) => of_question(question, sanitised),
            Subject::Rule(rule) => of_rule(rule, sanitised),
            Subject::Call(index) => return of_call(index, sanitised),
            Subject::All => of_all(sanitised),
        };
        let analysis = sanitised.analysis();
        if analysis.chosen.is_some() {
            let (some, all) = (analysis.calls.len(), analysis.calls_in_all());
            let verb = if some == 1 { "was" } else { "were" };
            assessment.summary.push_str(&format!(" Only {some} of {} {verb} considered.", counted(all, "call")));
        }
        assessment
    }

    /// The calls with a place, in order.
    pub(super) fn calls(&self) -> Vec<usize> {
        let calls: BTreeSet<_> = self.citations.iter().map(|citation| citation.call).collect();
        calls.into_iter().collect()
    }

    /// The most significant place; the first of equals.
    pub(super) fn foremost(&self) -> Option<&Citation> {
        self.citations.iter().min_by_key(|citation| std::cmp::Reverse(citation.weight))
    }
}

fn of_question(question: &'static Question, sanitised: &Sanitised) -> Assessment {
    let analysis = sanitised.analysis();
    // Only calls can be cited.
    let finding = finding_on(question, &analysis.calls, &analysis.lineage);
    let pieces = || finding.pieces.iter().filter_map(|at| Some((at.call(), analysis.exhibit(*at)?.piece)));
    let citations: Vec<Citation> = pieces().map(|(call, piece)| cite_evidence(call, piece)).collect();
    let verdict = verdict_words(&finding);
    let (calls, direct) = (count_calls(&citations), pieces().filter(|(_, piece)| piece.strength == Strength::Direct));
    let direct = direct.count();
    let weighed = match citations.len() {
        0 => "Nothing in these captures bears on it.".to_owned(),
        count => format!(
            "{} in {} of {} bear on it, {direct} of them directly.",
            counted(count, "place"),
            counted(calls, "call"),
            analysis.calls.len()
        ),
    };
    let confidence = finding.confidence;
    let open = open_points(&finding);
    let sides = match question.hypotheses {
        [] => finding.named,
        hypotheses => hypotheses.iter().map(|name| (*name).to_owned()).collect(),
    };
    Assessment {
        title: format!("{} ({})", question.title.trim_end_matches(['.', '?']), verdict),
        summary: format!("{} Verdict: {verdict}. {weighed}", question.title),
        verdict,
        citations,
        confidence,
        pages: question.pages().collect(),
        open,
        claim: None,
        sides,
    }
}

fn cite_evidence(call: usize, piece: &Evidence) -> Citation {
    let against = if piece.supports { "for" } else { "against" };
    Citation {
        call,
        row: piece.row,
        says: format!("{} evidence {against} `{}`", piece.strength.name(), piece.hypothesis),
        side: piece.supports.then(|| piece.hypothesis.clone()),
        why: piece.why.clone(),
        weight: match (piece.strength, piece.supports) {
            (Strength::Direct, true) => 5,
            (Strength::Direct, false) => 4,
            (Strength::Indirect, true) => 3,
            (Strength::Indirect, false) => 2,
            (Strength::Absence, _) => 1,
        },
    }
}

/// More than any place weighs by itself.
const MOST: u8 = 10;

/// A piece of evidence, with the question that it bears on.
fn cite_question(call: usize, piece: &Evidence) -> Citation {
    let citation = cite_evidence(call, piece);
    Citation { says: format!("`{}`: {}", piece.question.id, citation.says), ..citation }
}

/// The verdict, and what it names.
fn verdict_words(finding: &Finding) -> String {
    let named = |separator: &str| {
        let named: Vec<_> = finding.named.iter().map(|name| format!("`{name}`")).collect();
        named.join(separator)
    };
    match finding.verdict {
        Verdict::Open => "open".to_owned(),
        Verdict::Leaning => format!("leaning to {}", named(" or ")),
        Verdict::Answered => format!("answered, {}", named(" and ")),
        Verdict::Contested => format!("contested, {}", named(" against ")),
        Verdict::Observed => format!("observed so far: {}", named(", ")),
    }
}

/// What remains to be known for a question.
fn open_points(finding: &Finding) -> Vec<String> {
    let state = match finding.verdict {
        Verdict::Open => Some("These captures do not bear on it."),
        Verdict::Leaning => Some("No evidence is direct so far."),
        Verdict::Contested => Some("There is direct evidence on both sides."),
        Verdict::Observed => Some("A list is never complete: other values may occur."),
        Verdict::Answered => None,
    };
    state.map(str::to_owned).into_iter().chain(finding.next.iter().cloned()).collect()
}

fn of_rule(rule: &'static Rule, sanitised: &Sanitised) -> Assessment {
    let analysis = sanitised.analysis();
    let mut total = crate::spec::Count::default();
    let place = RULES.iter().position(|known| known.id == rule.id);
    for judged in &analysis.calls {
        let of_rule = judged.counts.iter().filter(|(index, _)| Some(*index) == place);
        of_rule.for_each(|(_, count)| total.add(*count));
    }
    let citations = analysis.calls.iter().enumerate().flat_map(|(call, judged)| {
        let places = judged.places.iter().filter(|place| place.rule == rule);
        places.map(move |place| cite_place(call, place))
    });
    let citations: Vec<Citation> = citations.collect();
    let verdict = format!(
        "holds {}, violated {}, undecided {}, unknown to the spec {}",
        total.holds, total.violated, total.undecided, total.novelties
    );
    let confidence =
        if total.violated + total.holds + total.novelties > 0 { Confidence::Probable } else { Confidence::Unknown };
    let open = match (total.violated, total.undecided) {
        (0, 0) => Vec::new(),
        (0, _) => vec!["Some places cannot be decided from these recordings.".to_owned()],
        _ => vec!["Whether the page is to change, or a client departs from it.".to_owned()],
    };
    Assessment {
        title: format!("{}: {}", rule.id, rule.title.trim_end_matches('.')),
        summary: format!("The spec's page {}: {} These captures: {verdict}.", rule.page, rule.title),
        verdict,
        citations,
        confidence,
        pages: vec![rule.page],
        open,
        claim: Some(format!("The spec's page {} ({}): {}", rule.page, rule.id, rule.title)),
        sides: Vec::new(),
    }
}

fn cite_place(call: usize, place: &Place) -> Citation {
    Citation {
        call,
        row: place.row,
        says: format!("`{}` {}", place.rule.id, place.found.name()),
        side: Some(place.found.name().into()),
        why: place.why.clone(),
        weight: match place.found {
            Conformance::Violated => 5,
            Conformance::Novelty => 4,
            Conformance::Undecided => 2,
            Conformance::Holds => 1,
        },
    }
}

/// What is said of all calls together: how many they are.
fn of_all(sanitised: &Sanitised) -> Assessment {
    let title = format!("analysis of {}", counted(sanitised.analysis().calls.len(), "call"));
    Assessment {
        summary: title.clone(),
        title,
        verdict: String::new(),
        citations: Vec::new(),
        confidence: Confidence::Unknown,
        pages: Vec::new(),
        open: Vec::new(),
        claim: None,
        sides: Vec::new(),
    }
}

fn of_call(index: usize, sanitised: &Sanitised) -> Assessment {
    let analysis = sanitised.analysis();
    let Some(judged) = analysis.calls.get(index) else {
        return Assessment {
            title: format!("call #{}", analysis.number(index)),
            verdict: String::new(),
            summary: String::new(),
            citations: Vec::new(),
            confidence: Confidence::Unknown,
            pages: Vec::new(),
            open: Vec::new(),
            claim: None,
            sides: Vec::new(),
        };
    };
    let how = caption::title(&judged.call);
    let departures = judged.places.iter().filter(|place| place.found >= Conformance::Novelty);
    let departures = departures.filter(|place| place.found != Conformance::Undecided);
    let mut citations: Vec<_> = judged.evidence.iter().map(|piece| cite_question(index, piece)).collect();
    citations.extend(departures.clone().map(|place| cite_place(index, place)));
    citations.sort_by_key(|citation| citation.row);
    for citation in citations.iter_mut().filter(|citation| Some(citation.row) == judged.call.progress.ended) {
        // How a call ended tells most of it.
        citation.weight += MOST;
    }
    let pages: BTreeSet<_> = pages_of(judged).collect();
    let broken: Vec<_> = departures.map(|place| place.rule).collect();
    let claim = broken.first().map(|rule| format!("The spec's page {} ({}): {}", rule.page, rule.id, rule.title));
    Assessment {
        title: format!("call #{}: {how}", analysis.number(index)),
        summary: format!(
            "Call #{}: {how}. {} of its {} bear on the spec.",
            analysis.number(index),
            counted(citations.len(), "place"),
            counted(judged.call.rows.len(), "stanza")
        ),
        verdict: how,
        confidence: Confidence::Probable,
        pages: pages.into_iter().collect(),
        open: Vec::new(),
        claim,
        sides: Vec::new(),
        citations,
    }
}

/// The spec's pages that a call says something about.
fn pages_of(judged: &Judged) -> impl Iterator<Item = &'static str> {
    let of_questions = findings(&[]).into_iter().map(|finding| finding.question);
    let asked = of_questions.filter(|question| judged.evidence.iter().any(|piece| piece.question == *question));
    let asked: Vec<_> = asked.flat_map(Question::pages).collect();
    let broken =
        judged.places.iter().filter(|place| matches!(place.found, Conformance::Violated | Conformance::Novelty));
    let broken = broken.map(|place| place.rule.page);
    asked.into_iter().chain(broken)
}

/// The row of a citation.
pub(super) fn row_of<'s>(sanitised: &'s Sanitised, citation: &Citation) -> Option<(&'s Call, &'s Row)> {
    let call = &sanitised.analysis().calls.get(citation.call)?.call;
    Some((call, call.rows.get(citation.row)?))
}

fn count_calls(citations: &[Citation]) -> usize {
    citations.iter().map(|citation| citation.call).collect::<BTreeSet<_>>().len()
}

/// A number of things.
pub(super) fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}
