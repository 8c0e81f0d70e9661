//! The open questions and discrepancies, with what the captures say about them.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::json::{Each, write_json};
use super::scope::{considered, json_considered};
use super::summary::{self, named};
use super::{figure, index};
use crate::analysis::{Analysis, Exhibit};
use crate::spec::{Checkout, Difference, Finding, Gap, PieceAt, Shape, Tally, Verdict};
use crate::tables::stats;
use crate::visible::visible;
use crate::words::{Layout, counted, date_and_time, rfc3339};

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// Pieces of evidence shown per hypothesis, unless all are requested.
const SHOWN: usize = 3;

/// The length of the longest bar, in characters.
const BAR: usize = 20;

/// What to show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Board<'b> {
    /// A checkout of the spec, to quote its wording.
    pub spec: Option<&'b Checkout>,
    /// Whether to show all evidence.
    pub all: bool,
    /// Whether to list every question of the spec, including those that the program does not cover.
    pub index: bool,
    /// Whether to list the questions without evidence, with what to record; by default one line per page counts them.
    pub open: bool,
    /// The layout of the text.
    pub layout: Layout,
}

/// Writes each question by page: its verdict, the confidence that it allows, and the evidence for each hypothesis.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(analysis: &Analysis, board: Board<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut page = None;
    if analysis.chosen.is_some() {
        writeln!(out, "{}\n", considered(analysis))?;
    }
    let mut all = analysis.findings();
    let is_of_captures = !analysis.captures.is_empty();
    if is_of_captures {
        summary::text(analysis, &all, board.layout, out)?;
        summary::open(&all, board.open, board.layout, out)?;
        all.retain(|finding| finding.verdict != Verdict::Open);
    }
    for finding in all.iter().filter(|finding| finding.question.number.is_some()) {
        if page.replace(finding.question.page) != Some(finding.question.page) {
            heading(finding.question.page, board, out)?;
        }
        write_finding(analysis, finding, board, out)?;
    }
    if all.iter().any(|finding| finding.question.number.is_none()) {
        writeln!(out, "Discrepancies: where the spec contradicts itself or observed traffic\n")?;
    }
    for finding in all.iter().filter(|finding| finding.question.number.is_none()) {
        write_finding(analysis, finding, board, out)?;
    }
    index::text(board.index, board.spec, board.layout, out)?;
    board.spec.map_or(Ok(()), |spec| differences(spec, out))
}

fn heading(page: &str, board: Board<'_>, out: &mut impl Write) -> io::Result<()> {
    let bold = if board.layout.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    write!(out, "{}{page}{}", bold.0, bold.1)?;
    if let Some(known) = board.spec.and_then(|spec| spec.page(page)) {
        write!(out, "  {}", visible(&known.title))?;
        for said in [&known.status, &known.confidence].into_iter().flatten() {
            write!(out, ", {}", visible(said))?;
        }
    }
    writeln!(out, "\n")
}

