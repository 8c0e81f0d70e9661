//! What holds for any connection.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A frame of a fragmented or whole message, or a ping between two.
#[derive(Clone, Debug)]
struct Sent {
    text: bool,
    fragments: Vec<Vec<u8>>,
    ping: bool,
}

fn sent() -> impl Strategy<Value = Vec<Sent>> {
    let payload = prop_oneof![8 => 0..200_usize, 1 => 60_000..70_000_usize];
    let payload = (any::<u64>(), payload).prop_map(|(seed, length)| noise(seed, length));
    let message = (any::<bool>(), vec(payload, 1..4), any::<bool>());
    vec(message.prop_map(|(text, fragments, ping)| Sent { text, fragments, ping }), 0..8)
}

/// The frames of a direction.
fn stream(direction: Direction, sent: &[Sent]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut key = 0;
    let mut shape = |opcode| {
        key += 1;
        if direction == CLIENT { Shape::client(opcode, key) } else { Shape::server(opcode) }
    };
    for Sent { text, fragments, ping } in sent {
        let mut opcode = if *text { TEXT } else { BINARY };
        for (index, fragment) in fragments.iter().enumerate() {
            let shape = Shape { last: index + 1 == fragments.len(), ..shape(opcode) };
            bytes.extend(shape.frame(fragment));
            opcode = CONTINUATION;
        }
        if *ping {
            bytes.extend(shape(PING).frame(b"still there?"));
        }
    }
    bytes
}

/// Pushes `bytes` in pieces, whose sizes repeat.
fn push(connection: &mut Connection, direction: Direction, mut bytes: &[u8], sizes: &[usize]) {
    for &size in sizes.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(size.min(bytes.len()));
        connection.push(direction, piece);
        bytes = rest;
    }
}

/// What a connection gave, without the records.
fn given(connection: &Connection, direction: Direction) -> Vec<(Opcode, u64, Vec<u8>)> {
    let messages = connection.out.messages.iter().filter(|seen| seen.origin.direction == Some(direction));
    messages.map(|seen| (seen.opcode, seen.origin.offset, seen.data.clone())).collect()
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(prop_oneof![1..20_usize, 100..5000_usize], 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_segmentation_gives_the_messages_sent(sent in sent(), sizes in sizes(), assumed in any::<bool>()) {
        for direction in [CLIENT, SERVER] {
            let stream = stream(direction, &sent);
            let mut connection = Connection::upgraded("");
            push(&mut connection, direction, &stream, &sizes);
            connection.finish();
            let expected: Vec<Vec<u8>> = sent.iter().map(|sent| sent.fragments.concat()).collect();
            prop_assert!(connection.read(direction) == expected);
            prop_assert!(connection.reported().is_empty());
            if assumed {
                let read = |sizes: &[usize]| {
                    let mut connection = Connection::default();
                    push(&mut connection, direction, &stream, sizes);
                    connection.finish();
                    let reported = connection.reported();
                    (connection.decoder.state(), given(&connection, direction), reported)
                };
                prop_assert!(read(&sizes) == read(&[usize::MAX]));
            }
        }
    }

    #[test]
    fn a_truncation_gives_a_prefix(sent in sent(), cut in any::<prop::sample::Index>()) {
        for direction in [CLIENT, SERVER] {
            let stream = stream(direction, &sent);
            let mut connection = Connection::upgraded("");
            connection.push(direction, &stream[..cut.index(stream.len() + 1)]);
            connection.finish();
            let read = connection.read(direction);
            prop_assert!(sent.iter().zip(&read).all(|(sent, read)| sent.fragments.concat() == *read));
            prop_assert!(read.len() <= sent.len());
            prop_assert!(connection.reported().len() <= 1);
        }
    }

    #[test]
    fn the_same_gap_gives_the_same_messages_in_any_segmentation(
        seeds in vec(any::<u64>(), 8..30),
        sizes in sizes(),
        from in any::<prop::sample::Index>(),
        length in 1..600_usize,
    ) {
        for direction in [CLIENT, SERVER] {
            let sent: Vec<_> = seeds.iter().map(|&seed| {
                Sent { text: false, fragments: vec![noise(seed, 20 + seed as usize % 400)], ping: seed % 5 == 0 }
            }).collect();
            let stream = stream(direction, &sent);
            let from = from.index(stream.len());
            let to = (from + length).min(stream.len());
            let read = |sizes: &[usize]| {
                let mut connection = Connection::upgraded("");
                push(&mut connection, direction, &stream[..from], sizes);
                connection.gap(direction, to - from);
                push(&mut connection, direction, &stream[to..], sizes);
                connection.finish();
                (given(&connection, direction), connection.reported())
            };
            prop_assert_eq!(read(&sizes), read(&[usize::MAX]));
        }
    }

    #[test]
    fn flipped_bits_do_no_harm(
        sent in sent(),
        flips in vec((any::<prop::sample::Index>(), 0..8_u32), 1..8),
        sizes in sizes(),
        deflate in any::<bool>(),
    ) {
        let client = [REQUEST.as_bytes(), &stream(CLIENT, &sent)].concat();
        let server = [response(if deflate { DEFLATE } else { "" }).as_bytes(), &stream(SERVER, &sent)].concat();
        let flipped = |mut bytes: Vec<u8>| {
            for (place, bit) in &flips {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
            bytes
        };
        let mut connection = Connection::default();
        push(&mut connection, CLIENT, &flipped(client), &sizes);
        push(&mut connection, SERVER, &flipped(server), &sizes);
        connection.finish();
    }

    #[test]
    fn any_bytes_after_an_upgrade_do_no_harm(
        bytes in vec(prop_oneof![Just(0x82_u8), Just(0xc1), Just(0), any::<u8>()], 0..1000),
        gaps in vec(1..200_u64, 1..4),
        sizes in sizes(),
    ) {
        let mut connection = Connection::upgraded(DEFLATE);
        for gap in gaps {
            push(&mut connection, SERVER, &bytes, &sizes);
            connection.chunk(SERVER, Chunk::Gap(gap));
            push(&mut connection, CLIENT, &bytes, &sizes);
            connection.chunk(CLIENT, Chunk::Gap(u64::MAX));
        }
        connection.finish();
    }
}
