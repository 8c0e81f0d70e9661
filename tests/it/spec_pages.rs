//! What the program knows of the spec's pages, against the pages themselves.

use std::collections::BTreeMap;
use std::fs;

use ringtrace::spec::{Checkout, Difference, PAGES, fingerprint, sentences};

use crate::shared::shared;

#[test_with::path(../shared)]
#[test]
fn the_index_matches_the_pinned_spec() {
    let checkout = Checkout::read(&shared("wacrg/spec")).unwrap();
    for page in PAGES {
        let read = checkout.page(page.name()).unwrap_or_else(|| panic!("no page {}", page.name()));
        let fingerprints: Vec<_> = read.questions.iter().map(|wording| fingerprint(wording)).collect();
        let known: Vec<_> = page.questions.iter().map(|asked| asked.fingerprint).collect();
        assert_eq!(fingerprints, known, "{}", page.name());
    }
    assert!(checkout.differences().is_empty(), "{:?}", checkout.differences());
}

/// A checkout with only these pages, whose text is changed by `change`.
fn changed(pages: &[&str], change: impl Fn(&str, String) -> String) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for kind in ["enums", "flavors", "flows", "signalling", "stanzas"] {
        fs::create_dir(folder.path().join(kind)).unwrap();
        for file in shared(&format!("wacrg/spec/{kind}")).read_dir().unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            if !pages.contains(&name.as_str()) {
                let text = change(&name, fs::read_to_string(file.path()).unwrap());
                fs::write(folder.path().join(kind).join(name), text).unwrap();
            }
        }
    }
    let differences = Checkout::read(folder.path()).unwrap().differences().into_iter();
    let described = differences.map(|difference| match difference {
        Difference::Unknown { place, wording } => format!("{place} {wording}"),
        Difference::Gone(entry) => format!("gone {}", entry.name()),
        Difference::Moved(entry, number) => format!("moved {} to {number}", entry.name()),
        Difference::Reworded(entry) => format!("reworded {}", entry.name()),
    });
    described.collect()
}

#[test_with::path(../shared)]
#[test]
fn changes_of_the_spec_are_distinguished() {
    let found = changed(&["call-rejected.yaml", "flow-call-rejected.yaml"], |name, text| {
        if name != "call-terminate.yaml" || !text.contains("code: SIG-14") {
            return text;
        }
        let (before, rest) = text.split_once("open_questions:\n").unwrap();
        let (questions, after) = rest.split_once("references:").unwrap();
        let [first, _, third] = &questions.split("  - ").skip(1).collect::<Vec<_>>()[..] else {
            panic!("SIG-14 asks three questions: {questions}")
        };
        let swapped = [third, "Is the moon a stanza?\n", first, "And the sun?\n"].map(|text| format!("  - {text}"));
        format!("{before}open_questions:\n{}references:{after}", swapped.concat())
    });
    let expected = [
        "moved terminate-reasons (SIG-14 #1) to 3",
        "reworded terminate-duration-direction (SIG-14 #2)",
        "moved terminate-reason-inbound (SIG-14 #3) to 1",
        "gone reject-fanout (SIG-18 #1)",
        "gone reject-before-receipt (SIG-18 #2)",
        "gone SIG-18 #3",
        "gone decline-carrier (call-rejected #1)",
        "gone reject-reason-vocabulary (call-rejected #2)",
        "gone reject-elsewhere-origin (call-rejected #3)",
        "SIG-14 #4 And the sun?",
    ];
    assert_eq!(found, expected);
}

/// The words of obligation in a text, `MUST NOT` as one.
fn obligations(text: &str) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let words: Vec<_> = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    for (index, word) in words.iter().enumerate() {
        let negated = words.get(index + 1) == Some(&"NOT");
        let obligation = match (*word, negated) {
            ("MUST", true) => "MUST NOT",
            ("MUST", false) => "MUST",
            ("SHOULD", true) => "SHOULD NOT",
            ("SHOULD", false) => "SHOULD",
            ("MAY", _) => "MAY",
            _ => continue,
        };
        *counts.entry(obligation).or_default() += 1;
    }
    counts
}

/// A section of a page: how its places are called in the list, and the words with which it begins.
type Section = (&'static str, &'static str);

/// The pages with words of obligation, their files, and their sections.
const OBLIGING: [(&str, &str, &[Section]); 2] = [
    (
        "SIG-14",
        "000_ed30a02cdd04ca43",
        &[
            ("wrapper", "<call> wrapper:"),
            ("element", "<terminate> action element:"),
            ("inbound", "Inbound <terminate>:"),
            ("", "Requires:"),
        ],
    ),
    (
        "SIG-08",
        "001_7e8ec720e1ca096a",
        &[
            ("construction", "Construction."),
            ("semantics", "Semantics."),
            ("receiving", "Receiving."),
            ("", "Requires:"),
        ],
    ),
];

#[test_with::path(../shared)]
#[test]
fn every_obligation_of_the_pages_is_accounted_for() {
    for (page, file, sections) in OBLIGING {
        let text = fs::read_to_string(shared(&format!("seeds/{file}.txt"))).unwrap();
        for pair in sections.windows(2) {
            let (section, begins) = pair[0];
            let rest = &text[text.find(begins).unwrap()..];
            let section_text = &rest[..rest.find(pair[1].1).unwrap()];
            let of_section =
                sentences().filter(|sentence| sentence.page == page && sentence.place.starts_with(section));
            let listed: Vec<_> = of_section.map(|sentence| sentence.obliges).collect();
            assert_eq!(obligations(&listed.join(" . ")), obligations(section_text), "{page} {section}");
        }
        let all: Vec<_> =
            sentences().filter(|sentence| sentence.page == page).map(|sentence| sentence.obliges).collect();
        assert_eq!(obligations(&all.join(" . ")), obligations(&text), "{page}");
    }
}

#[test_with::path(../shared)]
#[test]
fn every_step_and_attribute_of_the_pages_is_accounted_for() {
    let count = |page: &str, kind: &str| {
        sentences().filter(|sentence| sentence.page == page && sentence.place.starts_with(kind)).count()
    };
    for (page, file) in [("call-rejected", "002_c0506fbeebea0596"), ("call-missed-timeout", "003_69373420d9103b43")] {
        let text = fs::read_to_string(shared(&format!("seeds/{file}.txt"))).unwrap();
        let steps = &text[text.find("\nSteps\n").unwrap()..text.find("\nOpen questions\n").unwrap()];
        let steps = steps.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        assert_eq!(count(page, "step"), steps.count(), "{page}");
        assert!(obligations(&text).is_empty(), "{page}");
    }
    let text = fs::read_to_string(shared("seeds/004_b64e44fcddc9c02d.txt")).unwrap();
    assert!(obligations(&text).is_empty());
    let (own, of_children) = text[text.find("\nAttributes\n").unwrap()..].split_once("\nChildren\n").unwrap();
    let rows = |text: &str| {
        let is_row = |line: &&str| line.split(' ').nth(2).is_some_and(|required| matches!(required, "yes" | "no"));
        text.lines().filter(is_row).count()
    };
    assert_eq!(count("call-ack", "attribute"), rows(own));
    assert_eq!(count("call-ack", "child error,"), rows(of_children));
}
