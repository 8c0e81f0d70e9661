//! Stanzas that two hooks of one recorder log, each in its own way: one observation, not two.

use std::collections::VecDeque;

use crate::origin::{ConnectionId, Direction};
use crate::protocol::binary::Node;

/// How many of the last stanzas without a twin are remembered. The hooks log a stanza within moments of each other.
const REMEMBERED: usize = 64;

/// The last stanzas that only one hook has logged.
#[derive(Debug, Default)]
pub(super) struct Twins {
    alone: VecDeque<(&'static str, Key)>,
}

/// What two logs of the same stanza have in common.
type Key = (ConnectionId, Option<Direction>, String, String);

impl Twins {
    /// Returns whether another hook than this has logged the stanza already; if not, remembers that this has.
    pub(super) fn has_twin(
        &mut self,
        hook: &'static str,
        connection: ConnectionId,
        way: Option<Direction>,
        node: &Node,
    ) -> bool {
        let Some(id) = node.text("id") else { return false };
        let key = (connection, way, node.tag().to_string(), id.into_owned());
        if let Some(place) = self.alone.iter().position(|(other, known)| *other != hook && *known == key) {
            self.alone.remove(place);
            return true;
        }
        if self.alone.len() == REMEMBERED {
            self.alone.pop_front();
        }
        self.alone.push_back((hook, key));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml;

    #[test]
    fn each_stanza_counts_once_however_often_it_is_sent() {
        let ack = |id: &str| xml::read(&format!("<ack id='{id}'/>"), xml::Dialect::UNKNOWN).node.unwrap();
        let mut twins = Twins::default();
        let mut seen = |hook, connection, id: &str| twins.has_twin(hook, ConnectionId(connection), None, &ack(id));
        assert_eq!(
            [seen("a", 0, "1"), seen("b", 0, "1"), seen("a", 0, "1"), seen("b", 0, "1")],
            [false, true, false, true]
        );
        assert_eq!([seen("b", 0, "2"), seen("a", 1, "2"), seen("a", 0, "2")], [false, false, true]);
        assert_eq!([seen("a", 0, "3"), seen("a", 0, "3")], [false, false], "one hook alone may see a stanza twice");
        for number in 0..4 * REMEMBERED {
            seen("a", 2, &number.to_string());
        }
        assert_eq!(twins.alone.len(), REMEMBERED);
    }
}
