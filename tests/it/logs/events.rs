//! Logs that tell of events of calls, with and without stanzas.

use std::path::Path;

use super::{anomalies, load, load_text, sample, timeline};
use crate::shared::shared;

const GO: &str = "time=2026-05-14T15:02:22Z level=info msg=\"Got call offer\" event=\"&{BasicCallMeta:{From:10000000000001:1@lid \
                  Timestamp:2026-05-14 15:02:22 +0000 UTC CallCreator:10000000000001:1@lid CallID:00AA GroupJID:}}\"\n";

const PRETTY: &str = "[15:02:22.206] DEBUG (7): call event fired\n    0: {\n      \"chatId\": \"10000000000001@lid\",\n      \
                      \"id\": \"00AA\",\n      \"status\": \"offer\"\n    }\n    class: \"baileys\"\n\
                      [15:02:23.000] INFO (7): other\n";

#[test]
fn events_alone_are_said_and_no_stanza_is_made_of_them() {
    for (text, format, what) in [
        (GO, "call-events", "offer of call 00AA at 2026-05-14 15:02:22 +0000 UTC, line 1"),
        (PRETTY, "baileys", "offer of call 00AA, line 1"),
    ] {
        let analysis = load_text(text.as_bytes());
        assert!(analysis.calls.is_empty() && !analysis.is_lossy());
        assert_eq!(analysis.captures[0].format, Some(format));
        let said = anomalies(&analysis);
        assert!(said.contains(&format!("input/event-without-stanza at 1, 1 times: {what}")), "{said:?}");
    }
}

#[test]
fn events_of_calls_with_stanzas_add_nothing() {
    let xml = "<call from='10000000000001:1@lid' id='1.1'><offer call-id='00AA'/></call>";
    for text in [format!("{GO}{xml}\n"), format!("{xml}\n{PRETTY}")] {
        let analysis = load_text(text.as_bytes());
        assert_eq!(timeline(&analysis).len(), 1);
        assert!(!anomalies(&analysis).iter().any(|line| line.starts_with("input/event")), "{:?}", anomalies(&analysis));
    }
    for ending in ["jsonl", "plain.jsonl", "pretty.txt", "color.txt"] {
        assert_no_event_alone(&sample(&format!("baileys/declined-callee.{ending}")));
    }
}

#[test_with::path(../shared)]
#[test]
fn events_in_the_output_of_real_loggers_add_nothing() {
    for name in ["real-pino9.plain.jsonl", "real-pino-pretty13.txt", "real-pino-pretty13.color.txt"] {
        assert_no_event_alone(&shared(&format!("formats/baileys-pino/{name}")));
    }
}

fn assert_no_event_alone(log: &Path) {
    let said = anomalies(&load(log));
    assert!(!said.iter().any(|line| line.starts_with("input/event")), "{}: {said:?}", log.display());
}
