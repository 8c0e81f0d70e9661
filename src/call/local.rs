//! The device whose socket was recorded, and who sent a stanza as seen from it.

use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{ActionName, Body, Stanza};

/// How a local device was found, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoundBy {
    /// The user named it.
    Told,
    /// The capture names it, beside its stanzas.
    Stated,
    /// A pairing names it.
    Pairing,
    /// A login names it.
    Login,
    /// It signs a receipt, call or ack of its own.
    OwnStanza,
    /// It created a call that it offers.
    OwnOffer,
}

impl FoundBy {
    /// The way, as a phrase that ends a sentence.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Told => "named by the user",
            Self::Stated => "named by the capture",
            Self::Pairing => "named by the pairing",
            Self::Login => "named by the login",
            Self::OwnStanza => "named as sender of an outbound stanza",
            Self::OwnOffer => "named as creator of an outbound offer",
        }
    }
}

/// The addresses of the device whose socket was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalDevice {
    /// Its LID address.
    pub lid: Option<Jid>,
    /// Its phone-number address.
    pub phone: Option<Jid>,
    /// The surest way in which it was found; `None` if it was not.
    pub found_by: Option<FoundBy>,
}

impl LocalDevice {
    /// The device that the user named.
    pub(super) fn told(jid: &Jid) -> Self {
        let mut device = Self::default();
        device.is(jid, FoundBy::Told);
        device
    }

    /// Learns the addresses that the capture gives.
    pub(super) fn state(&mut self, jids: &[Jid]) {
        for jid in jids {
            self.is(jid, FoundBy::Stated);
        }
    }

    /// Learns from a stanza of the device's connection.
    pub(super) fn learn(&mut self, stanza: &Stanza, direction: Option<Direction>) {
        match &stanza.body {
            Body::Login(pair) => {
                let by = if pair.paired { FoundBy::Pairing } else { FoundBy::Login };
                for jid in [&pair.lid, &pair.phone].into_iter().flatten() {
                    self.is(jid, by);
                }
            }
            Body::Call(action) if direction == Some(Direction::Outbound) => {
                self.is_sender(stanza);
                if let Some(action) = action
                    && action.name == ActionName::Offer
                    && let Some(creator) = &action.call_creator
                {
                    self.is(creator, FoundBy::OwnOffer);
                }
            }
            Body::Ack(_) | Body::Receipt(_) if direction == Some(Direction::Outbound) => self.is_sender(stanza),
            Body::Call(_) | Body::Ack(_) | Body::Receipt(_) | Body::Other => {}
        }
    }

    fn is_sender(&mut self, stanza: &Stanza) {
        if let Some(from) = &stanza.from
            && !from.is_server()
        {
            self.is(from, FoundBy::OwnStanza);
        }
    }

    /// Takes an address found in the given way, unless one of its kind is known from as sure a way.
    fn is(&mut self, jid: &Jid, by: FoundBy) {
        let slot = match jid.server.as_ref() {
            "lid" | "hosted.lid" => &mut self.lid,
            "s.whatsapp.net" | "hosted" | "c.us" => &mut self.phone,
            _ => return,
        };
        if slot.is_none() || self.found_by.is_some_and(|known| by < known) {
            *slot = Some(jid.clone());
            self.found_by = Some(self.found_by.map_or(by, |known| known.min(by)));
        }
    }

    /// Its LID address, else its phone-number address.
    #[must_use]
    pub fn jid(&self) -> Option<&Jid> {
        self.lid.as_ref().or(self.phone.as_ref())
    }

    /// Its address, and how it was found; `None` if it was not.
    #[must_use]
    pub fn describe(&self) -> Option<String> {
        Some(format!("{}, {}", self.jid()?, self.found_by?.phrase()))
    }

    /// Whether both are known and are one device.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |ours: &Option<Jid>, theirs: &Option<Jid>| matches!((ours, theirs), (Some(ours), Some(theirs)) if ours.same_device(theirs));
        same(&self.lid, &other.lid) || same(&self.phone, &other.phone)
    }

    /// Whether both are known and are different devices.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let comparable = |ours: &Option<Jid>, theirs: &Option<Jid>| ours.is_some() && theirs.is_some();
        (comparable(&self.lid, &other.lid) || comparable(&self.phone, &other.phone)) && !self.is_same(other)
    }

    /// Whether `jid` is a device of this device's account; `None` where the addresses cannot be compared.
    #[must_use]
    pub fn shares_account(&self, jid: &Jid) -> Option<bool> {
        let comparable = |ours: &&Jid| ours.account().server == jid.account().server;
        let ours = [&self.lid, &self.phone].into_iter().flatten().find(comparable)?;
        Some(ours.same_user(jid))
    }
}

/// Who sent a stanza, as far as the vantage can tell. An inbound `from` is what the server stamped: a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Emitter {
    /// The vantage itself: the stanza is outbound.
    Local,
    /// Another account.
    Peer,
    /// Another device of the vantage's account.
    OwnOther,
    /// The server.
    Server,
    /// Not to be told from here: inbound acks, above all, whose `from` is only the addressee of what they answer.
    Unknown,
}

impl Emitter {
    /// The emitter's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Peer => "peer",
            Self::OwnOther => "own-other",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// Who sent `stanza`, seen from `device`.
    #[must_use]
    pub fn of(stanza: &Stanza, direction: Option<Direction>, device: &LocalDevice) -> Self {
        match (direction, &stanza.body, &stanza.from) {
            (Some(Direction::Outbound), _, _) => Self::Local,
            (None, _, _) | (_, Body::Ack(_), _) => Self::Unknown,
            (Some(Direction::Inbound), _, None) => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) if from.is_server() || from.server == "call" => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) => match device.shares_account(from) {
                Some(true) => Self::OwnOther,
                Some(false) => Self::Peer,
                None => Self::Unknown,
            },
        }
    }
}
