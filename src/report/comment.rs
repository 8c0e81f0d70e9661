//! A comment on an issue: the verdict, where it comes from, and stanzas to check it with.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::assessment::Subject;
use super::assessment::{Assessment, Citation, row_of};
use super::citation;
use super::finding::reproduce;
use super::inert::{inert, inert_cell, inert_lines};
use super::media;
use super::ndjson::{Lines, lines};
use super::notes;
use super::request::Report;
use super::sheet::{LIMIT, fenced};
use crate::call::Call;
use crate::diagram::{Diagram, Picture};
use crate::spec::{Context, Judged, finding_on};

/// Places that the table lists.
const LISTED: usize = 40;

/// Bytes of the longest diagram that is worth its room.
const DIAGRAM: usize = 16_000;

/// Characters of a sentence in the table.
const SENTENCE: usize = 300;

/// Bytes of the longest list of notes.
const NOTED: usize = 8_000;

/// Bytes for what stands around the parts of variable length.
const AROUND: usize = 400;

/// The comment, which begins with the marker, and what did not find room in it.
pub(super) fn write(report: &Report<'_>, assessment: &Assessment, marker: &str) -> (String, Option<Lines>) {
    let calls = relevant(report, assessment);
    let shown: Vec<_> = foremost(assessment).into_iter().take(LISTED).collect();
    let mut text = format!("{marker}\n\n**{}**\n\n{}\n", inert(&assessment.title), inert_lines(&assessment.summary));
    text.push_str(&table(report, &shown, assessment.citations.len()));
    text.push_str(&silences(report, &calls));
    text.push_str(&noted(report, assessment));
    let ending = format!("\n**How to reproduce**\n\n{}\n", fenced("text", &reproduce(report, &calls)));
    let diagram = shown.first().map(|citation| citation.call).or(report.subject_call());
    let diagram = diagram
        .and_then(|index| diagram_of(report, index))
        .filter(|diagram| diagram.len() <= DIAGRAM && text.len() + diagram.len() + ending.len() + AROUND <= LIMIT);
    text.push_str(&diagram.unwrap_or_default());
    text.push_str(&ending);
    let room = LIMIT.saturating_sub(text.len() + AROUND);
    let fitting = fitting(report, &calls, assessment, room);
    if fitting.is_empty() && !calls.is_empty() {
        text.push_str("\nThe sanitised stanzas are too long for this comment; they are in a separate file.\n");
    } else if !fitting.is_empty() {
        let some = format!("{} of {} calls", fitting.len(), calls.len());
        let which = if fitting.len() == calls.len() {
            "all calls".to_owned()
        } else {
            format!("{some}; the rest is in a separate file")
        };
        let stanzas = fenced("json", &lines(report.sanitised, Some(&fitting)).text());
        text.push_str(&format!(
            "\n<details>\n<summary>Sanitised stanzas ({which})</summary>\n\n{stanzas}\n\n</details>\n"
        ));
    }
    // The file has the stanzas alone, which the comment has already if all find room.
    let is_whole = fitting.len() == calls.len();
    (text, (!is_whole).then(|| lines(report.sanitised, Some(&calls))))
}

/// The places, those first that tell most, each stanza once for each thing that it says.
fn foremost(assessment: &Assessment) -> Vec<&Citation> {
    let mut citations: Vec<_> = assessment.citations.iter().collect();
    citations.sort_by_key(|citation| std::cmp::Reverse(citation.weight));
    citations
}

/// The calls without which the verdict would not be the same: those with a place, and all where these do not suffice.
fn relevant(report: &Report<'_>, assessment: &Assessment) -> Vec<usize> {
    let own = report.subject_call().into_iter().chain(assessment.calls());
    let own: Vec<usize> = own.collect::<BTreeSet<_>>().into_iter().collect();
    let Subject::Question(question) = report.subject else { return own };
    let analysis = report.sanitised.analysis();
    if own.len() == analysis.calls.len() {
        return own;
    }
    let verdict = |calls: &[Arc<Judged>]| {
        let finding = finding_on(question, calls, &analysis.lineage);
        (finding.verdict, finding.named)
    };
    let chosen = own.iter().filter_map(|index| analysis.calls.get(*index)).map(|judged| Arc::clone(&judged.call));
    let chosen: Vec<Arc<Call>> = chosen.collect();
    let context = Arc::new(Context::of(&chosen, analysis.complete).with_media_of(&analysis.context));
    let judged: Vec<_> = chosen.into_iter().map(|call| Arc::new(Judged::new(call, Arc::clone(&context)))).collect();
    if verdict(&judged) == verdict(&analysis.calls) { own } else { (0..analysis.calls.len()).collect() }
}

