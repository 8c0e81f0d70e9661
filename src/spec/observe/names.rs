//! Elements and attributes that are called by a word.

use super::stanzas::Sight;
use crate::protocol::binary::Element;

/// The most elements of one stanza that are looked at.
const ELEMENTS: usize = 64;

/// Where in a call stanza the word stands: the tag of the action, of an element in it, or an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// As it is listed: `<tag>` or `tag@attribute`. Untrusted text.
    pub name: String,
    /// The value, of an attribute. Untrusted text.
    pub value: Option<String>,
}

/// The elements and attributes in an element, itself among them, in whose name one of the words stands, in their order. In a
/// name, everything but letters and digits of ASCII parts words; small and large letters are the same.
#[must_use]
pub fn named(element: Element<'_>, words: &[&str]) -> Vec<Named> {
    let mut found = Vec::new();
    for node in element.descendants().take(ELEMENTS) {
        if has_word(node.tag(), words) {
            found.push(Named { name: format!("<{}>", node.tag()), value: None });
        }
        let attributes = node.attributes().take(ELEMENTS).filter(|attribute| has_word(attribute.name, words));
        found.extend(attributes.map(|attribute| Named {
            name: format!("{}@{}", node.tag(), attribute.name),
            value: Some(attribute.value.to_string()),
        }));
    }
    found
}

/// Them in words, with their values.
#[must_use]
pub fn shown(found: &[Named]) -> String {
    let shown = found.iter().map(|named| match &named.value {
        Some(value) => format!("{}={value}", named.name),
        None => named.name.clone(),
    });
    shown.collect::<Vec<_>>().join(" and ")
}

/// Whether an action says that something is on or off.
#[must_use]
pub fn says_state(sight: &Sight<'_>) -> bool {
    sight.node.attributes().any(|attribute| has_word(attribute.name, &["state", "enabled"]))
}

/// Whether one of the words stands in a name.
#[must_use]
pub fn has_word(name: &str, words: &[&str]) -> bool {
    // Most names are too short.
    if words.iter().all(|word| word.len() > name.len()) {
        return false;
    }
    let mut parts = name.as_bytes().split(|byte| !byte.is_ascii_alphanumeric());
    parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_whole() {
        assert!(
            has_word("raise_hand", &["hand"]) && has_word("Screen-Share", &["screen"]) && has_word("video", &["video"])
        );
        assert!(!has_word("handle", &["hand"]) && !has_word("", &["hand"]));
    }
}
