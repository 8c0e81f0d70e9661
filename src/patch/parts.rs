//! The normative parts: open questions that the captures answer become findings.

use super::corpus::{Corpus, citation};
use super::draft::Draft;
use super::evidence::{grade, places, to_cite};
use super::facts::{Place, Shown};
use super::flow_pages::note;
use super::repository::Folder;
use super::stanza_pages::{Pages, extend};
use super::test_servers::TEST_SERVER;
use crate::analysis::Analysis;
use crate::spec::{Confidence, Finding, Question, Sessions, Strength, Verdict, fingerprint, page};
use crate::yaml::{Data, Edit};

/// Which questions are to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// These, by id.
    Named(Vec<String>),
    /// Every one that is answered.
    All,
}

impl Closing {
    fn has(&self, id: &str) -> bool {
        match self {
            Self::Named(ids) => ids.iter().any(|known| known == id),
            Self::All => true,
        }
    }
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its id.
    pub question: &'static str,
    /// What became of it, a clause.
    pub what: String,
}

/// The part of the spec that describes the same as a flow, by their ids. A stanza and its part have one id.
const PARTS_OF_FLOWS: &[(&str, &str)] = &[
    ("call-missed-timeout", "flow-call-missed"),
    ("call-rejected", "flow-call-rejected"),
    ("incoming-1to1-audio", "flow-incoming-1to1"),
    ("outgoing-1to1-audio", "flow-outgoing-1to1"),
];

/// Closes the questions that are answered, and says what became of those that were named.
pub(super) fn write(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    findings: &[Finding],
    (sanitised, sessions): (&Analysis, &Sessions),
    pages: &Pages<'_>,
    (closing, date): (&Closing, &str),
) -> Vec<Closed> {
    let is_open = |finding: &Finding| finding.question.number.is_some();
    let mut closed = Vec::new();
    for finding in findings.iter().filter(|finding| is_open(finding)) {
        let is_named = matches!(closing, Closing::Named(_)) && closing.has(finding.question.id);
        let is_answered = finding.verdict == Verdict::Answered && finding.confidence >= Confidence::Probable;
        let closes = closing.has(finding.question.id);
        let what = match (closes, is_answered) {
            (true, true) => close(draft, corpus, (sanitised, sessions), pages, (finding, closing, date)),
            (false, true) => Some("answered; use --question or --all to close it".to_owned()),
            _ if is_named => Some(format!("not closed: {}", finding.verdict.name())),
            _ => None,
        };
        closed.extend(what.map(|what| Closed { question: finding.question.id, what }));
    }
    closed
}

/// How a finding goes on after its question.
const ANSWERED: &str = "Answered by captures";

/// A place where a page asks a question: the file, and which of its questions.
type Asked = (String, usize);

/// The pages that ask a question, in the words that this program knows.
fn asked(draft: &Draft<'_>, question: &Question) -> Vec<Asked> {
    let own = question.number.map(|number| (question.page, number));
    let places = own.into_iter().chain(question.also.iter().copied());
    let asked = places.filter_map(|(name, number)| {
        let known = page(name)?.questions.get(usize::from(number).checked_sub(1)?)?.fingerprint;
        let file = file_of(draft, name)?;
        let index =
            draft.file(&file)?.root().texts_of("open_questions").position(|asked| fingerprint(asked) == known)?;
        Some((file, index))
    });
    asked.collect()
}

/// The file of a page, by its code, or its id where it has none.
fn file_of(draft: &Draft<'_>, name: &str) -> Option<String> {
    let of_code =
        draft.repository.files(Folder::Signalling).find(|(_, part)| part.root().text_of("code") == Some(name));
    let by_id = || [Folder::Stanzas, Folder::Flows].into_iter().find_map(|folder| draft.repository.find(folder, name));
    of_code.or_else(by_id).map(|(file, _)| file.to_owned())
}

/// The part that gets the finding: the first whose page asks the question, or did; else the one of what asks it.
fn part_of(draft: &Draft<'_>, question: &Question) -> Option<String> {
    let is_part = |file: &String| file.starts_with(Folder::Signalling.path());
    let own = question.pages().filter_map(|page| file_of(draft, page)).find(is_part);
    own.or_else(|| {
        let part =
            PARTS_OF_FLOWS.iter().find(|(flow, _)| *flow == question.page).map_or(question.page, |(_, part)| part);
        draft.repository.find(Folder::Signalling, part).map(|(file, _)| file.to_owned())
    })
}

/// Whether a part has the finding on a question.
fn has_finding(draft: &Draft<'_>, part: &str, question: &Question) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let findings = draft.file(part).and_then(|page| page.root().text_of("findings"));
    findings.is_some_and(|findings| words(findings).contains(&words(&format!("{} {ANSWERED}", question.title))))
}

