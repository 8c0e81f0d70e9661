//! Captures, calls and anomalies as text: what is printed instead of the TUI.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::anomalies::anomaly;
use super::{changes, inspect, media};
use crate::analysis::Analysis;
use crate::anomaly::Severity;
use crate::call::{Call, Vantage};
use crate::diagram::caption::{began, clock_offset, outcome};
use crate::diagram::{Diagram, Picture};
use crate::spec::{Conformance, Judged, KNOWLEDGE, Knowledge};
use crate::visible::visible;
use crate::words::{capitalised, counted};

/// Writes the captures, every call with its ladder and marks, and what could not be read.
///
/// # Errors
/// If `out` cannot be written.
pub fn overview(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    for capture in &analysis.captures {
        inspect::heading(capture, out)?;
        for connection in &capture.connections {
            writeln!(out, "  {}", inspect::describe(connection))?;
        }
    }
    for (index, judged) in analysis.calls.iter().enumerate() {
        writeln!(out)?;
        call(index, &Picture::of(&Diagram::new(vec![judged.clone()], false)), analysis, &KNOWLEDGE, &mut *out)?;
    }
    if !analysis.orphans.is_empty() {
        let acks = counted(analysis.orphans.len() as u64, "ack");
        writeln!(out, "\n{acks} of call stanzas that were not captured")?;
    }
    if let Some(strays) = &analysis.strays {
        departures(strays, out)?;
    }
    anomalies(analysis, out)
}

/// Writes the first call of a picture, which is the call at `index` of the analysis: how it went, its ladder with the
/// marks, what others report about its stanzas, and what the server changed in stanzas that were captured at both ends.
///
/// # Errors
/// If `out` cannot be written.
pub fn call(
    index: usize,
    picture: &Picture<'_>,
    analysis: &Analysis,
    knowledge: &Knowledge,
    mut out: impl Write,
) -> io::Result<()> {
    let Some(judged) = picture.diagram.calls.first() else { return Ok(()) };
    let call = &judged.call;
    writeln!(out, "#{}  {}", analysis.number(index), headline(call, analysis))?;
    let shared = if call.shares_id { " (another user's call has the same id)" } else { "" };
    writeln!(out, "    call-id {}{shared}, {}", visible(&call.id), recorded(call))?;
    picture.text(&mut out)?;
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
    media::text(judged, &mut out)?;
    reported(call, knowledge, &mut out)?;
    changes::write(call, &mut out)
}

/// Writes what others report about stanzas of the call.
fn reported(call: &Call, knowledge: &Knowledge, out: &mut impl Write) -> io::Result<()> {
    for note in knowledge.notes(call) {
        let record = call.rows.get(note.row).map_or(0, |row| row.observed.stanza.origin.last);
        let says = note.fact.note.as_deref().unwrap_or_default();
        let (source, date) = (visible(&note.fact.source), visible(&note.fact.date));
        let here = visible(&note.here);
        writeln!(out, "    i {here} in record {record}: {} (reported by {source}, {date})", visible(says))?;
    }
    Ok(())
}

/// What there is of a call, and where it was captured or who reported it.
fn recorded(call: &Call) -> String {
    let events = counted(call.events.len() as u64, "event");
    let programs: BTreeSet<_> = call.events.iter().map(|event| event.item.program.name).collect();
    let programs = programs.into_iter().collect::<Vec<_>>().join(" and ");
    if call.is_known_from_events() {
        return format!("no stanza, {events} reported by {programs}");
    }
    let devices = call.vantages.iter().enumerate().map(|(index, vantage)| vantage_in_words(index, vantage));
    let devices = devices.collect::<Vec<_>>().join("; ");
    let reported = if call.events.is_empty() { String::new() } else { format!("; {events} reported by {programs}") };
    format!("{}, captured at {devices}{reported}", counted(call.rows.len() as u64, "stanza"))
}

/// Writes where rules are violated, and what the spec does not know.
fn departures(judged: &Judged, out: &mut impl Write) -> io::Result<()> {
    for place in judged.departures() {
        let record = judged.call.rows.get(place.row).map_or(0, |row| row.observed.stanza.origin.last);
        let (mark, found) = if place.found == Conformance::Violated { ('!', "violated") } else { ('+', "new") };
        writeln!(out, "    {mark} {}: {found} in record {record}: {}", place.rule.id, visible(&place.why))?;
    }
    Ok(())
}

/// A device whose socket was captured: its role, how it was identified, and how its clock differs from the first one's.
fn vantage_in_words(index: usize, vantage: &Vantage) -> String {
    let jid = vantage.device.jid();
    let jid = jid.map_or_else(|| "an unknown device".to_owned(), |jid| visible(&jid.to_string()).into_owned());
    let found = vantage.device.found_by.map_or_else(String::new, |found_by| format!(", {}", found_by.phrase()));
    let clock = clock_offset(index, vantage).map_or_else(String::new, |clock| format!(", clock {clock}"));
    format!("{jid} ({}{found}{clock})", vantage.role.name())
}

/// When a call began, who took part, and how it went.
fn headline(call: &Call, analysis: &Analysis) -> String {
    let party = |jid: &Option<crate::protocol::binary::Jid>| {
        jid.as_ref().map_or_else(|| "unknown".to_owned(), |jid| visible(&jid.to_string()).into_owned())
    };
    let media = call.media.map_or("call", crate::call::Media::name);
    let group = if call.group { "group " } else { "" };
    let (caller, callee) = (party(&call.caller), party(&call.callee));
    format!("{}  {group}{media}  {caller} -> {callee}  {}", began(call, analysis), outcome(call))
}

/// Writes all anomalies with their next steps, the worst first.
fn anomalies(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    for severity in Severity::ALL {
        let tallies: Vec<_> = analysis.anomalies.iter().filter(|tally| tally.diagnosis.severity == severity).collect();
        if !tallies.is_empty() {
            writeln!(out, "\n{}:", capitalised(severity.word()))?;
        }
        for tally in tallies {
            super::anomalies::write(&anomaly(analysis, tally), tally, out)?;
        }
    }
    Ok(())
}
