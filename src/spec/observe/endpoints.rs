//! Addresses for the media path in stanzas: candidates, relays, and the keys that come with them.

use foldhash::HashSet;

use super::elements;
use super::stanzas::{self, Sight};
use crate::call::{Call, Row};
use crate::protocol::binary::{Content, Element};
use crate::protocol::stanza::ActionName;

/// The candidates in an action: `<te>` and `<endpoint>`, also inside its `<destination>`. One whose bytes are all zero
/// names no address, and is none.
pub fn candidates(action: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let listed = action.children().filter(|child| child.tag() == "destination");
    let nested = listed.flat_map(Element::children);
    let named = action.children().chain(nested).filter(|child| child.tag() == "te" || child.tag() == "endpoint");
    named.filter(|candidate| !is_blank(*candidate))
}

/// Whether an element holds nothing but zeros.
#[must_use]
pub fn is_blank(candidate: Element<'_>) -> bool {
    candidate.bytes().is_some_and(|bytes| !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0))
}

/// How many candidates are in an action.
#[must_use]
pub fn count(action: Element<'_>) -> usize {
    candidates(action).count()
}

/// Whether a candidate has its address as attributes.
#[must_use]
pub fn is_spelled_out(candidate: Element<'_>) -> bool {
    ["ip", "port"].into_iter().any(|name| candidate.attribute(name).is_some())
}

/// How many bytes a candidate has as its content; `None` where it has no bytes.
#[must_use]
pub fn packed(candidate: Element<'_>) -> Option<u64> {
    match candidate.content() {
        Content::Bytes(bytes) => u64::try_from(bytes.len()).ok(),
        Content::Elided(length) => Some(length),
        Content::None | Content::Nodes(_) | Content::Value(_) => None,
    }
    .filter(|length| *length > 0)
}

/// The wrapped keys in an action: `<enc>`, also for each device in its `<destination>`.
pub fn wrapped_keys(action: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    action.children().filter(|child| child.tag() == "enc").chain(keys_by_device(action))
}

/// The wrapped keys for each device in the `<destination>` of an action.
pub fn keys_by_device(action: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    let listed = action.children().filter(|child| child.tag() == "destination");
    let members = listed.flat_map(Element::children).filter(|member| member.tag() == "to");
    members.flat_map(Element::children).filter(|child| child.tag() == "enc")
}

/// The latency reports of a call, each once.
#[must_use]
pub fn reports(call: &Call) -> Vec<Sight<'_>> {
    stanzas::of(call, &ActionName::RelayLatency)
}

/// The relays that a report is about: `<te>` on the wire, `<relay>` on the spec's page.
pub fn relays<'c>(report: &Sight<'c>) -> impl Iterator<Item = Element<'c>> {
    report.node.children().filter(|child| child.tag() == "te" || child.tag() == "relay")
}

/// A minute of milliseconds: no probe waits that long.
const LONGEST: u64 = 60_000;

/// What is below the highest of four bytes.
const LOW_BYTES: u64 = 0x00ff_ffff;

/// Returns what a reported latency is without its highest byte, if it is too high for a round trip in plain milliseconds.
#[must_use]
pub const fn below_flag(latency: u64) -> Option<u64> {
    if latency > LONGEST { Some(latency & LOW_BYTES) } else { None }
}

/// The addresses in the lists of relays that come with the offers of a call, or with their acks.
#[derive(Debug, Default)]
pub struct RelayList<'c> {
    /// How long they are, in bytes.
    pub lengths: HashSet<u64>,
    /// The addresses themselves, where the recording has them.
    pub addresses: HashSet<&'c [u8]>,
}

impl<'c> RelayList<'c> {
    /// The addresses of all such lists.
    #[must_use]
    pub fn of(call: &'c Call) -> Self {
        let mut list = Self::default();
        for holder in call.rows.iter().filter_map(Row::announcement) {
            for relay in holder.children().filter(|child| child.tag() == "relay") {
                for endpoint in relay.children().filter(|child| matches!(child.tag(), "te" | "te2")) {
                    list.lengths.extend(elements::length(endpoint));
                    list.addresses.extend(endpoint.bytes());
                }
            }
        }
        list
    }
}

/// The `<te>` elements of an action, without those whose bytes are all zero.
pub fn of(action: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    action.children().filter(|child| child.tag() == "te" && !is_blank(*child))
}
