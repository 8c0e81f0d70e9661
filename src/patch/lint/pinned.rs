//! Open questions that are not those that this version of ringtrace knows.

use super::finding::Finding;
use crate::patch::pin::{Pinned, questions};
use crate::patch::repository::Repository;

pub(super) fn check(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let changed = questions(repository).into_iter().filter_map(|asked| {
        let message = match &asked.pinned {
            Pinned::Same(_) => return None,
            Pinned::Moved(known) => format!("{known} has another number now"),
            Pinned::Reworded(known) => format!("{known} is asked in other words now: does it still mean the same?"),
            Pinned::New => "a question that ringtrace does not know".to_owned(),
            Pinned::Gone(known) => format!("{known} is no longer asked"),
        };
        Some(Finding { file: asked.file, line: asked.line, check, message })
    });
    changed.collect()
}
