//! Segments that the recorder missed: what was captured whole comes out, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;

use ringtrace::keys::Keys;

use crate::frames::{Opened, open, truth_of};
use crate::generated::{Made, Packet, answered_and_missed_where, hard_transport_where};

/// The file of a capture whose name ends so.
fn file<'m>(made: &'m Made, ending: &str) -> &'m [u8] {
    let (_, contents) = made.files.iter().find(|(name, _)| name.ends_with(ending)).unwrap();
    contents
}

fn keys(made: &Made) -> Arc<Keys> {
    let mut keys = Keys::default();
    keys.read_log(file(made, ".noisekeys.txt")).unwrap();
    Arc::new(keys)
}

/// The frames that were captured whole. The mark that ends a stream is none for the layers above.
fn whole(made: &Made) -> BTreeSet<Opened> {
    let truth = truth_of(std::str::from_utf8(file(made, ".truth.jsonl")).unwrap());
    truth.into_iter().flatten().filter(|frame| frame.2 != [2]).collect()
}

/// A generator of random numbers, the same for a seed everywhere (xorshift).
fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 11
    }
}

/// The frames that were read, and what is reported. A connection by TLS, for which there is no key, is none of these.
fn read(made: &Made, extension: &str) -> (BTreeSet<Opened>, Vec<String>) {
    let (opened, mut losses) = open(&mut file(made, extension), keys(made));
    losses.retain(|loss| loss != "tls/no-key");
    (opened.into_iter().flatten().filter(|frame| frame.2 != [2]).collect(), losses)
}

/// What many recorders that lose packets lose.
#[derive(Debug, Default)]
struct Lost {
    /// Packets with bytes of a stream.
    packets: usize,
    /// Frames that were captured whole, and not read.
    frames: usize,
    /// Of one recorder, at most.
    most: usize,
}

/// Makes recorders lose so many packets in 1000, after those of the first handshake, and reads what they have.
fn lose(extension: &str, per_mille: u64, make: impl Fn(&mut dyn FnMut(&Packet) -> bool) -> Made) -> Lost {
    let all = whole(&make(&mut |_| true));
    let mut lost = Lost::default();
    for seed in 0..12 {
        let (mut random, mut number, mut packets) = (random(seed * 1000 + per_mille), 0, 0);
        let made = make(&mut |packet: &Packet| {
            number += 1;
            let is_lost = number > 30 && random() % 1000 < per_mille;
            packets += usize::from(is_lost && packet.segment.as_ref().is_some_and(|segment| !segment.range.is_empty()));
            !is_lost
        });
        let readable = whole(&made);
        let (opened, losses) = read(&made, extension);
        assert!(opened.is_subset(&all), "nothing is invented, and nothing is altered");
        assert!(opened == all || !losses.is_empty(), "seed {seed}: what is lost is reported");
        let frames = readable.difference(&opened).count();
        lost.packets += packets;
        lost.frames += frames;
        lost.most = lost.most.max(frames);
    }
    lost
}

#[test]
fn without_losses_there_is_nothing_to_report() {
    for (made, extension) in
        [(answered_and_missed_where(|_| true), ".pcap"), (hard_transport_where(|_| true), ".pcapng")]
    {
        assert_eq!(read(&made, extension), (whole(&made), Vec::new()));
    }
}

/// Of one packet in ten and less, next to nothing is lost but what was in it; of nearly a third, little.
#[test]
fn what_was_captured_whole_is_read() {
    for (per_mille, at_most) in [(5, 0), (20, 0), (100, 2), (300, 20)] {
        let lost = lose(".pcap", per_mille, |recorded| answered_and_missed_where(recorded));
        assert!(lost.packets > 0 && lost.frames <= at_most && lost.most <= 4, "{per_mille} per mille: {lost:?}");
    }
}

/// Compressed messages refer to those before them, and a frame in several messages or fragments is lost with any of
/// them.
#[test]
fn what_was_captured_whole_is_read_with_compression() {
    for (per_mille, at_most) in [(5, 1), (20, 8), (100, 40), (300, 70)] {
        let lost = lose(".pcapng", per_mille, |recorded| hard_transport_where(recorded));
        assert!(lost.packets > 0 && lost.frames <= at_most && lost.most <= 8, "{per_mille} per mille: {lost:?}");
    }
}
