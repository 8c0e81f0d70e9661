//! The media of a call as one capture shows it: its flows, and when media went which way.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::announce::Announced;
use super::collector::Flows;
use super::contents::{Contents, Kind};
use super::count::{Moment, Stretch};
use super::flow::Flow;
use super::stream::Stream;
use super::stun::Method;
use super::tie::{Candidate, Index, Role, Tie, TiedFlow, tie};
use super::transactions::{Outcome, Transaction};
use crate::call::{Call, Role as Part, Row};
use crate::origin::{CaptureId, Direction, PerDirection, Timestamp};

/// What goes one way, over all flows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The first packet.
    pub first: Moment,
    /// The last packet.
    pub last: Moment,
    /// How many there are.
    pub packets: u64,
    /// The length of the longest in bytes.
    pub longest: usize,
    /// When there were some, in the order of their beginning.
    pub stretches: Vec<Stretch>,
}

/// A stanza, and when it was captured by the clock of the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Index in [`Call::rows`].
    pub row: usize,
    /// When.
    pub time: Timestamp,
}

/// How much of the media a capture can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// It has no UDP at all.
    NoUdp,
    /// It has UDP, but none of the call.
    NoMedia,
    /// It has nothing that came in, or nothing that went out.
    OneDirection,
    /// The recorder truncated packets before what says what they are.
    Cut,
    /// There were too many flows to keep all.
    Partial,
    /// A client's recorder tells of its media, and some of its files are missing.
    Parts,
    /// Everything that was recorded of the call was read.
    Whole,
}

impl Coverage {
    /// Returns what limits it, in words; `None` if nothing does.
    #[must_use]
    pub const fn limit(self) -> Option<&'static str> {
        match self {
            Self::NoUdp => Some("the capture contains no UDP packets, so it cannot show media"),
            Self::NoMedia => Some("the capture contains UDP packets, but none of this call"),
            Self::OneDirection => Some("the capture contains UDP packets of one direction only"),
            Self::Cut => Some("packets were truncated by a snap length, so media may go unrecognised"),
            Self::Partial => Some("the capture contains more UDP flows than are kept, so some may be missing"),
            Self::Parts => {
                Some("some files of the client's recorder about media are missing: join all of them into one input")
            }
            Self::Whole => None,
        }
    }
}

/// The media of a call in one capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The capture.
    pub capture: CaptureId,
    /// Index in [`Call::vantages`] of the device whose media it is.
    pub vantage: usize,
    /// All UDP flows of the capture.
    pub all: Arc<Flows>,
    /// Those of the call.
    pub flows: Vec<LegFlow>,
    /// Media, out and in.
    pub media: PerDirection<Option<Seen>>,
    /// The accept that connects the recorded device, if it was.
    pub accept: Option<Mark>,
    /// The end of the call for the recorded device, if it was captured.
    pub end: Option<Mark>,
    /// How far the clock of the stanzas and that of the packets may differ, in nanoseconds, if they are two: the time from
    /// the announcement of the relays to the first packet to one of them.
    pub clock_apart: Option<i64>,
    /// How much of the media the capture can show.
    pub coverage: Coverage,
}

/// A flow of a call, with what of it belongs to the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegFlow {
    /// How it is tied to the call.
    pub tied: TiedFlow,
    /// Whether the call was elected to its relay; `None` without an election or a relay.
    pub is_elected: Option<bool>,
    /// The identifiers of its streams that belong to another call.
    foreign_streams: Vec<u32>,
    /// The allocations of another call, by index.
    foreign_allocations: Vec<usize>,
    /// The identifiers of its streams that follow from the call-id and a device.
    derived_streams: Vec<u32>,
    /// Whether a device is known from which they could follow.
    pub is_derivable: bool,
    /// Whether another call has the flow too.
    pub is_shared: bool,
    /// When the call can have media, where the flow is shared.
    window: Option<(Timestamp, Timestamp)>,
}

