//! The device whose socket was recorded.

use super::people::People;
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
    /// The payload with which the client logs in names it.
    Payload,
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
            Self::Payload => "named by the login payload",
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

    /// Learns the address that logged in, from the handshake.
    pub(super) fn log_in(&mut self, jid: &Jid) {
        self.is(jid, FoundBy::Payload);
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

    /// Adds what is known of the same device from elsewhere.
    pub(super) fn join(&mut self, other: &Self) {
        let Some(by) = other.found_by else { return };
        for jid in [&other.lid, &other.phone].into_iter().flatten() {
            self.is(jid, by);
        }
    }

    /// The same, with the address of the other kind where the captures link the two.
    #[must_use]
    pub(super) fn completed(mut self, people: &People) -> Self {
        let counterpart = |jid: &Option<Jid>| jid.as_ref().and_then(|jid| people.counterpart(jid));
        self.lid = self.lid.take().or_else(|| counterpart(&self.phone));
        self.phone = self.phone.take().or_else(|| counterpart(&self.lid));
        self
    }

    /// Whether both are known and are different devices.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let pairs = [(&self.lid, &other.lid), (&self.phone, &other.phone)];
        let mut comparable = pairs.into_iter().filter_map(|(ours, theirs)| Some((ours.as_ref()?, theirs.as_ref()?)));
        comparable.clone().next().is_some() && !comparable.any(|(ours, theirs)| ours.same_device(theirs))
    }

    /// Whether it is this device; of an address without a device, whether it is of this device's account. `None` where
    /// the addresses cannot be compared.
    #[must_use]
    pub fn may_be(&self, jid: &Jid, people: &People) -> Option<bool> {
        let device = self.jid()?.device;
        let shares = self.shares_account(jid, people)?;
        Some(shares && (jid.device == 0 || jid.device == device))
    }

    /// Whether `jid` is a device of this device's account; `None` where the addresses cannot be compared.
    #[must_use]
    pub fn shares_account(&self, jid: &Jid, people: &People) -> Option<bool> {
        if !matches!(jid.person_account().server.as_ref(), "lid" | "s.whatsapp.net") {
            return None;
        }
        let ours = [&self.lid, &self.phone].into_iter().flatten();
        let mut judged = ours.filter_map(|ours| match people.same_person(ours, jid) {
            true => Some(true),
            false => (!people.may_be_one(ours, jid)).then_some(false),
        });
        let first = judged.next()?;
        Some(first || judged.any(|shares| shares))
    }
}
