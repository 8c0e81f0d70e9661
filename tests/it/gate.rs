//! The gate: what fails a run, in the forms that a CI reads, and what a baseline knows.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::outcome::{code, printed, said};

/// Recordings of our own that rebuild bugs of clients reported in public, and what finds each.
const BUGS: [(&str, &[&str]); 6] = [
    ("offer-out-of-order", &["CLIENT/server-accepts", "SIG-01/offer-order"]),
    ("accept-refused", &["CLIENT/server-accepts"]),
    ("hang-up-not-sent", &["CLIENT/hang-up-sent"]),
    ("companion-rejects", &["CLIENT/no-automatic-reject"]),
    ("missing-ack", &["SIG-07/ack-required"]),
    ("rings-on-after-reject", &["CLIENT/reject-ends-ringing"]),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gate")
}

fn rules(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ringtrace")).arg("rules").args(arguments).current_dir(folder()).output().unwrap()
}

/// The ids of the results in SARIF.
fn sarif_ids(log: &Value, is_wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let results = log["runs"][0]["results"].as_array().unwrap().iter().filter(|result| is_wanted(result));
    let mut ids: Vec<_> = results.map(|result| result["ruleId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

#[test]
fn six_public_bugs_fail_a_run_and_a_clean_call_does_not() {
    for (name, expected) in BUGS {
        let file = format!("{name}.ndjson");
        let output = rules(&[&file, "--deny", "violation,warning", "--format", "sarif"]);
        assert_eq!(code(&output), 5, "{name}: {}", said(&output));
        let log: Value = serde_json::from_slice(&output.stdout).unwrap();
        let at_fault = |result: &Value| result["level"] == "error" || result["level"] == "warning";
        assert_eq!(sarif_ids(&log, at_fault), expected, "{name}");
        assert_eq!(code(&rules(&[&file])), 0, "{name}: a violated rule is a result");
    }
    let clean = rules(&["clean.ndjson", "--deny", "violation,warning"]);
    assert_eq!((code(&clean), said(&clean).as_str()), (0, ""));
}

#[test]
fn a_denied_level_is_that_level_only() {
    assert_eq!(code(&rules(&["companion-rejects.ndjson", "--deny", "violation"])), 0);
    assert_eq!(code(&rules(&["missing-ack.ndjson", "--deny", "violation"])), 5);
    assert_eq!(code(&rules(&["missing-ack.ndjson", "--deny", "discrepancy"])), 5, "a terminate before any accept");
    for arguments in [&["--deny", "violation"][..], &["--format", "sarif"]] {
        let output = rules(arguments);
        assert_eq!(code(&output), 2);
        assert!(said(&output).contains("require at least one capture"), "{}", said(&output));
    }
    assert_eq!(code(&rules(&["missing-ack.ndjson", "--deny", "violatoin"])), 2);
}

#[test]
fn a_contested_question_can_fail_a_run() {
    let questions = |file: PathBuf| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
        command.args(["questions", "--deny", "contested", "-q"]).arg(file).output().unwrap()
    };
    let contested = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/questions");
    let contested = contested.join("decline_carrier/contested.ndjson");
    assert_eq!(code(&questions(contested)), 5);
    assert_eq!(code(&questions(folder().join("clean.ndjson"))), 0);
}

/// What SARIF requires of the parts that we write, in our own words: OASIS SARIF 2.1.0, sections 3.13 to 3.52.
fn schema() -> Value {
    serde_json::from_str(include_str!("../fixtures/gate/sarif-subset.schema.json")).unwrap()
}

fn assert_valid(schema: &Value, instance: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// SARIF with every kind of result: of text and of packets, known and new.
fn logs() -> Vec<Value> {
    let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed/answered-and-missed.pcap");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), printed(&rules(&["missing-ack.ndjson", "--format", "baseline"]))).unwrap();
    let baseline = file.path().to_str().unwrap();
    let runs = [
        rules(&["missing-ack.ndjson", "--format", "sarif", "--baseline", baseline]),
        rules(&["companion-rejects.ndjson", "--format", "sarif", "--baseline", baseline]),
        rules(&[capture.to_str().unwrap(), "--format", "sarif"]),
        rules(&["clean.ndjson", "--format", "sarif"]),
    ];
    runs.iter().map(|output| serde_json::from_slice(&output.stdout).unwrap()).collect()
}

#[test]
fn sarif_has_the_form_of_the_standard() {
    let schema = schema();
    for log in logs() {
        assert_valid(&schema, &log);
    }
    let mut broken = logs().remove(0);
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!jsonschema::is_valid(&schema, &broken), "the schema refuses what is wrong");
}

/// The standard's own schema, whose licence keeps it out of this repository.
#[test_with::env(SARIF_SCHEMA)]
#[test]
fn sarif_validates_against_the_standard_s_own_schema() {
    let text = fs::read_to_string(std::env::var("SARIF_SCHEMA").unwrap()).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    for log in logs() {
        assert_valid(&schema, &log);
    }
}

#[test]
fn sarif_names_the_line_of_a_text_and_the_record_of_packets() {
    let [text, _, packets, _] = &logs()[..] else { panic!("four logs") };
    let results = text["runs"][0]["results"].as_array().unwrap();
    let missing = results.iter().find(|result| result["ruleId"] == "SIG-07/ack-required").unwrap();
    let place = &missing["locations"][0]["physicalLocation"];
    assert_eq!(
        (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
        (&"missing-ack.ndjson".into(), &5.into())
    );
    for result in packets["runs"][0]["results"].as_array().unwrap() {
        assert_eq!(result["locations"][0]["physicalLocation"]["region"], Value::Null);
        assert!(
            result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].as_str().unwrap().contains("record")
        );
    }
}

#[test]
fn junit_has_a_case_per_rule() {
    let text = printed(&rules(&["missing-ack.ndjson", "--format", "junit"]));
    assert!(
        text.contains("<testsuite name=\"SIG-07\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">"),
        "{text}"
    );
    assert!(text.contains("<failure type=\"violation\" message=\"1 place\">"), "{text}");
    let warning = printed(&rules(&["companion-rejects.ndjson", "--format", "junit"]));
    assert!(warning.contains("<testsuites name=\"ringtrace\"") && !warning.contains("<failure"), "{warning}");
    let denied = printed(&rules(&["companion-rejects.ndjson", "--format", "junit", "--deny", "warning"]));
    assert!(denied.contains("<failure type=\"warning\""), "{denied}");
}

#[test]
fn annotations_are_workflow_commands() {
    let text = printed(&rules(&["missing-ack.ndjson", "--format", "github"]));
    let expected = "::error title=SIG-07/ack-required,file=missing-ack.ndjson,line=5::A client acknowledges every call \
                    stanza that it receives. the client sent no ack for it (record 5, call C1)\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.lines().all(|line| line.starts_with("::error ") || line.starts_with("::notice ")), "{text}");
}

#[test]
fn what_a_baseline_lists_does_not_fail_and_what_it_lists_in_vain_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.txt");
    let known = printed(&rules(&["missing-ack.ndjson", "--format", "baseline"]));
    insta::assert_snapshot!("baseline", known);
    fs::write(&file, &known).unwrap();
    let gate = |capture: &str| rules(&[capture, "--deny", "violation,warning", "--baseline", file.to_str().unwrap()]);
    let same = gate("missing-ack.ndjson");
    assert_eq!(code(&same), 0, "{}", said(&same));
    assert!(!said(&same).contains("stale"), "{}", said(&same));
    // Another call, other numbers: the same departure.
    let capture = folder.path().join("other.ndjson");
    let text = fs::read_to_string(self::folder().join("missing-ack.ndjson")).unwrap();
    fs::write(&capture, text.replace("C1", "C77").replace("\"at\":9000", "\"at\":12345")).unwrap();
    assert_eq!(code(&gate(capture.to_str().unwrap())), 0);
    // Another departure is not known, and the lines in vain are named.
    let other = gate("accept-refused.ndjson");
    assert_eq!(code(&other), 5);
    let stale = format!("{}:4: stale: not found in these captures: violation SIG-07/ack-required", file.display());
    assert!(said(&other).contains(&stale), "{}", said(&other));
    fs::write(&file, "# known\nviolation SIG-07/ack-requird: the client sent no ack for it\n").unwrap();
    let wrong = gate("missing-ack.ndjson");
    assert_eq!(code(&wrong), 2);
    assert!(said(&wrong).contains("known.txt:2: no rule or discrepancy is called `SIG-07/ack-requird`; did you mean"));
}
