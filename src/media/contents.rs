//! What a flow carries, by the first bytes of its datagrams; inside DTLS, of its messages.

use super::count::{Cadence, Count, Moment};
use super::dtls::{self, CLIENT_HELLO, Content, Record, SERVER_HELLO};
use super::rtp::{Rtcp, Rtp, without_envelope};
use super::stream::Stream;
use super::stun::{Class, Message, Method, TransactionId, attribute};
use super::transactions::Transactions;
use crate::origin::{Direction, PerDirection};
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// A kind of datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// STUN.
    Stun,
    /// RTP.
    Rtp,
    /// RTCP.
    Rtcp,
    /// DTLS.
    Dtls,
    /// Anything else.
    Other,
}

impl Kind {
    /// All kinds, in the order of the tables.
    pub const ALL: [Self; 5] = [Self::Stun, Self::Rtp, Self::Rtcp, Self::Dtls, Self::Other];

    /// Returns the kind's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stun => "stun",
            Self::Rtp => "rtp",
            Self::Rtcp => "rtcp",
            Self::Dtls => "dtls",
            Self::Other => "other",
        }
    }
}

/// The most streams of a direction, beyond which those that prove to be none make room.
const MOST_STREAMS: usize = 32;

/// The most types of RTCP packets of a direction that are counted apart.
const MOST_REPORTS: usize = 8;

/// The most tokens, user names, mapped addresses and lengths of a flow that are kept.
const MOST_TOKENS: usize = 8;
const MOST_LENGTHS: usize = 128;

/// The longest signed message that is kept.
const LONGEST_SIGNED: usize = 1024;

/// A token that a client showed to a relay, with the first message that carried it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The token.
    pub token: Box<[u8]>,
    /// When it was first shown.
    pub at: Moment,
    /// How that message is signed; `None` if it is not.
    pub signed: Option<Signature>,
}

/// The signature of a STUN message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What MESSAGE-INTEGRITY covers.
    pub covered: Box<[u8]>,
    /// The value of the attribute.
    pub integrity: Box<[u8]>,
}

/// DTLS as far as it is readable without keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dtls {
    /// Client hellos.
    pub client_hellos: Count,
    /// Server hellos.
    pub server_hellos: Count,
    /// Alerts.
    pub alerts: Count,
    /// Application data.
    pub data: Count,
    /// How many records of application data have each length.
    pub lengths: BTreeMap<u16, u64>,
    /// Whether something was sent under the negotiated keys.
    pub is_protected: bool,
}

/// What a flow carries. Everything in it is bounded, however many datagrams there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    counts: PerDirection<[Count; 5]>,
    /// STUN requests and their answers.
    pub transactions: Transactions,
    /// WhatsApp's goodbyes.
    pub byes: PerDirection<Count>,
    /// The tokens shown to a relay.
    pub allocations: Vec<Allocation>,
    /// User names of ICE checks.
    pub user_names: Vec<Box<[u8]>>,
    /// The addresses that the other end says it sees, with the answer that first said so.
    pub mapped: Vec<(SocketAddr, Moment)>,
    /// RTP streams.
    pub streams: PerDirection<Vec<Stream>>,
    /// The streams that RTCP reports name as their sender's.
    pub reporters: PerDirection<Vec<u32>>,
    /// RTCP packets, by the type of the first in each datagram.
    pub reports: PerDirection<BTreeMap<u8, Cadence>>,
    /// DTLS.
    pub dtls: PerDirection<Dtls>,
    /// Whether some of it is what only WhatsApp sends.
    pub is_whatsapps: bool,
}

impl Contents {
    /// Returns the datagrams of a kind and direction.
    #[must_use]
    pub fn count(&self, kind: Kind, direction: Direction) -> Count {
        self.counts[direction].get(kind as usize).copied().unwrap_or_default()
    }

