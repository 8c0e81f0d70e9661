//! The `media` table: the UDP flows of calls, and what each carries.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::column::{Cell, Column, Kind, column};
use crate::analysis::Analysis;
use crate::media::{Contents, Count, Flow, Kind as Carried, Leg, LegFlow, Role, Stream, TcpFlow};
use crate::origin::{CaptureId, Direction, PerDirection, Timestamp};
use crate::spec::Judged;

/// A flow, or one kind of what it carries.
pub(super) struct MediaRow<'t> {
    analysis: &'t Analysis,
    capture: CaptureId,
    call: Option<&'t Judged>,
    flow: Option<u64>,
    /// Whether a client's recorder tells of it, which does not have the length of every packet.
    is_noted: bool,
    kind: &'static str,
    role: &'static str,
    is_elected: Option<bool>,
    local: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    counts: PerDirection<Option<Count>>,
    stream: Option<(u32, Option<u8>)>,
    lost: Option<u64>,
    round_trip: Option<i64>,
}

/// The rows: the flows of each call, calls by their first stanza; with `all`, then those of no call.
pub(super) fn rows(analysis: &Analysis, all: bool) -> impl Iterator<Item = MediaRow<'_>> {
    let of_calls = analysis.calls.iter().flat_map(move |judged| {
        let legs = judged.media().into_iter().flat_map(|media| &media.path.legs);
        legs.flat_map(move |leg| of_leg(analysis, judged, leg))
    });
    let legs = analysis.calls.iter().filter_map(|judged| judged.media()).flat_map(|media| &media.path.legs);
    let tied = legs.flat_map(|leg| leg.flows.iter().map(|known| (leg.capture, known.tied.index)));
    let tied: BTreeSet<(CaptureId, usize)> = tied.filter(|_| all).collect();
    let flows =
        analysis.flows.iter().filter(move |_| all).flat_map(|(capture, flows)| {
            flows.flows.iter().enumerate().map(move |(index, flow)| (*capture, index, flow))
        });
    let others = flows.filter(move |(capture, index, _)| !tied.contains(&(*capture, *index)));
    let others =
        others.flat_map(move |(capture, _, flow)| of_flow(&Place { analysis, capture, call: None }, flow, None));
    of_calls.chain(others)
}

/// What the rows of a flow have in common.
struct Place<'t> {
    analysis: &'t Analysis,
    capture: CaptureId,
    call: Option<&'t Judged>,
}

fn of_leg<'t>(analysis: &'t Analysis, judged: &'t Judged, leg: &'t Leg) -> Vec<MediaRow<'t>> {
    let place = Place { analysis, capture: leg.capture, call: Some(judged) };
    let flows = leg.flows().flat_map(|(known, flow)| of_flow(&place, flow, Some(known)));
    let relays = judged.media().into_iter().flat_map(|media| &media.path.announced.relays);
    let relays: Vec<_> = relays.filter_map(|relay| relay.address).map(|address| address.ip()).collect();
    // What the signalling goes over may be at the same address, as on a test machine.
    let signalling = analysis.capture(leg.capture).map_or(&[][..], |capture| &capture.connections);
    let is_signalling = |tcp: &TcpFlow| signalling.iter().any(|known| known.server == tcp.server.to_string());
    let tcp = leg.all.tcp.iter().filter(|tcp| relays.contains(&tcp.server.ip()) && !is_signalling(tcp));
    flows.chain(tcp.map(|tcp| of_tcp(&place, tcp))).collect()
}

fn of_tcp<'t>(place: &Place<'t>, tcp: &TcpFlow) -> MediaRow<'t> {
    let counts = PerDirection { outbound: Some(tcp.counts.outbound), inbound: Some(tcp.counts.inbound) };
    row(place, "tcp", "relay", None, [Some(tcp.client), Some(tcp.server)], counts)
}

fn row<'t>(
    place: &Place<'t>,
    kind: &'static str,
    role: &'static str,
    known: Option<&LegFlow>,
    [local, remote]: [Option<SocketAddr>; 2],
    counts: PerDirection<Option<Count>>,
) -> MediaRow<'t> {
    MediaRow {
        analysis: place.analysis,
        capture: place.capture,
        call: place.call,
        flow: None,
        is_noted: false,
        kind,
        role,
        is_elected: known.and_then(|known| known.is_elected),
        local,
        remote,
        counts,
        stream: None,
        lost: None,
        round_trip: None,
    }
}

