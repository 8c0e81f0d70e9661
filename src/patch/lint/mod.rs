//! What no validator of the spec checks in its own data: grades without their techniques, pages that contradict each
//! other, values that no enum lists, questions that changed, clients that derive from themselves.

mod finding;

mod grades;

mod values;

mod clashes;

mod lineages;

mod pinned;

mod formats;

pub use finding::Finding;
pub use formats::Format;

use super::repository::Repository;

/// A check: its id, what it looks for, and how.
type Check = (&'static str, &'static str, fn(&'static str, &Repository) -> Vec<Finding>);

/// The checks, in the order of their findings.
const CHECKS: &[Check] = &[
    ("single-technique", "A confirmed fact cites two techniques.", grades::check),
    ("unlisted-value", "An enum lists every value that its attributes are said to have.", values::unlisted),
    ("value-spelling", "Pages spell the values of enums as the enum does.", values::misspelt),
    ("contradiction", "Pages do not contradict each other.", clashes::check),
    ("derivation-cycle", "No client derives from itself, however indirectly.", lineages::check),
    ("changed-question", "Open questions are those that this version of ringtrace knows.", pinned::check),
];

/// Everything that is found in a checkout, by check, file and line.
#[must_use]
pub fn lint(repository: &Repository) -> Vec<Finding> {
    CHECKS
        .iter()
        .flat_map(|(id, _, check)| {
            let mut found = check(id, repository);
            found.sort();
            found.dedup();
            found
        })
        .collect()
}

/// Writes findings in a format.
#[must_use]
pub fn written(findings: &[Finding], format: Format) -> String {
    let checks: Vec<_> = CHECKS.iter().map(|(id, says, _)| (*id, *says)).collect();
    formats::write(findings, &checks, format)
}
