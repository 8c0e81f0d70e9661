//! Captures and key logs: opened while the interface runs, and what was made of them.

use std::fs;
use std::path::PathBuf;

use ringtrace::analysis::{Capture, KeyLog};
use ringtrace::keys::SessionId;
use ringtrace::notes::Shelf;
use ringtrace::tui::command::Done;

use super::*;

#[test]
fn a_path_is_completed_and_opened() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("more")).unwrap();
    for name in ["monday.pcap", "monday.keys", "more/tuesday.pcap"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    let typed = format!("{}/m", folder.path().display());
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &fixture::three_calls());
        bench.keys("A");
        assert!(bench.shows("open:") && bench.shows("A capture, a folder of captures or a key log"));
        bench.keys(&typed);
        assert!(bench.shows("monday.keys") && bench.shows("monday.pcap") && bench.shows("more/"), "{}", bench.screen());
        bench.keys("<down><tab>");
        assert!(!bench.shows("more/"), "one name is left: {}", bench.screen());
        bench.keys("<enter>");
        assert_eq!(bench.asked, [Effect::Open(folder.path().join("monday.pcap"))]);
        bench.keys("A").keys(&typed).keys("o<tab>").keys("<up><tab>");
    }
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("A").keys(&typed).keys("or<tab>");
    assert!(bench.shows("tuesday.pcap"), "a folder is entered: {}", bench.screen());
    bench.keys("<esc>A<enter>");
    assert!(bench.asked.is_empty() && !bench.shows("open:"), "nothing typed opens nothing");
}

#[test]
fn the_palette_opens_files_as_vi_does() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    for command in [":e more.pcap<enter>", ":open more.pcap<enter>", "<enter>:edit more.pcap<enter>"] {
        bench.keys(command);
        assert_eq!(bench.asked.pop(), Some(Effect::Open(PathBuf::from("more.pcap"))), "{command}");
    }
    bench.keys(":e<enter>");
    assert!(bench.shows("open:"));
}

/// The three calls, and then one more.
fn four_calls(complete: bool) -> Arc<Analysis> {
    let mut recording = Recording::new();
    fixture::answered(recording.wait(500));
    fixture::missed(recording.wait(60_000));
    fixture::declined(recording.wait(60_000));
    recording.wait(60_000).gets(PEER, "Z1", action("offer", "FOURTH", PEER, &[]));
    recording.analysis(complete)
}

#[test]
fn a_file_that_is_opened_keeps_the_place() {
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("j<enter>jjj");
    let place = bench.line_with("Stanza 4 of 8");
    bench.app.begin(Shelf::default(), false);
    bench.draw();
    assert!(bench.shows("Loading") && bench.line_with("Stanza 4 of 8") == place);
    bench.load(&Arc::default());
    bench.load(&Recording::new().analysis(false));
    assert!(bench.shows("Loading") && bench.shows("Stanza 4 of 8"), "what was read before is shown until the end");
    bench.keys("D");
    assert!(bench.shows("Findings can be drafted once all captures are read"), "a finding needs everything");
    bench.load(&four_calls(true));
    assert!(bench.shows("4 calls, 1 more than before") && bench.shows("Call 2 of 4"), "{}", bench.screen());
    assert_eq!(bench.line_with("Stanza 4 of 8"), place);
    bench.keys("q");
    assert!(bench.line_with("ringtrace").contains("2 of 4 calls"));
}

#[test]
fn a_file_that_cannot_be_read_is_named_when_it_was_tried() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.app.begin(Shelf::default(), false);
    let mut analysis = Analysis::clone(&fixture::three_calls());
    let failure = Some("the input is empty".to_owned());
    analysis.captures.push(Capture { name: "x/empty.pcap".to_owned(), failure, ..Capture::default() });
    bench.load(&Arc::new(analysis));
    assert!(bench.shows("empty.pcap: the input is empty"), "{}", bench.screen());
    bench.app.begin(Shelf::default(), false);
    bench.app.did(Some(Done::Message("more.pcap: No such file or directory".to_owned())));
    bench.draw();
    assert!(bench.shows("more.pcap: No such file"));
}

#[test]
fn a_reading_that_stops_shows_how_far_it_came() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.app.begin(Shelf::default(), false);
    let mut recording = Recording::new();
    fixture::answered(recording.wait(500));
    bench.load(&recording.analysis(false));
    assert!(bench.shows("of 3 calls"));
    bench.app.stop();
    bench.draw();
    assert!(bench.shows("of 1 call") && bench.shows("Loading stopped"), "{}", bench.screen());
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.app.begin(Shelf::default(), false);
    bench.load(&four_calls(false));
    assert!(
        bench.shows("of 4 calls") && bench.shows("Loading"),
        "what goes on growing is shown once nothing is missing"
    );
}

/// Two captures with key logs of which one is used, and files that are not captures.
fn several_files() -> Arc<Analysis> {
    let mut analysis = Analysis::clone(&fixture::three_calls());
    analysis.captures[0].connections[0].sessions = vec![SessionId::Tls([1; 32]), SessionId::Noise([2; 32])];
    let mut second = analysis.captures[0].clone();
    second.name = "calls/tuesday.pcap".to_owned();
    second.connections[0].sessions.clear();
    analysis.captures.push(second);
    for name in ["notes.txt", "photo.jpg", "todo.md", "x.bin"] {
        let capture = Capture { name: format!("calls/{name}"), bytes: 812, size: Some(812), ..Capture::default() };
        analysis.captures.push(capture);
    }
    let log = |name: &str, lines, sessions: &[SessionId]| KeyLog {
        name: name.to_owned(),
        lines,
        sessions: sessions.iter().copied().collect(),
    };
    analysis.key_logs = [
        log("monday.keylog", 2, &[SessionId::Tls([1; 32]), SessionId::Tls([7; 32])]),
        log("other.noisekeys.txt", 1, &[SessionId::Noise([9; 32])]),
    ]
    .into();
    Arc::new(analysis)
}

#[test]
fn keys_and_files_that_are_not_captures_are_summed_up() {
    let shows = |size| {
        let mut bench = Bench::with(size, &several_files());
        bench.keys("cG");
        bench
    };
    const SKIPPED: &str = "4 other files are not captures: notes.txt, photo.jpg, todo.md and 1 more";
    screen!(
        shows(NARROW),
        "keys-80",
        [SKIPPED, "2 lines with a key, decrypted tcp.stream 2 of monday.pcap", "not used"]
    );
    screen!(shows(WIDE), "keys-160", [SKIPPED, "1 line with a key, not used: no connection matches its keys"]);
}

#[test]
fn the_list_has_a_column_for_the_capture_if_there_are_several() {
    let bench = Bench::with(WIDE, &several_files());
    assert!(bench.line_with("Caller").contains("Capture") && bench.line_with("answered").contains("monday.pcap"));
    assert!(!Bench::with(WIDE, &fixture::three_calls()).shows("Capture"), "one capture needs no column");
}

#[test]
fn an_encrypted_connection_says_which_key_opens_a_key_log() {
    let mut bench = Bench::with(NARROW, &fixture::unread());
    bench.keys("c");
    assert!(bench.shows("A opens a key log here, without a restart."), "{}", bench.screen());
}
