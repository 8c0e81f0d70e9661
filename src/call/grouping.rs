//! Which stanzas belong to which call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::clock::{Clocks, Sample};
use super::derive;
use super::identity::{LocalDevice, People, devices, links};
use super::matching::{Nearness, SAME_ID_SEEN, answered};
use super::model::Call;
use super::parties::{Part, split};
use super::recording::{Observed, Recording, Reported, Socket};
use super::reported;
use super::sharing::Shared;
use super::sockets::{Known, Sockets};
use crate::origin::{CaptureId, Direction, Origin};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Body, Stanza};

/// How many receipts and acks of receipts are kept until what they answer comes: after a gap, the items of one direction
/// can come late.
const WAITING_KEPT: usize = 4096;

/// Calls of at least this many stanzas are derived again only once they have grown by a quarter, so that a long one costs
/// no more than a few derivations in all.
const LONG: usize = 2_000;

/// Groups stanzas into calls as they come.
#[derive(Debug, Default)]
pub struct Grouping {
    drafts: Vec<Draft>,
    by_call_id: HashMap<Box<str>, usize>,
    /// Drafts with stanzas of each socket.
    by_socket: HashMap<Socket, Vec<usize>>,
    /// Call stanzas and receipts by stanza id.
    by_stanza_id: HashMap<Arc<str>, Vec<Holder>>,
    sockets: Sockets,
    people: Arc<People>,
    /// Addresses of devices that `people` has heard of, each as it was spelled.
    named: HashSet<Jid>,
    clocks: Clocks,
    orphans: Vec<Arc<Observed>>,
    waiting: VecDeque<Arc<Observed>>,
    shared: Shared,
    /// Whether no stanza comes any more.
    is_concluded: bool,
}

/// The stanzas of one call-id, and the calls as last derived from them: one, unless different users created calls of
/// one id.
#[derive(Debug)]
struct Draft {
    id: Box<str>,
    stanzas: Vec<Arc<Observed>>,
    /// What programs reported of it.
    events: Vec<Arc<Reported>>,
    sockets: HashSet<Socket>,
    /// What its copies say about clocks.
    samples: Vec<Sample>,
    derived: Vec<Arc<Call>>,
    /// How many stanzas `derived` was derived from.
    derived_from: usize,
    is_stale: bool,
}

impl Draft {
    /// Returns whether it changed too little since the last derivation to be worth another one while loading.
    fn can_wait(&self) -> bool {
        self.derived_from >= LONG && self.stanzas.len() < self.derived_from + self.derived_from / 4
    }
}

/// A stanza that an ack or a receipt can answer.
#[derive(Debug)]
struct Holder {
    draft: usize,
    observed: Arc<Observed>,
}

/// The calls at one moment, and what belongs to none.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The calls by their first stanza: those of one capture in its order, over several by time.
    pub calls: Vec<Arc<Call>>,
    /// Acks of class `call` whose stanza was not seen, and `<call>` stanzas that name no call.
    pub orphans: Vec<Arc<Observed>>,
    /// The local device of each connection that carried a stanza of a call or named its device.
    pub devices: BTreeMap<Socket, LocalDevice>,
}

impl Grouping {
    /// Sets the device whose socket `capture` recorded, as the user names it. Call before its first stanza.
    pub fn tell(&mut self, capture: CaptureId, device: &Jid) {
        self.sockets.set_user_device(capture, device);
    }

    /// Sets the addresses that a capture gives for the device whose socket it recorded.
    pub fn set_local(&mut self, socket: Socket, device: &[Jid]) {
        if self.sockets.learn(socket, |known| known.state(device)) {
            self.learned(socket);
        }
    }

    /// Sets the address that logged in over a socket, from the handshake.
    pub fn log_in(&mut self, socket: Socket, device: &Jid) {
        if self.sockets.learn(socket, |known| known.log_in(device)) {
            self.learned(socket);
        }
    }

