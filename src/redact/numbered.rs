//! Identifiers and their numbers, packed: captures have hundreds of thousands of stanza ids.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

/// Identifiers, numbered in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbered {
    /// All identifiers, one after the other.
    texts: String,
    entries: Vec<Entry>,
    /// The places of the entries, by the hashes of their identifiers.
    places: HashTable<u32>,
    hashes: RandomState,
    /// The greatest number so far. None is given twice, even where one in between is free again.
    last: u32,
}

/// An identifier, which begins where the one before it ends.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where it ends among the texts.
    end: u32,
    number: u32,
}

impl Numbered {
    /// Numbers an identifier, unless it has a number. Beyond 4 GiB of identifiers, none gets one.
    pub(super) fn add(&mut self, raw: &str) {
        if self.place(raw).is_none() && self.insert(raw, self.last.saturating_add(1)).is_some() {
            self.last = self.last.saturating_add(1);
        }
    }

    /// Gives an identifier a number, in place of any that it has.
    pub(super) fn set(&mut self, raw: &str, number: u32) {
        self.last = self.last.max(number);
        match self.place(raw).and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => entry.number = number,
            None => drop(self.insert(raw, number)),
        }
    }

    /// The number of an identifier.
    pub(super) fn get(&self, raw: &str) -> Option<u32> {
        Some(self.entries.get(self.place(raw)?)?.number)
    }

    /// Each number with its identifier, by number.
    pub(super) fn listed(&self) -> Vec<(u32, &str)> {
        let all = self.entries.iter().enumerate();
        let mut listed: Vec<_> =
            all.map(|(place, entry)| (entry.number, text(&self.texts, &self.entries, place))).collect();
        listed.sort_unstable();
        listed
    }

    fn place(&self, raw: &str) -> Option<usize> {
        let Self { texts, entries, places, hashes, .. } = self;
        let found = places.find(hashes.hash_one(raw), |place| text(texts, entries, *place as usize) == raw);
        found.map(|place| *place as usize)
    }

    fn insert(&mut self, raw: &str, number: u32) -> Option<()> {
        let Self { texts, entries, places, hashes, .. } = self;
        let end = u32::try_from(texts.len().checked_add(raw.len())?).ok()?;
        let place = u32::try_from(entries.len()).ok()?;
        texts.push_str(raw);
        entries.push(Entry { end, number });
        let hash = |place: &u32| hashes.hash_one(text(texts, entries, *place as usize));
        places.insert_unique(hashes.hash_one(raw), place, hash);
        Some(())
    }
}

/// The identifier of an entry.
fn text<'t>(texts: &'t str, entries: &[Entry], place: usize) -> &'t str {
    let end = |place: usize| entries.get(place).map_or(0, |entry| entry.end as usize);
    texts.get(place.checked_sub(1).map_or(0, end)..end(place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_those_of_a_map(steps in prop::collection::vec(("[a-cü]{0,3}", prop::option::of(1..9_u32)), 0..200)) {
            let (mut numbered, mut map, mut last) = (Numbered::default(), BTreeMap::new(), 0);
            for (raw, number) in &steps {
                match number {
                    Some(number) => {
                        numbered.set(raw, *number);
                        map.insert(raw.as_str(), *number);
                        last = last.max(*number);
                    }
                    None => {
                        numbered.add(raw);
                        map.entry(raw.as_str()).or_insert_with(|| {
                            last += 1;
                            last
                        });
                    }
                }
            }
            for (raw, number) in &map {
                prop_assert_eq!(numbered.get(raw), Some(*number));
            }
            let mut listed: Vec<_> = map.into_iter().map(|(raw, number)| (number, raw)).collect();
            listed.sort_unstable();
            prop_assert_eq!(numbered.listed(), listed);
            prop_assert_eq!(numbered.get("d"), None);
        }
    }
}