/// The row of a flow, then those of its kinds; inside DTLS, of its messages.
fn of_flow<'t>(place: &Place<'t>, flow: &Flow, known: Option<&LegFlow>) -> Vec<MediaRow<'t>> {
    let role = match known.map(|known| known.tied.role) {
        Some(Role::Relay(_)) => "relay",
        Some(Role::Peer) => "peer",
        None => "unknown",
    };
    let round_trip = |contents: Option<&Contents>| contents.and_then(|contents| contents.transactions.round_trip());
    let new = |kind, counts| MediaRow {
        flow: Some(flow.number),
        is_noted: flow.is_noted,
        ..row(place, kind, role, known, flow.ends(), counts)
    };
    let both = |counts: [Count; 2]| {
        let [outbound, inbound] = counts.map(Some);
        PerDirection { outbound, inbound }
    };
    let whole = new("flow", both([flow.counts.outbound, flow.counts.inbound]));
    let trip = round_trip(flow.inside.as_deref()).or_else(|| round_trip(flow.contents.as_deref()));
    let mut rows = vec![MediaRow { round_trip: trip, ..whole }];
    for kind in Carried::ALL {
        let outer = [Direction::Outbound, Direction::Inbound].map(|way| match kind {
            Carried::Other if known.is_none() => flow.count(kind, way).and(look_alikes(flow, way)),
            _ => flow.count(kind, way),
        });
        let inner = flow
            .inside
            .as_ref()
            .map(|inside| [Direction::Outbound, Direction::Inbound].map(|way| inside.count(kind, way)));
        let contents = [(outer, flow.contents.as_deref()), (inner.unwrap_or_default(), flow.inside.as_deref())];
        for (counts, contents) in contents {
            if counts.iter().all(|count| count.packets == 0) {
                continue;
            }
            match kind {
                Carried::Rtp => {
                    let streams = contents.into_iter().flat_map(|contents| of_streams(contents, known, flow));
                    rows.extend(streams.map(|(way, stream, payload_type, count, is_main)| {
                        let counts = match way {
                            Direction::Outbound => PerDirection { outbound: Some(count), inbound: None },
                            Direction::Inbound => PerDirection { outbound: None, inbound: Some(count) },
                        };
                        let stream_of = Some((stream.ssrc, payload_type));
                        MediaRow { stream: stream_of, lost: is_main.then(|| stream.lost()), ..new("rtp", counts) }
                    }));
                }
                Carried::Stun => rows.push(MediaRow { round_trip: round_trip(contents), ..new("stun", both(counts)) }),
                Carried::Rtcp | Carried::Dtls | Carried::Other => rows.push(new(kind.name(), both(counts))),
            }
        }
    }
    rows
}

/// What looks like RTP in a flow of no call and is none: no other packets of its stream follow.
fn look_alikes(flow: &Flow, way: Direction) -> Count {
    let streams = flow.contents.iter().flat_map(|contents| &contents.streams[way]);
    let streams = streams.filter(|stream| !stream.is_certain());
    streams.fold(Count::default(), |sum, stream| sum.and(stream.count))
}

/// The streams that belong to the call, by payload type; what is lost is known for a stream as a whole, and said of its
/// most frequent payload type.
fn of_streams<'f>(
    contents: &'f Contents,
    known: Option<&'f LegFlow>,
    flow: &'f Flow,
) -> impl Iterator<Item = (Direction, &'f Stream, Option<u8>, Count, bool)> {
    [Direction::Outbound, Direction::Inbound].into_iter().flat_map(move |way| {
        let is_ours = move |stream: &&Stream| {
            known.map_or_else(
                || stream.is_certain(),
                |known| known.streams(flow, way).any(|own| own.ssrc == stream.ssrc),
            )
        };
        contents.streams[way].iter().filter(is_ours).flat_map(move |stream| {
            let most = stream.by_type.iter().max_by_key(|(_, count)| count.packets).map(|(kind, _)| *kind);
            let of_type =
                stream.by_type.iter().map(move |(kind, count)| (way, stream, Some(*kind), *count, Some(*kind) == most));
            // Where no payload type was recorded, the stream as a whole.
            let whole = stream.by_type.is_empty().then_some((way, stream, None, stream.count, true));
            of_type.chain(whole)
        })
    })
}

