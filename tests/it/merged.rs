//! What a ladder shows beside its stanzas: what was to be seen and was not, where a recording has a gap, and how the
//! clocks of two recordings are to one another.

use std::io::Write;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::ladder::{Ladder, Line};
use ringtrace::summary::{self, Diagram, Scene, Step};

/// A call that rings out, recorded on both sides. The callee's clock is 400 ms ahead; its recording has a gap of 12 s
/// while it rings, and the ack of the terminate was not seen, though it would have been.
pub(crate) const MERGED: &str = r#"
{"schema":"ringtrace/1","vantage":"caller","device":["10000000000001:7@lid"],"technique":"websocket-capture","window":[[0,600000]]}
{"schema":"ringtrace/1","vantage":"callee","device":["10000000000002:8@lid"],"technique":"websocket-capture","window":[[0,20000],[32000,600000]]}
{"vantage":"caller","at":1000,"dir":"out","xml":"<call to='10000000000002@lid' id='C1-offer'><offer call-id='C1' call-creator='10000000000001:7@lid'><audio enc='opus' rate='16000'/></offer></call>"}
{"vantage":"caller","at":1010,"dir":"in","xml":"<ack class='call' id='C1-offer' from='10000000000002@lid' type='offer'/>"}
{"vantage":"callee","at":1450,"dir":"in","xml":"<call from='10000000000001:7@lid' id='C1-offer' t='1700000000'><offer call-id='C1' call-creator='10000000000001:7@lid'><audio enc='opus' rate='16000'/></offer></call>"}
{"vantage":"callee","at":1460,"dir":"out","xml":"<ack class='call' id='C1-offer' to='10000000000001:7@lid' type='offer'/>"}
{"vantage":"callee","at":1500,"dir":"out","xml":"<call to='10000000000001:7@lid' id='C1-pre'><preaccept call-id='C1' call-creator='10000000000001:7@lid'/></call>"}
{"vantage":"caller","at":1150,"dir":"in","xml":"<call from='10000000000002:8@lid' id='C1-pre' t='1700000000'><preaccept call-id='C1' call-creator='10000000000001:7@lid'/></call>"}
{"vantage":"caller","at":46000,"dir":"out","xml":"<call to='10000000000002@lid' id='C1-end'><terminate call-id='C1' call-creator='10000000000001:7@lid' reason='timeout'/></call>"}
{"vantage":"callee","at":46440,"dir":"in","xml":"<call from='10000000000001:7@lid' id='C1-end' t='1700000045'><terminate call-id='C1' call-creator='10000000000001:7@lid' reason='timeout'/></call>"}
"#;

/// The same without the gap.
pub(crate) fn without_gap() -> String {
    MERGED.replace("[[0,20000],[32000,600000]]", "[[0,600000]]")
}

/// What is learnt from lines of ringtrace's own format.
pub(crate) fn analysis(lines: &str) -> Arc<Analysis> {
    let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
    file.write_all(lines.trim_start().as_bytes()).unwrap();
    let analysis = Request::new(vec![Source::File(file.path().to_owned())]).load();
    assert_eq!(analysis.calls.len(), 1);
    analysis
}

fn text(analysis: &Analysis, with_expected: bool) -> String {
    let mut out = Vec::new();
    summary::call(0, &Scene::of(&analysis.calls[0], with_expected), analysis, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn line<'t>(text: &'t str, part: &str) -> &'t str {
    text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part:?} is not in\n{text}"))
}

#[test]
fn what_was_to_be_seen_and_was_not_is_drawn_when_asked_for() {
    let analysis = analysis(&without_gap());
    let seen = text(&analysis, false);
    assert!(!seen.contains("expected: "), "{seen}");
    let all = text(&analysis, true);
    let ghost = line(&all, "expected: ");
    assert!(ghost.ends_with("expected: ack terminate (call-missed-timeout, speculative)"), "{ghost}");
    assert!(ghost.contains("|<......") && !ghost.contains("......>"), "from the callee to the server: {ghost}");
    let place = |part: &str| all.lines().position(|line| line.contains(part)).unwrap();
    assert!(place("expected: ") > place("terminate reason=timeout"), "{all}");
    assert_eq!(all.matches("expected: ").count(), 1, "what was seen is not expected any more");

    let diagram = Diagram::drawn(&Scene::of(&analysis.calls[0], true), &analysis);
    let absent: Vec<_> = diagram.steps.iter().filter(|step| matches!(step, Step::Expected(_))).collect();
    assert_eq!(absent.len(), 1);
    assert!(diagram.mermaid().contains("--xp1: expected#58; ack terminate (call-missed-timeout, speculative)"));
    let svg = diagram.svg();
    assert!(svg.contains("class=\"ghost\"") && svg.contains("expected, not seen"));
    let bare = Diagram::of(&analysis.calls[0], &analysis);
    assert!(!bare.svg().contains("class=\"ghost\"") && !bare.mermaid().contains("expected#58;"));
}

