//! What gets how much of the screen.

use super::*;

#[test]
fn the_split_follows_its_keys() {
    let mut bench = Bench::with((160, 24), &fixture::three_calls());
    bench.keys("<enter>");
    let place = |bench: &Bench| bench.line_with("Stanza 1 of").find("Stanza").unwrap();
    let at_first = place(&bench);
    bench.keys("--");
    assert!(place(&bench) < at_first);
    bench.keys("++>>");
    assert!(place(&bench) > at_first);
    bench.keys("<<<<<<<<<<<<<<<<<<<<<<<<<<<<");
    assert!(bench.shows("Stanza 1 of"));
}

#[test]
fn many_parties_are_shown_a_few_at_a_time() {
    let mut recording = Recording::new();
    for device in 1..30 {
        let peer = format!("200000000000001:{device}@lid");
        recording.wait(5).gets(&peer, &format!("D{device}"), action("preaccept", "GROUP", PEER, &[]));
    }
    let mut bench = Bench::with(NARROW, &recording.analysis(true));
    bench.keys("<enter>G");
    let selected = bench.line_with(">    ");
    assert!(selected.contains("ack") && selected.contains(" 4.0ms "), "the latency stays: {selected}");
    bench.keys("k");
    let selected = bench.lines().into_iter().find(|line| line.starts_with('>')).unwrap();
    assert!(selected.contains("preaccept") && selected.contains(['◄', '►', '«', '»']), "{selected}");
    assert!(bench.line_with("previous").starts_with('+'), "hidden lifelines are counted");
}

/// Where each of these texts begins and how much of it is shown, on a terminal this wide.
fn widths(analysis: &Arc<Analysis>, keys: &str, width: u16) -> Bench {
    let mut bench = Bench::with((width, 40), analysis);
    bench.keys(keys);
    bench
}

/// The longest beginning of a text that is on the screen, in characters.
fn shown_of(bench: &Bench, text: &str) -> usize {
    let lines = bench.lines();
    let characters: Vec<char> = text.chars().collect();
    let is_shown = |length: &usize| {
        let beginning: String = characters[..*length].iter().collect();
        lines.iter().any(|line| line.contains(&beginning))
    };
    (0..=characters.len()).rev().find(is_shown).unwrap_or_default()
}

#[test]
fn nothing_gets_narrower_on_a_wider_terminal() {
    let cases: &[(&str, &[&str])] = &[
        ("", &["15550100009:3@s.whatsapp.net", "200000000000001@lid", "caller timeout"]),
        ("Q", &["Who sends the terminate when nobody answers?", "timeout-terminate-sender"]),
        ("R", &["A reject is only sent before the offer is accepted."]),
        ("Q/timeout-terminate-sender<enter><enter>", &["for caller"]),
    ];
    for (keys, texts) in cases {
        let mut before = vec![0; texts.len()];
        for width in 60..=200 {
            let bench = widths(&fixture::three_calls(), keys, width);
            let now: Vec<usize> = texts.iter().map(|text| shown_of(&bench, text)).collect();
            assert!(
                before.iter().zip(&now).all(|(before, now)| before <= now),
                "{keys} at {width}: {before:?} {now:?}"
            );
            before = now;
        }
        let whole: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        assert_eq!(before, whole, "{keys}: at 200 columns everything is shown");
    }
}

#[test]
fn no_lifeline_is_hidden_on_a_wider_terminal() {
    let mut recording = Recording::new();
    for device in 1..6 {
        let peer = format!("200000000000001:{device}@lid");
        recording.wait(5).gets(&peer, &format!("D{device}"), action("preaccept", "GROUP", PEER, &[]));
    }
    let analysis = recording.analysis(true);
    let mut before = 0;
    for width in 60..=200 {
        let bench = widths(&analysis, "<enter>", width);
        let lifelines = bench.lines().iter().map(|line| line.matches(['│', '├', '┤']).count()).max().unwrap();
        assert!(lifelines >= before, "at {width} columns:\n{}", bench.screen());
        before = lifelines;
    }
    assert!(before >= 6, "all are shown in the end: {before}");
}

#[test]
fn lifelines_scroll_and_hidden_ones_are_named() {
    let mut recording = Recording::new();
    for device in 1..30 {
        let peer = format!("200000000000001:{device}@lid");
        recording.wait(5).gets(&peer, &format!("D{device}"), action("preaccept", "GROUP", PEER, &[]));
    }
    let mut bench = Bench::with(NARROW, &recording.analysis(true));
    bench.keys("<enter>");
    let before = bench.line_with("previous");
    assert!(bench.lines()[2].ends_with('»'), "what is hidden is named at the edge:\n{}", bench.screen());
    bench.keys("lll");
    assert_ne!(bench.line_with("previous"), before);
    assert!(bench.lines()[2].starts_with('«'), "{}", bench.screen());
    bench.keys("hhh");
    assert_eq!(bench.line_with("previous"), before);
}
