//! Captures that grow, or change in another way, while they are read.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

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
    let rejected = iter::from_fn(|| Some(line(&mut out))).find(|row| row["action"] == "reject");
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
    let rejected = iter::from_fn(|| Some(line(&mut out))).find(|row| row["action"] == "reject");
    assert_eq!(rejected.unwrap()["record"], 2);
    assert_eq!(interrupt(child).0, Some(0));
}

#[cfg(unix)]
#[test]
fn files_that_appear_in_a_followed_folder_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), format!("{}\n", LOG[1])).unwrap();
    let (child, mut out) = export(folder.path());
    assert_eq!(line(&mut out)["action"], "offer");
    fs::create_dir(folder.path().join("later")).unwrap();
    let path = folder.path().join("later").join("b.log");
    fs::write(&path, LOG[3].replace("C1", "C2")).unwrap();
    append(&path, b"\n");
    let rejected = iter::from_fn(|| Some(line(&mut out))).find(|row| row["action"] == "reject").unwrap();
    assert_eq!((rejected["call_id"].as_str(), rejected["record"].as_u64()), (Some("C2"), Some(1)));
    assert!(rejected["capture"].as_str().unwrap().ends_with("b.log"), "{rejected}");
    assert_eq!(interrupt(child).0, Some(0));
}

/// A run of `export --follow` with key discovery, which is killed if it has no row for too long.
#[cfg(unix)]
struct Followed {
    child: std::process::Child,
    rows: mpsc::Receiver<serde_json::Value>,
}

#[cfg(unix)]
impl Followed {
    fn of(path: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(["export", "--follow", "--format", "ndjson"]).arg(path);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, rows) = mpsc::channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, rows }
    }

    fn row(&self) -> serde_json::Value {
        self.rows.recv_timeout(Duration::from_secs(60)).expect("a row")
    }
}

#[cfg(unix)]
impl Drop for Followed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Follows a file or folder next to which these files of the included capture appear, one after the other. Returns what
/// the first row says.
#[cfg(unix)]
fn first_row_when_they_appear(folder: &Path, followed: &Path, names: &[&str]) -> serde_json::Value {
    let followed = Followed::of(followed);
    for name in names {
        thread::sleep(Duration::from_millis(300));
        fs::copy(own("answered-and-missed").join(name), folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join(name)).unwrap();
    }
    followed.row()
}

#[cfg(unix)]
#[test]
fn a_capture_and_keys_that_appear_in_a_folder_are_used_whichever_comes_first() {
    let [capture, keys] = ["answered-and-missed.pcap", "answered-and-missed.noisekeys.txt"];
    for names in [[keys, capture], [capture, keys]] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "nothing of interest").unwrap();
        let row = first_row_when_they_appear(folder.path(), folder.path(), &names);
        assert_eq!(row["action"], "offer", "{names:?}");
    }
}

#[cfg(unix)]
#[test]
fn keys_that_appear_next_to_a_capture_decrypt_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answered-and-missed.pcap");
    fs::write(&path, capture()).unwrap();
    let names = ["answered-and-missed.noisekeys.txt"];
    assert_eq!(first_row_when_they_appear(folder.path(), &path, &names)["action"], "offer");
}

/// Once there are more keys, everything is read again, and what appears in the folder after that is still read.
#[cfg(unix)]
#[test]
fn a_capture_that_appears_after_keys_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("answered-and-missed.pcap"), capture()).unwrap();
    let followed = Followed::of(folder.path());
    thread::sleep(Duration::from_millis(300));
    let keys = "answered-and-missed.noisekeys.txt";
    fs::copy(own("answered-and-missed").join(keys), folder.path().join(keys)).unwrap();
    assert_eq!(followed.row()["action"], "offer");
    fs::write(folder.path().join("later.log"), format!("{}\n", LOG[1])).unwrap();
    let is_later = |row: &serde_json::Value| row["capture"].as_str().is_some_and(|name| name.ends_with("later.log"));
    assert!(iter::from_fn(|| Some(followed.row())).any(|row| is_later(&row)));
}

#[test]
fn all_that_is_there_is_described_before_anything_else_comes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("call.pcap", capture()), ("baileys.log", log())] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let following = Following::default();
        let mut growing = request(&path);
        growing.follow(following.clone());
        let (sender, snapshots) = mpsc::channel();
        let loading = thread::spawn(move || growing.load_publishing(&mut |analysis| sender.send(analysis).is_ok()));
        let next = || snapshots.recv_timeout(Duration::from_secs(60)).ok();
        let described = iter::from_fn(next).find(|analysis| analysis.caught_up).unwrap();
        following.stop();
        loading.join().unwrap();
        let [now, whole] = [&described, &request(&path).load()].map(|analysis| {
            let capture = &analysis.captures[0];
            (capture.records, capture.connections.iter().map(|it| (it.id, it.stanzas)).collect::<Vec<_>>())
        });
        assert_eq!(now, whole, "{name}");
    }
}

