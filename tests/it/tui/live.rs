//! Captures that are read, or grow, while they are shown.

use ringtrace::notes::Shelf;

use super::*;

/// A recording under way: what is read so far, all of it.
fn so_far(recording: &mut Recording) -> Arc<Analysis> {
    let mut analysis = Analysis::clone(&recording.analysis(false));
    analysis.caught_up = true;
    analysis.captures[0].is_followed = true;
    analysis.captures[0].size = None;
    Arc::new(analysis)
}

/// The interface that follows a recording of two calls.
fn following(size: (u16, u16)) -> (Bench, Recording) {
    let mut bench = Bench::new(size);
    bench.app.begin(Shelf::default(), true);
    let mut recording = Recording::new();
    fixture::answered(recording.wait(500));
    fixture::missed(recording.wait(60_000));
    bench.load(&so_far(&mut recording));
    (bench, recording)
}

#[test]
fn new_calls_are_marked_until_they_are_seen() {
    for size in [NARROW, WIDE] {
        let (mut bench, mut recording) = following(size);
        assert!(!bench.shows("•") && bench.shows("Following   2 calls   verdicts provisional"), "{}", bench.screen());
        bench.keys("g");
        fixture::declined(recording.wait(60_000));
        bench.load(&so_far(&mut recording));
        assert!(bench.line_with("declined").contains('•') && bench.shows("3 calls, 1 new"), "{}", bench.screen());
        assert!(!bench.line_with("answered").contains('•') && bench.shows("1 of 3 calls"));
        bench.keys("jj");
        assert!(!bench.shows("•") && !bench.shows("1 new"), "what is selected was seen: {}", bench.screen());
        bench.load(&so_far(&mut recording));
        assert!(!bench.shows("•"), "and stays seen");
        recording.wait(60_000).gets(PEER, "Z1", action("offer", "FOURTH", PEER, &[]));
        bench.keys("g").load(&so_far(&mut recording));
        assert!(bench.shows("4 calls, 1 new"));
        bench.keys("K");
        assert!(!bench.shows("•"));
    }
}

#[test]
fn a_call_goes_on_while_it_is_open() {
    let (mut bench, mut recording) = following(WIDE);
    recording.wait(60_000).gets(PEER, "Z1", action("offer", "FOURTH", PEER, &[]));
    bench.load(&so_far(&mut recording));
    assert!(bench.shows("ongoing"), "it may end yet: {}", bench.screen());
    bench.keys("<enter>");
    assert!(bench.shows("Call 3 of 3") && !bench.shows("terminate"), "the newest is selected: {}", bench.screen());
    recording.wait(4_000).gets(PEER, "Z2", action("terminate", "FOURTH", PEER, &[]));
    bench.load(&so_far(&mut recording));
    assert!(bench.shows("terminate") && bench.shows("Stanza 1 of 4"), "{}", bench.screen());
}

#[test]
fn the_list_scrolls_to_the_newest_call_until_the_user_goes_elsewhere() {
    let (mut bench, mut recording) = following(NARROW);
    assert!(bench.shows("2 of 2 calls") && bench.shows("auto-scroll"));
    fixture::declined(recording.wait(60_000));
    bench.load(&so_far(&mut recording));
    assert!(bench.shows("3 of 3 calls"));
    bench.keys("k");
    recording.wait(60_000).gets(PEER, "Z1", action("offer", "FOURTH", PEER, &[]));
    bench.load(&so_far(&mut recording));
    assert!(bench.shows("2 of 4 calls") && !bench.shows("auto-scroll"), "{}", bench.screen());
    bench.keys("V");
    assert!(bench.shows("4 of 4 calls") && bench.shows("Auto-scroll on"));
    bench.keys("kG");
    recording.wait(60_000).gets(PEER, "Z2", action("offer", "FIFTH", PEER, &[]));
    bench.load(&so_far(&mut recording));
    assert!(bench.shows("5 of 5 calls"), "who goes to the end stays there");
}

