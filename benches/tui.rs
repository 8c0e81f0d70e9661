//! The interface: a key and the picture after it, in a list of 100,000 calls and in a call of 100,000 stanzas; and, of
//! the whole program in a terminal, how long it takes to the first picture and to the first call.
//!
//! `RINGTRACE_BENCH_CAPTURE=FILE` adds the first picture of a capture of one's own, however large.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringtrace::analysis::{Analysis, Capture};
use ringtrace::anomaly::Anomalies;
use ringtrace::call::{Grouping, Observed};
use ringtrace::origin::{CaptureId, ConnectionId, Direction, Located, Origin, Timestamp};
use ringtrace::protocol::binary::{Node, NodeBuilder, Value};
use ringtrace::protocol::stanza::Stanza;
use ringtrace::tui::{App, Options};

const COUNT: u64 = 100_000;

fn node(tag: &str, attributes: &[(&str, &str)], children: Vec<Node>) -> Node {
    let mut builder = NodeBuilder::default();
    builder.start(tag);
    for (name, value) in attributes {
        builder.attribute(name, Value::Text(value));
    }
    children.iter().for_each(|child| builder.element(child.root()));
    builder.finish()
}

/// What is done in a list of 100,000 calls, by the keys for it.
const WAITS: &[(&str, &str)] = &[
    ("search for what is nowhere", "/nowhere\n"),
    ("search for what is in the last call", "/99999\nn\x1b"),
    ("filter by a word", "foutcome == missed\nF"),
    ("filter by every stanza", "fsender contains 96@\nF"),
    ("sort by every column", "sssssssssssssS"),
    ("the board, its order and its limits", "Qssshhh\x1b"),
    ("the rules, and the places of one", "Rssh\nG\x1b\x1b"),
    ("open a call, the next one and the last one", "\n]]\x1bG\n\x1bg"),
    ("pseudonyms on and off", "pp"),
];

/// A recording in which `call_of` says which call each of `COUNT` stanzas belongs to.
fn recorded(call_of: impl Fn(u64) -> u64) -> Arc<Analysis> {
    let mut grouping = Grouping::default();
    for seq in 1..=COUNT {
        let call = format!("{:032X}", call_of(seq));
        let peer = format!("2{:014}@lid", call_of(seq) % 97);
        let action = if seq == call_of(seq) { "offer" } else { "transport" };
        let child = node(action, &[("call-id", &call), ("call-creator", &peer)], vec![]);
        let id = seq.to_string();
        let stanza = Stanza::read(node("call", &[("from", &peer), ("id", &id)], vec![child]), None);
        let origin = Origin {
            connection: Some(ConnectionId(0)),
            direction: Some(Direction::Inbound),
            ..Origin::of_record(CaptureId(0), seq, 0, Some(Timestamp(i64::try_from(seq).unwrap() * 1_000_000)))
        };
        grouping.push(Observed { seq, stanza: Located::new(origin, stanza) });
    }
    let capture = Capture { name: "large.pcap".to_owned(), format: Some("pcap"), ..Capture::default() };
    Arc::new(Analysis::new(
        vec![capture],
        grouping.snapshot(),
        BTreeMap::new(),
        Anomalies::default(),
        &Analysis::default(),
        true,
    ))
}

struct Bench {
    app: App,
    terminal: Terminal<TestBackend>,
}

