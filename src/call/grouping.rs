//! Which stanzas belong to which call.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::derive;
use super::local::LocalDevice;
use super::people::People;
use super::recording::Recording;
use super::{Call, HOLDERS_SEEN, Observed, Socket};
use crate::origin::{CaptureId, ConnectionId, Direction};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Body, Stanza};

/// Receipts and acks of receipts kept in case that what they answer comes later (after a gap, items of one
/// direction can come late).
const WAITING_KEPT: usize = 4096;

/// Groups stanzas into calls as they come.
#[derive(Debug, Default)]
pub struct Grouping {
    drafts: Vec<Draft>,
    /// Drafts by call-id; several only where different users created calls of one id.
    by_call_id: HashMap<Box<str>, Vec<usize>>,
    /// Call stanzas and receipts by stanza id.
    by_stanza_id: HashMap<Box<str>, Vec<Holder>>,
    devices: BTreeMap<Socket, LocalDevice>,
    /// The devices that the user named, by capture.
    told: BTreeMap<CaptureId, LocalDevice>,
    recordings: BTreeMap<Socket, Arc<Recording>>,
    people: Arc<People>,
    orphans: Vec<Arc<Observed>>,
    waiting: VecDeque<Arc<Observed>>,
}

/// The stanzas of one call, and the call as last derived from them.
#[derive(Debug)]
struct Draft {
    id: Box<str>,
    creator: Option<Jid>,
    stanzas: Vec<Arc<Observed>>,
    derived: Option<Arc<Call>>,
}

/// A stanza that an ack or a receipt can answer.
#[derive(Debug)]
struct Holder {
    draft: usize,
    socket: Socket,
    direction: Option<Direction>,
    is_receipt: bool,
    /// Its `from` or `to`: whoever answers is, or is addressed by, that party.
    party: Option<Jid>,
}

/// The calls at one moment, and acks of calls that answer no stanza seen.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The calls, by their first stanza.
    pub calls: Vec<Arc<Call>>,
    /// Acks of class `call` whose stanza was not seen, and `<call>` stanzas that name no call.
    pub orphans: Vec<Arc<Observed>>,
    /// The local device of each connection that carried a stanza of a call or named its device.
    pub devices: BTreeMap<(CaptureId, Option<ConnectionId>), LocalDevice>,
}

impl Grouping {
    /// Takes the address of the device whose socket `capture` recorded, before its first stanza.
    pub fn tell(&mut self, capture: CaptureId, device: &Jid) {
        self.told.insert(capture, LocalDevice::told(device));
    }

    /// Takes the addresses that a capture gives for the device whose socket it recorded.
    pub fn set_local(&mut self, socket: Socket, device: &[Jid]) {
        let told = self.told.get(&socket.0);
        let known = self.devices.entry(socket).or_insert_with(|| told.cloned().unwrap_or_default());
        known.state(device);
        if let (Some(lid), Some(phone)) = (&known.lid, &known.phone) {
            Arc::make_mut(&mut self.people).link(lid, phone);
        }
        self.forget_derived(socket);
    }

    /// Takes the next stanza of a capture. What belongs to no call is dropped here.
    pub fn push(&mut self, observed: Observed) {
        let socket = observed.socket();
        let stanza = observed.read();
        if matches!(stanza.body, Body::Other) {
            return;
        }
        let told = self.told.get(&socket.0);
        let known = self.devices.entry(socket).or_insert_with(|| told.cloned().unwrap_or_default());
        let before = known.clone();
        known.learn(stanza, observed.direction());
        if *known != before {
            self.forget_derived(socket);
        }
        if let Body::Login(pair) = &stanza.body {
            if let (Some(lid), Some(phone)) = (&pair.lid, &pair.phone) {
                Arc::make_mut(&mut self.people).link(lid, phone);
            }
            return;
        }
        let observed = Arc::new(observed);
        if !self.place(&observed) {
            self.set_aside(observed);
        }
    }

    /// Takes what is known of how a socket was recorded, in the place of what was known before.
    pub fn record(&mut self, socket: Socket, recording: Recording) {
        self.recordings.insert(socket, Arc::new(recording));
        self.forget_derived(socket);
    }

    /// Tries again what answered nothing when it came. Call when a capture has ended.
    pub fn settle(&mut self) {
        let waiting: Vec<_> = std::mem::take(&mut self.waiting).into();
        let orphans = std::mem::take(&mut self.orphans);
        for observed in orphans.into_iter().chain(waiting) {
            if !self.place(&observed) {
                self.set_aside(observed);
            }
        }
    }

    /// The calls so far. Calls that did not change since the last snapshot are shared with it.
    pub fn snapshot(&mut self) -> Snapshot {
        for draft in &mut self.drafts {
            if draft.derived.is_none() {
                let known =
                    derive::Known { devices: &self.devices, recordings: &self.recordings, people: &self.people };
                let call = derive::call(&draft.id, draft.creator.as_ref(), &draft.stanzas, known);
                draft.derived = Some(Arc::new(call));
            }
        }
        let mut calls: Vec<_> = self.drafts.iter().filter_map(|draft| draft.derived.clone()).collect();
        calls.sort_by_key(|call| call.rows.first().map(|row| derive::place(&row.observed)));
        Snapshot { calls, orphans: self.orphans.clone(), devices: self.devices.clone() }
    }

