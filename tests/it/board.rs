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

/// How much speaks for each hypothesis of a question for which anything does: its pieces of evidence, and how many of
/// them are direct.
fn counts(question: &Value) -> String {
    let hypotheses = question["hypotheses"].as_array().unwrap().iter().filter(|hypothesis| hypothesis["for"] != 0);
    let counts = hypotheses.map(|it| format!("{} {}/{}", it["id"].as_str().unwrap(), it["for"], it["direct"]));
    counts.collect::<Vec<_>>().join(", ")
}

/// The questions that are not open, each with its verdict, the suggested confidence, and the counts.
fn verdicts(board: &Value) -> Vec<[String; 4]> {
    let text = |question: &Value, key: &str| question[key].as_str().unwrap().to_owned();
    let row =
        |question| [text(question, "id"), text(question, "verdict"), text(question, "confidence"), counts(question)];
    all(board).filter(|question| question["verdict"] != "open").map(row).collect()
}

/// What `answered-and-missed` says about the questions, by its script (`tests/it/generated/answered_and_missed.rs`). All
/// other questions stay open.
const ANSWERED_AND_MISSED: &[(&str, &str, &str)] = &[
    // Seven offers, of which the client received four and sent three, one of them refused with error 404.
    ("capability-values", "observed", "ver 1: 0105ff09e4bb07 12/12"),
    ("media-key-parameters", "leaning", "not-carried 6/0"),
    ("offer-audio", "observed", "opus 8000, opus 16000 6/6"),
    ("offer-keygen", "observed", "2 6/6"),
    (
        "offer-form",
        "observed",
        "delivered: keys in the offer itself 4/4, sent: a key for each device in destination 2/2",
    ),
    ("offer-answer-order", "leaning", "before 4/0"),
    ("video-attributes", "leaning", "some 1/0"),
    (
        "accept-settings",
        "observed",
        "voip_settings uncompressed=1 in offer 4/4, \
         voip_settings uncompressed=1 in the ack of an offer 2/2",
    ),
    ("ack-error", "answered", "appears 1/1, not-seen 6/0"),
    ("receipt-actions", "leaning", "offer-only 3/0"),
    ("receipt-address", "observed", "offer from a LID, receipt from a LID 4/4"),
    ("call-receipt", "answered", "exists 8/8"),
    // Six calls rang: the client sent four preaccepts and received two.
    ("preaccept-effect", "observed", "sent: answered 1/1, sent: cancelled 1/1, sent: declined 1/1, sent: missed 2/2"),
    ("preaccept-children", "leaning", "no-more 1/0"),
    ("preaccept-conduct", "observed", "accept after preaccept 1/1, decline after preaccept 1/1"),
    ("preaccept-candidates", "leaning", "not-in-preaccept 6/0"),
    ("preaccept-devices", "leaning", "one 2/0"),
    ("preaccept-route", "leaning", "through-server 6/0"),
    // Seven relay latencies, five of them sent.
    ("relay-address", "observed", "6 bytes, as long as one in the relay list 7/7"),
    ("relay-naming", "answered", "both 3/3"),
    ("relay-choice-moment", "answered", "after 1/1"),
    ("latency-answer", "observed", "inbound: ack 2/2, outbound: ack 3/3"),
    ("latency-unit", "observed", "relay: other form 3/3"),
    ("latency-reader", "leaning", "peer 2/0"),
    ("latency-cadence", "leaning", "at-setup-only 1/0"),
    // One call was answered here, muted and unmuted by both sides, and hung up by the caller after 73 s.
    ("accept-alone", "leaning", "rings-first 1/0"),
    ("accept-optional", "observed", "without rte 1/1, without te 1/1, without voip_settings 1/1"),
    ("accept-key", "answered", "carries-key 1/1"),
    ("accept-candidates", "leaning", "not-in-accept 1/0"),
    ("candidates-after-accept", "answered", "sent-again 1/1"),
    ("transport-te", "observed", "priority 1: 26 bytes 2/2"),
    ("transport-types", "observed", "1 2/2"),
    ("transport-medium", "leaning", "only-2 2/0"),
    ("candidate-rounds", "observed", "up to 1 2/2"),
    ("candidate-tag", "answered", "te 1/1"),
    ("candidate-encoding", "answered", "bytes 1/1"),
    ("candidate-priority", "answered", "other-scale 1/1"),
    ("rekeying", "leaning", "none-seen 1/0"),
    ("mute-states", "observed", "0 3/3, 1 1/1"),
    ("mute-form", "answered", "one-tag 2/2"),
    ("mute-answer", "answered", "answered 2/2"),
    ("mute-first-version", "leaning", "only-second 1/0"),
    ("duration-unit", "answered", "milliseconds 1/1"),
    // Two calls were missed: an incoming one after 32 s, and an outgoing one after the default 45 s. One was cancelled.
    ("ring-time", "observed", "32 s 2/0, 45 s 6/1"),
    ("ring-timeout-side", "answered", "caller 5/1"),
    ("timeout-terminate-sender", "answered", "caller 2/1"),
    ("timeout-other-devices", "answered", "timeout 1/1"),
    ("missed-reason", "answered", "reason 2/2"),
    ("missed-call-notice", "leaning", "silent 2/0"),
    ("missed-durations", "observed", "(none) 3/3"),
    ("cancel-vs-timeout", "answered", "distinct 1/1"),
    // Five terminates: two without a reason, two timeouts, one accepted elsewhere.
    ("terminate-reasons", "observed", "(none) 2/2, accepted_elsewhere 1/1, timeout 2/2"),
    ("terminate-reason-inbound", "answered", "expected 2/0, optional 1/1"),
    ("terminate-reason-makers", "observed", "(none): caller 2/1, accepted_elsewhere: caller 1/0, timeout: caller 2/1"),
    ("terminate-duration-direction", "leaning", "received-only 1/0"),
    ("terminate-address", "leaning", "peer 2/0"),
    ("terminate-before-accept", "leaning", "past-offer 4/0"),
    ("terminate-figures", "answered", "figures 1/1, none 4/0"),
    ("hang-up-reason", "answered", "omitted 1/1"),
    ("accept-elsewhere-sender", "leaning", "caller 1/0"),
    ("elsewhere-spelling", "answered", "participle 1/1"),
    // One video call was declined here.
    ("reject-extra-attributes", "leaning", "none 1/0"),
    ("reject-reasons", "observed", "(none) 1/1"),
    ("reject-carries-reason", "answered", "no-reason 1/1"),
    ("reject-reason-vocabulary", "answered", "no-reason 1/1"),
    ("reject-after-preaccept", "answered", "preaccept-first 1/1"),
    ("reject-before-receipt", "leaning", "receipt-first 1/0"),
    ("reject-no-media", "leaning", "no-media 1/0"),
    ("reject-receipt", "leaning", "no-receipt 1/0"),
    ("reject-without-effect", "leaning", "ends-call 1/0"),
    ("terminate-after-reject", "leaning", "none 1/0"),
    ("decline-carrier", "answered", "reject 1/1"),
    // Who acked what.
    (
        "ack-coverage",
        "observed",
        "accept acked 1/1, mute_v2 acked 4/4, offer acked 3/3, offer receipted 6/6, \
         preaccept acked 6/6, reject acked 1/1, relay_election acked 1/1, \
         relaylatency acked 7/7, terminate acked 5/5, transport acked 2/2",
    ),
    ("ack-from-peers", "answered", "peers-too 5/5, server-only 7/0"),
    ("ack-sender", "answered", "addressee 7/7"),
    ("ack-error-form", "contested", "child 1/1, attribute 1/1"),
];

