//! Which flows belong to which call.
//!
//! What a client or relay computes from the call's own secrets ties a flow to one call: a token, a signature, a stream
//! identifier. An announced address ties it only while the call lasts, a shared socket only to what is tied otherwise,
//! and time alone never.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use data_encoding::BASE64;

use super::announce::Announced;
use super::collector::Flows;
use super::contents::{Contents, Kind, Signature};
use super::flow::Flow;
use super::proof::{SignedWith, Slot, signed_with, stream_id};
use crate::call::{Call, Party, Vantage};
use crate::origin::{CaptureId, Timestamp};
use crate::protocol::binary::{Jid, JidParts};

/// What ties a flow to a call, strongest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// A relay was shown the token with this id.
    Token(Box<str>),
    /// A request is signed with the key of the relay block.
    Signature(SignedWith),
    /// The user name of an ICE check begins with a token of the call.
    UserName,
    /// A stream has the identifier that follows from the call-id and a device.
    StreamId,
    /// It goes to an announced address and port.
    Address,
    /// It goes to an announced address, to another port.
    OtherPort,
    /// It leaves from the socket of a flow that is tied otherwise, or carries the same stream.
    Socket,
}

impl Tie {
    /// Returns whether it names one call among several at the same time.
    #[must_use]
    pub const fn is_strong(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Signature(_) | Self::UserName | Self::StreamId)
    }

    /// Returns the tie in words.
    #[must_use]
    pub fn phrase(&self) -> String {
        match self {
            Self::Token(id) => format!("relay token {id}"),
            Self::Signature(SignedWith::Text) => "signed with the text of <key>".to_owned(),
            Self::Signature(SignedWith::Decoded) => "signed with the decoded bytes of <key>".to_owned(),
            Self::UserName => "ICE user name from an <auth_token>".to_owned(),
            Self::StreamId => "SSRC derived from the call-id".to_owned(),
            Self::Address => "announced address and port".to_owned(),
            Self::OtherPort => "announced address, another port".to_owned(),
            Self::Socket => "socket or stream of another flow of the call".to_owned(),
        }
    }
}

/// What the other end of a flow is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A relay: the index of its announced address, where the capture has that.
    Relay(Option<usize>),
    /// A device of the other side.
    Peer,
}

/// A flow of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TiedFlow {
    /// The capture.
    pub capture: CaptureId,
    /// Index in [`Flows::flows`].
    pub index: usize,
    /// What the other end is.
    pub role: Role,
    /// What ties it to the call, strongest first.
    pub ties: Vec<Tie>,
    /// Whether nothing but time tells which of several calls it belongs to.
    pub is_ambiguous: bool,
}

/// The ports of relays: for phones, and for web clients, which use theirs whatever port is announced.
const RELAY_PORTS: [u16; 2] = [3478, 3480];

/// How long after a call's last stanza its client may still send, in nanoseconds.
const AFTERWARDS: i64 = 60_000_000_000;

/// How far the clock of a log may seem off from that of packets.
const LOG_APART: i64 = 2_000_000_000;

/// The most devices of a call whose stream identifiers are derived.
const MOST_DEVICES: usize = 64;

/// A call, and what its flows may be recognised by.
#[derive(Debug)]
pub(super) struct Candidate<'c> {
    /// The call.
    pub call: &'c Call,
    /// What its stanzas announce.
    pub announced: Announced,
    /// The devices of its streams, by stream identifier.
    pub streams: BTreeMap<u32, (Jid, Slot)>,
    /// When its first and last stanza were captured, by capture.
    pub(super) spans: BTreeMap<CaptureId, (Timestamp, Timestamp)>,
    is_open: bool,
}

