//! From a stanza back to the bytes that it came in, layer by layer.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ringtrace::analysis::{Analysis, Below, Lookup, LookupError, Passage, Passages, Request, Source, Wanted};
use ringtrace::call::Row;

use crate::merged::MERGED;
use crate::shared::shared;

fn read(capture: &Path, key_logs: &[PathBuf]) -> (Arc<Analysis>, Lookup) {
    let mut request = Request::new(vec![Source::File(capture.to_owned())]);
    for log in key_logs {
        request.read_key_log("keys".to_owned(), BufReader::new(fs::File::open(log).unwrap())).unwrap();
    }
    let lookup = request.lookup();
    (request.load(), lookup)
}

fn wanted(row: &Row) -> Wanted {
    let ciphertext = row.observed.read().wire.as_ref().map_or_else(Box::default, |wire| wire.ciphertext.clone());
    Wanted { origin: row.observed.stanza.origin, ciphertext }
}

fn look_up(lookup: &Lookup, wanted: &Wanted) -> Result<Passages, LookupError> {
    lookup.passages(wanted, &AtomicBool::new(false))
}

fn holds(passage: Option<&Passage>, part: &[u8]) -> bool {
    passage.is_some_and(|passage| passage.bytes.windows(part.len()).any(|window| window == part))
}

/// Looks every stanza of every call up; gives their number.
fn every_stanza(capture: &Path, key_logs: &[PathBuf], check: impl Fn(&Wanted, &Passages)) -> usize {
    let (analysis, lookup) = read(capture, key_logs);
    let mut count = 0;
    for row in analysis.calls.iter().flat_map(|judged| &judged.call.rows) {
        let wanted = wanted(row);
        let passages = look_up(&lookup, &wanted).unwrap();
        check(&wanted, &passages);
        count += 1;
    }
    count
}

/// The payload of a record and what of the stream came in it share their bytes.
fn nested(wanted: &Wanted, passages: &Passages) {
    let stream = &passages[&Below::Stream];
    assert!(holds(passages.get(&Below::Message), &wanted.ciphertext), "{wanted:?}");
    let records = passages[&Below::Record].origin;
    assert!(records.first <= wanted.origin.last && records.last >= wanted.origin.first);
    assert!(passages[&Below::Record].length > stream.length, "packets have headers too");
    // A segment can hold as little as one byte of it.
    let mut parts = stream.bytes.windows(stream.bytes.len().min(8));
    assert!(parts.any(|part| holds(passages.get(&Below::Record), part)), "its bytes are those of the packets");
}

fn own(name: &str) -> (PathBuf, Vec<PathBuf>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(name);
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let keys = files.filter(|path| path.to_string_lossy().contains("key")).collect();
    (folder, keys)
}

#[test]
fn every_stanza_of_a_capture_is_found_again_in_its_layers() {
    let (folder, keys) = own("answered-and-missed");
    let found = every_stanza(&folder.join("answered-and-missed.pcap"), &keys, |wanted, passages| {
        nested(wanted, passages);
        assert!(!passages.contains_key(&Below::Plain), "there is no TLS");
    });
    assert!(found > 40, "{found}");
}

#[test]
fn segments_out_of_order_and_repeated_give_the_same_bytes() {
    let (folder, keys) = own("hard-transport");
    let captures = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    for capture in captures.filter(|path| path.to_string_lossy().contains(".pcap")) {
        assert!(every_stanza(&capture, &keys, nested) > 10, "{}", capture.display());
    }
}

