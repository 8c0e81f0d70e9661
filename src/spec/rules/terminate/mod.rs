//! The page of the terminate stanza, SIG-14.

pub(super) mod audio_duration_u32;
pub(super) mod call_creator;
pub(super) mod call_id;
pub(super) mod destination_members;
pub(super) mod destination_single;
pub(super) mod duration_seconds;
pub(super) mod duration_u32;
pub(super) mod elsewhere_destination;
pub(super) mod hang_up_reason;
pub(super) mod reason_empty;
pub(super) mod to_required;
pub(super) mod unknown_action;

use crate::protocol::binary::Node;
use crate::spec::observe::stanzas::Sight;

/// The `<destination>` children of an action.
fn destinations<'c>(act: &Sight<'c>) -> impl Iterator<Item = &'c Node> {
    act.node.children().iter().filter(|child| child.tag == "destination")
}

/// Decimal digits as a number of 32 bits.
fn decimal_u32(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}