fn write_finding(analysis: &Analysis, finding: &Finding, board: Board<'_>, out: &mut impl Write) -> io::Result<()> {
    let question = finding.question;
    let number = question.number.map_or_else(|| format!(" ({})", question.page), |number| format!(" #{number}"));
    let also = question.also.iter().map(|(page, number)| format!(", also {page} #{number}")).collect::<String>();
    writeln!(out, "  {}{number}{also}  {}", question.id, question.title)?;
    if let Some(wording) = board.spec.and_then(|spec| spec.wording(question)) {
        write!(out, "{}", board.layout.wrap(&format!("the spec: {wording}"), 4))?;
    }
    if !analysis.captures.is_empty() {
        writeln!(out, "    {}", verdict(finding))?;
    }
    if finding.verdict == Verdict::Open {
        if !question.hypotheses.is_empty() {
            writeln!(out, "      hypotheses: {}", question.hypotheses.join(", "))?;
        }
        return writeln!(out);
    }
    let exhibits = exhibits(analysis, finding);
    let most = finding.tallies.iter().map(|tally| tally.supporting).max().unwrap_or_default().max(1);
    let width =
        finding.tallies.iter().map(|tally| visible(&tally.hypothesis).chars().count()).max().unwrap_or_default();
    for tally in &finding.tallies {
        let name = visible(&tally.hypothesis);
        writeln!(out, "      {name:<width$}  {}  {}", bar(tally.supporting, most), counts(tally))?;
    }
    if question.shape != Shape::List && !finding.values.is_empty() {
        let values = finding.values.iter().map(|seen| format!("{} ({})", visible(&seen.value), seen.count));
        writeln!(out, "      values: {}", values.collect::<Vec<_>>().join(", "))?;
    }
    if let Some(figure) = stats::of_question(question.id, analysis) {
        write!(out, "{}", board.layout.wrap(&figure.title, 6))?;
        figure::text(&figure, 8, out)?;
    }
    for tally in &finding.tallies {
        evidence(analysis, tally, of(&exhibits, tally), board, out)?;
    }
    for advice in &finding.next {
        write!(out, "{}", board.layout.wrap(&format!("next: {}", visible(advice)), 6))?;
    }
    writeln!(out)
}

/// The verdict in words, and the confidence that it allows.
fn verdict(finding: &Finding) -> String {
    let named = match finding.verdict {
        Verdict::Open => "no evidence in these captures".to_owned(),
        Verdict::Observed => {
            format!("{} so far; a list is never complete", counted(finding.named.len() as u64, "value"))
        }
        _ => named(finding, |name| visible(name).into_owned()),
    };
    format!("{}: {named}; suggested confidence: {}", finding.verdict.name(), finding.confidence.name())
}

fn bar(count: u64, most: u64) -> String {
    let length = usize::try_from(count.saturating_mul(BAR as u64).div_ceil(most)).unwrap_or(BAR).min(BAR);
    format!("{}{}", "#".repeat(length), ".".repeat(BAR - length))
}

fn counts(tally: &Tally) -> String {
    let against = if tally.refuting > 0 { format!(", {} against", tally.refuting) } else { String::new() };
    format!("{} for ({} direct){against}", tally.supporting, tally.direct)
}

/// The time that an answer took, in milliseconds.
fn latency(exhibit: &Exhibit<'_>) -> Option<f64> {
    exhibit.judged.call.answer_latency(exhibit.piece.row)
}

/// The median, the 95th percentile and the maximum.
fn percentiles(values: &mut [f64]) -> Option<[f64; 3]> {
    values.sort_by(f64::total_cmp);
    let at = |percent| stats::percentile(values, percent);
    Some([at(50)?, at(95)?, at(100)?])
}

/// The evidence of a finding, by hypothesis.
type Exhibits<'a> = HashMap<&'a str, Vec<Exhibit<'a>>>;

fn exhibits<'a>(analysis: &'a Analysis, finding: &Finding) -> Exhibits<'a> {
    let mut exhibits = Exhibits::new();
    for exhibit in finding.pieces.iter().filter_map(|at| analysis.exhibit(*at)) {
        exhibits.entry(&exhibit.piece.hypothesis).or_default().push(exhibit);
    }
    exhibits
}

fn of<'e, 'a>(exhibits: &'e Exhibits<'a>, tally: &Tally) -> &'e [Exhibit<'a>] {
    exhibits.get(tally.hypothesis.as_str()).map_or(&[], Vec::as_slice)
}

