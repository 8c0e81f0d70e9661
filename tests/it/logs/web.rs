//! Hooks inside WhatsApp Web: what they record of the network, and of the inside of the page.

use std::path::Path;

use assert_cmd::Command;

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
