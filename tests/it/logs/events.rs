//! Calls that programs report: events with and without stanzas of the same call.

use std::path::Path;
use std::process::Command;

use ringtrace::analysis::Analysis;
use ringtrace::call::Outcome;
use ringtrace::diagram::{Diagram, Picture};
use ringtrace::tables::{Format, Options, Table};

use super::{anomalies, load, load_text, sample, timeline};
use crate::shared::shared;

const GO: &str = "time=2026-05-14T15:02:22Z level=info msg=\"Got call offer\" event=\"&{BasicCallMeta:{From:10000000000001:1@lid \
                  Timestamp:2026-05-14 15:02:22 +0000 UTC CallCreator:10000000000001:1@lid CallID:00AA GroupJID:}}\"\n";

const PRETTY: &str = "[15:02:22.206] DEBUG (7): call event fired\n    0: {\n      \"chatId\": \"10000000000001@lid\",\n      \
                      \"id\": \"00AA0000000000000000000000000001\",\n      \"status\": \"offer\"\n    }\n    class: \"baileys\"\n\
                      [15:02:23.000] INFO (7): other\n";

/// A call that WAHA reports: received, and rejected 45 seconds later.
const WEBHOOKS: &str = r#"{"event":"call.received","payload":{"id":"AAAA0000000000000000000000001238","from":"15550100011@c.us","timestamp":1789398142,"isVideo":true,"isGroup":false},"me":{"id":"15550100022@c.us"},"engine":"NOWEB"}
{"event":"call.rejected","payload":{"id":"AAAA0000000000000000000000001238","from":"15550100011@c.us","timestamp":1789398187,"isVideo":true,"isGroup":false},"engine":"NOWEB"}
"#;

fn table(analysis: &Analysis, table: Table) -> Vec<serde_json::Value> {
    let mut written = Vec::new();
    table.write(Format::Ndjson, analysis, Options::default(), &mut written).unwrap();
    String::from_utf8(written).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_call_known_from_events_is_listed_as_they_report_it() {
    let analysis = load_text(WEBHOOKS.as_bytes());
    let [call] = table(&analysis, Table::Calls).try_into().unwrap();
    for (column, expected) in [
        ("call_id", "AAAA0000000000000000000000001238".into()),
        ("source", "event".into()),
        ("caller", "15550100011@s.whatsapp.net".into()),
        ("callee", "15550100022@s.whatsapp.net".into()),
        ("media", "video".into()),
        ("start_utc", "2026-09-14T15:02:22.000000000Z".into()),
        ("outcome", "declined".into()),
        ("ring_ms", serde_json::json!(45000.0)),
        ("stanzas", 0.into()),
        ("questions", serde_json::Value::Null),
    ] {
        assert_eq!(call[column], expected, "{column}");
    }
    assert!(!analysis.is_lossy());
    let said = anomalies(&analysis);
    let expected = "input/event-without-stanza at 1, 1 times: 1 call from WAHA; to get stanzas, set WAHA_LOG_LEVEL=trace, \
                    and open its log instead of webhooks";
    assert_eq!(said, [expected]);
}

#[test]
fn events_are_no_stanzas_and_no_evidence() {
    let analysis = load_text(WEBHOOKS.as_bytes());
    for table_of in [Table::Stanzas, Table::Evidence] {
        assert!(table(&analysis, table_of).is_empty(), "{table_of:?}");
    }
    let judged = &analysis.calls[0];
    assert!(judged.call.is_known_from_events() && judged.flow.is_none());
    assert!(judged.counts.is_empty());
    assert!(analysis.findings().iter().all(|finding| finding.pieces.is_empty()));
}

#[test]
fn events_are_drawn_where_they_belong() {
    let xml = "2026-05-14T15:02:22.5Z <call from='10000000000001:1@lid' id='1.1' t='1778770942'><offer call-id='00AA' \
               call-creator='10000000000001:1@lid'/></call>\n";
    let ended = GO.replace("call offer", "call terminate").replace("15:02:22", "15:02:42");
    let analysis = load_text(format!("{GO}{xml}{ended}").as_bytes());
    assert_eq!((analysis.calls.len(), timeline(&analysis).len()), (1, 1));
    let diagram = Diagram::new(vec![analysis.calls[0].clone()], false);
    let mut text = Vec::new();
    Picture::of(&diagram).text(&mut text).unwrap();
    insta::assert_snapshot!("events_in_a_ladder", String::from_utf8(text).unwrap());
    for drawn in [Picture::of(&diagram).mermaid(&analysis), Picture::of(&diagram).svg(&analysis)] {
        assert_eq!(drawn.matches("whatsmeow").count(), 2, "{drawn}");
    }
    assert!(!anomalies(&analysis).iter().any(|line| line.starts_with("input/event")), "{:?}", anomalies(&analysis));
}

#[test]
fn a_call_with_stanzas_goes_as_these_show() {
    let xml = "<call from='10000000000001:1@lid' id='1.1'><offer call-id='00AA'/></call>";
    let rejected = GO.replace("call offer", "call reject");
    let analysis = load_text(format!("{xml}\n{rejected}").as_bytes());
    assert_eq!(analysis.calls[0].call.progress.outcome, Outcome::CutOff);
    assert_eq!(analysis.calls[0].call.events.len(), 1);
}

#[test]
fn events_of_one_call_in_two_files_are_one_call() {
    let (one, two) = WEBHOOKS.split_once('\n').unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("1.jsonl"), one).unwrap();
    std::fs::write(folder.path().join("2.jsonl"), two).unwrap();
    let sources = ["1.jsonl", "2.jsonl"].map(|name| ringtrace::analysis::Source::File(folder.path().join(name)));
    let analysis = ringtrace::analysis::Request::new(sources.into()).load();
    let [call] = table(&analysis, Table::Calls).try_into().unwrap();
    assert_eq!((&call["outcome"], &call["ring_ms"]), (&"declined".into(), &serde_json::json!(45000.0)));
}

