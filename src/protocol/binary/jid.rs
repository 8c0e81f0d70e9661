//! WhatsApp addresses.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::dictionary::interned;

/// A WhatsApp address, `user.agent:device@server`. Two addresses are equal if all their parts are equal; use
/// [`Jid::same_user`] and [`Jid::same_device`] to find out whether they mean the same party.
///
/// It has the size of a pointer, and its clones share their parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jid(Arc<JidParts>);

/// The parts of a [`Jid`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JidParts {
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

/// What is before and behind the byte at a place.
fn around(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

impl From<JidParts> for Jid {
    fn from(parts: JidParts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Deref for Jid {
    type Target = JidParts;

    fn deref(&self) -> &JidParts {
        &self.0
    }
}

impl Jid {
    /// Parses `[user[.agent|_agent][:device]]@server`, or a known server alone, with or without `@`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Addresses are so short that a search for many bytes at once would only cost.
        let (account, server) = match text.bytes().position(|byte| byte == b'@').and_then(|at| around(text, at)) {
            Some(parts) => parts,
            None if SERVERS.contains(&text) => ("", text),
            None => return None,
        };
        if server.is_empty() || server.bytes().any(|byte| byte == b'@') {
            return None;
        }
        let (name, device) = match account.bytes().position(|byte| byte == b':').and_then(|at| around(account, at)) {
            Some((name, device)) => (name, device.parse().ok()?),
            None => (account, 0),
        };
        let (user, agent) =
            match name.bytes().rposition(|byte| matches!(byte, b'.' | b'_')).and_then(|at| around(name, at)) {
                Some((user, agent)) if !user.is_empty() => match agent.parse() {
                    Ok(agent) => (user, agent),
                    Err(_) => (name, 0),
                },
                _ => (name, 0),
            };
        let usual = SERVERS.into_iter().find(|known| *known == server);
        let server = usual.map_or_else(|| interned(server), Cow::Borrowed);
        Some(Self::from(JidParts { user: user.into(), agent, device, server, form: JidForm::Text }))
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

    /// Returns the same address with another device.
    #[must_use]
    pub fn with_device(&self, device: u16) -> Self {
        if self.device == device { self.clone() } else { Self::from(JidParts { device, ..(**self).clone() }) }
    }

    /// Returns the account of this device.
    #[must_use]
    pub fn account(&self) -> Self {
        if self.device == 0 && self.agent == 0 {
            return self.clone();
        }
        Self::from(JidParts { device: 0, agent: 0, ..(**self).clone() })
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
        if self.agent == 0 && self.device == 0 && self.form == JidForm::Text && self.server == server {
            return self.clone();
        }
        Self::from(JidParts { user: self.user.clone(), agent: 0, device: 0, server, form: JidForm::Text })
    }

    /// Returns whether it names a server rather than a user.
    #[must_use]
    pub fn is_server(&self) -> bool {
        self.user.is_empty() || (self.server == "s.whatsapp.net" && *self.user == *"0")
    }

    /// Returns the server of the account: a hosted device (`hosted`, `hosted.lid`) belongs to that of the plain server.
    #[must_use]
    pub fn account_server(&self) -> &str {
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
