//! Whom stanzas name that belong to no call: what leaves must name nobody of a recording, whatever it is about.

use std::net::{IpAddr, SocketAddr};

use crate::protocol::binary::{Content, Node, Value};

/// Someone or something that a stanza names. Untrusted text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// The user of an address: a number, or a name.
    User(Box<str>),
    /// A name that a person chose.
    Name(Box<str>),
    /// An address of the internet.
    Host(IpAddr),
}

/// Attributes whose values are names that people chose.
pub const NAMES: [&str; 9] =
    ["notify", "notify_name", "pushname", "push_name", "display_name", "verified_name", "username", "name", "subject"];

/// Everything that a stanza names. Its reader has bounded its depth.
pub(super) fn mentioned(node: &Node) -> Vec<Mention> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        for attribute in &node.attributes {
            let is_name = NAMES.contains(&&*attribute.name);
            found.extend(mention(&attribute.value, is_name));
        }
        if let Content::Value(value) = &node.content {
            found.extend(mention(value, NAMES.contains(&&*node.tag)));
        }
        open.extend(node.children());
    }
    found
}

fn mention(value: &Value, is_name: bool) -> Option<Mention> {
    if let Some(jid) = value.to_jid() {
        return (!jid.is_server()).then_some(Mention::User(jid.user));
    }
    let Value::Text(text) = value else { return None };
    if is_name {
        return Some(Mention::Name(text.as_ref().into()));
    }
    let address = text.parse::<SocketAddr>().map(|address| address.ip()).or_else(|_| text.parse());
    address.ok().map(Mention::Host)
}
