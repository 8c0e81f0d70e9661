//! Captures that grow while the program shows them. What is asserted is what appears, and in which order; how long it takes
//! is printed, and stands in `benches/README.md`.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;

use super::{CAPTURE, Session};

/// The line with which Baileys logs the offer of a call.
fn offer(call: usize) -> String {
    let time = 1_773_500_400_000_u64 + call as u64 * 1_000;
    format!(
        r#"{{"level":10,"time":{time},"pid":7,"xml":"<call from='200:8@lid' id='A{call}' t='{}'>\n\t<offer call-id='C{call}' call-creator='200:8@lid'>\n\t\t<audio enc='opus' rate='16000'/>\n\t</offer>\n</call>","msg":"recv xml"}}"#,
        time / 1_000
    ) + "\n"
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// So many calls, of which the last is selected.
fn last_of(calls: usize) -> String {
    if calls == 1 { "1 of 1 call".to_owned() } else { format!("{calls} of {calls} calls") }
}

#[test]
fn calls_appear_as_they_are_appended_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, offer(1)).unwrap();
    let mut session = Session::start(&["open", "--follow", path.to_str().unwrap()], 120, 30);
    session.wait_for(&last_of(1)).wait_for("Following");
    let mut took: Vec<Duration> = Vec::new();
    for call in 2..=30 {
        let begun = Instant::now();
        append(&path, &offer(call));
        session.wait_for(&last_of(call));
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    println!("appended line -> screen: median {:?}, most {:?}", took[took.len() / 2], took[took.len() - 1]);
    assert!(session.contents().contains("•"), "they are new");
    session.press("W").wait_for("Following stopped");
    // What is there when it stops is still read.
    session.settle();
    append(&path, &offer(31));
    session.settle();
    assert!(session.contents().contains(&last_of(30)), "{}", session.contents());
    session.press("\x12").wait_for("of 31 calls").press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn files_that_appear_and_files_that_are_rotated_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    fs::write(&path, offer(1)).unwrap();
    let mut session = Session::start(&["open", "--follow", folder.path().to_str().unwrap()], 160, 30);
    session.wait_for(&last_of(1));
    fs::write(folder.path().join("second.log"), offer(2)).unwrap();
    session.wait_for(&last_of(2)).wait_for("second.log");
    fs::rename(&path, folder.path().join("baileys.log.1")).unwrap();
    fs::write(&path, offer(3)).unwrap();
    // What was renamed is read where it was, and as a file of its own.
    session.wait_for(" of 3 calls").press("c").wait_for("another file took the place");
    session.press(":w ").press(&format!("{}/second.log\r", folder.path().display()));
    session.press("\x03");
    assert_eq!(session.end(), 0);
    assert_eq!(fs::read_to_string(folder.path().join("second.log")).unwrap(), offer(2));
}

#[test]
fn a_pipe_that_stalls_shows_what_came_and_does_not_keep_the_program_from_ending() {
    let folder = tempfile::tempdir().unwrap();
    let more = folder.path().join("more");
    assert!(Command::new("mkfifo").arg(&more).status().unwrap().success());
    let (program, more_of) = (env!("CARGO_BIN_EXE_ringtrace"), more.display());
    let keys = CAPTURE.replace(".pcap", ".noisekeys.txt");
    for (option, says) in [("--follow", "Following"), ("", "Waiting for more")] {
        let mut shell = CommandBuilder::new("sh");
        let run =
            format!("head -c 40000 {CAPTURE} | cat - {more_of} | {program} open {option} --noise-keylog {keys} -");
        shell.args(["-c", &run]);
        let mut session = Session::of(shell, 100, 30);
        session.wait_for(" calls").wait_for(says);
        session.press("q").wait_until("left", |session| String::from_utf8_lossy(&session.raw).contains("\x1b[?1049l"));
        // Now the writer may end too.
        drop(OpenOptions::new().write(true).open(&more).unwrap());
        session.end();
    }
}
