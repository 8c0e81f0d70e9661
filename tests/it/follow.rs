//! Captures that grow while they are read.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use proptest::sample::Index;
use ringtrace::analysis::{Analysis, Following, Request, Source};
use ringtrace::print::inspect;
use ringtrace::tables::{Format, Options, Table};

use crate::timeline::own;

/// A log of Baileys: a call that is offered, acknowledged and declined, and lines of something else.
const LOG: &[&str] = &[
    r#"{"level":30,"time":1773500400000,"pid":7,"msg":"connected to WA"}"#,
    r#"{"level":10,"time":1773500401000,"pid":7,"xml":"<call from='200:8@lid' id='A1' t='1773500401'>\n\t<offer call-id='C1' call-creator='200:8@lid'>\n\t\t<audio enc='opus' rate='16000'/>\n\t</offer>\n</call>","msg":"recv xml"}"#,
    r#"{"level":10,"time":1773500401100,"pid":7,"xml":"<ack id='A1' to='200:8@lid' class='call' type='offer'/>","msg":"xml send"}"#,
    r#"{"level":10,"time":1773500405000,"pid":7,"xml":"<call to='200:8@lid' id='B1'>\n\t<reject call-id='C1' call-creator='200:8@lid' count='0'/>\n</call>","msg":"xml send"}"#,
    r#"{"level":10,"time":1773500405200,"pid":7,"xml":"<ack id='B1' from='200:8@lid' class='call' type='reject'/>","msg":"recv xml"}"#,
];

fn log() -> Vec<u8> {
    LOG.iter().flat_map(|line| [line, "\n"]).flat_map(str::bytes).collect()
}

fn capture() -> Vec<u8> {
    fs::read(own("answered-and-missed").join("answered-and-missed.pcap")).unwrap()
}

fn request(path: &Path) -> Request {
    let mut request = Request::new(vec![Source::File(path.to_owned())]);
    let keys = own("answered-and-missed").join("answered-and-missed.noisekeys.txt");
    request.read_key_log("keys".to_owned(), BufReader::new(File::open(keys).unwrap())).unwrap();
    request
}

/// Everything that was found.
fn found(analysis: &Analysis) -> String {
    let mut out = Vec::new();
    inspect::json(analysis, &mut out).unwrap();
    for table in [Table::Stanzas, Table::Calls, Table::Evidence, Table::Anomalies] {
        table.write(Format::Csv, analysis, Options { xml: true, ..Options::default() }, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

/// Follows a file while it is written in pieces that end at `cuts`.
fn followed(path: &Path, bytes: &[u8], cuts: &[usize]) -> Arc<Analysis> {
    fs::write(path, []).unwrap();
    let following = Following::default();
    let mut request = request(path);
    request.follow(following.clone());
    thread::scope(|scope| {
        scope.spawn(move || {
            let begins = [0].iter().chain(cuts);
            for (begin, end) in begins.zip(cuts.iter().chain([&bytes.len()])) {
                append(path, &bytes[*begin..*end]);
                thread::yield_now();
            }
            following.stop();
        });
        request.load_publishing(&mut |_| true)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_findings_at_the_end_are_those_of_the_finished_file(
        is_log: bool,
        cuts in proptest::collection::vec(any::<Index>(), 0..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("growing");
        let bytes = if is_log { log() } else { capture() };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.sort_unstable();
        let followed = followed(&path, &bytes, &cuts);
        prop_assert!(followed.complete && !followed.calls.is_empty());
        prop_assert_eq!(found(&followed), found(&request(&path).load()));
    }
}

/// Starts `export --follow` on a file. Returns it, its output, and how to interrupt it.
fn export(path: &Path) -> (std::process::Child, BufReader<std::process::ChildStdout>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["export", "--follow", "--format", "ndjson", "--no-key-discovery"]).arg(path);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

fn interrupt(mut child: std::process::Child) -> (Option<i32>, String) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    (child.wait().unwrap().code(), messages)
}

fn line(out: &mut impl BufRead) -> serde_json::Value {
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[cfg(unix)]
#[test]
fn rows_are_printed_as_they_come_and_a_cut_line_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, format!("{}\n{}\n", LOG[0], LOG[1])).unwrap();
    let (child, mut out) = export(&path);
    assert_eq!(line(&mut out)["action"], "offer");
    let (begin, end) = LOG[3].split_at(100);
    append(&path, begin.as_bytes());
    append(&path, format!("{end}\n").as_bytes());
    let rejected = std::iter::from_fn(|| Some(line(&mut out))).find(|row| row["action"] == "reject");
    assert_eq!(rejected.unwrap()["call_id"], "C1");
    assert_eq!(interrupt(child).0, Some(0));
}

#[cfg(unix)]
#[test]
fn a_rotated_log_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, format!("{}\n", LOG[1])).unwrap();
    let (child, mut out) = export(&path);
    assert_eq!(line(&mut out)["action"], "offer");
    fs::rename(&path, folder.path().join("baileys.log.1")).unwrap();
    fs::write(&path, format!("{}\n", LOG[3])).unwrap();
    let rejected = std::iter::from_fn(|| Some(line(&mut out))).find(|row| row["action"] == "reject");
    assert_eq!(rejected.unwrap()["record"], 2);
    assert_eq!(interrupt(child).0, Some(0));
}

#[test]
fn only_rows_on_standard_output_are_followed() {
    for arguments in [
        &["export", "--follow", "--table", "anomalies", "-"][..],
        &["export", "--follow", "--format", "parquet", "-"],
        &["export", "--follow", "-o", "x.csv", "-"],
        &["open", "--follow", "-"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && String::from_utf8_lossy(&output.stderr).contains("--follow"));
    }
}
