//! Who is who: which addresses are one person's, which devices there are, and whose socket was recorded.

use std::collections::BTreeSet;

use foldhash::HashMap;
use memchr::memchr;

use crate::origin::Direction;
use crate::protocol::binary::{Jid, Value};
use crate::protocol::stanza::{ActionName, Body, Stanza};

/// The LID and phone-number addresses that the captures link, and the devices that they name.
///
/// An offer's `caller_pn` and `caller_lid`, a login, a pairing and a participant list each say that two addresses
/// are one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// The LID account of a phone-number account.
    lids: HashMap<Jid, Jid>,
    /// The phone-number account of a LID account.
    phones: HashMap<Jid, Jid>,
    /// The linked devices named of each account.
    devices: HashMap<Jid, BTreeSet<u16>>,
}

impl People {
    /// Links two addresses as one person's.
    ///
    /// An account has one LID and one phone number. A second, different link is more likely a forwarded or forged
    /// attribute than a changed number, and taking it would re-match every call read so far, so the first link stays.
    pub(super) fn link(&mut self, one: &Jid, other: &Jid) {
        if let Some((lid, phone)) = self.news(one, other) {
            self.lids.insert(phone.clone(), lid.clone());
            self.phones.insert(lid, phone);
        }
    }

    /// Returns whether [`Self::link`] would learn something.
    pub(super) fn is_news(&self, one: &Jid, other: &Jid) -> bool {
        self.news(one, other).is_some()
    }

    fn news(&self, one: &Jid, other: &Jid) -> Option<(Jid, Jid)> {
        let (lid, phone) = lid_and_phone(one.person_account(), other.person_account())?;
        let known = self.lids.contains_key(&phone) || self.phones.contains_key(&lid);
        (!known && !lid.user.is_empty() && !phone.user.is_empty()).then_some((lid, phone))
    }

    /// Adds a device that a capture names.
    pub(super) fn name(&mut self, jid: &Jid) {
        self.devices.entry(jid.person_account()).or_default().insert(jid.device);
    }

    /// Returns whether [`Self::name`] has nothing to add: the device is known, or the address names none.
    pub(super) fn is_named(&self, jid: &Jid) -> bool {
        let account = jid.person_account();
        let is_account = matches!(account.server.as_ref(), "lid" | "s.whatsapp.net");
        jid.device == 0
            || !is_account
            || self.devices.get(&account).is_some_and(|devices| devices.contains(&jid.device))
    }

    /// Returns the linked devices of a person that the captures name, the phone (device 0) excluded.
    #[must_use]
    pub fn linked_devices(&self, jid: &Jid) -> BTreeSet<u16> {
        let lid = self.person(jid);
        let phone = self.phones.get(&lid);
        let accounts = std::iter::once(&lid).chain(phone);
        accounts.filter_map(|account| self.devices.get(account)).flatten().copied().collect()
    }

    /// Returns the one address that identifies a person: the LID, where it is known.
    #[must_use]
    pub fn person(&self, jid: &Jid) -> Jid {
        let account = jid.person_account();
        self.lids.get(&account).cloned().unwrap_or(account)
    }

    /// Returns the same device's address of the other kind, where the captures link the two.
    #[must_use]
    pub fn counterpart(&self, jid: &Jid) -> Option<Jid> {
        let account = jid.person_account();
        let other = self.lids.get(&account).or_else(|| self.phones.get(&account))?;
        Some(other.with_device(jid.device))
    }

    /// Returns the same links and devices under other addresses, as redaction needs them.
    #[must_use]
    pub fn renamed(&self, rename: impl Fn(&Jid) -> Jid) -> Self {
        let both = |(one, other): (&Jid, &Jid)| (rename(one), rename(other));
        Self {
            lids: self.lids.iter().map(both).collect(),
            phones: self.phones.iter().map(both).collect(),
            devices: self.devices.iter().map(|(account, devices)| (rename(account), devices.clone())).collect(),
        }
    }

    /// Returns whether both addresses are one person's, as far as the captures link them.
    #[must_use]
    pub fn same_person(&self, one: &Jid, other: &Jid) -> bool {
        one.same_user(other) || self.person(one) == self.person(other)
    }

