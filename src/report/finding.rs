//! The values of the forms for findings and discrepancies.

use super::assessment::{Assessment, Citation, row_of};
use super::citation::{self, TOOL};
use super::media;
use super::notes;
use super::request::Report;
use crate::protocol::xml;

/// Stanzas that a report shows whole.
const SHOWN: usize = 3;

/// The values of the form for a finding.
pub(super) fn values(report: &Report<'_>, assessment: &Assessment) -> Vec<String> {
    vec![
        "signaling".to_owned(),
        assessment.summary.clone(),
        evidence(report, assessment),
        citation::techniques(report.sanitised, &assessment.citations).join(", "),
        assessment.confidence.name().to_owned(),
        affects(assessment),
        points(&open(report, assessment)),
    ]
}

/// All places, the stanzas that tell most, and how to come to the same.
fn evidence(report: &Report<'_>, assessment: &Assessment) -> String {
    let mut lines = vec![format!("Verdict: {}", plain(&assessment.verdict))];
    lines.extend(assessment.citations.iter().filter_map(|citation| citation_line(report, citation)));
    if assessment.citations.is_empty() {
        lines.push("No stanza of these captures bears on it.".to_owned());
    }
    let noted = notes::about(report, assessment).into_iter().filter(|remark| !notes::asks(remark));
    lines.extend(noted.map(|remark| format!("- {}", notes::line(report, remark))));
    let causes = media::causes(report.sanitised.analysis(), assessment.calls());
    lines.extend(causes.iter().map(|cause| format!("- {}", plain(cause))));
    lines.push(String::new());
    lines.extend(stanzas(report, assessment.citations.iter()));
    lines.push(reproduce(report, &assessment.calls()));
    lines.join("\n")
}

/// A place on one line.
fn citation_line(report: &Report<'_>, citation: &Citation) -> Option<String> {
    let (call, row) = row_of(report.sanitised, citation)?;
    let technique = citation::technique(report.sanitised.analysis(), call, row).unwrap_or("technique not known");
    Some(format!(
        "- {}: {} [{}, vantage {}, {technique}]",
        plain(&citation.says),
        citation.why,
        citation::place(report.sanitised.analysis(), call, citation.call, row),
        citation::vantage(call, row)
    ))
}

/// The first stanzas of those that tell most.
fn stanzas<'c>(report: &Report<'_>, citations: impl Iterator<Item = &'c Citation>) -> Vec<String> {
    let mut foremost: Vec<_> = citations.collect();
    foremost.sort_by_key(|citation| std::cmp::Reverse(citation.weight));
    foremost.dedup_by_key(|citation| (citation.call, citation.row));
    let shown = foremost.into_iter().take(SHOWN).filter_map(|citation| {
        let (call, row) = row_of(report.sanitised, citation)?;
        let stanza = xml::write(&row.observed.read().node);
        Some(format!("{}:\n{stanza}\n", citation::place(report.sanitised.analysis(), call, citation.call, row)))
    });
    shown.collect()
}

/// What somebody with the captures does to come to the same.
pub(super) fn reproduce(report: &Report<'_>, calls: &[usize]) -> String {
    let captures = citation::captures(report.sanitised, report.digests, calls);
    format!("{captures}\n{TOOL}: {}", report.command())
}

/// The spec's stanzas and flows that the pages are about.
fn affects(assessment: &Assessment) -> String {
    let (mut stanzas, mut flows) = (Vec::new(), Vec::new());
    for (stanza, flow) in assessment.pages.iter().map(|page| page_ids(page)) {
        stanzas.extend(stanza);
        flows.extend(flow);
    }
    let line = |what: &str, ids: Vec<&str>| (!ids.is_empty()).then(|| format!("{what}: {}", ids.join(", ")));
    line("stanzas", stanzas).into_iter().chain(line("flows", flows)).collect::<Vec<_>>().join("\n")
}

