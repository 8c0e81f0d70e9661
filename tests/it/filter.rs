//! `--filter`: the same expressions in every command that chooses among calls or rows.

use std::process::Output;

use assert_cmd::Command;

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
