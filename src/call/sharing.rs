//! What kept stanzas have in common, kept once.
//!
//! A call has a handful of addresses and actions, and dozens of stanzas that name them; acks are much the same in all calls.

use std::hash::Hash;
use std::sync::Arc;

use foldhash::HashSet;

use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Ack, Action, Body, Receipt, Stanza};

/// The parts of kept stanzas. They are never forgotten, so only what stays is to be shared.
#[derive(Debug, Default)]
pub struct Shared {
    jids: HashSet<Jid>,
    actions: HashSet<Arc<Action>>,
    acks: HashSet<Arc<Ack>>,
    receipts: HashSet<Arc<Receipt>>,
}

impl Shared {
    /// Replaces parts of a stanza by equal ones of earlier stanzas.
    pub fn share(&mut self, stanza: &mut Stanza) {
        let Self { jids, actions, acks, receipts } = self;
        stanza.node.share_jids(|jid| known(jids, jid));
        for jid in [&mut stanza.from, &mut stanza.to].into_iter().flatten() {
            *jid = known(jids, jid);
        }
        match &mut stanza.body {
            Body::Call(Some(action)) => {
                if let Some(own) = Arc::get_mut(action) {
                    for jid in own.call_creator.iter_mut().chain(&mut own.destination) {
                        *jid = known(jids, jid);
                    }
                    own.destination.shrink_to_fit();
                }
                *action = known(actions, action);
            }
            Body::Ack(ack) => *ack = known(acks, ack),
            Body::Receipt(receipt) => {
                if let Some(creator) = Arc::get_mut(receipt)
                    .and_then(|own| own.action.as_mut())
                    .and_then(|action| action.call_creator.as_mut())
                {
                    *creator = known(jids, creator);
                }
                *receipt = known(receipts, receipt);
            }
            Body::Call(None) | Body::Login(_) | Body::Other => {}
        }
    }
}

/// Returns the item that is known already, or this one, which is known from now on.
fn known<T: Clone + Eq + Hash>(items: &mut HashSet<T>, item: &T) -> T {
    if let Some(known) = items.get(item) {
        return known.clone();
    }
    items.insert(item.clone());
    item.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{Dialect, read};

    fn stanza(text: &str) -> Stanza {
        Stanza::read(read(text, Dialect::UNKNOWN).node.unwrap(), None)
    }

    #[test]
    fn equal_parts_are_one_and_nothing_else_changes() {
        let mut shared = Shared::default();
        for text in [
            "<call from='1:2@lid' id='1'><offer call-id='00AA' call-creator='1:2@lid'/></call>",
            "<call from='1:2@lid' id='2'><offer call-id='00AA' call-creator='1:2@lid'/></call>",
            "<ack from='1:2@lid' id='3' class='call' type='offer'/>",
            "<receipt from='1:2@lid' id='4'><offer call-id='00AA' call-creator='1:2@lid'/></receipt>",
        ] {
            let mut kept = stanza(text);
            shared.share(&mut kept);
            assert_eq!(kept, stanza(text));
        }
        let Shared { jids, actions, acks, receipts } = &shared;
        assert_eq!((jids.len(), actions.len(), acks.len(), receipts.len()), (1, 1, 1, 1));
    }
}
