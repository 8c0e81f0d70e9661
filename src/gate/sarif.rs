//! Departures as SARIF 2.1.0 (OASIS standard "Static Analysis Results Interchange Format", section numbers below).

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::departure::{Departure, Departures};
use super::level::Level;
use crate::print::{Each, write_json};
use crate::spec::{DISCREPANCIES, Grade, RULES};
use crate::visible::visible;

/// Writes a log with one run (section 3.14): every rule and discrepancy as reporting descriptors, and a result for each
/// departure. `is_lossy` says that part of the captures could not be read. With a baseline, results have a
/// `baselineState`, and known ones are suppressed.
///
/// # Errors
/// If `out` cannot be written.
pub fn sarif(departures: &Departures<'_>, is_lossy: bool, has_baseline: bool, out: &mut impl Write) -> io::Result<()> {
    let rules = RULES.iter().map(|rule| {
        let level = match rule.grade {
            Grade::Violation => Level::Violation,
            Grade::Warning => Level::Warning,
            Grade::Note => Level::Novelty,
        };
        descriptor(rule.id, rule.title, &rule.text(), level)
    });
    let disputed = DISCREPANCIES
        .iter()
        .map(|question| descriptor(question.id, question.title, &question.text(), Level::Discrepancy));
    let ids = RULES.iter().map(|rule| rule.id).chain(DISCREPANCIES.iter().map(|question| question.id));
    let index: HashMap<&str, usize> = ids.zip(0..).collect();
    let run = Run {
        column_kind: "unicodeCodePoints",
        invocations: [json!({ "executionSuccessful": !is_lossy })],
        results: Each(|| departures.iter().map(|departure| result(departure, &index, has_baseline))),
        tool: json!({ "driver": {
            "name": env!("CARGO_PKG_NAME"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "rules": rules.chain(disputed).collect::<Vec<_>>(),
        } }),
    };
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        runs: [run],
        version: "2.1.0",
    };
    write_json(&log, out)
}

/// A log (section 3.13).
#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R>; 1],
    version: &'static str,
}

/// A run (section 3.14).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    column_kind: &'static str,
    invocations: [Value; 1],
    results: R,
    tool: Value,
}

/// A rule (section 3.49).
fn descriptor(id: &str, title: &str, text: &str, level: Level) -> Value {
    json!({
        "id": id,
        "shortDescription": { "text": title },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": severity(level) },
    })
}

/// The `level` of a result (section 3.27.10).
const fn severity(level: Level) -> &'static str {
    match level {
        Level::Violation => "error",
        Level::Warning => "warning",
        Level::Discrepancy | Level::Novelty => "note",
    }
}

/// A result (section 3.27).
fn result(departure: &Departure<'_>, index: &HashMap<&str, usize>, has_baseline: bool) -> Value {
    let mut result = json!({
        "ruleId": departure.id,
        "ruleIndex": index.get(departure.id),
        "level": severity(departure.level),
        "message": { "text": format!("{} {}", departure.title, departure.sentence()) },
        "locations": [location(departure)],
        "partialFingerprints": { "departure/v1": departure.signature() },
    });
    if let Some(fields) = result.as_object_mut().filter(|_| has_baseline) {
        fields.insert("baselineState".to_owned(), json!(if departure.is_known { "unchanged" } else { "new" }));
        if departure.is_known {
            fields.insert(
                "suppressions".to_owned(),
                json!([{ "kind": "external", "justification": "listed in the baseline" }]),
            );
        }
    }
    result
}

/// The place of a departure (section 3.28): the capture, with the line if it is text, and the call.
fn location(departure: &Departure<'_>) -> Value {
    let mut location = Map::new();
    if let Some(capture) = departure.capture.filter(|capture| capture.name != "-") {
        let mut physical = json!({ "artifactLocation": { "uri": uri(&capture.name) } });
        if let (Some(line), Some(fields)) = (departure.line(), physical.as_object_mut()) {
            fields.insert("region".to_owned(), json!({ "startLine": line }));
        }
        location.insert("physicalLocation".to_owned(), physical);
    }
    let call = &departure.judged.call.id;
    let call = if call.is_empty() { "no call".to_owned() } else { format!("call {}", visible(call)) };
    let logical = json!([{ "fullyQualifiedName": format!("{call}, record {}", departure.record), "kind": "record" }]);
    location.insert("logicalLocations".to_owned(), logical);
    Value::Object(location)
}

/// The address of a file (RFC 3986): relative as given, or with the scheme `file`.
fn uri(name: &str) -> String {
    let mut uri = if name.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(uri("captures/a b#1.pcap"), "captures/a%20b%231.pcap");
        assert_eq!(uri("/tmp/ü.log"), "file:///tmp/%C3%BC.log");
    }
}
