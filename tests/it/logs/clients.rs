//! One declined call, seen by its caller and its callee, in the log of every client.

use ringtrace::protocol::binary::{Content, Node};
use ringtrace::protocol::xml;

use super::{is_as_told, load, timeline, times, told};
use crate::shared::shared;

/// The logs of the call, without the side and what follows it in the file's name; and what each has of times: all, to
/// the millisecond; none.
const LOGS: &[(&str, &str, bool)] = &[
    ("baileys-pino", "default-logger.jsonl", true),
    ("baileys-pino", "plain-pino.jsonl", true),
    ("baileys-pino", "pino-pretty.txt", true),
    ("whatsmeow-stdout", "log", true),
    ("whatsmeow-zerolog", "jsonl", true),
    ("zapo", "pino.jsonl", true),
    ("zapo", "console.txt", false),
    ("plain-xml", "xml", false),
];

#[test]
fn a_call_has_one_timeline_in_all_logs() {
    let Some(formats) = shared("formats") else { return };
    for side in ["caller", "callee"] {
        let path = |folder: &str, ending: &str| formats.join(format!("{folder}/decline.{side}.{ending}"));
        let first = load(&path("baileys-pino", "default-logger.jsonl"));
        let expected = timeline(&first);
        let moments = times(&first);
        assert!(expected.len() >= 9 && moments.iter().all(Option::is_some), "{expected:#?}");
        insta::assert_snapshot!(format!("decline_{side}"), expected.join("\n"));
        for (folder, ending, has_times) in LOGS {
            let analysis = load(&path(folder, ending));
            assert_eq!(timeline(&analysis), expected, "{folder} {ending}");
            assert!(!analysis.is_lossy(), "{folder} {ending}");
            let found = times(&analysis);
            if *has_times {
                assert_eq!(found, moments, "{folder} {ending}");
            } else {
                assert!(found.iter().all(Option::is_none), "{folder} {ending}");
            }
        }
    }
}

/// The nodes of all calls, as far as a log can tell them.
fn nodes(path: &std::path::Path) -> Vec<Node> {
    let analysis = load(path);
    let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter());
    rows.map(|row| told(&row.observed.read().node)).collect()
}

#[test]
fn a_stanza_is_the_same_in_all_logs_that_have_all_of_it() {
    let Some(formats) = shared("formats") else { return };
    for side in ["caller", "callee"] {
        // What zapo prints of text is marked by nothing, and bytes are base64: they come out as they were.
        let expected = nodes(&formats.join(format!("zapo/decline.{side}.pino.jsonl")));
        for (folder, ending, _) in LOGS {
            let found = nodes(&formats.join(format!("{folder}/decline.{side}.{ending}")));
            assert_eq!(found.len(), expected.len());
            let differing = found.iter().zip(&expected).filter(|(found, expected)| !is_as_told(found, expected));
            let differing: Vec<_> = differing.map(|(found, expected)| differences(found, expected)).collect();
            assert_eq!(differing, Vec::<String>::new(), "{side} {folder} {ending}");
        }
    }
}

fn differences(found: &Node, expected: &Node) -> String {
    if found.attributes != expected.attributes || found.children().len() != expected.children().len() {
        return format!("{} is not {}", xml::write_line(found), xml::write_line(expected));
    }
    if let (Content::Nodes(ours), Content::Nodes(theirs)) = (&found.content, &expected.content) {
        let pairs = ours.iter().zip(theirs).filter(|(ours, theirs)| !is_as_told(ours, theirs));
        return pairs.map(|(ours, theirs)| differences(ours, theirs)).collect::<Vec<_>>().join("; ");
    }
    format!("<{}>: {:?} is not {:?}", found.tag, found.content, expected.content)
}
