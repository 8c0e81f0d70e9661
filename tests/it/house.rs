//! The laws of the house: at every level, a module names only those listed before it, and some crates have one room
//! each.
//!
//! The order is the one in which `lib.rs` and each `mod.rs` list their modules. A `mod.rs` either defines what its own
//! children name or names its children, never both, so that no folder has a circle. Re-exports and imports are
//! followed to the file that defines the name; tests inside the sources are exempt.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that only one place may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("polars", &["src/tables/"]),
    ("polars_arrow", &["src/tables/"]),
    ("etherparse", &["src/protocol/packet/"]),
    ("pcap_parser", &["src/input/pcap"]),
    ("zstd", &["src/input/compressed"]),
    ("lz4_flex", &["src/input/compressed"]),
    ("quick_xml", &["src/protocol/xml/"]),
    ("httparse", &["src/protocol/websocket/"]),
    ("mimalloc", &["src/main.rs"]),
    ("aes", &["src/protocol/noise/counter.rs"]),
    ("ghash", &["src/protocol/noise/counter.rs"]),
    ("x25519_dalek", &["src/protocol/noise/", "src/keys"]),
    ("ratatui", &["src/tui/"]),
    ("crossterm", &["src/tui/"]),
    ("serde_saphyr", &["src/input/log/corpus.rs", "src/spec/checkout.rs"]),
    ("ureq", &["src/github/"]),
    ("nucleo_matcher", &["src/tui/"]),
    ("signal_hook", &["src/tui/kit/signals.rs", "src/cli/interrupt.rs"]),
    ("strsim", &["src/words/"]),
    ("tempfile", &["src/output.rs", "src/tui/kit/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("clap_complete", &["src/cli/shell.rs"]),
    ("clap_mangen", &["src/cli/shell.rs"]),
    ("indicatif", &["src/cli/loading.rs"]),
    ("etcetera", &["src/cli/settings.rs"]),
    ("toml", &["src/config.rs"]),
];

/// A module's path from the root of the crate; empty for the root.
type Module = Vec<String>;

/// A mention that the laws forbid.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breach {
    file: PathBuf,
    line: usize,
    says: String,
}

/// The sources of the crate, and what their modules declare.
struct House {
    files: BTreeMap<Module, Source>,
}

struct Source {
    file: PathBuf,
    /// Lines of code without comments and unit tests.
    code: Vec<(usize, String)>,
    /// The modules that it declares, in order.
    children: Vec<String>,
    /// What it imports.
    imports: Vec<Import>,
}

#[derive(Clone)]
struct Import {
    line: usize,
    path: Vec<String>,
    /// The name under which the importing module knows it.
    alias: String,
    is_reexport: bool,
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
    let tests: Vec<PathBuf> = files.iter().flat_map(|(file, text)| test_modules(file, text)).collect();
    files.retain(|(file, _)| !tests.iter().any(|tests| file.starts_with(tests) || file.with_extension("") == *tests));
    files.sort();
    files
}

/// The modules that a file declares for tests only, as paths without an extension.
fn test_modules(file: &Path, text: &str) -> Vec<PathBuf> {
    let is_root = matches!(file.file_stem().and_then(|stem| stem.to_str()), Some("mod" | "lib" | "main"));
    let folder = if is_root { file.parent().unwrap().to_owned() } else { file.with_extension("") };
    let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
        let name = rest.trim_start().strip_prefix("mod ")?.split_once(';')?.0;
        name.chars().all(is_word).then(|| folder.join(name))
    });
    declared.collect()
}

/// The module that a file is: `src/protocol/tcp/stream.rs` is `protocol::tcp::stream`.
fn module_of(file: &Path) -> Module {
    let inside = file.strip_prefix("src").unwrap().with_extension("");
    let mut path: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(path.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        path.pop();
    }
    path
}

