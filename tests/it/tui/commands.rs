//! Each command of the interface, by its key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ringtrace::analysis::{Below, LookupError, Passage};
use ringtrace::notes::Shelf;
use ringtrace::tables::Selection;
use ringtrace::tui::bindings::{Context, KEYMAP};
use ringtrace::tui::command::Done;
use ringtrace::tui::keymap::Keymap;

use super::*;

fn wide() -> Bench {
    Bench::with(WIDE, &fixture::three_calls())
}

fn narrow() -> Bench {
    Bench::with(NARROW, &fixture::three_calls())
}

/// The interface with a file for the notes of its one capture.
fn with_notes(text: &str) -> Bench {
    let mut shelf = Shelf::default();
    shelf.add(Some(PathBuf::from("monday.pcap.notes.ndjson")), text);
    let mut bench = Bench::new(WIDE);
    bench.app.begin(shelf, false);
    bench.load(&fixture::three_calls());
    bench
}

impl Bench {
    fn mouse(&mut self, kind: MouseEventKind, column: usize, row: usize) -> &mut Self {
        let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.app.point(event);
        self.draw();
        self
    }

    /// Where a text stands: column and row.
    fn place_of(&self, text: &str) -> (usize, usize) {
        let lines = self.lines();
        let row = lines.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text:?} is not shown"));
        (lines[row].split(text).next().unwrap().chars().count(), row)
    }
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn the_palette_finds_and_runs_every_command() {
    let mut bench = narrow();
    bench.keys(":");
    screen!(bench, "palette-80", ["Commands of this screen", "clear-filter", "tick"]);
    bench.keys("quest<enter>");
    assert!(bench.line_with("ringtrace").contains("Questions"));
    bench.keys("q:nothing-is-called-this");
    assert!(bench.shows("No matching command"));
    bench.keys("<enter>");
    assert!(!bench.shows("Commands of this screen"));
    bench.keys(":<down><down>");
    let third = Keymap::default().in_context(Context::Calls).nth(2).unwrap().binding.name;
    assert!(bench.modifiers_of(third).is_empty() && bench.shows(third));
    bench.keys("<esc>:quit<enter>");
    assert!(bench.has_quit);
}

#[test]
fn user_keys_show_in_footer_and_help() {
    let mut bench = narrow();
    let keymap = Keymap::with([("filter", vec!["F5"]), ("sort", vec!["Ctrl-s"])]).unwrap();
    bench.app = App::new(Options { keymap, ..Options::default() });
    bench.load(&fixture::three_calls());
    assert!(bench.line_with("commands").contains("F5 filter"));
    bench.keys("s");
    assert!(!bench.shows("Sorted by"));
    bench.keys("<c-s>");
    assert!(bench.shows("Sorted by time of its first stanza"));
    bench.keys("?");
    assert!(bench.line_with("Filter calls by expression").contains("F5"));
}

#[test]
fn the_list_is_sorted_by_any_column() {
    let mut bench = wide();
    bench.keys("ssssssss");
    screen!(bench, "sorted-160", ["Stanzas▲"]);
    let order = |bench: &Bench| ["answered", "missed", "declined"].map(|outcome| bench.place_of(outcome).1);
    let [answered, missed, declined] = order(&bench);
    assert!(declined < missed && missed < answered, "by the number of stanzas");
    assert!(bench.line_with("ringtrace").contains("3 of 3"), "the selection stays on its call");
    bench.keys("S");
    let [answered, missed, declined] = order(&bench);
    assert!(answered < missed && missed < declined && bench.shows("Stanzas▼"));
}

#[test]
fn columns_can_be_chosen() {
    let mut bench = wide();
    bench.keys("C");
    screen!(bench, "columns-160", ["✓ media", "vantages"]);
    bench.keys("jjjj <esc>");
    assert!(!bench.shows("Media"));
    bench.keys("Cjjjj <esc>");
    assert!(bench.shows("Media"));
}

#[test]
fn the_choice_of_columns_is_saved_in_the_config_file() {
    let mut bench = wide();
    bench.keys("Cw");
    assert!(bench.shows("There is no config file to save to") && bench.asked.is_empty());
    bench.app = App::new(Options {
        config: Some(PathBuf::from("mine.toml")),
        columns: Some(vec!["outcome".to_owned(), "ring".to_owned()]),
        ..Options::default()
    });
    bench.load(&fixture::three_calls());
    assert!(bench.shows("Outcome") && !bench.shows("Caller"));
    bench.keys("C <esc>C<down> w");
    let columns = vec!["number", "start", "outcome", "ring"];
    assert_eq!(bench.asked, [Effect::KeepColumns { path: PathBuf::from("mine.toml"), columns }]);
}

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
    assert!(bench.shows("No stanza in the listed calls contains \"nowhere to be found\""));
    bench.keys("qn");
    assert!(bench.shows("No stanza in the listed calls"), "n goes on with the last text");
    bench.keys("/h264<enter>");
    assert!(bench.shows("Call 3 of 3"), "what no line of the list shows is looked for in the stanzas");
}