    /// Adds the next stanza of a capture. Stanzas that have nothing to do with calls are dropped.
    pub fn push(&mut self, mut observed: Observed) {
        let socket = observed.socket();
        let stanza = observed.read();
        if matches!(stanza.body, Body::Other) {
            return;
        }
        if self.sockets.learn(socket, |known| known.learn(stanza, observed.direction())) {
            self.learned(socket);
        }
        if let Body::Login(pair) = &stanza.body {
            if let (Some(lid), Some(phone)) = (&pair.lid, &pair.phone) {
                self.link(lid, phone);
            }
            return;
        }
        for (one, other) in links(stanza) {
            self.link(&one, &other);
        }
        for device in devices(stanza) {
            if self.named.contains(&device) {
                continue;
            }
            if !self.people.is_named(&device) {
                Arc::make_mut(&mut self.people).name(&device);
            }
            self.named.insert(device);
        }
        self.identify(&observed);
        self.rejoin(&observed);
        match self.draft_of(&observed) {
            Some(index) => {
                let stanza = &mut observed.stanza.item;
                self.shared.share(stanza);
                // An answer has the id of what it answers.
                if let (Body::Ack(_) | Body::Receipt(_), Some(id)) = (&stanza.body, &stanza.id)
                    && let Some((known, _)) = self.by_stanza_id.get_key_value(id)
                {
                    stanza.id = Some(Arc::clone(known));
                }
                self.add(index, &Arc::new(observed));
            }
            None => self.set_aside(Arc::new(observed)),
        }
    }

    /// Adds what a program reported of a call.
    pub fn report(&mut self, reported: Reported) {
        let index = self.draft(&reported.item.call_id);
        if let Some(draft) = self.drafts.get_mut(index) {
            draft.events.push(Arc::new(reported));
            draft.is_stale = true;
        }
    }

    /// Learns which device a socket is, where this stanza went out over it and a copy of it arrived elsewhere, or the
    /// reverse. A stanza id is chosen by its sender, and the server names the sender's device in the copy.
    fn identify(&mut self, observed: &Observed) {
        let stanza = observed.read();
        let name = |stanza: &Stanza| stanza.action().map(|action| action.name.clone());
        let holders = stanza.id.as_deref().filter(|id| !id.is_empty()).and_then(|id| self.by_stanza_id.get(id));
        let senders =
            holders.into_iter().flat_map(|holders| holders.iter().rev().take(SAME_ID_SEEN)).filter_map(|holder| {
                let other = &*holder.observed;
                let is_same = stanza.call_id() == other.read().call_id()
                    && name(stanza).is_some()
                    && name(stanza) == name(other.read())
                    && observed.socket() != other.socket();
                let (sent, copy) = match (observed.direction()?, other.direction()?) {
                    (Direction::Outbound, Direction::Inbound) => (observed, other),
                    (Direction::Inbound, Direction::Outbound) => (other, observed),
                    _ => return None,
                };
                let from = copy.read().from.as_ref().filter(|from| is_same && from.device != 0)?;
                let is_anothers = self.sockets.device(sent.socket()).shares_account(from, &self.people) == Some(false);
                (!is_anothers).then(|| (sent.socket(), from.clone()))
            });
        for (socket, from) in senders.collect::<Vec<_>>() {
            if self.sockets.learn(socket, |known| known.sent_as(&from)) {
                self.learned(socket);
            }
        }
    }

    /// Learns that two recordings of one session are of one socket: the one has the answer to what the other has.
    fn rejoin(&mut self, observed: &Observed) {
        let stanza = observed.read();
        let Some(id) = stanza.id.as_deref().filter(|_| matches!(stanza.body, Body::Ack(_) | Body::Receipt(_))) else {
            return;
        };
        let session = |socket| self.sockets.recording(socket).and_then(|recording| recording.session.as_deref());
        let (socket, Some(ours)) = (observed.socket(), session(observed.socket())) else { return };
        let holders = self.by_stanza_id.get(id).into_iter().flat_map(|holders| holders.iter().rev().take(SAME_ID_SEEN));
        let mut answered = holders
            .map(|holder| &holder.observed)
            .filter(|other| matches!(other.read().body, Body::Call(_)) && other.direction() != observed.direction());
        let other = answered.find(|other| other.socket() != socket && session(other.socket()) == Some(ours));
        if let Some(other) = other.map(|other| other.socket())
            && self.sockets.join(socket, other)
        {
            // One program wrote both, by one clock.
            self.sockets.share_clock(socket, other);
            self.forget_derived(socket);
        }
    }

