//! Where the spec's pages contradict each other, or the wire, one file each. The hypotheses of each are the sides.

mod duration_unit;
mod elsewhere_spelling;
mod reject_after_preaccept;
mod reject_carries_reason;
mod reject_no_media;
mod reject_receipt;
mod terminate_after_reject;

use super::Question;

/// Every discrepancy, in the order of the spec's pages.
pub const DISCREPANCIES: &[&Question] = &[
    &elsewhere_spelling::DISCREPANCY,
    &reject_carries_reason::DISCREPANCY,
    &reject_after_preaccept::DISCREPANCY,
    &reject_no_media::DISCREPANCY,
    &reject_receipt::DISCREPANCY,
    &terminate_after_reject::DISCREPANCY,
    &duration_unit::DISCREPANCY,
];