#[test]
fn details_scroll_where_they_do_not_fit() {
    for size in [(80, 14), (60, 14)] {
        let mut bench = Bench::with(size, &fixture::three_calls());
        bench.keys("Q/timeout-terminate-sender<enter>");
        let place = bench.line_with("─ 1-6/");
        bench.keys("<tab>G");
        assert!(bench.shows("════") && bench.line_with("════") != place, "{}", bench.screen());
        let end = bench.screen();
        bench.keys("j");
        assert_eq!(bench.screen(), end, "the end is the end");
        bench.keys("<tab>k");
        assert!(bench.shows("────"), "the list moves again");
    }
}

#[test]
fn pseudonyms_replace_addresses() {
    let mut bench = wide();
    bench.keys("p");
    assert!(!bench.shows("@lid"));
    screen!(bench, "pseudonyms-160", ["A:7", "→ B"]);
    bench.keys("j<enter>Gk");
    assert!(bench.shows("call-creator=\"A:7@lid\"") && bench.shows("● A:7"), "as in reports: {}", bench.screen());
    let raw = ["100000000000001", "200000000000001", "D1F00DD1F00DD1F0"];
    assert!(!raw.iter().any(|raw| bench.shows(raw)), "{}", bench.screen());
    for name in ["a.svg", "a.txt", "a.mmd", "a.xml"] {
        bench.keys("w<c-u>").keys(name).keys("<enter>");
        match bench.asked.pop() {
            Some(Effect::Write { text, .. }) => {
                assert!(!raw.iter().any(|raw| text.contains(raw)), "{name}: {text}");
            }
            other => panic!("{name}: {other:?}: {}", bench.screen()),
        }
    }
    bench.keys("x");
    assert!(bench.shows("Bytes are hidden"), "{}", bench.screen());
    bench.keys("Xp");
    assert!(bench.shows("100000000000001:7@lid"));
}

#[test]
fn times_can_be_switched() {
    let mut bench = wide();
    bench.keys("j<enter>t");
    assert!(bench.shows("UTC  previous") && bench.shows("09:09:46"));
    bench.keys("tGkr");
    assert!(bench.line_with("reference  previous").contains("reference"));
    assert!(bench.line_with("terminate reason").contains("+0.000s"));
    assert!(bench.line_with("offer ──").contains("-33.366s"), "{}", bench.screen());
    bench.keys("qt");
    assert!(bench.shows("time of day, in UTC") || bench.shows("since the start of the call"));
}

#[test]
fn acks_and_keep_alives_can_be_folded() {
    let mut bench = narrow();
    bench.keys("<enter>z");
    screen!(bench, "folded-80", ["offer ✓4.0ms", "5 rows"]);
    assert!(!bench.shows("ack offer"));
    bench.keys("zfaction == mute_v2<enter>zz");
    assert!(bench.shows("Only rows that match the filter"));
    assert!(bench.shows("mute_v2") && !bench.shows("preaccept"));
    bench.keys("z");
    assert!(bench.shows("ack offer"));
}

#[test]
fn the_bytes_of_each_layer_are_shown() {
    let mut bench = narrow();
    bench.keys("<enter>x");
    assert!(bench.shows("· record") && bench.shows("Rereading the capture"), "text has no layer but its record");
    let mut bench = Bench::with(NARROW, &fixture::with_bytes());
    bench.keys("<enter>x");
    screen!(bench, "hex-80", ["000000 00 f8 08", "000010 41", "A flag byte and WABinary, 26 bytes in total."]);
    bench.keys("x");
    assert!(bench.shows("Noise frame") && bench.shows("counter 7, 42 bytes; the last 16"));
    assert!(bench.app.wants().is_none(), "nothing is looked up before it is shown");
    bench.keys("x");
    assert!(bench.shows("WebSocket message") && bench.shows("Rereading the capture"));
    let wanted = bench.app.wants().unwrap();
    assert_eq!((wanted.origin.offset, wanted.ciphertext.len()), (1_234, 42));
    assert!(bench.app.wants().is_none(), "it is requested once");
    let passage = |bytes: &[u8]| Passage { origin: wanted.origin, bytes: bytes.to_vec(), length: bytes.len() as u64 };
    let passages = BTreeMap::from([(Below::Message, passage(b"\x1b[2Jmessage")), (Below::Record, passage(b"packet"))]);
    bench.app.found(&wanted, Ok(passages));
    bench.keys("<tab><tab>");
    screen!(
        bench,
        "hex-message-80",
        ["11 bytes: a WebSocket message, unmasked and decompressed.", "1b 5b 32 4a", ".[2Jmessage"]
    );
    bench.keys("x");
    assert!(bench.shows("TCP payload"), "there is no TLS to show");
    bench.keys("x");
    assert!(bench.shows("6 bytes as recorded in record 9.") && bench.shows("packet"));
    bench.keys("x");
    assert!(bench.shows("<call"));
    bench.keys("X");
    assert!(bench.shows("as recorded in record 9"), "the other way round");
    assert!(bench.app.wants().is_none(), "what came is kept");
}

