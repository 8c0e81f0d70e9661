//! One declined call, seen by its caller and its callee, in the log of every client.

use std::path::PathBuf;

use super::{anomalies, is_as_told, load, sample, timeline, times, told};
use crate::shared::shared;
use crate::tree::{Inside, Tree};

/// What a log has of times.
enum Times {
    Milliseconds,
    Seconds,
    None,
}

impl Times {
    /// What is left of a moment, in nanoseconds since the Unix epoch.
    fn of(&self, moment: i64) -> Option<i64> {
        match self {
            Self::Milliseconds => Some(moment),
            Self::Seconds => Some(moment.div_euclid(1_000_000_000) * 1_000_000_000),
            Self::None => None,
        }
    }
}

/// The formats in which the call is logged: what follows the side in the name of the project's own sample, and the
/// times in it.
const LOGS: &[(&str, &str, Times)] = &[
    ("baileys", "jsonl", Times::Milliseconds),
    ("baileys", "plain.jsonl", Times::Milliseconds),
    ("baileys", "pretty.txt", Times::Milliseconds),
    ("baileys", "color.txt", Times::Milliseconds),
    ("whatsmeow", "log", Times::Milliseconds),
    ("whatsmeow", "zerolog.jsonl", Times::Milliseconds),
    ("whatsapp-rust", "demo.log", Times::Seconds),
    ("whatsapp-rust", "env_logger.log", Times::Seconds),
    ("whatsapp-rust", "voip-cli.log", Times::Milliseconds),
    ("web-hook", "jsonl", Times::Milliseconds),
    ("web-diagnostic", "jsonl", Times::Milliseconds),
    ("zapo", "pino.jsonl", Times::Milliseconds),
    ("zapo", "console.txt", Times::None),
    ("xml", "xml", Times::None),
];

/// The same for the samples of `../shared`.
const SHARED_LOGS: &[(&str, &str, Times)] = &[
    ("baileys-pino", "default-logger.jsonl", Times::Milliseconds),
    ("baileys-pino", "plain-pino.jsonl", Times::Milliseconds),
    ("baileys-pino", "pino-pretty.txt", Times::Milliseconds),
    ("whatsmeow-stdout", "log", Times::Milliseconds),
    ("whatsmeow-zerolog", "jsonl", Times::Milliseconds),
    ("whatsapp-rust", "demo.log", Times::Seconds),
    ("whatsapp-rust", "env_logger.log", Times::Seconds),
    ("whatsapp-rust", "voip-cli.log", Times::Milliseconds),
    ("wawap-hook-v1", "jsonl", Times::Milliseconds),
    ("wawap-diag-v2", "jsonl", Times::Milliseconds),
    ("zapo", "pino.jsonl", Times::Milliseconds),
    ("zapo", "console.txt", Times::None),
    ("plain-xml", "xml", Times::None),
];

#[test]
fn a_call_has_the_same_timeline_in_all_logs() {
    assert_same_timeline(
        LOGS,
        |folder, side, ending| sample(&format!("{folder}/declined-{side}.{ending}")),
        "declined",
    );
}

#[test_with::path(../shared)]
#[test]
fn a_call_has_the_same_timeline_in_all_shared_logs() {
    assert_same_timeline(SHARED_LOGS, shared_log, "decline");
}

fn shared_log(folder: &str, side: &str, ending: &str) -> PathBuf {
    shared(&format!("formats/{folder}/decline.{side}.{ending}"))
}

fn assert_same_timeline(logs: &[(&str, &str, Times)], path: impl Fn(&str, &str, &str) -> PathBuf, name: &str) {
    for side in ["caller", "callee"] {
        let (folder, ending, _) = logs[0];
        let first = load(&path(folder, side, ending));
        let expected = timeline(&first);
        let moments = times(&first);
        assert!(expected.len() >= 9 && moments.iter().all(Option::is_some), "{expected:#?}");
        insta::assert_snapshot!(format!("{name}_{side}"), expected.join("\n"));
        for (folder, ending, has) in logs {
            let analysis = load(&path(folder, side, ending));
            assert_eq!(timeline(&analysis), expected, "{folder} {ending}");
            assert!(!analysis.is_lossy(), "{folder} {ending}: {:?}", anomalies(&analysis));
            let found = times(&analysis);
            if matches!(has, Times::None) {
                // What the server stamped on received stanzas.
                let pairs = found.iter().zip(&moments);
                let mut apart = pairs.filter_map(|(found, moment)| Some(found.as_ref()? - moment.as_ref()?));
                assert!(apart.all(|apart| apart.abs() < 2_000_000_000), "{folder} {ending}: {found:?}");
                continue;
            }
            let expected: Vec<_> = moments.iter().map(|moment| moment.and_then(|moment| has.of(moment))).collect();
            assert_eq!(found, expected, "{folder} {ending}");
        }
    }
}

/// The nodes of all calls, as far as a log can tell them.
fn nodes(path: &std::path::Path) -> Vec<Tree> {
    let analysis = load(path);
    let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter());
    rows.map(|row| told(&row.observed.read().node)).collect()
}

#[test]
fn a_stanza_is_the_same_in_all_logs_that_have_all_of_it() {
    assert_same_stanzas(LOGS, |folder, side, ending| sample(&format!("{folder}/declined-{side}.{ending}")));
}

#[test_with::path(../shared)]
#[test]
fn a_stanza_is_the_same_in_all_shared_logs() {
    assert_same_stanzas(SHARED_LOGS, shared_log);
}

fn assert_same_stanzas(logs: &[(&str, &str, Times)], path: impl Fn(&str, &str, &str) -> PathBuf) {
    for side in ["caller", "callee"] {
        // What zapo prints of text is marked by nothing, and bytes are base64: they come out as they were.
        let expected = nodes(&path("zapo", side, "pino.jsonl"));
        for (folder, ending, _) in logs {
            let found = nodes(&path(folder, side, ending));
            assert_eq!(found.len(), expected.len());
            let differing = found.iter().zip(&expected).filter(|(found, expected)| !is_as_told(found, expected));
            let differing: Vec<_> = differing.map(|(found, expected)| differences(found, expected)).collect();
            assert_eq!(differing, Vec::<String>::new(), "{side} {folder} {ending}");
        }
    }
}

fn differences(found: &Tree, expected: &Tree) -> String {
    if let (Inside::Children(ours), Inside::Children(theirs)) = (&found.inside, &expected.inside)
        && found.attributes == expected.attributes
        && ours.len() == theirs.len()
    {
        let pairs = ours.iter().zip(theirs).filter(|(ours, theirs)| !is_as_told(ours, theirs));
        return pairs.map(|(ours, theirs)| differences(ours, theirs)).collect::<Vec<_>>().join("; ");
    }
    format!("{found:?} is not {expected:?}")
}
