//! Confirmed facts whose page does not cite two techniques.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::patch::repository::{Folder, Repository, entries, id_of};
use crate::yaml::Node;

pub(super) fn check(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, page) in repository.files(Folder::Stanzas) {
        for entry in entries(page).into_iter().filter(|entry| is_confirmed(entry.node)) {
            let techniques: BTreeSet<_> =
                entry.node.get("provenance").into_iter().flat_map(|it| it.texts_of("techniques")).collect();
            if techniques.len() < 2 {
                let message = format!("{} is confirmed, and cites {}", entry.name(), said(&techniques));
                found.push(Finding::at(check, (file, page), entry.node, message));
            }
        }
    }
    // Neither a step nor a value has provenance: the entries of the corpus that its text cites have.
    let technique = |(_, entry): (&str, &crate::yaml::Document)| {
        Some((id_of(entry)?.to_owned(), entry.at("source/technique")?.text()?.to_owned()))
    };
    let entries: BTreeMap<String, String> = repository.files(Folder::Captures).filter_map(technique).collect();
    for (folder, list, text) in [(Folder::Flows, "steps", "note"), (Folder::Enums, "values", "description")] {
        for (file, page) in repository.files(folder) {
            for (index, node) in page.root().items_of(list).iter().enumerate().filter(|(_, node)| is_confirmed(node)) {
                let text = node.text_of(text).unwrap_or_default();
                let cited = entries.iter().filter(|(id, _)| cites(text, id)).map(|(_, technique)| technique.as_str());
                let techniques: BTreeSet<_> = cited.collect();
                if techniques.len() < 2 {
                    let name =
                        node.text_of("value").map_or_else(|| format!("step {}", index + 1), |it| format!("`{it}`"));
                    let message = format!("{name} is confirmed, and its text cites {}", said(&techniques));
                    found.push(Finding::at(check, (file, page), node, message));
                }
            }
        }
    }
    found
}

fn is_confirmed(node: &Node) -> bool {
    node.text_of("confidence") == Some("confirmed")
}

fn cites(text: &str, id: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == id)
}

fn said(techniques: &BTreeSet<&str>) -> String {
    match techniques.iter().next() {
        Some(technique) => format!("{technique} only"),
        None => "no technique".to_owned(),
    }
}
