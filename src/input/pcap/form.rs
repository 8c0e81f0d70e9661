//! How the records of a classic pcap are written, and which of them make sense.

use pcap_parser::parse_pcap_header;

use crate::origin::Resolution;
use crate::protocol::packet::LinkType;

use super::block::ByteOrder;
use super::resync::{self, Start};

/// Length of a file's header.
pub(super) const FILE_HEADER: usize = 24;

/// The only major version that there is.
const VERSION: u16 = 2;

/// How a file may begin: of microseconds, of nanoseconds, and of the "modified" form, in either byte order.
const MAGIC_NUMBERS: [u32; 3] = [0xa1b2_c3d4, 0xa1b2_3c4d, 0xa1b2_cd34];

/// The longest packet that any recorder keeps unless told otherwise: libpcap's `MAXIMUM_SNAPLEN`.
const LONGEST_PACKET: u32 = 262_144;

/// The longest packet that is believed in a file whose header announces longer ones.
const LONGEST_ANNOUNCED: u32 = 64 << 20;

/// Nanoseconds of a second.
const SECOND: u32 = 1_000_000_000;

/// How far apart, in seconds, neighbouring records are usually captured at most.
const NEAR: u32 = 24 * 60 * 60;

/// How many records that follow each other tell where a damaged capture goes on.
const CONVINCING: usize = 3;

/// The same, where the first of them was not captured about when the last one before the damage was.
const CONVINCING_FAR: usize = 7;

/// How the records of a file are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) order: ByteOrder,
    /// Nanoseconds of one unit of a time's fraction.
    unit: u32,
    /// The length of a record's header.
    pub(super) header_length: usize,
    /// The link-layer header that packets begin with.
    pub(super) link: LinkType,
    /// The most bytes that are captured of a packet.
    pub(super) longest: u32,
}

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// When the packet was captured, in seconds since the Unix epoch.
    pub(super) seconds: u32,
    fraction: u32,
    /// Bytes of the packet in the record.
    pub(super) captured: u32,
    /// Bytes of the packet on the wire.
    pub(super) wire: u32,
}

impl Header {
    /// Whether some packet may have such a header.
    pub(super) const fn is_possible(&self) -> bool {
        self.captured > 0 || self.wire > 0
    }

    const fn is_near(&self, seconds: u32) -> bool {
        self.seconds.abs_diff(seconds) <= NEAR
    }
}

impl Form {
    /// The form of the records of a file that begins with `data`; `None` if that is no file's whole header.
    pub(super) fn announced(data: &[u8]) -> Option<Self> {
        let (_, header) = parse_pcap_header(data).ok()?;
        Some(Self {
            order: if header.is_bigendian() { ByteOrder::Big } else { ByteOrder::Little },
            unit: if header.is_nanosecond_precision() { 1 } else { 1_000 },
            header_length: if header.is_modified_format() { 24 } else { 16 },
            // The bits above say how long the frame check sequences are.
            link: LinkType::from(header.network.0.cast_unsigned() & 0x03ff_ffff),
            longest: header.snaplen.clamp(LONGEST_PACKET, LONGEST_ANNOUNCED),
        })
    }

    /// Whether a file's header may begin with `data`.
    pub(super) fn may_begin(data: &[u8]) -> bool {
        let Some((magic, rest)) = data.split_first_chunk::<4>() else { return false };
        // Asked of every place in damaged captures, and nearly always in vain.
        if !matches!(magic, [0xa1, ..] | [.., 0xa1]) {
            return false;
        }
        [ByteOrder::Little, ByteOrder::Big].into_iter().any(|order| {
            MAGIC_NUMBERS.contains(&order.u32(*magic))
                && rest.first_chunk().is_some_and(|version| order.u16(*version) == VERSION)
        })
    }

    /// How many decimal digits the fraction of a time has.
    pub(super) const fn digits(&self) -> u8 {
        if self.unit == 1 { 9 } else { 6 }
    }

    /// When a record was captured, in units of the fraction since the Unix epoch.
    pub(super) fn ticks(&self, header: &Header) -> u64 {
        u64::from(header.seconds) * u64::from(SECOND / self.unit) + u64::from(header.fraction)
    }

    /// How finely times are written.
    pub(super) const fn resolution(&self) -> Resolution {
        Resolution::of_ticks(self.unit as u64)
    }