    /// Sets how a socket was recorded, as the capture itself says, replacing what was known.
    pub fn record(&mut self, socket: Socket, recording: Recording) {
        self.sockets.note_hiding(socket);
        self.sockets.record(socket, recording);
        self.forget_derived(socket);
    }

    /// Sets how a socket was recorded, unless the capture itself said so.
    pub fn cover(&mut self, socket: Socket, recording: Recording) {
        if self.sockets.recording(socket).is_none() {
            self.sockets.record(socket, recording);
            self.forget_derived(socket);
        }
    }

    /// Retries acks and receipts whose stanza had not come yet. Call when a capture has ended.
    pub fn settle(&mut self) {
        let waiting: Vec<_> = std::mem::take(&mut self.waiting).into();
        let orphans = std::mem::take(&mut self.orphans);
        for observed in orphans.into_iter().chain(waiting) {
            self.rejoin(&observed);
            match self.draft_of(&observed).or_else(|| self.receipted(&observed)) {
                Some(index) => self.add(index, &observed),
                None => self.set_aside(observed),
            }
        }
    }

    /// Returns the calls. Those unchanged since the last snapshot are shared with it.
    pub fn snapshot(&mut self) -> Snapshot {
        self.derive(|_| true)
    }

    /// Returns the calls of all stanzas. No stanza may be added afterwards: what it would be compared with is forgotten
    /// first, as memory is needed most while calls are derived.
    pub fn conclude(&mut self) -> Snapshot {
        self.is_concluded = true;
        self.by_stanza_id = HashMap::default();
        self.by_call_id = HashMap::default();
        self.named = HashSet::default();
        self.waiting = VecDeque::new();
        self.shared = Shared::default();
        self.derive(|_| true)
    }

    /// Returns the calls so far, while more is to come. What was learned about clocks, devices and people since a call was
    /// last derived, and the newest stanzas of a long call, may be missing.
    pub fn glance(&mut self) -> Snapshot {
        self.derive(|draft| draft.is_stale && !draft.can_wait())
    }

    fn derive(&mut self, is_due: impl Fn(&Draft) -> bool) -> Snapshot {
        let covered = self.sockets.covered(&self.people);
        let known = Known { sockets: &self.sockets, covered: &covered, people: &self.people };
        let mut is_news = false;
        // Clocks first, over all calls: a call with few copies is aligned by the bounds that the others give.
        for draft in self.drafts.iter_mut().filter(|draft| is_due(draft)) {
            let mut clocks = draft.sockets.iter().map(|socket| self.sockets.clock(*socket));
            let first = clocks.next();
            if clocks.any(|clock| Some(clock) != first) {
                let parts = split(&draft.stanzas, &self.people);
                let samples = parts.iter().flat_map(|part| derive::samples(part, known)).collect();
                is_news |= draft.samples != samples;
                draft.samples = samples;
            }
        }
        if is_news {
            self.clocks = Clocks::of(self.drafts.iter().flat_map(|draft| &draft.samples).copied().collect());
        }
        for draft in self.drafts.iter_mut().filter(|draft| is_due(draft)) {
            let parts = split(&draft.stanzas, &self.people);
            let shares_id = parts.len() > 1;
            let mut calls: Vec<Call> =
                parts.iter().map(|part| derive::call(&draft.id, part, shares_id, known, &self.clocks)).collect();
            match calls.first_mut() {
                Some(first) => first.events.clone_from(&draft.events),
                None if draft.events.is_empty() => {}
                None => calls.push(reported::call(&draft.id, &draft.events, &self.people)),
            }
            let mut before = std::mem::take(&mut draft.derived).into_iter();
            let unchanged =
                |call: Call| before.next().filter(|before| **before == call).unwrap_or_else(|| Arc::new(call));
            draft.derived = calls.into_iter().map(unchanged).collect();
            draft.derived_from = draft.stanzas.len();
            draft.is_stale = false;
            if self.is_concluded {
                draft.stanzas = Vec::new();
            }
        }
        let calls = self.drafts.iter().flat_map(|draft| &draft.derived).cloned();
        Snapshot { calls: in_order(calls), orphans: self.orphans.clone(), devices: self.sockets.devices(&self.people) }
    }

