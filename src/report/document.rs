//! The analysis of captures as one document: what was recorded, what was observed, what is only supposed, and how to come to
//! the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::assessment::counted;
use super::citation::{self, TOOL};
use super::inert::{inert, inert_cell};
use super::media;
use super::notes;
use super::request::Report;
use super::sheet::fenced;
use crate::analysis::Analysis;
use crate::call::{Call, Row, caller_timeout};
use crate::diagram::{caption, label};
use crate::origin::{CaptureId, Direction};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::{Conformance, Finding, Gap, Judged, Verdict};

/// Stanzas that the timeline of one call lists, and those of all calls.
const OF_CALL: usize = 400;
const OF_ALL: usize = 4_000;

/// Departures that are listed.
const DEPARTURES: usize = 400;

/// Writes the document. With a call as the subject, it is about that call only.
pub(super) fn write(report: &Report<'_>) -> String {
    let analysis = report.sanitised.analysis();
    let mut text = format!(
        "# Analysis of {}\n\nMade by {TOOL} from captures whose hashes are below. People are letters, calls and captures are \
         numbers, times are counted from the beginning of the recording; nothing here names anybody.\n",
        counted(analysis.calls.len(), "call")
    );
    captures(report, &mut text);
    vantages(analysis, &mut text);
    people(analysis, &mut text);
    calls(analysis, &mut text);
    silences(analysis, &mut text);
    settings(analysis, &mut text);
    let findings = analysis.findings();
    observed(analysis, &findings, &mut text);
    hypotheses(analysis, &findings, &mut text);
    departures(analysis, &mut text);
    next(&findings, &mut text);
    timelines(analysis, &mut text);
    noted(report, &mut text);
    reproduce(report, &mut text);
    text
}

fn heading(title: &str, text: &mut String) {
    let _ = write!(text, "\n## {title}\n\n");
}

fn table(columns: &[&str], text: &mut String) {
    let _ = writeln!(text, "| {} |", columns.join(" | "));
    let _ = writeln!(text, "|{}", " --- |".repeat(columns.len()));
}

/// A row of a table. Cells are made inert.
fn row<C: AsRef<str>>(cells: impl IntoIterator<Item = C>, text: &mut String) {
    text.push('|');
    for cell in cells {
        let _ = write!(text, " {} |", inert_cell(cell.as_ref()));
    }
    text.push('\n');
}

fn captures(report: &Report<'_>, text: &mut String) {
    heading("Captures", text);
    table(&["capture", "format", "technique", "records", "bytes", "SHA-256"], text);
    for (index, capture) in report.sanitised.analysis().captures.iter().enumerate() {
        let digest = report.digests.get(index).and_then(Option::as_deref).unwrap_or("none: read from a pipe");
        let cells = [
            format!("capture-{}", index + 1),
            capture.format.unwrap_or("unknown").to_owned(),
            capture.technique().to_owned(),
            capture.records.to_string(),
            capture.bytes.to_string(),
            // A hash in code is no link to a commit.
            format!("`{digest}`"),
        ];
        row(cells, text);
    }
}

/// How a device was recorded.
#[derive(Default)]
struct Recorded {
    roles: BTreeSet<&'static str>,
    captures: BTreeSet<CaptureId>,
    calls: usize,
}

/// The devices whose sockets were recorded, each with its roles, and the captures.
fn vantages(analysis: &Analysis, text: &mut String) {
    heading("Vantages", text);
    let mut devices: BTreeMap<String, Recorded> = BTreeMap::new();
    for call in analysis.calls.iter().map(|judged| &judged.call) {
        for (place, vantage) in call.vantages.iter().enumerate() {
            let device = vantage.device.describe().unwrap_or_else(|| "unknown".to_owned());
            let recorded = devices.entry(device).or_default();
            recorded.roles.insert(vantage.role.name());
            recorded
                .captures
                .extend(call.rows.iter().filter(|row| row.vantage == place).map(|row| row.observed.capture()));
            recorded.calls += 1;
        }
    }
    table(&["device", "how it is known", "roles", "captures", "calls"], text);
    for (device, Recorded { roles, captures, calls }) in devices {
        let (device, how) = device.split_once(", ").unwrap_or((&device, ""));
        let captures: Vec<_> = captures.into_iter().map(citation::capture).collect();
        let roles = roles.into_iter().collect::<Vec<_>>().join(", ");
        row([device, how, &roles, &captures.join(", "), &calls.to_string()], text);
    }
}

/// What is known of a person.
#[derive(Default)]
struct Person {
    addresses: BTreeSet<String>,
    devices: BTreeSet<u16>,
    roles: BTreeSet<&'static str>,
}

