//! `--filter`: the same expressions in every command that chooses among calls or rows.

use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn ringtrace(arguments: &[&str]) -> Output {
    Command::cargo_bin("ringtrace").unwrap().args(arguments).output().unwrap()
}

/// The named columns of the rows that a filter leaves.
fn rows(table: &str, filter: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let output = ringtrace(&["export", CAPTURE, "--table", table, "--filter", filter]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let places: Vec<_> = columns.iter().map(|name| head.iter().position(|it| it == name).unwrap()).collect();
    lines.map(|line| places.iter().map(|place| line[*place].clone()).collect()).collect()
}

#[test]
fn rows_of_stanzas_are_chosen_by_their_own_columns_and_their_calls() {
    let timeouts = rows("stanzas", "action == terminate and reason == \"timeout\"", &["tag", "action", "reason"]);
    assert_eq!(timeouts.len(), 2);
    assert!(timeouts.iter().all(|row| row == &["call", "terminate", "timeout"]));
    let ended = rows("stanzas", "ended_by == callee and tag != ack", &["tag"]);
    assert!(
        !ended.is_empty() && ended.iter().all(|row| row[0] != "ack"),
        "columns of the calls can be asked about too"
    );
    let xml = rows("stanzas", "xml contains \"reason=\\\"timeout\\\"\"", &["reason"]);
    assert_eq!(xml, [["timeout"], ["timeout"]], "the stanza's own text can be asked about without --xml");
}

#[test]
fn calls_are_chosen_by_what_is_in_them() {
    let missed = rows("calls", "action == terminate and reason == timeout", &["outcome"]);
    assert_eq!(missed, [["missed"], ["missed"]]);
    let all = rows("calls", "call_id", &["outcome"]).len();
    let not_missed = rows("calls", "outcome != missed", &["outcome"]).len();
    assert_eq!(not_missed, all - 2, "what is asked of the call alone is asked once");
}

#[test]
fn other_tables_have_their_own_fields() {
    let outbound = rows("messages", "direction == out and length > 40", &["direction"]);
    assert!(!outbound.is_empty() && outbound.iter().all(|row| row == &["out"]));
    let output = ringtrace(&["export", CAPTURE, "--table", "anomalies", "--filter", "ring_ms > 3"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_text_of_the_calls_can_be_narrowed() {
    let output = ringtrace(&[CAPTURE, "--filter", "outcome == missed"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let heads: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| head.contains(" missed")), "{heads:?}");
}

/// What the program prints, as JSON.
fn json(arguments: &[&str]) -> Value {
    let output = ringtrace(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All that has a `call_id` in lists of this name, as text.
fn cited<'v>(found: &'v Value, kind: &str, list: &str) -> Vec<(&'v str, String)> {
    let places = found[kind].as_array().unwrap().iter().flat_map(|item| item[list].as_array().unwrap());
    places.filter_map(|place| Some((place["call_id"].as_str()?, place.to_string()))).collect()
}

/// The calls that a filter names, and how many there are in all.
fn named(filter: &str) -> (Vec<String>, usize) {
    let ids = |filter: &str| rows("calls", filter, &["call_id"]).into_iter().map(|mut row| row.remove(0)).collect();
    let all: Vec<String> = ids("call_id");
    (ids(filter), all.len())
}

#[test]
fn a_filter_chooses_whole_calls_for_questions_and_rules() {
    let filter = "action == terminate and reason == timeout";
    let (calls, all) = named(filter);
    for (command, kind, list) in [("questions", "questions", "evidence"), ("rules", "rules", "places")] {
        let (whole, some) =
            (json(&[command, CAPTURE, "--json"]), json(&[command, CAPTURE, "--json", "--filter", filter]));
        assert_eq!(some["calls"], serde_json::json!({ "considered": calls.len(), "of": all }));
        assert_eq!(whole["calls"], serde_json::json!({ "considered": all, "of": all }));
        let expected: Vec<_> =
            cited(&whole, kind, list).into_iter().filter(|(call, _)| calls.iter().any(|known| known == call)).collect();
        assert_eq!(cited(&some, kind, list), expected, "all that a chosen call says counts, and nothing else");
        assert!(expected.len() > calls.len() && expected.len() < cited(&whole, kind, list).len(), "{command}");
        let text = String::from_utf8(ringtrace(&[command, CAPTURE, "--filter", filter]).stdout).unwrap();
        let said = format!("{} of {all} calls (filtered)", calls.len());
        assert!(text.lines().next().unwrap().contains(&said), "{text}");
        let output = ringtrace(&[command, "--filter", filter]);
        assert_eq!(output.status.code(), Some(2), "there is nothing to choose among");
        let none = json(&[command, CAPTURE, "--json", "--filter", "ring_ms > 1e12"]);
        assert_eq!(none["calls"]["considered"], 0);
    }
}

#[test]
fn calls_keep_their_numbers_whatever_is_chosen() {
    let all = rows("calls", "call_id", &["outcome"]);
    let missed = all.iter().position(|row| row[0] == "missed").unwrap() + 1;
    let (missed, other) = (format!("#{missed}"), all.iter().position(|row| row[0] != "missed").unwrap() + 1);
    let filter = ["--filter", "outcome == missed"];
    let run = |command: &str, more: &[&str]| {
        let arguments: Vec<_> = [command, CAPTURE, "-q"].iter().chain(&filter).chain(more).copied().collect();
        let output = ringtrace(&arguments);
        let text = String::from_utf8(output.stdout).unwrap();
        (text, String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
    };
    let (text, _, _) = run("open", &[]);
    assert!(text.contains(&format!("\n{missed}  ")), "{text}");
    let (text, err, code) = run("ladder", &["--call", &missed]);
    assert!(code == 0 && text.starts_with(&format!("{missed}  ")), "{text}{err}");
    let left_out = format!("#{other}");
    for command in ["ladder", "sanitize"] {
        let (_, err, code) = run(command, &["--call", &left_out]);
        assert_eq!((code, err), (2, format!("ringtrace: --filter excludes call {left_out}\n")));
    }
    let (lines, _, _) = run("sanitize", &[]);
    let titles: Vec<_> = lines.lines().filter(|line| line.starts_with('#')).collect();
    assert!(titles.len() == 2 && titles[0] == format!("# call {missed} CALL{}", &missed[1..]), "{titles:?}");
    let (report, err, code) = run("report", &["--question", "timeout-terminate-sender"]);
    assert_eq!(code, 0, "{err}");
    assert!(report.contains(&format!("Only 2 of {} calls were considered.", all.len())), "{report}");
    assert!(report.contains(" --filter 'outcome == missed'\n") && report.contains(&format!("call `{missed}`")));
    let (_, err, code) = run("report", &["--call", &left_out]);
    assert_eq!((code, err), (2, format!("ringtrace: --filter excludes call {left_out}\n")));
}

#[test]
fn a_filter_that_names_somebody_is_not_shown_to_others() {
    let caller = rows("calls", "outcome == missed", &["caller"])[0][0].clone();
    let filter = format!("caller == '{caller}'").replace('\'', "\"");
    let arguments = ["report", CAPTURE, "-q", "--question", "timeout-terminate-sender", "--filter", &filter];
    let output = ringtrace(&arguments);
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(report.contains("--filter '...'") && !report.contains(&caller), "{report}");
}

#[test]
fn a_filter_that_names_no_call_is_said_to() {
    let output = ringtrace(&["ladder", CAPTURE, "-q", "--filter", "ring_ms > 1e12"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(2), "ringtrace: --filter matches none of the 7 calls\n"));
}

#[test]
fn filters_are_explained() {
    let text = String::from_utf8(ringtrace(&["explain", "filter"]).stdout).unwrap();
    assert!(text.contains("\n    action == terminate and reason == \"timeout\"\n"), "{text}");
    assert!(text.contains("An included call is judged with all"), "{text}");
    assert!(!text.contains("fn value"), "examples for programmers stay in the API's documentation: {text}");
}

#[test]
fn a_wrong_filter_is_refused_before_anything_is_read() {
    let output = ringtrace(&["export", "no-such-file.pcap", "--filter", "action == x and acton == y"]);
    assert_eq!(output.status.code(), Some(2));
    let says = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = says.lines().collect();
    assert_eq!(
        lines,
        [
            "ringtrace: --filter: no field is called `acton`; did you mean `action`?",
            "  action == x and acton == y",
            "                  ^"
        ]
    );
}