    fn link(&mut self, one: &Jid, other: &Jid) {
        if self.people.is_news(one, other) {
            Arc::make_mut(&mut self.people).link(one, other);
        }
    }

    /// Returns the unattributed stanzas as a call without an id; `None` if there are none.
    #[must_use]
    pub fn strays(&self) -> Option<Call> {
        let covered = self.sockets.covered(&self.people);
        let known = Known { sockets: &self.sockets, covered: &covered, people: &self.people };
        let part = Part { creator: None, stanzas: self.orphans.clone() };
        (!self.orphans.is_empty()).then(|| derive::call("", &part, false, known, &self.clocks))
    }

    /// Returns the draft that a stanza belongs to, a new one if it begins a call; `None` if it has none so far.
    fn draft_of(&mut self, observed: &Observed) -> Option<usize> {
        let stanza = observed.read();
        match (&stanza.body, stanza.call_id()) {
            (Body::Call(_) | Body::Receipt(_), Some(call_id)) if !call_id.is_empty() => Some(self.draft(call_id)),
            (Body::Ack(_) | Body::Receipt(_), call_id) => {
                let named = call_id.and_then(|id| self.by_call_id.get(id)).copied();
                self.answered(observed).or(named)
            }
            _ => None,
        }
    }

    /// Returns the draft of the call stanza whose receipt, which was not recorded, this ack answers: a receipt has the id of
    /// what it answers, so its ack travels the way of that stanza, under the same id.
    fn receipted(&self, observed: &Observed) -> Option<usize> {
        let stanza = observed.read();
        let is_of_receipt = matches!(&stanza.body, Body::Ack(ack) if ack.class.as_deref() == Some("receipt"));
        let holders = self.by_stanza_id.get(stanza.id.as_deref().filter(|_| is_of_receipt)?)?;
        let holder = holders.iter().rev().take(SAME_ID_SEEN).find(|holder| {
            matches!(holder.observed.read().body, Body::Call(_))
                && holder.observed.socket() == observed.socket()
                && holder.observed.direction() == observed.direction()
        });
        holder.map(|holder| holder.draft)
    }

    /// Adds a stanza to a draft.
    fn add(&mut self, index: usize, observed: &Arc<Observed>) {
        let (stanza, socket) = (observed.read(), observed.socket());
        if let Some(id) = &stanza.id
            && matches!(stanza.body, Body::Call(_) | Body::Receipt(_))
        {
            // Nearly every id has one.
            let holders = self.by_stanza_id.entry(id.clone()).or_insert_with(|| Vec::with_capacity(1));
            let twins = holders.iter().rev().take(SAME_ID_SEEN).filter(|holder| holder.draft == index);
            let twins = twins.map(|holder| &holder.observed).filter(|holder| are_of_one_socket(holder, observed));
            let twins: Vec<Socket> = twins.map(|holder| holder.socket()).collect();
            holders.push(Holder { draft: index, observed: Arc::clone(observed) });
            for twin in twins {
                if self.sockets.join(socket, twin) {
                    self.forget_derived(socket);
                }
            }
        }
        if let Some(draft) = self.drafts.get_mut(index) {
            draft.stanzas.push(Arc::clone(observed));
            draft.is_stale = true;
            if draft.sockets.insert(socket) {
                self.by_socket.entry(socket).or_default().push(index);
            }
        }
    }

