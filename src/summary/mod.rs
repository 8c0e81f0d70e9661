//! Analysis to local text: what the program prints where there is no terminal to draw on.

mod changes;
mod diagram;
mod drawing;
pub mod explain;
pub mod figure;
mod index;
pub mod inspect;
mod json;
mod mermaid;
pub mod questions;
pub mod rules;
mod scene;
mod svg;

use std::io::{self, Write};

use jiff::Timestamp as Moment;

use crate::analysis::Analysis;
use crate::anomaly::{Severity, Tally};
use crate::call::{Call, Clock, Vantage};
use crate::origin::Timestamp;
use crate::spec::{Conformance, Judged};
use crate::visible::visible;

pub use crate::words::Layout;
pub use diagram::{Arrow, ArrowKind, Diagram, Mark, Step};
pub use drawing::draw;
pub use scene::{Scene, first_answer, part};

/// Writes what was read, every call with its ladder and marks, and what could not be read.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn overview(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    for capture in &analysis.captures {
        inspect::heading(capture, out)?;
        for connection in &capture.connections {
            writeln!(out, "  {}", inspect::describe(connection))?;
        }
    }
    for (index, judged) in analysis.calls.iter().enumerate() {
        writeln!(out)?;
        call(index, &Scene::of(judged, false), analysis, &mut *out)?;
    }
    if !analysis.orphans.is_empty() {
        let count = analysis.orphans.len();
        writeln!(out, "\n{count} ack{} of calls whose stanza was not seen", plural(count))?;
    }
    if let Some(strays) = &analysis.strays {
        departures(strays, out)?;
    }
    anomalies(analysis, out)
}

/// Writes the first call of a scene, which is listed as the one with this index: a line on how it went, its ladder with
/// the marks, and what the server changed in stanzas of which both ends were recorded.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn call(index: usize, scene: &Scene<'_>, analysis: &Analysis, mut out: impl Write) -> io::Result<()> {
    let Some(judged) = scene.calls.first() else { return Ok(()) };
    let call = &judged.call;
    writeln!(out, "#{}  {}", analysis.number(index), headline(call, analysis))?;
    let devices = call.vantages.iter().enumerate().map(|(index, vantage)| recorded_at(index, vantage));
    let devices = devices.collect::<Vec<_>>().join("; ");
    let shared = if call.shares_id { ", an id that another user's call has too" } else { "" };
    writeln!(out, "    call-id {}{shared}, {} stanzas, recorded at {devices}", visible(&call.id), call.rows.len())?;
    draw(scene, &mut out)?;
    for piece in judged.evidence.iter().filter(|piece| Judged::is_told(piece)) {
        let record = call.rows.get(piece.row).map_or(0, |row| row.observed.stanza.origin.last);
        let bearing = if piece.supports { "for" } else { "against" };
        writeln!(
            out,
            "    ? {}: {bearing} `{}`, {} evidence in record {record}: {}",
            piece.question.id,
            piece.hypothesis,
            piece.strength.name(),
            visible(&piece.why)
        )?;
    }
    departures(judged, &mut out)?;
    changes::write(call, &mut out)
}

/// How many calls are considered, and of how many where some were chosen.
fn considered(analysis: &Analysis) -> String {
    let all = analysis.calls_in_all();
    match analysis.chosen {
        Some(_) => format!("{} of {all} call{}, those that the filter names", analysis.calls.len(), plural(all)),
        None => format!("{all} call{}", plural(all)),
    }
}

/// Writes where rules are violated and what is new.
fn departures(judged: &Judged, out: &mut impl Write) -> io::Result<()> {
    for place in judged.departures() {
        let record = judged.call.rows.get(place.row).map_or(0, |row| row.observed.stanza.origin.last);
        let (mark, found) = if place.found == Conformance::Violated { ('!', "violated") } else { ('+', "new") };
        writeln!(out, "    {mark} {}: {found} in record {record}: {}", place.rule.id, visible(&place.why))?;
    }
    Ok(())
}

/// A device whose socket was recorded, its part, how it was found, and how its clock is to that of the first.
fn recorded_at(index: usize, vantage: &Vantage) -> String {
    let jid = vantage.device.jid();
    let jid = jid.map_or_else(|| "an unknown device".to_owned(), |jid| visible(&jid.to_string()).into_owned());
    let found = vantage.device.found_by.map_or_else(String::new, |found_by| format!(", {}", found_by.phrase()));
    let clock = clock(index, vantage).map_or_else(String::new, |clock| format!(", its clock {clock}"));
    format!("{jid} ({}{found}{clock})", vantage.role.name())
}

