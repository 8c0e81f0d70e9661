//! Recordings in ringtrace's own NDJSON, through the real grouping and judging.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ringtrace::call::{Grouping, Observed, Recording, Span};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::stanza::Stanza;
use ringtrace::protocol::xml::{self, Dialect};
use ringtrace::spec::{Context, Judged};
use serde_json::Value;

const CAPTURE: CaptureId = CaptureId(0);

/// The calls of a fixture, and what belongs to none.
pub(super) fn judged(path: &Path) -> Vec<Judged> {
    let mut grouping = Grouping::default();
    let mut vantages: Vec<String> = Vec::new();
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    for (index, line) in lines {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = line["vantage"].as_str().unwrap().to_owned();
        if line["schema"].is_string() {
            let connection = ConnectionId(u32::try_from(vantages.len()).unwrap());
            vantages.push(name);
            if line["window"].is_array() {
                grouping.record((CAPTURE, Some(connection)), recording(&line));
            }
            for device in line["device"].as_array().into_iter().flatten() {
                let login = format!("<success lid='{}'/>", device.as_str().unwrap());
                grouping.push(observed(index, connection, None, Some("in"), &login));
            }
        } else {
            let connection = vantages.iter().position(|known| *known == name).unwrap();
            let connection = ConnectionId(u32::try_from(connection).unwrap());
            let xml = line["xml"].as_str().unwrap();
            grouping.push(observed(index, connection, line["at"].as_f64(), line["dir"].as_str(), xml));
        }
    }
    grouping.settle();
    let calls = grouping.snapshot().calls;
    let context = Context::of(&calls, true);
    let calls = calls.into_iter().chain(grouping.strays().map(Arc::new));
    calls.map(|call| Judged::new(call, &context)).collect()
}

fn recording(header: &Value) -> Recording {
    let moment = |value: &Value| Timestamp((value.as_f64().unwrap() * 1e6) as i64);
    let spans = header["window"].as_array().unwrap().iter();
    Recording {
        technique: "websocket-capture",
        client: None,
        omits_own_acks: header["omits_own_acks"].as_bool().unwrap_or_default(),
        spans: spans.map(|span| Span { from: moment(&span[0]), until: moment(&span[1]) }).collect(),
    }
}

fn observed(index: usize, connection: ConnectionId, at: Option<f64>, direction: Option<&str>, xml: &str) -> Observed {
    let record = index as u64 + 1;
    let time = at.map(|at| Timestamp((at * 1e6) as i64));
    let direction = direction.map(|direction| match direction {
        "in" => Direction::Inbound,
        "out" => Direction::Outbound,
        other => panic!("{other} is no direction"),
    });
    let origin = Origin { connection: Some(connection), direction, ..Origin::of_record(CAPTURE, record, 0, time) };
    let node = xml::read(xml, Dialect::HEX).node.unwrap_or_else(|| panic!("no element: {xml}"));
    Observed { seq: record, stanza: Located::new(origin, Stanza::read(node, None)) }
}
