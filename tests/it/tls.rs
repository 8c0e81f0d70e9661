//! TLS: connections of real programs, decrypted from their bytes and their key log alone.

mod openssl;
mod peers;
pub(crate) mod program;

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use ringtrace::anomaly::{Anomaly, Severity};
use ringtrace::keys::Keys;
use ringtrace::origin::{CaptureId, Direction, Located, Origin};
use ringtrace::protocol::Sink;
use ringtrace::protocol::tcp::{Chunk, End};
use ringtrace::protocol::tls::{DIAGNOSES, Decoder, State};
use rustls::crypto::ring::kx_group;

use peers::{Pair, Tape, Taste};

/// What came out of one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Half {
    /// Plaintext, where it was given; nothing where it is lost.
    bytes: Vec<Option<u8>>,
    ended: bool,
}

/// What came out.
#[derive(Debug, Default)]
struct Read {
    halves: [Half; 2],
    anomalies: Vec<Anomaly>,
    /// Records of the capture that data were said to come from, the first and the last of each.
    places: Vec<(u64, u64)>,
    state: Option<State>,
    alpn: Option<String>,
    server_name: Option<String>,
}

const fn side(direction: Direction) -> usize {
    match direction {
        Direction::Outbound => 0,
        Direction::Inbound => 1,
    }
}

impl Sink<Chunk<'_>> for Read {
    fn item(&mut self, chunk: Located<Chunk<'_>>) {
        let half = &mut self.halves[side(chunk.origin.direction.unwrap())];
        assert!(!half.ended, "nothing follows the end");
        assert_eq!(chunk.origin.offset, half.bytes.len() as u64, "the offset counts plaintext");
        match chunk.item {
            Chunk::Data(data) => {
                assert!(!data.is_empty());
                half.bytes.extend(data.iter().map(|byte| Some(*byte)));
                self.places.push((chunk.origin.first, chunk.origin.last));
            }
            Chunk::Gap(bytes) => {
                assert!(bytes > 0);
                half.bytes.resize(half.bytes.len() + usize::try_from(bytes).unwrap(), None);
            }
            Chunk::End(_) => half.ended = true,
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        assert!(DIAGNOSES.contains(&anomaly.diagnosis), "{} is listed", anomaly.diagnosis.id);
        self.anomalies.push(anomaly);
    }
}

impl Read {
    fn ids(&self) -> Vec<&str> {
        self.anomalies.iter().map(|anomaly| anomaly.diagnosis.id).collect()
    }

    fn detail(&self) -> &str {
        self.anomalies.first().and_then(|anomaly| anomaly.detail.as_deref()).unwrap_or_default()
    }

    fn plain(&self) -> [Option<Vec<u8>>; 2] {
        [0, 1].map(|side| self.halves[side].bytes.iter().copied().collect())
    }

    /// Every byte that was given is right: in its order, and if `exact`, where it stands. The size of a gap is not
    /// known if handshake messages may be lost in it.
    fn assert_true(&self, tape: &Tape, exact: bool) {
        for (half, plain) in self.halves.iter().zip(&tape.plain) {
            let mut from = 0;
            for run in half.bytes.split(Option::is_none).filter(|run| !run.is_empty()) {
                let given: Vec<u8> = run.iter().copied().flatten().collect();
                let start = run.as_ptr_range().start.addr() - half.bytes.as_ptr_range().start.addr();
                let start = start / size_of::<Option<u8>>();
                if exact {
                    assert!(plain.get(start..).is_some_and(|plain| plain.starts_with(&given)), "at {start}");
                }
                let found = plain[from..].windows(given.len()).position(|window| window == given);
                from += found.expect("what is given was said") + given.len();
            }
        }
    }
}

fn keys(log: &str) -> Keys {
    let mut keys = Keys::new();
    let reading = keys.read_log(log.as_bytes()).unwrap();
    assert_eq!((reading.malformed_total, reading.unknown_labels), (0, 0), "{log}");
    keys
}

/// What is to be done with the bytes of a tape before they are read.
#[derive(Clone, Debug)]
enum Piece {
    Data(Direction, Vec<u8>),
    Gap(Direction, u64),
}

fn pieces(tape: &Tape) -> Vec<Piece> {
    tape.writes.iter().map(|(direction, bytes)| Piece::Data(*direction, bytes.clone())).collect()
}

