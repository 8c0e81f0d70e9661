//! Node to stanza: the typed reading of a top-level node. Unknown parts stay in the node; nothing is judged here.

mod ack;
mod action;
mod call;
mod login;
mod receipt;

pub use ack::{Ack, AckError};
pub use action::{Action, ActionName};
pub use login::DevicePair;
pub use receipt::Receipt;

use crate::origin::Direction;
use crate::protocol::binary::{Jid, Node};
use crate::protocol::noise::Frame;

/// A top-level node with a typed reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The whole node, as read.
    pub node: Node,
    /// The `id` attribute: what acks and receipts echo.
    pub id: Option<Box<str>>,
    /// The `from` attribute, if it is an address.
    pub from: Option<Jid>,
    /// The `to` attribute, if it is an address.
    pub to: Option<Jid>,
    /// What it is.
    pub body: Body,
    /// The frame that it was read from; `None` where the capture holds text.
    pub wire: Option<Wire>,
}

/// What a stanza is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `<call>`, with its first child, if it has one.
    Call(Option<Action>),
    /// `<ack>`.
    Ack(Ack),
    /// `<receipt>`.
    Receipt(Receipt),
    /// A login or a pairing that names the addresses of the client's own device.
    Login(DevicePair),
    /// Any other tag.
    Other,
}

/// The bytes of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The Noise counter of its frame.
    pub counter: u32,
    /// The encrypted frame, tag included, without its length prefix.
    pub ciphertext: Box<[u8]>,
    /// The decrypted frame: a flag byte and WABinary.
    pub plaintext: Box<[u8]>,
}

impl From<&Frame<'_>> for Wire {
    fn from(frame: &Frame<'_>) -> Self {
        Self { counter: frame.counter, ciphertext: frame.ciphertext.into(), plaintext: frame.plaintext.into() }
    }
}

/// Which way a top-level node most likely went, where nothing tells: what has a `to` was sent by the client, for the
/// server addresses what it delivers by the socket.
#[must_use]
pub fn direction_of(node: &Node) -> Option<Direction> {
    match (node.attribute("to"), node.attribute("from")) {
        (Some(_), _) => Some(Direction::Outbound),
        (None, Some(_)) => Some(Direction::Inbound),
        (None, None) => None,
    }
}

impl Stanza {
    /// Reads a top-level node.
    #[must_use]
    pub fn read(node: Node, wire: Option<Wire>) -> Self {
        let jid = |name| node.attribute(name).and_then(super::binary::Value::to_jid);
        let (from, to) = (jid("from"), jid("to"));
        let body = match node.tag.as_ref() {
            "call" => Body::Call(call::read(&node, to.as_ref())),
            "ack" => Body::Ack(ack::read(&node)),
            "receipt" => Body::Receipt(receipt::read(&node)),
            "success" | "iq" => login::read(&node).map_or(Body::Other, Body::Login),
            _ => Body::Other,
        };
        let id = node.text("id").map(Into::into);
        Self { node, id, from, to, body, wire }
    }

    /// The action of a `<call>`.
    #[must_use]
    pub const fn action(&self) -> Option<&Action> {
        match &self.body {
            Body::Call(action) => action.as_ref(),
            Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
        }
    }

    /// The child of a `<call>` that its action was read from.
    #[must_use]
    pub fn action_node(&self) -> Option<&Node> {
        self.action().and_then(|_| self.node.children().first())
    }

    /// The call-id that the stanza itself names, whatever its tag.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        match &self.body {
            Body::Call(action) => action.as_ref()?.call_id.as_deref(),
            Body::Ack(ack) => ack.call_id.as_deref(),
            Body::Receipt(receipt) => receipt.action.as_ref()?.call_id.as_deref(),
            Body::Login(_) | Body::Other => None,
        }
    }

    /// Whether it was read from the wire, rather than from what a client wrote down.
    #[must_use]
    pub fn is_from_wire(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| !wire.ciphertext.is_empty())
    }

    /// The `offline` attribute: how the server marks what it kept while the client was away.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.node.attribute("offline").is_some()
    }
}