    /// Returns the kinds that it has.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| {
            [Direction::Outbound, Direction::Inbound].into_iter().any(|way| self.count(*kind, way).packets > 0)
        })
    }

    /// Takes a payload of `length` bytes on the wire, which `sender` sent, and returns its kind.
    pub(super) fn push(&mut self, payload: &[u8], length: usize, sender: Direction, at: Moment) -> Kind {
        let bare = without_envelope(payload).unwrap_or(payload);
        let kind = if let Some(message) = Message::read(payload, length) {
            self.stun(&message, sender, at);
            Kind::Stun
        } else if dtls::is_record(payload, length) {
            dtls::records(payload).for_each(|record| self.dtls[sender].push(&record, at));
            Kind::Dtls
        } else if let Some(report) = Rtcp::read(bare) {
            let known = &mut self.reporters[sender];
            if known.len() < MOST_STREAMS && !known.contains(&report.ssrc) {
                known.push(report.ssrc);
            }
            let known = &mut self.reports[sender];
            if known.len() < MOST_REPORTS || known.contains_key(&report.kind) {
                known.entry(report.kind).or_default().add(length, at);
            }
            Kind::Rtcp
        } else if let Some(packet) = Rtp::read(bare) {
            self.rtp(packet, length, sender, at);
            Kind::Rtp
        } else {
            Kind::Other
        };
        self.tally(kind, length, sender, at);
        kind
    }

    fn tally(&mut self, kind: Kind, length: usize, sender: Direction, at: Moment) {
        if let Some(count) = self.counts[sender].get_mut(kind as usize) {
            count.add(length, at);
        }
    }

    fn stun(&mut self, message: &Message<'_>, sender: Direction, at: Moment) {
        self.is_whatsapps |= message.is_whatsapps();
        let allocation = message.token().and_then(|token| self.allocation(token, message, at));
        self.transactions.push(message, sender, at, allocation);
        if message.method == Method::Bye {
            self.byes[sender].add(message.bytes().len(), at);
        }
        if let Some(name) = message.attribute(attribute::USERNAME).filter(|_| message.class == Class::Request)
            && self.user_names.len() < MOST_TOKENS
            && !self.user_names.iter().any(|known| **known == *name)
        {
            self.user_names.push(name.into());
        }
        if let Some(address) = message.mapped_address().filter(|_| message.class == Class::Success)
            && self.mapped.len() < MOST_TOKENS
            && self.mapped.last().is_none_or(|(known, _)| *known != address)
        {
            self.mapped.push((address, at));
        }
    }

    /// Returns the index of a token's allocation, a new one if there is room.
    fn allocation(&mut self, token: &[u8], message: &Message<'_>, at: Moment) -> Option<usize> {
        let known = self.allocations.iter().position(|known| *known.token == *token);
        if known.is_none() && self.allocations.len() < MOST_TOKENS && message.bytes().len() <= LONGEST_SIGNED {
            let signed = message.signed();
            let signed =
                signed.map(|(covered, integrity)| Signature { covered: covered.into(), integrity: integrity.into() });
            self.allocations.push(Allocation { token: token.into(), at, signed });
            return Some(self.allocations.len() - 1);
        }
        known
    }

    /// Takes an allocation request of ours that was noted, and whose answer was not.
    pub(super) fn allocate(&mut self, id: TransactionId, length: usize, at: Moment) {
        self.is_whatsapps = true;
        self.transactions.note(Method::Allocate, id, at);
        self.tally(Kind::Stun, length, Direction::Outbound, at);
    }

    /// Takes a keep-alive of ours that was noted.
    pub(super) fn ping(&mut self, id: TransactionId, length: usize, at: Moment) {
        self.transactions.note(Method::Ping, id, at);
        self.tally(Kind::Stun, length, Direction::Outbound, at);
    }

    /// Takes an answer of ours to a check, of which nothing else was noted.
    pub(super) fn answer_check(&mut self, length: usize, at: Moment) {
        self.tally(Kind::Stun, length, Direction::Outbound, at);
    }

    /// Takes a packet of RTP that was noted.
    pub(super) fn note_rtp(&mut self, packet: Rtp, length: usize, sender: Direction, at: Moment) {
        self.rtp(packet, length, sender, at);
        self.tally(Kind::Rtp, length, sender, at);
    }

    /// Takes a packet of RTCP of the other side that was noted, whose type and length were not.
    pub(super) fn note_rtcp(&mut self, ssrc: u32, at: Moment) {
        let known = &mut self.reporters.inbound;
        if known.len() < MOST_STREAMS && !known.contains(&ssrc) {
            known.push(ssrc);
        }
        self.tally(Kind::Rtcp, 0, Direction::Inbound, at);
    }

    fn rtp(&mut self, packet: Rtp, length: usize, sender: Direction, at: Moment) {
        let streams = &mut self.streams[sender];
        if let Some(stream) = streams.iter_mut().find(|stream| stream.ssrc == packet.ssrc) {
            return stream.push(packet, length, at);
        }
        if streams.len() == MOST_STREAMS {
            // Of a flood, what did not go on makes room.
            let Some(place) = streams.iter().rposition(|stream| stream.count.packets == 1) else { return };
            streams.remove(place);
        }
        streams.push(Stream::new(packet, length, at));
    }

    /// Exchanges who sent what.
    pub(super) fn reverse(&mut self) {
        fn swap<T>(both: &mut PerDirection<T>) {
            std::mem::swap(&mut both.outbound, &mut both.inbound);
        }
        swap(&mut self.counts);
        swap(&mut self.byes);
        swap(&mut self.streams);
        swap(&mut self.reporters);
        swap(&mut self.reports);
        swap(&mut self.dtls);
        self.transactions.reverse();
    }
}