/// Code only: no comments, and neither what is compiled for tests only nor what follows it at the end of a file.
fn code(text: &str) -> Vec<(usize, String)> {
    let until = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let mut lines = Vec::new();
    let mut is_for_tests = false;
    for (index, line) in text[..until].lines().enumerate() {
        let bare = line.split("//").next().unwrap_or_default();
        if line.trim() == "#[cfg(test)]" {
            is_for_tests = true;
        } else if is_for_tests && line.trim_start().starts_with("#[") {
            continue;
        } else if is_for_tests {
            is_for_tests = false;
        } else if !bare.trim().is_empty() {
            lines.push((index + 1, without_visibility(bare)));
        }
    }
    lines
}

/// Reduces `pub(super)` and `pub(in path)` to `pub`, because a visibility is not a mention of a module.
fn without_visibility(line: &str) -> String {
    match line.split_once("pub(").and_then(|(before, after)| Some((before, after.split_once(") ")?.1))) {
        Some((before, after)) => format!("{before}pub {after}"),
        None => line.to_owned(),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The paths that a `use` tree names, each with its alias.
fn unfold(tree: &str, before: &[String], found: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim();
    let (path, group) = match tree.find('{') {
        Some(brace) => (&tree[..brace], Some(&tree[brace + 1..tree.rfind('}').unwrap_or(tree.len())])),
        None => (tree, None),
    };
    let (path, alias) = path.split_once(" as ").map_or((path, None), |(path, alias)| (path, Some(alias.trim())));
    let mut whole = before.to_vec();
    whole.extend(path.split("::").map(str::trim).filter(|part| !part.is_empty() && *part != "self").map(str::to_owned));
    let Some(group) = group else {
        let name = alias.map_or_else(|| whole.last().cloned().unwrap_or_default(), str::to_owned);
        found.push((whole, name));
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices().chain([(group.len(), ',')]) {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !group[start..at].trim().is_empty() {
                    unfold(&group[start..at], &whole, found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// The imports of a file, and the code that is left without them.
fn split_imports(code: &[(usize, String)]) -> (Vec<Import>, Vec<(usize, String)>) {
    let (mut imports, mut rest) = (Vec::new(), Vec::new());
    let mut lines = code.iter();
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim_start();
        let Some(tree) = trimmed.strip_prefix("pub ").unwrap_or(trimmed).strip_prefix("use ") else {
            rest.push((*number, line.clone()));
            continue;
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            let Some((_, further)) = lines.next() else { break };
            tree.push(' ');
            tree.push_str(further.trim());
        }
        let mut paths = Vec::new();
        unfold(tree.trim_end().trim_end_matches(';'), &[], &mut paths);
        let is_reexport = trimmed.starts_with("pub");
        imports.extend(paths.into_iter().map(|(path, alias)| Import { line: *number, path, alias, is_reexport }));
    }
    (imports, rest)
}

/// The paths of two or more names in a line of code.
fn paths(line: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(begin) = rest.find(is_word) {
        let is_continued = rest[..begin].ends_with("::") || rest[..begin].ends_with('"');
        rest = &rest[begin..];
        let end = rest.find(|character| !is_word(character) && character != ':').unwrap_or(rest.len());
        let (path, after) = rest.split_at(end);
        rest = after;
        let parts: Vec<String> = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        if !is_continued && path.contains("::") && parts.iter().all(|part| part.chars().all(is_word)) {
            found.push(parts);
        }
    }
    found
}

impl House {
    fn new(files: &[(PathBuf, String)]) -> Self {
        let mut house = Self { files: BTreeMap::new() };
        for (file, text) in files {
            let code = code(text);
            let children = code.iter().filter_map(|(_, line)| {
                let line = line.trim();
                Some(line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?.strip_suffix(';')?.to_owned())
            });
            let children: Vec<String> = children.collect();
            let (imports, code) = split_imports(&code);
            let source = Source { file: file.clone(), code, children, imports };
            match house.files.get_mut(&module_of(file)) {
                // `main.rs` comes after `lib.rs`: its modules follow all of the library's.
                Some(library) => library.children.extend(source.children),
                None => drop(house.files.insert(module_of(file), source)),
            }
        }
        house
    }

    /// The module whose file defines what `path`, as written in `from`, names; `None` for what is not of this crate.
    fn definer(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        let source = self.files.get(from)?;
        let (mut at, mut rest) = (from.clone(), path);
        match path.first()?.as_str() {
            "crate" => (at, rest) = (Vec::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    at.pop();
                    rest = &rest[1..];
                }
            }
            first if source.children.iter().any(|child| child == first) => {}
            first => {
                let import = source.imports.iter().find(|import| import.alias == first && import.path[0] != first)?;
                (at, rest) = (self.definer(from, &import.path, depth + 1)?, &[]);
            }
        }
        self.descend(at, rest, depth)
    }

    fn descend(&self, mut at: Module, path: &[String], depth: usize) -> Option<Module> {
        for (index, part) in path.iter().enumerate() {
            let source = self.files.get(&at)?;
            if source.children.contains(part) {
                at.push(part.clone());
            } else if let Some(import) = source.imports.iter().find(|import| &import.alias == part) {
                if depth > 16 {
                    return None;
                }
                let there = self.definer(&at, &import.path, depth + 1)?;
                return self.descend(there, &path[index + 1..], depth + 1);
            } else {
                return Some(at);
            }
        }
        Some(at)
    }

    /// Every mention of a module of this crate: the line, and the module that defines what is named. A re-export counts
    /// only where it is used.
    fn mentions(&self, module: &Module) -> Vec<(usize, Module)> {
        let source = &self.files[module];
        let imported = source.imports.iter().filter(|import| !import.is_reexport);
        let imported = imported.map(|import| (import.line, import.path.clone()));
        let written = source.code.iter().flat_map(|(line, text)| paths(text).into_iter().map(|path| (*line, path)));
        let mentions = imported.chain(written);
        mentions.filter_map(|(line, path)| Some((line, self.definer(module, &path, 0)?))).collect()
    }

    fn breaches(&self) -> Vec<Breach> {
        let mut breaches = BTreeSet::new();
        // Where a module names its children, and where its children name it.
        let (mut down, mut up) = (BTreeMap::new(), BTreeMap::new());
        for (module, source) in &self.files {
            for (line, named) in self.mentions(module) {
                let shared = module.iter().zip(&named).take_while(|(one, other)| one == other).count();
                let breach = |says| Breach { file: source.file.clone(), line, says };
                match (module.get(shared), named.get(shared)) {
                    (None, None) => {}
                    (None, Some(_)) => drop(down.entry(module.clone()).or_insert_with(|| breach(named.join("::")))),
                    (Some(_), None) => drop(up.entry(named.clone()).or_insert_with(|| breach(named.join("::")))),
                    (Some(own), Some(other)) => {
                        let order = &self.files[&module[..shared]].children;
                        let rank = |name| order.iter().position(|known| known == name);
                        if rank(other) > rank(own) {
                            breaches.insert(breach(format!("names {} from above it", named.join("::"))));
                        }
                    }
                }
            }
            for (line, text) in &source.code {
                let imported =
                    source.imports.iter().filter(|import| import.line == *line).flat_map(|it| it.path.first());
                let written: Vec<String> = paths(text).into_iter().filter_map(|path| path.into_iter().next()).collect();
                for name in imported.chain(&written) {
                    breaches.extend(self.crate_outside_its_room(source, *line, name));
                }
            }
            for import in &source.imports {
                breaches.extend(self.crate_outside_its_room(source, import.line, &import.path[0]));
            }
        }
        for (module, breach) in down {
            if let Some(child) = up.get(&module).filter(|_| !module.is_empty()) {
                let says = format!("names {}, and {} names what it defines", breach.says, child.file.display());
                breaches.insert(Breach { says, ..breach });
            }
        }
        breaches.into_iter().collect()
    }

    fn crate_outside_its_room(&self, source: &Source, line: usize, name: &str) -> Option<Breach> {
        let (_, rooms) = ROOMS.iter().find(|(known, _)| *known == name)?;
        let is_inside = rooms.iter().any(|room| source.file.to_string_lossy().starts_with(room));
        let is_module = self.definer(&module_of(&source.file), &[name.to_owned()], 0).is_some();
        (!is_inside && !is_module).then(|| Breach {
            file: source.file.clone(),
            line,
            says: format!("names the crate {name}"),
        })
    }
}

#[test]
fn a_module_names_only_those_listed_before_it() {
    assert_eq!(House::new(&sources()).breaches(), []);
}

#[test]
fn planted_breaches_are_found() {
    let plants = [
        (
            "src/protocol/tcp/planted.rs",
            "use crate::protocol::{noise::Frame, xml};",
            "names protocol::noise from above it",
        ),
        ("src/protocol/tcp/planted.rs", "use super::super::websocket::Message;", "names protocol::websocket"),
        ("src/origin.rs", "use crate::call::Call;", "names call"),
        ("src/origin.rs", "fn f(call: &crate::call::Call) {}", "names call"),
        ("src/call/planted.rs", "fn f(p: polars::prelude::Series) {}", "names the crate polars"),
        ("src/call/planted.rs", "use polars::prelude::Series;", "names the crate polars"),
    ];
    for (file, line, says) in plants {
        let mut files = sources();
        files.retain(|(path, _)| path != Path::new(file));
        files.push((PathBuf::from(file), format!("{line}\n")));
        let found = House::new(&files).breaches();
        let is_found =
            |breach: &Breach| breach.file == Path::new(file) && breach.line == 1 && breach.says.starts_with(says);
        assert!(found.iter().any(is_found), "{line}: {found:#?}");
    }
}

/// A crate with one room, `shop`, whose files are given.
fn shop(files: &[(&str, &str)]) -> Vec<String> {
    let lib = (PathBuf::from("src/lib.rs"), "pub mod shop;\n".to_owned());
    let files = files.iter().map(|(name, text)| (Path::new("src/shop").join(name), (*text).to_owned()));
    House::new(&std::iter::once(lib).chain(files).collect::<Vec<_>>())
        .breaches()
        .into_iter()
        .map(|it| it.says)
        .collect()
}

#[test]
fn the_order_holds_inside_a_room_too() {
    let wiring = "mod goods;\nmod till;\npub use goods::Good;\npub fn sell() { till::ring(); }\n";
    let goods = ("goods.rs", "pub struct Good;\n");
    let clean = [("mod.rs", wiring), goods, ("till.rs", "use super::Good;\npub fn ring() {}\n")];
    assert_eq!(shop(&clean), [""; 0], "a re-export leads to the file that defines the name");

    let upward = [("mod.rs", wiring), ("goods.rs", "use super::till;\npub struct Good;\n"), ("till.rs", "")];
    assert_eq!(shop(&upward), ["names shop::till from above it"]);

    let circle = [("mod.rs", wiring), goods, ("till.rs", "pub fn ring() { super::sell() }\n")];
    assert_eq!(shop(&circle), ["names shop::till, and src/shop/till.rs names what it defines"]);

    let tests = [
        ("mod.rs", wiring),
        goods,
        ("till.rs", "pub fn ring() {}\n#[cfg(test)]\nmod tests {\nuse super::super::sell;\n}\n"),
    ];
    assert_eq!(shop(&tests), [""; 0], "unit tests are exempt");
}

#[test]
fn comments_and_allowed_mentions_pass() {
    let mut files = sources();
    let before = House::new(&files).breaches();
    files.push((
        PathBuf::from("src/filter/planted.rs"),
        "// crate::tui::run\nuse crate::protocol::stanza::Stanza;\nuse crate::call::Call;\n".into(),
    ));
    assert_eq!(House::new(&files).breaches(), before);
}
