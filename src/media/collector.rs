//! The UDP flows of one capture.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::count::{Count, Moment};
use super::dtls::{self, Content};
use super::flow::{Flow, Interest};
use super::recorder::{Recorded, Recorder};
use super::sctp;
use super::session::Session;
use crate::input::MediaNote;
use crate::keys::Keys;
use crate::origin::{Direction, Located, PerDirection};
use crate::protocol::packet::{Datagram, Unreachable};

/// The most flows of a capture that are kept. When there are more, those that least look like media are dropped.
pub const MOST_FLOWS: usize = 1 << 15;

/// Both ends of a flow, whichever way a datagram goes.
type Ends = (SocketAddr, SocketAddr);

/// The UDP flows of a capture, and what else tells whether media was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// The flows, in the order of their numbers.
    pub flows: Vec<Flow>,
    /// TCP connections, in the order of their numbers.
    pub tcp: Vec<TcpFlow>,
    /// How many flows there are in all.
    pub seen: u64,
    /// Whether flows were dropped because there were too many.
    pub is_partial: bool,
    /// When the capture ended.
    pub end: Moment,
    /// What of a client's recorder was given, if the flows are from one.
    pub recorded: Option<Recorded>,
}

impl Flows {
    /// Returns those of a capture without any.
    #[must_use]
    pub const fn none(end: Moment) -> Self {
        Self { flows: Vec::new(), tcp: Vec::new(), seen: 0, is_partial: false, end, recorded: None }
    }
}

/// A TCP connection, as far as it may carry media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpFlow {
    /// Who opened it.
    pub client: SocketAddr,
    /// Whom it was opened to.
    pub server: SocketAddr,
    /// Its segments, and the bytes of their payloads.
    pub counts: PerDirection<Count>,
}

/// Collects the datagrams of a capture.
#[derive(Default)]
pub struct Collector {
    flows: Vec<Flow>,
    by_ends: HashMap<Ends, usize>,
    /// The flow of the last datagram: the next one is often of the same.
    last: Option<(Ends, usize)>,
    seen: u64,
    is_partial: bool,
    /// The keys of DTLS sessions.
    keys: Vec<Arc<Keys>>,
    /// DTLS sessions, by the number of their flow.
    sessions: HashMap<u64, Session>,
    /// What a client's recorder says.
    recorder: Recorder,
}

/// The most DTLS sessions of a capture that are followed.
const MOST_SESSIONS: usize = 1024;

fn ends(one: SocketAddr, other: SocketAddr) -> Ends {
    if one <= other { (one, other) } else { (other, one) }
}

impl Collector {
    /// Adds keys of DTLS sessions.
    pub fn learn(&mut self, keys: Arc<Keys>) {
        if !keys.tls().is_empty() {
            self.keys.push(keys);
        }
    }

    /// Takes a datagram.
    pub fn push(&mut self, datagram: Located<Datagram<'_>>) {
        let Located { origin, item: Datagram { source, destination, payload, cut } } = datagram;
        let key = ends(source, destination);
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => self.place(key, source, destination),
        };
        self.last = Some((key, place));
        let Some(flow) = self.flows.get_mut(place) else { return };
        let sender = if flow.local == source { Direction::Outbound } else { Direction::Inbound };
        let (length, at) = (payload.len().saturating_add(cut as usize), Moment::of(origin));
        flow.push(payload, length, sender, at);
        if self.keys.is_empty() || !dtls::is_record(payload, length) {
            return;
        }
        if self.sessions.len() == MOST_SESSIONS && !self.sessions.contains_key(&flow.number) {
            return;
        }
        let session = self.sessions.entry(flow.number).or_default();
        for record in dtls::records(payload) {
            let opened = session.push(&record, sender, &self.keys);
            if session.is_open() {
                flow.inside.get_or_insert_default();
                // What could not be opened may be media.
                flow.cut += u64::from(opened.is_none() && record.content == Content::Data);
            }
            for message in opened.iter().flat_map(|packet| sctp::messages(packet)) {
                flow.push_inside(message, sender, at);
            }
        }
    }

    /// Takes what a client's recorder says.
    pub fn note(&mut self, note: Located<MediaNote>) {
        self.recorder.push(note);
    }

    /// Returns whether a client's recorder said anything.
    #[must_use]
    pub fn has_notes(&self) -> bool {
        !self.recorder.is_empty()
    }

    /// Takes an ICMP message that says that a datagram did not arrive.
    pub fn refuse(&mut self, message: Located<Unreachable>) {
        let Unreachable { source, destination, .. } = message.item;
        let flow = self.by_ends.get(&ends(source, destination)).and_then(|place| self.flows.get_mut(*place));
        if let Some(flow) = flow {
            flow.refuse(Moment::of(message.origin));
        }
    }

    fn place(&mut self, key: Ends, source: SocketAddr, destination: SocketAddr) -> usize {
        if let Some(place) = self.by_ends.get(&key) {
            return *place;
        }
        if self.flows.len() == MOST_FLOWS {
            self.make_room();
        }
        self.seen += 1;
        self.flows.push(Flow::new(self.seen, source, destination));
        self.by_ends.insert(key, self.flows.len() - 1);
        self.flows.len() - 1
    }

    /// Drops a quarter of the flows: those that look least like media, and of these the ones that ended first.
    fn make_room(&mut self) {
        self.is_partial = true;
        let rank = |flow: &Flow| (flow.interest(), flow.span().map(|(_, last)| last.record));
        let mut ranks: Vec<_> = self.flows.iter().map(rank).collect();
        let (_, least, _) = ranks.select_nth_unstable(MOST_FLOWS / 4);
        let least = *least;
        self.flows.retain(|flow| rank(flow) >= least);
        self.by_ends =
            self.flows.iter().enumerate().map(|(place, flow)| (ends(flow.local, flow.remote), place)).collect();
        self.last = None;
    }

    /// Returns what was collected. `machine` are the addresses of the recorded machine, as far as they are known; `end` is
    /// the last record.
    pub fn finish(self, machine: &[IpAddr], tcp: Vec<TcpFlow>, end: Moment) -> Flows {
        let (mut flows, mut seen) = (self.flows, self.seen);
        let (noted, recorded) = self.recorder.finish().unzip();
        for flow in noted.into_iter().flatten() {
            seen += 1;
            flows.push(Flow { number: seen, ..flow });
        }
        let asking = flows.iter().filter(|flow| flow.interest() == Interest::Certain);
        let asking = asking.filter_map(|flow| match flow.asker()? {
            Direction::Outbound => Some(flow.local.ip()),
            Direction::Inbound => Some(flow.remote.ip()),
        });
        let mut machine: Vec<IpAddr> = machine.iter().copied().chain(asking).collect();
        machine.sort_unstable();
        machine.dedup();
        flows.iter_mut().for_each(|flow| flow.orient(&machine));
        Flows { flows, tcp, seen, is_partial: self.is_partial, end, recorded }
    }
}

