//! What every command that writes does where it cannot: the same exit code, and never half a file.

use std::fs::{self, Permissions};
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::sanitize::{own, ringtrace};

/// Each command that writes, on one recording, without where to.
const COMMANDS: [&[&str]; 5] = [
    &["export"],
    &["ladder", "--call", "#1"],
    &["report", "--question", "timeout-terminate-sender"],
    &["sanitize"],
    &["attach", "--question", "timeout-terminate-sender", "--repo", "owner/name", "--issue", "3", "--dry-run"],
];

fn run(folder: &Path, command: &[&str], more: &[&str]) -> Output {
    let capture = own("answered-and-missed", "pcap");
    let all = command.iter().copied().chain([capture.to_str().unwrap(), "-q"]).chain(more.iter().copied());
    ringtrace(folder, &all.collect::<Vec<_>>())
}

/// The exit code, and what was said of it.
fn outcome(output: &Output) -> (i32, String) {
    (output.status.code().unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_is_there_stays_as_it_is() {
    for command in COMMANDS {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("there"), "mine").unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "there"]));
        assert_eq!(
            (code, said.as_str()),
            (3, "ringtrace: there already exists; use --force to overwrite\n"),
            "{command:?}"
        );
        assert_eq!(fs::read_to_string(folder.path().join("there")).unwrap(), "mine", "{command:?}");
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "folder"]));
        assert_eq!((code, said.as_str()), (2, "ringtrace: folder is a folder\n"), "{command:?}");
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "none/x"]));
        assert_eq!(
            (code, said.as_str()),
            (1, "ringtrace: none/x: No such file or directory (os error 2)\n"),
            "{command:?}"
        );
        assert_eq!(names(folder.path()), ["folder", "there"], "{command:?}");
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "there", "--force"]));
        assert_eq!((code, said.as_str()), (0, ""), "{command:?}");
        assert_ne!(fs::read_to_string(folder.path().join("there")).unwrap(), "mine", "{command:?}");
    }
}

#[test_with::path(/dev/full)]
#[test]
fn a_full_device_is_said_and_a_device_that_takes_all_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for command in COMMANDS {
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "/dev/full"]));
        assert!(code == 1 && said.starts_with("ringtrace: /dev/full: No space left"), "{command:?}: {code} {said}");
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "/dev/null"]));
        assert_eq!((code, said.as_str()), (0, ""), "{command:?}");
    }
    assert!(names(folder.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_that_takes_nothing_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, <Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o555)).unwrap();
    if fs::write(locked.join("probe"), "").is_ok() {
        // Root may write into any folder, except where the kernel has no files to create.
        locked = "/sys".into();
    }
    for command in COMMANDS {
        let target = locked.join("x").to_str().unwrap().to_owned();
        let (code, said) = outcome(&run(folder.path(), command, &["-o", &target]));
        assert!(code == 1 && said.starts_with(&format!("ringtrace: {target}: ")), "{command:?}: {code} {said}");
        assert!(!said.contains(".part"), "the unfinished file is nobody's business: {said}");
    }
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    for command in COMMANDS {
        let mut program = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        program.args(command).arg(own("answered-and-missed", "pcap")).arg("-q");
        program.env("USER", "nobody-in-particular").stdin(Stdio::null());
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{command:?}");
    }
}

#[test]
fn names_that_cannot_be_kept_hold_the_output_back() {
    for command in [COMMANDS[2], COMMANDS[3]] {
        let folder = tempfile::tempdir().unwrap();
        let (code, said) = outcome(&run(folder.path(), command, &["-o", "out", "--alias-file", "none/aliases"]));
        assert_eq!(
            (code, said.as_str()),
            (1, "ringtrace: none/aliases: No such file or directory (os error 2)\n"),
            "{command:?}"
        );
        assert!(names(folder.path()).is_empty(), "{command:?}");
    }
}

#[test]
fn an_id_of_two_calls_is_told_apart_by_number() {
    let folder = tempfile::tempdir().unwrap();
    for (name, user) in [("one.ndjson", "10000000000001"), ("two.ndjson", "10000000000003")] {
        let header = format!(r#"{{"schema":"ringtrace/1","vantage":"v","device":["{user}:7@lid"]}}"#);
        let xml = format!(
            "<call to='20000000000002@lid' id='{user}.1'><offer call-id='AABBCCDD' call-creator='{user}:7@lid'/></call>"
        );
        let line = serde_json::json!({ "vantage": "v", "at": 1, "dir": "out", "xml": xml });
        fs::write(folder.path().join(name), format!("{header}\n{line}\n")).unwrap();
    }
    for command in ["ladder", "sanitize", "report"] {
        let asked = |call: &str| {
            outcome(&ringtrace(folder.path(), &[command, "one.ndjson", "two.ndjson", "-q", "--call", call]))
        };
        let (code, said) = asked("AABBCCDD");
        assert_eq!(code, 2);
        assert!(
            said.contains("is the call-id of 2 calls: #1 AABBCCDD, #2 AABBCCDD; use the number"),
            "{command}: {said}"
        );
        assert_eq!(asked("#2"), (0, String::new()), "{command}");
        let (code, said) = asked("AABBCCDE");
        assert!(code == 2 && said.contains("did you mean #1 AABBCCDD?"), "{command}: {said}");
    }
}
