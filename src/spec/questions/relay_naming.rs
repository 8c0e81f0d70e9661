//! Does a latency report name relays by address, by name, or by both?
//!
//! *The question.* The stanza catalogue lets a report name a relay by its address or by a token of the server, and asks
//! which of them it is.
//!
//! *What decides it.* Each relay of a report: an address is in attributes (`ip`) or is bytes as long as an address with a
//! port is (6 for IPv4, 18 for IPv6); any attribute that is called after the relay, an id or a token, is a name. What
//! stands there is direct.
//!
//! *What is recorded.* The attributes and the number of bytes, as a list; the first of each kind in a call.

use crate::call::Call;
use crate::protocol::binary::Node;
use crate::spec::observe::{candidates, latency, making, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "relay-naming",
    page: "call-relaylatency",
    number: Some(4),
    also: &[],
    title: "Does a latency report name relays by address, by name, or by both?",
    shape: Shape::Exclusive,
    hypotheses: &["address", "name", "both"],
    source: include_str!("relay_naming.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let reports = latency::reports(call);
    let pieces = reports.iter().flat_map(|report| {
        let place = making::seen_at(call, report.row);
        latency::relays(report).filter_map(move |relay| {
            let (has_address, has_name) = (has_address(relay), has_name(relay));
            let hypothesis = match (has_address, has_name) {
                (true, true) => "both",
                (true, false) => "address",
                (false, true) => "name",
                (false, false) => return None,
            };
            let form = form(relay);
            let why = format!("A report, {place}, names a relay by {form}.");
            let piece = Evidence::supporting(QUESTION.id, hypothesis, Strength::Direct, report.index, why);
            Some(piece.with_values(vec![form]).routine())
        })
    });
    repeated::first_of_each(pieces)
}

fn has_address(relay: &Node) -> bool {
    relay.attribute("ip").is_some() || matches!(candidates::packed(relay), Some(6 | 18))
}

fn has_name(relay: &Node) -> bool {
    relay.attributes.iter().any(|it| is_name(&it.name))
}

fn is_name(attribute: &str) -> bool {
    attribute.starts_with("relay") || attribute.ends_with("id") || attribute.contains("token")
}

/// What names the relay: the attributes but for what was measured, and how many bytes there are.
fn form(relay: &Node) -> String {
    let names =
        relay.attributes.iter().map(|it| &*it.name).filter(|name| is_name(name) || matches!(*name, "ip" | "port"));
    let mut parts: Vec<_> = names.map(str::to_owned).collect();
    parts.extend(candidates::packed(relay).map(|length| format!("{length} bytes")));
    parts.join(" and ")
}
