//! The terminal interface: a string of keys gives a screen.

/// A screen as a file: it must hold each of the texts, and is compared as a whole.
macro_rules! screen {
    ($bench:expr, $name:literal, [$($text:expr),+ $(,)?]) => {{
        let bench = &$bench;
        $( let _ = bench.line_with($text); )+
        insta::with_settings!({ snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/tui/screens"), prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, bench.screen());
        });
    }};
}

mod bytes;
mod commands;
mod compare;
mod files;
mod findings;
mod fixture;
mod layout;
mod media;
mod live;
mod merged;
mod searching;
mod tasks;
mod written;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Modifier;
use ringtrace::analysis::Analysis;
use ringtrace::github::Access;
use ringtrace::tui::command::Effect;
use ringtrace::tui::{App, Options, ThemeName};

use fixture::{PEER, Recording, action};

/// The interface on a terminal in memory.
struct Bench {
    app: App,
    terminal: Terminal<TestBackend>,
    has_quit: bool,
    /// What else was asked of the program.
    asked: Vec<Effect>,
}

const NARROW: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (160, 50);

impl Bench {
    fn new((width, height): (u16, u16)) -> Self {
        let terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        // No test speaks in the name of whoever runs it.
        let access = Access { token: |_| None, ..Access::default() };
        let app = App::new(Options { access, ..Options::default() });
        let mut bench = Self { app, terminal, has_quit: false, asked: Vec::new() };
        bench.draw();
        bench
    }

    fn with(size: (u16, u16), analysis: &Arc<Analysis>) -> Self {
        let mut bench = Self::new(size);
        bench.load(analysis);
        bench
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
    }

    fn load(&mut self, analysis: &Arc<Analysis>) {
        self.app.load(Arc::clone(analysis));
        self.work();
        self.draw();
    }

    fn resize(&mut self, (width, height): (u16, u16)) {
        self.terminal.backend_mut().resize(width, height);
        self.draw();
    }

    /// Presses keys, `jj<enter>`, and draws after each.
    fn keys(&mut self, keys: &str) -> &mut Self {
        for key in parsed(keys) {
            self.press(key);
        }
        self
    }

    fn press(&mut self, key: KeyEvent) {
        match self.app.press(key) {
            Some(Effect::Quit) => self.has_quit = true,
            Some(effect) => self.asked.push(effect),
            None => {}
        }
        while self.app.work() {}
        self.work();
        self.draw();
    }

    /// Does what is to be done behind.
    fn work(&mut self) {
        for job in self.app.jobs() {
            self.app.done(job.run());
        }
    }

    fn buffer(&self) -> &Buffer {
        self.terminal.backend().buffer()
    }

    fn lines(&self) -> Vec<String> {
        let buffer = self.buffer();
        let line = |y| {
            let (mut text, mut x) = (String::new(), 0);
            while x < buffer.area.width {
                let symbol = buffer[(x, y)].symbol();
                text.push_str(symbol);
                x += u16::try_from(ratatui::text::Span::raw(symbol).width().max(1)).unwrap();
            }
            text.trim_end().to_owned()
        };
        (0..buffer.area.height).map(line).collect()
    }

    /// What is seen, with long runs of empty lines told by their number.
    fn screen(&self) -> String {
        let mut shown = Vec::new();
        for group in self.lines().chunk_by(|one, other| one.is_empty() && other.is_empty()) {
            match group {
                [empty, ..] if empty.is_empty() && group.len() > 2 => {
                    shown.push(format!("({} empty lines)", group.len()))
                }
                lines => shown.extend_from_slice(lines),
            }
        }
        shown.join("\n")
    }

    /// The line that holds `text`.
    fn line_with(&self, text: &str) -> String {
        let lines = self.lines();
        let found = lines.iter().find(|line| line.contains(text));
        found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{}", self.screen())).clone()
    }

    fn shows(&self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    /// The modifiers of the first character of `text` on the screen.
    fn modifiers_of(&self, text: &str) -> Modifier {
        let lines = self.lines();
        let y = lines.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text:?} is not shown"));
        let x = lines[y].split(text).next().unwrap().chars().count();
        self.buffer()[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].modifier
    }
}

