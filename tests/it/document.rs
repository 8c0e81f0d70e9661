//! `report --form analysis`: one document on everything that captures show, without anything that names anybody.

use std::path::Path;
use std::process::{Command, Output};

use crate::outcome::{code, printed, said};

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn report(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg("report").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

#[test]
fn an_analysis_has_all_of_its_parts_and_names_nobody() {
    let output = report(&[CAPTURE, "--form", "analysis"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    let text = printed(&output);
    insta::assert_snapshot!("analysis", text);
    for part in [
        "Captures",
        "Vantages",
        "Identities",
        "Calls",
        "Settings announced",
        "Observed",
        "Hypotheses",
        "Departures from the spec",
        "What to record next",
        "Timelines",
        "How to reproduce",
    ] {
        assert_eq!(text.matches(&format!("\n## {part}\n")).count(), 1, "{part}");
    }
    for raw in ["10000000000001", "answered-and-missed", "2026-"] {
        assert!(!text.contains(raw), "{raw}");
    }
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(CAPTURE)).unwrap();
    assert!(text.contains(&ringtrace::report::sha256(&bytes[..]).unwrap()), "the hash of the capture");
    assert!(text.contains(&format!("| {} |", bytes.len())), "its size");
    assert!(text.contains("ringtrace report capture-1 --form analysis"), "how to come to the same");
}

#[test]
fn an_analysis_of_one_call_is_of_that_call() {
    let text = printed(&report(&[CAPTURE, "--form", "analysis", "--call", "#2"]));
    assert!(text.starts_with("# Analysis of 1 call\n"), "{text}");
    assert_eq!(text.matches("\n### Call `#").count(), 1);
    assert!(text.contains("\n### Call `#2`\n"), "{text}");
}

#[test]
fn only_an_analysis_needs_no_subject() {
    let none = report(&[CAPTURE]);
    assert_eq!(code(&none), 2);
    assert!(said(&none).contains("only --form analysis needs none"), "{}", said(&none));
    let both = report(&[CAPTURE, "--form", "analysis", "--question", "ring-time"]);
    assert_eq!(code(&both), 2);
    let mut attach = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    attach.args(["attach", CAPTURE, "--form", "analysis", "--repo", "a/b", "--issue", "1", "--dry-run"]);
    let attached = attach.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(code(&attached), 2);
    assert!(said(&attached).contains("a document, not a comment"), "{}", said(&attached));
}
