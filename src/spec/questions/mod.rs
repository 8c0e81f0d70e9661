//! The open questions that this program knows, one file each.

mod ack_coverage;
mod ack_error;
mod ack_from_peers;
mod call_receipt;
mod cancel_vs_timeout;
mod decline_carrier;
mod reject_elsewhere_origin;
mod reject_extra_attributes;
mod reject_fanout;
mod reject_reason_vocabulary;
mod ring_timeout_side;
mod terminate_duration_direction;
mod terminate_reason_inbound;
mod terminate_reasons;
mod timeout_other_devices;
mod timeout_terminate_sender;

use super::Question;

/// Every question, in the order of the spec's pages.
pub const QUESTIONS: &[&Question] = &[
    &terminate_reasons::QUESTION,
    &terminate_duration_direction::QUESTION,
    &terminate_reason_inbound::QUESTION,
    &reject_extra_attributes::QUESTION,
    &reject_fanout::QUESTION,
    &decline_carrier::QUESTION,
    &reject_reason_vocabulary::QUESTION,
    &reject_elsewhere_origin::QUESTION,
    &ring_timeout_side::QUESTION,
    &timeout_terminate_sender::QUESTION,
    &cancel_vs_timeout::QUESTION,
    &timeout_other_devices::QUESTION,
    &ack_from_peers::QUESTION,
    &ack_coverage::QUESTION,
    &ack_error::QUESTION,
    &call_receipt::QUESTION,
];