fn parsed(keys: &str) -> Vec<KeyEvent> {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let mut events = Vec::new();
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let name = rest.strip_prefix('<').and_then(|inside| inside.split_once('>')).map(|(name, _)| name);
        let code = match name {
            Some("enter") => plain(KeyCode::Enter),
            Some("esc") => plain(KeyCode::Esc),
            Some("tab") => plain(KeyCode::Tab),
            Some("pgdn") => plain(KeyCode::PageDown),
            Some("pgup") => plain(KeyCode::PageUp),
            Some("down") => plain(KeyCode::Down),
            Some("bs") => plain(KeyCode::Backspace),
            Some("up") => plain(KeyCode::Up),
            Some(letter) if letter.len() == 3 && letter.starts_with("c-") => {
                KeyEvent::new(KeyCode::Char(letter.chars().last().unwrap()), KeyModifiers::CONTROL)
            }
            Some("alt-q") => KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT),
            _ => {
                events.push(plain(KeyCode::Char(first)));
                rest = &rest[first.len_utf8()..];
                continue;
            }
        };
        events.push(code);
        rest = &rest[name.map_or(0, |name| name.len() + 2)..];
    }
    events
}

#[test]
fn the_calls_on_a_narrow_terminal() {
    let bench = Bench::with(NARROW, &fixture::three_calls());
    screen!(bench, "calls-80", ["answered", "caller timeout", "?3", "declined"]);
    assert!(!bench.shows("Stanzas"), "the least telling column gives way");
}

#[test]
fn the_calls_on_a_wide_terminal() {
    let bench = Bench::with(WIDE, &fixture::three_calls());
    screen!(bench, "calls-160", ["15550100009:3@s.whatsapp.net", "Stanzas", "video"]);
}

#[test]
fn an_answered_call_beside_its_offer() {
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("<enter>");
    screen!(bench, "ladder-160", ["Stanza 1 of 10", "answered by ack 9 after 4.0ms", "enc=\"opus\""]);
}

#[test]
fn a_missed_call_above_its_terminate() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("j<enter>Gk");
    screen!(
        bench,
        "ladder-80",
        [
            "again: preaccept",
            "? for caller, direct: Who sends the terminate when nobody answers?",
            "Stanza 7 of 8 · ?",
            "record 54 · 09:10:19.386 · out · emitter local",
        ]
    );
    let evidence = bench.line_with("terminate reason=timeout ");
    assert!(evidence.starts_with(">?"), "the row is marked as evidence: {evidence}");
    assert!(bench.line_with("ack terminate 38ms").starts_with('•'), "its ack is tied to it");
}

#[test]
fn evidence_is_shown_in_full_on_demand() {
    let mut bench = Bench::with((80, 50), &fixture::three_calls());
    bench.keys("j<enter>Gk");
    let reasons = |bench: &Bench| bench.lines().iter().filter(|line| line.contains("it left")).count();
    assert_eq!(reasons(&bench), 1, "only how the end is known:\n{}", bench.screen());
    let xml = bench.lines().iter().position(|line| line.contains("<call ")).unwrap();
    let evidence = bench.lines().iter().position(|line| line.contains("? for caller")).unwrap();
    assert!(xml < evidence, "the XML comes first");
    bench.keys("v");
    let _ = bench.line_with("Who sends the terminate when nobody answers? (call-missed-timeout #2)");
    assert!(reasons(&bench) > 1, "{}", bench.screen());
    bench.keys("k");
    assert!(!bench.shows("? for "), "in full for other stanzas too");
}

#[test]
fn rules_that_are_violated_and_what_is_new_are_marked() {
    let mut bench = Bench::with(NARROW, &fixture::departing());
    bench.keys("<enter>jj");
    screen!(bench, "departing-80", ["+ A reject has two attributes", " reject ", " relaylatency "]);
    bench.keys("jj");
    assert!(bench.shows("! A rejecting device"));
}

#[test]
fn a_long_wait_stands_out_without_colour_too() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("j<enter>");
    assert!(bench.line_with("terminate reason").contains("+33.366s  +32.000s"));
    assert!(bench.modifiers_of("+32.000s").contains(Modifier::BOLD | Modifier::UNDERLINED));
    assert!(!bench.modifiers_of("+0.420s").contains(Modifier::UNDERLINED));
}