/// Reads pieces, each a record of the capture; `settled` if no keys can come later.
fn read_pieces(pieces: &[Piece], log: &str, settled: bool) -> Read {
    let keys = keys(log);
    let mut read = Read::default();
    let mut decoder = Decoder::new();
    let mut offsets = [0; 2];
    let mut record = 0;
    let mut origin_of = |direction: Direction, length: u64| {
        record += 1;
        let next = &mut offsets[side(direction)];
        let offset = std::mem::replace(next, *next + length);
        Origin { direction: Some(direction), ..Origin::of_record(CaptureId(0), record, offset, None) }
    };
    for piece in pieces {
        let chunk = match piece {
            Piece::Data(direction, bytes) => {
                Located::new(origin_of(*direction, bytes.len() as u64), Chunk::Data(bytes))
            }
            Piece::Gap(direction, bytes) => Located::new(origin_of(*direction, *bytes), Chunk::Gap(*bytes)),
        };
        decoder.push(chunk, &mut read);
        if let Some(random) = decoder.wants_keys().copied() {
            if let Some(secrets) = keys.tls().session(&random) {
                decoder.unlock(secrets, &mut read);
            }
            if settled {
                decoder.settle(&mut read);
            }
        }
    }
    for direction in [Direction::Outbound, Direction::Inbound] {
        decoder.push(Located::new(origin_of(direction, 0), Chunk::End(End::Closed)), &mut read);
    }
    decoder.finish(&mut read);
    read.state = Some(decoder.state());
    read.alpn = decoder.alpn().map(str::to_owned);
    read.server_name = decoder.server_name().map(str::to_owned);
    read
}

fn read(tape: &Tape) -> Read {
    read_pieces(&pieces(tape), &tape.key_log, true)
}

#[track_caller]
fn assert_read(tape: &Tape) -> Read {
    let read = read(tape);
    assert_eq!(read.plain(), tape.plain.clone().map(Some));
    assert_eq!(read.ids(), Vec::<&str>::new());
    assert_eq!(read.state, Some(State::Decrypted));
    assert!(read.halves.iter().all(|half| half.ended));
    read
}

/// Bytes that are not all the same.
fn data(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|place| (place * 31 + place / 251) as u8 ^ seed).collect()
}

/// A conversation with messages of many sizes, one longer than a record.
fn converse(talk: &mut peers::Talk) {
    for (turn, length) in [1, 300, 20_000, 7, 0, 90, 1_400, 33].into_iter().enumerate() {
        talk.say(Direction::Outbound, &data(length, turn as u8));
        talk.say(Direction::Inbound, &data(length + 5, 0x80 | turn as u8));
    }
}

#[test]
fn every_suite_of_both_versions_is_read() {
    for taste in Taste::all() {
        let mut talk = Pair::new(&taste).connect();
        converse(&mut talk);
        let tape = talk.close();
        let read = assert_read(&tape);
        assert_eq!(read.server_name.as_deref(), Some("example.test"));
        assert_eq!(read.places.len(), 2 * 8 - 1 + 2, "a chunk a record, two records for a long message");
    }
}

#[test]
fn data_name_the_records_they_came_in() {
    let tape = {
        let mut talk = Pair::new(&Taste::all()[0]).connect();
        talk.say(Direction::Inbound, &data(100, 1));
        talk.close()
    };
    let mut cut = Vec::new();
    for (direction, bytes) in &tape.writes {
        cut.extend(bytes.chunks(50).map(|bytes| Piece::Data(*direction, bytes.to_vec())));
    }
    let read = read_pieces(&cut, &tape.key_log, true);
    let (first, last) = read.places[0];
    let record: Vec<u8> = cut[first as usize - 1..last as usize]
        .iter()
        .flat_map(|piece| if let Piece::Data(_, bytes) = piece { bytes.clone() } else { Vec::new() })
        .collect();
    assert!(record.windows(5).any(|window| window == [23, 3, 3, 0, 117]), "its header is there");
    assert!((2..=4).contains(&(last - first)), "122 bytes in pieces of 50: {first} to {last}");
}

