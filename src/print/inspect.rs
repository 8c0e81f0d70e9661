//! What captures contain, what could not be read, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use super::anomalies::{self, anomaly_line};
use super::json::write_json;
use super::media;
use crate::analysis::{Analysis, Capture, Connection};
use crate::anomaly::{Severity, Tally};
use crate::media::Leg;
use crate::origin::{CaptureId, ConnectionId};
use crate::visible::visible;
use crate::words::{bytes, counted};

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// Writes what each capture contains, and its anomalies.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    let calls = calls_by_connection(analysis);
    for (index, capture) in analysis.captures.iter().enumerate() {
        let id = CaptureId(u32::try_from(index).unwrap_or(u32::MAX));
        heading(capture, out)?;
        for connection in &capture.connections {
            let calls = calls.get(&(id, connection.id)).copied().unwrap_or_default();
            writeln!(out, "  {}, {}", describe(connection), counted(calls as u64, "call"))?;
        }
        other_traffic(capture, out)?;
        if let Some(flows) = analysis.flows.get(&id) {
            let of_calls = flows_of_calls(analysis, id);
            if of_calls > 0 {
                writeln!(out, "  media: {}", media::flows_in_words(of_calls, flows.seen))?;
            }
        }
        tallies(analysis, id, out)?;
    }
    for (index, log) in analysis.key_logs.iter().enumerate() {
        writeln!(out, "{}: key log, {} with a key", visible(&log.name), counted(log.lines, "line"))?;
        for (capture, connection) in analysis.opened_by(log) {
            writeln!(out, "  decrypted connection {} of {}", connection.id.0, visible(&capture.name))?;
        }
        if log.lines > 0 && analysis.opened_by(log).next().is_none() {
            writeln!(out, "  not used: no connection matches its keys")?;
        }
        let place = analysis.captures.len() + index;
        tallies(analysis, CaptureId(u32::try_from(place).unwrap_or(u32::MAX)), out)?;
    }
    Ok(())
}

/// Writes a capture's name and format, or why it was not read.
pub(super) fn heading(capture: &Capture, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}: ", visible(&capture.name))?;
    match (&capture.failure, capture.format) {
        (Some(failure), _) => writeln!(out, "{}", visible(failure)),
        (None, Some(format)) => {
            let container = capture.container.as_ref().map_or_else(String::new, |container| format!(" in {container}"));
            writeln!(out, "{format}{container}, {}, {}", counted(capture.records, "record"), bytes(capture.bytes))
        }
        // A file in a folder, which need not be a capture.
        (None, None) => writeln!(out, "skipped, not a capture"),
    }
}

/// One connection on one line.
pub(super) fn describe(connection: &Connection) -> String {
    let Connection { id, client, server, tls, websocket, noise, messages, frames, stanzas, device, .. } = connection;
    let device = device.as_deref().map_or_else(String::new, |device| format!(", at {}", visible(device)));
    if *messages == 0 && *frames == 0 && *websocket == "none" && *stanzas > 0 {
        let client = visible(client);
        return format!("connection {}: {client}{device}: {}", id.0, counted(*stanzas, "stanza"));
    }
    let tls = if *tls == "none" { String::new() } else { format!("TLS {tls}, ") };
    format!(
        "connection {}: {} -> {}, {tls}websocket {websocket}, noise {noise}{device}: {}, {}, {}",
        id.0,
        visible(client),
        visible(server),
        counted(*messages, "message"),
        counted(*frames, "frame"),
        counted(*stanzas, "stanza")
    )
}

fn other_traffic(capture: &Capture, out: &mut impl Write) -> io::Result<()> {
    let other = capture.other;
    if other.packets == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "  other traffic: {}, {}: {}, {}",
        counted(other.packets, "packet"),
        bytes(other.bytes),
        counted(other.tcp, "TCP connection"),
        counted(other.udp, "UDP packet")
    )
}

fn tallies(analysis: &Analysis, id: CaptureId, out: &mut impl Write) -> io::Result<()> {
    for severity in Severity::ALL {
        let word = severity.word();
        for tally in analysis.anomalies_of(id).filter(|tally| tally.diagnosis.severity == severity) {
            anomalies::write(&format!("{word}: {}", anomaly_line(tally)), tally, out)?;
        }
    }
    Ok(())
}

