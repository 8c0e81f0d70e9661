//! `ringtrace ladder`: one call as text, Mermaid and SVG.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use proptest::prelude::*;
use ringtrace::analysis::{Analysis, NoChoice};
use ringtrace::call::{Call, Clock, Recording, Socket, Span};
use ringtrace::origin::Timestamp;
use ringtrace::spec::{Conformance, Context, Judged, Place};
use ringtrace::summary::{Diagram, Step};

use crate::calls::only_call;
use crate::outcome::{code, printed, said};

const NAME: &str = "answered-and-missed";

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures").join(NAME)
}

fn ladder(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringtrace"));
    let capture = format!("{NAME}.pcap");
    command.args(["ladder", "-q", &capture]).args(arguments).current_dir(own()).stdin(Stdio::null()).output().unwrap()
}

fn judged(call: Call) -> Judged {
    let call = Arc::new(call);
    let context = Context::of(std::slice::from_ref(&call), true);
    Judged::new(call, &context)
}

fn diagram(judged: Judged) -> Diagram {
    Diagram::of(&judged, &Analysis::default())
}

#[test]
fn a_call_is_drawn_in_every_form() {
    for (form, name) in [("text", "ladder_text"), ("mermaid", "ladder_mermaid"), ("svg", "ladder_svg")] {
        let output = ladder(&["--call", "#2", "--format", form]);
        assert_eq!(code(&output), 0, "{}", said(&output));
        insta::assert_snapshot!(name, printed(&output));
    }
}

#[test]
fn a_call_is_meant_by_its_id_the_beginning_of_it_or_its_number() {
    let by_number = printed(&ladder(&["--call", "#2"]));
    let id = by_number.split("call-id ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    for asked in [id.as_str(), &id[..6], &id[..6].to_lowercase()] {
        assert_eq!(printed(&ladder(&["--call", asked])), by_number, "{asked}");
    }
    let mut mistyped = id.clone();
    mistyped.replace_range(3..5, "__");
    for (asked, expected) in [
        (mistyped.as_str(), format!("the nearest is #2 {id}")),
        ("teapot", "there is no call teapot".to_owned()),
        ("#0", "there are 7 calls, #1 to #7".to_owned()),
        ("#8", "there are 7 calls, #1 to #7".to_owned()),
        ("", "there is no call".to_owned()),
    ] {
        let output = ladder(&["--call", asked]);
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{asked}");
        assert!(said(&output).contains(&expected), "{asked}: {}", said(&output));
    }
    let none = ladder(&[]);
    assert_eq!((code(&none), said(&none).contains("--call says which")), (2, true));
}

/// An analysis of calls with these ids.
fn analysis(ids: &[&str]) -> Analysis {
    let calls = ids.iter().map(|id| {
        let mut call = only_call("0 in 1.0 call from=200@lid id=A1 [offer call-id=C call-creator=200@lid]");
        call.id = (*id).into();
        Arc::new(judged(call))
    });
    Analysis { calls: calls.collect(), ..Analysis::default() }
}

#[test]
fn what_means_more_than_one_call_is_said() {
    let one = analysis(&["ABCD"]);
    assert_eq!((one.choose(None), one.choose(Some("ab"))), (Ok(0), Ok(0)));
    assert_eq!(analysis(&[]).choose(Some("A")), Err(NoChoice::NoCalls));
    let several = analysis(&["AB1", "AB2", "AB", "CD", "CD"]);
    let why = |asked| several.choose(Some(asked)).unwrap_err().to_string();
    assert_eq!(several.choose(Some("AB")), Ok(2), "the whole id goes before the beginning of others");
    assert_eq!(why("A"), "A begins the ids of 3 calls: #1 AB1, #2 AB2, #3 AB; the number says which is meant");
    assert_eq!(why("CD"), "CD is the id of 2 calls: #4 CD, #5 CD; the number says which is meant");
    assert_eq!(several.choose(Some("#5")), Ok(4));
    let hostile = analysis(&["\u{1b}[2J", "B"]).choose(None).unwrap_err().to_string();
    assert!(!hostile.contains('\u{1b}'), "{hostile}");
}

