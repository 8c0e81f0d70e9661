//! Sanitised stanzas: what survives, what does not, and that reading them again comes to the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use proptest::prelude::*;
use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::notes::{self, Notes};
use ringtrace::redact::{Aliases, Redactor};
use ringtrace::report::{self, Draft, Form, Report, Shown};
use ringtrace::spec::RULES;
use ringtrace::spec::{Confidence, Count, Finding, findings};
use serde_json::json;

use crate::shared::shared;

pub(crate) fn ringtrace(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    // Names that occur in no capture: the tests' own user may be called anything.
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_TOKEN");
    command.env("USER", "nobody-in-particular").env("PATH", folder).output().unwrap()
}

pub(crate) fn own(name: &str, ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name).join(format!("{name}.{ending}"))
}

/// A sample log of the project, below `tests/fixtures/logs`.
pub(crate) fn log(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs").join(path)
}

/// Captures that are read together, with their key logs.
pub(crate) type Recordings = Vec<(Vec<PathBuf>, Vec<PathBuf>)>;

/// Reads captures, with all key logs given.
pub(crate) fn load(captures: &[PathBuf], key_logs: &[PathBuf]) -> Arc<Analysis> {
    let mut request = Request::new(captures.iter().cloned().map(Source::File).collect());
    for log in key_logs {
        let bytes = fs::read(log).unwrap();
        request.read_key_log(log.to_string_lossy().into_owned(), &bytes[..]).unwrap();
    }
    request.load()
}

/// The project's own captures, each with its key logs.
pub(crate) fn own_recordings() -> Recordings {
    let keys = |name: &str| vec![own(name, "noisekeys.txt")];
    vec![
        (vec![own("answered-and-missed", "pcap")], keys("answered-and-missed")),
        (vec![own("damaged", "pcap")], keys("damaged")),
        (vec![own("hard-transport", "pcapng")], keys("hard-transport")),
        (vec![log("baileys/declined-caller.jsonl")], vec![]),
        (vec![log("whatsapp-rust/declined-callee.env_logger.log")], vec![]),
    ]
}

/// Recordings of real clients, each with its key logs.
pub(crate) fn real_recordings() -> Recordings {
    let folder = shared("captures");
    let path = |name: &str| folder.join(name);
    let ends = vec![path("vantages/rz-ends.noisekeys.txt")];
    let timeouts = vec![path("vantages/zb-timeouts.noisekeys.txt")];
    let sides = ["vantages/rz-ends.a.pcap", "vantages/rz-ends.b1.pcap", "vantages/rz-ends.b2.pcap"];
    vec![
        (vec![path("zapo-ws-xx.pcap")], vec![path("zapo-ws-xx.noisekeys.txt")]),
        (vec![path("baileys-ws.baileys.log")], vec![]),
        (vec![path("rust-wss13.rust.log")], vec![]),
        (vec![path("vantages/rz-ends.all.pcap")], ends.clone()),
        (sides.map(path).to_vec(), ends),
        (vec![path("vantages/zb-timeouts.all.pcap")], timeouts),
    ]
}

/// What was made of captures, without names: calls with their stanzas in order, verdicts and counts.
fn conclusions(analysis: &Analysis) -> Vec<String> {
    let mut said = Vec::new();
    for judged in &analysis.calls {
        let (call, progress) = (&judged.call, &judged.call.progress);
        let roles: Vec<_> = call.vantages.iter().map(|vantage| vantage.role.name()).collect();
        let times = [progress.ring, progress.talk].map(|lapse| lapse.map(|lapse| lapse.nanoseconds));
        said.push(format!("{roles:?} {:?} {:?} {times:?}", call.media, progress.outcome));
        said.push(format!("{:?} {:?} {:?}", progress.ended_by, progress.end_provenance, progress.end_reason));
        said.extend(call.rows.iter().map(|row| {
            let places = (row.vantage, row.also.len(), row.answers.get(), row.copy_of.get(), row.repeats.get());
            format!("{:?} {places:?} {:?} {:?}", row.action, row.originator.side, row.originator.provenance)
        }));
    }
    for finding in findings(&analysis.calls) {
        let values: Vec<_> = finding.values.iter().map(|seen| (&seen.value, seen.count)).collect();
        let verdict = (finding.verdict, finding.confidence, &finding.named);
        said.push(format!("{} {verdict:?} {:?} {values:?}", finding.question.id, finding.tallies));
    }
    for (index, rule) in RULES.iter().enumerate() {
        // Packets are not in a sanitised copy, and these rules look at nothing else.
        if OF_PACKETS.contains(&rule.id) {
            continue;
        }
        let mut total = Count::default();
        for judged in analysis.judged() {
            judged.counts.iter().filter(|(rule, _)| *rule == index).for_each(|(_, count)| total.add(*count));
        }
        // What was withheld can leave undecided what held, but departs from nothing.
        let kept = total.holds + total.undecided;
        said.push(format!(
            "{} kept or undecided {kept}, new {}, violated {}",
            rule.id, total.novelties, total.violated
        ));
    }
    said
}

