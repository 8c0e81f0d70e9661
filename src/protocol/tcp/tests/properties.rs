//! Random conversations, recorded badly.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Both directions' chunks of one connection, put together again; `None` stands for a missing byte.
#[derive(Default)]
struct Rebuilt {
    streams: HashMap<(ConnectionId, Direction), Vec<Option<u8>>>,
    ends: HashMap<(ConnectionId, Direction), End>,
    newest: HashMap<(ConnectionId, Direction), u64>,
    anomalies: Vec<Anomaly>,
}

impl Sink<Chunk<'_>> for Rebuilt {
    fn item(&mut self, item: Located<Chunk<'_>>) {
        let origin = item.origin;
        let key = (origin.connection.unwrap(), origin.direction.unwrap());
        assert!(!self.ends.contains_key(&key), "a chunk after the end");
        assert!(origin.first <= origin.last);
        let newest = self.newest.entry(key).or_default();
        assert!(*newest <= origin.last, "records go back");
        *newest = origin.last;

        let stream = self.streams.entry(key).or_default();
        match item.item {
            Chunk::Data(bytes) => {
                assert!(!bytes.is_empty());
                assert_eq!(origin.offset, stream.len() as u64);
                stream.extend(bytes.iter().copied().map(Some));
            }
            Chunk::Gap(size) => {
                assert!(size > 0);
                assert_eq!(origin.offset, stream.len() as u64);
                stream.resize(stream.len() + usize::try_from(size).unwrap(), None);
            }
            Chunk::End(end) => {
                self.ends.insert(key, end);
            }
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.anomalies.push(anomaly);
    }
}

impl Rebuilt {
    fn stream(&self, direction: Direction) -> &[Option<u8>] {
        self.streams.get(&(ConnectionId(0), direction)).map_or(&[], Vec::as_slice)
    }

    fn ids(&self) -> Vec<&str> {
        self.anomalies.iter().map(|anomaly| anomaly.diagnosis.id).collect()
    }
}

/// How one segment is sent and recorded.
#[derive(Clone, Copy, Debug)]
struct Step {
    from_client: bool,
    length: usize,
    /// How many bytes sent before are sent once more in front of it.
    overlap: usize,
    /// How many records too late it is stored.
    late: usize,
    /// How many records later a second copy is stored, if any.
    again: Option<usize>,
    /// Whether the first copy is not recorded.
    dropped: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let overlap = prop_oneof![3 => Just(0_usize), 1 => 0_usize..60];
    let again = prop_oneof![4 => Just(None), 1 => (1_usize..12).prop_map(Some)];
    (any::<bool>(), 2_usize..80, overlap, 0_usize..10, again, prop::bool::weighted(0.2)).prop_map(
        |(from_client, length, overlap, late, again, dropped)| Step {
            from_client,
            length,
            overlap,
            late,
            again,
            dropped,
        },
    )
}

/// Initial sequence numbers, often such that the numbers wrap soon.
fn initial() -> impl Strategy<Value = u32> {
    prop_oneof![any::<u32>(), (0_u32..3000).prop_map(|before| u32::MAX - before)]
}

/// A segment that was sent, by its place in its stream.
#[derive(Clone, Copy, Debug)]
struct Recorded {
    from_client: bool,
    start: usize,
    end: usize,
    acknowledged: usize,
    fin: bool,
    /// The ordinal among the segments sent.
    order: usize,
}

/// The segments of a conversation in the order in which they are stored, and how long its streams are.
fn record(steps: &[Step], with_drops: bool) -> (Vec<Recorded>, [usize; 2]) {
    let mut lengths = [0, 0];
    let mut stored = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let (own, other) = if step.from_client { (0, 1) } else { (1, 0) };
        let recorded = Recorded {
            from_client: step.from_client,
            start: lengths[own] - step.overlap.min(lengths[own]),
            end: lengths[own] + step.length,
            acknowledged: lengths[other],
            fin: false,
            order: index,
        };
        lengths[own] += step.length;
        if !(with_drops && step.dropped) {
            stored.push((index + step.late, recorded));
        }
        if let Some(again) = step.again {
            stored.push((index + step.late + again, recorded));
        }
    }
    stored.sort_by_key(|(position, _)| *position);
    let fin = |from_client: bool, own: usize, acknowledged| Recorded {
        from_client,
        start: own,
        end: own,
        acknowledged,
        fin: true,
        order: usize::MAX,
    };
    let fins = [fin(true, lengths[0], lengths[1]), fin(false, lengths[1], lengths[0])];
    (stored.into_iter().map(|(_, recorded)| recorded).chain(fins).collect(), lengths)
}

/// Bytes of a stream that differ from their neighbours and from the other stream's.
fn bytes(length: usize, salt: usize) -> Vec<u8> {
    (0..length).map(|index| ((index * 31 + salt) ^ (index >> 8)).to_le_bytes()[0]).collect()
}