#[test]
fn handshakes_cut_into_small_records_are_read() {
    for mut taste in Taste::all() {
        taste.fragment = Some(48);
        taste.alpn = vec![b"http/1.1".to_vec()];
        let mut talk = Pair::new(&taste).connect();
        talk.say(Direction::Outbound, &data(500, 3)).say(Direction::Inbound, &data(700, 4));
        let read = assert_read(&talk.close());
        assert_eq!(read.alpn.as_deref(), Some("http/1.1"));
    }
}

#[test]
fn a_second_hello_is_followed() {
    let mut taste = Taste::all().remove(0);
    taste.server_groups = vec![kx_group::SECP256R1];
    let mut talk = Pair::new(&taste).connect();
    assert!(talk.was_asked_again());
    converse(&mut talk);
    assert_read(&talk.close());
}

#[test]
fn resumed_sessions_are_read_by_their_own_lines() {
    for taste in Taste::all() {
        let pair = Pair::new(&taste);
        let first = pair.connect();
        assert!(!first.was_resumed());
        first.close();
        let mut second = pair.connect();
        assert!(second.was_resumed());
        converse(&mut second);
        assert_read(&second.close());
    }
}

#[test]
fn key_updates_are_followed() {
    for taste in Taste::all().iter().filter(|taste| taste.version == &rustls::version::TLS13) {
        let mut talk = Pair::new(taste).connect();
        for round in 0..4 {
            talk.say(Direction::Outbound, &data(100, round)).say(Direction::Inbound, &data(200, round));
            talk.update_keys(if round % 2 == 0 { Direction::Outbound } else { Direction::Inbound });
        }
        converse(&mut talk);
        assert_read(&talk.close());
    }
}

/// A conversation in which client and server take new keys three times.
fn updated() -> Tape {
    let mut talk = Pair::new(&Taste::all()[1]).connect();
    for round in 0..3 {
        talk.say(Direction::Outbound, &data(100, round)).say(Direction::Inbound, &data(200, round));
        talk.update_keys(Direction::Outbound);
    }
    talk.say(Direction::Outbound, &data(60, 9)).say(Direction::Inbound, &data(60, 9));
    talk.close()
}

#[test]
fn a_record_with_a_damaged_type_before_a_key_update_is_lost_and_reported() {
    let tape = updated();
    let mut pieces = pieces(&tape);
    let first = (HANDSHAKE_WRITES..pieces.len())
        .find(|write| matches!(&pieces[*write], Piece::Data(Direction::Outbound, bytes) if bytes.len() > 100))
        .unwrap();
    if let Piece::Data(_, bytes) = &mut pieces[first] {
        assert_eq!(bytes[0], 23, "application data");
        bytes[0] = 22;
    }
    let read = read_pieces(&pieces, &tape.key_log, true);
    read.assert_true(&tape, false);
    assert_eq!(read.halves[0].bytes.iter().filter(|byte| byte.is_some()).count(), tape.plain[0].len() - 100);
    assert!(!read.ids().is_empty());
}

#[test]
fn a_lost_key_update_is_found_by_trial() {
    let tape = updated();
    let updates: Vec<usize> = (0..tape.writes.len())
        .filter(|write| tape.writes[*write].1.len() == 5 + 5 + 17 && tape.writes[*write].0 == Direction::Outbound)
        .collect();
    assert_eq!(updates.len(), 3);
    for lost in updates {
        let mut pieces = pieces(&tape);
        pieces[lost] = Piece::Gap(Direction::Outbound, tape.writes[lost].1.len() as u64);
        let read = read_pieces(&pieces, &tape.key_log, true);
        assert_eq!(read.plain()[1].as_ref(), Some(&tape.plain[1]));
        assert_eq!(read.plain()[0].as_ref(), Some(&tape.plain[0]), "no data were in what is lost");
        assert_eq!(read.ids(), Vec::<&str>::new());
    }
}

#[test]
fn secrets_may_come_late_and_in_parts() {
    for taste in Taste::all() {
        let mut talk = Pair::new(&taste).connect();
        converse(&mut talk);
        let tape = talk.close();
        let mut decoder = Decoder::new();
        let mut read = Read::default();
        let mut lines = tape.key_log.lines();
        for (record, (direction, bytes)) in (1..).zip(&tape.writes) {
            let origin = Origin { direction: Some(*direction), ..Origin::of_record(CaptureId(0), record, 0, None) };
            decoder.push(Located::new(origin, Chunk::Data(bytes)), &mut read);
            if record > 4
                && let Some(line) = lines.next()
                && let Some(random) = decoder.wants_keys()
            {
                let secrets = keys(line).tls().session(random).cloned();
                decoder.unlock(&secrets.unwrap_or_default(), &mut read);
            }
        }
        assert_eq!(read.plain(), tape.plain.clone().map(Some));
        assert!(read.ids().is_empty() && decoder.waiting() == 0);
    }
}

