//! Each command of the interface, by its key.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ringtrace::analysis::{Below, LookupError, Passage};
use ringtrace::notes::Shelf;
use ringtrace::tui::bindings::{Context, KEYMAP};
use ringtrace::tui::keymap::Keymap;

use super::*;

pub(super) fn wide() -> Bench {
    Bench::with(WIDE, &fixture::three_calls())
}

pub(super) fn narrow() -> Bench {
    Bench::with(NARROW, &fixture::three_calls())
}

/// The interface with a file for the notes of its one capture.
pub(super) fn with_notes(text: &str) -> Bench {
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
fn messages_name_the_keys_that_the_user_chose() {
    let mut bench = narrow();
    let keymap = Keymap::with([("search", vec!["F6"]), ("tick", vec![]), ("draft", vec!["F7"])]).unwrap();
    bench.app = App::new(Options { keymap, ..Options::default() });
    bench.load(&fixture::three_calls());
    bench.keys("n");
    assert!(bench.shows("No search yet (press F6)"), "{}", bench.screen());
    bench.keys("d");
    assert!(bench.shows("tick one with :tick"), "without a key, the palette runs it: {}", bench.screen());
    bench.keys("O");
    assert!(bench.shows("Press F7 on a question"), "{}", bench.screen());
}

#[test]
fn every_key_in_a_message_is_that_of_a_command() {
    let mut named = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tui")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            for name in code.flat_map(|line| line.split('‹').skip(1)).filter_map(|rest| rest.split('›').next()) {
                let is_known = KEYMAP.iter().any(|binding| binding.name == name);
                assert!(is_known || name.starts_with('\''), "{}: no command is called {name:?}", path.display());
                named += usize::from(is_known);
            }
        }
    }
    assert!(named > 25, "{named}");
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
fn the_theme_changes_by_key() {
    let mut bench = narrow();
    for name in ["light", "high-contrast", "none", "dark"] {
        bench.keys("T");
        assert!(bench.shows(&format!("Theme: {name}")));
    }
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
fn leaving() {
    let quits = |keys: &str| Bench::with(NARROW, &fixture::three_calls()).keys(keys).has_quit;
    assert!(quits("q"));
    assert!(!quits("<esc>") && !quits("<enter>q") && !quits("<enter><esc>") && !quits("?q") && !quits("cq"));
    assert!(quits("<enter>qq"));
    assert!(quits("<enter><alt-q>"), "Escape and q that came together are both taken");
    assert!(quits("<c-c>") && quits("<enter><tab><c-c>") && quits("?<c-c>") && quits("c<c-c>"));
}