/// As many of the calls as there is room for, those first that tell most.
fn fitting(report: &Report<'_>, calls: &[usize], assessment: &Assessment, room: usize) -> Vec<usize> {
    if lines(report.sanitised, Some(calls)).length_within(room).is_some() {
        return calls.to_vec();
    }
    let (mut told, mut order) = (BTreeSet::new(), Vec::new());
    // A call for each thing that is said comes before a second one.
    for citation in foremost(assessment) {
        if told.insert(&citation.says) {
            order.push(citation.call);
        }
    }
    order.extend(foremost(assessment).iter().map(|citation| citation.call));
    order.extend(calls);
    let (mut chosen, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let known: BTreeSet<_> = calls.iter().collect();
    let mut left = room;
    for call in order {
        if !known.contains(&call) || !seen.insert(call) {
            continue;
        }
        // Headers that several calls share are counted with each: that leaves room, and takes none.
        if let Some(length) = lines(report.sanitised, Some(&[call])).length_within(left) {
            left -= length;
            chosen.insert(call);
        }
    }
    chosen.into_iter().collect()
}

fn table(report: &Report<'_>, shown: &[&Citation], all: usize) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let mut text =
        "\n| what | where | record | after | vantage | why |\n| --- | --- | ---: | ---: | --- | --- |\n".to_owned();
    for citation in shown {
        let Some((call, row)) = row_of(report.sanitised, citation) else { continue };
        let after = row.observed.time().zip(call.start()).map(|(time, start)| time.milliseconds_since(start) / 1e3);
        let after = after.map_or_else(String::new, |after| format!("{after:.3} s"));
        let why: String = citation.why.chars().take(SENTENCE).collect();
        text.push_str(&format!(
            "| {} | {}, call `#{}` | {} | {after} | {} | {} |\n",
            inert_cell(&citation.says),
            citation::capture(row.observed.capture()),
            report.sanitised.analysis().number(citation.call),
            row.observed.stanza.origin.last,
            inert_cell(&citation::vantage(call, row)),
            inert_cell(&why),
        ));
    }
    if all > shown.len() {
        text.push_str(&format!("\n{} more places are not listed.\n", all - shown.len()));
    }
    text
}

/// Why calls have no sound, as a list.
fn silences(report: &Report<'_>, calls: &[usize]) -> String {
    let causes = media::causes(report.sanitised.analysis(), calls.iter().copied());
    let lines: String = causes.iter().map(|cause| format!("- {}\n", inert(cause))).collect();
    if lines.is_empty() { lines } else { format!("\n**Media, as packets show it**\n\n{lines}") }
}

/// The user's notes as a list, as many as there is room for.
fn noted(report: &Report<'_>, assessment: &Assessment) -> String {
    let remarks = notes::about(report, assessment);
    let mut text = String::new();
    for (place, remark) in remarks.iter().enumerate() {
        let line = format!("- {}\n", inert_cell(&notes::line(report, remark)));
        if text.len() + line.len() > NOTED {
            text.push_str(&format!("- {} more notes are not listed\n", remarks.len() - place));
            break;
        }
        text.push_str(&line);
    }
    if text.is_empty() { text } else { format!("\n**Notes**\n\n{text}") }
}

fn diagram_of(report: &Report<'_>, index: usize) -> Option<String> {
    let analysis = report.sanitised.analysis();
    let diagram = Diagram::new(vec![analysis.calls.get(index)?.clone()], false);
    let diagram = Picture::of(&diagram).mermaid(analysis);
    Some(format!("\nCall `#{}`:\n\n{}\n", analysis.number(index), fenced("mermaid", &diagram)))
}