impl MediaRow<'_> {
    /// The datagrams of both directions.
    fn both(&self) -> Count {
        let [out, inbound] = self.counts.both().map(|count| count.unwrap_or_default());
        out.and(inbound)
    }

    fn packets(&self, way: Direction) -> Cell<'_> {
        self.counts[way].map_or(Cell::Null, |count| Cell::integer(count.packets))
    }

    fn bytes(&self, way: Direction) -> Cell<'_> {
        let is_known = |count: &Count| !self.is_noted || count.packets == 0 || count.bytes > 0;
        self.counts[way].filter(is_known).map_or(Cell::Null, |count| Cell::integer(count.bytes))
    }

    fn time(&self, time: Option<Timestamp>) -> Cell<'_> {
        let is_relative = self.analysis.capture(self.capture).is_some_and(|capture| capture.times_are_relative);
        Cell::time(time.filter(|_| !is_relative))
    }
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<MediaRow<'t>>> {
    vec![
        column!("capture", always Text, "The capture, as given.", |row| Cell::text(row.analysis.input_name(row.capture))),
        column!("call_id", Text, "The call-id; empty for flows of no call, which `--all` adds.", |row| {
            Cell::text(row.call.map(|judged| &*judged.call.id))
        }),
        column!(
            "flow",
            Integer,
            "The number of the flow among all UDP flows of the capture, from 1 (Wireshark's udp.stream plus 1); empty for TCP.",
            |row| row.flow.map_or(Cell::Null, Cell::integer)
        ),
        column!(
            "kind",
            always Text,
            "`flow` for all datagrams of a flow, then one row for each kind in it: `stun`, `rtp` (one row per direction, SSRC and payload type), `rtcp`, `dtls`, `other`; `tcp` for a TCP connection to an announced address. Inside DTLS whose keys are known, messages are counted.",
            |row| Cell::Text(row.kind.into())
        ),
        column!("role", always Text, "What the other end is: `relay`, `peer` or `unknown`.", |row| Cell::Text(row.role.into())),
        column!("elected", Boolean, "Whether the call was elected to this relay; empty without an election.", |row| {
            row.is_elected.map_or(Cell::Null, Cell::Boolean)
        }),
        column!(
            "local",
            Text,
            "Address and port on the recorded machine; empty where a client's recorder tells of the flow, which does not name it.",
            |row| Cell::text(row.local.map(|end| end.to_string()))
        ),
        column!("remote", Text, "Address and port of the other end, if it is known.", |row| Cell::text(
            row.remote.map(|end| end.to_string())
        )),
        column!("packets_out", Integer, "The number of datagrams sent.", |row| row.packets(Direction::Outbound)),
        column!("packets_in", Integer, "The number of datagrams received.", |row| row.packets(Direction::Inbound)),
        column!("bytes_out", Integer, "The bytes of UDP payload sent.", |row| row.bytes(Direction::Outbound)),
        column!("bytes_in", Integer, "The bytes of UDP payload received.", |row| row.bytes(Direction::Inbound)),
        column!("first_utc", Time, "When the first of these was captured.", |row| {
            row.time(row.both().first.and_then(|at| at.time))
        }),
        column!("last_utc", Time, "When the last of these was captured.", |row| {
            row.time(row.both().last.and_then(|at| at.time))
        }),
        column!("record_first", Integer, "The record of the first (Wireshark's frame number).", |row| {
            row.both().first.map_or(Cell::Null, |at| Cell::integer(at.record))
        }),
        column!("record_last", Integer, "The record of the last.", |row| {
            row.both().last.map_or(Cell::Null, |at| Cell::integer(at.record))
        }),
        column!("ssrc", Text, "The RTP stream, as in `0x3e135913`.", |row| {
            Cell::text(row.stream.map(|(ssrc, _)| format!("{ssrc:#010x}")))
        }),
        column!("payload_type", Integer, "The RTP payload type.", |row| {
            row.stream.and_then(|(_, kind)| kind).map_or(Cell::Null, Cell::integer)
        }),
        column!(
            "lost",
            Integer,
            "How many packets of the RTP stream are missing, by their sequence numbers; with several payload types, in the row of the most frequent one.",
            |row| row.lost.map_or(Cell::Null, Cell::integer)
        ),
        column!("rtt_ms", Number, "The median time in milliseconds from a STUN request to its answer.", |row| {
            Cell::milliseconds(row.round_trip)
        }),
    ]
}