/// The ids of the stanza and of the flow that a page of the spec is about.
fn page_ids(page: &'static str) -> (Option<&'static str>, Option<&'static str>) {
    match page {
        "SIG-01" => (Some("call-offer"), None),
        "SIG-07" => (Some("call-ack"), None),
        "SIG-08" => (Some("call-reject"), None),
        "SIG-12" => (None, Some("call-missed-timeout")),
        "SIG-14" => (Some("call-terminate"), None),
        "SIG-16" => (None, Some("incoming-1to1-audio")),
        "SIG-17" => (None, Some("outgoing-1to1-audio")),
        "SIG-18" => (None, Some("call-rejected")),
        "call-missed-timeout" | "call-rejected" | "incoming-1to1-audio" | "outgoing-1to1-audio" => (None, Some(page)),
        stanza => (Some(stanza), None),
    }
}

/// What remains to be known, and the notes that ask something.
fn open(report: &Report<'_>, assessment: &Assessment) -> Vec<String> {
    let asked = notes::about(report, assessment).into_iter().filter(|remark| notes::asks(remark));
    assessment.open.iter().cloned().chain(asked.map(|remark| notes::line(report, remark))).collect()
}

fn points(points: &[String]) -> String {
    points.iter().map(|point| format!("- {point}")).collect::<Vec<_>>().join("\n")
}

/// The text without the marks of Markdown, for a place that shows it as it is.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The values of the form for a discrepancy.
pub(super) fn discrepancy(report: &Report<'_>, assessment: &Assessment) -> Vec<String> {
    let (one, other) = match &assessment.claim {
        Some(claim) => (format!("{claim}\n{TOOL} reads the page so."), side(report, assessment, None)),
        None => {
            let with = |name: &&String| {
                assessment.citations.iter().any(|citation| citation.side.as_deref() == Some(name.as_str()))
            };
            let mut sides: Vec<_> = assessment.sides.iter().filter(with).collect();
            sides.extend(assessment.sides.iter().filter(|name| !with(name)));
            let mut sides = sides.into_iter().map(|name| side(report, assessment, Some(name)));
            let one = sides.next().unwrap_or_else(|| side(report, assessment, None));
            let none = || {
                format!("The spec's pages {}: these captures do not stand against them.", assessment.pages.join(", "))
            };
            (one, sides.next().unwrap_or_else(none))
        }
    };
    vec![assessment.summary.clone(), one, other, resolution(report, assessment)]
}

/// What speaks for one side.
fn side(report: &Report<'_>, assessment: &Assessment, name: Option<&str>) -> String {
    let of_side = |citation: &&Citation| name.is_none() || citation.side.as_deref() == name;
    let citations: Vec<_> = assessment.citations.iter().filter(of_side).collect();
    let mut lines: Vec<_> = name.map(|name| format!("Side: {name}")).into_iter().collect();
    if citations.is_empty() {
        let pages = assessment.pages.join(", ");
        lines.push(format!("The spec's page {pages}; no stanza of these captures speaks for it."));
        return lines.join("\n");
    }
    let techniques = citation::techniques(report.sanitised, citations.iter().copied()).join(", ");
    lines.push(format!("Technique: {}", if techniques.is_empty() { "not known" } else { &techniques }));
    lines.push("Evidence:".to_owned());
    lines.extend(citations.iter().filter_map(|citation| citation_line(report, citation)));
    lines.push(String::new());
    lines.extend(stanzas(report, citations.iter().copied()));
    let mut calls: Vec<_> = citations.iter().map(|citation| citation.call).collect();
    calls.dedup();
    lines.push(reproduce(report, &calls));
    lines.join("\n")
}

/// How the two might be reconciled, as far as the captures tell, and what the user noted.
fn resolution(report: &Report<'_>, assessment: &Assessment) -> String {
    let verdict = format!("These captures: {}.", assessment.verdict);
    let noted = notes::about(report, assessment).into_iter().map(|remark| format!("- {}", notes::line(report, remark)));
    std::iter::once(verdict).chain(assessment.open.iter().cloned()).chain(noted).collect::<Vec<_>>().join("\n")
}
