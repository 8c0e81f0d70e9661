//! The recorded sockets, and what went through them: several recordings of one socket are one vantage, and one stanza that
//! several captures recorded is counted once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::clock::{ClockId, clock_of};
use super::identity::{LocalDevice, People};
use super::recording::{Observed, Original, Recording, Socket, Span, merged, original_of};
use crate::origin::{CaptureId, Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::{Body, Stanza};

/// What identifies a vantage: the person and the device, or the recorded socket if neither is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A device of a person.
    Device(Jid, u16),
    /// A socket of a device that nothing names.
    Socket(Socket),
    /// One of several clients in one log, by its account.
    Client(Socket, Jid),
}

/// When each vantage was recorded without a gap: stretches in order, not touching, by clock.
pub(super) type Covered = HashMap<Key, Vec<(ClockId, Vec<Span>)>>;

/// The recorded sockets of all captures.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// The devices that the user named, by capture.
    named_by_user: BTreeMap<CaptureId, LocalDevice>,
    /// The recording that represents all recordings of one socket (a union-find without ranks: sockets are few).
    representatives: HashMap<Socket, Socket>,
    /// The recordings that each representative represents.
    members: HashMap<Socket, Vec<Socket>>,
    /// The device of each representative.
    devices: HashMap<Socket, LocalDevice>,
    /// How each socket was recorded.
    recordings: HashMap<Socket, Arc<Recording>>,
    /// The sockets that hide what was sent: stanzas were, and are not recorded, or should be, as the recording is of both
    /// directions.
    hiding: HashSet<Socket>,
}

impl Sockets {
    /// Sets the device that the user names for a capture.
    pub(super) fn set_user_device(&mut self, capture: CaptureId, device: &Jid) {
        self.named_by_user.insert(capture, LocalDevice::named_by_user(device));
    }

    /// Sets how a socket was recorded.
    pub(super) fn record(&mut self, socket: Socket, recording: Recording) {
        self.recordings.insert(socket, Arc::new(recording));
    }

    /// Notes that two sockets were recorded by one clock.
    pub(super) fn share_clock(&mut self, one: Socket, other: Socket) {
        let clocks = [self.clock(one), self.clock(other)];
        let first = clocks.into_iter().min();
        for recording in self
            .recordings
            .values_mut()
            .filter(|recording| recording.clock.is_some_and(|clock| clocks.contains(&clock)))
        {
            Arc::make_mut(recording).clock = first;
        }
    }

    /// Notes that a recording without a stanza that was sent hides some: an ack of one came in, or the recording itself says
    /// whose socket it is, which sends.
    pub(super) fn note_hiding(&mut self, socket: Socket) {
        self.hiding.insert(socket);
    }

    /// Returns whether a recording of received stanzas only leaves out some that were sent.
    pub(super) fn hides_sent(&self, socket: Socket) -> bool {
        self.hiding.contains(&socket)
    }

