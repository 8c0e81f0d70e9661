//! Completions, manual pages and the config file.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::outcome::{code, printed, said};

const COMMANDS: [&str; 16] = [
    "open",
    "inspect",
    "questions",
    "rules",
    "diff",
    "explain",
    "ladder",
    "export",
    "stats",
    "report",
    "attach",
    "sanitize",
    "schema",
    "spec",
    "completions",
    "man",
];

/// Runs the program for a user whose config file is in `folder`.
fn ringtrace(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let home = command.args(arguments).current_dir(folder).stdin(Stdio::null()).env("HOME", folder);
    home.env("XDG_CONFIG_HOME", folder.join("config")).output().unwrap()
}

#[test]
fn every_command_has_help_with_examples() {
    for command in COMMANDS {
        let output = ringtrace(Path::new("."), &[command, "--help"]);
        let help = printed(&output);
        assert_eq!(code(&output), 0);
        assert!(help.contains("Examples:\n  ringtrace "), "{command}: {help}");
        for example in help.lines().filter(|line| line.starts_with("  ringtrace ")) {
            assert!(example.len() <= 80, "an 80-column terminal breaks this line: {example}");
        }
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = ringtrace(Path::new("."), &["completions", shell]);
        assert_eq!(code(&output), 0);
        for command in COMMANDS {
            assert!(printed(&output).contains(command), "{command} in {shell}");
        }
        assert!(printed(&output).contains("noise-keylog"), "{shell}");
    }
    assert_eq!(code(&ringtrace(Path::new("."), &["completions", "csh"])), 2);
}

#[test_with::executable(bash)]
#[test]
fn a_shell_reads_its_completions() {
    let output = ringtrace(Path::new("."), &["completions", "bash"]);
    let script = format!(
        "{}\nCOMP_WORDS=(ringtrace expo) COMP_CWORD=1; _ringtrace ringtrace expo ringtrace; echo \"${{COMPREPLY[@]}}\"",
        printed(&output)
    );
    let bash = Command::new("bash").args(["--norc", "-c", &script]).output().unwrap();
    assert_eq!((printed(&bash).trim(), said(&bash).as_str()), ("export", ""));
}

#[test]
fn every_command_has_a_manual_page() {
    let page = printed(&ringtrace(Path::new("."), &["man"]));
    assert!(page.contains(".TH ringtrace 1") && page.contains("ringtrace\\-export(1)"), "{page}");
    for command in COMMANDS {
        let page = printed(&ringtrace(Path::new("."), &["man", command]));
        assert!(page.contains(&format!(".TH ringtrace-{command} 1")), "{page}");
        assert!(page.contains(&format!("\\fBringtrace {command}\\fR")), "{page}");
    }
    let unknown = ringtrace(Path::new("."), &["man", "teapot"]);
    assert_eq!((code(&unknown), said(&unknown).contains("export")), (2, true));
}

#[test]
fn a_template_of_the_config_file_is_printed_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let output = ringtrace(folder.path(), &["--print-config-template"]);
    assert_eq!((code(&output), printed(&output).as_str()), (0, ringtrace::config::TEMPLATE));
    fs::write(folder.path().join("c.toml"), &output.stdout).unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let capture = capture.to_str().unwrap();
    assert_eq!(code(&ringtrace(folder.path(), &["export", "--config", "c.toml", capture])), 0);
}

#[test]
fn the_config_file_says_what_holds_where_no_option_does() {
    let folder = tempfile::tempdir().unwrap();
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let capture = capture.to_str().unwrap();
    fs::create_dir_all(folder.path().join("config/ringtrace")).unwrap();
    let users = folder.path().join("config/ringtrace/config.toml");
    fs::write(&users, "key-discovery = false\n").unwrap();
    assert_eq!(code(&ringtrace(folder.path(), &["export", capture])), 1, "without its keys it is not read");
    fs::write(folder.path().join("other.toml"), "").unwrap();
    let other = ringtrace(folder.path(), &["export", capture, "--config", "other.toml"]);
    assert_eq!(code(&other), 0, "the file that is named is read instead");

    fs::write(&users, "color = \"never\"\ncolour = 1\n").unwrap();
    let wrong = ringtrace(folder.path(), &["export", capture]);
    assert_eq!(code(&wrong), 2);
    assert!(said(&wrong).contains("config.toml: ") && said(&wrong).contains("line 2"), "{}", said(&wrong));
    assert_eq!(code(&ringtrace(folder.path(), &["completions", "bash"])), 0, "which reads nothing");
    let absent = ringtrace(folder.path(), &["export", capture, "--config", "absent.toml"]);
    assert_eq!((code(&absent), said(&absent).contains("absent.toml: ")), (2, true));
}

#[test]
fn a_config_file_that_names_something_wrongly_is_refused_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (text, says) in [
        ("# mine\ncolumns = [\"ringg\"]\n", "line 2: unknown column \"ringg\"; did you mean \"ring\"?"),
        ("[keys]\nfiltre = \"f\"\n", "line 2: unknown command \"filtre\"; did you mean \"filter\"?"),
        ("theme = \"drak\"\n", "line 1: unknown theme \"drak\"; did you mean \"dark\"?"),
        ("themes = \"dark\"\n", "unknown field `themes`"),
    ] {
        fs::write(&path, text).unwrap();
        let output = ringtrace(folder.path(), &["questions", "--config", path.to_str().unwrap()]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("config.toml: ") && said.contains(says), "{said}");
    }
    fs::write(&path, "theme = \"light\"\npseudonyms = true\n[keys]\nsort = []\n").unwrap();
    assert!(ringtrace(folder.path(), &["questions", "--config", path.to_str().unwrap()]).status.success());
}

#[test]
fn every_manual_page_is_written_into_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(&ringtrace(folder.path(), &["man", "--all", "."])), 0);
    let pages = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(pages, COMMANDS.len() + 1);
    let page = fs::read_to_string(folder.path().join("ringtrace-export.1")).unwrap();
    assert_eq!(page, printed(&ringtrace(folder.path(), &["man", "export"])));
}

#[test]
fn fingerprints_of_a_page_are_printed_as_the_sources_write_them() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("spec/signalling")).unwrap();
    let page = "id: new-page\ncode: SIG-99\nopen_questions:\n  - Does `x` ring?\n";
    fs::write(folder.path().join("spec/signalling/new.yaml"), page).unwrap();
    let output = ringtrace(folder.path(), &["explain", "SIG-99", "--spec", ".", "--fingerprints"]);
    let line = printed(&output);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let (fingerprint, wording) = line.trim_end().split_once("  ").unwrap();
    let digits = fingerprint.trim_start_matches("0x").replace('_', "");
    assert_eq!(u64::from_str_radix(&digits, 16).unwrap(), ringtrace::spec::fingerprint("Does x ring?"));
    assert_eq!((wording, fingerprint.len()), ("SIG-99 #1: Does `x` ring?", 21));
    let unknown = ringtrace(folder.path(), &["explain", "SIG-98", "--spec", ".", "--fingerprints"]);
    assert_eq!((code(&unknown), said(&unknown).contains("no page `SIG-98`")), (2, true));
}
