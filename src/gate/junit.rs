//! Departures as JUnit XML: one test case for each rule and discrepancy.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::departure::{Departure, Departures};
use super::level::Level;
use crate::analysis::Analysis;
use crate::protocol::xml::write_text;
use crate::spec::{Count, DISCREPANCIES, RULES};
use crate::words::counted;

/// One test case.
struct Case<'d> {
    suite: &'static str,
    id: &'static str,
    title: &'static str,
    /// Whether the calls had anything to check.
    is_exercised: bool,
    failures: Vec<&'d Departure<'d>>,
    /// Departures that do not fail it.
    others: Vec<&'d Departure<'d>>,
}

/// Returns the result of a run that denies these levels: a suite for each page of the spec, with a case for each rule. A
/// case fails if it has a denied departure that is not known; a rule that nothing exercises is skipped.
#[must_use]
pub fn junit(analysis: &Analysis, departures: &Departures<'_>, denied: &[Level]) -> String {
    let mut counts = vec![Count::default(); RULES.len()];
    for judged in analysis.judged() {
        for (rule, count) in &judged.counts {
            counts.get_mut(*rule).into_iter().for_each(|total| total.add(*count));
        }
    }
    let mut by_id: BTreeMap<&str, [Vec<&Departure<'_>>; 2]> = BTreeMap::new();
    for departure in departures.iter() {
        let [failures, others] = by_id.entry(departure.id).or_default();
        let fails = !departure.is_known && denied.contains(&departure.level);
        if fails { failures.push(departure) } else { others.push(departure) }
    }
    let mut case = |suite, id, title, is_exercised: Option<bool>| {
        let [failures, others] = by_id.remove(id).unwrap_or_default();
        let is_exercised = is_exercised.unwrap_or(!failures.is_empty() || !others.is_empty());
        Case { suite, id, title, is_exercised, failures, others }
    };
    let rules = RULES.iter().zip(&counts);
    let mut cases: Vec<_> =
        rules.map(|(rule, count)| case(rule.page, rule.id, rule.title, Some(count.is_exercised()))).collect();
    cases.extend(DISCREPANCIES.iter().map(|question| case("discrepancies", question.id, question.title, None)));
    write(&cases)
}

fn write(cases: &[Case<'_>]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(text, "<testsuites name=\"ringtrace\"{}>", totals(cases));
    for suite in cases.chunk_by(|one, other| one.suite == other.suite) {
        let name = suite.first().map_or("", |case| case.suite);
        let _ = writeln!(text, "  <testsuite name=\"{name}\"{}>", totals(suite));
        suite.iter().for_each(|case| write_case(case, &mut text));
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn totals(cases: &[Case<'_>]) -> String {
    let failed = cases.iter().filter(|case| !case.failures.is_empty()).count();
    let skipped = cases.iter().filter(|case| !case.is_exercised).count();
    format!(" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\"", cases.len())
}

fn write_case(case: &Case<'_>, text: &mut String) {
    let name = write_text(case.title);
    let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"{name}\">", case.id);
    if let Some(first) = case.failures.first() {
        let count = counted(case.failures.len() as u64, "place");
        let _ = writeln!(text, "      <failure type=\"{}\" message=\"{count}\">", first.level.name());
        case.failures.iter().for_each(|departure| write_place(departure, text));
        text.push_str("      </failure>\n");
    }
    if !case.is_exercised {
        text.push_str("      <skipped message=\"no call of these captures exercises it\"/>\n");
    }
    if !case.others.is_empty() {
        text.push_str("      <system-out>\n");
        case.others.iter().for_each(|departure| write_place(departure, text));
        text.push_str("      </system-out>\n");
    }
    text.push_str("    </testcase>\n");
}

fn write_place(departure: &Departure<'_>, text: &mut String) {
    let capture = departure.capture.map_or("unknown input", |capture| &capture.name);
    let known = if departure.is_known { "known " } else { "" };
    let line = format!("{known}{}: {capture}: {}", departure.level.name(), departure.sentence());
    let _ = writeln!(text, "{}", write_text(&line));
}