impl Bench {
    fn new(analysis: &Arc<Analysis>) -> Self {
        let mut app = App::new(Options::default());
        app.load(Arc::clone(analysis));
        let mut bench = Self { app, terminal: Terminal::new(TestBackend::new(160, 50)).unwrap() };
        bench.draw();
        bench
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).unwrap();
    }

    fn press(&mut self, code: KeyCode) {
        self.app.press(KeyEvent::new(code, KeyModifiers::NONE));
    }

    fn type_in(&mut self, text: &str) {
        text.chars().for_each(|letter| self.press(KeyCode::Char(letter)));
    }

    /// The longest time for which a key cannot be handled, while keys are pressed and what they ask for is done: of a key, a
    /// slice of work between keys, the result of a job that was done behind, or a picture. A line break is Enter.
    fn longest(&mut self, keys: &str) -> Duration {
        let mut longest = Duration::ZERO;
        let mut timed = |bench: &mut Self, what: &mut dyn FnMut(&mut Self) -> bool| {
            let begun = Instant::now();
            let more = what(bench);
            longest = longest.max(begun.elapsed());
            more
        };
        for key in keys.chars() {
            let code = match key {
                '\n' => KeyCode::Enter,
                '\x1b' => KeyCode::Esc,
                key => KeyCode::Char(key),
            };
            timed(self, &mut |bench| {
                bench.press(code);
                true
            });
            while timed(self, &mut |bench| bench.app.work()) {}
            for job in self.app.jobs() {
                let mut done = Some(job.run());
                timed(self, &mut |bench| {
                    done.take().into_iter().for_each(|done| bench.app.done(done));
                    true
                });
            }
            timed(self, &mut |bench| {
                bench.draw();
                true
            });
        }
        longest
    }

    /// A key and the picture after it.
    fn frame(&mut self, code: KeyCode) {
        self.press(code);
        self.draw();
        black_box(self.terminal.backend().buffer());
    }
}

fn interface(criterion: &mut Criterion) {
    let calls = recorded(|seq| seq);
    let stanzas = recorded(|_| 1);
    assert_eq!(calls.calls.len() as u64, COUNT);
    assert_eq!(stanzas.calls[0].call.rows.len() as u64, COUNT);
    let mut group = criterion.benchmark_group("tui");
    group.sample_size(20);

    let mut bench = Bench::new(&calls);
    group.bench_function("page through 100,000 calls", |bencher| {
        bencher.iter(|| bench.frame(KeyCode::PageDown));
    });
    group.bench_function("a snapshot of 100,000 calls", |bencher| {
        bencher.iter(|| bench.app.load(Arc::clone(&calls)));
    });
    group.bench_function("sort 100,000 calls by caller", |bencher| {
        bencher.iter(|| bench.press(KeyCode::Char('s')));
    });
    group.bench_function("filter 100,000 calls", |bencher| {
        bencher.iter(|| {
            bench.press(KeyCode::Char('F'));
            bench.press(KeyCode::Char('f'));
            bench.type_in("sender contains 96@");
            bench.press(KeyCode::Enter);
            while bench.app.work() {}
        });
    });
    bench.press(KeyCode::Char('F'));
    group.bench_function("look through 100,000 stanzas", |bencher| {
        bencher.iter(|| {
            bench.type_in("/nowhere");
            bench.press(KeyCode::Enter);
            while bench.app.work() {}
        });
    });
    for (name, keys) in WAITS {
        group.bench_function(format!("the longest wait: {name}"), |bencher| {
            bencher.iter_custom(|iterations| {
                let longest = (0..iterations).map(|_| bench.longest(keys)).max().unwrap_or_default();
                longest * u32::try_from(iterations).unwrap_or(u32::MAX)
            });
        });
    }

    let mut bench = Bench::new(&stanzas);
    group.bench_function("open a call of 100,000 stanzas", |bencher| {
        bencher.iter(|| {
            bench.frame(KeyCode::Enter);
            bench.press(KeyCode::Esc);
        });
    });
    bench.frame(KeyCode::Enter);
    group.bench_function("page through 100,000 stanzas", |bencher| {
        bencher.iter(|| bench.frame(KeyCode::PageDown));
    });
    group.bench_function("fold the acks of 100,000 stanzas", |bencher| {
        bencher.iter(|| bench.frame(KeyCode::Char('z')));
    });

    let few = Arc::new(Analysis { calls: calls.calls.iter().take(100).cloned().collect(), ..Analysis::clone(&calls) });
    let mut bench = Bench::new(&few);
    group.bench_function("page through 100 calls", |bencher| {
        bencher.iter(|| bench.frame(KeyCode::PageDown));
    });
    group.finish();
}

