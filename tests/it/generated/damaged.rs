//! `damaged`: the traffic of `answered-and-missed`, by a recorder that came late, lost packets and was killed.

use super::recording::Made;
use super::wire::Packet;
use super::{answered_and_missed, capture_file};

/// When the recorder began, in milliseconds of the original: in the second connection, before the first call.
const BEGINS: u64 = 14_000;

/// When it was killed: while it wrote the terminate of the last call.
const ENDS: u64 = 265_400;

/// What it lost, in microseconds of the original.
const LOST: [(&str, std::ops::Range<u64>); 4] = [
    ("a relaylatency of the first call, alone in its segment", 24_020_000..24_020_100),
    ("the last of the segments of the second call's offer", 40_000_020..40_000_100),
    ("both mutes of the first call, and the acks of them", 61_690_000..67_960_000),
    ("the first of the segments of the fourth call's offer", 170_000_000..170_000_020),
];

/// The bytes of the last record that were not written.
const CUT: usize = 30;

/// The capture and the texts beside it.
pub(super) fn make() -> Made {
    let (mut recording, calls) = answered_and_missed::record();
    let epoch = answered_and_missed::EPOCH * 1_000_000_000;
    let since = |packet: &Packet| (packet.time - epoch) / 1000;
    for (what, lost) in LOST {
        let count = recording.packets.iter().filter(|packet| lost.contains(&since(packet))).count();
        assert!(count > 0, "{what} is not there to be lost");
    }
    recording.packets.retain(|packet| {
        let at = since(packet);
        (BEGINS * 1000..=ENDS * 1000).contains(&at) && !LOST.iter().any(|(_, lost)| lost.contains(&at))
    });
    let mut file = capture_file::pcap(&recording.packets);
    file.truncate(file.len() - CUT);
    recording.packets.pop();
    recording.finish("damaged", "pcap", file, &calls)
}