impl<'c> Candidate<'c> {
    /// Reads what a call announces.
    #[must_use]
    pub(super) fn of(call: &'c Call) -> Self {
        let announced = Announced::of(call);
        let mut streams = BTreeMap::new();
        // The stanzas of a call without relays and without an answer have no media.
        if announced.row.is_some() || call.progress.accepted.is_some() {
            for device in devices(call) {
                streams.extend(Slot::ALL.map(|slot| (stream_id(&call.id, &device, slot), (device.clone(), slot))));
            }
        }
        let mut spans: BTreeMap<CaptureId, (Timestamp, Timestamp)> = BTreeMap::new();
        for observed in call.rows.iter().flat_map(|row| row.observations()) {
            let Some(time) = observed.time() else { continue };
            let (first, last) = spans.entry(observed.capture()).or_insert((time, time));
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
        Self { call, announced, streams, spans, is_open: call.progress.ended.is_none() }
    }

    /// Returns when media of the call can be in a capture; `None` if no clock tells.
    pub(super) fn window(&self, capture: CaptureId) -> Option<(Timestamp, Timestamp)> {
        let own = self.spans.get(&capture).map(|span| (*span, 0));
        let ((first, last), apart) = own.or_else(|| Some((*self.spans.values().next()?, LOG_APART)))?;
        let last = if self.is_open { Timestamp(i64::MAX) } else { Timestamp(last.0.saturating_add(AFTERWARDS)) };
        Some((Timestamp(first.0.saturating_sub(apart)), last))
    }

    /// Returns whether a flow has packets while the call lasts.
    fn lasts_during(&self, capture: CaptureId, flow: &Flow) -> bool {
        let Some((first, last)) = flow.span() else { return false };
        match (self.window(capture), first.time.zip(last.time)) {
            (Some((from, until)), Some((first, last))) => first <= until && from <= last,
            _ => true,
        }
    }

    /// Returns when the call began, in a capture.
    fn start(&self, capture: CaptureId) -> Option<Timestamp> {
        self.window(capture).map(|(from, _)| from)
    }
}

/// Returns the devices of a call under their LIDs.
fn devices(call: &Call) -> BTreeSet<Jid> {
    let ours = call.vantages.iter().flat_map(|vantage: &Vantage| [&vantage.device.lid, &vantage.device.phone]);
    let legs = call.legs.iter().filter_map(|leg| if let Party::Device(jid) = &leg.party { Some(jid) } else { None });
    let senders = call.rows.iter().filter_map(|row| row.originator.device.as_ref());
    let blocks = call.rows.iter().filter_map(|row| row.announcement()).filter_map(|node| node.child("relay"));
    let named = blocks.flat_map(|block| block.children()).filter_map(|child| child.attribute("jid")?.to_jid());
    let known = ours.flatten().chain(&call.caller).chain(&call.callee).chain(&call.creator).chain(legs).chain(senders);
    let mut devices = BTreeSet::new();
    for jid in known.cloned().chain(named) {
        let lid = if jid.server == "lid" { Some(jid) } else { call.people.counterpart(&jid) };
        devices.extend(lid.filter(|lid| lid.server == "lid").map(|lid| JidParts { agent: 0, ..(*lid).clone() }.into()));
        if devices.len() >= MOST_DEVICES {
            break;
        }
    }
    devices
}

/// Returns the flows of each call, in the order of the calls.
pub(super) fn tie(index: &Index<'_, '_>, captures: &BTreeMap<CaptureId, Arc<Flows>>) -> Vec<Vec<TiedFlow>> {
    let candidates = index.candidates;
    let mut tied: Vec<Vec<TiedFlow>> = candidates.iter().map(|_| Vec::new()).collect();
    for (capture, flows) in captures {
        let mut rest = Vec::new();
        for (place, flow) in flows.flows.iter().enumerate() {
            let found = index.ties(*capture, flow);
            if found.is_empty() {
                rest.push(place);
            }
            for (call, ties, is_ambiguous) in found {
                let role = index.role(call, flow, &ties);
                let flow = TiedFlow { capture: *capture, index: place, role, ties, is_ambiguous };
                tied.get_mut(call).into_iter().for_each(|flows| flows.push(flow.clone()));
            }
        }
        index.add_siblings(*capture, flows, &rest, &mut tied);
    }
    tied.iter_mut().for_each(|flows| flows.sort_by_key(|flow| (flow.capture, flow.index)));
    tied
}

/// The calls, by what their flows may be recognised by.
pub(super) struct Index<'a, 'c> {
    candidates: &'a [Candidate<'c>],
    by_token: HashMap<&'a [u8], Vec<(usize, &'a str)>>,
    by_user_name: HashMap<String, Vec<usize>>,
    by_stream: HashMap<u32, Vec<usize>>,
    by_address: HashMap<std::net::IpAddr, BTreeSet<usize>>,
}

/// The most calls that share something by which a flow is recognised: more are not told apart.
const MOST_SHARING: usize = 16;

