//! The spec's rules, and how calls comply.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::json::{Each, write_json};
use super::scope::{considered, json_considered};
use crate::analysis::Analysis;
use crate::spec::RULES;
use crate::spec::{Conformance, Count, Grade, Judged, Place, Rule, sentences};
use crate::visible::visible;

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// Undecided places shown per rule and reason; the others are counted.
const UNDECIDED_NAMED: usize = 1;

/// How the calls comply with one rule.
struct Compliance<'a> {
    rule: &'static Rule,
    count: Count,
    /// Calls that do not exercise the rule.
    not_exercised: u64,
    places: Vec<(&'a Judged, &'a Place)>,
}

fn results(analysis: &Analysis) -> Vec<Compliance<'_>> {
    let result =
        |rule: &'static Rule| Compliance { rule, count: Count::default(), not_exercised: 0, places: Vec::new() };
    let mut results: Vec<_> = RULES.iter().copied().map(result).collect();
    let by_id: BTreeMap<&str, usize> = RULES.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    let (mut calls, mut exercised) = (0, vec![0; RULES.len()]);
    for judged in analysis.judged() {
        // Unattributed stanzas are kept under an empty call-id, which is not a call.
        let is_call = !judged.call.id.is_empty();
        calls += u64::from(is_call);
        for (rule, count) in &judged.counts {
            if let (Some(result), Some(exercised)) = (results.get_mut(*rule), exercised.get_mut(*rule)) {
                result.count.add(*count);
                *exercised += u64::from(is_call);
            }
        }
        for place in &judged.places {
            if let Some(result) = by_id.get(place.rule.id).and_then(|index| results.get_mut(*index)) {
                result.places.push((judged, place));
            }
        }
    }
    for (result, exercised) in results.iter_mut().zip(exercised) {
        result.not_exercised = calls - exercised;
    }
    results
}

/// Writes the rules by page, and the sentences of the pages that captures cannot show.
///
/// # Errors
/// If `out` cannot be written.
pub fn list(out: &mut impl Write) -> io::Result<()> {
    let width = id_width();
    for (index, rule) in RULES.iter().enumerate() {
        page_heading(index, out)?;
        writeln!(out, "  {:width$}  {}{}", rule.id, rule.title, remark(rule))?;
    }
    writeln!(out, "\nNot observable in captures")?;
    for sentence in sentences().filter(|sentence| !sentence.not_shown.is_empty()) {
        let place = format!("{}, {}", sentence.page, sentence.place);
        writeln!(out, "  {place:width$}  {}", sentence.not_shown)?;
    }
    Ok(())
}

/// Writes the rules by page: how often each holds, and where it does not.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} rules, {}", RULES.len(), considered(analysis))?;
    let width = id_width();
    for (index, result) in results(analysis).iter().enumerate() {
        page_heading(index, out)?;
        writeln!(out, "  {:width$}  {}", result.rule.id, tally(result))?;
        writeln!(out, "  {:width$}  {}{}", "", result.rule.title, remark(result.rule))?;
        places(analysis, result, out)?;
    }
    Ok(())
}

fn id_width() -> usize {
    RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default()
}

/// The name of the page, before its first rule.
fn page_heading(index: usize, out: &mut impl Write) -> io::Result<()> {
    let page = |index: usize| RULES.get(index).map(|rule| rule.page);
    if index.checked_sub(1).and_then(page) == page(index) {
        return Ok(());
    }
    writeln!(out, "\n{}", page(index).unwrap_or_default())
}

fn remark(rule: &Rule) -> &'static str {
    match rule.grade {
        Grade::Violation => "",
        Grade::Warning => " (warning only)",
        Grade::Note => " (note only)",
    }
}

/// How often a rule holds and does not, in words.
fn tally(result: &Compliance<'_>) -> String {
    let Count { holds, novelties, undecided, violated } = result.count;
    let named = [("violated", violated), ("new", novelties), ("holds", holds), ("undecided", undecided)];
    let named: Vec<_> =
        named.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
    if named.is_empty() { "not exercised".to_owned() } else { named.join(", ") }
}

