//! Outputs never destroy what is read, nor what others wrote, and leave no parts behind.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::sanitize::{own, ringtrace};

/// A folder with a capture `a.pcap`, its keys, notes, a config and saved pseudonyms.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::copy(own("answered-and-missed", "pcap"), path("a.pcap")).unwrap();
    fs::copy(own("answered-and-missed", "noisekeys.txt"), path("a.noisekeys.txt")).unwrap();
    fs::copy(own("answered-and-missed", "noisekeys.txt"), path("keys.txt")).unwrap();
    fs::write(path("a.pcap.notes.ndjson"), "{\"schema\":\"ringtrace-notes/1\"}\n").unwrap();
    fs::write(path("config.toml"), "theme = \"dark\"\n").unwrap();
    fs::write(path("aliases.txt"), "# ours\nQ 10000000000001@lid\n").unwrap();
    symlink("a.pcap", path("link")).unwrap();
    fs::hard_link(path("a.pcap"), path("hard")).unwrap();
    folder
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file with its content.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap_or_default()))
        .collect();
    all.sort();
    all
}

#[test]
fn no_input_is_overwritten_by_any_command_under_any_name() {
    let folder = folder();
    let before = contents(folder.path());
    let commands: [&[&str]; 6] = [
        &["sanitize"],
        &["export"],
        &["export", "--format", "parquet"],
        &["ladder", "--call", "#1"],
        &["stats"],
        &["report", "--call", "#1"],
    ];
    let private =
        ["a.pcap", "link", "hard", "./a.pcap", "a.noisekeys.txt", "keys.txt", "a.pcap.notes.ndjson", "config.toml"];
    for command in commands {
        for output in private {
            let mut arguments = command.to_vec();
            arguments.extend([
                "a.pcap",
                "--noise-keylog",
                "keys.txt",
                "--config",
                "config.toml",
                "-o",
                output,
                "--force",
            ]);
            let output = ringtrace(folder.path(), &arguments);
            assert_eq!(output.status.code(), Some(3), "{arguments:?}: {}", said(&output));
            assert!(said(&output).contains("is an input of this command"), "{}", said(&output));
        }
    }
    for command in [&["sanitize"][..], &["report", "--call", "#1"]] {
        for (aliases, output) in [("aliases.txt", "aliases.txt"), ("a.pcap", "out.md"), ("keys.txt", "out.md")] {
            let mut arguments = command.to_vec();
            arguments.extend([
                "a.pcap",
                "--noise-keylog",
                "keys.txt",
                "--alias-file",
                aliases,
                "-o",
                output,
                "--force",
            ]);
            let output = ringtrace(folder.path(), &arguments);
            assert_eq!(output.status.code(), Some(3), "{arguments:?}: {}", said(&output));
        }
    }
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn a_capture_in_a_folder_or_on_standard_input_is_an_input_too_but_an_earlier_result_is_not() {
    let folder = folder();
    let before = fs::read(folder.path().join("a.pcap")).unwrap();
    let output = ringtrace(folder.path(), &["export", ".", "-o", "a.pcap", "--force"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["export", "-", "-o", "a.pcap", "--force"]).current_dir(folder.path());
    let output = command.stdin(fs::File::open(folder.path().join("a.pcap")).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(fs::read(folder.path().join("a.pcap")).unwrap(), before);
    for _ in 0..2 {
        let output = ringtrace(folder.path(), &["export", ".", "-q", "-o", "all.csv", "--force"]);
        assert_ne!(output.status.code(), Some(3), "{}", said(&output));
    }
    assert!(fs::read_to_string(folder.path().join("all.csv")).unwrap().starts_with("capture,"));
}

#[test]
fn pseudonyms_are_added_to_their_file_which_stays_private_and_linked() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    symlink("aliases.txt", path("names")).unwrap();
    fs::set_permissions(path("aliases.txt"), PermissionsExt::from_mode(0o640)).unwrap();
    let run = |aliases: &str, output: &str| {
        ringtrace(folder.path(), &["sanitize", "a.pcap", "-q", "--alias-file", aliases, "-o", output, "--force"])
    };
    assert!(run("names", "one.ndjson").status.success());
    let text = fs::read_to_string(path("aliases.txt")).unwrap();
    assert!(text.starts_with("# ours\nQ 10000000000001@lid\n") && text.contains("\nCALL1 "), "{text}");
    assert!(fs::symlink_metadata(path("names")).unwrap().is_symlink());
    assert_eq!(fs::metadata(path("aliases.txt")).unwrap().mode() & 0o777, 0o640);
    assert!(run("names", "two.ndjson").status.success());
    assert_eq!(fs::read_to_string(path("aliases.txt")).unwrap(), text, "nothing is new");
    assert!(run("new.txt", "three.ndjson").status.success());
    assert_eq!(fs::metadata(path("new.txt")).unwrap().mode() & 0o777, 0o600);
    fs::write(path("letter.md"), "Dear Anna,\n").unwrap();
    let output = run("letter.md", "four.ndjson");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read_to_string(path("letter.md")).unwrap(), "Dear Anna,\n");
}

#[test]
fn a_report_on_standard_output_writes_no_file() {
    let folder = folder();
    let line = |at: usize| {
        let xml = format!(
            "<call to='20000000000002@lid' id='A{at}'><mute_v2 mute-state='1' call-id='AA01' call-creator='10000000000001:7@lid'/></call>"
        );
        serde_json::json!({ "vantage": "a", "at": at, "dir": "out", "xml": xml }).to_string() + "\n"
    };
    let header = "{\"schema\":\"ringtrace/1\",\"vantage\":\"a\",\"device\":[\"10000000000001:7@lid\"]}\n";
    let lines: String = (0..300).map(line).collect();
    fs::write(folder.path().join("long.ndjson"), header.to_owned() + &lines).unwrap();
    let before = contents(folder.path());
    let output = ringtrace(folder.path(), &["report", "long.ndjson", "--call", "#1"]);
    assert!(output.status.success() && said(&output).contains("too long"), "{}", said(&output));
    assert_eq!(contents(folder.path()), before);
    assert!(ringtrace(folder.path(), &["report", "long.ndjson", "--call", "#1", "-o", "long.md"]).status.success());
    assert!(contents(folder.path()).iter().any(|(name, _)| name.starts_with("long.md.rest.")));
}

#[test]
fn a_signal_leaves_no_part_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let header = "{\"schema\":\"ringtrace/1\",\"vantage\":\"a\",\"device\":[\"10000000000001:7@lid\"]}\n";
    let line = |at: usize| {
        let creator = "call-creator='10000000000001:7@lid'";
        let xml =
            format!("<call to='20000000000002@lid' id='A{at}'><offer call-id='AA{:06}' {creator}/></call>", at / 4);
        serde_json::json!({ "vantage": "a", "at": at, "dir": "out", "xml": xml }).to_string() + "\n"
    };
    fs::write(folder.path().join("long.ndjson"), header.to_owned() + &(0..8_000).map(line).collect::<String>())
        .unwrap();
    let is_part = |name: &str| name.ends_with(".part");
    for signal in ["TERM", "INT", "HUP"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(["export", "long.ndjson", "--xml", "-o", "all.csv", "--force"]).current_dir(folder.path());
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !contents(folder.path()).iter().any(|(name, _)| is_part(name)) {
            assert!(
                began.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(),
                "nothing is written"
            );
            thread::sleep(Duration::from_millis(1));
        }
        Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        while child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(60), "{signal} is ignored");
            thread::sleep(Duration::from_millis(10));
        }
        assert!(!child.wait().unwrap().success(), "the table is too small to be interrupted");
        let left = contents(folder.path());
        assert!(!left.iter().any(|(name, _)| is_part(name) || name == "all.csv"), "{signal}: {left:?}");
    }
}
