//! The board in short: what is answered first, and what is open by page.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::analysis::Analysis;
use crate::spec::{Finding, Gap, Shape, Verdict, is_news};
use crate::visible::visible;
use crate::words::{Layout, count};

/// The widest name of what a verdict names, in characters.
const ANSWER: usize = 40;

/// Writes how many questions have which verdict, and one line for each that has evidence: what is answered, contested and
/// leaned to, and lists with values that are new to the spec.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn text(analysis: &Analysis, findings: &[Finding], layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let with = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let open = with(Verdict::Open);
    writeln!(
        out,
        "{} questions and discrepancies: {} answered, {} contested, {} leaning, {} with a list of values, {open} open\n",
        count(findings.len()),
        with(Verdict::Answered),
        with(Verdict::Contested),
        with(Verdict::Leaning),
        with(Verdict::Observed),
    )?;
    for verdict in [Verdict::Answered, Verdict::Contested, Verdict::Leaning] {
        let such: Vec<_> = findings.iter().filter(|finding| finding.verdict == verdict).collect();
        section(analysis, title(verdict), &such, layout, out)?;
    }
    let news: Vec<_> = findings.iter().filter(|finding| !news(finding).is_empty()).collect();
    section(analysis, "Values new to the spec", &news, layout, out)
}

const fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Answered => "Answered",
        Verdict::Contested => "Contested",
        Verdict::Leaning => "Leaning",
        Verdict::Observed => "Values",
        Verdict::Open => "Open",
    }
}

/// The values of a list that no page of the spec has.
fn news(finding: &Finding) -> Vec<&str> {
    let is_list = finding.question.shape == Shape::List;
    let values = finding.values.iter().filter(|seen| is_list && is_news(finding.question, &seen.value));
    values.map(|seen| seen.value.as_str()).collect()
}

/// The hypotheses or values that a verdict names, each as `show` returns it.
pub(crate) fn named(finding: &Finding, show: impl Fn(&str) -> String) -> String {
    let separator = match finding.verdict {
        Verdict::Leaning => " or ",
        Verdict::Contested => " against ",
        Verdict::Answered => " and ",
        Verdict::Observed | Verdict::Open => ", ",
    };
    finding.named.iter().map(|name| show(name)).collect::<Vec<_>>().join(separator)
}

fn section(
    analysis: &Analysis,
    title: &str,
    findings: &[&Finding],
    layout: Layout,
    out: &mut impl Write,
) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let bold = if layout.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    writeln!(out, "{}{title}{}", bold.0, bold.1)?;
    let answer = |finding: &Finding| {
        let all = match finding.verdict {
            Verdict::Observed => news(finding).iter().map(|value| visible(value)).collect::<Vec<_>>().join(", "),
            _ => named(finding, |name| visible(name).into_owned()),
        };
        match all.char_indices().nth(ANSWER) {
            Some((end, _)) => format!("{}…", all.get(..end).unwrap_or(&all)),
            None => all,
        }
    };
    let width =
        |text: &dyn Fn(&Finding) -> usize| findings.iter().map(|finding| text(finding)).max().unwrap_or_default();
    let (id, named) = (width(&|finding| finding.question.id.len()), width(&|finding| answer(finding).chars().count()));
    for finding in findings {
        let place = finding.telling(&analysis.calls).and_then(|at| {
            let exhibit = analysis.exhibit(at)?;
            Some(format!("call #{}, record {}", analysis.number(at.call()), exhibit.origin().last))
        });
        let place = place.unwrap_or_default();
        let confidence = finding.confidence.name();
        writeln!(out, "  {:id$}  {:named$}  {confidence:11}  {place}", finding.question.id, answer(finding))?;
        if finding.verdict != Verdict::Answered && finding.verdict != Verdict::Observed {
            for advice in finding.next.iter().take(1) {
                write!(out, "{}", layout.wrap(&format!("next: {}", visible(advice)), id + 4))?;
            }
        }
    }
    writeln!(out)
}

/// Writes the open questions: one line per page, or each with what to record next.
///
/// # Errors
/// If `out` cannot be written.
pub(super) fn open(findings: &[Finding], all: bool, layout: Layout, out: &mut impl Write) -> io::Result<()> {
    let mut pages: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.verdict == Verdict::Open) {
        let page = finding.question.number.map_or("discrepancies", |_| finding.question.page);
        match pages.iter_mut().find(|(known, _)| *known == page) {
            Some((_, findings)) => findings.push(finding),
            None => pages.push((page, vec![finding])),
        }
    }
    if pages.is_empty() {
        return Ok(());
    }
    writeln!(out, "Open, by page{}\n", if all { "" } else { " (use --open to list them, with what to record)" })?;
    let width = pages.iter().map(|(page, _)| page.len()).max().unwrap_or_default();
    for (page, findings) in pages {
        let of = |gap| findings.iter().filter(|finding| finding.gap == Some(gap)).count();
        let parts = [
            (of(Gap::NoSuchCall), "no such call in these captures"),
            (of(Gap::CannotDecide), "such calls, but these recordings cannot decide"),
        ];
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        writeln!(out, "  {page:width$}  {}", parts.collect::<Vec<_>>().join(", "))?;
        for finding in findings.iter().filter(|_| all) {
            writeln!(out, "    {}  {}", finding.question.id, finding.question.title)?;
            for advice in &finding.next {
                write!(out, "{}", layout.wrap(&format!("- {}", visible(advice)), 6))?;
            }
        }
    }
    writeln!(out)
}

/// The counts as JSON: `{"answered", "contested", "leaning", "observed", "open": {"no-such-call", "cannot-decide"}, "pages"}`.
pub(super) fn json(findings: &[Finding]) -> Value {
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let gaps = |findings: &[&Finding]| {
        let of = |gap: Gap| findings.iter().filter(|finding| finding.gap == Some(gap)).count();
        json!({ Gap::NoSuchCall.name(): of(Gap::NoSuchCall), Gap::CannotDecide.name(): of(Gap::CannotDecide) })
    };
    let mut pages: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.gap.is_some()) {
        pages.entry(finding.question.page).or_default().push(finding);
    }
    let pages = pages.iter().map(|(page, findings)| ((*page).to_owned(), gaps(findings)));
    json!({
        "answered": count(Verdict::Answered),
        "contested": count(Verdict::Contested),
        "leaning": count(Verdict::Leaning),
        "observed": count(Verdict::Observed),
        "open": gaps(&findings.iter().collect::<Vec<_>>()),
        "open_by_page": Value::Object(pages.collect()),
    })
}