    /// What belongs to no call, as if it were one without an id; `None` if there is nothing of the kind.
    #[must_use]
    pub fn strays(&self) -> Option<Call> {
        let known = derive::Known { devices: &self.devices, recordings: &self.recordings, people: &self.people };
        (!self.orphans.is_empty()).then(|| derive::call("", None, &self.orphans, known))
    }

    /// Puts a stanza into its call; `false` if it has none so far.
    fn place(&mut self, observed: &Arc<Observed>) -> bool {
        let stanza = observed.read();
        let draft = match (&stanza.body, stanza.call_id()) {
            (Body::Call(_) | Body::Receipt(_), Some(call_id)) if !call_id.is_empty() => {
                Some(self.draft(call_id, stanza))
            }
            (Body::Ack(_) | Body::Receipt(_), call_id) => {
                let named = call_id.and_then(|id| self.by_call_id.get(id)).and_then(|drafts| drafts.last().copied());
                self.answered(observed).or(named)
            }
            _ => None,
        };
        let Some(index) = draft else { return false };
        if let Some(id) = &stanza.id
            && matches!(stanza.body, Body::Call(_) | Body::Receipt(_))
        {
            self.by_stanza_id.entry(id.clone()).or_default().push(Holder {
                draft: index,
                socket: observed.socket(),
                direction: observed.direction(),
                is_receipt: matches!(stanza.body, Body::Receipt(_)),
                party: stanza.from.as_ref().or(stanza.to.as_ref()).cloned(),
            });
        }
        if let Some(draft) = self.drafts.get_mut(index) {
            draft.stanzas.push(Arc::clone(observed));
            draft.derived = None;
        }
        true
    }

    /// Keeps what belongs to no call so far, if it may yet, or is worth showing alone.
    fn set_aside(&mut self, observed: Arc<Observed>) {
        match &observed.read().body {
            Body::Call(_) => self.orphans.push(observed),
            Body::Ack(ack) if ack.class.as_deref() == Some("call") => self.orphans.push(observed),
            Body::Ack(ack) if ack.class.as_deref() == Some("receipt") => self.wait(observed),
            Body::Receipt(_) => self.wait(observed),
            Body::Ack(_) | Body::Login(_) | Body::Other => {}
        }
    }

    fn wait(&mut self, observed: Arc<Observed>) {
        if self.waiting.len() == WAITING_KEPT {
            self.waiting.pop_front();
        }
        self.waiting.push_back(observed);
    }

    /// The draft with this call-id whose creator can be the same user; a new one if there is none.
    fn draft(&mut self, call_id: &str, stanza: &Stanza) -> usize {
        let action = match &stanza.body {
            Body::Call(action) => action.as_ref(),
            Body::Receipt(receipt) => receipt.action.as_ref(),
            Body::Ack(_) | Body::Login(_) | Body::Other => None,
        };
        let creator = action.and_then(|action| action.call_creator.as_ref());
        let candidates = self.by_call_id.entry(call_id.into()).or_default();
        for index in candidates.iter().copied() {
            if let Some(draft) = self.drafts.get_mut(index)
                && !created_by_others(draft.creator.as_ref(), creator)
            {
                if draft.creator.is_none() {
                    draft.creator = creator.cloned();
                }
                return index;
            }
        }
        let index = self.drafts.len();
        candidates.push(index);
        self.drafts.push(Draft { id: call_id.into(), creator: creator.cloned(), stanzas: Vec::new(), derived: None });
        index
    }

    /// The draft of the stanza that an ack or receipt answers: same id, other direction, same device.
    fn answered(&self, observed: &Observed) -> Option<usize> {
        let stanza = observed.read();
        let holders = self.by_stanza_id.get(stanza.id.as_deref()?)?;
        let direction = observed.direction().map(Direction::reversed);
        let socket = observed.socket();
        let party = stanza.from.as_ref().or(stanza.to.as_ref());
        let class = match &stanza.body {
            Body::Ack(ack) => ack.class.as_deref(),
            _ => Some("call"),
        };
        if !matches!(class, None | Some("call" | "receipt")) {
            return None;
        }
        let fits = |holder: &&Holder| {
            holder.direction == direction
                && (class != Some("call") || !holder.is_receipt)
                && self.may_be_one_device(holder.socket, socket)
        };
        let closeness = |holder: &Holder| {
            let same_party = matches!((&holder.party, party), (Some(a), Some(b)) if a.same_device(b));
            (class == Some("receipt") && holder.is_receipt, holder.socket == socket, same_party)
        };
        let candidates = holders.iter().rev().take(HOLDERS_SEEN).filter(fits);
        candidates.max_by_key(|holder| closeness(holder)).map(|holder| holder.draft)
    }

    fn may_be_one_device(&self, one: Socket, other: Socket) -> bool {
        if one == other {
            return true;
        }
        match (self.devices.get(&one), self.devices.get(&other)) {
            (Some(one), Some(other)) => !one.differs(other),
            _ => true,
        }
    }

    /// A device became known: calls with stanzas of its socket are to be derived again.
    fn forget_derived(&mut self, socket: Socket) {
        for draft in &mut self.drafts {
            let touched = draft.stanzas.iter().any(|seen| seen.socket() == socket);
            if touched {
                draft.derived = None;
            }
        }
    }
}

/// Whether two creators are different users. A LID and a phone number may be one person.
fn created_by_others(one: Option<&Jid>, other: Option<&Jid>) -> bool {
    matches!((one, other), (Some(one), Some(other)) if one.account().server == other.account().server && !one.same_user(other))
}
