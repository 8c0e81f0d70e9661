//! What leaves the screen: notes, copies and files.

use std::path::PathBuf;

use ringtrace::tui::command::Done;

use super::commands::{narrow, wide, with_notes};
use super::*;

#[test]
fn marks_and_notes_are_saved_in_a_file() {
    let mut bench = with_notes("{\"call\":\"gone\",\"note\":\"of another capture\"}\n");
    bench.keys("j<enter>Gk;ends after 32 s<enter>");
    let Some(Effect::Keep { path, text }) = bench.asked.last() else { panic!("nothing was kept") };
    assert_eq!(path, &PathBuf::from("monday.pcap.notes.ndjson"));
    assert!(text.contains("\"note\":\"ends after 32 s\"") && text.contains("of another capture"), "{text}");
    let kept = text.clone();
    assert!(bench.shows("* ends after 32 s") && bench.line_with("terminate reason").contains('*'));
    bench.keys("q;missed one<enter>");
    assert!(bench.line_with("missed one").contains('*'), "the list has a column for notes");
    bench.keys("M");
    screen!(bench, "marks-160", ["the whole call", "out terminate B3", "ends after 32 s", "of another capture"]);
    bench.keys("<down><enter>");
    assert!(bench.shows("Stanza 7 of 8"), "{}", bench.screen());
    bench.keys("g}");
    assert!(bench.shows("Stanza 7 of 8"), "to the next mark of the call");
    bench.keys("m");
    assert!(!bench.shows("* ends after"), "a second m removes the mark");
    let mut again = with_notes(&kept);
    again.keys("j<enter>Gk");
    assert!(again.shows("* ends after 32 s"), "it is there the next time");
    again.keys("qgfnote contains after<enter>");
    assert!(again.line_with("ringtrace").contains("1 (3 in total)"), "notes can be filtered by: {}", again.screen());
}

#[test]
fn notes_without_a_file_are_kept_until_the_end() {
    let mut bench = wide();
    bench.keys("m");
    assert!(bench.shows("This note is lost when you quit") && bench.asked.is_empty());
    assert!(bench.line_with("answered").starts_with(" *"));
}

#[test]
fn the_selection_is_copied() {
    let mut bench = wide();
    bench.keys("y");
    assert!(bench.shows("Copy") && bench.asked.is_empty(), "there is a choice");
    bench.keys("y");
    assert_eq!(bench.asked, [Effect::Copy("C08BE5EA9BF8A893F34DDB44FFD47308".to_owned())]);
    bench.keys("j<enter>Gkyy");
    let Some(Effect::Copy(stanza)) = bench.asked.last() else { panic!("nothing was copied") };
    assert!(stanza.starts_with("<call to=\"200000000000001@lid\"") && stanza.ends_with("</call>"), "{stanza}");
    bench.keys("pyy");
    let Some(Effect::Copy(stanza)) = bench.asked.last() else { panic!("nothing was copied") };
    assert!(!stanza.contains("@lid"), "letters are copied where letters are shown: {stanza}");
}

#[test]
fn files_contain_exactly_what_is_shown() {
    let mut bench = wide();
    bench.keys("foutcome != declined<enter>sw<enter>");
    let Some(Effect::Write { path, text, .. }) = bench.asked.last() else { panic!("nothing was written") };
    assert_eq!(path, &PathBuf::from("calls.csv"));
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("number,start,caller,callee,media,outcome"));
    assert_eq!(lines.len(), 3);
    assert!(lines[2].contains(",missed,33.4s,,"), "{}", lines[2]);
    bench.keys("<enter>zw<enter>");
    let Some(Effect::Write { path, text, .. }) = bench.asked.last() else { panic!("nothing was written") };
    assert_eq!(path, &PathBuf::from("call-1.txt"));
    assert!(text.contains("offer") && !text.contains("ack offer"), "what is folded is not written: {text}");
    bench.keys("w<c-u>one.xml<enter>");
    let Some(Effect::Write { text, .. }) = bench.asked.last() else { panic!("nothing was written") };
    assert!(text.starts_with("<call from="));
    bench.keys("w<c-u>one.doc<enter>");
    assert!(bench.shows("unknown file extension"));
}

#[test]
fn what_the_program_is_asked_for() {
    let mut bench = narrow();
    bench.keys("<c-z><c-l>");
    assert_eq!(bench.asked, [Effect::Suspend, Effect::Redraw]);
    bench.app.did(Some(Done::Message("Written to x".to_owned())));
    bench.draw();
    assert!(bench.shows("Written to x"));
}
