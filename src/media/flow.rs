//! A UDP flow: all datagrams between two addresses and ports.

use std::net::{IpAddr, SocketAddr};

use super::contents::{Contents, Kind};
use super::count::{Count, Moment};
use crate::origin::{Direction, PerDirection};

/// The datagrams between two addresses and ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its ordinal among the flows of the capture, from 1: one more than Wireshark's `udp.stream`.
    pub number: u64,
    /// The end on the recorded machine, as far as that is known; else the one that spoke first.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// All datagrams, out and in.
    pub counts: PerDirection<Count>,
    /// Those of no kind.
    pub other: PerDirection<Count>,
    /// What it carries; `None` if nothing was recognised.
    pub contents: Option<Box<Contents>>,
    /// What the DTLS in it carries, where its keys are known.
    pub inside: Option<Box<Contents>>,
    /// ICMP messages that say that what was sent did not arrive.
    pub unreachable: Count,
    /// Whether a client's recorder tells of it, and no packets.
    pub is_noted: bool,
    /// How many datagrams the recorder truncated within what would say what they are.
    pub cut: u64,
}

/// How certain it is that a flow may be media of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Interest {
    /// Nothing was recognised in it.
    None,
    /// It looks like what any program sends.
    Possible,
    /// Only WhatsApp sends such messages.
    Certain,
}

/// The fewest bytes by which a datagram can be recognised.
const RECOGNISABLE: usize = 24;

impl Flow {
    pub(super) fn new(number: u64, local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            number,
            local,
            remote,
            counts: PerDirection::default(),
            other: PerDirection::default(),
            contents: None,
            inside: None,
            unreachable: Count::default(),
            is_noted: false,
            cut: 0,
        }
    }

    /// Takes a datagram of `length` bytes of payload on the wire.
    pub(super) fn push(&mut self, payload: &[u8], length: usize, sender: Direction, at: Moment) {
        self.counts[sender].add(length, at);
        self.cut += u64::from(payload.len() < length && payload.len() < RECOGNISABLE);
        let is_worth_reading = self.contents.is_some() || may_be_media(payload);
        let kind = if is_worth_reading {
            self.contents.get_or_insert_default().push(payload, length, sender, at)
        } else {
            Kind::Other
        };
        if kind == Kind::Other {
            self.other[sender].add(length, at);
        }
    }

    /// Takes a message from inside DTLS.
    pub(super) fn push_inside(&mut self, message: &[u8], sender: Direction, at: Moment) {
        self.inside.get_or_insert_default().push(message, message.len(), sender, at);
    }

    /// Takes an ICMP message that says that a datagram did not arrive.
    pub(super) fn refuse(&mut self, at: Moment) {
        self.unreachable.add(0, at);
    }

    /// Returns the datagrams of a kind and direction.
    #[must_use]
    pub fn count(&self, kind: Kind, direction: Direction) -> Count {
        match (kind, &self.contents) {
            (Kind::Other, _) => self.other[direction],
            (_, Some(contents)) => contents.count(kind, direction),
            (_, None) => Count::default(),
        }
    }

    /// Returns the kinds of datagrams that it has.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| {
            [Direction::Outbound, Direction::Inbound].into_iter().any(|way| self.count(*kind, way).packets > 0)
        })
    }

    /// Returns what may be media: what is inside DTLS where that is known, else what the datagrams carry.
    #[must_use]
    pub fn media(&self) -> Option<&Contents> {
        self.inside.as_deref().or(self.contents.as_deref())
    }

    /// Returns whether it is protected by DTLS whose keys are not known.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.inside.is_none() && self.kinds().any(|kind| kind == Kind::Dtls)
    }

    /// Returns its ends, ours first; `None` for one that is not known.
    #[must_use]
    pub fn ends(&self) -> [Option<SocketAddr>; 2] {
        [self.local, self.remote].map(|end| Some(end).filter(|end| !end.ip().is_unspecified()))
    }

    /// Returns the display filter with which Wireshark shows it; `None` if it is not one of packets.
    #[must_use]
    pub fn wireshark_filter(&self) -> Option<String> {
        if self.is_noted {
            return None;
        }
        let family = if self.remote.is_ipv4() { "ip" } else { "ipv6" };
        let (local, remote) = (self.local, self.remote);
        Some(format!(
            "{family}.addr == {} && {family}.addr == {} && udp.port == {} && udp.port == {}",
            local.ip(),
            remote.ip(),
            local.port(),
            remote.port()
        ))
    }

    /// Returns its first and last moment.
    #[must_use]
    pub fn span(&self) -> Option<(Moment, Moment)> {
        let both = self.counts.outbound.and(self.counts.inbound);
        both.first.zip(both.last)
    }

    pub(super) fn interest(&self) -> Interest {
        match &self.contents {
            Some(contents) if contents.is_whatsapps => Interest::Certain,
            Some(_) => Interest::Possible,
            None => Interest::None,
        }
    }

    /// Makes the other end the local one if the recorded machine is there, given its addresses as far as they are known.
    pub(super) fn orient(&mut self, machine: &[IpAddr]) {
        if !self.is_noted && !self.is_sent_from_here(machine) {
            self.reverse();
        }
    }

    fn is_sent_from_here(&self, machine: &[IpAddr]) -> bool {
        if let Some(asker) = self.asker() {
            return asker == Direction::Outbound;
        }
        let is_here = |end: SocketAddr| machine.contains(&end.ip());
        match (is_here(self.local), is_here(self.remote)) {
            (true, false) => return true,
            (false, true) => return false,
            _ => {}
        }
        match (is_private(self.local.ip()), is_private(self.remote.ip())) {
            (false, true) => is_group(self.remote.ip()),
            _ => true,
        }
    }

    /// Returns who asks a relay: only a client does.
    pub(super) fn asker(&self) -> Option<Direction> {
        use super::stun::Method;
        let contents = self.media()?;
        let transactions = &contents.transactions;
        let allocate = transactions.list.iter().find(|asked| asked.method == Method::Allocate);
        let pinged = |way: Direction| transactions.pings[way].sent > 0;
        allocate.map(|asked| asked.direction).or(match (pinged(Direction::Outbound), pinged(Direction::Inbound)) {
            (true, false) => Some(Direction::Outbound),
            (false, true) => Some(Direction::Inbound),
            _ => None,
        })
    }

    fn reverse(&mut self) {
        std::mem::swap(&mut self.local, &mut self.remote);
        std::mem::swap(&mut self.counts.outbound, &mut self.counts.inbound);
        std::mem::swap(&mut self.other.outbound, &mut self.other.inbound);
        for contents in [&mut self.contents, &mut self.inside].into_iter().flatten() {
            contents.reverse();
        }
    }
}

