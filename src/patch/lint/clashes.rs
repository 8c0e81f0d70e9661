//! Pages that contradict each other: what one says and another one denies, found by its words in the checkout, so that it
//! is gone once one of them changes.

use super::finding::Finding;
use crate::patch::repository::{Folder, Repository};

/// One side: a page, and words of a paragraph of it, in lower case and without marks of code.
type Side = (Folder, &'static str, &'static str);

/// Two pages that contradict each other: the discrepancy's id in ringtrace, and the sides.
const CLASHES: &[(&str, Side, Side)] = &[
    (
        "reject-carries-reason",
        (Folder::Signalling, "call-reject", "carries no reason"),
        (Folder::Flows, "call-rejected", "<reject reason="),
    ),
    (
        "reject-carries-reason",
        (Folder::Signalling, "call-reject", "carries no reason"),
        (Folder::Stanzas, "call-reject", "why the call was rejected, drawn from the shared enum"),
    ),
    (
        "reject-after-preaccept",
        (Folder::Signalling, "call-reject", "must not be preceded by <preaccept>"),
        (Folder::Flows, "call-missed-timeout", "optional ringing indication"),
    ),
    (
        "reject-no-media",
        (Folder::Signalling, "call-reject", "no media keying, relay allocation"),
        (Folder::Flows, "incoming-1to1-audio", "local device measures relay latency"),
    ),
    (
        "terminate-after-reject",
        (Folder::Signalling, "flow-call-rejected", "must not send <terminate>"),
        (Folder::Flows, "call-rejected", "<terminate reason=\"reject_elsewhere\">"),
    ),
    (
        "terminate-before-accept",
        (Folder::Signalling, "call-reject", "which ends a call past offer"),
        (Folder::Signalling, "flow-call-missed", "the call must be ended with a <terminate>"),
    ),
    (
        "missed-preaccept",
        (Folder::Signalling, "flow-call-missed", "no callee device sends <preaccept>"),
        (Folder::Flows, "call-missed-timeout", "<preaccept> (ringing)"),
    ),
];

pub(super) fn check(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let finding = |(id, one, other): &(&str, Side, Side)| {
        let ((file, line), (other_file, other_line)) = (find(repository, one)?, find(repository, other)?);
        let message = format!("{id}: says \"{}\"; {other_file}:{other_line} says \"{}\"", one.2, other.2);
        Some(Finding { file, line, check, message })
    };
    CLASHES.iter().filter_map(finding).collect()
}

/// Where a page has the words: the file, and the line of the first of them.
fn find(repository: &Repository, (folder, id, words): &Side) -> Option<(String, usize)> {
    let (file, page) = repository.find(*folder, id)?;
    let plain = |text: &str| text.to_lowercase().replace(['`', '*'], "");
    // The text in one line, with the place in it where each line begins.
    let (mut text, mut starts) = (String::new(), Vec::new());
    for line in page.text().lines() {
        starts.push(text.len());
        text.push_str(&plain(line).split_whitespace().collect::<Vec<_>>().join(" "));
        text.push(' ');
    }
    let at = text.find(words)?;
    Some((file.to_owned(), starts.partition_point(|start| *start <= at)))
}
