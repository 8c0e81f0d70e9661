//! `docs/reference.md` is generated from the program: the command line, keys, columns, rules and anomalies.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::iter;
use std::path::Path;
use std::process::Command;

use ringtrace::analysis::diagnoses;
use ringtrace::spec::RULES;
use ringtrace::tables::{Description, Table, filter_page};
use ringtrace::tui::bindings::Context;
use ringtrace::tui::bindings::KEYMAP;

fn help(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ringtrace")).args(arguments).env("COLUMNS", "100").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// A cell of a table in Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn reference() -> String {
    let mut page = "# Reference\n\nThis page is generated. Run `RINGTRACE_BLESS=1 cargo test --test it reference` to regenerate it.\n".to_owned();
    page.push_str("\n## Command line\n");
    let commands = [
        "inspect",
        "questions",
        "rules",
        "diff",
        "explain",
        "ladder",
        "export",
        "stats",
        "report",
        "attach",
        "sanitize",
        "spec",
        "schema",
        "completions",
        "man",
    ]
    .map(|command| vec![command, "--help"]);
    for arguments in iter::once(vec!["--help"]).chain(commands) {
        write!(page, "\n```text\n{}\n```\n", help(&arguments)).unwrap();
    }
    page.push_str("\n## Keys\n");
    for context in Context::ALL {
        write!(page, "\n### {}\n\n| key | command | description |\n| --- | --- | --- |\n", context.name()).unwrap();
        for binding in KEYMAP.iter().filter(|binding| binding.contexts.contains(*context)) {
            let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            writeln!(page, "| {} | `{}` | {} |", cell(&keys.join(" ")), binding.name, cell(binding.help)).unwrap();
        }
    }
    write!(page, "\n## Filters\n\n{}\n", filter_page()).unwrap();
    page.push_str("\n## Columns\n\nAn empty value is unknown, absent or not reported; columns that are never empty are marked. In CSV and JSON, a `time` is RFC 3339 in UTC with nanoseconds; in Parquet and Arrow, it is a UTC timestamp truncated to microseconds, the precision that all common engines read.\n");
    for table in [Table::Stanzas, Table::Calls, Table::Evidence, Table::Anomalies, Table::Messages] {
        write!(page, "\n### `{}`\n\n| column | type | description |\n| --- | --- | --- |\n", table.name()).unwrap();
        for Description { name, kind, always, doc } in table.columns() {
            let always = if always { ", never empty" } else { "" };
            writeln!(page, "| `{name}` | {}{always} | {} |", kind.name(), cell(doc)).unwrap();
        }
    }
    page.push_str("\n## Rules\n\nA departure from a rule is a violation, or what the table says instead: a warning, or a note, which is news for the spec.\n");
    page.push_str("\n| rule | grade | what the spec requires |\n| --- | --- | --- |\n");
    for rule in RULES.iter() {
        writeln!(page, "| `{}` | {} | {} |", rule.id, rule.grade.name(), cell(rule.title)).unwrap();
    }
    page.push_str(
        "\n## Anomalies\n\nWhat can be wrong with a capture or a key log. If any loss occurs, the exit code is 1.\n",
    );
    page.push_str("\n| anomaly | severity | in this capture, ... | next step |\n| --- | --- | --- | --- |\n");
    for diagnosis in diagnoses() {
        let (severity, why, next) = (diagnosis.severity.name(), cell(diagnosis.why), cell(diagnosis.next));
        writeln!(page, "| `{}` | {severity} | {why} | {next} |", diagnosis.id).unwrap();
    }
    page
}

#[test]
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference.md");
    let page = reference();
    if std::env::var_os("RINGTRACE_BLESS").is_some() {
        fs::write(&path, page).unwrap();
    } else {
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == page, "docs/reference.md is out of date; set RINGTRACE_BLESS=1 to regenerate it");
    }
}

#[test]
fn anomaly_ids_are_unique_and_their_texts_well_formed() {
    let mut ids = BTreeSet::new();
    for diagnosis in diagnoses() {
        assert!(ids.insert(diagnosis.id), "duplicate id {}", diagnosis.id);
        assert!(diagnosis.id.starts_with(&format!("{}/", diagnosis.layer.name())), "{}", diagnosis.id);
        assert!(diagnosis.why.len() > 10 && !diagnosis.why.ends_with('.'), "{}: {}", diagnosis.id, diagnosis.why);
        let begins_small = diagnosis.why.starts_with(|first: char| first.is_lowercase())
            || diagnosis
                .why
                .split(' ')
                .next()
                .is_some_and(|word| word == word.to_uppercase() || word.starts_with("Wh"));
        assert!(begins_small, "{}: {}", diagnosis.id, diagnosis.why);
        let next = diagnosis.next;
        let is_sentence = next.starts_with(char::is_uppercase) && next.ends_with('.');
        assert!(next.is_empty() || is_sentence, "{}: {next}", diagnosis.id);
    }
    assert!(ids.len() > 40);
}

#[test]
fn the_tests_that_hold_what_security_promises_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (_, table) = page.split_once("## What holds these promises").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    let named: Vec<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() >= 20, "{named:?}");
    let mut sources = String::new();
    let mut folders = vec![root.join("src"), root.join("tests/it")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let missing: Vec<_> = named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
