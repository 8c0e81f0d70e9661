//! A decoded WABinary element.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::dictionary::interned;

/// The byte range of a plaintext (inflated, without its flag byte) that an item was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

/// An element: a tag, attributes in wire order, and content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The tag.
    pub tag: Cow<'static, str>,
    /// The attributes, in wire order, repeats kept.
    pub attributes: Vec<Attribute>,
    /// The content.
    pub content: Content,
    /// Its byte range; empty for a node that was not read from WABinary.
    pub span: Span,
}

/// One attribute of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its value.
    pub value: Value,
    /// The byte range of name and value.
    pub span: Span,
}

/// The value of an attribute, or of content that is not raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text: a token, packed digits or a UTF-8 string; empty if the wire has no value.
    Text(Cow<'static, str>),
    /// An address.
    Jid(Jid),
    /// A string that is not UTF-8.
    Bytes(Box<[u8]>),
}

impl Value {
    /// Returns the address, if the value is one or is text in the form of one.
    #[must_use]
    pub fn to_jid(&self) -> Option<Jid> {
        match self {
            Self::Jid(jid) => Some(jid.clone()),
            Self::Text(text) => Jid::parse(text),
            Self::Bytes(_) => None,
        }
    }

    /// Returns the value as text: addresses spelled out, bytes as lower-case hex.
    #[must_use]
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Jid(jid) => Cow::Owned(jid.to_string()),
            Self::Bytes(bytes) => Cow::Owned(data_encoding::HEXLOWER.encode(bytes)),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// The content of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    #[default]
    None,
    /// Child nodes; an empty list if the wire has one.
    Nodes(Vec<Node>),
    /// Bytes, UTF-8 or not: the wire does not distinguish them.
    Bytes(Box<[u8]>),
    /// A token, packed digits or an address as content.
    Value(Value),
    /// This many bytes, of which the capture has only the number. Never read from WABinary.
    Elided(u64),
}

/// A WhatsApp address, `user.agent:device@server`. Two addresses are equal if all their parts are equal; use
/// [`Jid::same_user`] and [`Jid::same_device`] to find out whether they mean the same party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jid {
    /// The user part; empty for the address of a server.
    pub user: Arc<str>,
    /// The agent (the number after `.` or `_`); 0 if none.
    pub agent: u8,
    /// The device; 0 is the account's phone, and is not spelled out.
    pub device: u16,
    /// The server part, `s.whatsapp.net`, `lid`, `g.us`, `call` ...
    pub server: Cow<'static, str>,
    /// How it is encoded on the wire.
    pub form: JidForm,
}

/// How an address is encoded on the wire. Addresses that differ only in this are the same device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JidForm {
    /// As text, or not read from WABinary.
    #[default]
    Text,
    /// Token 250: user and server.
    Pair,
    /// Token 247: a domain byte, a device byte and a user; the server follows from the domain byte, which is kept.
    Device {
        /// The domain byte as sent.
        domain: u8,
    },
    /// Token 246: user, 16-bit device, server `msgr`.
    Messenger,
    /// Token 245: user, 16-bit device, 16-bit integrator, server `interop`.
    Interop {
        /// The integrator.
        integrator: u16,
    },
}

/// The servers that appear as addresses by themselves.
const SERVERS: [&str; 4] = ["s.whatsapp.net", "call", "g.us", "lid"];

impl Jid {
    /// Parses `[user[.agent|_agent][:device]]@server`, or a known server alone, with or without `@`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (account, server) = match text.split_once('@') {
            Some(parts) => parts,
            None if SERVERS.contains(&text) => ("", text),
            None => return None,
        };
        if server.is_empty() || server.contains('@') {
            return None;
        }
        let (name, device) = match account.split_once(':') {
            Some((name, device)) => (name, device.parse().ok()?),
            None => (account, 0),
        };
        let (user, agent) = match name.rsplit_once(['.', '_']) {
            Some((user, agent)) if !user.is_empty() => match agent.parse() {
                Ok(agent) => (user, agent),
                Err(_) => (name, 0),
            },
            _ => (name, 0),
        };
        Some(Self { user: user.into(), agent, device, server: interned(server), form: JidForm::Text })
    }

    /// Returns whether both are devices of one account, as far as the addresses show: same user and server.
    #[must_use]
    pub fn same_user(&self, other: &Self) -> bool {
        self.user == other.user && self.account_server() == other.account_server()
    }

    /// Returns whether both are the same device. No device and device 0 are the same.
    #[must_use]
    pub fn same_device(&self, other: &Self) -> bool {
        self.same_user(other) && self.device == other.device
    }

    /// Returns the account of this device.
    #[must_use]
    pub fn account(&self) -> Self {
        Self { device: 0, agent: 0, ..self.clone() }
    }

    /// Returns the account of this device, hosted or not, in a form that can be compared: without device, agent and wire
    /// form.
    #[must_use]
    pub fn person_account(&self) -> Self {
        let server = match self.account_server() {
            "s.whatsapp.net" => Cow::Borrowed("s.whatsapp.net"),
            "lid" => Cow::Borrowed("lid"),
            _ => self.server.clone(),
        };
        Self { user: self.user.clone(), agent: 0, device: 0, server, form: JidForm::Text }
    }

    /// Returns whether it names a server rather than a user.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.user.is_empty() || (self.server == "s.whatsapp.net" && *self.user == *"0")
    }

    /// Returns the server of the account: a hosted device (`hosted`, `hosted.lid`) belongs to that of the plain server.
    fn account_server(&self) -> &str {
        match self.server.as_ref() {
            "hosted" | "c.us" => "s.whatsapp.net",
            "hosted.lid" => "lid",
            server => server,
        }
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.user.is_empty() && self.agent == 0 && self.device == 0 {
            return f.write_str(&self.server);
        }
        f.write_str(&self.user)?;
        if self.agent != 0 {
            write!(f, ".{}", self.agent)?;
        }
        if self.device != 0 {
            write!(f, ":{}", self.device)?;
        }
        write!(f, "@{}", self.server)
    }
}

impl Node {
    /// Returns the value of the first attribute called `name`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|attribute| attribute.name == name).map(|attribute| &attribute.value)
    }

    /// Returns the text of the first attribute called `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.attribute(name).map(Value::to_text)
    }

    /// Returns the child nodes; none if the content is something else.
    #[must_use]
    pub fn children(&self) -> &[Self] {
        match &self.content {
            Content::Nodes(nodes) => nodes,
            Content::None | Content::Bytes(_) | Content::Value(_) | Content::Elided(_) => &[],
        }
    }

    /// Returns the first child called `tag`.
    #[must_use]
    pub fn child(&self, tag: &str) -> Option<&Self> {
        self.children().iter().find(|child| child.tag == tag)
    }
}