impl LegFlow {
    /// Returns the streams of a direction that belong to the call.
    pub fn streams<'f>(&'f self, flow: &'f Flow, direction: Direction) -> impl Iterator<Item = &'f Stream> {
        let streams = flow.media().map_or(&[][..], |contents| &contents.streams[direction]);
        streams.iter().filter(|stream| !self.foreign_streams.contains(&stream.ssrc))
    }

    /// Returns whether the identifier of a stream follows from the call-id and a device.
    #[must_use]
    pub fn is_derived(&self, stream: u32) -> bool {
        self.derived_streams.contains(&stream)
    }

    /// Returns the transactions that belong to the call.
    pub fn transactions<'f>(&'f self, flow: &'f Flow) -> impl Iterator<Item = &'f Transaction> {
        let list = flow.media().map_or(&[][..], |contents| &contents.transactions.list);
        list.iter().filter(|asked| match asked.allocation {
            Some(allocation) => !self.foreign_allocations.contains(&allocation),
            None => self
                .window
                .is_none_or(|(from, until)| asked.request.time.is_none_or(|time| (from..=until).contains(&time))),
        })
    }

    /// Returns the allocates that we sent.
    pub fn allocates<'f>(&'f self, flow: &'f Flow) -> impl Iterator<Item = &'f Transaction> {
        self.transactions(flow)
            .filter(|asked| asked.method == Method::Allocate && asked.direction == Direction::Outbound)
    }

    /// Returns what we asked of the other end, outside of DTLS too.
    pub fn asked<'f>(&'f self, flow: &'f Flow) -> impl Iterator<Item = &'f Transaction> {
        let outside = flow.contents.iter().filter(|_| flow.inside.is_some());
        let outside = outside.flat_map(|contents| &contents.transactions.list);
        self.transactions(flow).chain(outside).filter(|asked| asked.direction == Direction::Outbound)
    }

    /// Returns when it was first tried: the first request, or the first client hello.
    #[must_use]
    pub fn tried(&self, flow: &Flow) -> Option<Moment> {
        let hello = flow.contents.as_ref().and_then(|contents| contents.dtls.outbound.client_hellos.first);
        self.asked(flow).map(|asked| asked.request).chain(hello).min()
    }

    /// Returns when it was first bound: the first success, or protected data from the other end.
    #[must_use]
    pub fn bound(&self, flow: &Flow) -> Option<Moment> {
        let succeeded = self.asked(flow).filter_map(|asked| match &asked.answer {
            Some((Outcome::Success, at)) => Some(*at),
            _ => None,
        });
        let sealed = flow.contents.as_ref().filter(|_| flow.is_sealed());
        let data = sealed.and_then(|contents| contents.dtls.inbound.data.first);
        succeeded.chain(data).min()
    }

    /// Returns whether anything came back from the other end.
    #[must_use]
    pub fn is_answered(&self, flow: &Flow) -> bool {
        if self.is_shared {
            self.asked(flow).any(|asked| asked.answer.is_some())
        } else {
            flow.counts.inbound.packets > 0
        }
    }

    /// Returns how many requests went out, of whatever kind.
    #[must_use]
    pub fn requests(&self, flow: &Flow) -> u64 {
        let asked = self.asked(flow).count() as u64;
        let hellos = flow.contents.as_ref().map_or(0, |contents| contents.dtls.outbound.client_hellos.packets);
        let pings = flow.media().map_or(0, |contents| contents.transactions.pings.outbound.sent);
        asked + hellos + pings
    }
}

/// What the packets say about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// What the stanzas announce.
    pub announced: Announced,
    /// The media in each capture that has packets.
    pub legs: Vec<Leg>,
}

impl Leg {
    /// Returns a flow with its packets.
    pub fn flows(&self) -> impl Iterator<Item = (&LegFlow, &Flow)> {
        self.flows.iter().filter_map(|known| Some((known, self.all.flows.get(known.tied.index)?)))
    }

