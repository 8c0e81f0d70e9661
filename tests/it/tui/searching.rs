//! Searching and filtering.

use ringtrace::tables::Selection;

use super::commands::{narrow, wide};
use super::*;

#[test]
fn a_filter_is_checked_while_it_is_typed() {
    let mut bench = narrow();
    bench.keys("facton");
    screen!(bench, "filter-wrong-80", ["no field is called `acton`; did you mean `action`?", "filter: acton"]);
    bench.keys("<bs><bs><bs>");
    assert!(bench.shows("action") && bench.shows("ack_latency_ms"), "completions are offered");
    bench.keys("t<tab>== t");
    screen!(
        bench,
        "filter-completion-80",
        ["filter: action == t", "terminate", "✓ matches 0 of 3 calls (Enter: apply)"]
    );
    bench.keys("<tab>and reason == timeout<enter>");
    screen!(bench, "filtered-80", ["filter: action == terminate and", "missed", "1 of 1 (3 in total)"]);
    assert!(!bench.shows("declined"));
    bench.keys("F");
    assert!(bench.shows("declined"));
    bench.keys("fring_ms > 99999<enter>");
    assert!(bench.shows("No calls match the filter (3 in total; F clears it)"));
    bench.keys("f<c-u><enter>");
    assert!(bench.shows("declined"), "an empty filter is none");
    bench.keys("fnonsense == 1<enter>");
    assert!(bench.shows("filter: nonsense == 1"), "an invalid filter stays open for correction");
    bench.keys("<esc>");
    assert!(bench.shows("declined"));
}

#[test]
fn the_filter_of_the_command_line_applies_to_the_list() {
    let mut bench = narrow();
    let text = "outcome == declined".to_owned();
    let selection = Selection::parse(&text).unwrap();
    bench.app = App::new(Options { filter: Some((text, selection)), ..Options::default() });
    bench.load(&fixture::three_calls());
    assert!(bench.shows("filter: outcome == declined") && !bench.shows("missed"), "{}", bench.screen());
}

#[test]
fn all_stanzas_can_be_searched() {
    let mut bench = wide();
    bench.keys("/TIMEOUT<enter>");
    assert!(bench.shows("2 of 3 calls") && bench.shows("Match 1 of 1"), "what the list shows comes first");
    bench.keys("<enter>n");
    screen!(bench, "searched-160", ["Call 2 of 3", "Stanza 7 of 8"]);
    bench.keys("/h264<enter>");
    assert!(bench.shows("Call 3 of 3") && bench.shows("Stanza 1 of 4"));
    bench.keys("/preaccept<enter>");
    let first = bench.line_with("Stanza ");
    assert!(bench.shows("Call 1 of 3"), "the search goes on from the beginning: {first}");
    bench.keys("nnnnN");
    assert!(bench.shows("Call 2 of 3"));
    bench.keys("/nowhere to be found<enter>");
    assert!(bench.shows("Nothing in the listed calls contains \"nowhere to be found\""));
    bench.keys("qn");
    assert!(bench.shows("Nothing in the listed calls"), "n goes on with the last text");
    bench.keys("/h264<enter>");
    assert!(bench.shows("Call 3 of 3"), "what no line of the list shows is looked for in the stanzas");
}

#[test]
fn questions_can_be_searched_and_those_without_evidence_hidden() {
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &fixture::three_calls());
        bench.keys("Q");
        bench.keys("G");
        assert!(bench.shows("▶ ") && !bench.shows("out of reach"), "open questions are folded: {}", bench.screen());
        bench.keys("h");
        assert!(bench.shows("Questions with evidence: "));
        bench.keys("G");
        assert!(!bench.shows("open      ") && !bench.shows("▶ "), "{}", bench.screen());
        bench.keys("h");
        assert!(bench.shows("All questions: "));
        bench.keys("/OUT OF reach<enter>");
        assert!(bench.shows("Match 1 of "), "{}", bench.screen());
        assert!(bench.shows("No capture can show this: "), "{}", bench.screen());
        bench.keys("<enter>");
        assert!(bench.line_with("ringtrace").contains("Page") && bench.shows("No capture can show this: "));
        bench.keys("q/nowhere to be found<enter>");
        assert!(bench.shows("Nothing on this screen contains \"nowhere to be found\""));
        bench.keys("/call-missed-timeout<enter>");
        let first = bench.line_with("(call-missed-timeout #");
        bench.keys("n");
        assert_ne!(bench.line_with("(call-missed-timeout #"), first);
        bench.keys("N");
        assert_eq!(bench.line_with("(call-missed-timeout #"), first);
    }
    let mut bench = narrow();
    bench.keys("QG");
    screen!(bench, "questions-end-80", ["without evidence"]);
    bench.keys("/out of reach<enter>D");
    assert!(bench.shows("There is nothing to report here") && bench.shows("out of r"), "a fold opens");
    bench.keys("/same as<enter><enter>");
    assert!(bench.line_with("ringtrace").contains("Evidence"), "{}", bench.screen());
}

