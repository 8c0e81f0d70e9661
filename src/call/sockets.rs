//! What is known of the recorded sockets: whose each is, how it was recorded, and which recordings are of one socket.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::clock::{ClockId, clock_of};
use super::local::LocalDevice;
use super::people::People;
use super::recording::{Original, Recording, Span, merged, original_of};
use super::{Observed, Socket};
use crate::origin::CaptureId;
use crate::protocol::binary::Jid;

/// What tells vantages apart: the person and the device, or for want of that, the recording.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A device of a person.
    Device(Jid, u16),
    /// A socket of a device that nothing names.
    Socket(Socket),
}

/// When each vantage was recorded without a gap: stretches in order and apart, by clock.
pub(super) type Covered = HashMap<Key, Vec<(ClockId, Vec<Span>)>>;

/// The recorded sockets of all captures.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    /// The devices that the user named, by capture.
    told: BTreeMap<CaptureId, LocalDevice>,
    /// Of each recording, the one that stands for all recordings of its socket.
    representatives: BTreeMap<Socket, Socket>,
    /// The recordings that each representative stands for.
    members: HashMap<Socket, Vec<Socket>>,
    /// The device of each representative.
    devices: HashMap<Socket, LocalDevice>,
    /// How each socket was recorded.
    recordings: BTreeMap<Socket, Arc<Recording>>,
}

impl Sockets {
    /// Takes the device that the user names for a capture.
    pub(super) fn tell(&mut self, capture: CaptureId, device: &Jid) {
        self.told.insert(capture, LocalDevice::told(device));
    }

    /// Takes how a socket was recorded.
    pub(super) fn record(&mut self, socket: Socket, recording: Recording) {
        self.recordings.insert(socket, Arc::new(recording));
    }

    /// The clock by which a socket was recorded.
    pub(super) fn clock(&self, socket: Socket) -> ClockId {
        clock_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// From which capture the recording of a socket comes.
    pub(super) fn original(&self, socket: Socket) -> Original {
        original_of(socket, self.recordings.get(&socket).map(Arc::as_ref))
    }

    /// Whether a stanza was recorded on the network, rather than by the client that sent or received it.
    pub(super) fn is_from_wire(&self, observed: &Observed) -> bool {
        let says_so = || self.recordings.get(&observed.socket()).is_some_and(|recording| recording.is_from_wire);
        observed.read().is_from_wire() || says_so()
    }

    /// How a socket was recorded.
    pub(super) fn recording(&self, socket: Socket) -> Option<&Arc<Recording>> {
        self.recordings.get(&socket)
    }

    /// Lets the device of a socket learn. Says whether more is known of it now.
    pub(super) fn learn(&mut self, socket: Socket, learn: impl FnOnce(&mut LocalDevice)) -> bool {
        let representative = self.representative(socket);
        let told = &self.told;
        let device =
            self.devices.entry(representative).or_insert_with(|| told.get(&socket.0).cloned().unwrap_or_default());
        let before = device.clone();
        learn(device);
        *device != before
    }

    /// Takes note that two recordings are of one socket, unless their devices differ. Says whether that is news.
    pub(super) fn join(&mut self, one: Socket, other: Socket) -> bool {
        let (one, other) = (self.representative(one), self.representative(other));
        let (stays, goes) = (one.min(other), one.max(other));
        let devices = [stays, goes].map(|socket| self.devices.get(&socket).cloned().unwrap_or_default());
        let [mut device, gone] = devices;
        if stays == goes || device.differs(&gone) {
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

    /// All recordings of a socket.
    pub(super) fn members(&self, socket: Socket) -> &[Socket] {
        let representative = self.representatives.get(&socket);
        representative.and_then(|socket| self.members.get(socket)).map_or(&[], Vec::as_slice)
    }

    /// The device of a socket.
    pub(super) fn device(&self, socket: Socket) -> LocalDevice {
        let representative = self.representatives.get(&socket);
        representative.and_then(|socket| self.devices.get(socket)).cloned().unwrap_or_default()
    }

    /// The devices of all sockets.
    pub(super) fn devices(&self, people: &People) -> BTreeMap<Socket, LocalDevice> {
        self.representatives.keys().map(|socket| (*socket, self.device(*socket).completed(people))).collect()
    }

    /// What tells the vantage of a socket apart.
    pub(super) fn key(&self, socket: Socket, people: &People) -> Key {
        let representative = self.representatives.get(&socket).copied().unwrap_or(socket);
        let device = self.devices.get(&representative).and_then(LocalDevice::jid);
        device.map_or(Key::Socket(representative), |jid| device_key(jid, people))
    }

    /// When each device was recorded without a gap, by clock.
    pub(super) fn covered(&self, people: &People) -> Covered {
        let mut spans: HashMap<Key, BTreeMap<ClockId, Vec<Span>>> = HashMap::new();
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

/// What tells a device apart.
pub(super) fn device_key(jid: &Jid, people: &People) -> Key {
    Key::Device(people.person(jid), jid.device)
}