impl<'a, 'c> Index<'a, 'c> {
    pub(super) fn of(candidates: &'a [Candidate<'c>]) -> Self {
        let mut index = Self {
            candidates,
            by_token: HashMap::new(),
            by_user_name: HashMap::new(),
            by_stream: HashMap::new(),
            by_address: HashMap::new(),
        };
        for (call, candidate) in candidates.iter().enumerate() {
            let announced = &candidate.announced;
            for token in &announced.tokens {
                index.by_token.entry(&token.bytes).or_default().push((call, &*token.id));
            }
            for token in &announced.auth_tokens {
                index.by_user_name.entry(BASE64.encode(&token.bytes)).or_default().push(call);
            }
            for id in candidate.streams.keys() {
                index.by_stream.entry(*id).or_default().push(call);
            }
            for address in announced.relays.iter().filter_map(|relay| relay.address) {
                index.by_address.entry(address.ip()).or_default().insert(call);
            }
        }
        index
    }

    /// Returns the calls that a flow is tied to, with the ties, and whether only time tells these calls apart.
    fn ties(&self, capture: CaptureId, flow: &Flow) -> Vec<(usize, Vec<Tie>, bool)> {
        let mut found: BTreeMap<usize, BTreeSet<Tie>> = BTreeMap::new();
        let addressed = self.by_address.get(&flow.remote.ip());
        let addressed: Vec<usize> = addressed.into_iter().flatten().copied().collect();
        for contents in [flow.contents.as_deref(), flow.inside.as_deref()].into_iter().flatten() {
            self.strong(contents, &addressed, &mut found);
        }
        let during: Vec<usize> = addressed
            .into_iter()
            .filter(|call| self.candidates.get(*call).is_some_and(|it| it.lasts_during(capture, flow)))
            .filter(|call| self.is_at(*call, flow) || is_of_relays(flow))
            .collect();
        let weak: Vec<usize> = if found.is_empty() {
            self.nearest(capture, flow, &during).into_iter().collect()
        } else {
            during.iter().copied().filter(|call| found.contains_key(call)).collect()
        };
        let is_ambiguous = found.is_empty() && during.len() > 1;
        for call in weak {
            let tie = if self.is_at(call, flow) { Tie::Address } else { Tie::OtherPort };
            found.entry(call).or_default().insert(tie);
        }
        found.into_iter().map(|(call, ties)| (call, ties.into_iter().collect(), is_ambiguous)).collect()
    }

    /// Returns whether a flow goes to an address and port that a call announces.
    fn is_at(&self, call: usize, flow: &Flow) -> bool {
        let relays = self.candidates.get(call).into_iter().flat_map(|candidate| &candidate.announced.relays);
        relays.into_iter().any(|relay| relay.address == Some(flow.remote))
    }

    fn strong(&self, contents: &Contents, addressed: &[usize], found: &mut BTreeMap<usize, BTreeSet<Tie>>) {
        for allocation in &contents.allocations {
            let shown = self.by_token.get(&*allocation.token).into_iter().flatten().take(MOST_SHARING);
            let shown: Vec<_> = shown.copied().collect();
            for (call, id) in &shown {
                found.entry(*call).or_default().insert(Tie::Token((*id).into()));
            }
            let Some(Signature { covered, integrity }) = &allocation.signed else { continue };
            let calls: BTreeSet<usize> = shown.iter().map(|(call, _)| *call).chain(addressed.iter().copied()).collect();
            for call in calls.into_iter().take(MOST_SHARING) {
                let keys = self.candidates.get(call).into_iter().flat_map(|candidate| &candidate.announced.keys);
                let signed = keys.into_iter().find_map(|key| signed_with(covered, integrity, key));
                if let Some(signed) = signed {
                    found.entry(call).or_default().insert(Tie::Signature(signed));
                }
            }
        }
        for name in &contents.user_names {
            let token = name.split(|byte| *byte == b':').next().and_then(|token| std::str::from_utf8(token).ok());
            let calls = token.filter(|token| !token.is_empty()).and_then(|token| self.by_user_name.get(token));
            for call in calls.into_iter().flatten().take(MOST_SHARING) {
                found.entry(*call).or_default().insert(Tie::UserName);
            }
        }
        for id in stream_ids(contents) {
            for call in self.by_stream.get(&id).into_iter().flatten().take(MOST_SHARING) {
                found.entry(*call).or_default().insert(Tie::StreamId);
            }
        }
    }

    /// Returns the last of these calls to begin before a flow, or the first to begin in it.
    fn nearest(&self, capture: CaptureId, flow: &Flow, calls: &[usize]) -> Option<usize> {
        let first = flow.span().and_then(|(first, _)| first.time);
        let start = |call: &usize| self.candidates.get(*call).and_then(|candidate| candidate.start(capture));
        let before = calls.iter().filter(|call| start(call) <= first).max_by_key(|call| start(call));
        before.or_else(|| calls.iter().min_by_key(|call| start(call))).copied()
    }

    fn role(&self, call: usize, flow: &Flow, ties: &[Tie]) -> Role {
        let Some(candidate) = self.candidates.get(call) else { return Role::Peer };
        let announced = &candidate.announced;
        if let Some(relay) = announced.relay_at(flow.remote) {
            return Role::Relay(Some(relay));
        }
        let shows = |tie: &Tie| matches!(tie, Tie::Token(_) | Tie::Signature(_) | Tie::UserName);
        if !ties.iter().any(shows) {
            return Role::Peer;
        }
        // Where addresses were not captured, a token names the relay, if only one has it.
        let named = ties.iter().find_map(|tie| if let Tie::Token(id) = tie { Some(id) } else { None });
        let mut having = (0..announced.relays.len())
            .filter(|index| announced.relays.get(*index).is_some_and(|relay| relay.token_id.as_ref() == named));
        let first = having.next().filter(|first| having.all(|other| announced.is_same_relay(*first, other)));
        Role::Relay(first.filter(|_| named.is_some()))
    }

    /// Returns whether a stream of one of its flows belongs to a call: the identifier tells, or nothing does.
    pub(super) fn owns_stream(&self, call: usize, id: u32) -> Option<bool> {
        self.by_stream.get(&id).map(|calls| calls.contains(&call))
    }

    /// Returns whether a token belongs to a call; `None` if it is no call's.
    pub(super) fn owns_token(&self, call: usize, token: &[u8]) -> Option<bool> {
        self.by_token.get(token).map(|calls| calls.iter().any(|(known, _)| *known == call))
    }

    /// Ties the flows that leave from the socket of a flow that is tied already, or carry a stream of one.
    fn add_siblings(&self, capture: CaptureId, flows: &Flows, rest: &[usize], tied: &mut [Vec<TiedFlow>]) {
        let mut sockets: HashMap<SocketAddr, BTreeSet<usize>> = HashMap::new();
        let mut streams: HashMap<u32, BTreeSet<usize>> = HashMap::new();
        for (call, known) in tied.iter().enumerate() {
            for known in known.iter().filter(|known| known.capture == capture) {
                let Some(flow) = flows.flows.get(known.index) else { continue };
                sockets.entry(flow.local).or_default().insert(call);
                for id in flow.media().into_iter().flat_map(certain_stream_ids) {
                    streams.entry(id).or_default().insert(call);
                }
            }
        }
        for place in rest {
            let Some(flow) = flows.flows.get(*place) else { continue };
            let Some(contents) = &flow.contents else { continue };
            let carried = certain_stream_ids(contents).filter_map(|id| streams.get(&id)).flatten();
            let carried: BTreeSet<usize> = carried.copied().collect();
            let beside = || sockets.get(&flow.local).into_iter().flatten().copied();
            let calls: BTreeSet<usize> = if carried.is_empty() { beside().collect() } else { carried };
            let during = calls.into_iter().filter(|call| {
                self.candidates.get(*call).is_some_and(|candidate| candidate.lasts_during(capture, flow))
            });
            let during: Vec<usize> = during.collect();
            if let Some(call) = self.nearest(capture, flow, &during)
                && let Some(known) = tied.get_mut(call)
            {
                let is_ambiguous = during.len() > 1;
                let ties = vec![Tie::Socket];
                known.push(TiedFlow { capture, index: *place, role: Role::Peer, ties, is_ambiguous });
            }
        }
    }
}

/// Returns whether a flow to the address of a relay, but another port than announced, may go to the relay: other servers
/// are at the same address.
fn is_of_relays(flow: &Flow) -> bool {
    RELAY_PORTS.contains(&flow.remote.port()) || flow.kinds().any(|kind| matches!(kind, Kind::Stun | Kind::Dtls))
}

/// Returns the identifiers of all streams in a flow, also of those that only reports name.
fn stream_ids(contents: &Contents) -> impl Iterator<Item = u32> {
    let streams = contents.streams.both().into_iter().flatten().map(|stream| stream.ssrc);
    streams.chain(contents.reporters.both().into_iter().flatten().copied())
}

/// Returns the identifiers of the streams that are certainly some.
fn certain_stream_ids(contents: &Contents) -> impl Iterator<Item = u32> {
    let streams = contents.streams.both().into_iter().flatten();
    streams.filter(|stream| stream.is_certain()).map(|stream| stream.ssrc)
}