#[test]
fn without_a_line_the_client_random_is_named_once_both_hellos_are_known() {
    let tape = Pair::new(&Taste::all()[0]).connect().close();
    let random = tape.key_log.split(' ').nth(1).unwrap();
    let read = read_pieces(&pieces(&tape)[..2], "", true);
    assert_eq!((read.ids(), read.state), (vec!["tls/no-key"], Some(State::NoKey)));
    assert_eq!(read.detail(), format!("example.test, client random {random}"));
    assert_eq!(read.anomalies[0].diagnosis.severity, Severity::Loss);
}

#[test]
fn what_waits_for_secrets_is_bounded() {
    let mut talk = Pair::new(&Taste::all()[0]).connect();
    for round in 0..100 {
        talk.say(Direction::Inbound, &data(16_000, round));
    }
    let tape = talk.close();
    let read = read_pieces(&pieces(&tape), "", false);
    assert_eq!((read.ids(), read.state), (vec!["tls/no-key"], Some(State::NoKey)));
}

/// The lines of a key log whose labels `keep` accepts.
fn some(log: &str, keep: impl Fn(&str) -> bool) -> String {
    log.lines().filter(|line| keep(line.split(' ').next().unwrap())).map(|line| format!("{line}\n")).collect()
}

#[test]
fn traffic_secrets_alone_suffice() {
    let mut talk = Pair::new(&Taste::all()[0]).connect();
    converse(&mut talk);
    let tape = talk.close();
    let read = read_pieces(&pieces(&tape), &some(&tape.key_log, |label| label.contains("TRAFFIC_SECRET_0")), true);
    assert_eq!((read.plain(), read.ids()), (tape.plain.map(Some), vec![]));
}

#[test]
fn what_is_missing_of_the_secrets_is_named() {
    let mut talk = Pair::new(&Taste::all()[0]).connect();
    converse(&mut talk);
    let tape = talk.close();
    let log = some(&tape.key_log, |label| label != "CLIENT_TRAFFIC_SECRET_0");
    let read = read_pieces(&pieces(&tape), &log, true);
    assert_eq!(read.state, Some(State::Decrypted));
    assert_eq!(read.plain()[1].as_ref(), Some(&tape.plain[1]), "the other direction is read");
    assert!(read.halves[0].bytes.iter().all(Option::is_none) && !read.halves[0].bytes.is_empty());
    assert_eq!(read.ids()[0], "tls/some-secrets");
    assert!(read.detail().ends_with(": CLIENT_TRAFFIC_SECRET_0 is missing"), "{}", read.detail());

    let read = read_pieces(&pieces(&tape), &some(&tape.key_log, |label| label.contains("HANDSHAKE")), true);
    assert_eq!((read.ids(), read.state), (vec!["tls/some-secrets"], Some(State::NoKey)));
}

#[test]
fn secrets_of_another_session_open_nothing() {
    for taste in Taste::all() {
        let mut talk = Pair::new(&taste).connect();
        converse(&mut talk);
        let tape = talk.close();
        let other = Pair::new(&taste).connect().close();
        let random = |tape: &Tape| tape.key_log.split(' ').nth(1).unwrap().to_owned();
        let log = other.key_log.replace(&random(&other), &random(&tape));
        let read = read_pieces(&pieces(&tape), &log, true);
        assert_eq!((read.ids(), read.state), (vec!["tls/secrets-do-not-open"], Some(State::NoKey)));
        assert!(read.halves.iter().all(|half| half.bytes.is_empty()));
    }
}