/// How long the program takes, from its start in a terminal, until `awaited` is on the screen.
fn until(capture: &str, awaited: &str) -> Duration {
    let size = PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.arg(capture);
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    command.env("TERM", "xterm-256color");
    let mut reader = pty.master.try_clone_reader().unwrap();
    let begun = Instant::now();
    let mut child = pty.slave.spawn_command(command).unwrap();
    let mut screen = vt100::Parser::new(50.try_into().unwrap(), 160.try_into().unwrap(), 0);
    let mut buffer = [0; 16 << 10];
    while !screen.screen().contents().contains(awaited) {
        let read = reader.read(&mut buffer).unwrap();
        screen.process(&buffer[..read]);
    }
    let took = begun.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    took
}

fn process(criterion: &mut Criterion) {
    const INCLUDED: &str = "captures/answered-and-missed/answered-and-missed.pcap";
    let mut group = criterion.benchmark_group("process");
    group.sample_size(20);
    let mut measure = |name: &str, capture: &str, awaited: &str| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| (0..iterations).map(|_| until(capture, awaited)).sum());
        });
    };
    measure("the first picture", INCLUDED, "ringtrace");
    measure("all seven calls of the included capture", INCLUDED, "of 7 calls");
    if let Ok(own) = std::env::var("RINGTRACE_BENCH_CAPTURE") {
        measure("the first picture of a capture of one's own", &own, "ringtrace");
        measure("the first progress line of it", &own, "record");
    }
    group.finish();
}

/// How many lines are appended to a growing log.
const APPENDED: usize = 200;

/// A log of Baileys that grows: how long it takes from an appended line to its call on the screen.
fn growing(criterion: &mut Criterion) {
    let mut took = Vec::new();
    let mut group = criterion.benchmark_group("growing");
    group.sample_size(10);
    group.bench_function("an appended call", |bencher| {
        bencher.iter_custom(|iterations| {
            if took.is_empty() {
                took = follow();
                took.sort_unstable();
                let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
                println!("appended line -> screen: p50 {:?}, p99 {:?}, most {:?}", at(50), at(99), at(100));
            }
            took[took.len() / 2] * u32::try_from(iterations).unwrap()
        });
    });
    group.finish();
}

fn follow() -> Vec<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baileys.log");
    let offer = |call: usize| {
        let time = 1_773_500_400_000 + call * 1_000;
        let xml = format!(
            "<call from='200:8@lid' id='A{call}'>\\n\\t<offer call-id='C{call}' call-creator='200:8@lid'/>\\n</call>"
        );
        format!("{{\"level\":10,\"time\":{time},\"pid\":7,\"xml\":\"{xml}\",\"msg\":\"recv xml\"}}\n")
    };
    std::fs::write(&path, offer(1)).unwrap();
    let size = PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_ringtrace"));
    command.args(["open", "--follow"]);
    command.arg(&path);
    command.env("TERM", "xterm-256color");
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut child = pty.slave.spawn_command(command).unwrap();
    let mut screen = vt100::Parser::new(50.try_into().unwrap(), 160.try_into().unwrap(), 0);
    let mut buffer = [0; 16 << 10];
    let mut took = Vec::new();
    for call in 1..=APPENDED {
        let begun = Instant::now();
        if call > 1 {
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
            file.write_all(offer(call).as_bytes()).unwrap();
        }
        while !screen.screen().contents().contains(&format!("{call} of {call} call")) {
            let read = reader.read(&mut buffer).unwrap();
            screen.process(&buffer[..read]);
        }
        took.push(begun.elapsed());
        // Lines come at any moment between two looks.
        std::thread::sleep(Duration::from_millis(u64::try_from(call * 37 % 173).unwrap()));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // The first one is that of the program's start.
    took.split_off(1)
}

criterion_group!(benches, interface, process, growing);
criterion_main!(benches);
