//! The blocks of a pcapng section (draft-ietf-opsawg-pcapng section 4).
//!
//! pcap-parser reads the contents; the frame around them is checked here first, because it takes a block whose
//! content is cut short for an input that is.

use pcap_parser::pcapng::{
    parse_enhancedpacketblock_be, parse_enhancedpacketblock_le, parse_interfacedescriptionblock_be,
    parse_interfacedescriptionblock_le, parse_simplepacketblock_be, parse_simplepacketblock_le,
};
use pcap_parser::{InterfaceDescriptionBlock, OptionCode};

use crate::protocol::packet::LinkType;

use super::clock::Clock;

/// Section Header Block; the same in both byte orders.
pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
/// Interface Description Block.
pub(super) const INTERFACE: u32 = 1;
/// Packet Block, which older recorders wrote.
pub(super) const OBSOLETE_PACKET: u32 = 2;
/// Simple Packet Block.
pub(super) const SIMPLE_PACKET: u32 = 3;
/// Name Resolution Block.
pub(super) const NAME_RESOLUTION: u32 = 4;
/// Interface Statistics Block.
pub(super) const INTERFACE_STATISTICS: u32 = 5;
/// Enhanced Packet Block.
pub(super) const ENHANCED_PACKET: u32 = 6;
/// Decryption Secrets Block.
pub(super) const DECRYPTION_SECRETS: u32 = 10;
/// Secrets of TLS, as an NSS key log ("TLSK").
pub(super) const TLS_KEY_LOG: u32 = 0x544c_534b;
/// Blocks that hold no packet and that Wireshark numbers like packets all the same: the systemd journal's,
/// custom blocks to copy and not to copy, and Sysdig's events.
pub(super) const NUMBERED: [u32; 6] = [9, 0xbad, 0x4000_0bad, 0x204, 0x216, 0x221];

/// The types that are known, except those of [`NUMBERED`].
const KNOWN: [u32; 8] = [
    SECTION_HEADER,
    INTERFACE,
    OBSOLETE_PACKET,
    SIMPLE_PACKET,
    NAME_RESOLUTION,
    INTERFACE_STATISTICS,
    ENHANCED_PACKET,
    DECRYPTION_SECRETS,
];

/// Length of the shortest block: type, length, no content, length.
pub(super) const SHORTEST: usize = 12;

/// Length of the longest block that is believed.
const LONGEST: u32 = 64 << 20;

/// The byte order of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl ByteOrder {
    pub(super) const fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(super) const fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    const fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}

/// The byte order that a section header states; `None` if it states none.
pub(super) fn byte_order(section_header: &[u8]) -> Option<ByteOrder> {
    match section_header.get(8..12)? {
        [0x4d, 0x3c, 0x2b, 0x1a] => Some(ByteOrder::Little),
        [0x1a, 0x2b, 0x3c, 0x4d] => Some(ByteOrder::Big),
        _ => None,
    }
}

/// Whether a block of a known type may begin with `data`, in a section of byte order `order`.
pub(super) fn is_known(data: &[u8], order: ByteOrder) -> bool {
    data.first_chunk().is_some_and(|kind| {
        let kind = order.u32(*kind);
        KNOWN.contains(&kind) || NUMBERED.contains(&kind)
    })
}

/// How a block begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Its type.
    pub(super) kind: u32,
    /// Its length, header and trailer included.
    pub(super) length: usize,
    /// The byte order of its section.
    pub(super) order: ByteOrder,
}

impl Header {
    /// The header of a block in a section of byte order `order`, which a section header changes. `None` if no
    /// block can be so long, so short or, by its first [`SHORTEST`] bytes, so ordered.
    pub(super) fn read(data: &[u8], order: ByteOrder) -> Option<Self> {
        let (kind, rest) = data.split_first_chunk()?;
        let (length, _) = rest.split_first_chunk()?;
        let order = if *kind == SECTION_HEADER.to_be_bytes() { byte_order(data)? } else { order };
        let length = order.u32(*length);
        (length.is_multiple_of(4) && (SHORTEST as u32..=LONGEST).contains(&length)).then_some(Self {
            kind: order.u32(*kind),
            length: length as usize,
            order,
        })
    }

    /// The whole block, of `data` that it begins; `None` if the length at its end is another.
    pub(super) fn whole(self, data: &[u8]) -> Option<&[u8]> {
        let whole = data.get(..self.length)?;
        let (_, length) = whole.split_last_chunk()?;
        (self.order.u32(*length) as usize == self.length).then_some(whole)
    }
}

/// What the packets of an interface have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interface {
    /// The link-layer header that they begin with.
    pub(super) link: LinkType,
    /// How many bytes of each were kept at most.
    pub(super) limit: u32,
    /// The clock that timed them.
    pub(super) clock: Clock,
}

