//! The open questions that this program knows, one file each.

mod accept_alone;
mod accept_candidates;
mod accept_elsewhere_sender;
mod accept_key;
mod accept_optional;
mod accept_order;
mod accept_settings;
mod accept_te;
mod accept_video;
mod ack_coverage;
mod ack_error;
mod ack_from_peers;
mod auto_reject_reason;
mod call_reactions;
mod call_receipt;
mod cancel_vs_timeout;
mod candidate_encoding;
mod candidate_priority;
mod candidate_rounds;
mod candidate_tag;
mod candidates_after_accept;
mod capability_final_byte;
mod capability_values;
mod decline_carrier;
mod group_keys;
mod group_stanzas;
mod hang_up_reason;
mod in_call_update;
mod latency_answer;
mod latency_cadence;
mod latency_reader;
mod latency_unit;
mod media_key_parameters;
mod missed_call_notice;
mod missed_durations;
mod missed_reason;
mod mute_answer;
mod mute_first_version;
mod mute_form;
mod mute_states;
mod offer_answer_order;
mod offer_audio;
mod offer_form;
mod offer_keygen;
mod offer_retry;
mod preaccept_candidates;
mod preaccept_children;
mod preaccept_conduct;
mod preaccept_devices;
mod preaccept_effect;
mod preaccept_route;
mod raised_hand;
mod receipt_actions;
mod receipt_address;
mod receipt_without_from;
mod reject_before_receipt;
mod reject_elsewhere_origin;
mod reject_extra_attributes;
mod reject_fanout;
mod reject_reason_vocabulary;
mod reject_reasons;
mod reject_then_terminate;
mod rekeying;
mod relay_address;
mod relay_choice_moment;
mod relay_naming;
mod relays_per_report;
mod ring_time;
mod ring_timeout_side;
mod screen_sharing;
mod terminate_duration_direction;
mod terminate_figures;
mod terminate_reason_inbound;
mod terminate_reason_makers;
mod terminate_reasons;
mod timeout_other_devices;
mod timeout_terminate_sender;
mod transport_medium;
mod transport_sequence;
mod transport_te;
mod transport_types;
mod video_attributes;
mod video_escalation;
mod video_mute;
mod video_position;
mod video_toggle_tag;

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
    &transport_te::QUESTION,
    &transport_types::QUESTION,
    &transport_medium::QUESTION,
    &candidate_rounds::QUESTION,
    &group_stanzas::QUESTION,
    &group_keys::QUESTION,
    &receipt_without_from::QUESTION,
    &receipt_actions::QUESTION,
    &reject_extra_attributes::QUESTION,
    &reject_fanout::QUESTION,
    &raised_hand::QUESTION,
    &call_reactions::QUESTION,
    &screen_sharing::QUESTION,
    &ring_time::QUESTION,
    &missed_reason::QUESTION,
    &missed_call_notice::QUESTION,
    &missed_durations::QUESTION,
    &mute_states::QUESTION,
    &video_mute::QUESTION,
    &mute_first_version::QUESTION,
    &terminate_reasons::QUESTION,
    &terminate_duration_direction::QUESTION,
    &terminate_reason_inbound::QUESTION,
    &relay_address::QUESTION,
    &latency_answer::QUESTION,
    &relays_per_report::QUESTION,
    &accept_alone::QUESTION,
    &accept_optional::QUESTION,
    &receipt_address::QUESTION,
    &transport_sequence::QUESTION,
    &offer_retry::QUESTION,
    &reject_before_receipt::QUESTION,
    &decline_carrier::QUESTION,
    &reject_reason_vocabulary::QUESTION,
    &reject_elsewhere_origin::QUESTION,
    &ring_timeout_side::QUESTION,
    &timeout_terminate_sender::QUESTION,
    &cancel_vs_timeout::QUESTION,
    &timeout_other_devices::QUESTION,
    &offer_answer_order::QUESTION,
    &accept_elsewhere_sender::QUESTION,
    &preaccept_route::QUESTION,
    &relay_choice_moment::QUESTION,
    &candidates_after_accept::QUESTION,
    &accept_key::QUESTION,
    &accept_candidates::QUESTION,
    &ack_from_peers::QUESTION,
    &ack_coverage::QUESTION,
    &ack_error::QUESTION,
    &call_receipt::QUESTION,
    &mute_form::QUESTION,
    &video_toggle_tag::QUESTION,
    &mute_answer::QUESTION,
    &offer_audio::QUESTION,
    &offer_keygen::QUESTION,
    &offer_form::QUESTION,
    &preaccept_conduct::QUESTION,
    &preaccept_candidates::QUESTION,
    &preaccept_devices::QUESTION,
    &reject_reasons::QUESTION,
    &auto_reject_reason::QUESTION,
    &reject_then_terminate::QUESTION,
    &latency_unit::QUESTION,
    &latency_reader::QUESTION,
    &relay_naming::QUESTION,
    &latency_cadence::QUESTION,
    &hang_up_reason::QUESTION,
    &terminate_reason_makers::QUESTION,
    &terminate_figures::QUESTION,
    &candidate_tag::QUESTION,
    &candidate_encoding::QUESTION,
    &in_call_update::QUESTION,
    &candidate_priority::QUESTION,
    &rekeying::QUESTION,
];
