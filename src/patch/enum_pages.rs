//! The enums: values that the captures have and that are not listed. A value has no provenance: its description cites
//! the evidence.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::{Corpus, citation};
use super::draft::Draft;
use super::evidence::grade;
use super::facts::{Facts, Place, Shown};
use super::repository::{Folder, entries};
use super::stanza_pages::{Pages, extend};
use super::test_servers::TEST_SERVER;
use crate::yaml::Data;

/// Adds the values that attributes of an enum's type have and that it does not list.
pub(super) fn write(draft: &mut Draft<'_>, corpus: &mut Corpus<'_>, facts: &Facts, pages: &Pages<'_>) {
    let repository = draft.repository;
    // By enum and value, in all attributes of its type.
    let mut found: BTreeMap<(String, &str), (Shown, String)> = BTreeMap::new();
    for (file, page) in repository.files(Folder::Stanzas) {
        for entry in entries(page) {
            let Some(id) = entry.node.text_of("type").and_then(|type_| type_.strip_prefix("enum:")) else { continue };
            let is_it = |fact: &&super::facts::Fact| {
                fact.page == file && entry.elements == fact.elements && entry.attribute == fact.attribute.as_deref()
            };
            let Some(shown) = facts.shown.keys().find(is_it).and_then(|fact| facts.shown.get(fact)) else { continue };
            for (value, places) in &shown.values {
                let (known, _) =
                    found.entry((id.to_owned(), value)).or_insert_with(|| (Shown::default(), entry.name()));
                of_value(known, shown, places);
            }
        }
    }
    for ((id, value), (shown, name)) in &found {
        add(draft, corpus, (id, value, name), shown, pages);
    }
}

/// Adds the recordings of a value at these places.
fn of_value(of_value: &mut Shown, shown: &Shown, places: &[Place]) {
    for (witness, known) in &shown.witnesses {
        let here: Vec<_> = known.iter().filter(|place| places.contains(place)).copied().collect();
        if !here.is_empty() {
            of_value.witnesses.entry(witness.clone()).or_default().extend(here);
        }
    }
}

fn add(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    (id, value, name): (&str, &str, &str),
    shown: &Shown,
    pages: &Pages<'_>,
) {
    let Some((file, page)) = draft.repository.find(Folder::Enums, id) else { return };
    let file = file.to_owned();
    let is_listed = page.root().items_of("values").iter().any(|known| known.text_of("value") == Some(value));
    if is_listed || shown.witnesses.is_empty() {
        return;
    }
    let cited = shown.witnesses.iter().filter_map(|(witness, places)| Some((corpus.cite(places)?, witness.technique)));
    let cited: BTreeSet<_> = cited.collect();
    if cited.is_empty() {
        return;
    }
    let cited: Vec<_> = cited.iter().map(|(id, technique)| format!("{} ({technique})", citation(id))).collect();
    let now = grade(shown.witnesses.keys(), pages.lineage);
    let test = if pages.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    let description =
        format!("Seen as the value of {name}; its meaning is not known. Evidence: {}.{test}", cited.join(", "));
    let item = Data::Map(vec![
        ("value", Data::word(value)),
        ("confidence", Data::word(now.name())),
        ("description", Data::Prose(description)),
    ]);
    let edits = extend(draft, &file, "", "values", &["id", "title", "status", "summary"], vec![item]);
    draft.edit(&file, format!("{value}: new, {} (value of {name})", now.name()), &edits);
}
