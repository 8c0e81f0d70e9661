//! Media next to the signalling: flows, causes and the table `media`, compared with what is known of the captures.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::diagram::{Diagram, Picture};
use ringtrace::media::stun::Method;
use ringtrace::media::{CallMedia, Flow, Kind, LegFlow, Outcome, Role, Strength};
use ringtrace::origin::Direction;
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::spec::Judged;
use ringtrace::tables::{Format, Options, Table};
use serde_json::Value;

use crate::shared::shared;

const WAYS: [(&str, Direction); 2] = [("out", Direction::Outbound), ("in", Direction::Inbound)];

/// Reads a capture with everything next to it that has the same name.
fn read(folder: &Path, name: &str) -> Arc<Analysis> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().unwrap().to_str().unwrap().starts_with(&format!("{name}.")));
    files.sort();
    let ends = |file: &PathBuf, endings: &[&str]| endings.iter().any(|ending| file.to_str().unwrap().ends_with(ending));
    let captures = files.iter().filter(|file| ends(file, &[".pcap", ".pcapng", ".log"]));
    let mut request = Request::new(captures.map(|file| Source::File(file.clone())).collect());
    for log in files.iter().filter(|file| ends(file, &["keys.txt", "keys-private.txt", "keylog.txt"])) {
        request.read_key_log(log.display().to_string(), fs::read(log).unwrap().as_slice()).unwrap();
    }
    request.load()
}

/// The captures with truth of a folder.
fn truths(folder: &Path) -> Vec<(String, Value)> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut truths: Vec<_> = files
        .filter_map(|file| {
            let name = file.file_name()?.to_str()?.strip_suffix(".media.json")?.to_owned();
            Some((name, serde_json::from_slice(&fs::read(&file).unwrap()).unwrap()))
        })
        .collect();
    truths.sort_by(|(one, _), (other, _)| one.cmp(other));
    truths
}

fn call<'a>(analysis: &'a Analysis, id: &str) -> &'a Judged {
    analysis.calls.iter().find(|judged| &*judged.call.id == id).unwrap()
}

fn flow_at<'a>(media: &'a CallMedia, truth: &Value) -> Option<(&'a LegFlow, &'a Flow)> {
    let end = |address: &Value, port: &Value| (address.as_str().unwrap().to_owned(), port.as_u64().unwrap());
    let tuple = &truth["five_tuple"];
    let (local, remote) = (end(&tuple[1], &tuple[2]), end(&tuple[3], &tuple[4]));
    let is = |known: std::net::SocketAddr, end: &(String, u64)| {
        known.ip().to_string() == end.0 && u64::from(known.port()) == end.1
    };
    let mut flows = media.path.legs.iter().flat_map(|leg| leg.flows());
    flows.find(|(_, flow)| is(flow.local, &local) && is(flow.remote, &remote))
}

/// Collects everything that differs, so that one run shows all.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: String, found: T, truth: T) {
        if found != truth {
            self.0.push(format!("{what}: found {found:?}, truth {truth:?}"));
        }
    }
}

