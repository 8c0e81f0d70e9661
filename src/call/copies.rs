//! Which inbound stanzas are copies of which outbound ones: a copy keeps the id, the action and the call-id.

use std::collections::HashMap;

use super::answering::HOLDERS_SEEN;
use super::passages::Passages;
use super::people::People;
use super::{Observed, Vantage};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};

/// What a stanza and its copies have in common.
#[derive(PartialEq, Eq, Hash)]
struct Common<'s> {
    id: &'s str,
    tag: &'s str,
    action: Option<&'s ActionName>,
}

impl<'s> Common<'s> {
    /// `None` of a stanza that has no copies, as an ack: the server sends acks of its own.
    fn of(observed: &'s Observed) -> Option<Self> {
        let stanza = observed.read();
        let action = match &stanza.body {
            Body::Call(action) => action.as_ref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => return None,
        };
        let id = stanza.id.as_deref().filter(|id| !id.is_empty())?;
        Some(Self { id, tag: &stanza.node.tag, action: action.map(|action| &action.name) })
    }
}

/// For each passage the first one of the same stanza as it left its maker's socket, if it is a copy.
pub(super) fn originals(passages: &Passages, vantages: &[Vantage], people: &People) -> Vec<Option<usize>> {
    if vantages.len() < 2 {
        return vec![None; passages.items.len()];
    }
    let mut sent: HashMap<Common<'_>, Vec<usize>> = HashMap::new();
    for (index, passage) in passages.items.iter().enumerate() {
        if passage.observed.direction() == Some(Direction::Outbound)
            && let Some(common) = Common::of(&passage.observed)
        {
            sent.entry(common).or_default().push(index);
        }
    }
    let original = |observed: &Observed, vantage: usize| {
        let sent = sent.get(&Common::of(observed)?)?;
        sent.iter().take(HOLDERS_SEEN).copied().find(|index| {
            passages.items.get(*index).is_some_and(|passage| {
                passage.vantage != vantage
                    && vantages.get(passage.vantage).is_some_and(|maker| may_be_from(observed, maker, people))
            })
        })
    };
    let inbound = |observed: &Observed| observed.direction() == Some(Direction::Inbound);
    let items = passages.items.iter();
    items.map(|passage| original(&passage.observed, passage.vantage).filter(|_| inbound(&passage.observed))).collect()
}

/// Whether the sender that a stanza names does not speak against its being from a vantage. Receipts echo the id of what
/// they answer, so that those of several devices share it: of these the sender has to be the vantage.
fn may_be_from(observed: &Observed, maker: &Vantage, people: &People) -> bool {
    let stanza = observed.read();
    let Some(from) = stanza.from.as_ref().filter(|from| !from.is_server()) else {
        return matches!(stanza.body, Body::Call(_));
    };
    match &stanza.body {
        Body::Call(_) => maker.device.may_be(from, people).unwrap_or(true),
        _ => maker.device.jid().is_some_and(|jid| people.same_device(jid, from)),
    }
}