#[test]
fn missing_bytes_are_explained() {
    let mut bench = narrow();
    bench.keys("<enter>x");
    let first = bench.app.wants().unwrap();
    bench.keys("j");
    let second = bench.app.wants().unwrap();
    assert_ne!(first, second);
    bench.app.found(&first, Ok(BTreeMap::new()));
    bench.keys("<tab><tab>");
    assert!(bench.shows("Rereading the capture"), "an answer that came too late is not shown");
    bench.app.found(&second, Err(LookupError::StandardInput));
    bench.keys("<tab><tab>");
    assert!(bench.shows("No bytes to show: standard input cannot be read a second time."));
}

#[test]
fn several_calls_share_one_ladder() {
    let mut bench = wide();
    bench.keys("  ");
    assert!(bench.shows("2 calls ticked"));
    bench.keys("<enter>");
    screen!(bench, "two-calls-160", ["2 calls", "1·accept", "2·terminate reason=timeout"]);
    bench.keys("Gk");
    assert!(bench.shows("Who sends the terminate when nobody answers?"));
}

#[test]
fn two_calls_are_compared() {
    let mut bench = wide();
    bench.keys(" jd");
    screen!(bench, "compare-calls-160", ["#1 answered", "#3 declined", "rows differ"]);
    bench.keys("e");
    let mut bench = narrow();
    bench.keys("d");
    assert!(bench.shows("tick one with Space"));
    bench.keys(" d");
    assert!(bench.line_with("ringtrace").contains("Compare"), "the ticked one with the one below it");
    screen!(bench, "compare-calls-80", ["#1 answered", "#2 missed"]);
    bench.keys("EEEEEE");
    assert!(bench.shows("No more differences"));
}

#[test]
fn two_stanzas_are_compared_by_token() {
    let mut bench = wide();
    bench.keys("<enter> jj ");
    screen!(bench, "compare-stanzas-160", ["record 6 of #1", "<preaccept", "<offer"]);
    let mut bench = wide();
    bench.keys(" jd<enter>");
    assert!(bench.shows("record") && bench.shows("parts") || bench.shows("Only one of the two calls"));
}

