//! From what was observed to what passed through sockets: one passage that several captures recorded is one.

use std::collections::HashMap;
use std::sync::Arc;

use super::Observed;
use super::clock::ClockId;
use super::local::LocalDevice;
use super::people::People;
use super::recording::Original;
use super::sockets::{Key, Sockets};
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Body, Stanza};

/// The passage of a stanza through a socket.
#[derive(Clone, Debug)]
pub(super) struct Passage {
    /// The recording that tells most: from the wire, if there is one.
    pub(super) observed: Arc<Observed>,
    /// Recordings of the same in other captures.
    pub(super) also: Vec<Arc<Observed>>,
    /// Index of the vantage.
    pub(super) vantage: usize,
    /// The clock of `observed`.
    pub(super) clock: ClockId,
}

impl Passage {
    /// All recordings of it, the one that tells most first.
    pub(super) fn sights(&self) -> impl Iterator<Item = &Observed> {
        std::iter::once(&*self.observed).chain(self.also.iter().map(|observed| &**observed))
    }
}

/// What passed through the sockets of a call's vantages.
#[derive(Debug, Default)]
pub(super) struct Passages {
    /// The device of each vantage, as far as it is known.
    pub(super) devices: Vec<LocalDevice>,
    /// The passages, those of one capture in its order.
    pub(super) items: Vec<Passage>,
}

/// What two recordings of one passage have in common, where one of them is no recording of the wire.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'s> {
    vantage: usize,
    direction: Option<Direction>,
    tag: &'s str,
    id: Option<&'s str>,
    class: Option<&'s str>,
    action: Option<&'s str>,
    party: Option<Jid>,
    is_offline: bool,
}

impl Passages {
    /// What passed, of what was observed.
    ///
    /// Two captures recorded one passage of the wire if the ciphertext is the same, and of others if the stanzas are alike.
    /// Where that occurs more than once, the n-th in one capture is the n-th in another.
    pub(super) fn of(stanzas: &[Arc<Observed>], sockets: &Sockets, people: &People) -> Self {
        let mut stanzas: Vec<_> = stanzas.iter().collect();
        // Recordings of the wire first: they tell most.
        stanzas.sort_by_key(|observed| (!sockets.is_from_wire(observed), observed.place()));
        let mut passages = Self { devices: Vec::new(), items: Vec::with_capacity(stanzas.len()) };
        let mut by_key: HashMap<Key, usize> = HashMap::new();
        let mut by_ciphertext: HashMap<(usize, &[u8]), Vec<usize>> = HashMap::new();
        let mut by_likeness: HashMap<Likeness<'_>, Vec<usize>> = HashMap::new();
        let mut seen: HashMap<(Original, usize), usize> = HashMap::new();
        for observed in stanzas {
            let stanza = observed.read();
            let clock = sockets.clock(observed.socket());
            let key = sockets.key(observed.socket(), people);
            let device = sockets.device(observed.socket()).completed(people);
            let vantage = *by_key.entry(key).or_insert(passages.devices.len());
            match passages.devices.get_mut(vantage) {
                Some(known) => known.join(&device),
                None => passages.devices.push(device),
            }
            let alike = by_likeness.entry(Likeness::of(observed, vantage)).or_default();
            let wire = stanza.wire.as_ref().filter(|_| stanza.is_from_wire());
            let same = wire.map(|wire| by_ciphertext.entry((vantage, &wire.ciphertext)).or_default());
            let candidates = same.as_deref().unwrap_or(alike);
            let first = candidates.first().copied().unwrap_or(passages.items.len());
            let count = seen.entry((sockets.original(observed.socket()), first)).or_default();
            let known = candidates.get(*count).copied();
            *count += 1;
            if let Some(passage) = known.and_then(|index| passages.items.get_mut(index)) {
                passage.also.push(Arc::clone(observed));
            } else {
                alike.push(passages.items.len());
                if let Some(same) = same {
                    same.push(passages.items.len());
                }
                passages.items.push(Passage { observed: Arc::clone(observed), also: Vec::new(), vantage, clock });
            }
        }
        passages
    }
}

impl<'s> Likeness<'s> {
    fn of(observed: &'s Observed, vantage: usize) -> Self {
        let stanza: &Stanza = observed.read();
        let (class, action) = match &stanza.body {
            Body::Call(action) => (None, action.as_ref()),
            Body::Receipt(receipt) => (receipt.kind.as_deref(), receipt.action.as_ref()),
            Body::Ack(ack) => (ack.class.as_deref(), None),
            Body::Login(_) | Body::Other => (None, None),
        };
        Self {
            vantage,
            direction: observed.direction(),
            tag: &stanza.node.tag,
            id: stanza.id.as_deref(),
            class,
            action: action.map(|action| action.name.as_str()),
            party: observed.party().map(|jid| Jid { device: jid.device, ..jid.person_account() }),
            is_offline: stanza.is_offline(),
        }
    }
}