fn compare_flow(at: &str, known: &LegFlow, flow: &Flow, truth: &Value, differences: &mut Differences) {
    let role = if matches!(known.tied.role, Role::Relay(_)) { "relay" } else { "peer" };
    differences.compare(format!("{at} role"), role, truth["role"].as_str().unwrap());
    for (name, way) in WAYS {
        let count = flow.counts[way];
        differences.compare(format!("{at} packets {name}"), Some(count.packets), truth["packets"][name].as_u64());
        differences.compare(format!("{at} bytes {name}"), Some(count.bytes), truth["bytes"][name].as_u64());
        let record = |moment: Option<ringtrace::media::Moment>| moment.map(|at| at.record);
        differences.compare(format!("{at} first {name}"), record(count.first), truth["first"][name]["record"].as_u64());
        differences.compare(format!("{at} last {name}"), record(count.last), truth["last"][name]["record"].as_u64());
    }
    let kinds: Vec<&str> = flow.kinds().map(Kind::name).collect();
    let mut expected: Vec<&str> =
        truth["kinds"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    expected.sort_by_key(|kind| Kind::ALL.iter().position(|known| known.name() == *kind));
    differences.compare(format!("{at} kinds"), kinds, expected);
    let contents = if truth["inside"].is_object() { &truth["inside"] } else { truth };
    compare_stun(at, known, flow, contents, differences);
    compare_streams(at, known, flow, contents, differences);
}

fn compare_stun(at: &str, known: &LegFlow, flow: &Flow, truth: &Value, differences: &mut Differences) {
    let transactions: Vec<_> = known.transactions(flow).collect();
    let expected = truth["stun"].as_array().unwrap();
    differences.compare(format!("{at} transactions"), transactions.len(), expected.len());
    let by_request: BTreeMap<u64, _> = transactions.iter().map(|asked| (asked.request.record, asked)).collect();
    for asked in expected {
        let request = asked["request"].as_u64().unwrap();
        let Some(found) = by_request.get(&request) else {
            differences.0.push(format!("{at}: no transaction at {request}"));
            continue;
        };
        let at = format!("{at} transaction at {request}");
        let method = match found.method {
            Method::Allocate => "allocate",
            Method::Binding => "binding",
            _ => "other",
        };
        differences.compare(format!("{at} method"), method, asked["method"].as_str().unwrap());
        let answer = found.answer.as_ref().map(|(_, answered)| answered.record);
        differences.compare(format!("{at} answer"), answer, asked["answer"].as_u64());
        let result = match &found.answer {
            None => "none",
            Some((Outcome::Success, _)) => "success",
            Some((Outcome::Error(..), _)) => "error",
        };
        differences.compare(format!("{at} result"), result, asked["result"].as_str().unwrap());
    }
    let Some(media) = flow.media() else { return };
    for (key, series) in
        [("pings_out", &media.transactions.pings), ("bandwidth_probes_out", &media.transactions.probes)]
    {
        let series = &series.outbound;
        let at = format!("{at} {key}");
        differences.compare(format!("{at} sent"), series.sent, truth[key]["sent"].as_u64().unwrap_or_default());
        differences.compare(
            format!("{at} answered"),
            series.answered,
            truth[key]["answered"].as_u64().unwrap_or_default(),
        );
    }
}

fn compare_streams(at: &str, known: &LegFlow, flow: &Flow, truth: &Value, differences: &mut Differences) {
    let expected = truth["rtp"].as_array().unwrap();
    let found: usize = WAYS.iter().map(|(_, way)| known.streams(flow, *way).count()).sum();
    differences.compare(format!("{at} streams"), found, expected.len());
    for stream in expected {
        let way = if stream["direction"] == "out" { Direction::Outbound } else { Direction::Inbound };
        let id = stream["ssrc"].as_str().unwrap();
        let Some(found) = known.streams(flow, way).find(|known| format!("{:#010x}", known.ssrc) == id) else {
            differences.0.push(format!("{at}: no stream {id}"));
            continue;
        };
        let at = format!("{at} stream {id}");
        let numbers = [
            ("packets", found.count.packets),
            ("bytes", found.count.bytes),
            ("lost", found.lost()),
            ("reordered", found.late),
            ("duplicates", found.duplicates),
            ("first", found.count.first.unwrap().record),
            ("last", found.count.last.unwrap().record),
            ("payload_type", u64::from(found.by_type[0].0)),
            ("largest", found.longest as u64),
        ];
        for (name, number) in numbers {
            differences.compare(format!("{at} {name}"), Some(number), stream[name].as_u64());
        }
    }
}

fn compare_call(at: &str, judged: &Judged, truth: &Value, differences: &mut Differences) {
    let Some(media) = judged.media() else {
        differences.0.push(format!("{at}: no media"));
        return;
    };
    let flows = truth["flows"].as_array().unwrap();
    let found: usize = media.path.legs.iter().map(|leg| leg.flows.len()).sum();
    differences.compare(format!("{at} flows"), found, flows.len());
    for flow in flows {
        let at = format!("{at} {}", flow["five_tuple"]);
        match flow_at(media, flow) {
            Some((known, found)) => compare_flow(&at, known, found, flow, differences),
            None => differences.0.push(format!("{at}: not found")),
        }
    }
    let cause = media.cause().map(|(_, cause)| cause.id.id());
    differences.compare(format!("{at} cause"), cause, truth["cause"]["id"].as_str());
    if let Some((_, cause)) = media.cause() {
        let is_modest = cause.strength == Strength::Suggests || truth["cause"]["strength"] == "observed";
        differences.compare(format!("{at} claims no more than it may"), is_modest, true);
    }
    let facts: Vec<&str> = media.findings.iter().flat_map(|found| &found.facts).map(|fact| fact.id.id()).collect();
    for fact in truth["observations"].as_array().unwrap() {
        let id = fact["id"].as_str().unwrap();
        differences.compare(format!("{at} fact {id} among {facts:?}"), facts.contains(&id), true);
    }
    for (name, way) in WAYS {
        let seen = &truth["media_seen"][name];
        let found = media.path.legs.iter().find_map(|leg| leg.media[way].as_ref());
        differences.compare(format!("{at} media {name}"), found.map(|it| it.packets), seen["packets"].as_u64());
        differences.compare(
            format!("{at} first media {name}"),
            found.map(|it| it.first.record),
            seen["first"].as_u64(),
        );
        differences.compare(format!("{at} last media {name}"), found.map(|it| it.last.record), seen["last"].as_u64());
    }
}

#[test_with::path(../shared)]
#[test]
fn captures_with_truth_are_read_exactly() {
    let folder = shared("captures/media");
    let mut differences = Differences::default();
    for (name, truth) in truths(&folder) {
        let analysis = read(&folder, &name);
        for expected in truth["calls"].as_array().unwrap() {
            let id = expected["call_id"].as_str().unwrap();
            compare_call(&format!("{name} {}", &id[..4]), call(&analysis, id), expected, &mut differences);
        }
        // What is another program's belongs to no call.
        for unrelated in truth["unrelated"].as_array().unwrap() {
            let media = analysis.calls.iter().filter_map(|judged| judged.media());
            let tied = media.filter(|media| flow_at(media, unrelated).is_some()).count();
            differences.compare(format!("{name} {} is tied", unrelated["five_tuple"]), tied, 0);
        }
    }
    assert!(differences.0.is_empty(), "{}", differences.0.join("\n"));
}

/// The only call of the project's own capture of a silent call.
fn silent() -> (Arc<Analysis>, Arc<Judged>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/silent-call");
    let analysis = read(&folder, "silent-call");
    let judged = Arc::clone(&analysis.calls[0]);
    (analysis, judged)
}

#[test]
fn a_silent_call_has_its_cause() {
    let (_, judged) = silent();
    let media = judged.media().unwrap();
    let (leg, cause) = media.cause().unwrap();
    assert_eq!((cause.id.id(), cause.strength), ("one-way-out", Strength::Observed));
    let sentence = cause.sentence.say(&media.path.announced, true);
    assert_eq!(sentence, "Media went out for 11.9 s (100 packets), and none came in; syn2c01 answered.");
    let nameless = cause.sentence.say(&media.path.announced, false);
    assert_eq!(nameless, "Media went out for 11.9 s (100 packets), and none came in; relay 2 answered.");
    assert!(leg.media[Direction::Inbound].is_none());
    let flows: Vec<_> = leg
        .flows()
        .map(|(known, flow)| (flow.remote.to_string(), known.is_elected, flow.counts.outbound.packets))
        .collect();
    let expected = [
        ("203.0.113.10:3478".to_owned(), Some(false), 3),
        ("203.0.113.11:3478".to_owned(), Some(true), 115),
        ("203.0.113.12:3478".to_owned(), Some(false), 3),
    ];
    assert_eq!(flows, expected);
    let ties: Vec<String> = leg.flows[1].tied.ties.iter().map(ringtrace::media::Tie::phrase).collect();
    let expected = [
        "relay token 0",
        "signed with the text of <key>",
        "SSRC derived from the call-id",
        "announced address and port",
    ];
    assert_eq!(ties, expected);
}

/// The picture in the documentation.
#[test]
fn the_picture_of_a_silent_call_is_current() {
    let (analysis, judged) = silent();
    let diagram = Diagram::new(vec![judged], false);
    let svg = Picture::of(&diagram).svg(&analysis);
    assert!(svg.contains("syn2c01 answered after 28 ms") && svg.contains("media out ends (100 packets)"));
    assert!(svg.contains("one-way-out, observed: Media went out for 11.9 s (100 packets), and none came in; syn2c01<"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/silent-call.svg");
    if std::env::var_os("RINGTRACE_BLESS").is_some() {
        fs::write(&file, &svg).unwrap();
    }
    assert!(fs::read_to_string(&file).is_ok_and(|committed| committed == svg), "see `RINGTRACE_BLESS`");
}

/// What leaves the machine says what the packets show, and names nobody and nothing.
#[test]
fn a_sanitised_call_has_its_cause_without_addresses() {
    let (analysis, _) = silent();
    let redactor = Redactor::new(&analysis, Aliases::default(), None);
    let sanitised = redactor.sanitise(&analysis);
    let judged = Arc::clone(&sanitised.analysis().calls[0]);
    let media = judged.media().unwrap();
    let (_, cause) = media.cause().unwrap();
    let sentence = cause.sentence.say(&media.path.announced, true);
    assert_eq!(sentence, "Media went out for 11.9 s (100 packets), and none came in; relay 2 answered.");
    let diagram = Diagram::new(vec![Arc::clone(&judged)], false);
    let mermaid = Picture::of(&diagram).mermaid(sanitised.analysis());
    assert!(mermaid.contains("media, relay 2 answered after 28 ms"), "{mermaid}");
    assert!(mermaid.contains("media, one-way-out, observed#58; Media went out for 11.9 s"), "{mermaid}");
    assert!(!mermaid.contains("203.0.113") && !mermaid.contains("syn2c01"), "{mermaid}");
    let debug = format!("{media:?}");
    assert!(!debug.contains("203.0.113") && !debug.contains("syn2c01"), "{debug}");
}

/// Every report says why, with relays as numbers.
#[test]
fn reports_say_why_a_call_is_silent() {
    let report = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
            .args(["report", "captures/silent-call/silent-call.pcap", "-q"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let says = "observed. Media went out for 11.9 s (100 packets), and none came in; relay 2 answered.";
    for arguments in
        [&["--call", "#1"][..], &["--question", "latency-unit", "--form", "protocol-finding"], &["--form", "analysis"]]
    {
        let text = report(arguments);
        assert!(text.contains("one-way-out") && text.contains(says), "{arguments:?}: {text}");
        assert!(!text.contains("syn2c01") && !text.contains("203.0.113.11"), "{arguments:?}: {text}");
    }
}

/// The columns that others rely on.
#[test]
fn the_table_has_a_row_per_flow_and_per_kind() {
    let (analysis, _) = silent();
    let rows = |all_flows: bool| {
        let mut csv = Vec::new();
        let options = Options { all_flows, ..Options::default() };
        Table::Media.write(Format::Csv, &analysis, options, &mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        csv.lines().map(|line| line.split_once("pcap,").map_or(line, |(_, rest)| rest).to_owned()).collect::<Vec<_>>()
    };
    let known = rows(false);
    assert_eq!(
        known[0],
        "capture,call_id,flow,kind,role,elected,local,remote,packets_out,packets_in,bytes_out,bytes_in,first_utc,last_utc,record_first,record_last,ssrc,payload_type,lost,rtt_ms"
    );
    insta::assert_snapshot!("media_table", known.join("\n"));
    let others: Vec<String> = rows(true).into_iter().filter(|row| !known.contains(row)).collect();
    assert_eq!(others.len(), 2, "a name lookup: its flow and what it carries: {others:?}");
    assert!(others.iter().all(|row| row.starts_with(",1,") && row.contains(",unknown,")), "{others:?}");
}