/// Returns whether a payload may be anything but of no kind.
fn may_be_media(payload: &[u8]) -> bool {
    match payload {
        [0..=63, _, _, _, 0x21, 0x12, 0xa4, 0x42, ..] | [20..=25, 0xfe, 0xfd | 0xff, ..] | [9, 2 | 4 | 7, ..] => true,
        [first, _, _, _, _, _, _, _, ..] => first >> 6 == 2,
        _ => false,
    }
}

/// Returns whether an address is one of a machine that is not on the public Internet itself.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Returns whether an address is that of many machines, which send nothing from it.
fn is_group(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stun::tests::message;
    use super::*;

    const AT: Moment = Moment { record: 1, time: None };

    fn flow(local: &str, remote: &str) -> Flow {
        Flow::new(1, local.parse().unwrap(), remote.parse().unwrap())
    }

    #[test]
    fn the_recorded_machine_is_local() {
        let local = |flow: &mut Flow, machine: &[IpAddr]| {
            flow.orient(machine);
            flow.local.to_string()
        };
        let here = ["198.51.100.7".parse().unwrap()];
        assert_eq!(local(&mut flow("203.0.113.1:9", "198.51.100.7:8"), &here), "198.51.100.7:8");
        assert_eq!(local(&mut flow("203.0.113.1:9", "192.168.1.2:8"), &[]), "192.168.1.2:8");
        assert_eq!(local(&mut flow("203.0.113.1:9", "203.0.113.2:8"), &[]), "203.0.113.1:9", "who spoke first");
        let mut asked = flow("[::1]:3478", "[::1]:40000");
        let request = message(0x0003, &[(0x4000, b"t")], true);
        asked.push(&request, request.len(), Direction::Inbound, AT);
        assert_eq!(local(&mut asked, &["::1".parse().unwrap()]), "[::1]:40000", "only a client asks a relay");
        assert_eq!((asked.counts.outbound.packets, asked.counts.inbound.packets), (1, 0));
        assert_eq!(asked.contents.unwrap().transactions.list[0].direction, Direction::Outbound);
    }

    #[test]
    fn a_flow_of_nothing_known_has_no_contents() {
        let mut dns = flow("192.168.1.2:5000", "192.168.1.1:53");
        dns.push(b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0", 12, Direction::Outbound, AT);
        assert!(dns.contents.is_none());
        assert_eq!(dns.kinds().collect::<Vec<_>>(), [Kind::Other]);
    }
}
