//! Which addresses are one person's.

use std::collections::HashMap;

use crate::protocol::binary::Jid;

/// The LID and phone-number addresses that the captures link.
///
/// An offer's `caller_pn` and `caller_lid`, a login, a pairing and a participant list each say that two addresses
/// are one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Each address' representative, by account (no device).
    linked: HashMap<Jid, Jid>,
}

impl People {
    /// Takes note that two addresses are one person's. Says whether that is news.
    pub(super) fn link(&mut self, one: &Jid, other: &Jid) -> bool {
        let (one, other) = (self.person(one), self.person(other));
        if one == other {
            return false;
        }
        // The LID stands for the person: it is what the stanzas of calls mostly carry.
        let (stays, goes) = if other.server == "lid" { (other, one) } else { (one, other) };
        for representative in self.linked.values_mut() {
            if *representative == goes {
                *representative = stays.clone();
            }
        }
        self.linked.insert(goes, stays);
        true
    }

    /// The address that stands for the person whose address this is.
    #[must_use]
    pub fn person(&self, jid: &Jid) -> Jid {
        let account = jid.person_account();
        self.linked.get(&account).cloned().unwrap_or(account)
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

    /// Whether both addresses can be one person's: they are, or they are of different kinds that nothing links.
    #[must_use]
    pub fn may_be_one(&self, one: &Jid, other: &Jid) -> bool {
        let (one, other) = (self.person(one), self.person(other));
        one == other || one.server != other.server
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
        assert!(people.link(&phone, &lid));
        assert!(!people.link(&lid, &phone));
        assert!(people.same_person(&jid("1@lid"), &jid("2:3@c.us")));
        assert!(people.same_device(&lid, &phone));
        assert!(!people.same_device(&lid, &jid("2@s.whatsapp.net")));
        assert!(!people.may_be_one(&lid, &jid("3@lid")));
        assert!(!people.may_be_one(&phone, &jid("3@lid")));
    }
}