/// Who is who: the letter of each person, with the addresses that the captures link, and the devices that they name.
fn people(analysis: &Analysis, text: &mut String) {
    heading("Identities", text);
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    for call in analysis.calls.iter().map(|judged| &judged.call) {
        let mut add = |jid: &Jid, role: Option<&'static str>| {
            let is_known = people.contains_key(&*jid.user);
            let person = people.entry(jid.user.to_string()).or_default();
            person.addresses.insert(jid.person_account().to_string());
            person.devices.insert(jid.device);
            if !is_known || role.is_some() {
                person.devices.extend(call.people.linked_devices(jid));
            }
            person.roles.extend(role);
        };
        call.caller.iter().for_each(|jid| add(jid, Some("caller")));
        call.callee.iter().for_each(|jid| add(jid, Some("callee")));
        for observed in call.rows.iter().map(|row| row.observed.read()) {
            let named = [&observed.from, &observed.to].into_iter().flatten();
            named.filter(|jid| !jid.is_server() && jid.server != "call").for_each(|jid| add(jid, None));
        }
    }
    table(&["person", "addresses", "devices", "roles"], text);
    for (person, Person { addresses, devices, roles }) in people {
        let devices = devices.iter().map(|device| if *device == 0 { "phone".to_owned() } else { device.to_string() });
        let roles = roles.into_iter().collect::<Vec<_>>().join(", ");
        let addresses = addresses.into_iter().collect::<Vec<_>>().join(", ");
        row([person, addresses, devices.collect::<Vec<_>>().join(", "), roles], text);
    }
}

fn calls(analysis: &Analysis, text: &mut String) {
    heading("Calls", text);
    table(&["call", "begins after", "what happened", "caller", "callee", "captures"], text);
    let start = analysis.calls.iter().filter_map(|judged| judged.call.start()).min();
    for (index, judged) in analysis.calls.iter().enumerate() {
        let call = &judged.call;
        let after = call.start().zip(start).map(|(time, start)| time.milliseconds_since(start) / 1e3);
        let party = |party: &Option<Jid>| party.as_ref().map_or_else(String::new, ToString::to_string);
        let captures: Vec<_> = call.captures().into_iter().map(citation::capture).collect();
        let cells = [
            format!("`#{}`", analysis.number(index)),
            after.map_or_else(String::new, |after| format!("{after:.1} s")),
            caption::title(call),
            party(&call.caller),
            party(&call.callee),
            captures.join(", "),
        ];
        row(cells, text);
    }
}

/// Why calls have no sound, where packets show it.
fn silences(analysis: &Analysis, text: &mut String) {
    let causes = media::causes(analysis, 0..analysis.calls.len());
    if !causes.is_empty() {
        heading("Media", text);
        for cause in causes {
            let _ = writeln!(text, "- {}", inert(&cause));
        }
    }
}

/// What the settings of offers and of their acks announce.
fn settings(analysis: &Analysis, text: &mut String) {
    heading("Settings announced", text);
    let mut found = Vec::new();
    for (index, judged) in analysis.calls.iter().enumerate() {
        for (place, announced) in judged.call.rows.iter().filter_map(announced) {
            let call = format!("`#{}`", analysis.number(index));
            let record = place.observed.stanza.origin.last.to_string();
            let carrier = if matches!(place.observed.read().body, Body::Ack(_)) { "ack of the offer" } else { "offer" };
            found.push([call, citation::capture(place.observed.capture()), record, carrier.to_owned(), announced]);
        }
    }
    if found.is_empty() {
        text.push_str("No offer and no ack of one carries settings that could be read.\n");
        return;
    }
    table(&["call", "capture", "record", "in", "caller_timeout"], text);
    found.into_iter().for_each(|cells| row(cells, text));
}

/// The `caller_timeout` that a row announces: seconds.
fn announced(row: &Row) -> Option<(&Row, String)> {
    let stanza = row.observed.read();
    let carrier = match &stanza.body {
        Body::Call(Some(action)) if action.name == ActionName::Offer => stanza.action_node()?,
        Body::Ack(_) if row.action == Some(ActionName::Offer) => stanza.node.root(),
        _ => return None,
    };
    let settings = carrier.children().filter(|child| child.tag() == "voip_settings");
    let timeouts: BTreeSet<_> = settings.filter_map(caller_timeout).collect();
    let timeouts: Vec<_> = timeouts.into_iter().map(|seconds| format!("{seconds} s")).collect();
    (!timeouts.is_empty()).then(|| (row, timeouts.join(", ")))
}

/// Questions with direct evidence, or with a list of values.
fn observed(analysis: &Analysis, findings: &[Finding], text: &mut String) {
    heading("Observed", text);
    text.push_str(
        "What recorded sockets sent, or words that are on the wire; each with the stanza that tells most.\n\n",
    );
    let is_seen = |finding: &&Finding| matches!(finding.verdict, Verdict::Answered | Verdict::Observed);
    verdicts(analysis, findings.iter().filter(is_seen), text);
}

/// Questions whose evidence is indirect, absent or on both sides.
fn hypotheses(analysis: &Analysis, findings: &[Finding], text: &mut String) {
    heading("Hypotheses", text);
    text.push_str(
        "What rests on claims of the server, on timing or on absence, or has direct evidence on both sides.\n\n",
    );
    let is_one = |finding: &&Finding| matches!(finding.verdict, Verdict::Leaning | Verdict::Contested);
    verdicts(analysis, findings.iter().filter(is_one), text);
}

