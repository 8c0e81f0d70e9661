//! A call that was recorded on both sides, on the screen.

use super::*;
use crate::merged::{MERGED, analysis, without_gap};

fn opened(size: (u16, u16), lines: &str) -> Bench {
    let mut bench = Bench::with(size, &analysis(lines));
    bench.keys("<enter>");
    bench
}

/// The line of the selected row.
fn selected(bench: &Bench) -> String {
    bench.lines().into_iter().find(|line| line.starts_with('>')).unwrap()
}

#[test]
fn both_sides_of_a_call_on_one_clock() {
    let bench = opened(WIDE, &without_gap());
    screen!(bench, "merged-160", ["clock +0.395s ±59ms", "offer ⇢55ms±59ms", "expected: ack terminate"]);
    assert!(bench.line_with("ack offer 10ms").contains("+0.010s"));
    assert!(bench.line_with("⇢55ms").contains("~+0.045s"), "the clocks do not tell which was first");
    assert!(!bench.shows("-0."), "nothing is called earlier within the bound");
    let ghost = bench.line_with("expected: ");
    assert!(ghost.contains('◁') && !ghost.contains('►'), "{ghost}");
}

#[test]
fn what_was_not_seen_can_be_left_out() {
    let mut bench = opened(NARROW, &without_gap());
    bench.keys("G");
    assert!(bench.shows("expected: ack terminate"));
    assert!(selected(&bench).contains("terminate reason"), "a ghost is never selected");
    bench.keys("u");
    assert!(!bench.shows("expected: ack") && bench.shows("Expected steps that were not seen are hidden"));
    bench.keys("u");
    assert!(bench.shows("Expected steps: 1 not seen, 0 not visible from this device") && bench.shows("expected: ack"));
    bench.keys("uq<enter>");
    assert!(bench.shows("expected: ack"), "another opening shows it again");
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("<enter>uu");
    assert!(bench.shows("The spec has no flow for a call with this outcome"));
}

#[test]
fn a_gap_is_a_break_in_the_ladder() {
    let mut bench = opened(WIDE, MERGED);
    let gap = bench.line_with("gap: 12.0s not recorded");
    assert!(gap.contains("at 10000000000002:8@lid ") && gap.contains("╌╌╌"), "{gap}");
    let row = |bench: &Bench, part: &str| bench.lines().iter().position(|line| line.contains(part)).unwrap();
    assert!(
        row(&bench, "gap: ") < row(&bench, "terminate reason=timeout ⇢")
            && row(&bench, "gap: ") > row(&bench, "preaccept")
    );
    bench.keys("G");
    assert!(selected(&bench).contains("⇢45ms"));
    bench.keys("k");
    assert!(selected(&bench).contains("+45.000s"), "a gap is never selected");
    bench.keys("p");
    assert!(bench.shows("at B:8 "), "letters stand for people in gaps too");
    bench.resize((20, 5));
    bench.resize((44, 12));
    assert!(bench.shows("gap: 12.0s") || bench.shows("terminate"));
}

#[test]
fn the_stanza_says_what_the_server_changed() {
    let mut bench = opened(WIDE, &without_gap());
    bench.keys("jj");
    screen!(bench, "changes-160", ["55ms±59ms in transit", "the server added `from`, `t`; dropped `to`"]);
    bench.keys("k");
    assert!(!bench.shows("the server added"), "an ack is no copy");
}

#[test]
fn what_is_shown_of_a_ladder_is_written_in_every_form() {
    let mut bench = opened(WIDE, MERGED);
    let mut written = |keys: &str| {
        bench.keys(keys);
        let Some(Effect::Write { text, over: false, .. }) = bench.asked.last() else { panic!("nothing was written") };
        text.clone()
    };
    let text = written("w<enter>");
    assert!(text.contains("12.0 s not recorded at 10000000000002:8@lid") && text.contains("ack offer"), "{text}");
    let svg = written("w<c-u>x.svg<enter>");
    assert!(svg.starts_with("<svg") && svg.contains("gap: 12.0 s"));
    let fenced = written("w<c-u>x.md<enter>");
    assert!(fenced.starts_with("```mermaid\nsequenceDiagram\n") && fenced.ends_with("```\n"));
    let folded = written("zw<c-u>x.mmd<enter>");
    assert!(folded.starts_with("sequenceDiagram") && !folded.contains("ack offer"), "{folded}");
    assert!(folded.contains("offer, answered after 10 ms"), "{folded}");
    let letters = written("pw<c-u>x.mmd<enter>");
    assert!(letters.contains("participant p0 as A#58;7") && !letters.contains("lid as"), "{letters}");
}
