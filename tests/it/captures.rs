//! What every folder of `captures/` must have, whoever made it: a card, and nobody's number.

use std::fs;
use std::path::{Path, PathBuf};

use ringtrace::input::TECHNIQUES;
use toml::{Table, Value};

/// What a card must say in words.
const TEXTS: [&str; 5] = ["title", "happened", "client", "technique", "made"];

/// How the phone numbers of synthetic people begin: +1 555 01xx is kept for fiction.
const FICTITIOUS_NUMBER: &str = "1555010";

/// How the LIDs of synthetic people begin.
const FICTITIOUS_LID: &str = "1000000000";

/// How the group addresses of synthetic people begin.
const FICTITIOUS_GROUP: &str = "1203630000000";

/// `captures/`.
fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// What is wrong with a card, given the names of the files beside it.
fn faults_of_card(card: &Table, files: &[&str]) -> Vec<String> {
    let text = |key: &str| card.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let mut faults: Vec<String> =
        TEXTS.into_iter().filter(|key| text(key).is_none()).map(|key| format!("`{key}` is missing")).collect();
    if text("technique").is_some_and(|technique| !TECHNIQUES.contains(&technique)) {
        faults.push(format!("`technique` is none of {TECHNIQUES:?}"));
    }
    match card.get("synthetic").and_then(Value::as_bool) {
        Some(true) => {}
        Some(false) if text("sanitised").is_some() => {}
        Some(false) => faults.push("not synthetic, and `sanitised` does not say how it was sanitised".to_owned()),
        None => faults.push("`synthetic` is neither true nor false".to_owned()),
    }
    if card.get("exercises").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        faults.push("`exercises` lists nothing".to_owned());
    }
    let empty = Table::new();
    let listed = card.get("files").and_then(Value::as_table).unwrap_or(&empty);
    faults.extend(files.iter().filter(|file| !listed.contains_key(**file)).map(|file| format!("`files` lacks {file}")));
    faults.extend(listed.keys().filter(|file| !files.contains(&file.as_str())).map(|file| format!("no file {file}")));
    faults
}

/// The addresses in `text` that may be somebody's.
fn addresses_of_real_people(text: &str) -> Vec<String> {
    let part_of_user =
        |character: &char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | ':' | '-');
    text.match_indices('@')
        .filter_map(|(at, _)| {
            let user: String = text[..at].chars().rev().take_while(part_of_user).collect();
            let user: String = user.chars().rev().collect();
            let server: String = text[at + 1..].chars().take_while(part_of_user).collect();
            let digits: String = user.chars().take_while(char::is_ascii_digit).collect();
            let fictitious = match server.as_str() {
                "s.whatsapp.net" | "c.us" | "hosted" => digits.len() == 11 && digits.starts_with(FICTITIOUS_NUMBER),
                "lid" | "hosted.lid" => digits.starts_with(FICTITIOUS_LID),
                "g.us" => digits.starts_with(FICTITIOUS_GROUP),
                _ => digits.len() < 8,
            };
            (!digits.is_empty() && !fictitious).then(|| format!("{user}@{server}"))
        })
        .collect()
}

/// The numbers in `text` that are written as one dials them abroad, and may be somebody's.
fn dialled_numbers_of_real_people(text: &str) -> Vec<String> {
    text.match_indices('+')
        .map(|(plus, _)| {
            text[plus + 1..].chars().take_while(|character| character.is_ascii_digit() || *character == ' ')
        })
        .map(|number| number.filter(char::is_ascii_digit).collect::<String>())
        .filter(|digits| (8..=15).contains(&digits.len()) && !digits.starts_with(FICTITIOUS_NUMBER))
        .collect()
}

#[test]
fn every_capture_has_a_complete_card() {
    let folders = entries(&captures());
    assert!(!folders.is_empty());
    for folder in folders {
        let card = fs::read_to_string(folder.join("card.toml"));
        let card = card.unwrap_or_else(|error| panic!("{}/card.toml: {error}", folder.display()));
        let card: Table = card.parse().unwrap_or_else(|error| panic!("{}/card.toml: {error}", folder.display()));
        let files = entries(&folder);
        let files: Vec<&str> = files.iter().map(|path| name(path)).filter(|file| *file != "card.toml").collect();
        let faults = faults_of_card(&card, &files);
        assert!(faults.is_empty(), "{}/card.toml: {}", folder.display(), faults.join("; "));
    }
}

#[test]
fn no_sample_names_a_real_person() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut folders = entries(&captures());
    folders.extend(entries(&fixtures.join("logs")));
    folders.push(fixtures.join("tools"));
    for path in folders.iter().flat_map(|folder| entries(folder)) {
        if let Ok(text) = String::from_utf8(fs::read(&path).unwrap()) {
            let mut found = addresses_of_real_people(&text);
            found.extend(dialled_numbers_of_real_people(&text));
            assert!(found.is_empty(), "{} may name real people: {found:?}", path.display());
        }
    }
}

#[test]
fn an_incomplete_card_is_refused() {
    let complete = r#"
        title = "t"
        happened = "h"
        client = "c"
        technique = "websocket-capture"
        synthetic = true
        made = "m"
        exercises = ["e"]
        [files]
        "a.pcap" = "the capture"
    "#;
    let faults = |text: &str| faults_of_card(&text.parse().unwrap(), &["a.pcap"]);
    assert_eq!(faults(complete), Vec::<String>::new());
    for line in complete.lines().filter(|line| line.contains('=')) {
        assert_eq!(faults(&complete.replace(line, "")).len(), 1, "without {line}");
    }
    assert_eq!(faults(&complete.replace("websocket-capture", "hearsay")).len(), 1);
    assert_eq!(faults(&complete.replace("synthetic = true", "synthetic = false")).len(), 1);
    assert_eq!(faults(&format!("{complete}\n\"b.pcap\" = \"gone\"")), ["no file b.pcap"]);
}

#[test]
fn a_real_number_is_found() {
    let addresses = |text: &str| addresses_of_real_people(text).len();
    assert_eq!(addresses("<offer caller_pn='15550100123@s.whatsapp.net' from=\"10000000000002:3@lid\"/>"), 0);
    assert_eq!(addresses("from s.whatsapp.net, call, 120363000000000001@g.us"), 0);
    let plausible = ["15551234567", "155501001234", "4930901820", "15551234567:7", "15551234567.0:7"];
    assert!(plausible.into_iter().all(|user| addresses(&format!("<a b='{user}@s.whatsapp.net'/>")) == 1));
    assert_eq!(addresses("'234567890123456@lid' '15551234567-1400000000@g.us'"), 2);
    assert_eq!(dialled_numbers_of_real_people("+49 30 901820, +1 555 0100123"), ["4930901820"]);
}