/// The rules about packets alone.
const OF_PACKETS: [&str; 3] = ["SIG-17/no-early-media", "SIG-17/kept-alive", "SIG-17/media-stops"];

fn same(one: &[String], other: &[String], what: &str) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other, "{what}");
    }
    assert_eq!(one.len(), other.len(), "{what}");
}

/// Recordings of calls at several ends: each capture alone, all of them together, and beside what clients wrote down.
fn vantages() -> Recordings {
    let folder = shared("captures/vantages");
    let [a, b1, b2, all] = ["a.pcap", "b1.pcap", "b2.pcap", "all.pcap"];
    let views = [vec![a], vec![b1], vec![b2], vec![a, b1], vec![a, b2], vec![b2, b1], vec![b2, a, b1], vec![all]];
    let with_logs = [
        ("rz-ends", vec!["a.rust.log"]),
        ("rz-ends", vec![b1, "b1.zapo.log"]),
        ("rz-ends", vec!["b2.zapo.log", b1, a, b2, "a.rust.log"]),
        ("rz-ends", vec!["b1.zapo.log", "b2.zapo.log", "a.rust.log"]),
        ("zb-timeouts", vec![a, "a.zapo.log", b1, "b1.baileys.log"]),
        ("zb-timeouts", vec!["b2.baileys.log", all]),
        ("zb-timeouts", vec!["b1.baileys.log", "b2.baileys.log", "a.zapo.log"]),
        ("zb-timeouts", vec![b1, all, a]),
    ];
    let sets = ["rz-ends", "zb-timeouts"];
    let views = sets.iter().flat_map(|set| views.iter().map(|view| (*set, view.clone())));
    views
        .chain(with_logs)
        .map(|(set, files)| {
            let path = |name: &&str| folder.join(format!("{set}.{name}"));
            (files.iter().map(path).collect(), vec![folder.join(format!("{set}.noisekeys.txt"))])
        })
        .collect()
}

/// Two sessions that bear each other out: one thing seen with different clients and by different techniques.
fn sessions(folder: &Path) -> Vec<PathBuf> {
    let fixture = "tests/fixtures/questions/ack_error/answered-appears.ndjson";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture)).unwrap();
    let session = |(name, call, made, device): (&str, &str, &str, &str)| {
        let path = folder.join(name);
        let text = text.replace("\"technique\":\"websocket-capture\"", made).replace("'C", call);
        let text = text.replace("10000000000001:7", device);
        fs::write(&path, text).unwrap();
        path
    };
    let zapo = "\"technique\":\"websocket-capture\",\"client\":\"zapo\"";
    let baileys = "\"technique\":\"baileys-instrumentation\",\"client\":\"baileys\"";
    [("one.ndjson", "'D", zapo, "10000000000001:7"), ("two.ndjson", "'E", baileys, "10000000000003:2")]
        .map(session)
        .to_vec()
}

#[test]
fn what_is_sanitised_says_the_same_and_says_it_again_when_read() {
    assert_sanitised_says_the_same(own_recordings());
}

#[test_with::path(../shared)]
#[test]
fn what_is_sanitised_of_real_clients_says_the_same() {
    assert_sanitised_says_the_same(real_recordings());
    assert_sanitised_says_the_same(vantages());
}

