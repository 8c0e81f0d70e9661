//! The layer: one item a frame, and what it reports beside.

use ringtrace::anomaly::{Anomaly, Severity};
use ringtrace::origin::{CaptureId, Located, Origin};
use ringtrace::protocol::Sink;
use ringtrace::protocol::binary::{DIAGNOSES, Decoded, Decoder};
use ringtrace::protocol::noise::Frame;

use super::{deflate, list, raw};

#[derive(Default)]
struct Kept {
    items: Vec<Located<Decoded>>,
    anomalies: Vec<Anomaly>,
}

impl Sink<Decoded> for Kept {
    fn item(&mut self, item: Located<Decoded>) {
        self.items.push(item);
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.anomalies.push(anomaly);
    }
}

/// Pushes one plaintext; gives the tag, and each anomaly as `id bytes detail`.
fn push(plaintext: &[u8]) -> (Option<String>, Vec<String>) {
    push_with(None, plaintext)
}

/// The same for a client that announced this dictionary.
fn push_with(dictionary: Option<u8>, plaintext: &[u8]) -> (Option<String>, Vec<String>) {
    let origin = Origin::of_record(CaptureId(1), 42, 0, None);
    let (mut decoder, mut kept) = (Decoder, Kept::default());
    decoder.push(Located::new(origin, Frame { counter: 0, dictionary, ciphertext: &[], plaintext }), &mut kept);
    decoder.finish(&mut kept);
    assert_eq!(kept.items.len(), 1);
    assert!(kept.items.iter().all(|item| item.origin == origin));
    assert!(kept.anomalies.iter().all(|anomaly| anomaly.origin == origin && DIAGNOSES.contains(&anomaly.diagnosis)));
    let tag = kept.items.pop().unwrap().item.node.map(|node| node.tag().to_owned());
    let shown = |anomaly: &Anomaly| {
        format!("{} {} {}", anomaly.diagnosis.id, anomaly.bytes, anomaly.detail.as_deref().unwrap_or("-"))
    };
    (tag, kept.anomalies.iter().map(shown).collect())
}

fn call(anomalies: &[&str]) -> (Option<String>, Vec<String>) {
    (Some("call".to_owned()), anomalies.iter().map(|&anomaly| anomaly.to_owned()).collect())
}

#[test]
fn a_well_formed_frame_reports_nothing() {
    assert_eq!(push(&[0, 248, 1, 100]), call(&[]));
    assert_eq!(push(&[&[2][..], &deflate(&[248, 1, 100])].concat()), call(&[]));
    assert_eq!(push(&[2]), (None, vec![]));
}

#[test]
fn the_announced_dictionary_is_used() {
    // Token 16 is another word in each.
    let token = [0, 248, 1, 16];
    assert_eq!(push_with(Some(2), &token), (Some("user".to_owned()), vec![]));
    assert_eq!(push_with(Some(3), &token), (Some("device_hash".to_owned()), vec![]));
    assert_eq!(push_with(None, &token), (Some("device_hash".to_owned()), vec![]));
    let unknown = call(&["binary/unknown-dictionary 0 version 9"]);
    assert_eq!(push_with(Some(9), &[0, 248, 1, 100]), unknown);
}

#[test]
fn each_departure_is_named() {
    let cases: [(&[u8], &str); 6] = [
        (&[0, 248, 3, 100, 8], "binary/malformed 0 the bytes end inside the value at offset 4"),
        (&[0, 248, 3, 100, 8, 240, 1], "binary/unknown-token 2 unknown token 240 at offset 4"),
        (&[0, 248, 2, 100, 248, 1, 7], "binary/malformed 1 byte 7 where a list is required at offset 5"),
        (&[0, 248, 1, 100, 1, 2, 3], "binary/trailing-bytes 3 -"),
        (&[0x44, 248, 1, 100], "binary/unknown-flags 0 flags 0x44"),
        (&[0, 248, 3, 100, 6, 247, 3, 0, 4], "binary/unknown-domain 0 domain 3"),
    ];
    for (plaintext, anomaly) in cases {
        assert_eq!(push(plaintext), call(&[anomaly]));
    }
    assert_eq!(push(&[]), (None, vec!["binary/malformed 0 no flag byte at offset 0".to_owned()]));
}

#[test]
fn faults_of_compression_are_named() {
    let body = list(&[&[100], &[8], &raw("0123456789")]);
    let stream = deflate(&body);
    let cut = [&[2][..], &stream[..stream.len() - 1]].concat();
    assert_eq!(push(&cut), call(&["binary/inflate-failed 0 a zlib stream that does not end at offset 16"]));
    assert_eq!(push(&[2, 1, 2, 3]).1, ["binary/inflate-failed 0 a corrupt zlib stream at offset 0"]);
    let mut wrong = [&[2][..], &stream].concat();
    *wrong.last_mut().unwrap() ^= 1;
    assert_eq!(push(&wrong).1, ["binary/inflate-failed 0 a corrupt zlib stream at offset 16"]);
}

#[test]
fn deep_and_large_stanzas_are_named() {
    let deep = [&[0][..], &[248, 2, 100, 248, 1].repeat(200)].concat();
    assert_eq!(push(&deep), call(&["binary/too-large 360 nodes nested deeper than 128 at offset 640"]));
    let huge = [&[2][..], &deflate(&[&[248, 1, 100][..], &vec![0; 16 << 20]].concat())].concat();
    assert_eq!(
        push(&huge),
        call(&["binary/inflate-limit 0 a zlib stream of more than 16777216 bytes at offset 16777216"])
    );
}

#[test]
fn diagnoses_are_well_named_and_distinct() {
    let mut ids: Vec<_> = DIAGNOSES.iter().map(|diagnosis| diagnosis.id).collect();
    assert!(ids.iter().all(|id| id.starts_with("binary/")));
    assert!(DIAGNOSES.iter().all(|diagnosis| !diagnosis.why.is_empty() && !diagnosis.why.ends_with('.')));
    assert!(DIAGNOSES.iter().any(|diagnosis| diagnosis.severity == Severity::Note));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), DIAGNOSES.len());
}
