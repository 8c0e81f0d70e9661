//! The reasons of terminates that the spec lists.

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

/// Whether a page of the spec lists `reason` as one of a terminate.
#[must_use]
pub(crate) fn is_terminate_reason(reason: &str) -> bool {
    TERMINATE_REASONS.contains(&reason)
}