    /// Returns the flows to relays.
    pub fn relays(&self) -> impl Iterator<Item = (&LegFlow, &Flow)> {
        self.flows().filter(|(known, _)| matches!(known.tied.role, Role::Relay(_)))
    }

    /// Returns the nanoseconds from the accept to a moment; `None` where the accept is not known.
    #[must_use]
    pub fn since_accept(&self, at: Moment) -> Option<i64> {
        Some(at.time?.nanoseconds_since(self.accept?.time))
    }

    /// Returns when the capture of the call's media ends: with the call, else with the capture.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        let end = self.end.map(|end| end.time);
        if self.clock_apart.is_none() {
            return end.into_iter().chain(self.all.end.time).min();
        }
        // By another clock, the end is no later than the last packet.
        let last = self.flows().filter_map(|(_, flow)| flow.span()?.1.time).max();
        end.into_iter().chain(last).min()
    }
}

/// Returns what the packets of all captures say about each call; `None` for calls without a relay, a flow or an accept.
#[must_use]
pub fn paths(calls: &[Arc<Call>], captures: &BTreeMap<CaptureId, Arc<Flows>>) -> Vec<Option<Path>> {
    if captures.is_empty() {
        return calls.iter().map(|_| None).collect();
    }
    let candidates: Vec<Candidate<'_>> = calls.iter().map(|call| Candidate::of(call)).collect();
    let index = Index::of(&candidates);
    let tied = tie(&index, captures);
    let shared = shared(&tied);
    let path = |(call, (candidate, flows)): (usize, (&Candidate<'_>, Vec<TiedFlow>))| {
        let builder = Builder { call, candidate, index: &index, shared: &shared };
        builder.path(flows, captures)
    };
    candidates.iter().zip(tied).enumerate().map(path).collect()
}

/// Returns the flows that several calls have.
fn shared(tied: &[Vec<TiedFlow>]) -> Vec<(CaptureId, usize)> {
    let mut all: Vec<_> = tied.iter().flatten().map(|flow| (flow.capture, flow.index)).collect();
    all.sort_unstable();
    all.chunk_by(|one, other| one == other)
        .filter(|same| same.len() > 1)
        .filter_map(|same| same.first())
        .copied()
        .collect()
}

struct Builder<'a, 'c> {
    call: usize,
    candidate: &'a Candidate<'c>,
    index: &'a Index<'a, 'c>,
    shared: &'a [(CaptureId, usize)],
}

impl Builder<'_, '_> {
    fn path(&self, mut tied: Vec<TiedFlow>, captures: &BTreeMap<CaptureId, Arc<Flows>>) -> Option<Path> {
        let Candidate { call, announced, .. } = self.candidate;
        let mut legs = Vec::new();
        for (capture, flows) in captures {
            let (own, rest) = tied.into_iter().partition::<Vec<_>, _>(|flow| flow.capture == *capture);
            tied = rest;
            let is_answered = announced.row.is_some() || call.progress.accepted.is_some();
            let has_stanzas = is_answered && self.candidate.spans.contains_key(capture);
            if !own.is_empty() || has_stanzas {
                legs.push(self.leg(*capture, flows, own));
            }
        }
        (!legs.is_empty()).then(|| Path { announced: announced.clone(), legs })
    }

    fn leg(&self, capture: CaptureId, all: &Arc<Flows>, tied: Vec<TiedFlow>) -> Leg {
        let call = self.candidate.call;
        let elected = self.candidate.announced.elected();
        let flows: Vec<LegFlow> = tied.into_iter().filter_map(|tied| self.leg_flow(tied, all, &elected)).collect();
        let vantage = self.vantage(capture, &flows, all);
        let time = |row: usize| time_in(call, row, capture);
        let mark = |row: usize| Some(Mark { row, time: time(row)? });
        let accept = accepted(call, vantage).and_then(mark);
        let end = call.progress.ended.and_then(mark);
        let (outbound, inbound) = (seen(&flows, all, Direction::Outbound), seen(&flows, all, Direction::Inbound));
        let mut leg = Leg {
            capture,
            vantage,
            all: Arc::clone(all),
            flows,
            media: PerDirection { outbound, inbound },
            accept,
            end,
            clock_apart: None,
            coverage: Coverage::Whole,
        };
        leg.coverage = coverage(&leg);
        if !self.candidate.spans.contains_key(&capture) {
            let announced = self.candidate.announced.row.and_then(time);
            let tried = leg.flows().filter_map(|(known, flow)| known.tried(flow)?.time).min();
            let apart = tried.zip(announced).map(|(tried, announced)| tried.nanoseconds_since(announced));
            // Before it was announced, a relay cannot be tried: then the clocks certainly differ.
            leg.clock_apart = Some(apart.filter(|apart| *apart >= 0).unwrap_or(i64::MAX));
        }
        leg
    }

    fn leg_flow(&self, tied: TiedFlow, all: &Flows, elected: &[usize]) -> Option<LegFlow> {
        let flow = all.flows.get(tied.index)?;
        let is_shared = self.shared.binary_search(&(tied.capture, tied.index)).is_ok();
        let window = self.candidate.window(tied.capture).filter(|_| is_shared);
        let is_outside = |at: Option<Moment>| {
            let time = at.and_then(|at| at.time);
            window.is_some_and(|(from, until)| time.is_some_and(|time| !(from..=until).contains(&time)))
        };
        let (mut foreign_streams, mut foreign_allocations) = (Vec::new(), Vec::new());
        let (mut derived_streams, is_derivable) = (Vec::new(), !self.candidate.streams.is_empty());
        for contents in [flow.contents.as_deref(), flow.inside.as_deref()].into_iter().flatten() {
            let streams = contents.streams.both().into_iter().flatten();
            let foreign = streams.filter(|stream| {
                let owned = self.index.owns_stream(self.call, stream.ssrc);
                owned.map_or_else(|| is_outside(stream.count.first), |is_owned| !is_owned)
            });
            foreign_streams.extend(foreign.map(|stream| stream.ssrc));
            let streams = contents.streams.both().into_iter().flatten().map(|stream| stream.ssrc);
            derived_streams.extend(streams.filter(|id| self.candidate.streams.contains_key(id)));
        }
        for (place, allocation) in flow.media().into_iter().flat_map(|it: &Contents| it.allocations.iter().enumerate())
        {
            let owned = self.index.owns_token(self.call, &allocation.token);
            if owned.map_or_else(|| is_outside(Some(allocation.at)), |is_owned| !is_owned) {
                foreign_allocations.push(place);
            }
        }
        let relay = if let Role::Relay(Some(relay)) = tied.role { Some(relay) } else { None };
        let is_elected = relay.filter(|_| !elected.is_empty()).map(|relay| elected.contains(&relay));
        Some(LegFlow {
            tied,
            is_elected,
            foreign_streams,
            foreign_allocations,
            derived_streams,
            is_derivable,
            is_shared,
            window,
        })
    }

    /// Returns the vantage whose media a capture has: the one with stanzas there, else the one whose streams go out.
    fn vantage(&self, capture: CaptureId, flows: &[LegFlow], all: &Flows) -> usize {
        let call = self.candidate.call;
        let is_here = |row: &&Row| row.observations().any(|observed| observed.capture() == capture);
        if let Some(row) = call.rows.iter().find(is_here) {
            return row.vantage;
        }
        let sent = flows.iter().filter_map(|known| Some((known, all.flows.get(known.tied.index)?)));
        let sent = sent.flat_map(|(known, flow)| known.streams(flow, Direction::Outbound).map(|stream| stream.ssrc));
        let devices = sent.filter_map(|id| self.candidate.streams.get(&id)).map(|(device, _)| device);
        let of = |device: &crate::protocol::binary::Jid| {
            call.vantages
                .iter()
                .position(|vantage| vantage.device.jid().is_some_and(|known| call.people.same_device(known, device)))
        };
        devices.filter_map(of).next().unwrap_or_default()
    }
}

/// Returns when a row was captured by the clock of a capture: there, or anywhere if it was not.
fn time_in(call: &Call, row: usize, capture: CaptureId) -> Option<Timestamp> {
    let original = call.rows.get(row)?.copy_of.get();
    let is_it =
        |(index, other): &(usize, &Row)| *index == row || other.copy_of.get() == Some(row) || original == Some(*index);
    let same = call.rows.iter().enumerate().filter(is_it).map(|(_, row)| row);
    let here = same.flat_map(|row| row.observations()).find(|observed| observed.capture() == capture);
    let anywhere = || call.rows.get(row).map(|row| &row.observed);
    here.or_else(anywhere).and_then(|observed| observed.time())
}

/// Returns the accept that connected a vantage's device: its own, or as the caller's the one that was not refused.
fn accepted(call: &Call, vantage: usize) -> Option<usize> {
    let row = call.rows.get(call.progress.accepted?)?;
    let is_connected = match call.vantages.get(vantage).map(|vantage| vantage.role) {
        Some(Part::Caller) => true,
        Some(Part::CalleeOther) => false,
        _ => row.vantage == vantage && row.observed.direction() == Some(Direction::Outbound),
    };
    call.progress.accepted.filter(|_| is_connected)
}
/// Returns what went one way over all flows.
fn seen(flows: &[LegFlow], all: &Flows, direction: Direction) -> Option<Seen> {
    let flows = flows.iter().filter_map(|known| Some((known, all.flows.get(known.tied.index)?)));
    let streams: Vec<&Stream> = flows
        .flat_map(|(known, flow)| {
            let is_tied = known.tied.ties.iter().any(Tie::is_strong);
            known.streams(flow, direction).filter(move |stream| is_tied || stream.is_certain())
        })
        .collect();
    let mut stretches: Vec<Stretch> = streams.iter().flat_map(|stream| stream.stretches.all()).copied().collect();
    stretches.sort_unstable_by_key(|stretch| stretch.first);
    Some(Seen {
        first: stretches.iter().map(|stretch| stretch.first).min()?,
        last: stretches.iter().map(|stretch| stretch.last).max()?,
        packets: streams.iter().map(|stream| stream.count.packets).sum(),
        longest: streams.iter().map(|stream| stream.longest).max().unwrap_or_default(),
        stretches,
    })
}

fn coverage(leg: &Leg) -> Coverage {
    // Answers without requests: what went out was not recorded.
    let is_half = |flow: &Flow| flow.counts.outbound.packets == 0 && flow.counts.inbound.packets > 0;
    let (mut out, mut back) = (0, leg.all.flows.iter().map(|flow| flow.unreachable.packets).sum::<u64>());
    for flow in &leg.all.flows {
        out += flow.counts.outbound.packets;
        back += flow.counts.inbound.packets;
    }
    if let Some(recorded) = leg.all.recorded.filter(|_| !leg.flows.is_empty()) {
        return if recorded.is_whole() { Coverage::Whole } else { Coverage::Parts };
    }
    if leg.all.seen == 0 {
        Coverage::NoUdp
    } else if leg.flows.is_empty() {
        Coverage::NoMedia
    } else if out == 0 || back == 0 || leg.relays().any(|(_, flow)| is_half(flow)) {
        Coverage::OneDirection
    } else if leg.flows().any(|(_, flow)| flow.cut > 0) {
        Coverage::Cut
    } else if leg.all.is_partial {
        Coverage::Partial
    } else {
        Coverage::Whole
    }
}

/// Returns the kinds of a flow, inside DTLS those of its messages too.
pub fn kinds_of(flow: &Flow) -> impl Iterator<Item = Kind> {
    let inside = flow.inside.iter().flat_map(|contents| contents.kinds());
    let mut kinds: Vec<Kind> = flow.kinds().chain(inside).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.into_iter()
}