#[test]
fn the_stanza_scrolls_when_it_has_the_focus() {
    let mut bench = Bench::with((80, 14), &fixture::three_calls());
    bench.keys("<enter>");
    assert!(!bench.shows("</call>"));
    bench.keys("<tab>G");
    screen!(bench, "stanza-scrolled-80", ["without bytes"]);
    bench.keys("g");
    assert!(bench.shows("record 6"));
    bench.keys(&"j".repeat(120));
    assert!(bench.shows("without bytes"));
    bench.keys("k<tab>j");
    assert!(bench.shows("Stanza 2 of 10"), "the ladder has the focus again");
}

#[test]
fn answers_are_followed_both_ways() {
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("j<enter>a");
    assert!(bench.line_with("Stanza 2 of 8").contains("Stanza"));
    bench.keys("a");
    assert!(bench.shows("Stanza 1 of 8"));
}

#[test]
fn one_call_leads_to_the_next() {
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("<enter>]");
    assert!(bench.shows("Call 2 of 3"));
    bench.keys("]]]");
    assert!(bench.shows("Call 3 of 3"));
    bench.keys("[q");
    assert!(bench.line_with("ringtrace").contains("2 of 3"), "the list stands at the call last seen");
}

#[test]
fn without_calls_the_captures_are_shown() {
    let bench = Bench::with(NARROW, &fixture::unread());
    screen!(
        bench,
        "no-calls-80",
        [
            "No calls found.",
            "1,204 messages",
            "! not read: frames are encrypted, and no key log has the keys",
            "→ pass the key log",
            "notes\\u{1b}[2J.txt",
            "none of the formats",
            "! data was lost (c)",
        ]
    );
}

#[test]
fn the_captures_are_shown_over_any_screen() {
    let mut bench = Bench::with(WIDE, &fixture::three_calls());
    bench.keys("<enter>c");
    screen!(
        bench,
        "captures-160",
        ["tcp.stream 2", "noise decrypted: 23 frames", "websocket upgraded: 26 messages", "named by the login"]
    );
    bench.keys("c");
    assert!(bench.shows("Stanza 1 of 10"));
}

#[test]
fn connections_without_packets_have_no_wireshark_stream_number() {
    let mut analysis = Analysis::clone(&fixture::three_calls());
    (analysis.captures[0].format, analysis.captures[0].container) = (Some("har"), Some("gzip".to_owned()));
    let mut bench = Bench::with(WIDE, &Arc::new(analysis));
    bench.keys("<enter>");
    assert!(bench.shows("websocket 2") && !bench.shows("tcp.stream"));
    bench.keys("c");
    assert!(bench.shows("websocket 2   192.0.2.7:50312") && bench.shows("har in gzip, "));
}

#[test]
fn the_help_shows_the_keys_of_the_screen_below() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.keys("?");
    screen!(bench, "help-calls-80", ["Open the call's ladder", "Filter calls by expression"]);
    assert!(!bench.shows("Enlarge the ladder"));
    bench.keys("?<enter>?");
    screen!(bench, "help-ladder-80", ["Jump between a stanza"]);
    bench.keys("G");
    assert!(bench.shows("long waits are"));
    bench.keys("<esc>");
    assert!(bench.shows("Stanza 1 of 10"), "closing the help leaves the ladder");
}

/// A recording in which `late` is known to begin before the others only once it is read.
fn with_a_call_before(late: bool) -> Arc<Analysis> {
    let mut recording = Recording::new();
    if late {
        recording.wait(10).gets(PEER, "L1", action("offer", "LATE", PEER, &[]));
    }
    recording.wait(1_000).gets(PEER, "M1", action("offer", "FIRST", PEER, &[]));
    recording.wait(1_000).gets(PEER, "M2", action("offer", "SECOND", PEER, &[]));
    recording.wait(20).gets(PEER, "M3", action("terminate", "SECOND", PEER, &[]));
    recording.analysis(true)
}

#[test]
fn the_selection_stays_on_its_call() {
    let mut bench = Bench::with(WIDE, &with_a_call_before(false));
    bench.keys("j");
    assert!(bench.line_with("ringtrace").contains("2 of 2"));
    bench.load(&with_a_call_before(true));
    assert!(bench.line_with("ringtrace").contains("3 of 3"));
    bench.keys("<enter>G");
    assert!(bench.shows("call-id SECOND"));
}

