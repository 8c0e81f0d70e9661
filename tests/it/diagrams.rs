//! `ringtrace ladder`: one call as text, Mermaid and SVG.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use proptest::prelude::*;
use ringtrace::analysis::{Analysis, NoChoice};
use ringtrace::call::{Call, Clock, Party, Recording, Socket, Span};
use ringtrace::diagram::{Diagram, Line, Picture, Step};
use ringtrace::origin::Timestamp;
use ringtrace::spec::{Conformance, Context, Judged, Place, Verdicts};

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
    Judged::new(call, Arc::new(context))
}

fn with_places(judged: Judged, places: Vec<Place>) -> Judged {
    let verdicts = Verdicts { places, ..Verdicts::clone(&judged) };
    Judged::from((judged.call, verdicts))
}

fn diagram(judged: Judged) -> Diagram {
    Diagram::new(vec![Arc::new(judged)], false)
}

fn mermaid(diagram: &Diagram) -> String {
    Picture::of(diagram).mermaid(&Analysis::default())
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
fn a_call_is_chosen_by_id_prefix_or_number() {
    let by_number = printed(&ladder(&["--call", "#2"]));
    let id = by_number.split("call-id ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    for asked in [id.as_str(), &id[..6], &id[..6].to_lowercase()] {
        assert_eq!(printed(&ladder(&["--call", asked])), by_number, "{asked}");
    }
    let mut mistyped = id.clone();
    mistyped.replace_range(3..5, "__");
    for (asked, expected) in [
        (mistyped.as_str(), format!("did you mean #2 {id}?")),
        ("teapot", "no call-id begins with `teapot`".to_owned()),
        ("#0", "no such call; there are #1 to #7".to_owned()),
        ("#8", "no such call; there are #1 to #7".to_owned()),
        ("", "no call-id begins with ``".to_owned()),
    ] {
        let output = ladder(&["--call", asked]);
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{asked}");
        assert!(said(&output).contains(&expected), "{asked}: {}", said(&output));
    }
    let none = ladder(&[]);
    assert_eq!((code(&none), said(&none).contains("use --call to select")), (2, true));
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
fn an_ambiguous_choice_is_refused() {
    let one = analysis(&["ABCD"]);
    assert_eq!((one.choose(None), one.choose(Some("ab"))), (Ok(0), Ok(0)));
    assert_eq!(analysis(&[]).choose(Some("A")), Err(NoChoice::NoCalls));
    let several = analysis(&["AB1", "AB2", "AB", "CD", "CD"]);
    let why = |asked| several.choose(Some(asked)).unwrap_err().to_string();
    assert_eq!(several.choose(Some("AB")), Ok(2), "the whole id goes before the beginning of others");
    assert_eq!(why("A"), "`A` begins the call-ids of 3 calls: #1 AB1, #2 AB2, #3 AB; use the number to select one");
    assert_eq!(why("CD"), "`CD` is the call-id of 2 calls: #4 CD, #5 CD; use the number to select one");
    assert_eq!(several.choose(Some("#5")), Ok(4));
    let hostile = analysis(&["\u{1b}[2J", "B"]).choose(None).unwrap_err().to_string();
    assert!(!hostile.contains('\u{1b}'), "{hostile}");
}

#[test]
fn an_existing_file_is_overwritten_only_with_force() {
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
fn waits_gaps_repeats_answers_and_marks_are_drawn() {
    let mut call = only_call(LONG);
    let seconds =
        |from: i64, until: i64| Span { from: Timestamp(from * 1_000_000_000), until: Timestamp(until * 1_000_000_000) };
    let spans = vec![seconds(0, 5), seconds(10, 30)];
    let recording = Recording { technique: "websocket-capture", spans, ..Recording::default() };
    call.recordings = BTreeMap::from([(call.rows[0].observed.socket(), Arc::new(recording))]);
    let place = |found, row| Place { rule: ringtrace::spec::RULES[0], row, found, why: "planted".into() };
    let places = vec![place(Conformance::Holds, 0), place(Conformance::Violated, 0), place(Conformance::Novelty, 3)];
    let diagram = diagram(with_places(judged(call), places));
    let picture = Picture::of(&diagram);
    let lines = picture.lines().into_iter().map(|line| match line {
        Line::Wait(waited) => format!("wait {waited} ns"),
        Line::Gap(gap) => format!("gap {}", picture.gap_text(gap)),
        Line::Media(line) => format!("{} media {}", line.record(), line.mark.text),
        Line::Expected(expected) => format!("{}>{} {}", expected.from, expected.to, expected.label),
        Line::Event(event) => format!("event {}", event.label),
        Line::Arrow(line) => {
            let marks: String = line.marks().iter().map(|mark| mark.sign).collect();
            let answers = line.answers.as_ref().map_or(String::new(), |(index, took)| format!(" <- {index} {took}"));
            let again = if line.is_repeated { " again" } else { "" };
            format!("{} {}>{}{again} {}{answers} {marks}", line.record(), line.arrow.from, line.arrow.to, line.label)
        }
    });
    let expected = [
        "2 0>2 offer !",
        "3 2>1 ack offer <- 0 100 ms ?",
        "4 0>2 again offer ",
        "gap 5.00 s not recorded",
        "wait 17500000000 ns",
        "5 0>2 terminate reason=timeout *???",
        "6 2>1 ack terminate <- 5 250 ms ",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
    insta::assert_snapshot!("diagram_with_everything", picture.mermaid(&Analysis::default()));
    let svg = picture.svg(&Analysis::default());
    for part in
        ["class=\"gap\"", "class=\"wait\"", "mark broken", "mark new", "mark open", "(again)", "answers record 5"]
    {
        assert!(svg.contains(part), "{part}");
    }
}

#[test]
fn a_stanza_seen_at_both_ends_is_drawn_through_the_server_on_one_clock() {
    let mut call = only_call(
        "
        0 in 1.0  success lid=200:1@lid
        1 in 1.0  success lid=100:7@lid
        0 out 2.0  call to=100@lid id=A1 [offer call-id=C call-creator=200:1@lid; audio]
        1 in 2.5  call from=200:1@lid id=Z1 [offer call-id=C call-creator=200:1@lid; audio]",
    );
    let (sent, got) = (0, 1);
    call.rows[got].copy_of = Some(sent).into();
    let vantage = call.rows[got].vantage;
    let clock = Clock { least: -450_000_000, most: -350_000_000 };
    call.vantages[vantage].clock = Some(clock);
    let sockets = [sent, got].map(|row| call.rows[row].observed.socket());
    let own_clock = |socket: Socket| (socket, Arc::new(Recording { clock: Some(socket), ..Recording::default() }));
    call.recordings = sockets.into_iter().map(own_clock).collect();
    call.clocks = BTreeMap::from([(sockets[0], Clock::SAME), (sockets[1], clock)]);
    let diagram = diagram(judged(call));
    let picture = Picture::of(&diagram);
    let server = diagram.lifelines.iter().position(|lifeline| lifeline.party == Party::Server).unwrap();
    let arrows: Vec<_> = picture
        .lines()
        .into_iter()
        .filter_map(|line| if let Line::Arrow(arrow) = line { Some(arrow) } else { None })
        .collect();
    let (caller, callee) = (arrows[0].arrow.from, arrows[1].arrow.to);
    let drawn: Vec<_> = arrows.iter().map(|line| (line.arrow.from, line.arrow.to, line.since_start)).collect();
    assert_eq!(drawn, [(caller, server, Some(0)), (server, callee, Some(100_000_000))]);
    assert!(caller != callee && diagram.lifelines[caller].is_recorded() && diagram.lifelines[callee].is_recorded());
    assert_eq!(arrows[1].transit.as_deref(), Some("100 ms ± 50 ms on its way"));
    let subtitle = picture.subtitle(&Analysis::default());
    assert!(subtitle.ends_with("clock of 100:7@lid 400 ms ahead ± 50 ms"), "{subtitle}");
}

#[test]
fn a_diagram_too_long_for_mermaid_is_cut_short_with_a_note() {
    let lines = (0..3000).map(|index| {
        format!("0 in {index}.0 call from=200@lid id=A{index} [transport call-id=C call-creator=200@lid]\n")
    });
    let text = mermaid(&diagram(judged(only_call(&lines.collect::<String>()))));
    assert!(text.len() < 49_000 && text.len() > 40_000, "{}", text.len());
    assert!(text.ends_with(" more steps are not drawn\n"), "{}", &text[text.len() - 100..]);
}

/// The type that Mermaid's own parser gives each diagram. `npm ci` installs it in `docs/diagrams`.
fn mermaid_says(diagrams: &[String]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagrams");
    let input = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&input, diagrams).unwrap();
    let output = Command::new("node").arg("parse.mjs").arg(input.path()).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test_with::path(docs/diagrams/node_modules/mermaid)]
#[test]
fn mermaid_parses_every_diagram() {
    let mut diagrams: Vec<String> =
        (1..=7).map(|call| printed(&ladder(&["--call", &format!("#{call}"), "--format", "mermaid"]))).collect();
    diagrams.push(mermaid(&diagram(judged(only_call(LONG)))));
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
        let place =
            Place { rule: ringtrace::spec::RULES[0], row: 0, found: Conformance::Violated, why: hostile.into() };
        let mut diagram = diagram(with_places(judged(call), vec![place]));
        for step in &mut diagram.steps {
            if let Step::Arrow(arrow) = step {
                arrow.label = hostile.to_owned();
            }
        }
        let picture = Picture { name: &|_, _| hostile.to_owned(), ..Picture::of(&diagram) };
        diagrams.push(picture.mermaid(&Analysis::default()));
    }
    for (verdict, diagram) in mermaid_says(&diagrams).iter().zip(&diagrams) {
        assert_eq!(verdict, "sequence", "{diagram}");
    }
    let planted = vec!["sequenceDiagram\n    p0->>p1 no colon; end\n".to_owned()];
    assert_ne!(mermaid_says(&planted)[0], "sequence", "a parser that takes anything shows nothing");
}

proptest! {
    #[test]
    fn any_text_gives_well_formed_svg_and_inert_mermaid(label in any::<String>(), id in any::<String>()) {
        let mut call = only_call(LONG);
        call.id = id.into();
        let mut diagram = diagram(judged(call));
        for step in &mut diagram.steps {
            if let Step::Arrow(arrow) = step {
                arrow.label.clone_from(&label);
            }
        }
        let svg = Picture::of(&diagram).svg(&Analysis::default());
        let mut reader = quick_xml::Reader::from_str(&svg);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                event => prop_assert!(event.is_ok(), "{event:?}"),
            }
        }
        for line in mermaid(&diagram).lines().skip(1) {
            let line = line.strip_prefix("    ").unwrap_or_default();
            prop_assert!(["title ", "participant p", "Note ", "p"].iter().any(|begins| line.starts_with(begins)), "{line}");
            let is_inert = !line.contains(['<', '%', '{', '"']);
            prop_assert!(is_inert, "{line}");
        }
    }
}