#[test]
fn targets_are_kept_as_those_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("call.svg");
    let draw = |more: &[&str]| {
        ladder(&[&["--call", "#1", "--format", "svg", "-o", target.to_str().unwrap()][..], more].concat())
    };
    assert_eq!(code(&draw(&[])), 0);
    let written = fs::read_to_string(&target).unwrap();
    assert!(written.starts_with("<svg xmlns=") && written.ends_with("</svg>\n"));
    fs::write(&target, "mine").unwrap();
    assert_eq!(code(&draw(&[])), 3);
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert_eq!(code(&draw(&["--force"])), 0);
    assert_eq!(fs::read_to_string(&target).unwrap(), written, "and two runs give the same bytes");
    if Path::new("/dev/full").exists() {
        let full = ladder(&["--call", "#1", "-o", "/dev/full"]);
        assert_eq!((code(&full), said(&full).contains("/dev/full: No space left")), (1, true));
    }
}

const LONG: &str = "
    0 in 1.0  success lid=100:7@lid
    0 in 2.0  call from=200@lid id=A1 t=1 [offer call-id=C call-creator=200@lid; audio]
    0 out 2.1  ack class=call id=A1 to=200@lid type=offer
    0 in 2.5  call from=200@lid id=A1 t=1 [offer call-id=C call-creator=200@lid; audio]
    0 in 20.0  call from=200@lid id=A2 t=1 [terminate call-id=C call-creator=200@lid reason=timeout]
    0 out 20.25  ack class=call id=A2 to=200@lid type=terminate";

#[test]
fn waits_gaps_repeats_answers_and_marks_are_steps_of_a_diagram() {
    let mut call = only_call(LONG);
    let seconds =
        |from: i64, until: i64| Span { from: Timestamp(from * 1_000_000_000), until: Timestamp(until * 1_000_000_000) };
    let recording = Recording { spans: vec![seconds(0, 5), seconds(10, 30)], ..Recording::default() };
    call.recordings = BTreeMap::from([(call.rows[0].observed.socket(), Arc::new(recording))]);
    let mut judged = judged(call);
    let place = |found, row| Place { rule: ringtrace::spec::RULES[0], row, found, why: "planted".to_owned() };
    judged.places = vec![place(Conformance::Holds, 0), place(Conformance::Violated, 0), place(Conformance::Novelty, 3)];
    let diagram = diagram(judged);
    let steps = diagram.steps.iter().map(|step| match step {
        Step::Wait(time) => format!("wait {time}"),
        Step::Gap(what) => format!("gap {what}"),
        Step::Expected(absent) => format!("{}>{} {}", absent.from, absent.to, absent.label),
        Step::Arrow(arrow) => {
            let marks: String = arrow.marks.iter().map(|mark| mark.sign).collect();
            let answers = arrow.answers.as_ref().map_or(String::new(), |(step, took)| format!(" <- {step} {took}"));
            let again = if arrow.again { " again" } else { "" };
            format!("{} {}>{}{again} {}{answers} {marks}", arrow.record, arrow.from, arrow.to, arrow.label)
        }
    });
    let expected = [
        "2 0>2 offer !",
        "3 2>1 ack offer <- 0 100 ms ?",
        "4 0>2 again offer ",
        "gap 5.000 s not recorded",
        "wait 17.500 s",
        "5 0>2 terminate reason=timeout *???",
        "6 2>1 ack terminate <- 5 250 ms ",
    ];
    assert_eq!(steps.collect::<Vec<_>>(), expected);
    insta::assert_snapshot!("diagram_with_everything", diagram.mermaid());
    let svg = diagram.svg();
    for part in
        ["class=\"gap\"", "class=\"wait\"", "mark broken", "mark new", "mark open", "(again)", "answers record 5"]
    {
        assert!(svg.contains(part), "{part}");
    }
}

#[test]
fn what_both_sockets_saw_goes_by_the_server_and_on_one_clock() {
    let mut call = only_call(
        "
        0 in 1.0  success lid=200:1@lid
        1 in 1.0  success lid=100:7@lid
        0 out 2.0  call to=100@lid id=A1 [offer call-id=C call-creator=200:1@lid; audio]
        1 in 2.5  call from=200:1@lid id=Z1 [offer call-id=C call-creator=200:1@lid; audio]",
    );
    let (sent, got) = (0, 1);
    call.rows[got].copy_of = Some(sent);
    let vantage = call.rows[got].vantage;
    let clock = Clock { least: -450_000_000, most: -350_000_000 };
    call.vantages[vantage].clock = Some(clock);
    let sockets = [sent, got].map(|row| call.rows[row].observed.socket());
    let own_clock = |socket: Socket| (socket, Arc::new(Recording { clock: socket.1, ..Recording::default() }));
    call.recordings = sockets.into_iter().map(own_clock).collect();
    call.clocks = BTreeMap::from([(sockets[0], Clock::SAME), (sockets[1], clock)]);
    let diagram = diagram(judged(call));
    let server = diagram.lifelines.iter().position(|party| party.name == "server").unwrap();
    let arrows: Vec<_> = diagram
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Arrow(arrow) => Some((arrow.from, arrow.to, arrow.time.as_str())),
            _ => None,
        })
        .collect();
    let (caller, callee) = (arrows[0].0, arrows[1].1);
    assert_eq!(arrows, [(caller, server, "0.000 s"), (server, callee, "0.100 s")]);
    assert!(caller != callee && diagram.lifelines[caller].recorded && diagram.lifelines[callee].recorded);
    let way = diagram.steps.iter().find_map(|step| match step {
        Step::Arrow(arrow) => arrow.way.clone(),
        _ => None,
    });
    assert_eq!(way.as_deref(), Some("100 ms ± 50 ms on its way"));
    assert!(
        diagram.subtitle.ends_with("clock of 100:7@lid 0.400 s ahead, give or take 0.050 s"),
        "{}",
        diagram.subtitle
    );
}