/// Writes the places that depart from a rule, one per line; undecided ones by reason.
fn places(analysis: &Analysis, result: &Compliance<'_>, out: &mut impl Write) -> io::Result<()> {
    for (found, mark) in [(Conformance::Violated, '!'), (Conformance::Novelty, '+')] {
        for (judged, place) in result.places.iter().filter(|(_, place)| place.found == found) {
            writeln!(out, "    {mark} {}: {}", place_of(analysis, judged, place), visible(&place.why))?;
        }
    }
    let mut undecided: Vec<(&str, Vec<(&Judged, &Place)>)> = Vec::new();
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for (judged, place) in result.places.iter().filter(|(_, place)| place.found == Conformance::Undecided) {
        let index = *by_reason.entry(&place.why).or_insert(undecided.len());
        match undecided.get_mut(index) {
            Some((_, places)) => places.push((judged, place)),
            None => undecided.push((&place.why, vec![(judged, place)])),
        }
    }
    for (why, places) in undecided {
        for (judged, place) in places.iter().take(UNDECIDED_NAMED) {
            let others = match places.len() - UNDECIDED_NAMED {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(out, "    · {}{others}: {}", place_of(analysis, judged, place), visible(why))?;
        }
    }
    Ok(())
}

/// The location of a place: capture, record and call.
fn place_of(analysis: &Analysis, judged: &Judged, place: &Place) -> String {
    let observed = judged.call.rows.get(place.row).map(|row| &row.observed);
    let capture = observed.and_then(|observed| analysis.input_name(observed.capture())).unwrap_or("unknown input");
    let record = observed.map_or(0, |observed| observed.stanza.origin.last);
    let call =
        if judged.call.id.is_empty() { "no call".to_owned() } else { format!("call {}", visible(&judged.call.id)) };
    format!("{}, record {record}, {call}", visible(capture))
}

/// Writes the same as JSON: `{"schema", "calls": {"considered", "of"}, "rules": [{"id", "page", "title", "grade", "holds", "violated", "undecided",
/// "novelties", "not_exercised", "places": [{"capture", "record", "call_id", "verdict", "why"}]}]}`. Of the places
/// where a rule holds, the first of each call is listed. `call_id` is null for stanzas that belong to no call.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let results = results(analysis);
    let rules = Each(|| {
        results.iter().map(|result| RuleJson {
            grade: result.rule.grade.name(),
            holds: result.count.holds,
            id: result.rule.id,
            not_exercised: result.not_exercised,
            novelties: result.count.novelties,
            page: result.rule.page,
            places: Each(|| result.places.iter().map(|(judged, place)| json_place(analysis, judged, place))),
            title: result.rule.title,
            undecided: result.count.undecided,
            violated: result.count.violated,
        })
    });
    write_json(&RulesJson { calls: json_considered(analysis), rules, schema: SCHEMA }, out)
}

/// What [`json()`] writes.
#[derive(Serialize)]
struct RulesJson<R> {
    calls: Value,
    rules: R,
    schema: u32,
}

/// The compliance with a rule as JSON.
#[derive(Serialize)]
struct RuleJson<P> {
    grade: &'static str,
    holds: u32,
    id: &'static str,
    not_exercised: u64,
    novelties: u32,
    page: &'static str,
    places: P,
    title: &'static str,
    undecided: u32,
    violated: u32,
}

fn json_place(analysis: &Analysis, judged: &Judged, place: &Place) -> Value {
    let observed = judged.call.rows.get(place.row).map(|row| &row.observed);
    let call_id = (!judged.call.id.is_empty()).then_some(&*judged.call.id);
    json!({
        "capture": observed.and_then(|observed| analysis.input_name(observed.capture())),
        "record": observed.map(|observed| observed.stanza.origin.last),
        "call_id": call_id,
        "verdict": place.found.name(),
        "why": place.why,
    })
}
