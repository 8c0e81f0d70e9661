//! Routed calls of real clients, recorded at the caller and at two devices of the callee: every combination of
//! recordings says who made each terminate, as far as it can be told from them, and never more.

use std::fs::{self, File};
use std::io::BufReader;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::{Call, Provenance, Row, Side};
use serde_json::Value;

use crate::shared::shared;

fn load(set: &str, recordings: &[String]) -> std::sync::Arc<Analysis> {
    let folder = shared("captures/vantages");
    let sources = recordings.iter().map(|name| Source::File(folder.join(format!("{set}.{name}")))).collect();
    let mut request = Request::new(sources);
    let keys = folder.join(format!("{set}.noisekeys.txt"));
    request.read_key_log("keys".to_owned(), BufReader::new(File::open(keys).unwrap())).unwrap();
    request.load()
}

/// What the rows of a terminate say of its origin, in the words of the truth.
fn origin(call: Option<&Call>, stanza_id: &str) -> &'static str {
    let is_it = |row: &&Row| {
        let stanza = row.observed.read();
        stanza.id.as_deref() == Some(stanza_id)
            && stanza.action().is_some_and(|action| action.name.as_str() == "terminate")
    };
    let rows: Vec<&Row> = call.into_iter().flat_map(|call| &call.rows).filter(is_it).collect();
    let sure = rows
        .iter()
        .find(|row| matches!(row.originator.provenance, Provenance::Outbound | Provenance::Copy | Provenance::Silence));
    match (sure.map(|row| row.originator.side), rows.is_empty()) {
        (_, true) => "not visible",
        (Some(Side::Caller), _) => "caller",
        (Some(Side::Callee), _) => "callee",
        (Some(Side::Server), _) => "server",
        (Some(Side::Unknown) | None, _) => "open",
    }
}

/// Compares all terminates of a set, seen in these recordings, with the truth of the view; gives their number.
fn compare(set: &str, view: &str, recordings: &[String]) -> usize {
    let truth: Value =
        serde_json::from_slice(&fs::read(shared(&format!("captures/vantages/{set}.expected.json"))).unwrap()).unwrap();
    let analysis = load(set, recordings);
    let mut compared = 0;
    for call in truth["calls"].as_array().unwrap() {
        let id = call["call_id"].as_str().unwrap();
        let found = analysis.calls.iter().find(|judged| &*judged.call.id == id).map(|judged| &*judged.call);
        for terminate in call["views_terminate"][view].as_array().unwrap() {
            let stanza_id = terminate["stanza_id"].as_str().unwrap();
            let claims = call["terminates_in_truth"].as_array().unwrap().iter();
            let claims =
                claims.filter(|truth| truth["stanza_id"] == stanza_id).find_map(|truth| truth["claims"].as_str());
            let is_bare = claims.is_some_and(|claims| !claims.contains(':'));
            let expected = terminate["origin"].as_str().unwrap();
            let expected = if is_bare && expected == "server" { "open" } else { expected };
            let said = origin(found, stanza_id);
            assert_eq!(said, expected, "{set}, {recordings:?}, {}, {stanza_id}", call["scenario"]);
            compared += 1;
        }
    }
    compared
}

const VIEWS: [&str; 7] = ["a", "b1", "b2", "a+b1", "a+b2", "b1+b2", "a+b1+b2"];

#[test_with::path(../shared)]
#[test]
fn every_combination_of_captures_says_who_made_each_terminate() {
    for set in ["zb-timeouts", "rz-ends"] {
        for view in VIEWS {
            let recordings: Vec<_> = view.split('+').map(|name| format!("{name}.pcap")).collect();
            let compared = compare(set, view, &recordings);
            assert!(compared > 3, "{set} {view}");
            compare(set, view, &recordings.iter().rev().cloned().collect::<Vec<_>>());
        }
        compare(set, "a+b1+b2", &["all.pcap".to_owned()]);
        compare(set, "a+b1+b2", &["b1.pcap".to_owned(), "all.pcap".to_owned(), "a.pcap".to_owned()]);
    }
}

#[test_with::path(../shared)]
#[test]
fn a_log_beside_the_capture_changes_nothing() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    compare("zb-timeouts", "a+b1", &names(&["a.pcap", "a.zapo.log", "b1.pcap", "b1.baileys.log"]));
    compare("rz-ends", "a+b1+b2", &names(&["b2.zapo.log", "b1.zapo.log", "a.pcap", "b1.pcap", "b2.pcap"]));
}