#[test]
fn a_diagram_that_mermaid_would_refuse_ends_early_and_says_so() {
    let lines = (0..3000).map(|index| {
        format!("0 in {index}.0 call from=200@lid id=A{index} [transport call-id=C call-creator=200@lid]\n")
    });
    let text = diagram(judged(only_call(&lines.collect::<String>()))).mermaid();
    assert!(text.len() < 49_000 && text.len() > 40_000, "{}", text.len());
    assert!(text.ends_with(" more steps are not drawn\n"), "{}", &text[text.len() - 100..]);
}

/// What Mermaid's own parser says of each diagram; `None` where it is not installed.
fn mermaid_says(diagrams: &[String]) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagrams");
    if !folder.join("node_modules/mermaid").is_dir() {
        use std::io::Write;
        std::io::stderr()
            .write_all(b"skipped: diagrams read by mermaid, for want of npm ci in docs/diagrams\n")
            .unwrap();
        return None;
    }
    let input = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&input, diagrams).unwrap();
    let output = Command::new("node").arg("parse.mjs").arg(input.path()).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn mermaid_reads_what_is_written_for_it() {
    let mut diagrams: Vec<String> =
        (1..=7).map(|call| printed(&ladder(&["--call", &format!("#{call}"), "--format", "mermaid"]))).collect();
    diagrams.push(diagram(judged(only_call(LONG))).mermaid());
    for hostile in [
        "a;b",
        "x#y",
        "<b>z</b>",
        "\"q\"",
        "%%{init:{}}%%",
        "end",
        "a:b",
        "alt",
        "wrap:",
        "note",
        "`x`",
        "p@{a}",
        "-->>",
    ] {
        let mut call = only_call(LONG);
        call.id = hostile.into();
        let mut judged = judged(call);
        judged.places =
            vec![Place { rule: ringtrace::spec::RULES[0], row: 0, found: Conformance::Violated, why: hostile.into() }];
        let mut diagram = diagram(judged);
        for party in &mut diagram.lifelines {
            party.name = hostile.to_owned();
        }
        for step in &mut diagram.steps {
            if let Step::Arrow(arrow) = step {
                arrow.label = hostile.to_owned();
            }
        }
        diagrams.push(diagram.mermaid());
    }
    let Some(verdicts) = mermaid_says(&diagrams) else { return };
    for (verdict, diagram) in verdicts.iter().zip(&diagrams) {
        assert_eq!(verdict, "sequence", "{diagram}");
    }
    let planted = vec!["sequenceDiagram\n    p0->>p1 no colon; end\n".to_owned()];
    assert_ne!(mermaid_says(&planted).unwrap()[0], "sequence", "a parser that takes anything shows nothing");
}

proptest! {
    #[test]
    fn any_text_makes_a_picture_that_is_xml_and_a_diagram_of_known_lines(label in any::<String>(), id in any::<String>()) {
        let mut call = only_call(LONG);
        call.id = id.into();
        let mut diagram = diagram(judged(call));
        for step in &mut diagram.steps {
            if let Step::Arrow(arrow) = step {
                arrow.label.clone_from(&label);
            }
        }
        let svg = diagram.svg();
        let mut reader = quick_xml::Reader::from_str(&svg);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                event => prop_assert!(event.is_ok(), "{event:?}"),
            }
        }
        for line in diagram.mermaid().lines().skip(1) {
            let line = line.strip_prefix("    ").unwrap_or_default();
            prop_assert!(["title ", "participant p", "Note ", "p"].iter().any(|begins| line.starts_with(begins)), "{line}");
            let is_inert = !line.contains(['<', '%', '{', '"']);
            prop_assert!(is_inert, "{line}");
        }
    }
}
