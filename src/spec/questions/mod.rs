//! The open questions that this program knows, one file each.

mod timeout_terminate_sender;

use super::Question;

/// Every question, in the order of the spec's pages.
pub const QUESTIONS: &[&Question] = &[&timeout_terminate_sender::QUESTION];

/// Where the spec's pages contradict each other, or the wire. The hypotheses of each are the sides.
pub const DISCREPANCIES: &[&Question] = &[];