#[test]
fn a_capture_answers_what_its_calls_show_and_no_more() {
    let mut found = verdicts(&json(&[CAPTURE]));
    found.sort();
    let row = |(id, verdict, counts): &(&str, &str, &str)| {
        // One capture never confirms anything.
        let confidence = if matches!(*verdict, "leaning" | "contested") { "speculative" } else { "probable" };
        [*id, *verdict, confidence, *counts].map(str::to_owned)
    };
    let mut expected: Vec<_> = ANSWERED_AND_MISSED.iter().map(row).collect();
    expected.sort();
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn the_board_shows_verdicts_bars_and_the_first_pieces_of_evidence() {
    let output = ringtrace(&["questions", CAPTURE]);
    assert_eq!(code(&output), 0);
    let folded = printed(&output);
    assert!(folded.starts_with("99 questions and discrepancies: 27 answered, 1 contested, "), "{folded}");
    assert!(
        folded.contains("\nSIG-01\n\n  capability-values #1, also call-offer #2, also call-offer #6  "),
        "{folded}"
    );
    let verdict = "    answered: caller; suggested confidence: probable\n      \
                   caller  ####################  2 for (1 direct)\n      \
                   callee  ....................  0 for (0 direct)\n      \
                   server  ....................  0 for (0 direct)\n      \
                   caller\n        - direct: ";
    assert!(folded.contains(verdict), "{folded}");
    let on_one_line = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let cited = "[record 216, 2026-03-14 15:02:35 UTC, call AA33AD0AD105B7E4B7B88DA896F8DF5D, websocket-capture]";
    assert!(on_one_line.contains(cited) && on_one_line.contains("and 9 more (use -v to show all)"), "{folded}");
    let whole = printed(&ringtrace(&["questions", "-v", CAPTURE]));
    assert!(whole.lines().count() > folded.lines().count() && !whole.contains("-v to show all"));
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
    assert_eq!(board["discrepancies"].as_array().unwrap().len(), 12);
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
    assert!(!board.contains("SIG-18 #3: ") && index.contains("\n  SIG-18 #3: Does the caller's client"), "{index}");
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
    let board = |name: &&str| {
        let verdicts = verdicts(&json(&[root.join(name).to_str().unwrap()]));
        let lines = verdicts
            .iter()
            .map(|[id, verdict, confidence, counts]| format!("{id}: {verdict} ({confidence}) {counts}\n"));
        format!("{name}\n{}", lines.collect::<String>())
    };
    insta::assert_snapshot!("real_clients", recordings.iter().map(board).collect::<Vec<_>>().join("\n"));
}
