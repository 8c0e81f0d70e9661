//! The accounting of the spec's sentences: which rule checks each, and why no capture can show the others.

/// A normative sentence, a step or a row of a table on one of the spec's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The page's code, or its id where it has none.
    pub page: &'static str,
    /// Where on the page.
    pub place: &'static str,
    /// Its words of obligation (RFC 2119), in order; none where the page only describes.
    pub obliges: &'static str,
    /// The rules that check it.
    pub rules: Vec<&'static str>,
    /// Why no capture shows it, or what of it none shows; empty if a capture shows all of it.
    pub not_shown: &'static str,
}

/// Every such sentence, page by page.
pub fn sentences() -> impl Iterator<Item = Sentence> {
    let lines = include_str!("sentences.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut columns = line.split('|').map(str::trim);
        Some(Sentence {
            page: columns.next()?,
            place: columns.next()?,
            obliges: columns.next()?,
            rules: columns.next()?.split(' ').filter(|id| *id != "-").collect(),
            not_shown: columns.next()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;

    use super::*;
    use crate::shared::shared;
    use crate::spec::rules::RULES;

    #[test]
    fn every_rule_checks_a_sentence_and_every_sentence_has_a_rule_or_a_reason() {
        let checked: BTreeSet<_> = sentences().flat_map(|sentence| sentence.rules).collect();
        let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(checked, rules);
        for sentence in sentences() {
            assert!(!sentence.rules.is_empty() || sentence.not_shown.len() > 10, "{sentence:?}");
            assert!(RULES.iter().any(|rule| rule.page == sentence.page), "{sentence:?}");
        }
    }

    #[test]
    fn the_places_of_a_page_are_told_apart() {
        let mut places = BTreeSet::new();
        for sentence in sentences() {
            assert!(places.insert((sentence.page, sentence.place)), "{sentence:?} stands twice");
        }
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

    #[test]
    fn every_obligation_of_the_pages_is_accounted_for() {
        for (page, file, sections) in OBLIGING {
            let Some(path) = shared(&format!("seeds/{file}.txt")) else { return };
            let text = fs::read_to_string(path).unwrap();
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

    #[test]
    fn every_step_and_attribute_of_the_pages_is_accounted_for() {
        let count = |page: &str, kind: &str| {
            sentences().filter(|sentence| sentence.page == page && sentence.place.starts_with(kind)).count()
        };
        for (page, file) in [("call-rejected", "002_c0506fbeebea0596"), ("call-missed-timeout", "003_69373420d9103b43")]
        {
            let Some(path) = shared(&format!("seeds/{file}.txt")) else { return };
            let text = fs::read_to_string(path).unwrap();
            let steps = &text[text.find("\nSteps\n").unwrap()..text.find("\nOpen questions\n").unwrap()];
            let steps = steps.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
            assert_eq!(count(page, "step"), steps.count(), "{page}");
            assert!(obligations(&text).is_empty(), "{page}");
        }
        let Some(path) = shared("seeds/004_b64e44fcddc9c02d.txt") else { return };
        let text = fs::read_to_string(path).unwrap();
        assert!(obligations(&text).is_empty());
        let (own, of_children) = text[text.find("\nAttributes\n").unwrap()..].split_once("\nChildren\n").unwrap();
        let rows = |text: &str| {
            let is_row = |line: &&str| line.split(' ').nth(2).is_some_and(|required| matches!(required, "yes" | "no"));
            text.lines().filter(is_row).count()
        };
        assert_eq!(count("call-ack", "attribute"), rows(own));
        assert_eq!(count("call-ack", "child error,"), rows(of_children));
    }
}