/// Reads a conversation, with the two SYNs, if any, stored after so many other segments.
fn play(recorded: &[Recorded], streams: [&[u8]; 2], initials: [u32; 2], syns: Option<[usize; 2]>) -> Rebuilt {
    let sequence = |own: usize, at: usize| initials[own].wrapping_add(1).wrapping_add(u32::try_from(at).unwrap());
    let mut segments = Vec::new();
    for recorded in recorded {
        let (own, other) = if recorded.from_client { (0, 1) } else { (1, 0) };
        let place = sequence(own, recorded.start);
        let sent = if recorded.from_client { client(place) } else { server(place) };
        let sent = sent.ack(sequence(other, recorded.acknowledged)).data(&streams[own][recorded.start..recorded.end]);
        segments.push(if recorded.fin { sent.fin() } else { sent });
    }
    if let Some([late, answer_late]) = syns {
        segments.insert(answer_late.min(segments.len()), server(initials[1]).syn().ack(sequence(0, 0)));
        segments.insert(late.min(segments.len()), client(initials[0]).syn());
    }
    let mut rebuilt = Rebuilt::default();
    let mut reassembler = Reassembler::new();
    for (index, Sent(segment)) in segments.into_iter().enumerate() {
        let record = index as u64 + 1;
        let time = Timestamp(i64::try_from(record).unwrap() * 1_000_000);
        let origin = Origin::of_record(CaptureId(0), record, 0, Some(time));
        reassembler.push(Located::new(origin, segment), &mut rebuilt);
    }
    reassembler.finish(&mut rebuilt);
    assert_eq!(reassembler.buffered(), 0);
    rebuilt
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Nothing is lost, doubled or reported by reordering, repetition and overlap.
    #[test]
    fn a_complete_recording_gives_the_streams(steps in vec(step(), 0..200), one in initial(), two in initial()) {
        let (recorded, lengths) = record(&steps, false);
        let streams = [bytes(lengths[0], 1), bytes(lengths[1], 2)];
        let rebuilt = play(&recorded, [&streams[0], &streams[1]], [one, two], Some([0, 0]));
        prop_assert_eq!(rebuilt.ids(), [""; 0]);
        for (stream, direction) in streams.iter().zip([Direction::Outbound, Direction::Inbound]) {
            let expected: Vec<_> = stream.iter().copied().map(Some).collect();
            prop_assert_eq!(rebuilt.stream(direction), expected);
            prop_assert_eq!(rebuilt.ends[&(ConnectionId(0), direction)], End::Closed);
        }
    }

    /// Nothing is lost when even the SYNs are stored too late.
    #[test]
    fn a_late_handshake_does_no_harm(
        steps in vec(step(), 0..100),
        one in initial(),
        two in initial(),
        syns in [0_usize..15, 0_usize..15],
    ) {
        let (recorded, lengths) = record(&steps, false);
        let streams = [bytes(lengths[0], 1), bytes(lengths[1], 2)];
        let rebuilt = play(&recorded, [&streams[0], &streams[1]], [one, two], Some(syns));
        prop_assert!(rebuilt.ids().iter().all(|id| *id == "tcp/began-before-capture"), "{:?}", rebuilt.ids());
        for (stream, direction) in streams.iter().zip([Direction::Outbound, Direction::Inbound]) {
            let expected: Vec<_> = stream.iter().copied().map(Some).collect();
            prop_assert_eq!(rebuilt.stream(direction), expected);
        }
    }

    /// Every byte that was recorded comes out in its place, and every other one is counted in a gap.
    #[test]
    fn a_recording_with_losses_gives_the_rest(steps in vec(step(), 0..200), one in initial(), two in initial()) {
        let (recorded, lengths) = record(&steps, true);
        let streams = [bytes(lengths[0], 1), bytes(lengths[1], 2)];
        let rebuilt = play(&recorded, [&streams[0], &streams[1]], [one, two], Some([0, 0]));
        let mut missing = 0;
        for (own, direction) in [Direction::Outbound, Direction::Inbound].into_iter().enumerate() {
            let mut expected = vec![None; lengths[own]];
            for recorded in recorded.iter().filter(|recorded| recorded.from_client == (own == 0)) {
                for at in recorded.start..recorded.end {
                    expected[at] = Some(streams[own][at]);
                }
            }
            missing += expected.iter().filter(|byte| byte.is_none()).count() as u64;
            prop_assert_eq!(rebuilt.stream(direction), expected);
        }
        prop_assert!(rebuilt.anomalies.iter().all(|anomaly| anomaly.diagnosis.id == "tcp/gap"));
        prop_assert_eq!(rebuilt.anomalies.iter().map(|anomaly| anomaly.bytes).sum::<u64>(), missing);
    }

    /// A recording that begins in the middle gives the rest of each stream without a hole.
    #[test]
    fn a_recording_from_the_middle_gives_the_rest(steps in vec(step(), 40..120), one in initial(), two in initial()) {
        let (recorded, lengths) = record(&steps, false);
        let streams = [bytes(lengths[0], 1), bytes(lengths[1], 2)];
        let recorded: Vec<_> = recorded.into_iter().filter(|recorded| recorded.order >= 20).collect();
        let rebuilt = play(&recorded, [&streams[0], &streams[1]], [one, two], None);
        let notes = ["tcp/began-before-capture", "tcp/before-first-byte"];
        prop_assert!(rebuilt.ids().iter().all(|id| notes.contains(id)), "{:?}", rebuilt.ids());
        for (stream, direction) in streams.iter().zip([Direction::Outbound, Direction::Inbound]) {
            let stream: Vec<_> = stream.iter().copied().map(Some).collect();
            let is_later = |step: &&Step| step.from_client == (direction == Direction::Outbound);
            let later: usize = steps[40..].iter().filter(is_later).map(|step| step.length).sum();
            prop_assert!(rebuilt.stream(direction).len() >= later);
            prop_assert!(stream.ends_with(rebuilt.stream(direction)));
        }
    }

    /// Whatever is recorded: no panic, bounded memory, contiguous offsets, one end for each direction.
    #[test]
    fn anything_can_be_recorded(noise in vec(noise(), 0..300)) {
        let limits = Limits { direction: 2000, capture: 3000 };
        let mut reassembler = Reassembler::with_limits(limits);
        let mut rebuilt = Contiguous::default();
        let payload = bytes(400, 3);
        for (index, noise) in noise.iter().enumerate() {
            let origin = Origin::of_record(CaptureId(0), index as u64 + 1, 0, noise.time.map(Timestamp));
            let segment = noise.segment(&payload);
            let id = reassembler.push(Located::new(origin, segment), &mut rebuilt);
            prop_assert!(reassembler.buffered() <= limits.capture);
            if noise.ignored {
                reassembler.ignore(id);
                rebuilt.ignored.push(id);
            }
        }
        reassembler.finish(&mut rebuilt);
        prop_assert_eq!(reassembler.buffered(), 0);
        for (id, _) in reassembler.connections().filter(|(id, _)| !rebuilt.ignored.contains(id)) {
            for direction in [Direction::Outbound, Direction::Inbound] {
                prop_assert!(rebuilt.lanes.get(&(id, direction)).is_some_and(|lane| lane.2), "no end");
            }
        }
        prop_assert_eq!(
            reassembler.connections().map(|(_, connection)| connection.packets()).sum::<u64>(),
            noise.len() as u64
        );
    }
}

