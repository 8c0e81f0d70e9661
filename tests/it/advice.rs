//! The board answers first, and says what to record next for what is not settled.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::outcome::printed;

fn questions(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["questions", "-q"]).args(arguments).env("NO_COLOR", "1");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/gate")).output().unwrap()
}

fn board(capture: &str) -> Value {
    serde_json::from_slice(&questions(&[capture, "--json"]).stdout).unwrap()
}

fn all(board: &Value) -> impl Iterator<Item = &Value> {
    ["questions", "discrepancies"].into_iter().flat_map(|kind| board[kind].as_array().unwrap())
}

fn next(board: &Value, id: &str) -> (String, Vec<String>) {
    let question = all(board).find(|question| question["id"] == id).unwrap_or_else(|| panic!("{id}"));
    let next = question["next"].as_array().unwrap().iter().map(|next| next.as_str().unwrap().to_owned());
    (question["gap"].as_str().unwrap_or_default().to_owned(), next.collect())
}

#[test]
fn whatever_is_not_answered_has_something_to_record() {
    for capture in ["clean.ndjson", "missing-ack.ndjson", "rings-on-after-reject.ndjson"] {
        let board = board(capture);
        for question in all(&board) {
            let (id, verdict) = (question["id"].as_str().unwrap(), question["verdict"].as_str().unwrap());
            let (gap, next) = next(&board, id);
            assert_eq!(gap.is_empty(), verdict != "open", "{id}");
            assert!(!next.is_empty() || verdict == "answered" || verdict == "observed", "{id}: {verdict}");
            assert!(next.iter().all(|sentence| sentence.ends_with('.')), "{id}: {next:?}");
        }
        let count = |verdict: &str| all(&board).filter(|question| question["verdict"] == verdict).count();
        for verdict in ["answered", "contested", "leaning", "observed"] {
            assert_eq!(board["summary"][verdict], count(verdict), "{verdict}");
        }
        let open = &board["summary"]["open"];
        let open = open["no-such-call"].as_u64().unwrap() + open["cannot-decide"].as_u64().unwrap();
        assert_eq!(open, count("open") as u64);
    }
}

#[test]
fn what_is_missing_decides_what_to_record() {
    let of_caller = board("clean.ndjson");
    let (gap, advice) = next(&of_caller, "mute-states");
    assert_eq!(
        (gap.as_str(), advice[0].as_str()),
        ("no-such-call", "Mute and unmute the microphone in an answered call.")
    );
    let (gap, advice) = next(&of_caller, "accept-order");
    assert_eq!(gap, "cannot-decide");
    assert_eq!(advice, ["Also record the callee's socket, from before the offer."]);
    let of_callee = board("rings-on-after-reject.ndjson");
    let (_, advice) = next(&of_callee, "decline-carrier");
    assert_eq!(advice, ["Record a call that somebody declines."]);
}

#[test]
fn answers_come_first_and_open_questions_take_a_line_per_page() {
    let text = printed(&questions(&["clean.ndjson"]));
    insta::assert_snapshot!("board_clean", text);
    let (answered, open) = (text.find("\nAnswered\n").unwrap(), text.find("\nOpen, by page").unwrap());
    assert!(answered < open && open < text.find("suggested confidence").unwrap());
    assert!(!text.contains("no evidence in these captures"), "open questions are counted, not listed");
    let all = printed(&questions(&["clean.ndjson", "--open"]));
    assert!(
        all.contains("    mute-states  Which states does a mute give?\n      - Mute and unmute the microphone"),
        "{all}"
    );
}
