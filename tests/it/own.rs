//! Questions of the user's own, as data: listed, judged, explained and reported like the spec's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::outcome::{code, printed, said};

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn ringtrace(questions: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(arguments).arg("--questions").arg(questions).env("NO_COLOR", "1");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/own/questions.toml")
}

#[test]
fn a_user_s_questions_are_answered_like_the_spec_s() {
    let board = ringtrace(&own(), &["questions", CAPTURE, "--json", "-q"]);
    let board: Value = serde_json::from_slice(&board.stdout).unwrap();
    let question = |id: &str| {
        let questions = board["questions"].as_array().unwrap();
        questions.iter().find(|question| question["id"] == id).unwrap_or_else(|| panic!("{id}")).clone()
    };
    let media = question("own-net-medium");
    assert_eq!((&media["verdict"], &media["page"], &media["number"]), (&"observed".into(), &"own".into(), &1.into()));
    let values = media["values"].as_array().unwrap().iter();
    let values: Vec<_> = values.map(|value| value["value"].as_str().unwrap().to_owned()).collect();
    assert_eq!(values, ["accept: 3", "offer: 3"]);
    assert_eq!(media["evidence"][0]["why"].as_str().unwrap().split_once(',').unwrap().0, "An accept names medium 3");
    let quick = question("own-quick-accept");
    assert_eq!((&quick["verdict"], &quick["named"][0]), (&"leaning".into(), &"slow".into()));
    let held = question("own-ack-children");
    assert_eq!(
        held["named"],
        serde_json::json!(["offer: error", "offer: relay of 8 elements", "offer: voip_settings"])
    );
}

#[test]
fn a_user_s_discrepancy_looks_at_what_came_before() {
    let board = ringtrace(&own(), &["questions", CAPTURE, "--json", "-q"]);
    let board: Value = serde_json::from_slice(&board.stdout).unwrap();
    let disputed = board["discrepancies"].as_array().unwrap().iter().chain(board["questions"].as_array().unwrap());
    let rings = disputed.into_iter().find(|question| question["id"] == "own-rings-first").unwrap();
    assert_eq!((&rings["verdict"], &rings["number"]), (&"answered".into(), &Value::Null));
    let why = "A device accepted 8.4 s after its preaccept, and the accept was acked, outbound at the callee.";
    assert_eq!(rings["evidence"][0]["why"], why);
}

#[test]
fn a_user_s_questions_are_explained_exported_and_reported() {
    let page = printed(&ringtrace(&own(), &["explain", "own-net-medium"]));
    assert!(page.contains("Which network media do offers and accepts name?"), "{page}");
    assert!(
        page.contains("Offers and accepts have a <net> with a number.") || page.contains("have a `<net>`"),
        "{page}"
    );
    let table = printed(&ringtrace(&own(), &["export", CAPTURE, "--table", "evidence", "-q"]));
    assert!(table.contains("own-net-medium,offer: 3,true,direct,"), "{table}");
    let report = printed(&ringtrace(&own(), &["report", CAPTURE, "--question", "own-net-medium", "-q"]));
    assert!(report.contains("offer: 3"), "{report}");
    let text = printed(&ringtrace(&own(), &["questions"]));
    assert!(text.contains("own-quick-accept #2"), "{text}");
}

#[test]
fn the_config_can_name_files_of_questions() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(own(), folder.path().join("mine.toml")).unwrap();
    let config = folder.path().join("config.toml");
    fs::write(&config, "questions = [\"mine.toml\"]\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let output = command.args(["explain", "own-net-medium", "--config"]).arg(&config).output().unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
}

#[test]
fn a_wrong_file_is_refused_with_its_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.toml");
    let text = fs::read_to_string(own()).unwrap();
    let refused = |from: &str, to: &str, what: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let output = ringtrace(&file, &["questions"]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert!(said(&output).contains(&format!("wrong.toml:{what}")), "{}", said(&output));
    };
    refused("has = [\"net\"]", "hass = [\"net\"]", "20:1: unknown field `hass`");
    refused("action in (offer", "acton in (offer", "19:10: where: no field is called `acton`; did you mean `action`?");
    refused("{net@medium}\"", "{net@}\"", "21:9: `{net@}` is neither a field, a path");
    refused("\"own-quick-accept\"", "\"ring-time\"", "25: a question or rule is called `ring-time` already");
    refused("schema = 1", "schema = 2", "2:10: this file has schema 2");
    refused("action == accept and", "reason matches \\\"(a+)+$\\\" and", "33:17: where: ");
    let missing = ringtrace(&folder.path().join("none.toml"), &["questions"]);
    assert_eq!(code(&missing), 1);
}

#[test]
fn a_path_that_leads_nowhere_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    let text = fs::read_to_string(own()).unwrap();
    fs::write(&file, text.replace("has = [\"net\"]", "has = [\"nett\"]")).unwrap();
    let spec = ["spec", CAPTURE, "--spec", "tests/fixtures/spec", "--dry-run", "--jobs", "1"];
    for arguments in [
        &["questions", CAPTURE][..],
        &["export", CAPTURE, "--table", "evidence"],
        &["report", CAPTURE, "--question", "own-net-medium", "--jobs", "1"],
        &spec,
    ] {
        let output = ringtrace(&file, arguments);
        let said = said(&output);
        assert_eq!(code(&output), 0, "{arguments:?}: {said}");
        assert!(
            said.contains("mine.toml:17: own-net-medium: `nett` leads nowhere in these calls"),
            "{arguments:?}: {said}"
        );
        assert_eq!(said.matches("leads nowhere").count(), 2, "the other one is `net@medium`: {arguments:?}: {said}");
    }
}

#[test]
fn of_a_path_that_leads_somewhere_or_was_not_tried_nothing_is_said() {
    for arguments in [
        &["questions", CAPTURE][..],
        &["report", CAPTURE, "--question", "own-net-medium"],
        &["spec", CAPTURE, "--spec", "tests/fixtures/spec", "--dry-run", "--jobs", "1"],
        &["sanitize", CAPTURE],
        &["ladder", CAPTURE, "--call", "#1"],
        &["export", CAPTURE, "--table", "calls"],
    ] {
        let output = ringtrace(&own(), arguments);
        assert!(!said(&output).contains("leads nowhere"), "{arguments:?}: {}", said(&output));
    }
}
