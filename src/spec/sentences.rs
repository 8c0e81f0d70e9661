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
    use std::collections::BTreeSet;

    use super::*;
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
}
