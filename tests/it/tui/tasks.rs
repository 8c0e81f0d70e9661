//! The table "Twelve tasks and their keys" of `docs/screens.md`: each string of keys leads to what it says.

use std::fs;
use std::path::{Path, PathBuf};

use ringtrace::analysis::{Request, Source};
use ringtrace::notes::Shelf;
use ringtrace::tui::command::Done;
use ringtrace::tui::key::Key;

use super::*;

/// What a task leads to.
struct Led {
    /// Texts on the screen, each after so many keys and words.
    shows: &'static [(usize, &'static str)],
    /// Begins what the program is asked to do, as it is debugged.
    asks: &'static [&'static str],
}

const TASKS: [Led; 12] = [
    Led { shows: &[(3, "2 of 7 calls"), (3, "Match 1 of 2")], asks: &[] },
    Led { shows: &[(0, "~caller timeout"), (4, "ended by caller, indirect: it came from ")], asks: &[] },
    Led {
        shows: &[(2, "<call from="), (2, "record"), (3, "A flag byte and WABinary, "), (3, "000000 00 f8")],
        asks: &[],
    },
    Led { shows: &[(3, "#2 missed, ended by caller"), (3, "rows differ")], asks: &[] },
    Led { shows: &[(4, "filter: end_reason == timeout"), (5, "1 of 1 (7 in total)")], asks: &[] },
    Led { shows: &[(2, "no key was given"), (2, "→ Pass a key log"), (2, "Problem 1 of 1")], asks: &[] },
    Led {
        shows: &[(2, "Evidence   ack-error-form"), (3, "Stanza 2 of 2"), (5, "Questions   answered-and-missed.pcap")],
        asks: &[],
    },
    Led { shows: &[(5, "late"), (6, "Call 2 of 7")], asks: &["Keep { path: \"sample.notes.ndjson\""] },
    Led {
        shows: &[(3, "Replaced (p: show the values)"), (4, "Leak check passed")],
        asks: &["Compose { id: 1", "Write { path: \"finding-1.md\", text: \"Written by hand.\\n###"],
    },
    Led { shows: &[], asks: &["Write { path: \"calls.csv\", text: \"number,start,"] },
    Led { shows: &[(1, "vantages")], asks: &["KeepColumns { path: \"mine.toml\", columns: [\"start\""] },
    Led { shows: &[(2, "open: more.pcap")], asks: &["Open(\"more.pcap\")", "Reload(true)"] },
];

/// The sample capture, with the keys of all its connections or of the last one only.
fn sample(with_all_keys: bool) -> Arc<Analysis> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("captures/answered-and-missed");
    let mut request = Request::new(vec![Source::File(folder.join("answered-and-missed.pcap"))]);
    let keys = fs::read_to_string(folder.join("answered-and-missed.noisekeys.txt")).unwrap();
    let lines: Vec<_> = keys.lines().filter(|line| line.starts_with("WA_")).collect();
    assert!(lines.len() > 1);
    let keys = lines[if with_all_keys { 0 } else { lines.len() - 1 }..].join("\n");
    request.read_key_log("keys".to_owned(), keys.as_bytes()).unwrap();
    request.load()
}

/// The rows of the table: keys and words, and how many keys it says that they are.
fn documented() -> Vec<(Vec<String>, usize)> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
    let row = |line: &str| {
        let cells: Vec<_> = line.split(" | ").collect();
        let keys = cells[2].trim_matches('`').split(' ').map(str::to_owned).collect();
        (keys, cells[3].split(' ').next().unwrap().parse().unwrap())
    };
    rows.map(row).collect()
}

/// A word among the keys is typed.
fn events(word: &str) -> Vec<KeyEvent> {
    match Key::parse(word) {
        Some(key) => {
            vec![KeyEvent::new(key.code, if key.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE })]
        }
        None => word.chars().map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE)).collect(),
    }
}

fn bench(size: (u16, u16), task: usize) -> Bench {
    let mut bench = Bench::new(size);
    bench.app = App::new(Options { config: Some(PathBuf::from("mine.toml")), ..Options::default() });
    let mut shelf = Shelf::default();
    shelf.add(Some(PathBuf::from("sample.notes.ndjson")), "");
    bench.app.begin(shelf, false);
    bench.load(&sample(task != 6));
    bench
}

#[test]
fn each_task_is_done_with_the_keys_in_the_table() {
    let documented = documented();
    assert_eq!(documented.len(), TASKS.len());
    for size in [NARROW, WIDE] {
        for (task, ((words, count), led)) in (1..).zip(documented.iter().zip(&TASKS)) {
            let mut bench = bench(size, task);
            let (mut pressed, mut asked) = (0, Vec::new());
            for done in 0..=words.len() {
                for (_, text) in led.shows.iter().filter(|(after, _)| *after == done) {
                    assert!(
                        bench.shows(text),
                        "task {task} after {:?}: no {text:?} in\n{}",
                        &words[..done],
                        bench.screen()
                    );
                }
                let events = words.get(done).map_or_else(Vec::new, |word| events(word));
                pressed += events.len();
                for event in events {
                    bench.press(event);
                    for effect in std::mem::take(&mut bench.asked) {
                        if let Effect::Compose { id, text } = &effect {
                            let text = format!("Written by hand.\n{text}");
                            bench.app.did(Some(Done::Composed { id: *id, text }));
                            bench.draw();
                        }
                        asked.push(format!("{effect:?}"));
                    }
                }
            }
            assert_eq!(pressed, *count, "task {task} takes another number of keys");
            let are_asked = asked.iter().zip(led.asks).all(|(asked, wanted)| asked.starts_with(wanted));
            assert!(are_asked && asked.len() == led.asks.len(), "task {task}: {asked:?}");
        }
    }
}
