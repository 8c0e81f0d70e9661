//! What a diagram shows besides stanzas: expected steps that were not observed, gaps in a recording, and how the clocks
//! of two recordings differ.

use std::io::Write;
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::diagram::{Diagram, Expected, Gap, Picture, Step};
use ringtrace::print;
use ringtrace::spec::KNOWLEDGE;

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

/// The analysis of one call in ringtrace NDJSON.
pub(crate) fn analysis(lines: &str) -> Arc<Analysis> {
    let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
    file.write_all(lines.trim_start().as_bytes()).unwrap();
    let analysis = Request::new(vec![Source::File(file.path().to_owned())]).load();
    assert_eq!(analysis.calls.len(), 1);
    analysis
}

fn diagram(analysis: &Analysis, with_expected: bool) -> Diagram {
    Diagram::new(vec![analysis.calls[0].clone()], with_expected)
}

fn gaps(diagram: &Diagram) -> Vec<&Gap> {
    diagram.steps.iter().filter_map(|step| if let Step::Gap(gap) = step { Some(gap) } else { None }).collect()
}

fn expected(diagram: &Diagram) -> Vec<&Expected> {
    let steps = diagram.steps.iter();
    steps.filter_map(|step| if let Step::Expected(expected) = step { Some(expected) } else { None }).collect()
}

fn text(analysis: &Analysis, with_expected: bool) -> String {
    let mut out = Vec::new();
    print::call(0, &Picture::of(&diagram(analysis, with_expected)), analysis, &KNOWLEDGE, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn line<'t>(text: &'t str, part: &str) -> &'t str {
    text.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{part:?} is not in\n{text}"))
}

#[test]
fn expected_steps_are_drawn_on_request() {
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

    let with_expected = diagram(&analysis, true);
    assert_eq!(expected(&with_expected).len(), 1);
    let picture = Picture::of(&with_expected);
    let mermaid = picture.mermaid(&analysis);
    assert!(mermaid.contains("--xp1: expected#58; ack terminate (call-missed-timeout, speculative)"), "{mermaid}");
    let svg = picture.svg(&analysis);
    assert!(svg.contains("class=\"ghost\"") && svg.contains("expected, not observed"));
    let bare = diagram(&analysis, false);
    let bare = Picture::of(&bare);
    assert!(!bare.svg(&analysis).contains("class=\"ghost\"") && !bare.mermaid(&analysis).contains("expected#58;"));
}

#[test]
fn a_step_that_no_vantage_could_have_seen_is_not_expected() {
    let with_gap = analysis(MERGED);
    let flow = with_gap.calls[0].flow.as_ref().unwrap();
    assert!(flow.hidden() > 0 && flow.missing(&with_gap.calls[0].call).is_empty(), "{flow:?}");
    assert!(!text(&with_gap, true).contains("expected: "));
    let answered = MERGED.replace("reason='timeout'", "duration='9'").replace("preaccept", "accept");
    assert!(analysis(&answered).calls[0].flow.is_none());
}

#[test]
fn an_expected_step_is_drawn_between_the_parties_of_the_flow() {
    let only_callee: Vec<_> =
        without_gap().lines().filter(|line| !line.contains("\"caller\"")).map(str::to_owned).collect();
    let analysis = analysis(&only_callee.join("\n"));
    assert_eq!(
        expected(&diagram(&analysis, true)).iter().map(|ghost| ghost.label.as_str()).collect::<Vec<_>>(),
        ["expected: ack terminate (call-missed-timeout, speculative)"]
    );
}

#[test]
fn a_gap_names_the_recording_that_has_it() {
    let analysis = analysis(MERGED);
    let diagram = diagram(&analysis, false);
    let place = diagram.steps.iter().position(|step| matches!(step, Step::Gap(_))).unwrap();
    let [gap] = gaps(&diagram)[..] else { panic!("{:?}", diagram.steps) };
    assert_eq!(gap.length, 12_000_000_000);
    let (_, after) = diagram.at(diagram.arrow(place + 1).unwrap()).unwrap();
    assert_eq!(after.observed.read().id.as_deref(), Some("C1-end"));
    assert_eq!(after.vantage, 1, "before the callee's next stanza, and not before the caller's");
    assert_eq!(diagram.lifelines[gap.lifeline.unwrap()].vantage, Some((0, 1)));
    let shown = diagram.select(|arrow| arrow.row == 0);
    assert_eq!(shown, [0, place], "a gap is shown even if the rows around it are not");
    let text = text(&analysis, false);
    assert!(line(&text, "not recorded").ends_with("....  12.0 s not recorded at 10000000000002:8@lid"), "{text}");
    let picture = Picture::of(&diagram);
    assert_eq!(picture.gap_text(gap), "12.0 s not recorded at 10000000000002:8@lid");
    assert!(picture.svg(&analysis).contains("gap: 12.0 s not recorded at"));
    assert!(picture.mermaid(&analysis).contains("gap, 12.0 s not recorded at"));
}

#[test]
fn a_gap_of_the_only_recording_needs_no_name() {
    let lines: Vec<_> = MERGED.lines().filter(|line| !line.contains("\"caller\"")).collect();
    let analysis = analysis(&lines.join("\n"));
    let diagram = diagram(&analysis, false);
    let [gap] = gaps(&diagram)[..] else { panic!("{:?}", diagram.steps) };
    assert_eq!((gap.lifeline, gap.length), (None, 12_000_000_000));
    assert!(text(&analysis, false).contains("....  12.0 s not recorded\n"));
}

#[test]
fn times_are_on_one_clock_and_an_order_within_its_bound_is_marked() {
    let analysis = analysis(MERGED);
    let text = text(&analysis, false);
    assert!(line(&text, "captured at").contains("clock 395 ms ahead ± "), "{text}");
    let rows: Vec<_> = text.lines().filter(|line| line.contains(" +0.") || line.contains(" +45.")).collect();
    assert_eq!(rows.len(), 8, "{text}");
    assert!(rows[2].contains("offer") && rows[2].contains("~+0.0"), "{}", rows[2]);
    assert!(rows[2].contains(" ms ± ") && rows[2].contains("on its way"), "{}", rows[2]);
    assert!(!rows[0].contains('~') && !rows[1].contains('~') && !rows[5].contains('~'), "{text}");
    assert!(!text.contains(" -0.") && !text.contains("~-0."), "{text}");
}
