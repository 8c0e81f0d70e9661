//! Values of enums: those that pages use and no enum lists, and those that are spelled otherwise.

use std::collections::BTreeSet;

use super::finding::Finding;
use crate::patch::repository::{Folder, Repository, entries};
use crate::yaml::{Document, Kind, Node};

/// An attribute of an enum's type: its name, and the enum's id and values.
struct Typed<'r> {
    attribute: &'r str,
    id: &'r str,
    values: BTreeSet<&'r str>,
}

/// The attributes of enums' types that a page has.
fn typed<'r>(repository: &'r Repository, page: &'r Document) -> Vec<(Typed<'r>, &'r Node)> {
    let of_entry = |entry: crate::patch::repository::Entry<'r>| {
        let id = entry.node.text_of("type")?.strip_prefix("enum:")?;
        let (_, listed) = repository.find(Folder::Enums, id)?;
        let values = listed.root().items_of("values").iter().filter_map(|value| value.text_of("value")).collect();
        Some((Typed { attribute: entry.attribute?, id, values }, entry.node))
    };
    entries(page).into_iter().filter_map(of_entry).collect()
}

/// Values that pages give such attributes and that the enum does not list.
pub(super) fn unlisted(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, page) in repository.files(Folder::Stanzas) {
        for (typed, node) in typed(repository, page) {
            let values = node.items_of("observed_values").iter();
            for value in values.filter(|value| value.text().is_some_and(|text| !typed.values.contains(text))) {
                found.push(Finding::at(check, (file, page), value, typed.lacks(value.text().unwrap_or_default())));
            }
            let examples = page.root().items_of("examples").iter().filter_map(|example| example.get("body"));
            found.extend(examples.flat_map(|body| used(check, (file, page), body, &typed)));
        }
    }
    for (file, page) in repository.files(Folder::Flows) {
        for step in page.root().items_of("steps") {
            let stanza = step.text_of("stanza").and_then(|id| repository.find(Folder::Stanzas, id));
            for (typed, _) in stanza.into_iter().flat_map(|(_, stanza)| typed(repository, stanza)) {
                found.extend(step.get("label").into_iter().flat_map(|label| used(check, (file, page), label, &typed)));
            }
        }
    }
    found
}

/// Values that the attributes of elements in a text have: `reason="timeout"`.
fn used(check: &'static str, (file, page): (&str, &Document), node: &Node, typed: &Typed<'_>) -> Vec<Finding> {
    let text = node.text().unwrap_or_default();
    let begin = format!(" {}=\"", typed.attribute);
    let values = text.split(&begin).skip(1).filter_map(|rest| rest.split('"').next());
    let values = values.filter(|value| !value.contains('{') && !typed.values.contains(value));
    let line = |value: &str| {
        let written = page.text().get(node.span.clone()).unwrap_or_default();
        page.line(node.span.start + written.find(value).unwrap_or_default())
    };
    let finding =
        |value: &str| Finding { file: file.to_owned(), line: line(value), check, message: typed.lacks(value) };
    values.map(finding).collect()
}

impl Typed<'_> {
    fn lacks(&self, value: &str) -> String {
        format!("`{}` is used as {}, and the enum {} does not list it", value, self.attribute, self.id)
    }
}

/// Words of pages that are a value of an enum in another spelling.
pub(super) fn misspelt(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let enums = repository.files(Folder::Enums);
    let listed: Vec<_> =
        enums.flat_map(|(_, page)| page.root().items_of("values")).filter_map(|it| it.text_of("value")).collect();
    let mut found = Vec::new();
    for folder in [Folder::Signalling, Folder::Flows, Folder::Stanzas] {
        for (file, page) in repository.files(folder) {
            let mut words = BTreeSet::new();
            add_words(page, page.root(), &mut words);
            for (line, word) in words {
                let is_other = |value: &&&str| is_respelled(word, value);
                if let Some(value) = listed.iter().find(is_other).filter(|_| !listed.contains(&word)) {
                    let message = format!("`{word}`, where an enum lists `{value}`");
                    found.push(Finding { file: file.to_owned(), line, check, message });
                }
            }
        }
    }
    found
}

/// Adds the words of a file's texts that look like values: words with an underscore, each with its line.
fn add_words<'d>(page: &'d Document, node: &Node, words: &mut BTreeSet<(usize, &'d str)>) {
    match &node.kind {
        Kind::Scalar(..) => {
            let written = page.text().get(node.span.clone()).unwrap_or_default();
            let mut at = node.span.start;
            for word in written.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
                if word.trim_matches('_').contains('_') {
                    words.insert((page.line(at), word));
                }
                at += word.len() + 1;
            }
        }
        Kind::Sequence(items, _) => items.iter().for_each(|item| add_words(page, item, words)),
        Kind::Mapping(entries, _) => entries.iter().for_each(|(_, value)| add_words(page, value, words)),
    }
}

/// Whether two words differ in the form of their first part only: `accept_elsewhere`, `accepted_elsewhere`.
fn is_respelled(word: &str, value: &str) -> bool {
    let (Some((one, rest)), Some((other, other_rest))) = (word.split_once('_'), value.split_once('_')) else {
        return false;
    };
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    rest == other_rest && one != other && short.len() >= 4 && long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_another_form_is_respelled() {
        assert!(is_respelled("accepted_elsewhere", "accept_elsewhere") && is_respelled("reject_x", "rejected_x"));
        for (word, value) in
            [("accept_here", "accept_elsewhere"), ("a_b", "ab_b"), ("same_x", "same_x"), ("call_id", "caller_id2")]
        {
            assert!(!is_respelled(word, value), "{word}");
        }
    }
}
