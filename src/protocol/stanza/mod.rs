//! Node to stanza: the typed reading of a top-level node. Unknown parts stay in the node, and nothing is judged here.
//!
//! ```
//! use ringtrace::protocol::stanza::{ActionName, Stanza};
//! use ringtrace::protocol::xml::{Dialect, read};
//!
//! let node = read("<call from='1@lid' id='2'><terminate call-id='00AA'/></call>", Dialect::UNKNOWN).node.unwrap();
//! let stanza = Stanza::read(node, None);
//! assert_eq!(stanza.call_id(), Some("00AA"));
//! assert_eq!(stanza.action().unwrap().name, ActionName::Terminate);
//! ```

mod action;

mod answer;

pub use action::{Action, ActionName};
pub use answer::{Ack, AckError, Receipt};

use std::sync::Arc;

use crate::origin::Direction;
use crate::protocol::binary::{Element, Jid, Node, Value};
use crate::protocol::noise::Frame;

/// A top-level node with a typed reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The whole node, as read.
    pub node: Node,
    /// The `id` attribute: what acks and receipts echo.
    pub id: Option<Arc<str>>,
    /// The `from` attribute, if it is an address.
    pub from: Option<Jid>,
    /// The `to` attribute, if it is an address.
    pub to: Option<Jid>,
    /// What it is.
    pub body: Body,
    /// The frame that it was read from; `None` if the capture holds text.
    pub wire: Option<Box<Wire>>,
}

/// What a stanza is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `<call>`, with its first child, if it has one.
    Call(Option<Arc<Action>>),
    /// `<ack>`.
    Ack(Arc<Ack>),
    /// `<receipt>`.
    Receipt(Arc<Receipt>),
    /// A login or a pairing that names the addresses of the client's own device.
    Login(Box<DevicePair>),
    /// Any other tag.
    Other,
}

/// The two addresses of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevicePair {
    /// Its LID address.
    pub lid: Option<Jid>,
    /// Its phone-number address.
    pub phone: Option<Jid>,
    /// Whether they come from a pairing rather than a login.
    pub paired: bool,
}

impl DevicePair {
    /// Reads a `<success>`, or an `<iq>` that pairs the client.
    fn read(node: Element<'_>) -> Option<Self> {
        let jid = |node: Element<'_>, name| node.attribute(name).and_then(Value::to_jid);
        let pair = if node.tag() == "success" {
            Self { lid: jid(node, "lid"), phone: None, paired: false }
        } else {
            let device = node.child("pair-success")?.child("device")?;
            Self { lid: jid(device, "lid"), phone: jid(device, "jid"), paired: true }
        };
        (pair.lid.is_some() || pair.phone.is_some()).then_some(pair)
    }
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

/// Guesses the direction of a top-level node. A node with a `to` was sent by the client, because the server delivers to
/// its socket and needs no address.
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
        let jid = |name| node.attribute(name).and_then(Value::to_jid);
        let (from, to) = (jid("from"), jid("to"));
        let body = match node.tag() {
            "call" => Body::Call(Action::of_call(node.root(), to.as_ref()).map(Arc::new)),
            "ack" => Body::Ack(Arc::new(Ack::read(node.root()))),
            "receipt" => Body::Receipt(Arc::new(Receipt::read(node.root()))),
            "success" | "iq" => DevicePair::read(node.root()).map_or(Body::Other, |pair| Body::Login(Box::new(pair))),
            _ => Body::Other,
        };
        let id = node.text("id").map(Into::into);
        Self { node, id, from, to, body, wire: wire.map(Box::new) }
    }

    /// Returns the action of a `<call>`.
    #[must_use]
    pub fn action(&self) -> Option<&Action> {
        match &self.body {
            Body::Call(action) => action.as_deref(),
            Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
        }
    }

    /// Returns the child of a `<call>` that its action was read from.
    #[must_use]
    pub fn action_node(&self) -> Option<Element<'_>> {
        self.action().and_then(|_| self.node.children().first())
    }

    /// Returns the call-id that the stanza itself names, whatever its tag.
    #[must_use]
    pub fn call_id(&self) -> Option<&str> {
        match &self.body {
            Body::Call(action) => action.as_ref()?.call_id.as_deref(),
            Body::Ack(ack) => ack.call_id.as_deref(),
            Body::Receipt(receipt) => receipt.action.as_ref()?.call_id.as_deref(),
            Body::Login(_) | Body::Other => None,
        }
    }

    /// Returns whether it was read from the wire rather than from a client's log.
    #[must_use]
    pub fn is_from_wire(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| !wire.ciphertext.is_empty())
    }

    /// Returns whether it has the `offline` attribute, with which the server marks what it stored while the client was
    /// offline.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.node.attribute("offline").is_some()
    }
}