#[test]
fn events_of_baileys_and_whatsmeow_are_read() {
    for (text, format, start) in
        [(GO, "call-events", Some("2026-05-14T15:02:22.000000000Z")), (PRETTY, "baileys", None)]
    {
        let analysis = load_text(text.as_bytes());
        assert_eq!(analysis.captures[0].format, Some(format));
        let [call] = table(&analysis, Table::Calls).try_into().unwrap();
        assert_eq!(call["start_utc"].as_str(), start, "{text}");
        assert_eq!((&call["source"], &call["stanzas"]), (&"event".into(), &0.into()));
        assert!(!analysis.is_lossy());
    }
}

#[test]
fn a_filter_selects_calls_known_from_events() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, WEBHOOKS.as_bytes()).unwrap();
    for (filter, rows) in
        [("source == event", 1), ("outcome == declined", 1), ("stanzas > 0", 0), ("action == offer", 0)]
    {
        let run = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
            .args(["export", "--table", "calls", "--format", "ndjson", "--filter", filter])
            .arg(file.path())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stdout).lines().count(), rows, "{filter}");
    }
}

#[test]
fn no_report_is_written_of_events_alone() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, WEBHOOKS.as_bytes()).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_ringtrace"))
        .args(["report", "--call", "#1"])
        .arg(file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(!run.status.success() && run.stdout.is_empty() && said.contains("no stanza of the call"), "{said}");
    assert!(!said.contains("15550100011"), "{said}");
}

#[test]
fn events_in_bad_input_are_bounded() {
    let many: String = (0..70_000).map(|nth| WEBHOOKS.replace("0000000000001238", &format!("{nth:016X}"))).collect();
    let analysis = load_text(many.as_bytes());
    assert!((30_000..=70_000).contains(&analysis.calls.len()), "{}", analysis.calls.len());
    let same = analysis_of_repeats(1000);
    assert_eq!((same.calls.len(), same.calls[0].call.events.len()), (1, 256));
    assert!(anomalies(&same).iter().any(|line| line.starts_with("input/events-left-out")), "{:?}", anomalies(&same));
    let long = format!(
        "{{\"event\":\"call.received\",\"x\":\"{}\",\"callId\":\"{}\"}}\n",
        "y".repeat(2 << 20),
        "0".repeat(99)
    );
    assert!(load_text(long.as_bytes()).calls.is_empty());
    let deep = format!("{}\"callId\":\"00AA\"", "{\"event\":\"call\",\"a\":[".repeat(50_000));
    assert!(load_text(deep.as_bytes()).calls.is_empty());
}

fn analysis_of_repeats(count: usize) -> std::sync::Arc<Analysis> {
    load_text(WEBHOOKS.repeat(count).as_bytes())
}

#[test]
fn events_of_calls_with_stanzas_add_no_call() {
    for ending in ["jsonl", "plain.jsonl", "pretty.txt", "color.txt"] {
        assert_no_event_alone(&sample(&format!("baileys/declined-callee.{ending}")));
    }
}

#[test_with::path(../shared)]
#[test]
fn events_in_the_output_of_real_loggers_add_no_call() {
    for name in ["real-pino9.plain.jsonl", "real-pino-pretty13.txt", "real-pino-pretty13.color.txt"] {
        assert_no_event_alone(&shared(&format!("formats/baileys-pino/{name}")));
    }
}

fn assert_no_event_alone(log: &Path) {
    let analysis = load(log);
    assert!(!analysis.calls.iter().any(|judged| judged.call.is_known_from_events()), "{}", log.display());
}
