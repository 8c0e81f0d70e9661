//! What do the relay addresses of latency reports look like?
//!
//! *The question.* A latency report has the address of a relay as bytes in its `<te>`. SIG-15 asks how they are laid
//! out, and whether as in the list of relays that comes with an offer or its ack.
//!
//! *What decides it.* A list: how long the address in each report is, and whether an address of the relay list, where
//! one was seen, is as long. One that is not is laid out in another way; one that is may be laid out as that is. Each
//! report counts once, where it left its maker if that was recorded.
//!
//! *What is recorded.* The length, what an address of that length would be, whether the list has the same bytes, and
//! where the report was seen.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::endpoints::{self, RelayList};
use crate::spec::observe::{content, making, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "relay-address",
    page: "SIG-15",
    number: Some(1),
    also: &[],
    title: "What do the relay addresses of latency reports look like?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("relay_address.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = stanzas::of(call, &ActionName::RelayLatency);
    if reports.is_empty() {
        return Vec::new();
    }
    let list = RelayList::of(call);
    let mut evidence = Vec::new();
    for sight in &reports {
        let place = making::seen_at(call, sight.row);
        for te in endpoints::of(sight.node) {
            let Some(length) = content::length(te).filter(|length| *length > 0) else { continue };
            let listed = match list.lengths.contains(&length) {
                _ if list.lengths.is_empty() => "",
                true => ", as long as one in the relay list",
                false => ", as none in the relay list",
            };
            let is_same = content::bytes(te).is_some_and(|bytes| list.addresses.contains(bytes));
            let same = if is_same { "; the relay list has the same bytes" } else { "" };
            let why = format!("The address in a report {place}{}{same}.", content::address_of(length));
            let value = format!("{}{listed}", content::size(te));
            evidence.push(Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
}
