//! What real clients logged of a session that was also recorded from the network.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::call::Observed;
use ringtrace::origin::Direction;

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
            (format!("{call} {way:?} {} {action} {id}", stanza.node.tag()), Arc::clone(&row.observed))
        })
        .collect();
    stanzas.sort_by(|one, other| one.0.cmp(&other.0));
    stanzas
}

#[test_with::path(../shared)]
#[test]
fn a_log_tells_what_the_network_recorded() {
    let captures = shared("captures");
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
                differing.push(format!("{name}: {ours:?} is not {theirs:?}"));
            }
            let apart = found.time().unwrap().milliseconds_since(expected.time().unwrap());
            assert!(apart.abs() < 1000.0, "{session} {name}: {apart} ms");
        }
        assert_eq!(differing, Vec::<String>::new(), "{session}");
        assert!(!log.is_lossy(), "{session}");
    }
}

/// Sessions of whatsapp-rust, which logs none of the acks that the library sends by itself.
const WITHOUT_OWN_ACKS: &[(&str, &[&str])] = &[
    ("rust-wss13", &["rust-wss13.noisekeys.txt", "rust-wss13.sslkeylog.txt"]),
    ("vantages/rz-ends.a", &["vantages/rz-ends.noisekeys.txt"]),
];

#[test_with::path(../shared)]
#[test]
fn a_log_of_whatsapp_rust_lacks_sent_acks_and_bytes_only() {
    let captures = shared("captures");
    for (session, keys) in WITHOUT_OWN_ACKS {
        let mut request = Request::new(vec![Source::File(captures.join(format!("{session}.pcap")))]);
        for key_log in *keys {
            let log = BufReader::new(File::open(captures.join(key_log)).unwrap());
            request.read_key_log((*key_log).to_owned(), log).unwrap();
        }
        let log = load(&captures.join(format!("{session}.rust.log")));
        let (expected, found) = (stanzas(&request.load()), stanzas(&log));
        assert!(found.len() > 5, "{session}");
        let is_sent_ack = |known: &&(String, Arc<Observed>)| {
            known.1.direction() == Some(Direction::Outbound) && known.1.read().node.tag() == "ack"
        };
        assert!(expected.iter().filter(is_sent_ack).count() > 2, "{session}");
        assert_eq!(found.iter().filter(is_sent_ack).count(), 0, "{session}");
        let rest: Vec<_> = expected.iter().filter(|known| !is_sent_ack(known)).collect();
        assert_eq!(
            found.iter().map(|known| &known.0).collect::<Vec<_>>(),
            rest.iter().map(|known| &known.0).collect::<Vec<_>>(),
            "{session}"
        );
        for ((name, found), (_, expected)) in found.iter().zip(rest) {
            let (ours, theirs) = (told(&found.read().node), told(&expected.read().node));
            assert!(is_as_told(&ours, &theirs), "{name}: {ours:?} is not {theirs:?}");
            let apart = found.time().unwrap().milliseconds_since(expected.time().unwrap());
            assert!(apart.abs() < 1000.0, "{session} {name}: {apart} ms");
        }
        let recordings = log.calls.iter().flat_map(|judged| judged.call.recordings.values());
        for recording in recordings {
            assert!(recording.omits_own_acks && recording.client == Some("whatsapp-rust"));
        }
        assert!(!log.is_lossy(), "{session}");
    }
}