    /// Returns the clock by which a socket was recorded.
    pub(super) fn clock(&self, socket: Socket) -> ClockId {
        clock_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Returns the original capture of a socket's recording.
    pub(super) fn original(&self, socket: Socket) -> Original {
        original_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Returns whether a stanza was recorded on the network, rather than by the client that sent or received it.
    pub(super) fn is_from_wire(&self, observed: &Observed) -> bool {
        let says_so = || self.recordings.get(&observed.socket()).is_some_and(|recording| recording.is_from_wire);
        observed.read().is_from_wire() || says_so()
    }

    /// Returns how a socket was recorded.
    pub(super) fn recording(&self, socket: Socket) -> Option<&Arc<Recording>> {
        self.recordings.get(&socket)
    }

    /// Updates the device of a socket. Returns whether more is known of it now.
    pub(super) fn learn(&mut self, socket: Socket, learn: impl FnOnce(&mut LocalDevice)) -> bool {
        let representative = self.representative(socket);
        let named = &self.named_by_user;
        let device =
            self.devices.entry(representative).or_insert_with(|| named.get(&socket.0).cloned().unwrap_or_default());
        let before = device.clone();
        learn(device);
        *device != before
    }

    /// Joins two recordings of one socket, unless their devices differ. Returns whether that is news.
    pub(super) fn join(&mut self, one: Socket, other: Socket) -> bool {
        let (one, other) = (self.representative(one), self.representative(other));
        let (stays, goes) = (one.min(other), one.max(other));
        if stays == goes {
            return false;
        }
        let devices = [stays, goes].map(|socket| self.devices.get(&socket).cloned().unwrap_or_default());
        let [mut device, gone] = devices;
        if device.differs(&gone) {
            return false;
        }
        device.join(&gone);
        self.devices.insert(stays, device);
        self.devices.remove(&goes);
        let moved = self.members.remove(&goes).unwrap_or_default();
        for socket in &moved {
            self.representatives.insert(*socket, stays);
        }
        self.members.entry(stays).or_default().extend(moved);
        true
    }

    /// Returns all recordings of a socket.
    pub(super) fn members(&self, socket: Socket) -> &[Socket] {
        let representative = self.representatives.get(&socket);
        representative.and_then(|socket| self.members.get(socket)).map_or(&[], Vec::as_slice)
    }

    /// Returns the device of a socket.
    pub(super) fn device(&self, socket: Socket) -> &LocalDevice {
        static UNKNOWN: LocalDevice = LocalDevice::UNKNOWN;
        let representative = self.representatives.get(&socket);
        representative.and_then(|socket| self.devices.get(socket)).unwrap_or(&UNKNOWN)
    }

    /// Returns the devices of all sockets.
    pub(super) fn devices(&self, people: &People) -> BTreeMap<Socket, LocalDevice> {
        self.representatives.keys().map(|socket| (*socket, self.device(*socket).clone().completed(people))).collect()
    }

    /// Returns what identifies the vantage of a socket.
    pub(super) fn key(&self, socket: Socket, people: &People) -> Key {
        let representative = self.representatives.get(&socket).copied().unwrap_or(socket);
        let device = self.devices.get(&representative).and_then(LocalDevice::jid);
        device.map_or(Key::Socket(representative), |jid| device_key(jid, people))
    }

    /// Returns when each device was recorded without a gap, by clock. All connections of a device count together: it can
    /// have sent a stanza over any of them.
    pub(super) fn covered(&self, people: &People) -> Covered {
        let mut spans: HashMap<Key, BTreeMap<ClockId, Vec<Span>>> = HashMap::default();
        for (socket, recording) in &self.recordings {
            let of_device = spans.entry(self.key(*socket, people)).or_default();
            of_device.entry(self.clock(*socket)).or_default().extend(&recording.spans);
        }
        let in_order = |spans: BTreeMap<ClockId, Vec<Span>>| {
            spans.into_iter().map(|(clock, spans)| (clock, merged(spans))).collect()
        };
        spans.into_iter().map(|(key, spans)| (key, in_order(spans))).collect()
    }

    fn representative(&mut self, socket: Socket) -> Socket {
        let members = &mut self.members;
        *self.representatives.entry(socket).or_insert_with(|| {
            members.entry(socket).or_default().push(socket);
            socket
        })
    }
}

/// Returns the key of a device.
pub(super) fn device_key(jid: &Jid, people: &People) -> Key {
    Key::Device(people.person(jid), jid.device)
}

/// What is known apart from the stanzas of a call.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    /// The recorded sockets.
    pub(super) sockets: &'k Sockets,
    /// When their devices were recorded without a gap.
    pub(super) covered: &'k Covered,
    /// Which addresses are one person's.
    pub(super) people: &'k Arc<People>,
}

/// One stanza going through one socket, whichever captures recorded it.
#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    /// The best recording: from the wire, if there is one.
    pub(super) observed: Arc<Observed>,
    /// Recordings of the same in other captures.
    pub(super) also: Vec<Arc<Observed>>,
    /// Index of the vantage.
    pub(super) vantage: usize,
    /// The clock of `observed`.
    pub(super) clock: ClockId,
    /// Whether it was recorded in a log of two clients, whose lines are in no order to each other.
    pub(super) is_of_two: bool,
}