fn evidence(
    analysis: &Analysis,
    tally: &Tally,
    exhibits: &[Exhibit<'_>],
    board: Board<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut pieces = exhibits.to_vec();
    // The strongest first; equally strong ones in order.
    pieces.sort_by_key(|exhibit| std::cmp::Reverse(exhibit.piece.strength));
    let shown = if board.all { pieces.len() } else { SHOWN.min(pieces.len()) };
    if shown > 0 {
        writeln!(out, "      {}", visible(&tally.hypothesis))?;
    }
    for exhibit in pieces.iter().take(shown) {
        write!(out, "{}", board.layout.wrap(&citation(analysis, exhibit), 8))?;
    }
    if pieces.len() > shown {
        writeln!(out, "        and {} more (use -v to show all)", pieces.len() - shown)?;
    }
    Ok(())
}

/// A piece of evidence on one line: how strong, why, and where.
fn citation(analysis: &Analysis, exhibit: &Exhibit<'_>) -> String {
    let against = if exhibit.piece.supports { "" } else { ", against" };
    let time = exhibit.utc().map_or_else(String::new, |time| format!(", {}", date_and_time(time)));
    let several = analysis.captures.len() > 1;
    let capture = exhibit.capture().filter(|_| several).map_or_else(String::new, |capture| format!("{capture}, "));
    format!(
        "- {}{against}: {} [{capture}{}{time}, call {}, {}]",
        exhibit.piece.strength.name(),
        exhibit.piece.why,
        exhibit.origin(),
        exhibit.judged.call.id,
        exhibit.technique(),
    )
}

fn differences(spec: &Checkout, out: &mut impl Write) -> io::Result<()> {
    let differences = spec.differences();
    writeln!(out, "Checkout of the spec: {}", counted(spec.len() as u64, "page"))?;
    for difference in &differences {
        match difference {
            Difference::Unknown { .. } => {}
            Difference::Gone(entry) => writeln!(out, "  gone: {}", entry.name())?,
            Difference::Reworded(entry) => {
                writeln!(out, "  reworded: {}; check whether it still asks the same", entry.name())?;
            }
            Difference::Moved(entry, number) => {
                writeln!(out, "  moved: {} to #{number}", entry.name())?;
            }
        }
    }
    let unknown: Vec<_> = differences
        .iter()
        .filter_map(|difference| match difference {
            Difference::Unknown { place, wording } => Some((place, wording)),
            _ => None,
        })
        .collect();
    if !unknown.is_empty() {
        writeln!(out, "  {} unknown to ringtrace:", counted(unknown.len() as u64, "question"))?;
    }
    for (place, wording) in unknown {
        writeln!(out, "    {}  {}", visible(place), visible(wording))?;
    }
    Ok(())
}

/// Writes the same as JSON: `{"schema", "calls": {"considered", "of"}, "summary", "questions", "discrepancies", "index"}`. Questions
/// and discrepancies have the same shape; the index lists every open question of the spec.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(analysis: &Analysis, spec: Option<&Checkout>, out: &mut impl Write) -> io::Result<()> {
    let all = analysis.findings();
    let of = |is_question: bool| {
        let findings = all.iter().filter(move |finding| finding.question.number.is_some() == is_question);
        findings.map(|finding| value(analysis, finding, spec))
    };
    let board = BoardJson {
        calls: json_considered(analysis),
        discrepancies: Each(|| of(false)),
        index: index::json(spec),
        questions: Each(|| of(true)),
        schema: SCHEMA,
        summary: summary::json(&all),
    };
    write_json(&board, out)
}

/// What [`json()`] writes.
#[derive(Serialize)]
struct BoardJson<D, I, Q> {
    calls: Value,
    discrepancies: D,
    index: I,
    questions: Q,
    schema: u32,
    summary: Value,
}

/// A finding as JSON.
#[derive(Serialize)]
struct FindingJson<'f, E> {
    also: Vec<Value>,
    confidence: &'static str,
    evidence: E,
    figure: Option<Value>,
    gap: Option<&'static str>,
    hypotheses: Vec<Value>,
    id: &'static str,
    named: &'f [String],
    next: &'f [String],
    number: Option<u8>,
    page: &'static str,
    telling: Option<Value>,
    title: &'static str,
    values: Vec<Value>,
    verdict: &'static str,
    wording: Option<&'f str>,
}