#[test_with::path(../shared)]
#[test]
fn real_recordings_are_found_again_through_tls_and_compression() {
    let folder = shared("captures");
    for (name, keys, has_tls) in [
        ("rust-wss13.pcap", vec!["rust-wss13.sslkeylog.txt", "rust-wss13.noisekeys.txt"], true),
        ("rust-wss13.dsb.pcapng", vec!["rust-wss13.noisekeys.txt"], true),
        ("zapo-ws-deflate.pcap", vec!["zapo-ws-deflate.noisekeys.txt"], false),
        ("zapo-ipv6-ik.pcap", vec!["zapo-ipv6-ik.noisekeys.txt"], false),
    ] {
        let keys: Vec<_> = keys.into_iter().map(|name| folder.join(name)).collect();
        let (analysis, lookup) = read(&folder.join(name), &keys);
        let rows: Vec<_> = analysis.calls.iter().flat_map(|judged| &judged.call.rows).collect();
        assert!(rows.len() > 20, "{name}");
        for row in rows.iter().step_by(rows.len() / 8) {
            let wanted = wanted(row);
            let passages = look_up(&lookup, &wanted).unwrap();
            assert!(holds(passages.get(&Below::Message), &wanted.ciphertext), "{name}");
            assert_eq!(passages.contains_key(&Below::Plain), has_tls, "{name}");
            if has_tls {
                assert!(!holds(passages.get(&Below::Stream), &wanted.ciphertext), "the stream is encrypted");
            }
        }
    }
}

#[test]
fn a_line_of_a_log_is_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("call.ndjson");
    fs::write(&path, MERGED.trim_start()).unwrap();
    let (analysis, lookup) = read(&path, &[]);
    let rows = &analysis.calls[0].call.rows;
    for row in rows {
        let passages = look_up(&lookup, &wanted(row)).unwrap();
        assert_eq!(passages.len(), 1);
        let text = String::from_utf8(passages[&Below::Record].bytes.clone()).unwrap();
        let line = MERGED.trim_start().lines().nth(usize::try_from(row.observed.stanza.origin.last).unwrap() - 1);
        assert_eq!(Some(text.trim_end()), line);
    }
    fs::write(&path, MERGED.trim_start().replace("C1", "D1")).unwrap();
    assert_eq!(look_up(&lookup, &wanted(&rows[0])), Err(LookupError::Changed));
    fs::remove_file(&path).unwrap();
    let gone = look_up(&lookup, &wanted(&rows[0])).unwrap_err();
    assert!(gone.to_string().starts_with("the capture cannot be read again: "), "{gone}");
}

#[test]
fn what_cannot_be_read_again_says_so() {
    let (folder, keys) = own("answered-and-missed");
    let copy = tempfile::tempdir().unwrap().keep();
    let path = copy.join("call.pcap");
    fs::copy(folder.join("answered-and-missed.pcap"), &path).unwrap();
    let (analysis, lookup) = read(&path, &keys);
    let wanted = wanted(&analysis.calls[0].call.rows[0]);
    let stdin = Request::new(vec![Source::StandardInput]).lookup();
    assert_eq!(look_up(&stdin, &wanted), Err(LookupError::StandardInput));
    assert_eq!(lookup.passages(&wanted, &AtomicBool::new(false)).map(|it| it.len()), Ok(3));
    let other = Wanted { ciphertext: vec![7; 40].into(), ..wanted.clone() };
    assert_eq!(look_up(&lookup, &other), Err(LookupError::NotFound));
    // A capture that grew still holds what it held.
    let mut grown = fs::read(&path).unwrap();
    grown.extend([0; 3]);
    fs::write(&path, grown).unwrap();
    assert!(look_up(&lookup, &wanted).is_ok());
    fs::write(&path, &fs::read(&path).unwrap()[..64]).unwrap();
    assert_eq!(look_up(&lookup, &wanted), Err(LookupError::Changed));
    fs::remove_dir_all(copy).unwrap();
}

#[test]
fn nobody_waits_for_what_is_not_wanted_any_more() {
    let (folder, keys) = own("answered-and-missed");
    let (analysis, lookup) = read(&folder.join("answered-and-missed.pcap"), &keys);
    let row = analysis.calls.last().unwrap().call.rows.last().unwrap();
    let records = analysis.captures[0].records;
    let stopped = lookup.passages(&wanted(row), &AtomicBool::new(true));
    assert!(row.observed.stanza.origin.last < 256 || stopped == Err(LookupError::Stopped), "{records} records");
}
