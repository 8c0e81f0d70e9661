//! A change of the spec while it is drafted: files with their edits, each with its reasons.

use std::collections::BTreeMap;

use super::repository::Repository;
use crate::yaml::{Document, Edit, NoEdit};

/// Something that was not written, since a person had edited it, or in a form that an edit would not keep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The file.
    pub file: String,
    /// The line, from 1, if it is known.
    pub line: Option<usize>,
    /// What was not written, and why.
    pub why: String,
}

/// A file as it is to be.
#[derive(Clone, Debug)]
struct Edited {
    document: Document,
    why: Vec<String>,
}

/// Files with their edits.
#[derive(Debug)]
pub(super) struct Draft<'r> {
    pub(super) repository: &'r Repository,
    files: BTreeMap<String, Edited>,
    pub(super) conflicts: Vec<Conflict>,
}

impl<'r> Draft<'r> {
    pub(super) const fn new(repository: &'r Repository) -> Self {
        Self { repository, files: BTreeMap::new(), conflicts: Vec::new() }
    }

    /// Whether nothing is edited.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// A file as it is by now.
    pub(super) fn file(&self, path: &str) -> Option<&Document> {
        self.files.get(path).map(|edited| &edited.document).or_else(|| self.repository.file(path))
    }

    /// Makes edits that belong together: all, or none, and a conflict.
    pub(super) fn edit(&mut self, path: &str, why: String, edits: &[Edit]) -> bool {
        if edits.is_empty() {
            return true;
        }
        let Some(document) = self.file(path) else { return false };
        match edits.iter().try_fold(document.clone(), |document, edit| document.apply(edit)) {
            Ok(document) => {
                self.put(path, document, why);
                true
            }
            Err(error) => {
                let line = if let NoEdit::Layout(line) = error { Some(line) } else { None };
                let why = format!("{why}: {error}");
                self.conflicts.push(Conflict { file: path.to_owned(), line, why });
                false
            }
        }
    }

    /// Sets a file that is new or whole.
    pub(super) fn put(&mut self, path: &str, document: Document, why: String) {
        match self.files.get_mut(path) {
            Some(edited) => {
                edited.document = document;
                edited.why.push(why);
            }
            None => drop(self.files.insert(path.to_owned(), Edited { document, why: vec![why] })),
        }
    }

    /// Notes what is not written, at a node of a file.
    pub(super) fn conflict(&mut self, path: &str, at: &str, why: String) {
        let document = self.file(path);
        let line = document.and_then(|document| Some(document.line(document.at(at)?.span.start)));
        self.conflicts.push(Conflict { file: path.to_owned(), line, why });
    }

    /// The files with what they were before, what they are to be, and why.
    pub(super) fn into_files(self) -> impl Iterator<Item = (String, Option<String>, Document, Vec<String>)> {
        let Self { repository, files, .. } = self;
        files.into_iter().map(|(path, edited)| {
            let before = repository.file(&path).map(|document| document.text().to_owned());
            (path, before, edited.document, edited.why)
        })
    }
}
