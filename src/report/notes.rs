//! The user's notes on the subject of a report.

use std::collections::BTreeSet;

use super::assessment::Assessment;
use super::citation;
use super::request::Report;
use crate::redact::Remark;

/// The notes on what a report is about: of a call, those on it and all of its stanzas; else those on the stanzas that
/// bear on it, and on their calls.
pub(super) fn about<'r>(report: &'r Report<'_>, assessment: &Assessment) -> Vec<&'r Remark> {
    let cited: BTreeSet<_> = assessment.citations.iter().map(|citation| (citation.call, citation.row)).collect();
    let calls: BTreeSet<_> = cited.iter().map(|(call, _)| *call).collect();
    let is_about = |remark: &&Remark| match (report.subject_call(), remark.row) {
        (Some(call), _) => remark.call == call,
        (None, Some(row)) => cited.contains(&(remark.call, row)),
        (None, None) => calls.contains(&remark.call),
    };
    report.sanitised.remarks().iter().filter(is_about).collect()
}

/// The notes on a stanza and its call.
pub(super) fn on_stanza<'r>(report: &Report<'r>, call: usize, row: usize) -> Vec<&'r Remark> {
    let is_on = |remark: &&Remark| remark.call == call && remark.row.is_none_or(|noted| noted == row);
    report.sanitised.remarks().iter().filter(is_on).collect()
}

/// Whether a note asks something.
pub(super) fn asks(remark: &Remark) -> bool {
    remark.text.ends_with('?')
}

/// What a note is on, for people: a call, or a place.
pub(super) fn subject(report: &Report<'_>, remark: &Remark) -> String {
    let analysis = report.sanitised.analysis();
    let of_call = || format!("call #{}", analysis.number(remark.call));
    let place = || {
        let call = &analysis.calls.get(remark.call)?.call;
        Some(citation::place(analysis, call, remark.call, call.rows.get(remark.row?)?))
    };
    place().unwrap_or_else(of_call)
}

/// A note after what it is on.
pub(super) fn line(report: &Report<'_>, remark: &Remark) -> String {
    format!("Note on {}: {}", subject(report, remark), remark.text)
}
