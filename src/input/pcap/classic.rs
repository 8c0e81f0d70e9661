//! Classic pcap: one header, then records (draft-ietf-opsawg-pcap).
//!
//! Read are both byte orders, microseconds and nanoseconds, and the longer records of the old "modified" form.

use std::ops::ControlFlow;

use pcap_parser::nom::{self, IResult, Needed};
use pcap_parser::{
    LegacyPcapBlock, PcapError, PcapHeader, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_frame_modified,
    parse_pcap_header,
};

use crate::input::damage::{cut, damaged};
use crate::input::source::Source;
use crate::input::{Entry, Error, Sink};
use crate::origin::{Located, Origin, Timestamp};
use crate::protocol::packet::{LinkType, Record};

/// The longest record header, that of the modified form.
const LONGEST_HEADER: usize = 24;

/// The longest packet that any recorder keeps unless told otherwise: libpcap's `MAXIMUM_SNAPLEN`.
const LONGEST_PACKET: u32 = 262_144;

/// The longest packet that is believed in a file whose header announces longer ones.
const LONGEST_ANNOUNCED: u32 = 64 << 20;

type ParseRecord = for<'a> fn(&'a [u8]) -> IResult<&'a [u8], LegacyPcapBlock<'a>, PcapError<&'a [u8]>>;

/// Whether an input that begins so is a classic pcap.
pub(super) fn probe(beginning: &[u8]) -> bool {
    beginning.len() >= 4 && matches!(parse_pcap_header(beginning), Ok(_) | Err(nom::Err::Incomplete(_)))
}

/// Reads a classic pcap, and returns the number of its records.
pub(super) fn read(source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
    let header = loop {
        let data = source.data();
        match parse_pcap_header(data) {
            Ok((rest, header)) => {
                source.consume(data.len() - rest.len());
                break header;
            }
            Err(nom::Err::Incomplete(_)) => {
                if !source.fill(data.len() + 1)? {
                    out.anomaly(cut(source, 0));
                    return Ok(0);
                }
            }
            Err(_) => return Err(Error::NotInFormat("pcap")),
        }
    };
    records(&header, source, out)
}

fn records(header: &PcapHeader, source: &mut Source<'_>, out: &mut dyn Sink) -> Result<u64, Error> {
    let parse: ParseRecord = match (header.is_modified_format(), header.is_bigendian()) {
        (true, _) => parse_pcap_frame_modified,
        (false, true) => parse_pcap_frame_be,
        (false, false) => parse_pcap_frame,
    };
    let fraction = if header.is_nanosecond_precision() { 1 } else { 1_000 };
    // The bits above say how long the frame check sequences are.
    let link = LinkType::from(header.network.0.cast_unsigned() & 0x03ff_ffff);
    let longest = header.snaplen.clamp(LONGEST_PACKET, LONGEST_ANNOUNCED);

    let mut number = 0;
    loop {
        let data = source.data();
        match parse(data) {
            Ok((rest, record)) if record.caplen <= longest => {
                number += 1;
                let time = i64::from(record.ts_sec) * 1_000_000_000 + i64::from(record.ts_usec) * fraction;
                let origin = Origin::of_record(source.capture(), number, source.offset(), Some(Timestamp(time)));
                let entry = Entry::Record(Record { link, data: record.data, wire_length: record.origlen });
                let length = data.len() - rest.len();
                let flow = out.entry(Located::new(origin, entry));
                source.consume(length);
                if flow == ControlFlow::Break(()) {
                    return Ok(number);
                }
            }
            Err(nom::Err::Incomplete(Needed::Size(more)))
                if data.len() + more.get() <= LONGEST_HEADER + longest as usize =>
            {
                if !source.fill(data.len() + more.get())? {
                    if !source.data().is_empty() {
                        out.anomaly(cut(source, number));
                    }
                    return Ok(number);
                }
            }
            Ok(_) | Err(_) => {
                damaged(source, number, "a record of impossible length", out)?;
                return Ok(number);
            }
        }
    }
}