fn value<'f>(analysis: &'f Analysis, finding: &'f Finding, spec: Option<&'f Checkout>) -> impl Serialize + 'f {
    let question = finding.question;
    let hypotheses = finding.tallies.iter().map(|tally| {
        json!({
            "id": tally.hypothesis,
            "for": tally.supporting,
            "against": tally.refuting,
            "direct": tally.direct,
        })
    });
    let mut latencies: HashMap<&str, Vec<f64>> = HashMap::new();
    if question.shape == Shape::List {
        for exhibit in finding.pieces.iter().filter_map(|at| analysis.exhibit(*at)) {
            latencies.entry(&exhibit.piece.hypothesis).or_default().extend(latency(&exhibit));
        }
    }
    let values = finding.values.iter().map(|seen| {
        let mut latencies = latencies.remove(seen.value.as_str()).unwrap_or_default();
        let latency =
            percentiles(&mut latencies).map(|[half, most, all]| json!({ "p50": half, "p95": most, "max": all }));
        json!({ "value": seen.value, "count": seen.count, "first": place(analysis, seen.first), "latency_ms": latency })
    });
    let evidence = move |exhibit: Exhibit<'f>| {
        let mut value = cited(&exhibit);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("hypothesis".to_owned(), json!(exhibit.piece.hypothesis));
            fields.insert("supports".to_owned(), json!(exhibit.piece.supports));
            fields.insert("strength".to_owned(), json!(exhibit.piece.strength.name()));
            fields.insert("why".to_owned(), json!(exhibit.piece.why));
        }
        value
    };
    FindingJson {
        also: question.also.iter().map(|(page, number)| json!({ "page": page, "number": number })).collect(),
        confidence: finding.confidence.name(),
        gap: finding.gap.map(Gap::name),
        next: &finding.next,
        telling: finding.telling(&analysis.calls).and_then(|at| place(analysis, at)),
        figure: stats::of_question(question.id, analysis).as_ref().map(figure::value),
        hypotheses: hypotheses.collect(),
        id: question.id,
        named: &finding.named,
        number: question.number,
        page: question.page,
        title: question.title,
        values: values.collect(),
        verdict: finding.verdict.name(),
        wording: spec.and_then(|spec| spec.wording(question)),
        evidence: Each(move || finding.pieces.iter().filter_map(|at| analysis.exhibit(*at)).map(evidence)),
    }
}

fn place(analysis: &Analysis, at: PieceAt) -> Option<Value> {
    analysis.exhibit(at).map(|exhibit| cited(&exhibit))
}

/// The location of a piece of evidence.
fn cited(exhibit: &Exhibit<'_>) -> Value {
    json!({
        "capture": exhibit.capture(),
        "seq": exhibit.row.observed.seq,
        "record": exhibit.origin().last,
        "call_id": exhibit.judged.call.id,
        "time": exhibit.utc().and_then(rfc3339),
        "vantage": exhibit.vantage(),
        "technique": exhibit.technique(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_contains_a_word_of_the_verdict_is_quoted_as_it_is() {
        let mut finding = crate::spec::findings(&[]).remove(0);
        finding.verdict = Verdict::Leaning;
        finding.named = vec!["decided against it".to_owned(), "busy".to_owned()];
        assert!(verdict(&finding).contains(": decided against it or busy;"), "{}", verdict(&finding));
        finding.verdict = Verdict::Contested;
        assert!(verdict(&finding).contains(": decided against it against busy;"), "{}", verdict(&finding));
    }

    #[test]
    fn a_bar_never_exceeds_its_length() {
        assert_eq!(bar(1, 1), "#".repeat(BAR));
        assert_eq!(bar(0, 7), ".".repeat(BAR));
        assert!(bar(1, 1_000_000).starts_with("#."));
    }
}
