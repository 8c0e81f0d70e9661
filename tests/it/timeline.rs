//! The main job, through the program: a recording and its keys give a CSV that equals the recording's truth.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

use crate::shared::shared;

/// The recordings of real clients over a plain websocket, and the forms of each.
pub(crate) const SESSIONS: &[(&str, &[&str])] = &[
    ("zapo-ws-xx", &["pcap", "ns.pcapng", "any.pcap", "anysll1.pcap"]),
    ("zapo-ipv6-ik", &["pcap", "ns.pcapng"]),
    ("zapo-ws-deflate", &["pcap"]),
    ("baileys-ws", &["pcap", "any.pcap"]),
    ("rust-wss13", &["pcap", "dsb.pcapng"]),
];

/// One row of a CSV, by column.
pub(crate) type Row = BTreeMap<String, String>;

/// Reads a CSV (RFC 4180) with a header.
pub(crate) fn read_csv(text: &str) -> Vec<Row> {
    let mut records: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let record = records.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                record.last_mut().unwrap().push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            _ => record.last_mut().unwrap().push(character),
        }
    }
    records.retain(|record| record.len() > 1);
    let header = records.remove(0);
    let row = |record: Vec<String>| header.iter().cloned().zip(record).collect();
    records.into_iter().map(row).collect()
}

/// Exports the stanzas of a capture, with the exit code.
pub(crate) fn export(capture: &Path, keys: &Path) -> (Vec<Row>, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let output = command.arg("export").arg(capture).arg("--noise-keylog").arg(keys).output().unwrap();
    let rows = read_csv(&String::from_utf8(output.stdout).unwrap());
    (rows, output.status.code().unwrap())
}

/// A stanza as the truth and the table both tell it: direction, tag, stanza id, and the action of a call stanza.
pub(crate) type Seen = (String, String, String, String);

/// The stanzas of each call in the table, in its order.
pub(crate) fn calls_of(rows: &[Row]) -> BTreeMap<String, Vec<Seen>> {
    let mut calls: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for row in rows {
        let action = if row["tag"] == "call" { row["action"].clone() } else { String::new() };
        let seen = (row["direction"].clone(), row["tag"].clone(), row["stanza_id"].clone(), action);
        calls.entry(row["call_id"].clone()).or_default().push(seen);
    }
    calls
}

/// The stanzas of each call as a `calls.json` tells them. Two spellings of the same keys exist.
pub(crate) fn calls_in(path: &Path) -> BTreeMap<String, Vec<Seen>> {
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let either = |stanza: &Value, one: &str, other: &str| {
        text(if stanza[one].is_null() { &stanza[other] } else { &stanza[one] })
    };
    let calls = truth["calls"].as_array().unwrap().iter().map(|call| {
        let seen = call["observed"].as_array().unwrap().iter().map(|stanza| {
            let tag = either(stanza, "stanza", "tag");
            let action = if tag == "call" { text(&stanza["action"]) } else { String::new() };
            (either(stanza, "dir", "direction"), tag, either(stanza, "id", "stanza_id"), action)
        });
        (either(call, "callId", "call_id"), seen.collect())
    });
    calls.collect()
}

/// Both directions in their own order. Between them the order on the wire need not be the order in which the client
/// decrypted and sent.
pub(crate) fn by_direction(calls: BTreeMap<String, Vec<Seen>>) -> BTreeMap<String, (Vec<Seen>, Vec<Seen>)> {
    let split = |seen: Vec<Seen>| seen.into_iter().partition(|stanza| stanza.0 == "in");
    calls.into_iter().map(|(id, seen)| (id, split(seen))).collect()
}

fn assert_equals_truth(capture: &Path, keys: &Path, truth: &Path) -> Vec<Row> {
    let (rows, code) = export(capture, keys);
    let expected = by_direction(calls_in(truth));
    assert!(expected.values().all(|(inbound, _)| !inbound.is_empty()));
    assert_eq!(by_direction(calls_of(&rows)), expected, "{} with {}", capture.display(), keys.display());
    assert_eq!(code, 0, "{}", capture.display());
    rows
}

#[test_with::path(../shared)]
#[test]
fn recordings_of_real_clients_give_their_calls() {
    for (session, captures) in SESSIONS {
        let truth = shared(&format!("captures/{session}.calls.json"));
        for capture in *captures {
            for keys in ["noisekeys.txt", "noisekeys-private.txt"] {
                let file = |ending: &str| truth.with_file_name(format!("{session}.{ending}"));
                assert_equals_truth(&file(capture), &file(keys), &truth);
            }
        }
    }
}