/// Follows the included capture, whose key log gets its keys only when all else was read, and then is stopped. Returns how
/// many calls the first snapshot with calls had, if it was waited for, and whether the end is that of the finished files.
fn keys_come_last(is_waited_for: bool) -> (Option<usize>, bool) {
    let folder = tempfile::tempdir().unwrap();
    let [path, keys] = ["call.pcap", "call.noisekeys.txt"].map(|name| folder.path().join(name));
    fs::write(&path, capture()).unwrap();
    fs::write(&keys, "# nobody has logged in so far\n").unwrap();
    let request = || {
        let mut request = Request::new(vec![Source::File(path.clone())]);
        let log = BufReader::new(File::open(&keys).unwrap());
        request.read_key_log(keys.to_str().unwrap().to_owned(), log).unwrap();
        request
    };
    let following = Following::default();
    let mut growing = request();
    growing.follow(following.clone());
    let (sender, snapshots) = mpsc::channel();
    let loading = thread::spawn(move || growing.load_publishing(&mut |analysis| sender.send(analysis).is_ok()));
    let next = |is_it: fn(&Analysis) -> bool| {
        let next = || snapshots.recv_timeout(Duration::from_secs(60)).ok();
        iter::from_fn(next).find(|analysis| is_it(analysis))
    };
    let before = next(|analysis| analysis.caught_up).unwrap();
    append(&keys, &fs::read(own("answered-and-missed").join("answered-and-missed.noisekeys.txt")).unwrap());
    let first = is_waited_for.then(|| next(|analysis| !analysis.calls.is_empty()).unwrap().calls.len());
    following.stop();
    let followed = loading.join().unwrap();
    assert!(before.calls.is_empty());
    (first, found(&followed) == found(&request().load()) && followed.calls.len() == 7)
}

#[test]
fn keys_that_are_logged_after_the_bytes_were_read_decrypt_them() {
    assert_eq!(keys_come_last(true), (Some(7), true), "all that was captured, at once");
}

#[test]
fn keys_that_are_logged_just_before_the_end_are_used() {
    assert_eq!(keys_come_last(false), (None, true));
}

/// A pipe to `export --follow` on standard input.
fn export_of_a_pipe() -> (std::process::Child, std::process::ChildStdin, BufReader<std::process::ChildStdout>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["export", "--follow", "--format", "ndjson", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let pipe = child.stdin.take().unwrap();
    (child, pipe, out)
}

#[cfg(unix)]
#[test]
fn a_pipe_that_stalls_in_a_record_shows_what_came_before_and_can_be_given_up() {
    let (child, mut pipe, mut out) = export_of_a_pipe();
    let (begin, end) = LOG[3].split_at(100);
    pipe.write_all(format!("{}\n{}\n{begin}", LOG[0], LOG[1]).as_bytes()).unwrap();
    assert_eq!(line(&mut out)["action"], "offer", "although nothing more comes");
    pipe.write_all(end.as_bytes()).unwrap();
    pipe.write_all(b"\n").unwrap();
    assert!(iter::from_fn(|| Some(line(&mut out))).any(|row| row["action"] == "reject"));
    pipe.write_all(begin.as_bytes()).unwrap();
    // Its writer still has it open.
    let (code, says) = interrupt(child);
    assert!(code == Some(1) && says.contains("line"), "what was left of a record is lost: {code:?} {says}");
    drop(pipe);
}

/// Reads a log once, of several megabytes, to which something happens once its first call was found.
fn read_once(change: impl Fn(&Path)) -> Arc<Analysis> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, log().repeat(8_000)).unwrap();
    let mut is_changed = false;
    Request::new(vec![Source::File(path.clone())]).load_publishing(&mut |analysis| {
        if !analysis.complete && !analysis.calls.is_empty() && !is_changed {
            change(&path);
            is_changed = true;
        }
        true
    })
}

#[test]
fn what_happens_to_a_file_that_is_not_followed_is_reported() {
    let reported = |analysis: &Analysis| {
        let kinds = analysis.anomalies.iter().map(|tally| tally.diagnosis.id);
        kinds.filter(|id| matches!(*id, "input/shortened" | "input/superseded")).collect::<Vec<_>>()
    };
    let untouched = read_once(|_| {});
    assert_eq!((reported(&untouched), untouched.is_lossy()), (Vec::new(), false));
    let longer = read_once(|path| append(path, &log()));
    assert_eq!((reported(&longer), longer.is_lossy()), (Vec::new(), false));
    let shorter = read_once(|path| OpenOptions::new().write(true).open(path).unwrap().set_len(100).unwrap());
    assert_eq!((reported(&shorter), shorter.is_lossy()), (vec!["input/shortened"], true));
    let replaced = read_once(|path| {
        fs::write(path.with_file_name("next"), log()).unwrap();
        fs::rename(path.with_file_name("next"), path).unwrap();
    });
    assert_eq!((reported(&replaced), replaced.is_lossy()), (vec!["input/superseded"], false));
    assert_eq!(replaced.captures[0].records, untouched.captures[0].records);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_it_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, log()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["export", "--follow", "--no-key-discovery"]).arg(&path);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let says = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(says.contains("standard output") && says.contains("No space left"), "{says}");
}

/// The most memory that following a log takes which has a call in each of 24 pieces, between this much of something else.
#[cfg(target_os = "linux")]
fn memory_of_a_day(bytes_between: usize) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, []).unwrap();
    let (child, mut out) = export(&path);
    let other = format!("{}\n", LOG[0]).repeat(bytes_between / LOG[0].len());
    for hour in 0..24 {
        append(&path, other.as_bytes());
        append(&path, format!("{}\n", LOG[1].replace("C1", &format!("C{hour}"))).as_bytes());
        assert_eq!(line(&mut out)["call_id"], format!("C{hour}"));
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    assert_eq!(interrupt(child).0, Some(0));
    most.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_memory_of_a_day_follows_its_calls_alone() {
    let (quiet, busy) = (memory_of_a_day(1 << 10), memory_of_a_day(2 << 20));
    assert!(busy < quiet + (8 << 10), "{quiet} kB with 24 kB of other lines, {busy} kB with 48 MB");
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
