//! What names the addresses of the client's own device: `<success lid>` and `<pair-success><device jid lid>`.

use crate::protocol::binary::{Jid, Node, Value};

/// The two addresses of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevicePair {
    /// Its LID address.
    pub lid: Option<Jid>,
    /// Its phone-number address.
    pub phone: Option<Jid>,
    /// Whether a pairing names them, rather than a login.
    pub paired: bool,
}

/// Reads a `<success>`, or an `<iq>` that pairs the client.
pub(super) fn read(node: &Node) -> Option<DevicePair> {
    let jid = |node: &Node, name| node.attribute(name).and_then(Value::to_jid);
    let pair = if node.tag == "success" {
        DevicePair { lid: jid(node, "lid"), phone: None, paired: false }
    } else {
        let device = node.child("pair-success")?.child("device")?;
        DevicePair { lid: jid(device, "lid"), phone: jid(device, "jid"), paired: true }
    };
    (pair.lid.is_some() || pair.phone.is_some()).then_some(pair)
}
