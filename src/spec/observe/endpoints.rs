//! The `<te>` elements of call stanzas: transport endpoints, whose bytes no page lays out.

use std::collections::HashSet;

use super::content::{self, Announced};
use super::{making, stanzas};
use crate::call::Call;
use crate::protocol::binary::Node;
use crate::protocol::stanza::ActionName;
use crate::spec::{Evidence, Strength};

/// Priority and length of each `<te>` in the stanzas of one action, as evidence of a list.
#[must_use]
pub fn shapes(call: &Call, question: &'static str, action: &ActionName) -> Vec<Evidence> {
    let sights = stanzas::of(call, action);
    if sights.iter().all(|sight| sight.node.child("te").is_none()) {
        return Vec::new();
    }
    let announced = Announced::of(call);
    let mut evidence = Vec::new();
    for sight in &sights {
        let place = making::seen_at(call, sight.row);
        for te in of(sight.node) {
            let priority = te.text("priority").map_or_else(|| "no priority".into(), |it| format!("priority {it}"));
            let fits = content::length(te).map_or("", content::address_of);
            let from = announced.holder(te);
            let from =
                from.map_or_else(String::new, |tag| format!("; the offer or its ack has the same bytes in {tag}"));
            let why = format!("A te of the {}, {place}{fits}{from}.", action.as_str());
            let value = format!("{priority}: {}", content::size(te));
            evidence.push(Evidence::supporting(question, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
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
        for holder in call.rows.iter().filter_map(content::announcement) {
            for relay in holder.children().iter().filter(|child| child.tag == "relay") {
                for endpoint in relay.children().iter().filter(|child| matches!(child.tag.as_ref(), "te" | "te2")) {
                    list.lengths.extend(content::length(endpoint));
                    list.addresses.extend(content::bytes(endpoint));
                }
            }
        }
        list
    }
}

/// The `<te>` elements of an action.
pub fn of(action: &Node) -> impl Iterator<Item = &Node> {
    action.children().iter().filter(|child| child.tag == "te")
}