#[cfg(test)]
mod tests {
    use super::super::contents::Kind;
    use super::super::stun::tests::message;
    use super::*;
    use crate::origin::{CaptureId, Origin, Timestamp};

    fn datagram(collector: &mut Collector, record: u64, source: SocketAddr, destination: SocketAddr, payload: &[u8]) {
        let time = Some(Timestamp(i64::try_from(record).unwrap() * 1_000_000));
        let origin = Origin::of_record(CaptureId(0), record, 0, time);
        collector.push(Located::new(origin, Datagram { source, destination, payload, cut: 0 }));
    }

    fn address(number: u32) -> SocketAddr {
        SocketAddr::from((number.to_be_bytes(), 40_000))
    }

    fn finish(collector: Collector) -> Flows {
        collector.finish(&[], Vec::new(), Moment { record: 0, time: None })
    }

    #[test]
    fn both_ways_are_one_flow_and_flows_are_numbered() {
        let mut collector = Collector::default();
        let (client, relay, resolver) = (address(1), address(2), address(3));
        datagram(&mut collector, 1, client, resolver, b"question");
        datagram(&mut collector, 2, client, relay, &message(0x0801, &[], true));
        datagram(&mut collector, 3, relay, client, &message(0x0802, &[], true));
        let flows = finish(collector);
        let seen: Vec<_> = flows.flows.iter().map(|flow| (flow.number, flow.remote)).collect();
        assert_eq!(seen, [(1, resolver), (2, relay)]);
        assert_eq!(flows.flows[1].count(Kind::Stun, Direction::Inbound).packets, 1);
        assert_eq!((flows.seen, flows.is_partial), (2, false));
    }

    #[test]
    fn of_too_many_flows_those_that_look_like_media_stay() {
        let mut collector = Collector::default();
        datagram(&mut collector, 1, address(1), address(2), &message(0x0003, &[(0x4000, b"token")], true));
        for number in 0..100_000 {
            datagram(&mut collector, 2 + u64::from(number), address(1), address(1_000 + number), b"something else");
        }
        let flows = finish(collector);
        assert!(flows.flows.len() <= MOST_FLOWS && flows.is_partial);
        assert_eq!((flows.seen, flows.flows[0].number), (100_001, 1));
        assert!(flows.flows[0].contents.as_ref().is_some_and(|contents| contents.is_whatsapps));
    }

    #[test]
    fn a_flood_of_forged_requests_is_bounded() {
        let mut collector = Collector::default();
        let forged = message(0x0003, &[(0x4000, &[7; 150])], true);
        for number in 0..80_000 {
            datagram(&mut collector, 1 + u64::from(number), address(number), address(1), &forged);
        }
        let flows = finish(collector);
        assert!(flows.flows.len() <= MOST_FLOWS && flows.is_partial);
    }
}
