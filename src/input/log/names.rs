//! Clocks and captures that several vantages of one file share, by the names that their headers give them.

use std::collections::HashMap;

use crate::origin::ConnectionId;

/// The most names of each kind. Vantages with later names share nothing.
const NAMES_LIMIT: usize = 256;

/// Clocks and captures that headers have named.
#[derive(Debug, Default)]
pub(super) struct SharedNames {
    clocks: HashMap<String, ConnectionId>,
    captures: HashMap<String, u32>,
}

impl SharedNames {
    /// The connection whose clock a vantage reads: the first that named the same clock, or its own.
    pub(super) fn clock(&mut self, name: String, own: ConnectionId) -> ConnectionId {
        let has_room = self.clocks.len() < NAMES_LIMIT;
        match self.clocks.get(&name) {
            Some(first) => *first,
            None if !name.is_empty() && has_room => *self.clocks.entry(name).or_insert(own),
            None => own,
        }
    }

    /// The ordinal of the capture of this name, from 1; 0 where none is named.
    pub(super) fn original(&mut self, name: String) -> u32 {
        if name.is_empty() {
            return 0;
        }
        let next = u32::try_from(self.captures.len().min(NAMES_LIMIT)).unwrap_or_default() + 1;
        match self.captures.get(&name) {
            Some(known) => *known,
            None if self.captures.len() < NAMES_LIMIT => *self.captures.entry(name).or_insert(next),
            None => next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_same_name_is_the_same() {
        let mut shared = SharedNames::default();
        let [one, two, three] = [0, 1, 2].map(ConnectionId);
        assert_eq!(shared.clock("c".to_owned(), one), one);
        assert_eq!(shared.clock("c".to_owned(), two), one);
        assert_eq!(shared.clock(String::new(), three), three);
        let names = ["a", "b", "", "a"].map(|name| shared.original(name.to_owned()));
        assert_eq!(names, [1, 2, 0, 1]);
    }

    #[test]
    fn names_are_kept_up_to_a_limit() {
        let mut shared = SharedNames::default();
        for number in 0..2 * NAMES_LIMIT {
            let own = ConnectionId(u32::try_from(number).unwrap());
            assert_eq!(shared.clock(number.to_string(), own), own);
            shared.original(number.to_string());
        }
        assert_eq!((shared.clocks.len(), shared.captures.len()), (NAMES_LIMIT, NAMES_LIMIT));
    }
}
