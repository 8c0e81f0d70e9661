//! The packets of calls, copied out of their captures.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Excerpt, Lookup, Packing, Request, Source};
use ringtrace::call::Call;

use crate::shared::shared;

/// The captures among the sources, in classic pcap and in pcapng.
fn own() -> [PathBuf; 2] {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures");
    ["answered-and-missed.pcap", "hard-transport.pcapng"]
        .map(|name| root.join(name.split('.').next().unwrap()).join(name))
}

/// Recordings of real clients, with TLS, secrets of its own, or compressed messages.
fn real() -> [PathBuf; 3] {
    ["rust-wss13.pcap", "rust-wss13.dsb.pcapng", "zapo-ws-deflate.pcap"].map(|name| shared(&format!("captures/{name}")))
}

/// The key logs next to a capture.
fn keys_of(capture: &Path) -> Vec<PathBuf> {
    let stem = capture.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_owned();
    let entries = fs::read_dir(capture.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let belongs = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(&stem) && name.contains("key")
    };
    entries.filter(belongs).collect()
}

fn read(captures: &[&Path], key_logs: &[PathBuf]) -> (Arc<Analysis>, Lookup) {
    let mut request = Request::new(captures.iter().map(|path| Source::File(path.to_path_buf())).collect());
    for log in key_logs {
        request.read_key_log("keys".to_owned(), BufReader::new(fs::File::open(log).unwrap())).unwrap();
    }
    let lookup = request.lookup();
    (request.load(), lookup)
}

fn copied(lookup: &Lookup, calls: &[&Call], packing: Packing) -> (Vec<u8>, u64) {
    let mut out = Vec::new();
    let count = lookup.copy(&Excerpt::of(calls.iter().copied()), packing, &mut out).unwrap();
    (out, count)
}

/// The stanzas of a call as text, without what depends on where they were recorded.
fn stanzas(call: &Call) -> Vec<String> {
    call.rows.iter().map(|row| ringtrace::protocol::xml::write_line(&row.observed.read().node)).collect()
}

/// Copies the packets of each call, and reads them again.
fn is_read_again(captures: &[PathBuf]) {
    let folder = tempfile::tempdir().unwrap();
    for capture in captures {
        let keys = keys_of(capture);
        let (analysis, lookup) = read(&[capture], &keys);
        assert!(!analysis.calls.is_empty(), "{}", capture.display());
        for (index, judged) in analysis.calls.iter().enumerate() {
            for packing in [Packing::AsRecorded, Packing::Pcapng] {
                let (bytes, count) = copied(&lookup, &[&judged.call], packing);
                assert!(count > 0 && count < analysis.captures[0].records.max(40), "{count}");
                let path = folder.path().join(format!("{index}.cut"));
                fs::write(&path, bytes).unwrap();
                let (again, _) = read(&[&path], &keys);
                assert_eq!(again.captures[0].records, count);
                let same = again.calls.iter().find(|other| other.call.id == judged.call.id);
                let same = same.unwrap_or_else(|| panic!("{}: call {index} is gone", capture.display()));
                assert_eq!(stanzas(&same.call), stanzas(&judged.call), "{}: call {index}", capture.display());
                assert_eq!(same.call.start(), judged.call.start());
            }
        }
        stays_as_it_is(capture, &keys);
    }
}

#[test]
fn the_packets_of_a_call_are_read_again_as_the_same_call() {
    is_read_again(&own());
}

#[test_with::path(../shared)]
#[test]
fn the_packets_of_real_calls_are_read_again_as_the_same_calls() {
    is_read_again(&real());
}

/// What is left out lies between what is kept: byte by byte, a copy is a subsequence of its capture.
fn stays_as_it_is(capture: &Path, keys: &[PathBuf]) {
    let (analysis, lookup) = read(&[capture], keys);
    let all: Vec<&Call> = analysis.calls.iter().map(|judged| judged.call.as_ref()).collect();
    let (bytes, _) = copied(&lookup, &all, Packing::AsRecorded);
    let original = fs::read(capture).unwrap();
    let mut rest = original.iter();
    assert!(bytes.iter().all(|byte| rest.any(|other| other == byte)), "{}", capture.display());
    for secret in ["CLIENT_TRAFFIC_SECRET_0", "CLIENT_RANDOM"] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
    }
}

#[test]
fn the_packets_of_calls_in_several_captures_fit_into_one_file() {
    let [first, second] = own();
    let keys = [keys_of(&first), keys_of(&second)].concat();
    let (analysis, lookup) = read(&[&first, &second], &keys);
    let all: Vec<&Call> = analysis.calls.iter().map(|judged| judged.call.as_ref()).collect();
    let (bytes, count) = copied(&lookup, &all, Packing::Pcapng);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both.pcapng");
    fs::write(&path, bytes).unwrap();
    let (again, _) = read(&[&path], &keys);
    assert_eq!(again.captures[0].records, count);
    assert_eq!(again.captures[0].format, Some("pcapng"));
}

#[test]
fn a_capture_that_changed_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.pcap");
    let [capture, _] = own();
    fs::copy(&capture, &path).unwrap();
    let (analysis, lookup) = read(&[&path], &keys_of(&capture));
    let excerpt = Excerpt::of([analysis.calls[0].call.as_ref()]);
    fs::write(&path, "changed").unwrap();
    let error = lookup.copy(&excerpt, Packing::AsRecorded, &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "the capture has changed since it was read");
    fs::remove_file(&path).unwrap();
    assert!(lookup.copy(&excerpt, Packing::AsRecorded, &mut Vec::new()).is_err());
}

/// What one of Wireshark's own programs makes of a file.
fn wireshark(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test_with::executable(tshark)]
#[test]
fn wireshark_reads_what_was_copied() {
    let folder = tempfile::tempdir().unwrap();
    for capture in &own() {
        let keys = keys_of(capture);
        let (analysis, lookup) = read(&[capture], &keys);
        let call = &analysis.calls[0].call;
        for packing in [Packing::AsRecorded, Packing::Pcapng] {
            let (bytes, count) = copied(&lookup, &[call], packing);
            let path = folder.path().join("cut");
            fs::write(&path, bytes).unwrap();
            let cut = path.to_str().unwrap();
            let fields = [
                "-T",
                "fields",
                "-e",
                "frame.time_epoch",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "tcp.payload",
            ];
            let copy = wireshark("tshark", &[&["-r", cut], &fields[..]].concat());
            assert_eq!(copy.lines().count() as u64, count);
            let all = wireshark("tshark", &[&["-r", capture.to_str().unwrap()], &fields[..]].concat());
            let mut rest = all.lines();
            assert!(copy.lines().all(|line| rest.any(|other| other == line)), "{}", capture.display());
            let info = wireshark("capinfos", &["-c", "-M", cut]);
            assert!(info.contains(&format!(" {count}")), "{info}");
        }
        let origins = call.rows.iter().map(|row| row.observed.stanza.origin);
        let filter = ringtrace::analysis::display_filter(origins).unwrap();
        let frames = ["-Y", &filter, "-T", "fields", "-e", "frame.number"];
        let shown = wireshark("tshark", &[&["-r", capture.to_str().unwrap()], &frames[..]].concat());
        for row in &call.rows {
            let record = row.observed.stanza.origin.last.to_string();
            assert!(shown.lines().any(|line| line == record), "{filter}: {record} in {shown}");
        }
    }
}
