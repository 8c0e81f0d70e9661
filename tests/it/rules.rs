//! The rules of the spec: every rule against fixtures whose names say what follows, and real recordings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::{Call, Recording, Span};
use ringtrace::origin::Timestamp;
use ringtrace::spec::RULES;
use ringtrace::spec::{Context, Judged, Shape, Strength};

use serde_json::Value;

use crate::generated::outgoing_media::{self, Conduct};
use crate::shared::shared;
use crate::timeline::read_csv;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules")
}

/// The fixtures of a rule: verdicts that the name promises, joined by `+`, and the file.
fn fixtures(rule: &str) -> Vec<(BTreeSet<String>, PathBuf)> {
    let folder = root().join(rule);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "ndjson" || extension == "made"));
    files.sort();
    let promises = |file: &PathBuf| {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let verdicts = stem.split_once('-').map_or(stem, |(verdicts, _)| verdicts);
        verdicts.split('+').map(str::to_owned).collect()
    };
    files.into_iter().map(|file| (promises(&file), file)).collect()
}

/// A fixture, read by the program. `.made` names a capture with UDP packets, which is made here.
fn loaded(file: &Path) -> Arc<Analysis> {
    let analysis = if file.extension().is_some_and(|extension| extension == "made") {
        let folder = tempfile::tempdir().unwrap();
        outgoing_media::write(&Conduct::named(fs::read_to_string(file).unwrap().trim()), folder.path(), "made");
        let mut request = Request::new(vec![Source::File(folder.path().join("made.pcap"))]);
        let keys = fs::read(folder.path().join("made.noisekeys.txt")).unwrap();
        request.read_key_log("made.noisekeys.txt".to_owned(), keys.as_slice()).unwrap();
        request.load()
    } else {
        Request::new(vec![Source::File(file.to_owned())]).load()
    };
    assert!(!analysis.is_lossy(), "{}: {:?}", file.display(), analysis.anomalies);
    analysis
}

/// The verdicts of one rule in a fixture.
fn verdicts(rule: usize, file: &Path) -> BTreeSet<String> {
    let mut verdicts = BTreeSet::new();
    let analysis = loaded(file);
    for judged in analysis.judged() {
        let count = judged.counts.iter().find(|(index, _)| *index == rule).map(|(_, count)| *count).unwrap_or_default();
        let places = judged.places.iter().filter(|place| place.rule == RULES[rule]);
        let found: BTreeSet<_> = places.map(|place| place.found.name().to_owned()).collect();
        for (verdict, count) in [
            ("holds", count.holds),
            ("novelty", count.novelties),
            ("undecided", count.undecided),
            ("violated", count.violated),
        ] {
            assert_eq!(found.contains(verdict), count > 0, "{}: {verdict} is counted, and has a place", file.display());
        }
        verdicts.extend(found);
    }
    verdicts
}

