//! The page of the ack.

pub(super) mod class;
pub(super) mod error_code;
pub(super) mod error_single;
pub(super) mod error_text;
pub(super) mod from;
pub(super) mod id_echo;
pub(super) mod kind;
pub(super) mod missing;
pub(super) mod retransmission;
pub(super) mod t;
pub(super) mod to;

use crate::call::Row;
use crate::protocol::binary::Node;

/// The `<error>` children of an ack.
fn errors(row: &Row) -> impl Iterator<Item = &Node> {
    row.observed.read().node.children().iter().filter(|child| child.tag == "error")
}