#[test]
fn a_paused_screen_shows_what_came_when_it_goes_on() {
    let (mut bench, mut recording) = following(NARROW);
    bench.keys("g.");
    fixture::declined(recording.wait(60_000));
    bench.load(&so_far(&mut recording));
    screen!(bench, "live-paused-80", ["Paused: 1 call more", ". continue", "1 of 2 calls"]);
    bench.keys(".");
    screen!(bench, "live-80", ["3 calls, 1 new", ". pause"]);
    bench.keys("..");
    assert!(bench.shows("Following"), "nothing came meanwhile");
    bench.keys(".").load(&fixture::three_calls());
    assert!(!bench.shows("Paused"), "the end of the captures ends the pause");
    bench.app.stop();
    bench.keys(".");
    assert!(bench.shows("Nothing to pause"));
}

#[test]
fn following_begins_and_ends_at_a_key() {
    let (mut bench, mut recording) = following(NARROW);
    bench.keys("D");
    assert!(bench.shows("Findings can be drafted once all captures are read; W stops following"), "{}", bench.screen());
    bench.keys("Q");
    assert!(bench.line_with("ringtrace").contains("provisional"));
    bench.keys("qW");
    assert_eq!(bench.asked.pop(), Some(Effect::StopFollowing));
    bench.load(&recording.analysis(true));
    bench.app.stop();
    bench.keys("W");
    assert_eq!(bench.asked.pop(), Some(Effect::Reload(true)));
    bench.keys("<c-r>");
    assert_eq!(bench.asked.pop(), Some(Effect::Reload(false)));
    bench.app.begin(Shelf::default(), true);
    bench.keys("<c-r>");
    assert_eq!(bench.asked.pop(), Some(Effect::Reload(true)), "following goes on");
}

#[test]
fn what_a_reload_brings_is_new() {
    let mut recording = Recording::new();
    fixture::answered(recording.wait(500));
    let mut bench = Bench::with(NARROW, &recording.analysis(true));
    assert!(!bench.shows("•"));
    bench.app.begin(Shelf::default(), false);
    bench.load(&Arc::default());
    fixture::missed(recording.wait(60_000));
    bench.load(&recording.analysis(false));
    bench.load(&recording.analysis(true));
    assert!(bench.line_with("missed").contains('•') && bench.shows("1 of 2 calls"), "{}", bench.screen());
}

#[test]
fn notes_on_a_capture_that_came_later_have_a_file() {
    let (mut bench, mut recording) = following(NARROW);
    let mut analysis = Analysis::clone(&so_far(&mut recording));
    let mut shelf = Shelf::default();
    shelf.add(Some("late.pcap.notes.ndjson".into()), "");
    analysis.shelf = Arc::new(shelf);
    bench.load(&Arc::new(analysis));
    bench.keys("m");
    assert!(matches!(&bench.asked[..], [Effect::Keep { path, .. }] if path.ends_with("late.pcap.notes.ndjson")));
}

#[test]
fn the_interface_draws_before_the_first_snapshot() {
    let mut bench = Bench::new(NARROW);
    screen!(bench, "nothing-yet-80", ["No calls so far.", "Loading …", "help"]);
    bench.keys("jG<enter>ec?<esc>");
    assert!(!bench.has_quit);
}

#[test]
fn calls_appear_during_loading() {
    let mut recording = Recording::new();
    fixture::answered(&mut recording);
    let mut bench = Bench::with(NARROW, &recording.analysis(false));
    screen!(bench, "reading-80", ["Loading ████████░░░░░░░░░░░░ 41%   20.0 kB of 48.1 kB   33 records   1 call"]);
    fixture::missed(recording.wait(1_000));
    bench.load(&recording.analysis(true));
    assert!(bench.shows("caller timeout") && !bench.shows("Loading") && !bench.shows("data was lost"));
}

#[test]
fn a_reader_that_ends_early_is_reported() {
    let mut bench = Bench::with(NARROW, &Recording::new().analysis(false));
    bench.app.stop();
    bench.draw();
    assert!(bench.shows("Loading stopped before the end of the captures"));
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.app.stop();
    bench.draw();
    assert!(!bench.shows("Loading stopped"), "what was read to its end is complete");
}
