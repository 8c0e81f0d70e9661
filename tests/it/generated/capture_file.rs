//! Capture files, written field by field.

use super::wire::Packet;

/// A classic pcap file with microseconds, little-endian, of link type Ethernet.
pub(crate) fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, ETHERNET] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for packet in packets {
        let length = packet.bytes.len() as u32;
        let seconds = (packet.time / 1_000_000_000) as u32;
        let microseconds = (packet.time % 1_000_000_000 / 1000) as u32;
        for word in [seconds, microseconds, length, length] {
            file.extend_from_slice(&word.to_le_bytes());
        }
        file.extend_from_slice(&packet.bytes);
    }
    file
}

const ETHERNET: u32 = 1;