fn verdicts<'f>(analysis: &Analysis, findings: impl Iterator<Item = &'f Finding>, text: &mut String) {
    table(&["question", "verdict", "named", "confidence", "where", "why"], text);
    for finding in findings {
        let exhibit = finding.telling(&analysis.calls).and_then(|at| Some((at.call(), analysis.exhibit(at)?)));
        let (place, why) = exhibit.map_or_else(Default::default, |(call, exhibit)| {
            (citation::place(analysis, &exhibit.judged.call, call, exhibit.row), exhibit.piece.why.to_string())
        });
        let named = finding.named.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let question = format!("`{}` ({})", finding.question.id, finding.question.place());
        row([&question, finding.verdict.name(), &named, finding.confidence.name(), &place, &why], text);
    }
}

/// Places where a rule is violated, or something is new.
fn departures(analysis: &Analysis, text: &mut String) {
    heading("Departures from the spec", text);
    let all = analysis.calls.iter().enumerate().flat_map(|(index, judged)| {
        let departures = judged.departures().map(move |place| (index, &**judged, place));
        departures.collect::<Vec<(usize, &Judged, _)>>()
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(index, _, place)| (place.found != Conformance::Violated, *index, place.row));
    if all.is_empty() {
        text.push_str("None.\n");
        return;
    }
    table(&["rule", "found", "where", "why"], text);
    for (index, judged, place) in all.iter().take(DEPARTURES) {
        let Some(stanza) = judged.call.rows.get(place.row) else { continue };
        let at = citation::place(analysis, &judged.call, *index, stanza);
        row([&format!("`{}`", place.rule.id), place.found.name(), &at, &place.why], text);
    }
    if let more @ 1.. = all.len().saturating_sub(DEPARTURES) {
        let _ = writeln!(text, "\n{more} more are not listed.");
    }
}

/// What to record next, by question.
fn next(findings: &[Finding], text: &mut String) {
    heading("What to record next", text);
    let mut advice: BTreeMap<(bool, &str), Vec<&str>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.verdict != Verdict::Observed) {
        for sentence in &finding.next {
            let is_far = finding.gap == Some(Gap::NoSuchCall) || finding.verdict == Verdict::Answered;
            advice.entry((is_far, sentence)).or_default().push(finding.question.id);
        }
    }
    for ((_, sentence), questions) in advice {
        let questions: Vec<_> = questions.iter().map(|id| format!("`{id}`")).collect();
        let _ = writeln!(text, "- {} ({})", inert(sentence), questions.join(", "));
    }
}

/// The stanzas of each call, with their records.
fn timelines(analysis: &Analysis, text: &mut String) {
    heading("Timelines", text);
    let mut left = OF_ALL;
    for (index, judged) in analysis.calls.iter().enumerate() {
        let call = &judged.call;
        let shown = call.rows.len().min(OF_CALL).min(left);
        left -= shown;
        let _ = write!(text, "### Call `#{}`\n\n{}\n\n", analysis.number(index), inert(&caption::title(call)));
        if shown > 0 {
            table(&["after", "capture", "record", "direction", "from", "stanza", "marks"], text);
            call.rows.iter().enumerate().take(shown).for_each(|(place, stanza)| line(judged, place, stanza, text));
        }
        if let more @ 1.. = call.rows.len() - shown {
            let _ = writeln!(text, "\n{} not listed.", counted(more, "more stanza"));
        }
        text.push('\n');
    }
}

fn line(judged: &Judged, place: usize, stanza: &Row, text: &mut String) {
    let call: &Call = &judged.call;
    let after = stanza.observed.time().zip(call.start()).map(|(time, start)| time.milliseconds_since(start) / 1e3);
    let direction = match stanza.observed.direction() {
        Some(Direction::Outbound) => "out",
        Some(Direction::Inbound) => "in",
        None => "",
    };
    let sender = stanza.originator.device.as_ref().map_or_else(String::new, ToString::to_string);
    let from = format!("{} {sender}", stanza.originator.side.name());
    let marks: String = judged.marks(place).into_iter().flatten().collect();
    let cells = [
        after.map_or_else(String::new, |after| format!("{after:.3} s")),
        citation::capture(stanza.observed.capture()),
        stanza.observed.stanza.origin.last.to_string(),
        direction.to_owned(),
        from.trim_end().to_owned(),
        label(stanza),
        marks,
    ];
    row(cells, text);
}

fn noted(report: &Report<'_>, text: &mut String) {
    let remarks = report.sanitised.remarks();
    if remarks.is_empty() {
        return;
    }
    heading("Notes", text);
    for remark in remarks {
        let _ = writeln!(text, "- {}", inert(&notes::line(report, remark)));
    }
}

fn reproduce(report: &Report<'_>, text: &mut String) {
    heading("How to reproduce", text);
    let calls: Vec<usize> = (0..report.sanitised.analysis().calls.len()).collect();
    let captures = citation::captures(report.sanitised, report.digests, &calls);
    let _ = writeln!(text, "{}", fenced("text", &format!("{captures}\n{TOOL}: {}", report.command())));
}