/// Writes the same as JSON: `{"schema", "captures": [{"path", "format", "container", "records", "connections",
/// "other", "flows", "anomalies"}], "media", "key_logs"}`. Characters that a terminal would act on are escaped, as JSON strings allow.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    write_json(&value(analysis), out)
}

fn value(analysis: &Analysis) -> Value {
    let calls = calls_by_connection(analysis);
    let captures = analysis.captures.iter().enumerate().map(|(index, capture)| {
        let id = CaptureId(u32::try_from(index).unwrap_or(u32::MAX));
        let connections = capture.connections.iter().map(|connection| {
            let calls = calls.get(&(id, connection.id)).copied().unwrap_or_default();
            json!({
                "id": connection.id.0,
                "client": connection.client,
                "server": connection.server,
                "tls": connection.tls,
                "websocket": connection.websocket,
                "noise": connection.noise,
                "messages": connection.messages,
                "frames": connection.frames,
                "stanzas": connection.stanzas,
                "calls": calls,
                "device": connection.device,
            })
        });
        json!({
            "path": capture.name,
            "format": capture.format,
            "container": capture.container,
            "records": capture.records,
            "bytes": capture.bytes,
            "failure": capture.failure,
            "connections": connections.collect::<Vec<_>>(),
            "other": {
                "tcp": capture.other.tcp,
                "udp": capture.other.udp,
                "packets": capture.other.packets,
                "bytes": capture.other.bytes,
            },
            "flows": analysis.flows.get(&id).map(|flows| json!({
                "udp": flows.seen,
                "of_calls": flows_of_calls(analysis, id),
                "complete": !flows.is_partial,
            })),
            "anomalies": analysis.anomalies_of(id).map(anomaly).collect::<Vec<_>>(),
        })
    });
    let of_calls = analysis.calls.iter().filter_map(|judged| {
        let name = |leg: &Leg| analysis.input_name(leg.capture).map(str::to_owned);
        Some(media::value(judged, judged.media()?, name))
    });
    let of_calls: Vec<Value> = of_calls.collect();
    let key_logs = analysis.key_logs.iter().enumerate().map(|(index, log)| {
        let id = CaptureId(u32::try_from(analysis.captures.len() + index).unwrap_or(u32::MAX));
        let opened = analysis
            .opened_by(log)
            .map(|(capture, connection)| json!({ "capture": capture.name, "connection": connection.id.0 }));
        json!({
            "path": log.name,
            "lines": log.lines,
            "decrypted": opened.collect::<Vec<_>>(),
            "anomalies": analysis.anomalies_of(id).map(anomaly).collect::<Vec<_>>(),
        })
    });
    json!({ "schema": SCHEMA, "captures": captures.collect::<Vec<_>>(), "media": of_calls, "key_logs": key_logs.collect::<Vec<_>>() })
}

fn anomaly(tally: &Tally) -> Value {
    json!({
        "id": tally.diagnosis.id,
        "layer": tally.diagnosis.layer.name(),
        "kind": tally.diagnosis.kind.name(),
        "severity": tally.diagnosis.severity.name(),
        "connection": tally.first.connection.map(|connection| connection.0),
        "count": tally.count,
        "bytes": tally.bytes,
        "first_record": tally.first.first,
        "last_record": tally.last.last,
        "why": tally.to_string(),
        "next": tally.diagnosis.next,
    })
}

/// The number of UDP flows of a capture that belong to calls.
fn flows_of_calls(analysis: &Analysis, id: CaptureId) -> u64 {
    let legs = analysis.calls.iter().filter_map(|judged| judged.media()).flat_map(|media| &media.path.legs);
    let flows = legs.filter(|leg| leg.capture == id).flat_map(|leg| &leg.flows).map(|known| known.tied.index);
    flows.collect::<BTreeSet<_>>().len() as u64
}

/// The number of calls with stanzas on each connection.
fn calls_by_connection(analysis: &Analysis) -> BTreeMap<(CaptureId, ConnectionId), usize> {
    let mut counts = BTreeMap::new();
    for judged in &analysis.calls {
        let sockets = judged.call.rows.iter().filter_map(|row| {
            let origin = row.observed.stanza.origin;
            Some((origin.capture, origin.connection?))
        });
        for socket in sockets.collect::<BTreeSet<_>>() {
            *counts.entry(socket).or_default() += 1;
        }
    }
    counts
}
