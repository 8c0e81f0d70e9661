//! The normative claims that this program checks, one file each; those of the flows stand with their flow.

mod ack;
mod reject;
mod terminate;

use super::Rule;
use super::flows::{missed, rejected};

/// Every rule, in the order of the spec's pages.
pub const RULES: &[&Rule] = &[
    &terminate::to_required::RULE,
    &terminate::call_id::RULE,
    &terminate::call_creator::RULE,
    &terminate::reason_empty::RULE,
    &terminate::destination_single::RULE,
    &terminate::destination_members::RULE,
    &terminate::elsewhere_destination::RULE,
    &terminate::duration_u32::RULE,
    &terminate::audio_duration_u32::RULE,
    &terminate::duration_seconds::RULE,
    &terminate::unknown_action::RULE,
    &terminate::hang_up_reason::RULE,
    &reject::before_accept::RULE,
    &reject::to_is_offer_from::RULE,
    &reject::two_attributes::RULE,
    &reject::verbatim::RULE,
    &reject::empty::RULE,
    &reject::no_counters::RULE,
    &reject::terminal::RULE,
    &reject::missing_identity::RULE,
    &reject::envelope::RULE,
    &reject::no_receipt::RULE,
    &reject::no_media::RULE,
    &ack::id_echo::RULE,
    &ack::class::RULE,
    &ack::from::RULE,
    &ack::to::RULE,
    &ack::t::RULE,
    &ack::kind::RULE,
    &ack::error_single::RULE,
    &ack::error_code::RULE,
    &ack::error_text::RULE,
    &ack::missing::RULE,
    &ack::retransmission::RULE,
    &rejected::STEP_1,
    &rejected::STEP_2,
    &rejected::STEP_3,
    &rejected::STEP_4,
    &rejected::STEP_5,
    &rejected::STEP_6,
    &rejected::NO_ACCEPT,
    &rejected::NO_MEDIA,
    &missed::STEP_1,
    &missed::STEP_2,
    &missed::STEP_3,
    &missed::STEP_4,
    &missed::STEP_5,
    &missed::STEP_6,
    &missed::NO_ACCEPT,
    &missed::NO_MEDIA,
];
