//! The rules, and how calls stand to them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::considered;
use super::json::{json_considered, write_json};
use crate::analysis::Analysis;
use crate::spec::RULES;
use crate::spec::{Conformance, Count, Grade, Judged, Place, Rule, sentences};
use crate::visible::visible;

/// The version of what [`json()`] writes. Fields may be added without a new one.
const SCHEMA: u32 = 1;

/// Undecided places of one rule with the same reason that are named; the others are counted.
const UNDECIDED_NAMED: usize = 1;

/// How the calls stand to one rule.
struct Standing<'a> {
    rule: &'static Rule,
    count: Count,
    /// Calls in which there was nothing to check.
    not_exercised: u64,
    places: Vec<(&'a Judged, &'a Place)>,
}

fn standings(analysis: &Analysis) -> Vec<Standing<'_>> {
    let standing =
        |rule: &'static Rule| Standing { rule, count: Count::default(), not_exercised: 0, places: Vec::new() };
    let mut standings: Vec<_> = RULES.iter().copied().map(standing).collect();
    let by_id: BTreeMap<&str, usize> = RULES.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    for judged in analysis.judged() {
        // What belongs to no call is no call in which there was nothing to check.
        let is_call = !judged.call.id.is_empty();
        for (standing, count) in standings.iter_mut().zip(&judged.counts) {
            standing.count.add(*count);
            standing.not_exercised += u64::from(is_call && !count.is_exercised());
        }
        for place in &judged.places {
            if let Some(standing) = by_id.get(place.rule.id).and_then(|index| standings.get_mut(*index)) {
                standing.places.push((judged, place));
            }
        }
    }
    standings
}

/// Writes the rules by page, without calls, and what no capture shows of the pages' sentences.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn list(out: &mut impl Write) -> io::Result<()> {
    let width = id_width();
    for (index, rule) in RULES.iter().enumerate() {
        page_heading(index, out)?;
        writeln!(out, "  {:width$}  {}{}", rule.id, rule.title, remark(rule))?;
    }
    writeln!(out, "\nWhat no capture shows")?;
    for sentence in sentences().filter(|sentence| !sentence.not_shown.is_empty()) {
        let place = format!("{}, {}", sentence.page, sentence.place);
        writeln!(out, "  {place:width$}  {}", sentence.not_shown)?;
    }
    Ok(())
}

/// Writes the rules by page, each with how often it holds, and the places where it does not.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn text(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} rules, {}", RULES.len(), considered(analysis))?;
    let width = id_width();
    for (index, standing) in standings(analysis).iter().enumerate() {
        page_heading(index, out)?;
        writeln!(out, "  {:width$}  {}", standing.rule.id, tally(standing))?;
        writeln!(out, "  {:width$}  {}{}", "", standing.rule.title, remark(standing.rule))?;
        places(analysis, standing, out)?;
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
        Grade::Warning => " (a departure is a warning)",
    }
}

/// How often the rule holds and does not, in words.
fn tally(standing: &Standing<'_>) -> String {
    let Count { holds, novelties, undecided, violated } = standing.count;
    let named = [("violated", violated), ("new", novelties), ("holds", holds), ("undecided", undecided)];
    let named: Vec<_> =
        named.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
    if named.is_empty() { "nothing to check".to_owned() } else { named.join(", ") }
}

/// The places that are not as the rule says, one a line; undecided ones by reason.
fn places(analysis: &Analysis, standing: &Standing<'_>, out: &mut impl Write) -> io::Result<()> {
    for (found, mark) in [(Conformance::Violated, '!'), (Conformance::Novelty, '+')] {
        for (judged, place) in standing.places.iter().filter(|(_, place)| place.found == found) {
            writeln!(out, "    {mark} {}: {}", place_of(analysis, judged, place), visible(&place.why))?;
        }
    }
    let mut undecided: Vec<(&str, Vec<(&Judged, &Place)>)> = Vec::new();
    let mut by_reason: BTreeMap<&str, usize> = BTreeMap::new();
    for (judged, place) in standing.places.iter().filter(|(_, place)| place.found == Conformance::Undecided) {
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

/// Where a place is: capture, record and call.
fn place_of(analysis: &Analysis, judged: &Judged, place: &Place) -> String {
    let observed = judged.call.rows.get(place.row).map(|row| &row.observed);
    let capture = observed.and_then(|observed| analysis.input_name(observed.capture())).unwrap_or("unknown input");
    let record = observed.map_or(0, |observed| observed.stanza.origin.last);
    let call =
        if judged.call.id.is_empty() { "no call".to_owned() } else { format!("call {}", visible(&judged.call.id)) };
    format!("{}, record {record}, {call}", visible(capture))
}

/// The same as JSON: `{"schema", "calls": {"considered", "of"}, "rules": [{"id", "page", "title", "grade", "holds", "violated", "undecided",
/// "novelties", "not_exercised", "places": [{"capture", "record", "call_id", "verdict", "why"}]}]}`. Of places where
/// a rule holds, each call has its first. `call_id` is null for what belongs to no call.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn json(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let rules = standings(analysis).into_iter().map(|standing| {
        let Standing { rule, count, not_exercised, places } = standing;
        let places = places.into_iter().map(|(judged, place)| json_place(analysis, judged, place));
        json!({
            "id": rule.id,
            "page": rule.page,
            "title": rule.title,
            "grade": rule.grade.name(),
            "holds": count.holds,
            "violated": count.violated,
            "undecided": count.undecided,
            "novelties": count.novelties,
            "not_exercised": not_exercised,
            "places": places.collect::<Vec<_>>(),
        })
    });
    let rules = rules.collect::<Vec<_>>();
    write_json(&json!({ "schema": SCHEMA, "calls": json_considered(analysis), "rules": rules }), out)
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