#[test]
fn a_connection_that_began_before_is_named() {
    let mut talk = Pair::new(&Taste::all()[0]).connect();
    converse(&mut talk);
    let tape = talk.close();
    for first in [1, 2, 5, 9] {
        let read = read_pieces(&pieces(&tape)[first..], &tape.key_log, true);
        assert_eq!((read.ids(), read.state), (vec!["tls/began-before"], Some(State::NoHandshake)), "from {first}");
    }
    let mut pieces = pieces(&tape);
    pieces[1] = Piece::Gap(Direction::Inbound, tape.writes[1].1.len() as u64);
    let read = read_pieces(&pieces, &tape.key_log, true);
    assert_eq!((read.ids(), read.state), (vec!["tls/no-handshake"], Some(State::NoHandshake)));
    assert!(read.detail().ends_with("no server hello"), "{}", read.detail());
}

#[test]
fn a_handshake_that_is_broken_off_loses_nothing() {
    let tape = Pair::new(&Taste::all()[0]).connect().close();
    let hello = &pieces(&tape)[..1];
    let read = read_pieces(hello, &tape.key_log, true);
    assert_eq!((read.ids(), read.state), (vec!["tls/unfinished"], Some(State::NoHandshake)));
    let refused = [hello[0].clone(), Piece::Data(Direction::Inbound, vec![21, 3, 3, 0, 2, 2, 40])];
    let read = read_pieces(&refused, &tape.key_log, true);
    assert_eq!((read.ids(), read.detail()), (vec!["tls/alert"], "handshake_failure (40) from the server"));
    assert!(read.anomalies.iter().all(|anomaly| anomaly.diagnosis.severity == Severity::Note));
}

#[test]
fn early_data_are_named_and_the_rest_is_read() {
    let mut taste = Taste::all().remove(0);
    taste.early_data = true;
    let pair = Pair::new(&taste);
    pair.connect().close();
    let mut talk = pair.connect_with(&data(300, 5));
    assert!(talk.was_resumed() && talk.took_early_data());
    converse(&mut talk);
    let tape = talk.close();
    let read = read(&tape);
    assert_eq!((read.ids(), read.state), (vec!["tls/early-data"], Some(State::Decrypted)));
    assert_eq!(read.plain()[1].as_ref(), Some(&tape.plain[1]));
    let given: Vec<u8> = read.halves[0].bytes.iter().copied().flatten().collect();
    assert_eq!(given, tape.plain[0][300..]);
    assert!(read.halves[0].bytes[0].is_none(), "what is not read stands there as a gap");
}

/// A conversation for each kind of record protection.
static TAPES: LazyLock<Vec<Tape>> = LazyLock::new(|| {
    let of = |taste: &Taste| {
        let mut talk = Pair::new(taste).connect();
        converse(&mut talk);
        for turn in 0..12 {
            talk.say(Direction::Inbound, &data(40 + turn, turn as u8));
        }
        talk.close()
    };
    let mut tapes: Vec<_> = Taste::all().iter().map(of).collect();
    tapes.push(updated());
    assert_eq!(tapes.len(), TAPE_COUNT);
    tapes
});

/// How many tapes there are; in the last, keys are updated.
const TAPE_COUNT: usize = 7;

/// The writes of a tape, cut into pieces of these lengths.
fn cut(tape: &Tape, lengths: &[usize]) -> Vec<Piece> {
    let mut lengths = lengths.iter().copied().cycle();
    let mut pieces = Vec::new();
    for (direction, bytes) in &tape.writes {
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(lengths.next().unwrap().min(rest.len()));
            pieces.push(Piece::Data(*direction, piece.to_vec()));
            rest = later;
        }
    }
    pieces
}

