//! `ringtrace questions` and `ringtrace explain`, as a user meets them.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::outcome::{code, printed, said};
use crate::shared::shared;

const CAPTURE: &str = "captures/answered-and-missed/answered-and-missed.pcap";

fn ringtrace(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").stdin(Stdio::null());
    command.output().unwrap()
}

fn json(files: &[&str]) -> Value {
    let arguments: Vec<&str> = ["questions", "--json", "--quiet"].iter().chain(files).copied().collect();
    serde_json::from_slice(&ringtrace(&arguments).stdout).unwrap()
}

fn all(board: &Value) -> impl Iterator<Item = &Value> {
    ["questions", "discrepancies"].into_iter().flat_map(|kind| board[kind].as_array().unwrap())
}

/// Each verdict on a line: what it is, and the hypotheses with how much speaks for them.
fn verdicts(board: &Value) -> String {
    let line = |question: &Value| {
        let hypotheses = question["hypotheses"].as_array().unwrap().iter().filter(|hypothesis| hypothesis["for"] != 0);
        let counts = hypotheses.map(|it| format!("{} {}/{}", it["id"].as_str().unwrap(), it["for"], it["direct"]));
        format!(
            "{}: {} ({}) {}\n",
            question["id"].as_str().unwrap(),
            question["verdict"].as_str().unwrap(),
            question["confidence"].as_str().unwrap(),
            counts.collect::<Vec<_>>().join(", ")
        )
    };
    all(board).filter(|question| question["verdict"] != "open").map(line).collect()
}

#[test]
fn the_board_shows_what_a_capture_answers() {
    let output = ringtrace(&["questions", CAPTURE]);
    insta::assert_snapshot!("board", printed(&output));
    assert_eq!(code(&output), 0);
    let folded = printed(&output);
    assert!(folded.contains("more (use -v to show all)"));
    let whole = printed(&ringtrace(&["questions", "-v", CAPTURE]));
    assert!(whole.lines().count() > folded.lines().count() && !whole.contains("-v shows all"));
}

#[test]
fn the_board_as_json_keeps_its_contract() {
    let board = json(&[CAPTURE]);
    assert_eq!(board["schema"], 1);
    let sender = all(&board).find(|question| question["id"] == "timeout-terminate-sender").unwrap();
    assert_eq!((&sender["page"], &sender["verdict"]), (&"call-missed-timeout".into(), &"answered".into()));
    assert_eq!(sender["hypotheses"][0], serde_json::json!({ "id": "caller", "for": 2, "against": 0, "direct": 1 }));
    let direct = sender["evidence"].as_array().unwrap().iter().find(|piece| piece["strength"] == "direct").unwrap();
    let expected = serde_json::json!({
        "hypothesis": "caller", "supports": true, "strength": "direct", "capture": CAPTURE, "record": 216,
        "call_id": "AA33AD0AD105B7E4B7B88DA896F8DF5D", "time": "2026-03-14T15:02:35.020000000Z",
        "vantage": "10000000000001:5@lid", "technique": "websocket-capture", "seq": direct["seq"], "why": direct["why"],
    });
    assert_eq!(direct, &expected);
    let reasons = all(&board).find(|question| question["id"] == "terminate-reasons").unwrap();
    let timeout = reasons["values"].as_array().unwrap().iter().find(|seen| seen["value"] == "timeout").unwrap();
    assert_eq!((&timeout["count"], &timeout["first"]["record"]), (&2.into(), &166.into()));
    let errors = all(&board).find(|question| question["id"] == "ack-error").unwrap();
    let ids: Vec<_> = errors["hypotheses"].as_array().unwrap().iter().map(|hypothesis| &hypothesis["id"]).collect();
    assert_eq!(ids, ["appears", "not-seen"]);
    assert_eq!(errors["values"][0]["value"], "404");
    assert_eq!(board["discrepancies"].as_array().unwrap().len(), 7);
}

#[test]
fn without_a_capture_the_board_says_what_is_asked() {
    let output = ringtrace(&["questions"]);
    assert_eq!((code(&output), said(&output)), (0, String::new()));
    assert!(printed(&output).contains("timeout-terminate-sender #2  Who sends the terminate when nobody answers?"));
    assert!(all(&json(&[])).all(|question| question["verdict"] == "open" && question["confidence"] == "unknown"));
}

#[test]
fn every_question_of_the_spec_is_listed_with_what_the_program_does_about_it() {
    let board = printed(&ringtrace(&["questions"]));
    let index = printed(&ringtrace(&["questions", "--all"]));
    assert!(board.contains("The spec asks 100 questions (use --all to list them): "), "{board}");
    assert!(!board.contains("evidence"), "nothing was given to have any: {board}");
    assert!(!board.contains("SIG-18 #3: ") && index.contains("\n  SIG-18 #3: Does the caller show"), "{index}");
    assert!(
        index.contains("\n    captures cannot answer it: ")
            && index.contains("\n    the same as reject-fanout (SIG-08 #2)\n")
    );
    let json = json(&[]);
    let index = json["index"].as_array().unwrap();
    assert_eq!(index.len(), 100);
    let of = |state: &str| index.iter().filter(|entry| entry["state"] == state).count();
    assert_eq!(of("looked-for"), json["questions"].as_array().unwrap().len());
    let also: usize = all(&json).map(|question| question["also"].as_array().unwrap().len()).sum();
    assert_eq!((of("same-as"), of("looked-for") + also), (also, 100 - of("out-of-reach") - of("not-yet")));
    for entry in index {
        assert_eq!(entry["why"].is_string(), entry["question"].is_null(), "{entry}");
        assert!(entry["title"].is_string() && entry["wording"].is_null(), "{entry}");
    }
}

