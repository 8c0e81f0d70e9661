//! Capture files, written field by field.

use super::wire::{Link, Packet};

/// A classic pcap file with microseconds, little-endian, of link type Ethernet.
pub(crate) fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut file = words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, SNAP_LENGTH, ETHERNET]);
    for packet in packets {
        let length = packet.bytes.len() as u32;
        let seconds = (packet.time / 1_000_000_000) as u32;
        let microseconds = (packet.time % 1_000_000_000 / 1000) as u32;
        file.extend(words(&[seconds, microseconds, length, length]));
        file.extend_from_slice(&packet.bytes);
    }
    file
}

/// An interface of a pcapng file.
pub(crate) struct Interface {
    pub link: Link,
    /// How many decimal digits of a second its times have; `None` for the default of six, which then is not said.
    pub digits: Option<u8>,
}

impl Interface {
    /// The nanoseconds of a unit of its times.
    pub(crate) fn unit(&self) -> u64 {
        10_u64.pow(9 - u32::from(self.digits.unwrap_or(6)))
    }
}

/// A pcapng file of one section, little-endian.
pub(crate) fn pcapng(interfaces: &[Interface], packets: &[Packet]) -> Vec<u8> {
    let unknown_length = u32::MAX;
    let mut file = block(0x0a0d_0d0a, words(&[0x1a2b_3c4d, 1, unknown_length, unknown_length]));
    for interface in interfaces {
        let link = match interface.link {
            Link::Ethernet => ETHERNET,
            Link::Nothing => RAW_IP,
        };
        let mut body = words(&[link, SNAP_LENGTH]);
        if let Some(digits) = interface.digits {
            let (if_tsresol, length, end_of_options) = (9, 1 << 16, 0);
            body.extend(words(&[if_tsresol | length, digits.into(), end_of_options]));
        }
        file.extend(block(1, body));
    }
    for packet in packets {
        let length = packet.bytes.len() as u32;
        let time = packet.time / interfaces[packet.interface].unit();
        let mut body = words(&[packet.interface as u32, (time >> 32) as u32, time as u32, length, length]);
        body.extend_from_slice(&packet.bytes);
        file.extend(block(6, body));
    }
    file
}

/// A pcapng block: its type, its length before and after the body, and padding to 32 bits.
pub(crate) fn block(kind: u32, mut body: Vec<u8>) -> Vec<u8> {
    body.resize(body.len().next_multiple_of(4), 0);
    let length = body.len() as u32 + 12;
    let mut block = words(&[kind, length]);
    block.extend(body);
    block.extend(words(&[length]));
    block
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

const SNAP_LENGTH: u32 = 262_144;

/// Link types.
const ETHERNET: u32 = 1;
const RAW_IP: u32 = 101;
