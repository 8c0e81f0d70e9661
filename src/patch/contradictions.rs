//! What stands against the spec, as reports for its form for discrepancies: a person decides, so nothing is edited.

use std::collections::BTreeMap;

use super::corpus::Corpus;
use super::facts::{Facts, Mismatch, Place};
use super::test_servers::TEST_SERVER;
use crate::redact::Sanitised;
use crate::report::{Form, Report, Subject, fill};
use crate::spec::{Finding, Verdict};
use crate::words::counted;

/// A report of something in which the captures stand against the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// What it is about: the id of a discrepancy, or of a page.
    pub id: String,
    /// The title of an issue.
    pub title: String,
    /// Its text.
    pub body: String,
}

/// Places of a mismatch that a report cites.
const PLACES: usize = 5;

/// The reports: of the discrepancies that are known and that captures bear on, and of the pages with which they do not
/// agree.
pub(super) fn reports(
    (sanitised, findings): (&Sanitised, &[Finding]),
    digests: &[Option<String>],
    facts: &Facts,
    corpus: &Corpus<'_>,
    is_test: bool,
) -> Vec<Discrepancy> {
    let disputed = findings.iter().filter(|it| it.question.number.is_none() && it.verdict != Verdict::Open);
    let known = disputed.filter_map(|finding| {
        let (subject, form) = (Subject::Question(finding.question), Form::Discrepancy);
        let draft = Report { sanitised, digests, subject, form, stanza: None, filter: None }.draft().ok()?;
        Some(Discrepancy { id: finding.question.id.to_owned(), title: draft.title, body: draft.body })
    });
    let mut pages: BTreeMap<&str, Vec<(String, &Mismatch)>> = BTreeMap::new();
    for ((fact, _), mismatch) in &facts.mismatches {
        pages.entry(&fact.page).or_default().push((fact.name(), mismatch));
    }
    let pages = pages.into_iter().filter_map(|(page, mismatches)| of_page(page, &mismatches, corpus));
    let mut reports: Vec<_> = known.chain(pages).collect();
    if is_test {
        for report in &mut reports {
            report.title = format!("{} {TEST_SERVER}", report.title);
            report.body = format!("{}\n{TEST_SERVER}\n", report.body);
        }
    }
    reports
}

fn of_page(page: &str, mismatches: &[(String, &Mismatch)], corpus: &Corpus<'_>) -> Option<Discrepancy> {
    let id = page.rsplit('/').next()?.trim_end_matches(".yaml");
    let says = mismatches.iter().map(|(fact, it)| format!("{page}:{}: `{fact}`: {}", it.line, it.says));
    let shows = mismatches.iter().map(|(fact, it)| {
        let places = it.places.iter().take(PLACES).filter_map(|place| cited(*place, corpus));
        format!("`{fact}`: {} {}: {}", counted(it.count, "time"), it.shows, places.collect::<Vec<_>>().join("; "))
    });
    let plain = |lines: Vec<String>| lines.join("\n").replace('`', "");
    let values = [
        format!("The page `{id}` says of {} what captures do not show.", counted(mismatches.len() as u64, "fact")),
        plain(says.collect()),
        plain(shows.collect()),
        "Whether the page is to change, or clients depart from it: a person decides.".to_owned(),
    ];
    let form = Form::Discrepancy.issue()?;
    let (body, _) = fill(form, &values);
    Some(Discrepancy { id: id.to_owned(), title: format!("{}{id} against captures", form.title), body })
}

fn cited(place: Place, corpus: &Corpus<'_>) -> Option<String> {
    let row = corpus.row(place)?;
    Some(format!("capture-{}, {}", row.observed.capture().0 + 1, row.observed.stanza.origin))
}