    /// Keeps a stanza of no call, if its call may still come or it is worth showing alone.
    fn set_aside(&mut self, observed: Arc<Observed>) {
        match &observed.read().body {
            Body::Call(_) => self.orphans.push(observed),
            Body::Ack(ack) if ack.class.as_deref() == Some("call") => {
                if observed.direction() == Some(Direction::Inbound) {
                    self.sockets.note_hiding(observed.socket());
                }
                self.orphans.push(observed);
            }
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

    /// Returns the draft with this call-id, a new one if necessary.
    fn draft(&mut self, call_id: &str) -> usize {
        if let Some(index) = self.by_call_id.get(call_id) {
            return *index;
        }
        let index = self.drafts.len();
        self.by_call_id.insert(call_id.into(), index);
        self.drafts.push(Draft {
            id: call_id.into(),
            stanzas: Vec::new(),
            events: Vec::new(),
            sockets: HashSet::default(),
            samples: Vec::new(),
            derived: Vec::new(),
            derived_from: 0,
            is_stale: true,
        });
        index
    }

    /// Returns the draft of the stanza that an ack or receipt answers.
    fn answered(&self, observed: &Observed) -> Option<usize> {
        let holders = self.by_stanza_id.get(observed.read().id.as_deref()?)?;
        let recent = holders.get(holders.len().saturating_sub(SAME_ID_SEEN)..).unwrap_or_default();
        let recent: Vec<&Holder> = recent.iter().collect();
        let device = self.sockets.device(observed.socket());
        let nearness = |holder: &Holder| {
            let socket = holder.observed.socket();
            if socket == observed.socket() {
                return Some(Nearness::Same);
            }
            (!self.sockets.device(socket).differs(device)).then_some(Nearness::Possible)
        };
        answered(observed, &recent, |holder| Some(&*holder.observed), nearness).map(|holder| holder.draft)
    }

    /// Updates what depends on the device of a socket.
    fn learned(&mut self, socket: Socket) {
        let device = self.sockets.device(socket);
        if let (Some(lid), Some(phone)) = (device.lid.clone(), device.phone.clone()) {
            self.link(&lid, &phone);
        }
        self.forget_derived(socket);
    }

    /// Marks the calls with stanzas of a socket for derivation.
    fn forget_derived(&mut self, socket: Socket) {
        let Self { drafts, by_socket, sockets, .. } = self;
        let touched = sockets.members(socket).iter().filter_map(|socket| by_socket.get(socket)).flatten();
        for index in touched {
            if let Some(draft) = drafts.get_mut(*index) {
                draft.is_stale = true;
            }
        }
    }
}

/// Returns whether two stanzas with one id went over sockets of one device: two captures recorded the same bytes, or both
/// are the same outbound call stanza. A stanza id is chosen by its sender, so no other device sends that one.
fn are_of_one_socket(one: &Observed, other: &Observed) -> bool {
    let (first, second) = (one.read(), other.read());
    let same_bytes = match (&first.wire, &second.wire) {
        (Some(first), Some(second)) => !first.ciphertext.is_empty() && first.ciphertext == second.ciphertext,
        _ => false,
    };
    let name = |body: &Body| match body {
        Body::Call(Some(action)) => Some(action.name.clone()),
        _ => None,
    };
    let sent = one.direction() == Some(Direction::Outbound) && other.direction() == Some(Direction::Outbound);
    let is_own = sent && name(&first.body).is_some() && name(&first.body) == name(&second.body);
    one.socket() != other.socket() && (is_own || (same_bytes && one.direction() == other.direction()))
}

/// Sorts calls by their first stanza. Those that begin in one capture keep its order, whatever its clock says; across
/// captures, the earliest of the next ones comes first.
pub(super) fn in_order(calls: impl Iterator<Item = Arc<Call>>) -> Vec<Arc<Call>> {
    let mut by_capture: BTreeMap<CaptureId, Vec<Arc<Call>>> = BTreeMap::new();
    let place = |origin: Origin| (origin.capture, origin.last);
    let seq = |call: &Call| call.rows.first().map(|row| row.observed.seq);
    let first = |call: &Call| (call.first().map(place), seq(call));
    for call in calls {
        let capture = call.first().map_or_else(CaptureId::default, |origin| origin.capture);
        by_capture.entry(capture).or_default().push(call);
    }
    let mut tracks: Vec<_> = by_capture
        .into_values()
        .map(|mut calls| {
            calls.sort_by_key(|call| first(call));
            calls.into_iter().peekable()
        })
        .collect();
    let mut ordered = Vec::new();
    let mut heads: BTreeSet<_> =
        tracks.iter_mut().enumerate().filter_map(|(track, calls)| Some((calls.peek()?.start(), track))).collect();
    while let Some((_, track)) = heads.pop_first() {
        let Some(calls) = tracks.get_mut(track) else { continue };
        ordered.extend(calls.next());
        heads.extend(calls.peek().map(|call| (call.start(), track)));
    }
    ordered
}
