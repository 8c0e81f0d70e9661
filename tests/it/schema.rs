//! The JSON Schemas that `ringtrace schema` prints, against what commands print with `--json`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::outcome::{code, printed, said};

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn ringtrace(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(arguments).env("NO_COLOR", "1").current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&printed(&ringtrace(&["schema", name]))).unwrap()
}

/// The same without room for what it does not describe. What several parts describe together is left as it is.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(fields) => {
            let mut fields: serde_json::Map<_, _> =
                fields.iter().map(|(key, value)| (key.clone(), closed(value))).collect();
            let is_joint = fields.contains_key("allOf") || fields.contains_key("$schema");
            if fields.get("properties").is_some_and(Value::is_object) && !is_joint {
                fields.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            Value::Object(fields)
        }
        Value::Array(values) => Value::Array(values.iter().map(closed).collect()),
        other => other.clone(),
    }
}

fn wrong(schema: &Value, name: &str, arguments: &[&str]) -> Vec<String> {
    let output = ringtrace(arguments);
    let value: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    let validator = jsonschema::validator_for(schema).unwrap();
    validator.iter_errors(&value).take(3).map(|error| format!("{name} {arguments:?}: {error}")).collect()
}

/// One recording of each of the folders below a folder.
fn recordings(folder: &str) -> Vec<String> {
    let mut folders: Vec<_> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap().collect();
    folders.sort_by_key(|entry| entry.as_ref().unwrap().path());
    let last = |folder: &Path| {
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "ndjson"));
        files.sort();
        files.pop().map(|file| file.to_str().unwrap().to_owned())
    };
    folders.into_iter().filter_map(|entry| last(&entry.unwrap().path())).collect()
}

#[test]
fn what_is_printed_is_as_the_schemas_say() {
    let mut found = Vec::new();
    let mut check = |name: &str, runs: &[&[&str]]| {
        let schema = closed(&schema(name));
        for run in runs {
            found.extend(wrong(&schema, name, run));
        }
    };
    let (lossy, gate) = ("captures/damaged/", "tests/fixtures/gate/offer-out-of-order.ndjson");
    let clean = "tests/fixtures/gate/clean.ndjson";
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(lossy).is_dir());
    check(
        "inspect",
        &[&["inspect", "captures/", "--json"], &["inspect", lossy, "--json"], &["inspect", gate, "--json"]],
    );
    check("questions", &[&["questions", "--json"], &["questions", CAPTURE, "--json"]]);
    check("questions", &[&["questions", CAPTURE, "--json", "--spec", "tests/fixtures/spec"]]);
    check("rules", &[&["rules", "--json"], &["rules", CAPTURE, "--json"], &["rules", gate, "--json"]]);
    check(
        "diff",
        &[&["diff", CAPTURE, CAPTURE, "--call-a", "#1", "--call-b", "#2", "--json"], &["diff", clean, gate, "--json"]],
    );
    check("diff", &[&["diff", gate, "reference:whatsapp-web", "--json"]]);
    check(
        "stats",
        &[&["stats", CAPTURE, "--json"], &["stats", CAPTURE, "--by", "action", "--of", "ack_latency_ms", "--json"]],
    );
    check("stats", &[&["stats", CAPTURE, "--by", "action", "--across", "direction", "--json"]]);
    check("ladder", &[&["ladder", CAPTURE, "--call", "#1", "--json"], &["ladder", gate, "--expected", "--json"]]);
    check(
        "ladder",
        &[
            &["ladder", "captures/silent-call/", "--json"],
            &["ladder", "fuzz/seeds/call-events.log", "--call", "#1", "--json"],
        ],
    );
    let ids =
        ["ack-coverage", "SIG-01/offer-order", "439", "tls/no-key", "time_utc", "SIG-03", "sig-03 #2", "filter", "1"];
    for id in ids {
        check("explain", &[&["explain", id, "--json"]]);
    }
    check("lint", &[&["spec", "--lint", "tests/fixtures/spec", "--format", "json"]]);
    let recordings = recordings("tests/fixtures/questions");
    let all: Vec<&str> = ["questions", "--json"].into_iter().chain(recordings.iter().map(String::as_str)).collect();
    check("questions", &[&all]);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_schema_refuses_what_is_otherwise() {
    let rules: Value = serde_json::from_slice(&ringtrace(&["rules", "--json"]).stdout).unwrap();
    let schema = schema("rules");
    assert!(jsonschema::is_valid(&schema, &rules));
    let mut other = rules.clone();
    other["schema"] = 2.into();
    assert!(!jsonschema::is_valid(&schema, &other));
    other = rules.clone();
    other["rules"][0]["grade"] = "error".into();
    assert!(!jsonschema::is_valid(&schema, &other));
    other = rules;
    other["rules"][0]["x-new"] = 1.into();
    assert!(jsonschema::is_valid(&schema, &other), "fields may be added");
    assert!(!jsonschema::is_valid(&closed(&schema), &other), "and each is described");
}

#[test]
fn there_is_a_schema_for_each_command_that_prints_json() {
    let help = |command: &str| printed(&ringtrace(&[command, "--help"]));
    for command in ["inspect", "questions", "rules", "diff", "stats", "ladder", "explain"] {
        assert!(help(command).contains("--json"), "{command}");
        assert_eq!(schema(command)["title"], format!("Output of `ringtrace {command} --json`"));
    }
    for command in ["export", "report", "sanitize", "spec"] {
        assert!(!help(command).contains("--json"), "{command} has no schema");
    }
    let unknown = ringtrace(&["schema", "board"]);
    assert_eq!(code(&unknown), 2);
    assert!(said(&unknown).contains("questions"), "{}", said(&unknown));
}
