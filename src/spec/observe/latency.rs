//! What devices report of their latency to relays.

use super::stanzas::{self, Sight};
use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;

/// The latency reports of a call, each once.
#[must_use]
pub fn reports(call: &Call) -> Vec<Sight<'_>> {
    stanzas::of(call, &ActionName::RelayLatency)
}

/// The relays that a report is about: `<te>` on the wire, `<relay>` on the spec's page.
pub fn relays<'c>(report: &Sight<'c>) -> impl Iterator<Item = &'c Node> {
    report.node.children().iter().filter(|child| child.tag == "te" || child.tag == "relay")
}