#[test]
fn what_was_lost_shows_in_the_exit_code() {
    assert_eq!(code(&ringtrace(&["questions", "captures/damaged/damaged.pcap"])), 1);
    assert_eq!(code(&ringtrace(&["questions", "--json", "no-such-file.pcap"])), 1);
}

#[test]
fn ids_are_explained() {
    let page = printed(&ringtrace(&["explain", "reject-fanout"]));
    assert!(page.starts_with("Question reject-fanout (SIG-08 #2, also SIG-18 #1). Answer: one of"), "{page}");
    assert!(page.contains("What decides it.") && page.lines().all(|line| line.chars().count() <= 100));
    let bold = printed(&ringtrace(&["explain", "reject-fanout", "--color", "always"]));
    assert!(bold.contains("\u{1b}[1mWhat decides it.\u{1b}[0m"));
    assert!(printed(&ringtrace(&["explain", "calls.ring_ms"])).contains("Column ring_ms of table `calls` (number)."));
    assert!(printed(&ringtrace(&["explain", "1"])).starts_with("Exit code 1: data was lost"));
    let page = printed(&ringtrace(&["explain", "SIG-18"]));
    assert!(page.starts_with("Page SIG-18 of the spec: its 3 open questions.\n\nSIG-18 #1. Who "), "{page}");
    assert!(page.contains("\nCaptures cannot answer it: what a client shows"), "{page}");
    let one = printed(&ringtrace(&["explain", "SIG-18 #3"]));
    assert!(one.starts_with("Page SIG-18 of the spec: one of its open questions.\n\nSIG-18 #3. "), "{one}");
    let unknown = ringtrace(&["explain", "reject-fanuot\u{1b}[2J"]);
    assert_eq!((code(&unknown), printed(&unknown)), (2, String::new()));
    assert_eq!(
        said(&unknown),
        "ringtrace: no rule, question, column or anomaly named `reject-fanuot\\u{1b}[2J`; did you mean `reject-fanout`?\n"
    );
}

#[test]
fn a_folder_that_is_no_checkout_of_the_spec_is_refused() {
    for arguments in [
        &["questions", "--spec", "captures"][..],
        &["questions", CAPTURE, "--spec", "no-such-folder"],
        &["explain", "reject-fanout", "--spec", "captures"],
        &["inspect", CAPTURE, "--spec", "captures"],
    ] {
        let output = ringtrace(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(printed(&output).is_empty() && said(&output).contains("ringtrace: "), "{arguments:?}");
    }
}

#[test_with::path(../shared)]
#[test]
fn a_checkout_of_the_spec_lends_its_wording() {
    let spec = shared("wacrg");
    let spec = spec.to_str().unwrap();
    let wording = {
        let page = std::fs::read_to_string(Path::new(spec).join("spec/flows/call-rejected.yaml")).unwrap();
        let asked = page.split("open_questions:").nth(1).unwrap().lines().find(|line| line.contains("- ")).unwrap();
        asked.trim().trim_start_matches("- ").split_whitespace().take(4).collect::<Vec<_>>().join(" ")
    };
    assert!(wording.len() > 10);
    let board = printed(&ringtrace(&["questions", "--spec", spec]));
    assert!(board.contains(&format!("the spec: {wording}")), "{wording}");
    assert!(board.contains("Checkout of the spec: 31 pages\n"));
    assert!(!["gone:", "reworded:", "moved:", "unknown to ringtrace"].iter().any(|change| board.contains(change)));
    let index = printed(&ringtrace(&["questions", "--all", "--spec", spec]));
    assert_eq!(index.matches("the spec: ").count(), board.matches("the spec: ").count() + 100);
    assert!(printed(&ringtrace(&["explain", "call-rejected #1", "--spec", spec])).contains(&wording));
    assert!(printed(&ringtrace(&["explain", "decline-carrier", "--spec", spec])).contains(&wording));
}

#[test]
fn evidence_is_a_table_too() {
    let table = printed(&ringtrace(&["export", CAPTURE, "--table", "evidence"]));
    let header = "question,hypothesis,supports,strength,capture,seq,record,call_id,time_utc,vantage,technique,why";
    assert_eq!(table.lines().next(), Some(header));
    let pieces: usize = all(&json(&[CAPTURE])).map(|question| question["evidence"].as_array().unwrap().len()).sum();
    assert_eq!(table.lines().count(), pieces + 1);
}

/// Recordings of real clients, read one by one, and what follows from each: reviewed by hand.
#[test_with::path(../shared)]
#[test]
fn real_clients_answer_what_they_can() {
    let root = shared("");
    let recordings = [
        "captures/zapo-ws-xx.pcap",
        "captures/baileys-ws.pcap",
        "captures/rust-wss13.pcap",
        "captures/vantages/zb-timeouts.a.pcap",
        "captures/vantages/zb-timeouts.b1.pcap",
        "captures/vantages/rz-ends.a.pcap",
        "captures/vantages/rz-ends.b1.pcap",
        "formats/baileys-pino/decline.caller.plain-pino.jsonl",
        "formats/plain-xml/decline.callee.xml",
        "formats/whatsmeow-stdout/decline.callee.log",
        "formats/zapo/decline.caller.pino.jsonl",
    ];
    let board = |name: &&str| format!("{name}\n{}", verdicts(&json(&[root.join(name).to_str().unwrap()])));
    insta::assert_snapshot!("real_clients", recordings.iter().map(board).collect::<Vec<_>>().join("\n"));
}