    /// Returns whether both are the same device of one person.
    #[must_use]
    pub fn same_device(&self, one: &Jid, other: &Jid) -> bool {
        one.device == other.device && self.same_person(one, other)
    }

    /// Returns whether both addresses can be one person's: they are, or one is a LID, the other a phone number, and the
    /// captures link neither with another.
    #[must_use]
    pub fn may_be_one(&self, one: &Jid, other: &Jid) -> bool {
        let (one, other) = (self.person(one), self.person(other));
        one == other || lid_and_phone(one, other).is_some_and(|(lid, _)| !self.phones.contains_key(&lid))
    }
}

/// The LID and the phone number of two accounts that are one of each.
fn lid_and_phone(one: Jid, other: Jid) -> Option<(Jid, Jid)> {
    match (one.server.as_ref(), other.server.as_ref()) {
        ("lid", "s.whatsapp.net") => Some((one, other)),
        ("s.whatsapp.net", "lid") => Some((other, one)),
        _ => None,
    }
}

/// Returns the pairs of addresses that a stanza links as one account's.
///
/// In each element, `caller_pn` and `caller_lid` belong to the `call-creator`, or else to the sender; `pn`, `lid`,
/// `phone_number` and `user_pn` to the `jid`; and any `x_pn` or `x_lid` to the `x`.
pub(super) fn links(stanza: &Stanza) -> Vec<(Jid, Jid)> {
    let mut links = Vec::new();
    let may_link = |name: &str| name.ends_with("pn") || name.ends_with("lid") || name == "phone_number";
    if !stanza.node.attribute_names().any(may_link) {
        return links;
    }
    for node in stanza.node.root().descendants() {
        for attribute in node.attributes() {
            let name = attribute.name;
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
    }
    links
}

/// Returns the devices that a stanza names, in any attribute.
pub(super) fn devices(stanza: &Stanza) -> Vec<Jid> {
    let named = stanza.node.attribute_values().filter_map(|value| match value {
        Value::Jid(jid) if jid.device == 0 => None,
        Value::Jid(jid) => Some(jid.clone()),
        Value::Text(text) if memchr(b':', text.as_bytes()).is_some() => Jid::parse(text),
        Value::Text(_) | Value::Bytes(_) => None,
    });
    named.filter(|jid| jid.device != 0).collect()
}

/// How a local device was found, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoundBy {
    /// The user named it.
    Told,
    /// The capture names it, apart from its stanzas.
    Stated,
    /// A pairing names it.
    Pairing,
    /// A login names it.
    Login,
    /// The payload of the client's login handshake names it.
    Payload,
    /// It is the `from` of a receipt, call or ack that it sent.
    OwnStanza,
    /// It is the `from` of what it sent, as another device received it.
    Copy,
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
            Self::Copy => "named as sender by a copy of an outbound stanza",
            Self::OwnOffer => "named as creator of an outbound offer",
        }
    }
}

/// The addresses of the device whose socket was recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalDevice {
    /// Its LID address.
    pub lid: Option<Jid>,
    /// Its phone-number address.
    pub phone: Option<Jid>,
    /// The surest way in which it was found; `None` if it was not.
    pub found_by: Option<FoundBy>,
    /// The address of its account, where stanzas name that without a device: any of the account's devices may have sent
    /// them, its phone included.
    pub account: Option<Jid>,
    /// The device that the user named, if what was recorded contradicts it.
    pub refused: Option<Jid>,
}

impl LocalDevice {
    /// A device of which nothing is known.
    pub const UNKNOWN: Self = Self { lid: None, phone: None, found_by: None, account: None, refused: None };