/// A segment of no sense.
#[derive(Clone, Debug)]
struct Noise {
    port: u16,
    from_client: bool,
    sequence: u32,
    acknowledgment: Option<u32>,
    flags: u8,
    length: usize,
    cut: u32,
    time: Option<i64>,
    ignored: bool,
}

fn noise() -> impl Strategy<Value = Noise> {
    let near =
        || prop_oneof![8 => 0_u32..2000, 1 => (0_u32..2000).prop_map(|before| u32::MAX - before), 1 => any::<u32>()];
    let cut = prop_oneof![6 => Just(0_u32), 1 => 0_u32..500, 1 => any::<u32>()];
    (
        (50_000_u16..50_003, any::<bool>(), near(), prop::option::of(near())),
        (any::<u8>(), 0_usize..400, cut, prop::option::of(any::<i64>()), prop::bool::weighted(0.01)),
    )
        .prop_map(|((port, from_client, sequence, acknowledgment), (flags, length, cut, time, ignored))| Noise {
            port,
            from_client,
            sequence,
            acknowledgment,
            flags,
            length,
            cut,
            time,
            ignored,
        })
}

impl Noise {
    fn segment<'a>(&self, payload: &'a [u8]) -> Segment<'a> {
        let sent = if self.from_client { client(self.sequence) } else { server(self.sequence) }.port(self.port);
        Segment {
            acknowledgment: self.acknowledgment,
            syn: self.flags.is_multiple_of(32),
            fin: self.flags.is_multiple_of(27),
            rst: self.flags.is_multiple_of(29),
            payload: &payload[..self.length],
            cut: self.cut,
            ..sent.0
        }
    }
}

/// Checks that each direction's chunks follow each other.
#[derive(Default)]
struct Contiguous {
    /// Of each direction the next offset, the newest record, and whether it has ended.
    lanes: HashMap<(ConnectionId, Direction), (u64, u64, bool)>,
    ignored: Vec<ConnectionId>,
}

impl Sink<Chunk<'_>> for Contiguous {
    fn item(&mut self, item: Located<Chunk<'_>>) {
        let origin = item.origin;
        let id = origin.connection.unwrap();
        assert!(!self.ignored.contains(&id));
        let (offset, newest, ended) = self.lanes.entry((id, origin.direction.unwrap())).or_default();
        assert!(!*ended, "a chunk after the end");
        assert_eq!(*offset, origin.offset);
        assert!(*newest <= origin.last && origin.first <= origin.last);
        *newest = origin.last;
        match item.item {
            Chunk::Data(bytes) => *offset += bytes.len() as u64,
            Chunk::Gap(size) => *offset += size,
            Chunk::End(_) => *ended = true,
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        assert!(!self.ignored.contains(&anomaly.origin.connection.unwrap()));
    }
}
