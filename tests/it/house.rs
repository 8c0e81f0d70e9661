//! The laws of the house: a module names only those above it, and some crates have one room each.

use std::fs;
use std::path::{Path, PathBuf};

/// Crates that only one place may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("polars", &["src/export/", "src/stats/"]),
    ("polars_arrow", &["src/export/"]),
    ("etherparse", &["src/protocol/packet/"]),
    ("pcap_parser", &["src/input/pcap"]),
    ("zstd", &["src/input/compressed"]),
    ("lz4_flex", &["src/input/compressed"]),
    ("quick_xml", &["src/protocol/xml/"]),
    ("httparse", &["src/protocol/websocket/"]),
    ("x25519_dalek", &["src/protocol/noise/", "src/keys"]),
    ("ratatui", &["src/tui/"]),
    ("crossterm", &["src/tui/"]),
    ("serde_saphyr", &["src/input/log/corpus.rs", "src/spec/checkout.rs"]),
    ("ureq", &["src/github/"]),
    ("nucleo_matcher", &["src/tui/"]),
    ("signal_hook", &["src/tui/terminal.rs"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("clap_complete", &["src/cli/shell.rs"]),
    ("clap_mangen", &["src/cli/shell.rs"]),
    ("tempfile", &["src/output.rs", "src/tui/editor.rs"]),
    ("indicatif", &["src/cli/progress.rs"]),
    ("etcetera", &["src/cli/settings.rs"]),
    ("toml", &["src/config.rs"]),
];

/// A mention that the laws forbid.
#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: PathBuf,
    line: usize,
    says: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The modules that a file declares, in order.
fn declared(text: &str) -> Vec<&str> {
    let names = text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    names.collect()
}

/// The module path of a file: `src/protocol/tcp/stream.rs` is `protocol::tcp::stream`.
fn module_path(file: &Path) -> Vec<String> {
    let inside = file.strip_prefix("src").unwrap().with_extension("");
    let mut path: Vec<String> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// The module paths that a line names by `crate::` or `super::`, resolved from `module`, and whether a group of names
/// follows.
fn named(line: &str, module: &[String]) -> Vec<(Vec<String>, bool)> {
    let mut found = Vec::new();
    for (prefix, is_super) in [("crate::", false), ("super::", true)] {
        for (place, _) in line.match_indices(prefix) {
            if line[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &line[place..];
            let mut base: Vec<String> = Vec::new();
            if is_super {
                base = module.to_vec();
                while let Some(further) = rest.strip_prefix("super::") {
                    base.pop();
                    rest = further;
                }
            } else {
                rest = &rest["crate::".len()..];
            }
            let tail = rest.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).next().unwrap();
            let is_group = rest[tail.len()..].starts_with('{');
            base.extend(tail.split("::").filter(|part| !part.is_empty()).map(str::to_owned));
            found.push((base, is_group));
        }
    }
    found
}

/// Code only: no comments, no tests (which stand at the end).
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = ["#[cfg(test)]\nmod ", "#[cfg(all(test, unix))]\nmod "];
    let until = tests.iter().filter_map(|start| text.find(start)).min().unwrap_or(text.len());
    let lines = text[..until].lines().enumerate();
    lines.map(|(index, line)| (index + 1, line.split("//").next().unwrap())).filter(|(_, line)| !line.trim().is_empty())
}

/// Every mention of a module further down in one of the ordered lists of modules, and of a crate outside its room.
fn breaches(files: &[(PathBuf, String)]) -> Vec<Breach> {
    let list = |file: &str| {
        let (_, text) = files.iter().find(|(path, _)| path == Path::new(file)).unwrap();
        declared(text).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let (top, layers) = (list("src/lib.rs"), list("src/protocol/mod.rs"));
    assert!(top.len() > 5 && layers.len() > 5, "the lists of modules were read");
    let rank = |path: &[String]| -> Option<(usize, usize)> {
        let outer = top.iter().position(|name| Some(name) == path.first())?;
        let is_layer = path.first().is_some_and(|name| name == "protocol");
        let inner =
            if is_layer { path.get(1).and_then(|name| layers.iter().position(|known| known == name)) } else { None };
        Some((outer, inner.map_or(0, |inner| inner + 1)))
    };
    let mut breaches = Vec::new();
    for (file, text) in files {
        let module = module_path(file);
        let is_library =
            !file.starts_with("src/cli") && file != Path::new("src/main.rs") && file != Path::new("src/lib.rs");
        for (line, words) in code(text) {
            let mut breach = |says: String| breaches.push(Breach { file: file.clone(), line, says });
            if is_library {
                let own = rank(&module).unwrap_or_else(|| panic!("{} is in no list of modules", file.display()));
                for (path, is_group) in named(words, &module) {
                    if is_group && (path.is_empty() || path == ["protocol"]) {
                        breach("imports several modules in one group, which hides them from this test".to_owned());
                    }
                    if rank(&path).is_some_and(|other| other > own) {
                        breach(format!("names {} from above it", path.join("::")));
                    }
                }
            }
            for (name, rooms) in ROOMS {
                let mentions = words.contains(&format!("{name}::"));
                if mentions && !rooms.iter().any(|room| file.to_string_lossy().starts_with(room)) {
                    breach(format!("names the crate {name}"));
                }
            }
        }
    }
    breaches
}

#[test]
fn a_module_names_only_those_above_it() {
    assert_eq!(breaches(&sources()), []);
}

#[test]
fn planted_breaches_are_found() {
    let plants = [
        (
            "src/protocol/tcp/planted.rs",
            "use crate::protocol::noise::Frame;",
            "names protocol::noise::Frame from above it",
        ),
        (
            "src/protocol/tcp/planted.rs",
            "use super::super::websocket::Message;",
            "names protocol::websocket::Message from above it",
        ),
        ("src/origin.rs", "use crate::call::Call;", "names call::Call from above it"),
        (
            "src/protocol/tcp/planted.rs",
            "use super::super::{noise, websocket};",
            "imports several modules in one group, which hides them from this test",
        ),
        ("src/call/planted.rs", "fn f(p: polars::prelude::Series) {}", "names the crate polars"),
    ];
    for (file, line, says) in plants {
        let mut files = sources();
        files.push((PathBuf::from(file), format!("{line}\n")));
        let found = breaches(&files);
        assert!(found.contains(&Breach { file: file.into(), line: 1, says: says.into() }), "{line}: {found:?}");
    }
}

#[test]
fn comments_and_allowed_mentions_pass() {
    let mut files = sources();
    files.push((
        PathBuf::from("src/call/planted.rs"),
        "// crate::tui::run\nuse crate::protocol::stanza::Stanza;\nuse super::Call;\n".into(),
    ));
    assert_eq!(breaches(&files), []);
}