#[test]
fn what_no_recording_could_have_shown_is_not_expected() {
    let with_gap = analysis(MERGED);
    let flow = with_gap.calls[0].flow.as_ref().unwrap();
    assert!(flow.hidden() > 0 && flow.missing(&with_gap.calls[0].call).is_empty(), "{flow:?}");
    assert!(!text(&with_gap, true).contains("expected: "));
    let answered = MERGED.replace("reason='timeout'", "duration='9'").replace("preaccept", "accept");
    assert!(analysis(&answered).calls[0].flow.is_none());
}

#[test]
fn a_step_that_no_recorded_device_sent_is_drawn_between_those_who_would_have() {
    let only_callee: Vec<_> =
        without_gap().lines().filter(|line| !line.contains("\"caller\"")).map(str::to_owned).collect();
    let analysis = analysis(&only_callee.join("\n"));
    let ghosts = Ladder::of_all(&[summary::part(&analysis.calls[0], true)]).ghosts;
    assert_eq!(
        ghosts.iter().map(|ghost| ghost.label.as_str()).collect::<Vec<_>>(),
        ["expected: ack terminate (call-missed-timeout, speculative)"]
    );
}

#[test]
fn a_gap_is_a_break_that_says_whose_recording_has_it() {
    let analysis = analysis(MERGED);
    let judged = &analysis.calls[0];
    let ladder = Ladder::of(&judged.call);
    let [gap] = ladder.gaps.as_slice() else { panic!("{:?}", ladder.gaps) };
    assert_eq!(gap.length, 12_000_000_000);
    let after = &judged.call.rows[ladder.rungs[gap.before].row];
    assert_eq!(after.observed.read().id.as_deref(), Some("C1-end"));
    assert_eq!(after.vantage, 1, "before the callee's next stanza, and not before the caller's");
    assert_eq!(ladder.lifelines[gap.lifeline.unwrap()].vantage, Some((0, 1)));
    let lines = ladder.lines(|rung| rung.row == 0);
    assert_eq!(lines, [Line::Rung(0), Line::Gap(0)], "a gap stays where the rows around it are not shown");
    let text = text(&analysis, false);
    assert!(line(&text, "not recorded").ends_with("....  12.000 s not recorded at 10000000000002:8@lid"), "{text}");
    let diagram = Diagram::of(judged, &analysis);
    assert!(diagram.steps.contains(&Step::Gap("12.000 s not recorded at 10000000000002:8@lid".to_owned())));
    assert!(diagram.svg().contains("gap: 12.000 s not recorded at"));
    assert!(diagram.mermaid().contains("gap, 12.000 s not recorded at"));
}

#[test]
fn a_gap_of_the_only_recording_needs_no_name() {
    let lines: Vec<_> = MERGED.lines().filter(|line| !line.contains("\"caller\"")).collect();
    let analysis = analysis(&lines.join("\n"));
    let ladder = Ladder::of(&analysis.calls[0].call);
    assert_eq!(ladder.gaps.iter().map(|gap| (gap.lifeline, gap.length)).collect::<Vec<_>>(), [(None, 12_000_000_000)]);
    assert!(text(&analysis, false).contains("....  12.000 s not recorded\n"));
}

#[test]
fn times_are_on_one_clock_and_nothing_is_called_earlier_within_its_bound() {
    let analysis = analysis(MERGED);
    let text = text(&analysis, false);
    assert!(line(&text, "recorded at").contains("its clock 0.395 s ahead, give or take 0.0"), "{text}");
    let rows: Vec<_> = text.lines().filter(|line| line.contains(" s ") && line.contains('|')).collect();
    assert_eq!(rows.len(), 8, "{text}");
    assert!(rows[2].contains("offer") && rows[2].contains(" 0.0") && rows[2].contains("~"), "{}", rows[2]);
    assert!(rows[2].contains(" ms ± ") && rows[2].contains("on its way"), "{}", rows[2]);
    assert!(!rows[0].contains('~') && !rows[1].contains('~') && !rows[5].contains('~'), "{text}");
    assert!(!text.contains("-0."), "{text}");
}
