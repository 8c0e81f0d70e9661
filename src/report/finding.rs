//! The values of the forms for findings and discrepancies.

use super::cite::{self, TOOL};
use super::matter::{Citation, Matter, row_of};
use super::{Report, remarks};
use crate::protocol::xml;

/// Stanzas that a report shows whole.
const SHOWN: usize = 3;

/// The values of the form for a finding.
pub(super) fn values(report: &Report<'_>, matter: &Matter) -> Vec<String> {
    vec![
        "signaling".to_owned(),
        matter.summary.clone(),
        evidence(report, matter),
        cite::techniques(report.sanitised, &matter.citations).join(", "),
        matter.confidence.name().to_owned(),
        affects(matter),
        points(&open(report, matter)),
    ]
}

/// All places, the stanzas that tell most, and how to come to the same.
fn evidence(report: &Report<'_>, matter: &Matter) -> String {
    let mut lines = vec![format!("Verdict: {}", plain(&matter.verdict))];
    lines.extend(matter.citations.iter().filter_map(|citation| citation_line(report, citation)));
    if matter.citations.is_empty() {
        lines.push("No stanza of these captures bears on it.".to_owned());
    }
    let noted = remarks::about(report, matter).into_iter().filter(|remark| !remarks::asks(remark));
    lines.extend(noted.map(|remark| format!("- {}", remarks::line(report, remark))));
    lines.push(String::new());
    lines.extend(stanzas(report, matter.citations.iter()));
    lines.push(reproduce(report, &matter.calls()));
    lines.join("\n")
}

/// A place on one line.
fn citation_line(report: &Report<'_>, citation: &Citation) -> Option<String> {
    let (call, row) = row_of(report.sanitised, citation)?;
    let technique = cite::technique(report.sanitised.analysis(), call, row).unwrap_or("technique not known");
    Some(format!(
        "- {}: {} [{}, vantage {}, {technique}]",
        plain(&citation.says),
        citation.why,
        cite::place(report.sanitised.analysis(), call, citation.call, row),
        cite::vantage(call, row)
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
        Some(format!("{}:\n{stanza}\n", cite::place(report.sanitised.analysis(), call, citation.call, row)))
    });
    shown.collect()
}

/// What somebody with the captures does to come to the same.
pub(super) fn reproduce(report: &Report<'_>, calls: &[usize]) -> String {
    let captures = cite::captures(report.sanitised, report.digests, calls);
    format!("{captures}\n{TOOL}: {}", report.command())
}

/// The spec's stanzas and flows that the pages are about.
fn affects(matter: &Matter) -> String {
    let (mut stanzas, mut flows) = (Vec::new(), Vec::new());
    for (stanza, flow) in matter.pages.iter().map(|page| page_ids(page)) {
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
fn open(report: &Report<'_>, matter: &Matter) -> Vec<String> {
    let asked = remarks::about(report, matter).into_iter().filter(|remark| remarks::asks(remark));
    matter.open.iter().cloned().chain(asked.map(|remark| remarks::line(report, remark))).collect()
}

fn points(points: &[String]) -> String {
    points.iter().map(|point| format!("- {point}")).collect::<Vec<_>>().join("\n")
}

/// The text without the marks of Markdown, for a place that shows it as it is.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// The values of the form for a discrepancy.
pub(super) fn discrepancy(report: &Report<'_>, matter: &Matter) -> Vec<String> {
    let (one, other) = match &matter.claim {
        Some(claim) => (format!("{claim}\n{TOOL} reads the page so."), side(report, matter, None)),
        None => {
            let with = |name: &&String| matter.citations.iter().any(|citation| citation.side.as_ref() == Some(name));
            let mut sides: Vec<_> = matter.sides.iter().filter(with).collect();
            sides.extend(matter.sides.iter().filter(|name| !with(name)));
            let mut sides = sides.into_iter().map(|name| side(report, matter, Some(name)));
            let one = sides.next().unwrap_or_else(|| side(report, matter, None));
            let none =
                || format!("The spec's pages {}: these captures do not stand against them.", matter.pages.join(", "));
            (one, sides.next().unwrap_or_else(none))
        }
    };
    vec![matter.summary.clone(), one, other, resolution(report, matter)]
}

/// What speaks for one side.
fn side(report: &Report<'_>, matter: &Matter, name: Option<&str>) -> String {
    let of_side = |citation: &&Citation| name.is_none() || citation.side.as_deref() == name;
    let citations: Vec<_> = matter.citations.iter().filter(of_side).cloned().collect();
    let mut lines: Vec<_> = name.map(|name| format!("Side: {name}")).into_iter().collect();
    if citations.is_empty() {
        let pages = matter.pages.join(", ");
        lines.push(format!("The spec's page {pages}; no stanza of these captures speaks for it."));
        return lines.join("\n");
    }
    let techniques = cite::techniques(report.sanitised, &citations).join(", ");
    lines.push(format!("Technique: {}", if techniques.is_empty() { "not known" } else { &techniques }));
    lines.push("Evidence:".to_owned());
    lines.extend(citations.iter().filter_map(|citation| citation_line(report, citation)));
    lines.push(String::new());
    lines.extend(stanzas(report, citations.iter()));
    let mut calls: Vec<_> = citations.iter().map(|citation| citation.call).collect();
    calls.dedup();
    lines.push(reproduce(report, &calls));
    lines.join("\n")
}

/// How the two might be reconciled, as far as the captures tell, and what the user noted.
fn resolution(report: &Report<'_>, matter: &Matter) -> String {
    let verdict = format!("These captures: {}.", matter.verdict);
    let noted = remarks::about(report, matter).into_iter().map(|remark| format!("- {}", remarks::line(report, remark)));
    std::iter::once(verdict).chain(matter.open.iter().cloned()).chain(noted).collect::<Vec<_>>().join("\n")
}