    /// Returns the device that the user named.
    pub(super) fn named_by_user(jid: &Jid) -> Self {
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

    /// Returns the device, or the account, that this address is of.
    pub(super) fn of_sender(from: &Jid) -> Self {
        let mut device = Self::default();
        device.sent_as(from);
        device
    }

    /// Learns who sent what went out over the device's socket, from a copy that another device received.
    pub(super) fn sent_as(&mut self, from: &Jid) {
        if !from.is_server() {
            self.is(from, FoundBy::Copy);
        }
    }

    fn is_sender(&mut self, stanza: &Stanza) {
        if let Some(from) = &stanza.from
            && !from.is_server()
        {
            self.is(from, FoundBy::OwnStanza);
        }
    }

    /// Sets an address found in the given way, unless one of its kind is known from as sure a way. A stanza's bare
    /// address is that of the account only. What was recorded is surer than what the user says.
    fn is(&mut self, jid: &Jid, by: FoundBy) {
        if jid.device == 0 && by >= FoundBy::OwnStanza {
            if jid.person_account().server != jid.server || !jid.user.is_empty() {
                self.account.get_or_insert_with(|| jid.person_account());
            }
            return;
        }
        let told = (self.found_by == Some(FoundBy::Told) && by > FoundBy::Told).then(|| self.clone());
        let slot = match jid.server.as_ref() {
            "lid" | "hosted.lid" => &mut self.lid,
            "s.whatsapp.net" | "hosted" | "c.us" => &mut self.phone,
            _ => return,
        };
        if let Some(told) = told
            && slot.as_ref().is_some_and(|named| !named.same_device(jid))
        {
            self.contradict();
            self.account.clone_from(&told.account);
            return self.is(jid, by);
        }
        if slot.is_none() || self.found_by.is_some_and(|known| by < known) {
            *slot = Some(jid.clone());
            self.found_by = Some(self.found_by.map_or(by, |known| known.min(by)));
        }
    }

    /// Takes back what the user said.
    pub(super) fn contradict(&mut self) {
        let refused = self.jid().cloned().or_else(|| self.refused.take());
        *self = Self { refused, ..Self::default() };
    }

    /// Returns whether a stanza contradicts what the user said: the device neither receives what it sent nor sends to
    /// itself, and offers no call of another's.
    pub(super) fn is_contradicted_by(&self, stanza: &Stanza, direction: Option<Direction>, people: &People) -> bool {
        let Some(own) = self.jid().filter(|_| self.found_by == Some(FoundBy::Told)) else { return false };
        let Body::Call(action) = &stanza.body else { return false };
        let is_own =
            |jid: &Option<Jid>| own.device != 0 && jid.as_ref().is_some_and(|jid| people.same_device(jid, own));
        match direction {
            Some(Direction::Inbound) => is_own(&stanza.from),
            Some(Direction::Outbound) => {
                let is_anothers = |creator: &Jid| self.may_be(creator, people) == Some(false);
                is_own(&stanza.to)
                    || action.as_ref().is_some_and(|action| match action.name {
                        ActionName::Offer => action.call_creator.as_ref().is_some_and(is_anothers),
                        ActionName::Accept | ActionName::Reject | ActionName::Preaccept => is_own(&action.call_creator),
                        _ => false,
                    })
            }
            None => false,
        }
    }

    /// Returns its LID address, else its phone-number address.
    #[must_use]
    pub fn jid(&self) -> Option<&Jid> {
        self.lid.as_ref().or(self.phone.as_ref())
    }

    /// Returns its address and how it was found; `None` if it was not.
    #[must_use]
    pub fn describe(&self) -> Option<String> {
        Some(format!("{}, {}", self.jid()?, self.found_by?.phrase()))
    }

    /// Adds what another recording of the same device says.
    pub(super) fn join(&mut self, other: &Self) {
        self.refused = self.refused.take().or_else(|| other.refused.clone());
        self.account = self.account.take().or_else(|| other.account.clone());
        let Some(by) = other.found_by else { return };
        for jid in [&other.lid, &other.phone].into_iter().flatten() {
            self.is(jid, by);
        }
    }

    /// Returns the device with its address of the other kind, where the captures link the two.
    #[must_use]
    pub(super) fn completed(mut self, people: &People) -> Self {
        if let (Some(own), Some(account)) = (self.jid(), &self.account) {
            let own = account.with_device(own.device);
            match own.server.as_ref() {
                "lid" => self.lid = self.lid.take().or(Some(own)),
                "s.whatsapp.net" => self.phone = self.phone.take().or(Some(own)),
                _ => {}
            }
        }
        let counterpart = |jid: &Option<Jid>| jid.as_ref().and_then(|jid| people.counterpart(jid));
        self.lid = self.lid.take().or_else(|| counterpart(&self.phone));
        self.phone = self.phone.take().or_else(|| counterpart(&self.lid));
        self
    }

    /// Returns whether both are known and are different devices.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        // A LID and a phone number are never compared: unlinked, they may still be one device.
        let pairs = [(&self.lid, &other.lid), (&self.phone, &other.phone)];
        let mut comparable = pairs.into_iter().filter_map(|(ours, theirs)| Some((ours.as_ref()?, theirs.as_ref()?)));
        comparable.clone().next().is_some() && !comparable.any(|(ours, theirs)| ours.same_device(theirs))
    }