/// How many writes the handshake takes, at most.
const HANDSHAKE_WRITES: usize = 5;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_segmentation_gives_the_same(tape in 0..TAPE_COUNT, lengths in proptest::collection::vec(1_usize..3000, 1..20)) {
        let tape = &TAPES[tape];
        let read = read_pieces(&cut(tape, &lengths), &tape.key_log, true);
        prop_assert_eq!(read.plain(), tape.plain.clone().map(Some));
        prop_assert_eq!(read.ids(), Vec::<&str>::new());
    }

    #[test]
    fn a_truncation_gives_the_beginning(tape in 0..TAPE_COUNT, cut in any::<Index>()) {
        let tape = &TAPES[tape];
        let mut pieces = pieces(tape);
        let place = cut.index(pieces.len());
        pieces.truncate(place + 1);
        if let Some(Piece::Data(_, bytes)) = pieces.last_mut() {
            bytes.truncate(cut.index(bytes.len()));
        }
        let read = read_pieces(&pieces, &tape.key_log, true);
        read.assert_true(tape, !tape.updated);
        prop_assert!(read.halves.iter().all(|half| half.bytes.iter().all(Option::is_some)));
    }

    #[test]
    fn a_flipped_bit_costs_its_record_only(tape in 0..TAPE_COUNT, write in any::<Index>(), place in any::<Index>(), bit in 0_u32..8) {
        let tape = &TAPES[tape];
        let mut pieces = pieces(tape);
        let write = HANDSHAKE_WRITES + write.index(pieces.len() - HANDSHAKE_WRITES);
        if let Piece::Data(_, bytes) = &mut pieces[write] {
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
        }
        let read = read_pieces(&pieces, &tape.key_log, true);
        read.assert_true(tape, !tape.updated);
        let lost: usize = read.halves.iter().flat_map(|half| &half.bytes).filter(|byte| byte.is_none()).count();
        let given: usize = read.halves.iter().map(|half| half.bytes.len()).sum();
        let all: usize = tape.plain.iter().map(Vec::len).sum();
        prop_assert!(lost > 0 || given < all || read.plain() == tape.plain.clone().map(Some));
        prop_assert!(!read.ids().is_empty() || read.plain() == tape.plain.clone().map(Some));
    }

    #[test]
    fn flipped_bits_anywhere_never_invent_a_byte(
        tape in 0..TAPE_COUNT,
        flips in proptest::collection::vec((any::<Index>(), any::<Index>(), 0_u32..8), 1..20),
    ) {
        let tape = &TAPES[tape];
        let mut pieces = pieces(tape);
        for (write, place, bit) in flips {
            let write = write.index(pieces.len());
            if let Piece::Data(_, bytes) = &mut pieces[write] {
                let place = place.index(bytes.len());
                bytes[place] ^= 1_u8 << bit;
            }
        }
        read_pieces(&pieces, &tape.key_log, true).assert_true(tape, false);
    }

    #[test]
    fn what_is_lost_is_a_gap_of_its_size(
        tape in 0..TAPE_COUNT - 1,
        lengths in proptest::collection::vec(1_usize..1500, 1..12),
        gap in any::<Index>(),
        count in 1_usize..12,
    ) {
        let tape = &TAPES[tape];
        let handshake: usize = tape.writes[..HANDSHAKE_WRITES].iter().map(|(_, bytes)| bytes.len()).sum();
        let mut pieces = cut(tape, &lengths);
        let mut before = 0;
        let first = pieces.iter().position(|piece| {
            let Piece::Data(_, bytes) = piece else { return false };
            before += bytes.len();
            before > handshake
        }).unwrap() + 1;
        let start = first + gap.index(pieces.len() - first);
        for piece in pieces.iter_mut().skip(start).take(count) {
            if let Piece::Data(direction, bytes) = piece {
                *piece = Piece::Gap(*direction, bytes.len() as u64);
            }
        }
        let read = read_pieces(&pieces, &tape.key_log, true);
        read.assert_true(tape, true);
        // How many records a loss at the end holds is not known.
        prop_assert!(read.ids().iter().all(|id| ["tls/records-missing", "tls/incomplete-record"].contains(id)), "{:?}", read.ids());
        for (half, plain) in read.halves.iter().zip(&tape.plain) {
            let lost = half.bytes.iter().filter(|byte| byte.is_none()).count();
            let missing: usize = pieces.iter().map(|piece| if let Piece::Gap(_, bytes) = piece { *bytes as usize } else { 0 }).sum();
            prop_assert!(lost <= missing + 2 * 16_500, "{lost} for {missing}");
            prop_assert!(half.bytes.len() <= plain.len() + 600, "{} for {}", half.bytes.len(), plain.len());
        }
    }

    #[test]
    fn no_bytes_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        prefix in 0_usize..4,
    ) {
        let tape = &TAPES[0];
        let mut pieces = pieces(tape);
        pieces.truncate(prefix);
        pieces.push(Piece::Data(Direction::Inbound, [&[22, 3, 3, 1, 0], bytes.as_slice()].concat()));
        pieces.push(Piece::Data(Direction::Outbound, [&[23, 3, 3, 0, 90], bytes.as_slice()].concat()));
        read_pieces(&pieces, &tape.key_log, true).assert_true(tape, false);
    }
}