impl Occurrence {
    /// Returns all recordings of it, the best first.
    pub(super) fn observations(&self) -> impl Iterator<Item = &Observed> {
        std::iter::once(&*self.observed).chain(self.also.iter().map(|observed| &**observed))
    }
}

/// What went through the sockets of a call's vantages.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    /// The device of each vantage, as far as it is known.
    pub(super) devices: Vec<LocalDevice>,
    /// The occurrences, those of one capture in its order.
    pub(super) items: Vec<Occurrence>,
}

/// The two clients of each log that holds the stanzas of both, as it does if it has what one sent the other on its way
/// out and again on its way in. No client receives what it sent.
struct Clients(HashMap<Socket, BTreeMap<Jid, Jid>>);

impl Clients {
    fn of(stanzas: &[&Arc<Observed>], people: &People) -> Self {
        let going = |direction| stanzas.iter().filter(move |observed| observed.direction() == Some(direction));
        let sent: HashMap<_, _> =
            going(Direction::Outbound).filter_map(|observed| Some((observed.recurrence()?, observed.read()))).collect();
        let mut clients: HashMap<Socket, BTreeMap<Jid, Jid>> = HashMap::default();
        for observed in going(Direction::Inbound) {
            let Some(original) = observed.recurrence().and_then(|key| sent.get(&key)) else { continue };
            let (Some(from), Some(to)) = (&observed.read().from, &original.to) else { continue };
            // Two devices of one account cannot be told apart by whom they exchange stanzas with.
            if people.same_person(from, to) {
                continue;
            }
            let known = clients.entry(observed.socket()).or_default();
            known.entry(people.person(to)).or_insert_with(|| to.clone());
            known.insert(people.person(from), from.clone());
        }
        clients.retain(|_, clients| clients.len() == 2);
        Self(clients)
    }

    /// Returns which of two clients a stanza was recorded at: the one that is not its other end.
    fn at(&self, observed: &Observed, people: &People) -> Option<(Key, LocalDevice)> {
        let clients = self.0.get(&observed.socket())?;
        let other = people.person(observed.party()?);
        clients.get(&other)?;
        let (account, client) = clients.iter().find(|(account, _)| **account != other)?;
        let key = match client.device {
            0 => Key::Client(observed.socket(), account.clone()),
            _ => device_key(client, people),
        };
        Some((key, LocalDevice::of_sender(client)))
    }
}

/// What two recordings of one occurrence share where one of them has no ciphertext.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'s> {
    vantage: usize,
    direction: Option<Direction>,
    tag: &'s str,
    id: Option<&'s str>,
    class: Option<&'s str>,
    action: Option<&'s str>,
    /// The other end: its user, its account's server and its device.
    party: Option<(&'s str, &'s str, u16)>,
    is_offline: bool,
}