#[test]
fn bare_words_are_searched_for_and_the_calls_that_match_are_counted() {
    let mut bench = narrow();
    bench.keys("ftimeout 200000000000001");
    assert!(bench.shows("✓ matches 1 of 3 calls (Enter: apply)"), "{}", bench.screen());
    bench.keys("<enter>");
    assert!(bench.shows("1 of 1 (3 in total)") && bench.shows("missed"), "{}", bench.screen());
    bench.keys("Ffoutcome == nothing");
    assert!(bench.shows("✓ matches 0 of 3 calls"));
}

#[test]
fn calls_are_filtered_by_what_is_selected() {
    let mut bench = narrow();
    bench.keys("j&");
    assert!(bench.shows("Filter by") && bench.shows("outcome == missed"), "{}", bench.screen());
    bench.keys("<enter>");
    assert!(bench.shows("filter: outcome == missed") && bench.shows("1 of 1 (3 in total)"), "{}", bench.screen());
    bench.keys("F<enter>&");
    assert!(bench.shows("action == offer"), "a stanza has values of its own: {}", bench.screen());
    bench.keys("<enter>&j<enter>q");
    assert!(bench.shows("filter: (action == offer) and "), "another value narrows: {}", bench.screen());
    bench.keys("FP");
    assert!(bench.shows("2 of 2 (3 in total)") || bench.shows("1 of 2 (3 in total)"), "{}", bench.screen());
    assert!(!bench.shows("15550100009") && !bench.shows("1555"), "only calls with this peer: {}", bench.screen());
    let mut bench = wide();
    bench.keys("foutcome == missed<enter>P");
    assert!(
        bench.shows("filter: (outcome == missed) and (caller contains "),
        "the peer narrows too: {}",
        bench.screen()
    );
}

#[test]
fn every_screen_can_be_searched() {
    for (keys, text) in [
        ("R", "offer"),
        ("R<enter>", "children"),
        ("c", "websocket"),
        ("Q<enter>i", "the"),
        ("m;a thought<enter>M", "thought"),
        (" jd", "terminate"),
        ("Q<enter>", "terminate"),
    ] {
        let mut bench = narrow();
        bench.keys(keys).keys("/").keys(text).keys("<enter>");
        assert!(bench.shows("Match 1 of ") || bench.shows("Match 2 of "), "{keys}: {}", bench.screen());
        let matched = bench.buffer().content().iter().filter(|cell| cell.bg == ratatui::style::Color::Yellow).count();
        assert!(matched >= text.len(), "{keys}: what was found is highlighted: {}", bench.screen());
        bench.keys("/<enter>");
        let after = bench.buffer().content().iter().filter(|cell| cell.bg == ratatui::style::Color::Yellow).count();
        assert!(after < matched, "{keys}: an empty text takes the highlight away");
    }
}

#[test]
fn a_long_list_is_sorted_between_keys() {
    let mut bench = Bench::with(WIDE, &large());
    for key in parsed("sS") {
        bench.app.press(key);
    }
    bench.draw();
    assert!(
        bench.shows("sorting …") && bench.shows("1 of 4,001"),
        "the list is as it was meanwhile: {}",
        bench.screen()
    );
    // A snapshot that comes meanwhile is sorted after this one.
    bench.app.load(large());
    let slices = std::iter::from_fn(|| bench.app.work().then_some(())).count();
    assert!(slices > 5, "{slices}");
    bench.keys("g");
    assert!(!bench.shows("sorting …") && bench.line_with("▼").contains("Start"), "{}", bench.screen());
    let lines = bench.lines();
    let first = lines.iter().position(|line| line.contains('▼')).unwrap() + 1;
    assert!(lines[first].starts_with("4001 "), "the latest call is the first: {}", bench.screen());
}

#[test]
fn a_search_that_takes_longer_says_how_far_it_is() {
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &large());
        for key in parsed("/nowhere<enter>") {
            let _ = bench.app.press(key);
        }
        bench.draw();
        assert!(bench.shows("searching, "), "{}", bench.screen());
        while bench.app.work() {}
        bench.draw();
        assert!(bench.shows("Nothing in the listed calls contains"), "{}", bench.screen());
    }
}

#[test]
fn a_peer_is_the_same_at_every_device() {
    let mut recording = Recording::new();
    let linked = PEER.replace('@', ":7@");
    recording.gets(PEER, "M1", action("offer", "ONE", PEER, &[]));
    recording.wait(20).gets(&linked, "M2", action("offer", "TWO", &linked, &[]));
    let other = "300000000000003@lid";
    recording.wait(20).gets(other, "M3", action("offer", "THREE", other, &[]));
    let mut bench = Bench::with(WIDE, &recording.analysis(true));
    bench.keys("P");
    assert!(bench.shows("of 2 (3 in total)"), "{}", bench.screen());
    assert!(!bench.shows(other), "{}", bench.screen());
}