#[test_with::path(../shared)]
#[test]
fn outcomes_do_not_depend_on_how_many_vantages_there_are() {
    for set in ["zb-timeouts", "rz-ends"] {
        let outcomes = |view: &str| {
            let recordings: Vec<_> = view.split('+').map(|name| format!("{name}.pcap")).collect();
            let analysis = load(set, &recordings);
            let calls = analysis.calls.iter().map(|judged| &judged.call);
            calls.map(|call| (call.id.to_string(), call.progress.outcome)).collect::<Vec<_>>()
        };
        let all = outcomes("a+b1+b2");
        for view in ["a", "a+b1", "a+b2", "all", "b1+b2"] {
            assert_eq!(outcomes(view), all, "{set} {view}");
        }
    }
}

#[test]
fn a_file_can_have_a_clock_for_each_vantage() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ndjson/declined-at-both-ends.ndjson");
    let analysis = Request::new(vec![Source::File(file.into())]).load();
    let call = &analysis.calls[0].call;
    let clock = call.vantages[1].clock.unwrap();
    let truth = -5_000_000_000;
    assert!(clock.least < truth && truth < clock.most, "{clock:?}");
    let directions: Vec<_> = call.rows.iter().map(|row| (row.vantage, row.copy_of.get())).collect();
    assert_eq!(directions, [(0, None), (0, None), (1, Some(0)), (1, None), (0, Some(3)), (0, None)]);
    assert_eq!(call.progress.gaps, Some(0));
}

/// The records of a pcap file of this machine's byte order, each with its time in seconds.
fn records(file: &[u8]) -> Vec<(f64, std::ops::Range<usize>)> {
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let mut records = Vec::new();
    let mut at = 24;
    while at + 16 <= file.len() {
        let end = at + 16 + number(at + 8) as usize;
        records.push((f64::from(number(at)) + f64::from(number(at + 4)) / 1e6, at..end));
        at = end;
    }
    records
}

#[test_with::path(../shared)]
#[test]
fn a_hole_at_the_wrong_moment_leaves_open_who_made_a_terminate() {
    let folder = shared("captures/vantages");
    let whole = fs::read(folder.join("zb-timeouts.a.pcap")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("a.pcap");
    // Of the server's terminates at the end of the second call, with the packets of the caller's socket before, within
    // and after that call left out.
    let ends = |without: Option<&std::ops::Range<usize>>| {
        let kept = without.map_or(whole.clone(), |hole| [&whole[..hole.start], &whole[hole.end..]].concat());
        fs::write(&copy, kept).unwrap();
        let sources = vec![Source::File(copy.clone()), Source::File(folder.join("zb-timeouts.b1.pcap"))];
        let mut request = Request::new(sources);
        let keys = File::open(folder.join("zb-timeouts.noisekeys.txt")).unwrap();
        request.read_key_log("keys".to_owned(), BufReader::new(keys)).unwrap();
        let analysis = request.load();
        let call =
            analysis.calls.iter().map(|judged| &judged.call).find(|call| call.id.starts_with("B1391DF6")).unwrap();
        (call.progress.end_provenance.unwrap(), call.progress.gaps.unwrap(), analysis.is_lossy())
    };
    assert_eq!(ends(None), (Provenance::Silence, 0, false));
    let (mut within, mut outside) = (0, 0);
    for (time, range) in records(&whole) {
        let is_data = range.len() > 16 + 66 + 20;
        let in_call = (1_795_222_477.6..1_795_222_481.4).contains(&time);
        let is_far = !(1_795_222_473.0..1_795_222_483.0).contains(&time);
        if is_data && (in_call || (is_far && outside < 5)) {
            let (provenance, gaps, is_lossy) = ends(Some(&range));
            if in_call && is_lossy {
                assert!(provenance < Provenance::Silence && gaps > 0, "{time} {provenance:?} {gaps}");
                within += 1;
            } else if !in_call {
                assert_eq!(gaps, 0, "{time}");
                outside += 1;
            }
        }
    }
    assert!(within > 3 && outside > 3, "{within} {outside}");
}