impl Dtls {
    fn push(&mut self, record: &Record<'_>, at: Moment) {
        let length = usize::from(record.length);
        self.is_protected |= record.epoch > 0;
        match record.content {
            Content::Handshake(Some(CLIENT_HELLO)) => self.client_hellos.add(length, at),
            Content::Handshake(Some(SERVER_HELLO)) => self.server_hellos.add(length, at),
            Content::Alert => self.alerts.add(length, at),
            Content::Data => {
                self.data.add(length, at);
                if self.lengths.len() < MOST_LENGTHS || self.lengths.contains_key(&record.length) {
                    *self.lengths.entry(record.length).or_default() += 1;
                }
            }
            Content::ChangeCipherSpec | Content::Handshake(_) | Content::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stun::tests::message;
    use super::*;

    const AT: Moment = Moment { record: 1, time: None };

    fn kind(payload: &[u8]) -> Kind {
        Contents::default().push(payload, payload.len(), Direction::Outbound, AT)
    }

    #[test]
    fn kinds_follow_from_the_first_bytes() {
        assert_eq!(kind(&message(0x0801, &[], true)), Kind::Stun);
        assert_eq!(kind(&[0x90, 0x78, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]), Kind::Rtp);
        assert_eq!(kind(&[0x91, 208, 0, 1, 1, 2, 3, 4]), Kind::Rtcp);
        assert_eq!(kind(&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 9]), Kind::Dtls);
        assert_eq!(kind(b"health"), Kind::Other);
        assert_eq!(kind(&[]), Kind::Other);
        assert_eq!(kind(&message(0x0003, &[(0x4000, &[1; 150])], true)[..60]), Kind::Other, "a truncated message");
    }

    #[test]
    fn floods_are_bounded() {
        let mut contents = Contents::default();
        let packet = |ssrc: u32, sequence: u16| {
            let [a, b, c, d] = ssrc.to_be_bytes();
            let [s, q] = sequence.to_be_bytes();
            [0x80, 120, s, q, 0, 0, 0, 0, a, b, c, d]
        };
        for nth in 0..1_000_u16 {
            contents.push(&packet(1, nth), 12, Direction::Outbound, AT);
            contents.push(&packet(1_000 + u32::from(nth), nth), 12, Direction::Outbound, AT);
            let name = nth.to_be_bytes();
            let forged = message(0x0003, &[(0x4000, &name), (0x0006, &name)], true);
            contents.push(&forged, forged.len(), Direction::Inbound, AT);
            let [high, low] = nth.to_be_bytes();
            let record = [&[23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 1, high & 3, low][..], &[0; 1024]].concat();
            contents.push(&record, record.len(), Direction::Outbound, AT);
        }
        let streams = &contents.streams.outbound;
        assert_eq!(streams.len(), MOST_STREAMS);
        assert_eq!((streams[0].ssrc, streams[0].count.packets, streams[0].lost()), (1, 1_000, 0));
        assert_eq!((contents.allocations.len(), contents.user_names.len()), (MOST_TOKENS, MOST_TOKENS));
        assert_eq!(contents.dtls.outbound.lengths.len(), MOST_LENGTHS);
    }
}
