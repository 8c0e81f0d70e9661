//! Hooks inside WhatsApp Web: what they record of the network, and of the inside of the page.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use ringtrace::analysis::{Request, Source};
use ringtrace::call::Outcome;

use super::{anomalies, load, load_text, sample, timeline};
use crate::shared::shared;

/// A line of the hook of schema v1.
fn hook(direction: &str, xml: &str) -> String {
    let xml = serde_json::to_string(xml).unwrap();
    format!(
        r#"{{"schema":"v1","sessionId":"personal","event":{{"direction":"{direction}","ts":"2026-05-14T15:02:22Z","xml":{xml}}}}}"#
    )
}

#[test]
fn hops_inside_the_client_are_told_from_the_network() {
    for (direction, xml, is_internal) in [
        ("out", r#"<call to="1@lid" id="1"><offer call-id="00AA"/></call>"#, false),
        ("out", r#"<call from="1@lid" id="1"><offer call-id="00AA"/></call>"#, true),
        ("out", r#"<ack class="receipt" from="1@lid" to="2@lid" id="1"/>"#, false),
        ("out", r#"<ack class="call" type="offer" from="2@lid" id="1"/>"#, true),
        ("in", r#"<ack class="call" type="offer" from="2@lid" id="1" call-id="00AA" call-creator="1@lid"/>"#, false),
        ("in", r#"<call from="1@lid" id="1"><offer call-id="00AA"/></call>"#, false),
        ("in", r#"<call to="1@lid" id="1"><offer call-id="00AA"/></call>"#, true),
        ("in", r#"<terminate call-id="00AA" from="1@lid"/>"#, true),
        ("in", r#"<terminate call-id="00AA"/>"#, true),
    ] {
        let analysis = load_text(hook(direction, xml).as_bytes());
        assert_eq!(analysis.internal.len(), usize::from(is_internal), "{direction} {xml}");
        assert_eq!(analysis.captures[0].format, Some("web-hook"));
        assert!(!is_internal || analysis.calls.is_empty(), "{direction} {xml}");
        assert_eq!(analysis.captures[0].connections[0].client, "web-hook, session personal");
        assert_eq!(analysis.captures[0].connections[0].stanzas, u64::from(!is_internal));
    }
}

#[test]
fn hops_are_rows_only_where_they_are_asked_for() {
    for client in ["web-hook", "web-diagnostic"] {
        assert_hops_are_rows(&sample(&format!("{client}/declined-caller.jsonl")), 3);
    }
}

#[test_with::path(../shared)]
#[test]
fn hops_of_shared_logs_are_rows_only_where_they_are_asked_for() {
    for folder in ["wawap-hook-v1", "wawap-diag-v2"] {
        assert_hops_are_rows(&shared(&format!("formats/{folder}/decline.caller.jsonl")), 6);
    }
}

/// Both hops of the log are left out unless they are asked for; the first one is in this record.
fn assert_hops_are_rows(file: &Path, first: u64) {
    let export = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.arg("export").args(arguments).arg(file).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let analysis = load(file);
    let call = analysis.calls[0].call.id.to_string();
    let (plain, all) = (export(&[]), export(&["--include-internal"]));
    assert!(all.starts_with(&plain), "the rows of calls are the same, with the same ordinals");
    let direction = plain.lines().next().unwrap().split(',').position(|name| name == "direction").unwrap();
    let added: Vec<_> = all[plain.len()..].lines().collect();
    assert_eq!(added.len(), 2, "{added:?}");
    for row in added {
        let cells: Vec<_> = row.split(',').collect();
        assert_eq!(cells[direction], "internal");
        assert!(row.contains(&*call), "{row}");
    }
    assert!(
        anomalies(&analysis).iter().any(|line| line.starts_with(&format!("input/internal-hop at {first}, 2 times")))
    );
    assert!(!analysis.is_lossy());
}

#[test]
fn a_stanza_comes_from_its_node_or_else_from_its_text() {
    let node =
        r#"{"tag":"call","attrs":{"from":"1@lid","id":"1"},"content":[{"tag":"offer","attrs":{"call-id":"00AA"}}]}"#;
    for record in [
        format!(r#"{{"schema":"v1","event":{{"direction":"in","node":{node}}}}}"#),
        format!(r#"{{"schema":"wa-voip-diag/v2","event":"signaling","stage":"decode","tabId":3,"node":{node}}}"#),
        r#"{"schema":"wa-voip-diag/v2","event":"signaling","direction":"in","rawXml":"<call from=\"1@lid\" id=\"1\"><offer call-id=\"00AA\"/></call>"}"#.to_owned(),
    ] {
        assert_eq!(timeline(&load_text(record.as_bytes())), ["00AA in call offer 1 unknown"], "{record}");
    }
}

#[test]
fn records_that_cannot_be_read_are_said() {
    let deep = format!("{}{}", r#"{"tag":"a","content":["#.repeat(10_000), "]}".repeat(10_000));
    let records = [
        hook("in", r#"<call from="1@lid" id="1"><offer call-id="00AA"/></call>"#),
        r#"{"schema":"v1","event":{"direction":"in"}}"#.to_owned(),
        format!(r#"{{"schema":"v1","event":{{"direction":"in","node":{deep}}}}}"#),
        r#"{"schema":"v1","event":"of another program"}"#.to_owned(),
        r#"{"schema":"v1","event":{"direction":"in","no"#.to_owned(),
    ];
    let analysis = load_text(records.join("\n").as_bytes());
    assert_eq!(timeline(&analysis).len(), 1);
    assert_eq!(
        anomalies(&analysis),
        [
            "input/log-entry-unreadable at 2, 3 times: line 2: it has neither a node nor XML",
            "input/unrelated-lines at 4, 1 times: 1 of 5"
        ]
    );
}

#[test]
fn a_diagnostic_without_signalling_says_what_to_do() {
    let text = r#"{"schema":"wa-voip-diag/v2","event":"cdp","method":"Network.webSocketCreated","params":{}}"#;
    let analysis = load_text(text.as_bytes());
    assert_eq!(analysis.captures[0].format, Some("web-diagnostic"));
    let said = anomalies(&analysis);
    assert!(said[0].starts_with("input/log-without-stanzas") && said[0].contains("reload WhatsApp Web"), "{said:?}");
}

#[test]
fn a_stanza_that_both_hooks_of_a_recorder_log_is_one() {
    let analysis = load(&sample("web-diagnostic/recorder-callee.jsonl"));
    let connections = analysis.captures[0].connections.iter();
    let connections: Vec<_> = connections.map(|known| (known.client.as_str(), known.stanzas)).collect();
    assert_eq!(connections, [("web-diagnostic, tab 7", 10)]);
    let said = anomalies(&analysis);
    assert_eq!(said, ["input/log-echo at 2, 6 times"]);
}

#[test]
fn a_row_of_the_recorder_without_a_stanza_is_said() {
    let row = |row: &str| format!(r#"{{"schema":"wa-voip-diag/v2","source":"wa-logger-raw","tabId":1,"row":{row}}}"#);
    let offer = r#"[1,"raw_in","<call from=\"1@lid\" id=\"1\"><offer call-id=\"00AA\"/></call>","Error"]"#;
    let records = [row(offer), row(r#"[1,"raw_in",7]"#), row(r#"[1,"info","a word"]"#), row("[]"), row("{")];
    let analysis = load_text(records.join("\n").as_bytes());
    assert_eq!(timeline(&analysis), ["00AA in call offer 1 unknown"]);
    let said = anomalies(&analysis);
    assert!(said[0].starts_with("input/log-entry-unreadable at 2"), "{said:?}");
}

/// A line of the hook of schema v1, at a moment in milliseconds after 15:02:20.
fn hooked(session: &str, milliseconds: u32, direction: &str, xml: &str) -> String {
    let xml = serde_json::to_string(xml).unwrap();
    let time = format!("2026-05-14T15:02:{:02}.{:03}Z", 20 + milliseconds / 1000, milliseconds % 1000);
    format!(
        r#"{{"schema":"v1","sessionId":"{session}","event":{{"direction":"{direction}","ts":"{time}","xml":{xml}}}}}"#
    )
}

const OFFER: &str = r#"<call to="20000000000002@lid" id="O1"><offer call-id="00AA" call-creator="10000000000001:1@lid"><audio enc="opus" rate="16000"/><destination><to jid="20000000000002:16@lid"/><to jid="20000000000002:17@lid"/></destination></offer></call>"#;

#[test]
fn files_of_one_session_are_of_one_device() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, lines: &[String]| {
        let path = folder.path().join(name);
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    };
    let stanzas = write("caller.jsonl", &[hooked("business", 0, "out", OFFER)]);
    let refusal = r#"<ack from="20000000000002@lid" class="call" type="offer" id="O1" error="427"/>"#;
    let answers = |session: &str| write("caller.ack.jsonl", &[hooked(session, 40, "in", refusal)]);
    let read = |answers: PathBuf| {
        let sources = [answers, stanzas.clone()].map(Source::File).to_vec();
        let analysis = Request::new(sources).load();
        let call = &analysis.calls[0].call;
        (call.vantages.len(), call.progress.outcome, call.lapse(0, call.rows.len() - 1).map(|lapse| lapse.nanoseconds))
    };
    assert_eq!(read(answers("business")), (1, Outcome::Failed, Some(40_000_000)));
    let (vantages, outcome, _) = read(answers("another"));
    assert_eq!((vantages, outcome), (2, Outcome::CutOff), "another client's answer refuses nothing of this one");
}

#[test]
fn an_accept_that_was_logged_late_times_nothing() {
    let elsewhere = r#"<call to="20000000000002@lid" id="T1"><terminate call-id="00AA" call-creator="10000000000001:1@lid" reason="accepted_elsewhere"><destination><to jid="20000000000002:16@lid"/></destination></terminate></call>"#;
    let mute = r#"<call to="20000000000002:17@lid" id="M1"><mute_v2 call-id="00AA" call-creator="10000000000001:1@lid" mute-state="0"/></call>"#;
    let accept = r#"<call from="20000000000002:17@lid" id="A1" t="1778770941"><accept call-id="00AA" call-creator="10000000000001:1@lid"/></call>"#;
    let call = |told: u32, accepted: u32| {
        let mut lines = [
            (0, hooked("business", 0, "out", OFFER)),
            (told, hooked("business", told, "out", elsewhere)),
            (told + 10, hooked("business", told + 10, "out", mute)),
            (accepted, hooked("business", accepted, "in", accept)),
        ];
        lines.sort_by_key(|(at, _)| *at);
        let analysis = load_text(lines.map(|(_, line)| line).join("\n").as_bytes());
        let judged = &analysis.calls[0];
        let states = judged.evidence.iter().filter(|piece| piece.question.id == "mute-states");
        let progress = &judged.call.progress;
        (progress.outcome, progress.ring.is_some(), states.map(|piece| piece.why.to_string()).collect::<String>())
    };
    let (outcome, is_timed, mute) = call(1_080, 1_300);
    assert_eq!((outcome, is_timed), (Outcome::Answered, false));
    assert!(mute.contains("about when the call was accepted"), "{mute}");
    let (outcome, is_timed, mute) = call(1_500, 1_300);
    assert_eq!((outcome, is_timed), (Outcome::Answered, true));
    assert!(mute.contains("after the accept"), "{mute}");
}

#[test]
fn stanzas_before_an_invitation_are_none_of_a_groups_call() {
    let accept = r#"<call from="20000000000002:17@lid" id="A1" t="1778770941"><accept call-id="00AA" call-creator="10000000000001:1@lid"/></call>"#;
    let invitation = r#"<call to="00AA@call" id="O2"><offer call-id="00AA" call-creator="10000000000001:1@lid"><group_info/><destination><to jid="30000000000003:2@lid"><enc v="2" type="msg"/></to></destination></offer></call>"#;
    let keyed = OFFER.replace(
        r#"<to jid="20000000000002:16@lid"/>"#,
        r#"<to jid="20000000000002:16@lid"><enc v="2" type="msg"/></to>"#,
    );
    let lines =
        [hooked("b", 0, "out", &keyed), hooked("b", 1_000, "in", accept), hooked("b", 9_000, "out", invitation)];
    let analysis = load_text(lines.join("\n").as_bytes());
    let judged = &analysis.calls[0];
    assert!(judged.call.group);
    let rows = |question: &str| -> Vec<usize> {
        judged.evidence.iter().filter(|piece| piece.question.id == question).map(|piece| piece.row).collect()
    };
    assert_eq!(rows("group-keys"), [2]);
    assert!(!rows("group-stanzas").is_empty() && rows("group-stanzas").iter().all(|row| *row == 2));
}

#[test]
fn an_ack_from_the_call_that_was_addressed_names_no_server() {
    let lines = [
        hooked("b", 0, "out", OFFER),
        hooked(
            "b",
            5_000,
            "out",
            r#"<call to="call" id="D1"><duration call-id="00AA" call-creator="10000000000001:1@lid" audio_duration="4197"/></call>"#,
        ),
        hooked("b", 5_050, "in", r#"<ack from="call" class="call" type="duration" id="D1"/>"#),
    ];
    let analysis = load_text(lines.join("\n").as_bytes());
    let senders: Vec<_> = analysis.calls[0].evidence.iter().filter(|piece| piece.question.id == "ack-sender").collect();
    assert_eq!(senders.iter().map(|piece| &*piece.hypothesis).collect::<Vec<_>>(), ["addressee"]);
}