    /// Returns whether `jid` can be this device: it is, or it is the bare address of this device's account. `None` if the
    /// addresses cannot be compared.
    #[must_use]
    pub fn may_be(&self, jid: &Jid, people: &People) -> Option<bool> {
        let shares = self.shares_account(jid, people)?;
        let device = self.jid().map(|own| own.device);
        Some(shares && (jid.device == 0 || device.is_none_or(|own| jid.device == own)))
    }

    /// Returns whether `jid` is of this device's account; `None` if the addresses cannot be compared.
    #[must_use]
    pub fn shares_account(&self, jid: &Jid, people: &People) -> Option<bool> {
        if !matches!(jid.person_account().server.as_ref(), "lid" | "s.whatsapp.net") {
            return None;
        }
        let ours = [&self.lid, &self.phone, &self.account].into_iter().flatten();
        let mut judged = ours.filter_map(|ours| match people.same_person(ours, jid) {
            true => Some(true),
            false => (!people.may_be_one(ours, jid)).then_some(false),
        });
        let first = judged.next()?;
        Some(first || judged.any(|shares| shares))
    }
}

/// One end of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The device whose socket was recorded, if its address is not known.
    Local,
    /// WhatsApp's server.
    Server,
    /// A device, or an account if the stanzas name none of its devices.
    Device(Jid),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> Jid {
        Jid::parse(text).unwrap()
    }

    #[test]
    fn links_join_across_kinds_and_devices() {
        let mut people = People::default();
        let (lid, phone) = (jid("1:7@lid"), jid("2:7@s.whatsapp.net"));
        assert!(!people.same_person(&lid, &phone));
        assert!(people.may_be_one(&lid, &phone));
        assert!(people.is_news(&phone, &lid));
        people.link(&phone, &lid);
        assert!(!people.is_news(&lid, &phone));
        assert!(people.same_person(&jid("1@lid"), &jid("2:3@c.us")));
        assert!(people.same_device(&lid, &phone));
        assert!(!people.same_device(&lid, &jid("2@s.whatsapp.net")));
        assert!(!people.may_be_one(&lid, &jid("3@lid")));
        assert!(!people.may_be_one(&phone, &jid("3@lid")));
        assert!(!people.may_be_one(&lid, &jid("4@s.whatsapp.net")), "its phone number is another");
        assert_eq!(people.counterpart(&lid), Some(jid("2:7@s.whatsapp.net")));
        assert_eq!(people.counterpart(&jid("3@lid")), None);
    }

    #[test]
    fn what_was_linked_first_stays() {
        let mut people = People::default();
        people.link(&jid("1@lid"), &jid("2@s.whatsapp.net"));
        people.link(&jid("1@lid"), &jid("4@s.whatsapp.net"));
        people.link(&jid("5@lid"), &jid("2@s.whatsapp.net"));
        people.link(&jid("5@lid"), &jid("6@lid"));
        assert!(people.same_person(&jid("1@lid"), &jid("2@s.whatsapp.net")));
        assert!(!people.same_person(&jid("1@lid"), &jid("4@s.whatsapp.net")));
        assert!(!people.same_person(&jid("5@lid"), &jid("6@lid")));
    }

    #[test]
    fn devices_are_named_by_either_address() {
        let mut people = People::default();
        assert!(
            people.is_named(&jid("1@lid")) && people.is_named(&jid("1:3@g.us")) && !people.is_named(&jid("1:3@lid"))
        );
        people.name(&jid("1:3@lid"));
        people.name(&jid("2:4@s.whatsapp.net"));
        people.link(&jid("1@lid"), &jid("2@s.whatsapp.net"));
        assert_eq!(people.linked_devices(&jid("2@s.whatsapp.net")), BTreeSet::from([3, 4]));
        assert_eq!(people.linked_devices(&jid("9@lid")), BTreeSet::new());
    }
}