#[test]
fn every_fixture_gives_the_verdict_that_its_name_says() {
    let mut wrong = Vec::new();
    for (index, rule) in RULES.iter().enumerate() {
        for (promised, file) in fixtures(rule.id) {
            let found = verdicts(index, &file);
            if found != promised {
                wrong.push(format!("{}: {found:?}", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_seen_to_hold_and_to_be_violated_or_says_why_it_cannot() {
    for rule in RULES.iter() {
        let reached: BTreeSet<_> = fixtures(rule.id).into_iter().flat_map(|(promised, _)| promised).collect();
        assert!(reached.contains("holds"), "{} has no fixture in which it holds", rule.id);
        let cannot = fs::read_to_string(root().join(rule.id).join("cannot.txt")).unwrap_or_default();
        let unreachable: BTreeMap<_, _> = cannot.lines().filter_map(|line| line.split_once(": ")).collect();
        assert!(
            reached.contains("violated") != unreachable.contains_key("violated"),
            "{} needs a fixture in which it is violated, or a line in cannot.txt",
            rule.id
        );
        assert!(unreachable.values().all(|why| why.len() > 20), "{}", rule.id);
    }
}

#[test]
fn every_folder_of_fixtures_is_a_rule_s() {
    let mut folders = BTreeSet::new();
    for page in fs::read_dir(root()).unwrap() {
        let page = page.unwrap().path();
        for rule in fs::read_dir(&page).unwrap() {
            let rule = rule.unwrap().path();
            folders.insert(rule.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(folders, RULES.iter().map(|rule| rule.id.to_owned()).collect());
}

#[test]
fn every_rule_has_a_name_of_its_own_and_a_page() {
    let mut ids = BTreeSet::new();
    for rule in RULES.iter() {
        assert!(ids.insert(rule.id), "{} stands twice", rule.id);
        assert!(rule.title.ends_with('.'), "{}", rule.id);
        let page = rule.text();
        for part in ["*What the spec says.*", "*What is checked.*", "*What a capture cannot show.*"] {
            assert!(page.contains(part), "{}: {part}", rule.id);
        }
    }
}

/// The same call as if its connections had been recorded without an end: what is absent then counts.
fn recorded_whole(call: &Call) -> Arc<Call> {
    let whole = Span { from: Timestamp(0), until: Timestamp(i64::MAX) };
    let recording = Arc::new(Recording { spans: vec![whole], ..Recording::default() });
    let sockets = call.rows.iter().map(|row| (row.observed.socket(), Arc::clone(&recording)));
    Arc::new(Call { recordings: sockets.collect(), ..call.clone() })
}

/// What the calls of a capture, read as recorded whole, depart from: rule, verdict, record and why.
fn departures(capture: &Path, keys: &Path) -> Vec<String> {
    let mut request = Request::new(vec![Source::File(capture.to_owned())]);
    for ending in ["noisekeys.txt", "sslkeylog.txt"] {
        let log = PathBuf::from(format!("{}.{ending}", keys.display()));
        if let Ok(file) = fs::File::open(&log) {
            request.read_key_log(log.display().to_string(), std::io::BufReader::new(file)).unwrap();
        }
    }
    let analysis = request.load();
    assert!(!analysis.calls.is_empty(), "{}", capture.display());
    let calls: Vec<_> = analysis.judged().map(|judged| recorded_whole(&judged.call)).collect();
    let context = Arc::new(Context::of(&calls, true));
    let mut lines = Vec::new();
    for judged in calls.into_iter().map(|call| Judged::new(call, Arc::clone(&context))) {
        for place in judged.departures() {
            let record = judged.call.rows[place.row].observed.stanza.origin.last;
            lines.push(format!("{} {} in record {record}: {}", place.rule.id, place.found.name(), place.why));
        }
    }
    lines
}

/// Each line was compared with the recording by hand: no client is accused of what it did not do.
#[test_with::path(../shared)]
#[test]
fn what_real_recordings_depart_from_is_true() {
    let folder = shared("captures");
    let mut text = String::new();
    for session in ["zapo-ws-xx", "zapo-ipv6-ik", "zapo-ws-deflate", "baileys-ws", "rust-wss13"] {
        let lines = departures(&folder.join(format!("{session}.pcap")), &folder.join(session));
        writeln!(text, "{session}\n  {}", lines.join("\n  ")).unwrap();
    }
    for (set, vantages) in [("rz-ends", ["a", "b1", "b2"]), ("zb-timeouts", ["a", "b1", "b2"])] {
        let keys = folder.join("vantages").join(set);
        for vantage in vantages {
            let lines = departures(&folder.join(format!("vantages/{set}.{vantage}.pcap")), &keys);
            writeln!(text, "{set}.{vantage}\n  {}", lines.join("\n  ")).unwrap();
        }
    }
    insta::assert_snapshot!("real_recordings", text);
}

#[test]
fn what_belongs_to_no_call_is_judged_and_exported_too() {
    let file = root().join("SIG-08/missing-identity/violated-no-call.ndjson");
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).arg("export").arg(&file).output().unwrap();
    let rows = read_csv(&String::from_utf8(output.stdout).unwrap());
    let strays: Vec<_> = rows.iter().filter(|row| row["call_id"].is_empty()).collect();
    assert_eq!(strays.len(), 1);
    assert_eq!(strays[0]["rules_violated"], "SIG-07/ack-required;SIG-08/missing-identity");
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).arg(&file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("! SIG-08/missing-identity: violated in record 5: it arrived without `call-id`"), "{text}");
}

#[test]
fn steps_of_flows_and_violations_are_columns() {
    let file = root().join("FLOW/rejected-step-3/holds.ndjson");
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).arg("export").arg(&file).output().unwrap();
    let rows = read_csv(&String::from_utf8(output.stdout).unwrap());
    let steps: Vec<_> = rows.iter().map(|row| row["flow_step"].as_str()).collect();
    assert_eq!(steps, ["rejected-step-2", "", "rejected-step-3", "rejected-step-4"]);
    let file = root().join("SIG-08/terminal/violated-after.ndjson");
    let arguments = ["export", "--table", "calls"];
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).args(arguments).arg(&file).output().unwrap();
    let rows = read_csv(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(rows[0]["violations"], "1", "the reject is not the last");
}

/// A call of that many stanzas, as many of them as can be of those that rules look back from.
fn long(stanzas: usize) -> Arc<Call> {
    let mut lines = String::from(HEADER);
    for index in 0..stanzas / 5 {
        let at = index * 10;
        for (offset, direction, xml) in [
            (0, "in", format!("<call from='2@lid' id='B{index}'><offer call-id='C' call-creator='2@lid'/></call>")),
            (1, "out", format!("<call to='2@lid' id='A{index}'><reject call-id='C' call-creator='2@lid'/></call>")),
            (2, "in", format!("<ack class='call' id='A{index}' from='2@lid' type='reject'/>")),
            (3, "in", format!("<call from='2:3@lid' id='D{index}'><accept call-id='C' call-creator='2@lid'/></call>")),
            (
                4,
                "out",
                format!(
                    "<call to='2@lid' id='E{index}'><terminate call-id='C' call-creator='2@lid' reason='a_elsewhere'/></call>"
                ),
            ),
        ] {
            let line = serde_json::json!({"vantage": "a", "at": at + offset, "dir": direction, "xml": xml});
            writeln!(lines, "{line}").unwrap();
        }
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), lines).unwrap();
    let analysis = loaded(file.path());
    assert_eq!((analysis.calls.len(), analysis.calls[0].call.rows.len()), (1, stanzas));
    Arc::clone(&analysis.calls[0].call)
}

const HEADER: &str =
    "{\"schema\":\"ringtrace/1\",\"vantage\":\"a\",\"device\":[\"10000000000001:7@lid\"],\"window\":[[0,900000]]}\n";

#[test]
fn every_stanza_of_a_long_call_is_judged() {
    let call = long(20_000);
    let context = Context::of(std::slice::from_ref(&call), true);
    let judged = Judged::new(Arc::clone(&call), Arc::new(context));
    let most =
        judged.counts.iter().map(|(_, count)| count.holds + count.novelties + count.violated + count.undecided).max();
    assert!(most.is_some_and(|most| most >= 10_000), "{most:?}");
}

/// A fixture without what says how it was recorded, and when it was.
fn in_parts(text: &str) -> String {
    let line = |line: &str| match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(mut header)) if header.contains_key("schema") => {
            for known in ["technique", "client", "window", "wire"] {
                header.remove(known);
            }
            Value::Object(header).to_string()
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A recording in parts may lack any attribute, as text that somebody pasted does: that breaks no rule.
#[test]
fn what_a_recording_of_parts_leaves_out_violates_nothing() {
    let violated = |lines: &str| -> BTreeSet<&'static str> {
        let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
        file.write_all(lines.as_bytes()).unwrap();
        let analysis = Request::new(vec![Source::File(file.path().to_owned())]).load();
        let violated = |judged: &Arc<Judged>| {
            let places = judged.places.iter().filter(|place| place.found.name() == "violated");
            places.map(|place| place.rule.id).collect::<Vec<_>>()
        };
        analysis.judged().flat_map(violated).collect()
    };
    let mut left_out = 0;
    for rule in RULES.iter() {
        for (_, file) in fixtures(rule.id).into_iter().filter(|(promises, _)| promises.contains("holds")) {
            let text = in_parts(&fs::read_to_string(&file).unwrap());
            let before = violated(&text);
            for (number, line) in text.lines().enumerate().filter(|(_, line)| line.contains(r#""xml""#)) {
                // Attributes of XML stand in single quotes here.
                for (at, _) in line.match_indices("='") {
                    let name = line[..at].rfind(' ').unwrap();
                    let end = at + 2 + line[at + 2..].find('\'').unwrap() + 1;
                    let without = format!("{}{}", &line[..name], &line[end..]);
                    let lines: Vec<&str> = text
                        .lines()
                        .enumerate()
                        .map(|(other, line)| if other == number { &*without } else { line })
                        .collect();
                    let after = violated(&lines.join("\n"));
                    assert!(after.is_subset(&before), "{}: {without}: {after:?}", file.display());
                    left_out += 1;
                }
            }
        }
    }
    assert!(left_out > 500, "{left_out}");
}

#[test]
fn a_recording_of_parts_answers_no_question_of_who_or_when_directly() {
    let mut weaker = 0;
    for folder in fs::read_dir(root().with_file_name("questions")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            // What a stanza has, it has.
            let strengths = |lines: &str| -> Vec<Strength> {
                let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
                file.write_all(lines.as_bytes()).unwrap();
                let analysis = Request::new(vec![Source::File(file.path().to_owned())]).load();
                let of = |judged: &Arc<Judged>| {
                    let claims = judged.evidence.iter().filter(|piece| match piece.question.shape {
                        Shape::Exclusive => true,
                        Shape::Existential { occurs } => piece.hypothesis != occurs,
                        Shape::List => false,
                    });
                    claims.map(|piece| piece.strength).collect::<Vec<_>>()
                };
                analysis.judged().flat_map(of).collect()
            };
            let parts = strengths(&in_parts(&text));
            assert!(!parts.contains(&Strength::Direct), "{text}");
            weaker += usize::from(strengths(&text).contains(&Strength::Direct) && !parts.is_empty());
        }
    }
    assert!(weaker > 100, "{weaker}");
}
