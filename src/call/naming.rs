//! What a stanza says of addresses: which two are one account, and which devices there are.

use crate::protocol::binary::{Jid, Node, Value};
use crate::protocol::stanza::Stanza;

/// The pairs of addresses that a stanza says are one account's.
///
/// Of an element, `caller_pn` and `caller_lid` go with the `call-creator`, or else with the sender; `pn`, `lid`,
/// `phone_number` and `user_pn` with the `jid`; and any `x_pn` or `x_lid` with the `x`.
pub(super) fn links(stanza: &Stanza) -> Vec<(Jid, Jid)> {
    let mut links = Vec::new();
    each(&stanza.node, |node| {
        for attribute in &node.attributes {
            let name = attribute.name.as_ref();
            let named = |name: &str| node.attribute(name).and_then(Value::to_jid);
            let other = match name {
                "caller_pn" | "caller_lid" => named("call-creator").or_else(|| stanza.from.clone()),
                "pn" | "lid" | "phone_number" | "user_pn" => named("jid"),
                _ => name.strip_suffix("_pn").or_else(|| name.strip_suffix("_lid")).and_then(named),
            };
            if let Some(other) = other
                && let Some(jid) = attribute.value.to_jid()
            {
                links.push((jid, other));
            }
        }
    });
    links
}

/// The devices that a stanza names, in any attribute.
pub(super) fn devices(stanza: &Stanza) -> Vec<Jid> {
    let mut devices = Vec::new();
    each(&stanza.node, |node| {
        let jids = node.attributes.iter().filter_map(|attribute| attribute.value.to_jid());
        devices.extend(jids.filter(|jid| jid.device != 0));
    });
    devices
}

/// Visits a node and all below it.
fn each(node: &Node, mut visit: impl FnMut(&Node)) {
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        visit(node);
        left.extend(node.children());
    }
}
