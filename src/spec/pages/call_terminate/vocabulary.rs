//! The reasons of terminates that the spec lists.

use crate::spec::Question;

/// Reasons of a terminate, from the enum `terminate-reasons` and SIG-14.
const TERMINATE_REASONS: [&str; 9] = [
    "timeout",
    "busy",
    "declined",
    "accept_elsewhere",
    "accepted_elsewhere",
    "reject_elsewhere",
    "connection_lost",
    "retry",
    "cancelled",
];

/// Returns whether a value of a question's list is one that no page of the spec has.
#[must_use]
pub fn is_news(question: &Question, value: &str) -> bool {
    let is_of_reasons = matches!(question.id, "terminate-reasons" | "reject-reasons");
    is_of_reasons && !value.starts_with('(') && !is_terminate_reason(value)
}

/// Whether a page of the spec lists `reason` as one of a terminate.
#[must_use]
pub(crate) fn is_terminate_reason(reason: &str) -> bool {
    TERMINATE_REASONS.contains(&reason)
}