/// How the clock of a vantage is to that of the first; `None` if it is the same.
fn clock(index: usize, vantage: &Vantage) -> Option<String> {
    match vantage.clock {
        _ if index == 0 => None,
        Some(clock) if clock == Clock::SAME => None,
        Some(clock) => {
            let bound = clock.most.saturating_sub(clock.least) / 2;
            let way = if clock.middle() < 0 { "ahead" } else { "behind" };
            Some(format!("{} {way}, give or take {}", seconds(clock.middle().saturating_abs()), seconds(bound)))
        }
        None => Some("unknown".to_owned()),
    }
}

/// When a call began, between whom, and how it went.
fn headline(call: &Call, analysis: &Analysis) -> String {
    let party = |jid: &Option<crate::protocol::binary::Jid>| {
        jid.as_ref().map_or_else(|| "unknown".to_owned(), |jid| visible(&jid.to_string()).into_owned())
    };
    let media = call.media.map_or("call", crate::call::Media::name);
    let group = if call.group { "group " } else { "" };
    let (caller, callee) = (party(&call.caller), party(&call.callee));
    format!("{}  {group}{media}  {caller} -> {callee}  {}", began(call, analysis), course(call))
}

/// When a call began.
fn began(call: &Call, analysis: &Analysis) -> String {
    let undated = || if call.start().is_some() { "no date" } else { "no time" }.to_owned();
    analysis.start_utc(call).map_or_else(undated, moment)
}

/// How a call went.
fn course(call: &Call) -> String {
    let mut line = call.course.outcome.name().to_owned();
    if let Some(ring) = call.course.ring {
        line.push_str(&format!(", rang {}", seconds(ring)));
    }
    if let Some(talk) = call.course.talk {
        line.push_str(&format!(", talked {}", seconds(talk)));
    }
    if let Some(by) = call.course.ended_by {
        line.push_str(&format!(", ended by {}", by.name()));
    }
    if let Some(reason) = &call.course.end_reason {
        line.push_str(&format!(" (reason {})", visible(reason)));
    }
    line
}

/// Writes what could not be read, and what to do about it; losses first.
fn anomalies(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    for (severity, heading) in [(Severity::Loss, "Not read:"), (Severity::Note, "Noted:")] {
        let tallies: Vec<_> = analysis.anomalies.iter().filter(|tally| tally.diagnosis.severity == severity).collect();
        if tallies.is_empty() {
            continue;
        }
        writeln!(out, "\n{heading}")?;
        for tally in tallies {
            writeln!(out, "  {}", anomaly(analysis, tally))?;
            if !tally.diagnosis.next.is_empty() {
                writeln!(out, "    {}", tally.diagnosis.next)?;
            }
        }
    }
    Ok(())
}

/// One line: where, what, how often.
#[must_use]
pub fn anomaly(analysis: &Analysis, tally: &Tally) -> String {
    let input = visible(analysis.input_name(tally.first.capture).unwrap_or("unknown input"));
    format!("{input}, {}", anomaly_line(tally))
}

/// The same without the name of the capture.
fn anomaly_line(tally: &Tally) -> String {
    let connection = tally.first.connection.map_or_else(String::new, |id| format!("connection {}, ", id.0));
    let records = if tally.count == 1 { tally.first.to_string() } else { format!("first in {}", tally.first) };
    format!("{connection}{records}: {}: {}", tally.diagnosis.layer.name(), visible(&tally.to_string()))
}

fn moment(time: Timestamp) -> String {
    let moment = Moment::from_nanosecond(i128::from(time.0));
    moment.map_or_else(|_| "no time".to_owned(), |moment| moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// The moment as RFC 3339 in UTC, with nanoseconds.
fn rfc3339(time: Timestamp) -> Option<String> {
    Moment::from_nanosecond(i128::from(time.0)).ok().map(|moment| format!("{moment:.9}"))
}

#[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
fn seconds(nanoseconds: i64) -> String {
    format!("{:.3} s", nanoseconds as f64 / 1e9)
}

fn plural<T: PartialEq + From<u8>>(count: T) -> &'static str {
    if count == T::from(1) { "" } else { "s" }
}