    /// The header of the record that `data` begins with; `None` if it is not all there.
    pub(super) fn header(&self, data: &[u8]) -> Option<Header> {
        let (header, _) = data.split_at_checked(self.header_length)?;
        let (seconds, rest) = header.split_first_chunk()?;
        let (fraction, rest) = rest.split_first_chunk()?;
        let (captured, rest) = rest.split_first_chunk()?;
        let (wire, _) = rest.split_first_chunk()?;
        let number = |bytes: &[u8; 4]| self.order.u32(*bytes);
        Some(Header {
            seconds: number(seconds),
            fraction: number(fraction),
            captured: number(captured),
            wire: number(wire),
        })
    }

    /// The length of a record, its header included.
    pub(super) const fn length(&self, header: &Header) -> usize {
        self.header_length + header.captured as usize
    }

    /// When a record was captured, in nanoseconds since the Unix epoch.
    pub(super) fn nanoseconds(&self, header: &Header) -> i64 {
        i64::from(header.seconds) * i64::from(SECOND) + i64::from(header.fraction) * i64::from(self.unit)
    }

    /// Whether nothing is odd about a record that comes after, or before, one that was captured at `near` seconds.
    pub(super) fn is_sound(&self, header: &Header, near: Option<u32>) -> bool {
        header.captured <= header.wire
            && header.wire > 0
            && header.captured <= self.longest
            && u64::from(header.fraction) * u64::from(self.unit) < u64::from(SECOND)
            && near.is_none_or(|near| header.is_near(near))
    }

    /// Whether possible records, odd as they may be, follow each other from the beginning of `data` on, or up to its
    /// end, if that is the input's.
    pub(super) fn leads_on(&self, data: &[u8], is_last: bool) -> bool {
        let mut rest = data;
        for _ in 0..CONVINCING {
            if rest.is_empty() {
                return is_last;
            }
            let Some(header) = self.header(rest).filter(Header::is_possible) else { return false };
            match rest.get(self.length(&header)..) {
                Some(behind) if header.captured <= self.longest => rest = behind,
                _ => return false,
            }
        }
        true
    }

    /// Whether possible records, odd as they may be, follow each other from the beginning of `data` on exactly up to its
    /// end, which is the input's.
    pub(super) fn leads_to_end(&self, data: &[u8]) -> bool {
        let mut rest = data;
        while !rest.is_empty() {
            let header = self.header(rest).filter(|header| header.is_possible() && header.captured <= self.longest);
            let Some(header) = header else { return false };
            let Some(behind) = rest.get(self.length(&header)..) else { return false };
            rest = behind;
        }
        true
    }

    /// How many bytes [`leads_on`](Self::leads_on) looks at, at most.
    pub(super) const fn leading(&self) -> usize {
        CONVINCING * (self.header_length + LONGEST_PACKET as usize)
    }
}

/// Where a damaged capture goes on: sound records follow each other, or a file begins.
pub(super) struct Resumption<'f> {
    pub(super) form: &'f Form,
    /// When, in seconds, the last record before the damage was captured.
    pub(super) last: Option<u32>,
}

impl Start for Resumption<'_> {
    /// Few packets have 16 MiB: the highest byte of the captured length is 0.
    fn mark(&self) -> (usize, [u8; 2]) {
        match self.form.order {
            ByteOrder::Little => (11, [0; 2]),
            ByteOrder::Big => (8, [0; 2]),
        }
    }

    fn is_at(&self, data: &[u8], is_last: bool) -> bool {
        let Self { form, last } = *self;
        if Form::may_begin(data) && Form::announced(data).is_some() {
            return true;
        }
        let Some(first) = form.header(data).filter(|first| form.is_sound(first, None)) else { return false };
        // How many records, and how many if they are the last ones.
        let (needed, at_end) = match last {
            Some(last) if first.is_near(last) => (CONVINCING, 1),
            // Four bytes further on, fractions would be seconds, and the rest of the headers could make sense too.
            _ if first.seconds < SECOND => return false,
            Some(_) => (CONVINCING_FAR, CONVINCING_FAR - 2),
            None => (CONVINCING, 2),
        };
        let (mut rest, mut near) = (data, first.seconds);
        for before in 0..needed {
            let Some(header) = form.header(rest) else { return is_last && before > at_end };
            // Who claims more has other bytes for its length on the wire.
            let is_credible = header.captured > 0 && header.wire as usize <= resync::LONGEST - form.header_length;
            if !is_credible || !form.is_sound(&header, Some(near)) {
                return false;
            }
            match rest.get(form.length(&header)..) {
                Some([]) if is_last => return before + 1 >= at_end,
                Some(behind) => rest = behind,
                None => return is_last && before > at_end,
            }
            near = header.seconds;
        }
        true
    }
}