/// Reads an Interface Description Block.
pub(super) fn interface(block: &[u8], order: ByteOrder) -> Option<Interface> {
    let (_, interface) = match order {
        ByteOrder::Little => parse_interfacedescriptionblock_le(block),
        ByteOrder::Big => parse_interfacedescriptionblock_be(block),
    }
    .ok()?;
    let resolution = option(&interface, OptionCode::IfTsresol).and_then(|value| value.first().copied());
    // pcap-parser's own reading of this one takes every section to be little-endian.
    let epoch = option(&interface, OptionCode::IfTsoffset).and_then(|value| value.first_chunk().copied());
    Some(Interface {
        link: LinkType::from(interface.linktype.0.cast_unsigned()),
        limit: if interface.snaplen == 0 { u32::MAX } else { interface.snaplen },
        clock: Clock::new(resolution.unwrap_or(6), epoch.map_or(0, |bytes| order.i64(bytes))),
    })
}

fn option<'a>(interface: &'a InterfaceDescriptionBlock<'_>, code: OptionCode) -> Option<&'a [u8]> {
    let mut options = interface.options.iter().take_while(|option| option.code != OptionCode::EndOfOpt);
    options.find(|option| option.code == code)?.as_bytes().ok()
}

/// A packet as its block stores it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stored<'a> {
    /// The number of its interface in the section.
    pub(super) interface: u32,
    /// When, by the interface's clock.
    pub(super) ticks: Option<u64>,
    /// The captured bytes.
    pub(super) data: &'a [u8],
    /// Bytes that it had on the wire.
    pub(super) wire_length: u32,
}

/// Reads an Enhanced Packet Block.
pub(super) fn enhanced_packet(block: &[u8], order: ByteOrder) -> Option<Stored<'_>> {
    let (_, packet) = match order {
        ByteOrder::Little => parse_enhancedpacketblock_le(block),
        ByteOrder::Big => parse_enhancedpacketblock_be(block),
    }
    .ok()?;
    Some(Stored {
        interface: packet.if_id,
        ticks: Some(ticks(packet.ts_high, packet.ts_low)),
        data: packet.data.get(..packet.caplen as usize)?,
        wire_length: packet.origlen,
    })
}

/// Reads a Simple Packet Block, of the section's first interface, which keeps up to `limit` bytes a packet. How
/// many were kept of this one is not stated: all, or so many.
pub(super) fn simple_packet(block: &[u8], order: ByteOrder, limit: Option<u32>) -> Option<Stored<'_>> {
    let (_, packet) = match order {
        ByteOrder::Little => parse_simplepacketblock_le(block),
        ByteOrder::Big => parse_simplepacketblock_be(block),
    }
    .ok()?;
    let kept = packet.origlen.min(limit.unwrap_or(u32::MAX)) as usize;
    Some(Stored {
        interface: 0,
        ticks: None,
        data: packet.data.get(..kept).unwrap_or(packet.data),
        wire_length: packet.origlen,
    })
}

/// Reads an (obsolete) Packet Block, which pcap-parser does not know.
pub(super) fn obsolete_packet(block: &[u8], order: ByteOrder) -> Option<Stored<'_>> {
    let (_frame, content) = block.split_first_chunk::<8>()?;
    let (interface, content) = content.split_first_chunk()?;
    let (_drops, content) = content.split_first_chunk::<2>()?;
    let (high, content) = content.split_first_chunk()?;
    let (low, content) = content.split_first_chunk()?;
    let (captured, content) = content.split_first_chunk()?;
    let (wire_length, content) = content.split_first_chunk()?;
    let (data, _trailer) = content.split_last_chunk::<4>()?;
    Some(Stored {
        interface: order.u16(*interface).into(),
        ticks: Some(ticks(order.u32(*high), order.u32(*low))),
        data: data.get(..order.u32(*captured) as usize)?,
        wire_length: order.u32(*wire_length),
    })
}

/// Reads a Decryption Secrets Block: the kind of secrets, and the secrets.
pub(super) fn secrets(block: &[u8], order: ByteOrder) -> Option<(u32, &[u8])> {
    let (_frame, content) = block.split_first_chunk::<8>()?;
    let (kind, content) = content.split_first_chunk()?;
    let (length, content) = content.split_first_chunk()?;
    let (content, _trailer) = content.split_last_chunk::<4>()?;
    Some((order.u32(*kind), content.get(..order.u32(*length) as usize)?))
}

/// What secrets of a kind that is not read are called.
pub(super) fn secrets_name(kind: u32) -> String {
    let name = match kind {
        0x5353_484b => "SSH",
        0x5747_4b4c => "WireGuard",
        0x5a4e_574b | 0x5a41_5053 => "ZigBee",
        0x5541_4b4c => "OPC UA",
        _ => return format!("type {kind:#010x}"),
    };
    name.to_owned()
}

fn ticks(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}
