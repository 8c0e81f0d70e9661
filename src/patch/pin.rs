//! The index of open questions that this version of ringtrace knows (`src/spec/pages`), made again from a checkout.

use super::repository::{Folder, Repository, id_of};
use crate::spec::{fingerprint, index, page, written};
use crate::visible::visible;

/// An open question of a checkout, next to the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The page: its code, or its id where it has none.
    pub(super) page: String,
    /// Which of its questions it is, from 1; of one that is gone, which it was.
    pub(super) number: usize,
    /// The page's file, below the checkout.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The words; empty if it is gone. Untrusted text.
    pub(super) wording: String,
    /// What the index has of it.
    pub(super) pinned: Pinned,
}

/// What the index has of a question: its name there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pinned {
    /// The same.
    Same(String),
    /// The same under another number.
    Moved(String),
    /// One at its place in other words.
    Reworded(String),
    /// Nothing.
    New,
    /// One that the checkout does not have.
    Gone(String),
}

/// The open questions of a checkout's pages, page by page, and those that are gone.
pub(super) fn questions(repository: &Repository) -> Vec<Asked> {
    let folders = [Folder::Signalling, Folder::Flows, Folder::Stanzas];
    let pages = folders.into_iter().flat_map(|folder| repository.files(folder));
    let mut found = Vec::new();
    for (file, document) in pages {
        let name = document.root().text_of("code").or_else(|| id_of(document)).unwrap_or_default();
        let known: Vec<u64> =
            page(name).map_or(&[][..], |page| page.questions).iter().map(|it| it.fingerprint).collect();
        let asked = document.root().items_of("open_questions");
        let prints: Vec<u64> = asked.iter().map(|node| fingerprint(node.text().unwrap_or_default())).collect();
        let entry = |index: usize| {
            let number = u8::try_from(index + 1).ok();
            number.and_then(|number| index::entry(name, number)).map_or_else(String::new, |entry| entry.name())
        };
        let new = |index: usize, line: usize, wording: &str, pinned| Asked {
            page: name.to_owned(),
            number: index + 1,
            file: file.to_owned(),
            line,
            wording: wording.to_owned(),
            pinned,
        };
        let is_asked = |index: usize| known.get(index).is_some_and(|print| prints.contains(print));
        for (index, (node, print)) in asked.iter().zip(&prints).enumerate() {
            let pinned = match known.iter().position(|known| known == print) {
                Some(place) if place == index => Pinned::Same(entry(place)),
                Some(place) => Pinned::Moved(entry(place)),
                None if index < known.len() && !is_asked(index) => Pinned::Reworded(entry(index)),
                None => Pinned::New,
            };
            found.push(new(index, document.line(node.span.start), node.text().unwrap_or_default(), pinned));
        }
        let line = document.root().get("open_questions").map_or(1, |node| document.line(node.span.start));
        let gone = (0..known.len()).filter(|index| !is_asked(*index) && *index >= prints.len());
        found.extend(gone.map(|index| new(index, line, "", Pinned::Gone(entry(index)))));
    }
    found
}

/// The index of a checkout as the sources have it, page by page, and what changed.
#[must_use]
pub fn index_of(repository: &Repository) -> String {
    let (mut text, mut page) = (String::new(), String::new());
    let mut counts = [("new", 0_u64), ("reworded", 0), ("moved", 0), ("gone", 0)];
    for asked in questions(repository) {
        if asked.page != page {
            page.clone_from(&asked.page);
            text.push_str(&format!("{} ({})\n", visible(&page), visible(&asked.file)));
        }
        let (change, known) = match &asked.pinned {
            Pinned::Same(known) => ("", known.as_str()),
            Pinned::Moved(known) => ("moved", known.as_str()),
            Pinned::Reworded(known) => ("reworded", known.as_str()),
            Pinned::Gone(known) => ("gone", known.as_str()),
            Pinned::New => ("new", ""),
        };
        counts.iter_mut().filter(|(name, _)| *name == change).for_each(|(_, count)| *count += 1);
        let print = if change == "gone" { "-".repeat(21) } else { written(fingerprint(&asked.wording)) };
        text.push_str(&format!("  {} {print} {known}", asked.number));
        if !change.is_empty() {
            text.push_str(&format!(
                " [{change}] {}",
                visible(&asked.wording.split_whitespace().collect::<Vec<_>>().join(" "))
            ));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    let counts: Vec<_> = counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    text.push_str(&format!("Changed since the pin: {}\n", counts.join(", ")));
    text
}
