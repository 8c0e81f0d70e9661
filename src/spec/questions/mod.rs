//! The open questions that this program knows, one file each.

mod accept_order;
mod accept_settings;
mod accept_te;
mod accept_video;
mod ack_coverage;
mod ack_error;
mod ack_from_peers;
mod call_receipt;
mod cancel_vs_timeout;
mod capability_final_byte;
mod capability_values;
mod decline_carrier;
mod media_key_parameters;
mod preaccept_children;
mod preaccept_effect;
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
mod video_attributes;
mod video_escalation;
mod video_position;

use super::Question;

/// Every question, in the order of the spec's pages.
pub const QUESTIONS: &[&Question] = &[
    &capability_values::QUESTION,
    &media_key_parameters::QUESTION,
    &video_attributes::QUESTION,
    &accept_video::QUESTION,
    &video_escalation::QUESTION,
    &video_position::QUESTION,
    &accept_te::QUESTION,
    &accept_settings::QUESTION,
    &accept_order::QUESTION,
    &preaccept_effect::QUESTION,
    &preaccept_children::QUESTION,
    &capability_final_byte::QUESTION,
    &reject_extra_attributes::QUESTION,
    &reject_fanout::QUESTION,
    &terminate_reasons::QUESTION,
    &terminate_duration_direction::QUESTION,
    &terminate_reason_inbound::QUESTION,
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
