//! Which client programs were written independently of each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::input::clients::{self, CLIENTS};

/// What each client of the spec derives from, as its pages say.
const FLAVORS: &[(&str, &[&str])] = &[("meowcaller", &["whatsapp-rust"]), ("whatsapp-rust", &["zapo-caller"])];

/// What each client program was ported or derived from. Clients that the spec describes go by its names.
///
/// ```
/// use ringtrace::spec::Lineage;
///
/// let lineage = Lineage::default();
/// assert!(lineage.are_independent("baileys", "zapo"));
/// assert!(!lineage.are_independent("zapo", "whatsmeow"), "whatsapp-rust is between them");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    origins: BTreeMap<String, BTreeSet<String>>,
}

impl Default for Lineage {
    /// What was known of the spec's clients when this version was made.
    fn default() -> Self {
        Self::of(FLAVORS.iter().map(|(name, origins)| {
            let origins = origins.iter().map(|origin| (*origin).to_owned());
            ((*name).to_owned(), origins.collect())
        }))
    }
}

impl Lineage {
    /// Adds what the spec says of its clients, by name, to what is known of those whose logs are read.
    pub(super) fn of(flavors: impl Iterator<Item = (String, Vec<String>)>) -> Self {
        let mut origins: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for client in CLIENTS {
            let own = client.ported_from.iter().map(|name| flavor(name).to_owned());
            origins.entry(flavor(client.name).to_owned()).or_default().extend(own);
        }
        for (name, derived_from) in flavors {
            origins.entry(name).or_default().extend(derived_from);
        }
        Self { origins }
    }

    /// Returns whether two clients were written independently: neither derives from the other, however indirectly, and
    /// they derive from nothing in common.
    #[must_use]
    pub fn are_independent(&self, one: &str, other: &str) -> bool {
        self.ancestry(one).is_disjoint(&self.ancestry(other))
    }

    /// A client and all that it derives from.
    fn ancestry<'l>(&'l self, client: &'l str) -> BTreeSet<&'l str> {
        let mut ancestry = BTreeSet::new();
        let mut left = vec![flavor(client)];
        while let Some(next) = left.pop() {
            if ancestry.insert(next) {
                left.extend(self.origins.get(next).into_iter().flatten().map(String::as_str));
            }
        }
        ancestry
    }
}

/// The spec's name of a client, or its own if the spec does not describe it.
fn flavor(client: &str) -> &str {
    clients::named(client).and_then(|known| known.flavor).unwrap_or(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lineage(flavors: &[(&str, &[&str])]) -> Lineage {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Lineage::of(flavors.iter().map(|(name, origins)| ((*name).to_owned(), owned(origins))))
    }

    #[test]
    fn what_derives_from_one_another_however_indirectly_is_not_independent() {
        let pinned = Lineage::default();
        for (one, other) in
            [("zapo", "zapo"), ("zapo", "whatsapp-rust"), ("zapo", "whatsmeow"), ("meowcaller", "whatsmeow")]
        {
            assert!(!pinned.are_independent(one, other) && !pinned.are_independent(other, one), "{one} {other}");
        }
        assert!(pinned.are_independent("baileys", "whatsmeow") && pinned.are_independent("baileys", "whatsapp-web"));
    }

    #[test]
    fn siblings_share_what_they_derive_from() {
        let spec = lineage(&[("a", &["x"]), ("b", &["y"]), ("y", &["x"]), ("c", &[])]);
        assert!(!spec.are_independent("a", "b"));
        assert!(spec.are_independent("a", "c"));
    }

    #[test]
    fn the_spec_s_word_counts_and_circles_end() {
        let spec = lineage(&[("zapo-caller", &["baileys"]), ("baileys", &["zapo-caller"])]);
        assert!(!spec.are_independent("zapo", "baileys"));
    }

    #[test]
    fn clients_are_ported_from_known_ones() {
        for client in CLIENTS {
            assert!(client.ported_from.iter().all(|name| clients::named(name).is_some()), "{}", client.name);
        }
    }
}
