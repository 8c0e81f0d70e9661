//! Routed calls of real clients, recorded at the caller and at two devices of the callee: every combination of
//! recordings says who made each terminate, as far as it can be told from them, and never more.

use std::fs::{self, File};
use std::io::BufReader;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::{Call, Proof, Row, Side};
use serde_json::Value;

use crate::shared::shared;

fn load(set: &str, recordings: &[String]) -> Option<std::sync::Arc<Analysis>> {
    let folder = shared("captures/vantages")?;
    let sources = recordings.iter().map(|name| Source::File(folder.join(format!("{set}.{name}")))).collect();
    let mut request = Request::new(sources);
    let keys = folder.join(format!("{set}.noisekeys.txt"));
    request.read_key_log("keys".to_owned(), BufReader::new(File::open(keys).unwrap())).unwrap();
    Some(request.load())
}

/// What the rows of a terminate say of its origin, in the words of the truth.
fn origin(call: Option<&Call>, stanza_id: &str) -> &'static str {
    let is_it = |row: &&Row| {
        let stanza = row.observed.read();
        stanza.id.as_deref() == Some(stanza_id)
            && stanza.action().is_some_and(|action| action.name.as_str() == "terminate")
    };
    let rows: Vec<&Row> = call.into_iter().flat_map(|call| &call.rows).filter(is_it).collect();
    let sure = rows.iter().find(|row| matches!(row.maker.proof, Proof::Outbound | Proof::Copy | Proof::Silence));
    match (sure.map(|row| row.maker.side), rows.is_empty()) {
        (_, true) => "not visible",
        (Some(Side::Caller), _) => "caller",
        (Some(Side::Callee), _) => "callee",
        (Some(Side::Server), _) => "server",
        (Some(Side::Unknown) | None, _) => "open",
    }
}

/// Compares all terminates of a set, seen in these recordings, with the truth of the view; gives their number.
fn compare(set: &str, view: &str, recordings: &[String]) -> Option<usize> {
    let truth: Value =
        serde_json::from_slice(&fs::read(shared(&format!("captures/vantages/{set}.expected.json"))?).unwrap()).unwrap();
    let analysis = load(set, recordings)?;
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
    Some(compared)
}

const VIEWS: [&str; 7] = ["a", "b1", "b2", "a+b1", "a+b2", "b1+b2", "a+b1+b2"];

#[test]
fn every_combination_of_captures_says_who_made_each_terminate() {
    for set in ["zb-timeouts", "rz-ends"] {
        for view in VIEWS {
            let recordings: Vec<_> = view.split('+').map(|name| format!("{name}.pcap")).collect();
            let Some(compared) = compare(set, view, &recordings) else { return };
            assert!(compared > 3, "{set} {view}");
            compare(set, view, &recordings.iter().rev().cloned().collect::<Vec<_>>());
        }
        compare(set, "a+b1+b2", &["all.pcap".to_owned()]);
        compare(set, "a+b1+b2", &["b1.pcap".to_owned(), "all.pcap".to_owned(), "a.pcap".to_owned()]);
    }
}

#[test]
fn a_log_beside_the_capture_changes_nothing() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    compare("zb-timeouts", "a+b1", &names(&["a.pcap", "a.zapo.log", "b1.pcap", "b1.baileys.log"]));
    compare("rz-ends", "a+b1+b2", &names(&["b2.zapo.log", "b1.zapo.log", "a.pcap", "b1.pcap", "b2.pcap"]));
}

#[test]
fn outcomes_do_not_depend_on_how_many_vantages_there_are() {
    for set in ["zb-timeouts", "rz-ends"] {
        let outcomes = |view: &str| {
            let recordings: Vec<_> = view.split('+').map(|name| format!("{name}.pcap")).collect();
            let analysis = load(set, &recordings)?;
            let calls = analysis.calls.iter().map(|judged| &judged.call);
            Some(calls.map(|call| (call.id.to_string(), call.course.outcome)).collect::<Vec<_>>())
        };
        let Some(all) = outcomes("a+b1+b2") else { return };
        for view in ["a", "a+b1", "a+b2", "all", "b1+b2"] {
            assert_eq!(outcomes(view).unwrap(), all, "{set} {view}");
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
    let directions: Vec<_> = call.rows.iter().map(|row| (row.vantage, row.copy_of)).collect();
    assert_eq!(directions, [(0, None), (0, None), (1, Some(0)), (1, None), (0, Some(3)), (0, None)]);
    assert_eq!(call.course.gaps, Some(0));
}
