//! Whether the stanzas of one call-id are one call: they are, unless different users say that they created it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::Observed;
use super::people::People;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Action, Body, Stanza};

/// The stanzas of one call.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Who created it: the first device that its stanzas name, else the first account.
    pub(super) creator: Option<Jid>,
    /// Its stanzas, in the order given.
    pub(super) stanzas: Vec<Arc<Observed>>,
}

/// The calls that the stanzas of one call-id are of, by their first stanza.
pub(super) fn calls(stanzas: &[Arc<Observed>], people: &People) -> Vec<Part> {
    let creators: BTreeSet<Jid> =
        stanzas.iter().filter_map(|observed| Some(people.person(creator(observed.read())?))).collect();
    let representatives = representatives(&creators, people);
    let of_creator = |stanza: &Stanza| representatives.get(&people.person(creator(stanza)?)).copied();
    let is_one = representatives.values().collect::<BTreeSet<_>>().len() < 2;
    let mut parts: Vec<(Option<&Jid>, Part)> = Vec::new();
    let mut by_creator: HashMap<&Jid, usize> = HashMap::new();
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let mut by_party: HashMap<Jid, usize> = HashMap::new();
    for observed in stanzas {
        let stanza = observed.read();
        let party = || observed.party().map(|jid| people.person(jid));
        let index = if is_one {
            0
        } else if let Some(creator) = of_creator(stanza) {
            *by_creator.entry(creator).or_insert(parts.len())
        } else {
            // What names no creator goes with what shares its id or its party, else with what came before.
            let by_id = stanza.id.as_deref().and_then(|id| by_id.get(id));
            let by_party = || party().and_then(|party| by_party.get(&party).copied());
            by_id.copied().or_else(by_party).unwrap_or(parts.len().saturating_sub(1))
        };
        if index == parts.len() {
            parts.push((of_creator(stanza), Part::default()));
        }
        if !is_one {
            if let Some(id) = stanza.id.as_deref() {
                by_id.insert(id, index);
            }
            if let Some(party) = party() {
                by_party.entry(party).or_insert(index);
            }
        }
        let Some((_, part)) = parts.get_mut(index) else { continue };
        part.stanzas.push(Arc::clone(observed));
        let named = creator(stanza);
        if part.creator.as_ref().is_none_or(|known| known.device == 0 && named.is_some_and(|jid| jid.device != 0)) {
            part.creator = named.cloned().or(part.creator.take());
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

/// Who stands for each creator: one LID and one phone number that nothing links may be one person's; of more nobody
/// knows which.
fn representatives<'c>(creators: &'c BTreeSet<Jid>, people: &People) -> BTreeMap<Jid, &'c Jid> {
    let one = creators.first();
    let pair = match creators.iter().collect::<Vec<_>>()[..] {
        [one, other] => people.may_be_one(one, other),
        _ => false,
    };
    let stands_for = |jid: &'c Jid| if pair { one.unwrap_or(jid) } else { jid };
    creators.iter().map(|jid| (jid.clone(), stands_for(jid))).collect()
}

fn creator(stanza: &Stanza) -> Option<&Jid> {
    let action: Option<&Action> = match &stanza.body {
        Body::Call(action) => action.as_ref(),
        Body::Receipt(receipt) => receipt.action.as_ref(),
        Body::Ack(_) | Body::Login(_) | Body::Other => None,
    };
    action?.call_creator.as_ref()
}