fn assert_sanitised_says_the_same(recordings: Recordings) {
    let folder = tempfile::tempdir().unwrap();
    for (captures, keys) in recordings {
        let what = format!("{captures:?}");
        let analysis = load(&captures, &keys);
        assert!(!analysis.calls.is_empty(), "{what}");
        let mut redactor = Redactor::new(&analysis, Aliases::default(), None);
        let sanitised = redactor.sanitise(&analysis);
        let (all, but_bytes) = (conclusions(&analysis), |analysis: &Analysis| but_of_bytes(conclusions(analysis)));
        same(&but_of_bytes(all.clone()), &but_bytes(sanitised.analysis()), &what);
        let lines = redactor.release(report::lines(&sanitised, None).text()).unwrap();
        let file = folder.path().join("again.ndjson");
        fs::write(&file, lines.as_str()).unwrap();
        let again = load(&[file], &[]);
        same(&but_of_bytes(all.clone()), &but_bytes(&again), &what);
        redactor.keep_content("capability");
        // A made-up action, and the type of its ack.
        redactor.keep_content("somethingnew");
        redactor.keep("ack", "type");
        same(&all, &conclusions(redactor.sanitise(&analysis).analysis()), &what);
    }
}

/// Conclusions but for those that rest on the bytes in an element, or on the name of an unknown action, which stay only
/// where the user says so.
fn but_of_bytes(mut conclusions: Vec<String>) -> Vec<String> {
    conclusions.retain(|line| !line.starts_with("capability-") && !line.starts_with("ACK/type "));
    conclusions
}

#[test]
fn what_several_sessions_bear_out_is_still_borne_out_when_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let analysis = load(&sessions(folder.path()), &[]);
    let confirmed = |finding: &Finding| finding.confidence == Confidence::Confirmed;
    assert!(findings(&analysis.calls).iter().any(confirmed), "else the comparison shows nothing");
    let redactor = Redactor::new(&analysis, Aliases::default(), None);
    let file = folder.path().join("again.ndjson");
    fs::write(&file, redactor.release(report::lines(&redactor.sanitise(&analysis), None).text()).unwrap().as_str())
        .unwrap();
    let again = load(std::slice::from_ref(&file), &[]);
    same(&but_of_bytes(conclusions(&analysis)), &but_of_bytes(conclusions(&again)), "several sessions");
    let redactor = Redactor::new(&again, Aliases::default(), None);
    let lines = redactor.release(report::lines(&redactor.sanitise(&again), None).text()).unwrap();
    assert_eq!(lines.as_str(), fs::read_to_string(file).unwrap(), "what is sanitised already stays as it is");
}