#[test_with::path(../shared)]
#[test]
fn a_recording_that_begins_in_the_connection_gives_what_it_holds() {
    let truth = shared("captures/zapo-ws-xx.calls.json");
    let file = |ending: &str| truth.with_file_name(format!("zapo-ws-xx.{ending}"));
    let (rows, code) = export(&file("mid.pcap"), &file("noisekeys.txt"));
    assert_eq!(code, 0);
    // The first frames in it have these counters.
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(&truth).unwrap()).unwrap();
    let expected: Vec<String> = truth["calls"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|call| call["observed"].as_array().unwrap().clone())
        .filter(|stanza| {
            let first = if stanza["dir"] == "in" { 43 } else { 41 };
            stanza["conn"] == "conn2" && stanza["counter"].as_u64().unwrap() >= first
        })
        .map(|stanza| {
            format!(
                "{} {} {}",
                stanza["dir"].as_str().unwrap(),
                stanza["stanza"].as_str().unwrap(),
                stanza["id"].as_str().unwrap()
            )
        })
        .collect();
    let mut seen: Vec<_> =
        rows.iter().map(|row| format!("{} {} {}", row["direction"], row["tag"], row["stanza_id"])).collect();
    let mut expected = expected;
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    let (rows, code) = export(&file("mid.pcap"), &file("noisekeys-private.txt"));
    assert_eq!((rows.len(), code), (0, 1), "private keys cannot serve a connection whose handshake was not recorded");
}

/// The folder of one of the project's own captures.
pub(crate) fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name)
}

#[test]
fn own_captures_give_their_calls() {
    for (name, capture) in [("answered-and-missed", "pcap"), ("hard-transport", "pcapng")] {
        let file = |ending: &str| own(name).join(format!("{name}.{ending}"));
        for keys in ["noisekeys.txt", "noisekeys-private.txt"] {
            let rows = assert_equals_truth(&file(capture), &file(keys), &file("calls.json"));
            assert_records_are_true(&rows, &file("calls.json"));
        }
    }
}

#[test]
fn the_damaged_capture_gives_what_is_whole_in_it() {
    let file = |ending: &str| own("damaged").join(format!("damaged.{ending}"));
    let (rows, code) = export(&file("pcap"), &file("noisekeys.txt"));
    assert_eq!(code, 1);
    let mut expected = calls_in(&file("calls.json"));
    // Of which call an ack is, only the stanza that it answers says, and one of those was lost.
    for seen in expected.values_mut() {
        let known = seen.clone();
        seen.retain(|(direction, tag, id, _)| {
            tag != "ack" || known.iter().any(|(other, _, answered, _)| other != direction && answered == id)
        });
    }
    let mut calls = calls_of(&rows);
    let answer = ("out".to_owned(), "ack".to_owned(), "2C6D18F04FCFEE7E48A91F11F60D9BD0".to_owned(), String::new());
    assert_eq!(calls.remove(""), Some(vec![answer]));
    assert_eq!(calls, expected);
    let records: Vec<_> = rows.iter().map(|row| row["record"].parse::<u64>().unwrap()).collect();
    assert_eq!(records.iter().copied().collect::<BTreeSet<_>>(), records_in(&file("calls.json")));
    let (rows, code) = export(&file("pcap"), &file("noisekeys-private.txt"));
    assert_eq!((rows.len(), code), (0, 1), "private keys cannot serve a connection whose handshake was not recorded");
}

/// The records that a `calls.json` names.
fn records_in(path: &Path) -> BTreeSet<u64> {
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let stanzas = truth["calls"].as_array().unwrap().iter().flat_map(|call| call["observed"].as_array().unwrap());
    stanzas.map(|stanza| stanza["record"].as_u64().unwrap()).collect()
}

/// Every row names the record that the truth names.
fn assert_records_are_true(rows: &[Row], truth: &Path) {
    let truth: Value = serde_json::from_str(&std::fs::read_to_string(truth).unwrap()).unwrap();
    for call in truth["calls"].as_array().unwrap() {
        let expected: Vec<u64> =
            call["observed"].as_array().unwrap().iter().map(|stanza| stanza["record"].as_u64().unwrap()).collect();
        let of_call = rows.iter().filter(|row| row["call_id"] == call["call_id"].as_str().unwrap());
        let records: Vec<u64> = of_call.map(|row| row["record"].parse().unwrap()).collect();
        assert_eq!(records, expected, "{}", call["label"]);
    }
}
