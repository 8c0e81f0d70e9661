//! What real clients logged of a session that was also recorded from the network.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::Observed;
use ringtrace::protocol::xml;

use super::{is_as_told, load, told};
use crate::shared::shared;

/// The recordings, without `.pcap`; the ending of the client's log; and the key log, without `.noisekeys.txt`.
const SESSIONS: &[(&str, &str, &str)] = &[
    ("zapo-ws-xx", "zapo.log", "zapo-ws-xx"),
    ("zapo-ws-deflate", "zapo.log", "zapo-ws-deflate"),
    ("zapo-ipv6-ik", "zapo.log", "zapo-ipv6-ik"),
    ("baileys-ws", "baileys.log", "baileys-ws"),
    ("vantages/rz-ends.b1", "zapo.log", "vantages/rz-ends"),
    ("vantages/rz-ends.b2", "zapo.log", "vantages/rz-ends"),
    ("vantages/zb-timeouts.a", "zapo.log", "vantages/zb-timeouts"),
    ("vantages/zb-timeouts.b1", "baileys.log", "vantages/zb-timeouts"),
    ("vantages/zb-timeouts.b2", "baileys.log", "vantages/zb-timeouts"),
];

fn recorded(capture: PathBuf, keys: PathBuf) -> Arc<Analysis> {
    let mut request = Request::new(vec![Source::File(capture)]);
    request.read_key_log("keys".to_owned(), BufReader::new(File::open(keys).unwrap())).unwrap();
    request.load()
}

/// All stanzas of the calls, by their ids and what they are.
fn stanzas(analysis: &Analysis) -> Vec<(String, Arc<Observed>)> {
    let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter().map(|row| (&judged.call.id, row)));
    let mut stanzas: Vec<_> = rows
        .map(|(call, row)| {
            let stanza = row.observed.read();
            let action = stanza.action().map_or("", |action| action.name.as_str());
            let id = stanza.id.as_deref().unwrap_or_default();
            let way = row.observed.direction();
            (format!("{call} {way:?} {} {action} {id}", stanza.node.tag), Arc::clone(&row.observed))
        })
        .collect();
    stanzas.sort_by(|one, other| one.0.cmp(&other.0));
    stanzas
}

#[test]
fn a_log_tells_what_the_network_recorded() {
    let Some(captures) = shared("captures") else { return };
    for (session, ending, keys) in SESSIONS {
        let keys = captures.join(format!("{keys}.noisekeys.txt"));
        let expected = stanzas(&recorded(captures.join(format!("{session}.pcap")), keys));
        let log = load(&captures.join(format!("{session}.{ending}")));
        let found = stanzas(&log);
        let names =
            |stanzas: &[(String, Arc<Observed>)]| stanzas.iter().map(|known| known.0.clone()).collect::<Vec<_>>();
        let least = if session.starts_with("vantages") { 5 } else { 50 };
        assert!(expected.len() > least, "{session}: {}", expected.len());
        assert_eq!(names(&found), names(&expected), "{session}");
        let mut differing = Vec::new();
        for ((name, found), (_, expected)) in found.iter().zip(&expected) {
            let (ours, theirs) = (told(&found.read().node), told(&expected.read().node));
            if !is_as_told(&ours, &theirs) {
                differing.push(format!("{name}: {} is not {}", xml::write_line(&ours), xml::write_line(&theirs)));
            }
            let apart = found.time().unwrap().milliseconds_since(expected.time().unwrap());
            assert!(apart.abs() < 1000.0, "{session} {name}: {apart} ms");
        }
        assert_eq!(differing, Vec::<String>::new(), "{session}");
        assert!(!log.is_lossy(), "{session}");
    }
}