impl Occurrences {
    /// Groups observations that are one occurrence.
    ///
    /// The cipher's counter makes every frame's ciphertext unique, so two captures of the wire recorded the same occurrence
    /// exactly if the bytes are equal. A client's log has no ciphertext; there, stanzas match by their addressing and ids
    /// ([`Likeness`]). A stanza that was really sent twice is alike twice, so the n-th in one capture is the n-th in
    /// another.
    pub(super) fn of(stanzas: &[Arc<Observed>], sockets: &Sockets, people: &People) -> Self {
        let mut stanzas: Vec<_> = stanzas.iter().collect();
        let mut extents: HashMap<Original, (Reverse<usize>, Option<Timestamp>)> = HashMap::default();
        for observed in &stanzas {
            let (Reverse(count), first) = extents.entry(sockets.original(observed.socket())).or_default();
            *count += 1;
            *first = (*first).into_iter().chain(observed.time()).min();
        }
        // Recordings of the wire first: they know the exact bytes and time, and whatever is recorded again joins them. Of
        // several, the one that has most of the call comes first, and not the one that was given first.
        stanzas.sort_by_cached_key(|observed| {
            let extent = extents.get(&sockets.original(observed.socket())).copied();
            (!sockets.is_from_wire(observed), extent, observed.place())
        });
        let mut occurrences = Self { devices: Vec::new(), items: Vec::with_capacity(stanzas.len()) };
        let mut by_key: HashMap<Key, usize> = HashMap::default();
        let mut by_ciphertext: HashMap<(usize, &[u8]), Vec<usize>> = HashMap::default();
        // Each has its own, but for those that were recorded again.
        let mut by_likeness: HashMap<Likeness<'_>, Vec<usize>> =
            HashMap::with_capacity_and_hasher(stanzas.len(), Default::default());
        let mut seen: HashMap<(Original, usize), usize> = HashMap::default();
        let mut contradicted: BTreeSet<usize> = BTreeSet::new();
        let clients = Clients::of(&stanzas, people);
        // The socket of the stanza before, and its vantage.
        let mut last = None;
        for observed in stanzas {
            let stanza = observed.read();
            let clock = sockets.clock(observed.socket());
            let client = clients.at(observed, people);
            let is_of_two = client.is_some();
            let mut vantage_of = |(key, device): (Key, LocalDevice)| {
                let vantage = *by_key.entry(key).or_insert(occurrences.devices.len());
                let device = device.completed(people);
                match occurrences.devices.get_mut(vantage) {
                    Some(known) => known.join(&device),
                    None => occurrences.devices.push(device),
                }
                vantage
            };
            let socket = observed.socket();
            let vantage = match (client, last) {
                (Some(client), _) => vantage_of(client),
                (None, Some((known, vantage))) if known == socket => vantage,
                (None, _) => vantage_of((sockets.key(socket, people), sockets.device(socket).clone())),
            };
            last = (!is_of_two).then_some((socket, vantage));
            if let Some(known) = occurrences.devices.get(vantage)
                && known.is_contradicted_by(stanza, observed.direction(), people)
            {
                contradicted.insert(vantage);
            }
            let alike = by_likeness.entry(Likeness::of(observed, vantage)).or_default();
            let wire = stanza.wire.as_ref().filter(|_| stanza.is_from_wire());
            let same = wire.map(|wire| by_ciphertext.entry((vantage, &wire.ciphertext)).or_default());
            let candidates = same.as_deref().unwrap_or(alike);
            let first = candidates.first().copied().unwrap_or(occurrences.items.len());
            let count = seen.entry((sockets.original(observed.socket()), first)).or_default();
            let known = candidates.get(*count).copied();
            *count += 1;
            if let Some(occurrence) = known.and_then(|index| occurrences.items.get_mut(index)) {
                occurrence.also.push(Arc::clone(observed));
            } else {
                alike.push(occurrences.items.len());
                if let Some(same) = same {
                    same.push(occurrences.items.len());
                }
                occurrences.items.push(Occurrence {
                    observed: Arc::clone(observed),
                    also: Vec::new(),
                    vantage,
                    clock,
                    is_of_two,
                });
            }
        }
        for (vantage, device) in occurrences.devices.iter_mut().enumerate() {
            if contradicted.contains(&vantage) {
                device.contradict();
            }
        }
        occurrences
    }
}

impl<'s> Likeness<'s> {
    fn of(observed: &'s Observed, vantage: usize) -> Self {
        let stanza: &Stanza = observed.read();
        let (class, action) = match &stanza.body {
            Body::Call(action) => (None, action.as_deref()),
            Body::Receipt(receipt) => (receipt.kind.as_deref(), receipt.action.as_ref()),
            Body::Ack(ack) => (ack.class.as_deref(), None),
            Body::Login(_) | Body::Other => (None, None),
        };
        Self {
            vantage,
            direction: observed.direction(),
            tag: stanza.node.tag(),
            id: stanza.id.as_deref(),
            class,
            action: action.map(|action| action.name.as_str()),
            party: observed.party().map(|jid| (&*jid.user, jid.account_server(), jid.device)),
            is_offline: stanza.is_offline(),
        }
    }
}