#[test]
fn the_same_person_has_the_same_letter_in_every_run() {
    let folder = tempfile::tempdir().unwrap();
    let capture = own("answered-and-missed", "pcap");
    let aliases = folder.path().join("aliases.txt");
    let run = |output: &str, more: &[&str]| {
        let mut arguments = vec!["sanitize", capture.to_str().unwrap(), "-q", "-o", output];
        arguments.extend(more);
        let output = ringtrace(folder.path(), &arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run("one.ndjson", &["--alias-file", "aliases.txt", "--call", "#3"]);
    let known = fs::read_to_string(&aliases).unwrap();
    run("two.ndjson", &["--alias-file", "aliases.txt", "--call", "#3"]);
    assert_eq!(fs::read_to_string(&aliases).unwrap(), known);
    let [one, two] = ["one.ndjson", "two.ndjson"].map(|name| fs::read_to_string(folder.path().join(name)).unwrap());
    assert_eq!(one, two);
    assert!(one.contains("# call #3 CALL3\n") && !one.contains("# call #2"));
    fs::write(&aliases, known.replace("A 10000000000001@lid", "Q 10000000000001@lid")).unwrap();
    run("three.ndjson", &["--alias-file", "aliases.txt"]);
    let three = fs::read_to_string(folder.path().join("three.ndjson")).unwrap();
    assert!(three.contains("\"device\":[\"Q:5@lid\"") && !three.contains("A:5@lid"));
}

#[test]
fn a_leak_is_named_by_line_and_kind_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let capture = own("answered-and-missed", "pcap");
    let arguments = ["sanitize", capture.to_str().unwrap(), "-q", "--keep", "offer@call-creator", "-o", "out.ndjson"];
    let output = ringtrace(folder.path(), &arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("line 3: a number that identifies someone"), "{said}");
    assert!(!said.contains("100000000000"), "{said}");
    assert!(!folder.path().join("out.ndjson").exists());
    fs::write(folder.path().join("out.ndjson"), "mine").unwrap();
    let output = ringtrace(folder.path(), &["sanitize", capture.to_str().unwrap(), "-q", "-o", "out.ndjson"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_to_string(folder.path().join("out.ndjson")).unwrap(), "mine");
}

#[test]
fn a_call_that_is_not_there_is_a_usage_error_that_names_the_nearest() {
    let capture = own("answered-and-missed", "pcap");
    let output = ringtrace(Path::new("."), &["sanitize", capture.to_str().unwrap(), "-q", "--call", "#8"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("#1 to #7"));
}

const FORMS: [Form; 5] = [Form::ProtocolFinding, Form::StanzaCapture, Form::Discrepancy, Form::Comment, Form::Corpus];

/// A report on the only call there is, which has a note.
fn with_note(analysis: &Analysis, redactor: &Redactor, note: &str, form: Form) -> Result<Draft, String> {
    let mut notes = Notes::default();
    notes.set(notes::Subject::of_call(&analysis.calls[0].call), note);
    let sanitised = redactor.sanitise(&Analysis { notes: Arc::new(notes), ..analysis.clone() });
    let subject = report::Subject::Call(0);
    let report =
        Report { sanitised: &sanitised, digests: &[None], subject, form, stanza: Some(Shown::Seq(1)), filter: None };
    report.draft().map_err(|unfit| format!("{form:?}: {unfit}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_identifier_of_a_capture_survives(
        people in prop::collection::vec("[1-9][0-9]{9,13}", 3),
        id in "[0-9A-F]{16,32}",
        stanza in "[0-9]{5}\\.[0-9]{5}-[0-9]{2}",
        name in "[A-Z][a-z]{4,8} [A-Z][a-z]{4,8}",
        unknown in "[a-z]{3,9}",
        host in prop::array::uniform4(1_u8..250),
        first_form in 0..FORMS.len(),
    ) {
        let [a, b, c] = [&people[0], &people[1], &people[2]];
        let ip = host.map(|part| part.to_string()).join(".");
        let xml = format!(
            "<call from='{a}:3@lid' id='{stanza}' t='1778770943' notify='{name}' x-{unknown}='{b}'>\
             <offer call-id='{id}' call-creator='{a}:3@lid' caller_pn='{c}@s.whatsapp.net' device_ip='10.{ip}'>\
             <{unknown} by='{c}@s.whatsapp.net' at='{ip}:3478' said='{name}' ref='{id}'>{c}</{unknown}></offer></call>"
        );
        let line = serde_json::json!({ "vantage": "v", "at": 1, "dir": "in", "xml": xml }).to_string();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("private-recording-7.ndjson");
        fs::write(&file, format!("{{\"schema\":\"ringtrace/1\",\"vantage\":\"v\",\"technique\":\"websocket-capture\"}}\n{line}\n")).unwrap();
        let analysis = load(&[file], &[]);
        prop_assert_eq!(analysis.calls.len(), 1);
        let redactor = Redactor::new(&analysis, Aliases::default(), None);
        let lines = redactor.release(report::lines(&redactor.sanitise(&analysis), None).text());
        let lines = lines.map_err(|leaks| TestCaseError::fail(format!("{leaks:?}")))?.to_string();
        let secrets = [a, b, c, &id, &stanza, &name, &ip, "1778770943", "private-recording"];
        for secret in secrets {
            prop_assert!(!lines.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {lines}");
        }
        let (offer, tag) = (format!("x-{unknown}=\\\""), format!("<{unknown} "));
        let stay = unknown.len() <= 4;
        prop_assert!(!stay || lines.contains(&offer) && lines.contains(&tag), "short names stay: {lines}");
        let spelled = [
            format!("+{} {}", &a[..3], &a[3..]),
            data_encoding::HEXLOWER.encode(c.as_bytes()),
            data_encoding::BASE64.encode(format!("x{id}").as_bytes()),
            format!("see {name}."),
            format!("at {ip}"),
        ];
        for text in &spelled {
            prop_assert!(redactor.release(text.clone()).is_err(), "{text}");
        }
        let noted = [
            format!("{a}:3@lid hung up"),
            format!("asked {c}"),
            format!("it is +{}-{}.{}", &c[..2], &c[2..6], &c[6..]),
            format!("{}\u{200b}{}", &a[..4], &a[4..]),
            format!("{}\n{}", &a[..4], &a[4..]),
            format!("said {}", name.to_uppercase()),
            format!("said {}", name.replace(' ', "\n  ")),
            format!("from {ip}:3478"),
            format!("x{}", id.to_lowercase()),
            format!("x{id}"),
        ];
        for (note, form) in spelled.iter().chain(&noted).zip(FORMS.into_iter().cycle().skip(first_form)) {
            let draft = with_note(&analysis, &redactor, note, form).map_err(TestCaseError::fail)?;
            prop_assert!(redactor.release(draft.body.clone()).is_err(), "{note:?} in {form:?}: {}", draft.body);
            prop_assert_eq!(draft.remarks.len(), 1);
            prop_assert!(redactor.release(draft.remarks[0].1.clone()).is_err(), "{note:?}");
        }
        for form in FORMS {
            let draft = with_note(&analysis, &redactor, &format!("see {id}."), form).map_err(TestCaseError::fail)?;
            let body = redactor.release(draft.body).map_err(|leaks| TestCaseError::fail(format!("{leaks:?}")))?;
            prop_assert!(body.as_str().contains("see CALL1."), "{form:?}: {body}");
        }
    }
}

#[test]
fn an_ack_still_names_the_unknown_action_that_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let header = json!({
        "schema": "ringtrace/1", "vantage": "v", "device": ["100000000001:7@lid"], "technique": "client-log",
        "window": [[0, 60_000]],
    });
    let line =
        |at: u32, dir: &str, xml: String| json!({ "vantage": "v", "at": at, "dir": dir, "xml": xml }).to_string();
    let peer = "200000000002@lid";
    let call = |at, id: &str, action: &str| {
        let xml = format!(
            "<call to=\"{peer}\" id=\"{id}\"><{action} call-id=\"00AA11BB22CC33DD\" call-creator=\"100000000001:7@lid\"/></call>"
        );
        line(at, "out", xml)
    };
    let ack = |at, id: &str, action: &str| {
        line(at, "in", format!("<ack from=\"{peer}\" id=\"{id}\" class=\"call\" type=\"{action}\"/>"))
    };
    // Two of one length, one short enough to stay, and an ack of something else.
    let actions = ["bertaschulz", "schulzberta", "newtag"];
    let mut lines = vec![header.to_string(), call(0, "o", "offer"), ack(10, "o", "offer")];
    for (index, action) in actions.iter().enumerate() {
        let (at, id) = (1_000 * (index as u32 + 1), format!("a{index}"));
        lines.extend([call(at, &id, action), ack(at + 10, &id, action)]);
    }
    lines.extend([call(9_000, "b", actions[0]), ack(9_010, "b", actions[1])]);
    fs::write(folder.path().join("raw.ndjson"), lines.join("\n")).unwrap();
    let sanitised = ringtrace(folder.path(), &["sanitize", "raw.ndjson", "-q", "-o", "clean.ndjson"]);
    assert!(sanitised.status.success(), "{}", String::from_utf8_lossy(&sanitised.stderr));
    let text = fs::read_to_string(folder.path().join("clean.ndjson")).unwrap();
    for (action, shown) in [("bertaschulz", "withheld-11"), ("schulzberta", "withheld-11-1"), ("newtag", "newtag")] {
        assert!(
            text.contains(&format!("<{shown} call-id")) && text.contains(&format!("type=\\\"{shown}\\\"")),
            "{text}"
        );
        assert!(!text.contains("berta"), "{action} in {text}");
    }
    let [raw, clean] = ["raw.ndjson", "clean.ndjson"].map(|name| load(&[folder.path().join(name)], &[]));
    let counts = |analysis: &Analysis| analysis.calls[0].counts.clone();
    assert_eq!(counts(&raw), counts(&clean), "the rules find the same");
}