#[test]
fn an_open_call_grows_under_its_selection() {
    let mut recording = Recording::new();
    recording.gets(PEER, "M1", action("offer", "ONE", PEER, &[]));
    let mut bench = Bench::with(WIDE, &recording.analysis(false));
    bench.keys("<enter>j");
    recording.wait(20).gets(PEER, "M3", action("terminate", "ONE", PEER, &[("reason", "busy")]));
    bench.load(&recording.analysis(true));
    assert!(bench.shows("Stanza 2 of 4") && bench.shows("terminate reason=busy"));
}

#[test]
fn what_a_capture_contains_cannot_reach_the_terminal() {
    for size in [NARROW, WIDE] {
        let mut bench = Bench::with(size, &fixture::hostile());
        for keys in ["", "<enter>", "j", "j", "j", "j", "c", "<esc>q"] {
            bench.keys(keys);
            for cell in bench.buffer().content() {
                assert!(!cell.symbol().chars().any(ringtrace::visible::is_hidden), "{:?}", cell.symbol());
            }
        }
    }
    let mut bench = Bench::with(WIDE, &fixture::hostile());
    bench.keys("<enter>");
    screen!(bench, "hostile-160", ["\\u{1b}c通話中\\u{202e}", "call-id=\"\\u{1b}[2J\\u{202e}id"]);
}

#[test]
fn no_colour_means_none() {
    let mut bench = Bench::with(NARROW, &fixture::three_calls());
    bench.app = App::new(Options { theme: Some(ThemeName::None), ..Options::default() });
    bench.load(&fixture::three_calls());
    bench.keys("j<enter>e");
    let colours = bench.buffer().content().iter().map(|cell| (cell.fg, cell.bg));
    assert!(colours.into_iter().all(|pair| pair == (ratatui::style::Color::Reset, ratatui::style::Color::Reset)));
    assert!(bench.modifiers_of(">?").contains(Modifier::REVERSED), "the selection shows");
}

/// A call of many stanzas, and a list of many calls.
fn large() -> Arc<Analysis> {
    let mut recording = Recording::new();
    for index in 0..4_000 {
        recording.wait(1).gets(PEER, &format!("S{index}"), action("transport", "LONG", PEER, &[]));
    }
    for index in 0..4_000 {
        recording.wait(1).gets(PEER, &format!("O{index}"), action("offer", &format!("CALL{index}"), PEER, &[]));
    }
    recording.analysis(true)
}

#[test]
fn a_long_call_is_shown_to_its_end() {
    let mut bench = Bench::with(NARROW, &large());
    bench.keys("<enter>");
    assert!(bench.shows("Stanza 1 of 8000"), "{}", bench.screen());
    bench.keys("Gkkj");
    assert!(bench.shows("Stanza 7999 of 8000"), "{}", bench.screen());
}

/// Every key that is bound anywhere, and some text.
fn all_keys() -> Vec<KeyEvent> {
    let bound = ringtrace::tui::bindings::KEYMAP.iter().flat_map(|binding| binding.keys);
    let key = |key: &&str| {
        let key = ringtrace::tui::key::Key::parse(key).unwrap();
        KeyEvent::new(key.code, if key.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE })
    };
    let typed = "action == terminate and \"x\" ( 通\u{301}".chars();
    bound.map(key).chain(typed.map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_keys_at_no_size_panic(
        which in 0..6_usize,
        steps in prop::collection::vec((0..10_u8, any::<prop::sample::Index>(), 1_u16..200, 1_u16..60), 1..120),
    ) {
        let analyses = [
            fixture::three_calls(), fixture::hostile(), fixture::unread(), Arc::default(), with_a_call_before(true),
            fixture::with_bytes(),
        ];
        let keys = all_keys();
        let mut bench = Bench::with((20, 5), &analyses[which]);
        for (step, index, width, height) in steps {
            match step {
                0 => bench.resize((width, height)),
                1 => bench.load(&analyses[usize::from(width) % analyses.len()]),
                2 => {
                    let kinds = [
                        MouseEventKind::Down(MouseButton::Left), MouseEventKind::Drag(MouseButton::Left),
                        MouseEventKind::Up(MouseButton::Left), MouseEventKind::ScrollDown, MouseEventKind::ScrollUp,
                    ];
                    let event = MouseEvent { kind: *index.get(&kinds), column: width, row: height, modifiers: KeyModifiers::NONE };
                    bench.app.point(event);
                }
                _ => drop(bench.app.press(*index.get(&keys))),
            }
            while bench.app.work() {}
            bench.work();
            bench.draw();
        }
    }
}
