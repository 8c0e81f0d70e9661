//! Which addresses are one person's, and which devices the captures name.

use std::collections::{BTreeSet, HashMap};

use crate::protocol::binary::Jid;

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
    /// Takes note that two addresses are one person's. An account has one LID and one phone number: what was linked
    /// first stays.
    pub(super) fn link(&mut self, one: &Jid, other: &Jid) {
        if let Some((lid, phone)) = self.news(one, other) {
            self.lids.insert(phone.clone(), lid.clone());
            self.phones.insert(lid, phone);
        }
    }

    /// Whether [`Self::link`] would learn something.
    pub(super) fn is_news(&self, one: &Jid, other: &Jid) -> bool {
        self.news(one, other).is_some()
    }

    fn news(&self, one: &Jid, other: &Jid) -> Option<(Jid, Jid)> {
        let (lid, phone) = lid_and_phone(one.person_account(), other.person_account())?;
        let known = self.lids.contains_key(&phone) || self.phones.contains_key(&lid);
        (!known && !lid.user.is_empty() && !phone.user.is_empty()).then_some((lid, phone))
    }

    /// Takes note of a device that a capture names.
    pub(super) fn name(&mut self, jid: &Jid) {
        self.devices.entry(jid.person_account()).or_default().insert(jid.device);
    }

    /// Whether a device is known to [`Self::name`], or is none.
    pub(super) fn is_named(&self, jid: &Jid) -> bool {
        let is_account = matches!(jid.person_account().server.as_ref(), "lid" | "s.whatsapp.net");
        jid.device == 0
            || !is_account
            || self.devices.get(&jid.person_account()).is_some_and(|devices| devices.contains(&jid.device))
    }

    /// The linked devices of a person that the captures name, without the phone.
    #[must_use]
    pub fn linked_devices(&self, jid: &Jid) -> BTreeSet<u16> {
        let lid = self.person(jid);
        let phone = self.phones.get(&lid);
        let accounts = std::iter::once(&lid).chain(phone);
        accounts.filter_map(|account| self.devices.get(account)).flatten().copied().collect()
    }

    /// The address that stands for the person whose address this is: the LID, where one is known.
    #[must_use]
    pub fn person(&self, jid: &Jid) -> Jid {
        let account = jid.person_account();
        self.lids.get(&account).cloned().unwrap_or(account)
    }

    /// The same device's address of the other kind, where the captures link the two.
    #[must_use]
    pub fn counterpart(&self, jid: &Jid) -> Option<Jid> {
        let account = jid.person_account();
        let other = self.lids.get(&account).or_else(|| self.phones.get(&account))?;
        Some(Jid { device: jid.device, ..other.clone() })
    }

    /// The same links and devices under other names for the same people.
    #[must_use]
    pub fn renamed(&self, rename: impl Fn(&Jid) -> Jid) -> Self {
        let both = |(one, other): (&Jid, &Jid)| (rename(one), rename(other));
        Self {
            lids: self.lids.iter().map(both).collect(),
            phones: self.phones.iter().map(both).collect(),
            devices: self.devices.iter().map(|(account, devices)| (rename(account), devices.clone())).collect(),
        }
    }

    /// Whether both are addresses of one person, as far as the captures link them.
    #[must_use]
    pub fn same_person(&self, one: &Jid, other: &Jid) -> bool {
        self.person(one) == self.person(other)
    }

    /// Whether both are the same device of one person.
    #[must_use]
    pub fn same_device(&self, one: &Jid, other: &Jid) -> bool {
        one.device == other.device && self.same_person(one, other)
    }

    /// Whether both addresses can be one person's: they are, or one is a LID and one a phone number and the captures
    /// link neither of them with another.
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