#[test]
fn questions_lead_to_their_evidence_and_back() {
    let mut bench = narrow();
    bench.keys("Q/timeout-terminate-sender<enter>");
    screen!(bench, "questions-80", ["answered", "probable", "Who sends the terminate", "caller", "1 for, 1 direct"]);
    bench.keys("<enter>");
    screen!(bench, "evidence-80", ["#2", "for caller", "direct", "The unanswered"]);
    bench.keys("<enter>");
    assert!(bench.shows("Call 2 of 3") && bench.shows("Stanza 7 of 8"));
    bench.keys("q");
    assert!(bench.shows("for caller"), "back at the evidence");
    bench.keys("i");
    screen!(bench, "page-80", ["Who sends the terminate when nobody answers?", "What decides it."]);
    bench.keys("qqq");
    assert!(bench.line_with("ringtrace").contains("Calls"));
    let mut bench = wide();
    bench.keys("Q/timeout-terminate-sender<enter>");
    screen!(bench, "questions-160", ["call-missed-timeout #2", "timeout-terminate-sender"]);
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
fn stanzas_of_no_call_can_be_opened() {
    let mut bench = Bench::with(NARROW, &fixture::with_strays());
    screen!(bench, "strays-80", ["2 unattributed stanzas (o: show)", "missed"]);
    bench.keys("o");
    screen!(bench, "strays-opened-80", ["Unattributed stanzas", "lobby"]);
    bench.keys("D");
    assert!(bench.shows("There is nothing to report here"));
    bench.keys("qc");
    assert!(
        bench.shows("2 stanzas could not be attributed to a call") && bench.shows("(o: show)"),
        "{}",
        bench.screen()
    );
    bench.keys("o");
    assert!(bench.line_with("ringtrace").contains("Unattributed stanzas"));
    let mut bench = narrow();
    assert!(!bench.shows("unattributed stanzas"));
    bench.keys("o");
    assert!(bench.shows("There are no unattributed stanzas"));
}

#[test]
fn empty_rules_and_marks_say_so() {
    let mut bench = narrow();
    bench.keys("R");
    assert!(bench.line_with("ringtrace").contains("Rules"));
    bench.keys("M");
    assert!(bench.shows("No marks yet"));
    bench.keys("M");
    assert!(bench.line_with("ringtrace").contains("Rules"), "the same key goes back");
}

#[test]
fn jumps_can_be_undone_and_redone() {
    let mut bench = wide();
    bench.keys("j<enter>a");
    assert!(bench.shows("Stanza 2 of 8"));
    bench.keys("<c-o>");
    assert!(bench.shows("Stanza 1 of 8"));
    bench.keys("<c-o>");
    assert!(bench.line_with("ringtrace").contains("Calls"));
    bench.keys("LL");
    assert!(bench.shows("Stanza 2 of 8"));
    bench.keys("L");
    assert!(bench.shows("No jump to go forward to"));
}

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
fn the_theme_changes_by_key() {
    let mut bench = narrow();
    for name in ["light", "high-contrast", "none", "dark"] {
        bench.keys("T");
        assert!(bench.shows(&format!("Theme: {name}")));
    }
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

#[test]
fn the_mouse_selects_opens_scrolls_and_drags() {
    let mut bench = wide();
    let (column, row) = bench.place_of("missed");
    bench.mouse(CLICK, column, row);
    assert!(bench.line_with("ringtrace").contains("2 of 3"));
    bench.mouse(CLICK, column, row);
    assert!(bench.shows("Call 2 of 3"), "a second click opens");
    let (column, row) = bench.place_of("terminate reason");
    bench.mouse(CLICK, column, row);
    assert!(bench.shows("Stanza 7 of 8"));
    bench.mouse(MouseEventKind::ScrollUp, column, row);
    assert!(bench.shows("Stanza 4 of 8"));
    let (split, _) = bench.place_of(" Stanza 4");
    bench.mouse(CLICK, split - 1, 20).mouse(MouseEventKind::Drag(MouseButton::Left), 60, 20);
    assert!(bench.place_of(" Stanza 4").0 < split, "the split follows");
    let (column, row) = bench.place_of("<ack");
    bench.mouse(CLICK, column, row).keys("q");
    let (column, row) = bench.place_of("Ring");
    bench.mouse(CLICK, column, row);
    assert!(bench.shows("Ring▲"), "a heading sorts");
}

#[test]
fn a_text_that_is_pasted_asks_for_nothing() {
    let mut bench = wide();
    bench.app.paste("qqq");
    bench.keys("f");
    bench.app.paste("outcome == missed\n");
    bench.keys("<enter>");
    assert!(!bench.has_quit && bench.shows("filter: outcome == missed"));
}

#[test]
fn a_long_text_that_is_pasted_does_not_block() {
    let text = "reason contains \"\u{1b}[2J通\" or שלום ".repeat(30_000);
    let begun = std::time::Instant::now();
    for key in ["f", "/", ";", ":", "A", "w"] {
        let mut bench = narrow();
        bench.keys(key);
        bench.app.paste(&text);
        bench.draw();
        let end = bench.line_with("שלום");
        assert!(!end.contains('\u{1b}') && end.chars().count() <= 80, "its end is shown: {end}");
        bench.keys("<bs>x<esc>");
    }
    // A second for each letter's work would be hours.
    assert!(begun.elapsed().as_secs() < 60);
}

#[test]
fn the_help_of_every_screen_names_all_its_commands() {
    for (keys, context) in [("", Context::Calls), ("<enter>", Context::Ladder), ("Q", Context::Questions)] {
        let mut bench = Bench::with((100, 100), &fixture::three_calls());
        bench.keys(keys).keys("?");
        for binding in KEYMAP.iter().filter(|binding| binding.contexts.contains(context)) {
            let beginning: String = binding.help.chars().take(30).collect();
            assert!(bench.shows(&beginning), "{} is not in the help", binding.name);
        }
    }
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
    assert!(bench.shows("filter: (outcome == missed) and (caller == "), "the peer narrows too: {}", bench.screen());
}

#[test]
fn the_palette_knows_the_habits_of_vi() {
    let mut bench = narrow();
    bench.keys(":w calls.csv");
    assert!(bench.shows("Write what is shown to calls.csv"), "{}", bench.screen());
    bench.keys("<enter>");
    match bench.asked.pop() {
        Some(Effect::Write { path, text, .. }) => {
            assert!(path.ends_with("calls.csv") && text.starts_with("number,start,"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    bench.keys(":3<enter>");
    assert!(bench.shows("3 of 3 calls"));
    bench.keys(":f outcome == missed<enter>");
    assert!(bench.shows("1 of 1 (3 in total)"));
    bench.keys("Q:q<enter>");
    assert!(bench.has_quit);
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