fn close(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    (sanitised, sessions): (&Analysis, &Sessions),
    pages: &Pages<'_>,
    (finding, closing, date): (&Finding, &Closing, &str),
) -> Option<String> {
    let question = finding.question;
    let asked = asked(draft, question);
    let Some(part) = part_of(draft, question) else {
        return Some("not closed: the page that asks it is gone".to_owned());
    };
    if asked.is_empty() {
        if has_finding(draft, &part, question) {
            return None;
        }
        let why = format!("{}: no page asks it any more in the words that ringtrace knows; not closed", question.id);
        if *closing != Closing::All {
            draft.conflict(&part, "open_questions", why);
        }
        return Some("not closed: its page has changed".to_owned());
    }
    let (shown, why) = evidence(finding, sanitised, sessions);
    let mut cited = Vec::new();
    for (technique, places) in places(&shown, &to_cite(&shown, pages.lineage)) {
        let ids = places.into_iter().filter_map(|places| corpus.cite(places));
        cited.extend(ids.map(|id| format!("{} ({technique})", citation(&id))));
    }
    if cited.is_empty() {
        return Some("not closed: how the captures were made is not known (see --technique)".to_owned());
    }
    let confidence = finding.confidence.min(grade(shown.witnesses.keys(), pages.lineage));
    let answer = finding.named.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let test = if pages.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    let paragraph = format!(
        "{} {ANSWERED}: {answer} ({}). {why} Evidence: {}.{test}",
        question.title,
        confidence.name(),
        cited.join(", ")
    );
    let change = format!("{ANSWERED}: {} {answer} ({}).{test}", question.title, confidence.name());
    for (file, index) in asked.iter().filter(|(file, _)| *file != part) {
        let edit = Edit::Remove { at: "open_questions".to_owned(), index: *index };
        draft.edit(file, format!("question {} closed: its finding is in {part}", question.id), &[edit]);
    }
    let mut edits: Vec<_> = asked
        .iter()
        .filter(|(file, _)| *file == part)
        .map(|(_, index)| Edit::Remove { at: "open_questions".to_owned(), index: *index })
        .collect();
    edits.push(found(draft, &part, paragraph));
    let entry = Data::Map(vec![("date", Data::Literal(date.to_owned())), ("note", Data::Prose(change))]);
    edits.push(match draft.file(&part).and_then(|page| page.root().get("changelog")) {
        Some(_) => Edit::Insert { at: "changelog".to_owned(), index: 0, item: entry },
        None => Edit::Add {
            at: String::new(),
            key: "changelog",
            value: Data::List(vec![entry]),
            after: &["references", "code"],
        },
    });
    edits.extend(credited(draft, &part, pages));
    let is_done =
        draft.edit(&part, format!("question {} closed: {answer} ({})", question.id, confidence.name()), &edits);
    Some(if is_done { format!("closed: {answer}") } else { "not closed: see the conflict".to_owned() })
}

/// A paragraph among a part's findings.
fn found(draft: &Draft<'_>, part: &str, text: String) -> Edit {
    match draft.file(part).and_then(|page| page.root().get("findings")) {
        Some(findings) if !findings.is_null() => Edit::Append { at: "findings".to_owned(), text, is_paragraph: true },
        Some(_) => Edit::Set { at: "findings".to_owned(), to: Data::word(text) },
        None => {
            Edit::Add { at: String::new(), key: "findings", value: Data::Prose(text), after: &["summary", "normative"] }
        }
    }
}

/// The contributor among those of a part.
fn credited(draft: &Draft<'_>, part: &str, pages: &Pages<'_>) -> Vec<Edit> {
    let Some(contributor) = pages.contributor else { return Vec::new() };
    let known = draft.file(part).map_or(&[][..], |page| page.root().items_of("contributors"));
    if known.iter().any(|known| known.text_of("contributor") == Some(contributor)) {
        return Vec::new();
    }
    let test = if pages.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    let entry =
        vec![("contributor", Data::word(contributor)), ("note", Data::word(format!("evidence from captures{test}")))];
    extend(draft, part, "", "contributors", &["references", "code", "changelog"], vec![Data::Map(entry)])
}

/// The direct evidence for what answers a question, and the first sentence of it.
fn evidence(finding: &Finding, sanitised: &Analysis, sessions: &Sessions) -> (Shown, String) {
    let (mut shown, mut why) = (Shown::default(), String::new());
    for at in &finding.pieces {
        let Some(judged) = sanitised.calls.get(at.call()) else { continue };
        let piece = judged.evidence.get(at.piece());
        let Some(piece) = piece.filter(|piece| piece.supports && piece.strength == Strength::Direct) else { continue };
        if !finding.named.iter().any(|name| **name == *piece.hypothesis) {
            continue;
        }
        if why.is_empty() {
            piece.why.as_str().clone_into(&mut why);
        }
        note(&mut shown, &judged.call, Place { call: at.call(), row: piece.row }, sessions);
    }
    (shown, why)
}
