//! Small capture files, and a sink that keeps what is read.

use std::io;
use std::ops::ControlFlow;

use super::*;
use crate::anomaly::Anomaly;
use crate::origin::Located;
use crate::protocol::packet::{LinkType, Record};

/// A record without borrows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) number: u64,
    pub(super) offset: u64,
    pub(super) time: Option<i64>,
    pub(super) link: LinkType,
    pub(super) data: Vec<u8>,
    pub(super) wire_length: u32,
}

/// Keeps what it is given, and wants `enough` records.
pub(super) struct Kept {
    pub(super) records: Vec<Seen>,
    /// Key logs, and the last record before them.
    pub(super) secrets: Vec<(u64, Vec<u8>)>,
    pub(super) anomalies: Vec<Anomaly>,
    pub(super) enough: usize,
}

impl Default for Kept {
    fn default() -> Self {
        Self { records: Vec::new(), secrets: Vec::new(), anomalies: Vec::new(), enough: usize::MAX }
    }
}

impl Sink for Kept {
    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        let Entry::Record(Record { link, data, wire_length }) = entry.item else {
            if let Entry::Secrets(log) = entry.item {
                self.secrets.push((entry.origin.last, log.to_vec()));
            }
            return ControlFlow::Continue(());
        };
        assert_eq!((entry.origin.capture, entry.origin.first), (CaptureId(3), entry.origin.last));
        self.records.push(Seen {
            number: entry.origin.last,
            offset: entry.origin.offset,
            time: entry.origin.time.map(|time| time.0),
            link,
            data: data.to_vec(),
            wire_length,
        });
        if self.records.len() < self.enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.anomalies.push(anomaly);
    }
}

impl Kept {
    /// The anomalies, by diagnosis, record, offset and bytes.
    pub(super) fn anomalies(&self) -> Vec<(&str, u64, u64, u64)> {
        let places = self.anomalies.iter();
        places.map(|found| (found.diagnosis.id, found.origin.last, found.origin.offset, found.bytes)).collect()
    }
}

pub(super) fn try_read(mut input: &[u8], format: Option<&str>) -> (Result<Summary, Error>, Kept) {
    let mut kept = Kept::default();
    (read(CaptureId(3), &mut input, format, &mut kept), kept)
}

/// Reads an input that is some capture.
pub(super) fn read_all(input: &[u8]) -> (Summary, Kept) {
    let (result, kept) = try_read(input, None);
    (result.unwrap(), kept)
}

/// Gives its bytes in pieces of these lengths, over and over, with an interruption between them.
pub(super) struct Pieces<'a> {
    pub(super) rest: &'a [u8],
    pub(super) lengths: std::iter::Cycle<std::vec::IntoIter<usize>>,
    pub(super) interrupt: bool,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt = !self.interrupt;
        if self.interrupt {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = self.lengths.next().unwrap_or(1).min(buffer.len());
        self.rest.read(&mut buffer[..length])
    }
}

/// How a capture writes its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

use Order::{Big, Little};

pub(super) const ORDERS: [Order; 2] = [Little, Big];

impl Order {
    fn number<const N: usize>(self, big: [u8; N]) -> [u8; N] {
        let mut bytes = big;
        if self == Little {
            bytes.reverse();
        }
        bytes
    }

    pub(super) fn u16(self, value: u16) -> [u8; 2] {
        self.number(value.to_be_bytes())
    }

    pub(super) fn u32(self, value: u32) -> [u8; 4] {
        self.number(value.to_be_bytes())
    }

    pub(super) fn u64(self, value: u64) -> [u8; 8] {
        self.number(value.to_be_bytes())
    }
}

fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap()
}

/// A classic pcap.
pub(super) struct Classic {
    order: Order,
    pub(super) bytes: Vec<u8>,
}

impl Classic {
    pub(super) fn new(order: Order, magic: u32, link: u32) -> Self {
        let bytes =
            [&order.u32(magic)[..], &order.u16(2), &order.u16(4), &[0; 8], &order.u32(65_535), &order.u32(link)]
                .concat();
        Self { order, bytes }
    }

    pub(super) fn record(self, seconds: u32, fraction: u32, data: &[u8]) -> Self {
        self.cut_record(seconds, fraction, data, length(data), &[])
    }

    /// A record of a packet that was longer on the wire, with `more` header.
    pub(super) fn cut_record(mut self, seconds: u32, fraction: u32, data: &[u8], wire: u32, more: &[u8]) -> Self {
        for number in [seconds, fraction, length(data), wire] {
            self.bytes.extend(self.order.u32(number));
        }
        self.bytes.extend(more);
        self.bytes.extend(data);
        self
    }
}

/// A pcapng.
pub(super) struct Ng {
    order: Order,
    pub(super) bytes: Vec<u8>,
}

impl Ng {
    pub(super) fn new(order: Order) -> Self {
        Self { order, bytes: Vec::new() }.section(order)
    }

    pub(super) fn section(mut self, order: Order) -> Self {
        self.order = order;
        let content = [&order.u32(0x1a2b_3c4d)[..], &order.u16(1), &order.u16(0), &[0xff; 8]].concat();
        self.block(0x0a0d_0d0a, &content)
    }

    pub(super) fn block(mut self, kind: u32, content: &[u8]) -> Self {
        let padded = content.len().next_multiple_of(4);
        let length = self.order.u32(u32::try_from(padded + 12).unwrap());
        self.bytes.extend(self.order.u32(kind));
        self.bytes.extend(length);
        self.bytes.extend(content);
        self.bytes.resize(self.bytes.len() + padded - content.len(), 0);
        self.bytes.extend(length);
        self
    }

    /// An interface with these options, by code and value.
    pub(super) fn interface(self, link: u16, limit: u32, options: &[(u16, &[u8])]) -> Self {
        let order = self.order;
        let mut content = [&order.u16(link)[..], &[0; 2], &order.u32(limit)].concat();
        for (code, value) in options {
            content.extend(order.u16(*code));
            content.extend(order.u16(u16::try_from(value.len()).unwrap()));
            content.extend(*value);
            content.resize(content.len().next_multiple_of(4), 0);
        }
        self.block(1, &content)
    }

    pub(super) fn enhanced(self, interface: u32, ticks: u64, data: &[u8]) -> Self {
        let wire = length(data);
        self.enhanced_with(interface, ticks, data, wire, &[])
    }

    /// An Enhanced Packet Block of a packet that was longer on the wire, with options.
    pub(super) fn enhanced_with(self, interface: u32, ticks: u64, data: &[u8], wire: u32, options: &[u8]) -> Self {
        let order = self.order;
        let (high, low) = ((ticks >> 32) as u32, ticks as u32);
        let mut content: Vec<u8> = [interface, high, low, length(data), wire].map(|number| order.u32(number)).concat();
        content.extend(data);
        content.resize(content.len().next_multiple_of(4), 0);
        content.extend(options);
        self.block(6, &content)
    }

    pub(super) fn simple(self, wire: u32, data: &[u8]) -> Self {
        let content = [&self.order.u32(wire)[..], data].concat();
        self.block(3, &content)
    }

    pub(super) fn obsolete(self, interface: u16, ticks: u64, data: &[u8]) -> Self {
        let order = self.order;
        let mut content = [&order.u16(interface)[..], &order.u16(0)].concat();
        for number in [(ticks >> 32) as u32, ticks as u32, length(data), length(data)] {
            content.extend(order.u32(number));
        }
        content.extend(data);
        self.block(2, &content)
    }
}
