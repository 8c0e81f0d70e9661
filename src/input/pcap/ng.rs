//! pcapng: sections of blocks (draft-ietf-opsawg-pcapng).
//!
//! Read are any number of sections in either byte order, any number of interfaces, each with its link type and
//! clock, and the three kinds of packet blocks. Blocks are told apart here, since one whose content makes no
//! sense need not end the reading: its length says where the next begins.

use std::ops::ControlFlow;

use pcap_parser::parse_sectionheaderblock;

use crate::anomaly::{Anomaly, Diagnosis};
use crate::input::damage::cut;
use crate::input::diagnoses::{BLOCK, NO_INTERFACE, PACKET_BLOCK, SECRETS, SECTION, TIME};
use crate::input::model::{Entry, Error, Format, Piece, Sink};
use crate::input::source::Source;
use crate::origin::{CaptureId, Located, Origin, RecordNumber};
use crate::protocol::packet::Record;

use super::block::{self, ByteOrder, Header, Interface, Stored};
use super::resync::{self, Start, damaged, goes_on_within};

/// How many interfaces of a section are kept.
const MOST_INTERFACES: usize = 1 << 16;

/// How many blocks that follow each other tell where a damaged capture goes on.
const CONVINCING: usize = 3;

/// Whether an input that begins so is a pcapng.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    beginning.starts_with(&block::SECTION_HEADER.to_be_bytes())
        && (beginning.len() < block::SHORTEST || block::byte_order(beginning).is_some())
}

/// Reads a pcapng, and returns the number of its last record.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    if !probe(source.data()) {
        return Err(Error::NotInFormat(format.name));
    }
    let mut section = Section { order: ByteOrder::Little, interfaces: Vec::new(), records: 0 };
    loop {
        if !source.reach(block::SHORTEST) {
            if !source.data().is_empty() {
                cut(source, section.records, out);
            }
            return Ok(section.records);
        }
        let start = Resumption { order: section.order };
        let damage = match Header::read(source.data(), section.order) {
            None => "a block of impossible length",
            Some(header) if source.reach(header.length) => {
                let place = (source.capture(), source.offset());
                if let Some(whole) = header.whole(source.data()) {
                    let flow = section.block(header, whole, place, out);
                    source.consume(header.length);
                    if flow == ControlFlow::Break(()) {
                        return Ok(section.records);
                    }
                    continue;
                }
                "a block whose lengths differ"
            }
            Some(_) if goes_on_within(source.data(), usize::MAX, true, &start) => "a block of impossible length",
            Some(_) => {
                cut(source, section.records, out);
                return Ok(section.records);
            }
        };
        if !damaged(source, section.records, damage, &start, out) {
            return Ok(section.records);
        }
    }
}

/// Where a damaged capture goes on: blocks of known types follow each other, or a section begins.
struct Resumption {
    order: ByteOrder,
}

impl Start for Resumption {
    /// Of the known types, only that of a section header has no 0 in the middle.
    fn mark(&self) -> (usize, [u8; 2]) {
        match self.order {
            ByteOrder::Little => (2, [0, 0x0d]),
            ByteOrder::Big => (1, [0, 0x0d]),
        }
    }

    fn is_at(&self, data: &[u8], is_last: bool) -> bool {
        let mut rest = data;
        for before in 0..CONVINCING {
            if !block::is_known(rest, self.order) {
                return is_last && rest.is_empty() && before > 0;
            }
            let Some(header) = Header::read(rest, self.order) else { return false };
            if header.length > resync::LONGEST {
                return false;
            }
            if header.whole(rest).is_none() {
                return is_last && rest.len() < header.length && before > 1;
            }
            if header.kind == block::SECTION_HEADER {
                return true;
            }
            rest = rest.get(header.length..).unwrap_or_default();
        }
        true
    }
}

/// What the blocks read so far say about those that follow.
struct Section {
    order: ByteOrder,
    /// By number; `None` for one whose description does not parse.
    interfaces: Vec<Option<Interface>>,
    /// The number of the last record, counted on from section to section.
    records: RecordNumber,
}

impl Section {
    /// Takes the block that begins at `place`.
    fn block(&mut self, header: Header, whole: &[u8], place: (CaptureId, u64), out: &mut dyn Sink) -> ControlFlow<()> {
        let order = header.order;
        match header.kind {
            block::SECTION_HEADER | block::INTERFACE => out.piece(Piece::Header(whole)),
            block::ENHANCED_PACKET | block::SIMPLE_PACKET | block::OBSOLETE_PACKET => out.piece(Piece::Packet(whole)),
            _ => {}
        }
        match header.kind {
            block::ENHANCED_PACKET => return self.packet(block::enhanced_packet(whole, order), place, out),
            block::SIMPLE_PACKET => {
                let limit = self.interface(0).map(|interface| interface.limit);
                return self.packet(block::simple_packet(whole, order, limit), place, out);
            }
            block::OBSOLETE_PACKET => return self.packet(block::obsolete_packet(whole, order), place, out),
            block::SECTION_HEADER => {
                self.order = order;
                self.interfaces.clear();
                if !parse_sectionheaderblock(whole).is_ok_and(|(_, section)| section.major_version == 1) {
                    out.anomaly(self.anomaly(&SECTION, place));
                }
            }
            block::INTERFACE => {
                if self.interfaces.len() < MOST_INTERFACES {
                    self.interfaces.push(block::interface(whole, order));
                }
            }
            block::NAME_RESOLUTION | block::INTERFACE_STATISTICS => {}
            block::DECRYPTION_SECRETS => match block::secrets(whole, order) {
                Some((block::TLS_KEY_LOG, log)) => {
                    let origin = Origin::of_record(place.0, self.records, place.1, None);
                    return out.entry(Located::new(origin, Entry::Secrets(log)));
                }
                other => {
                    let kind = other.map_or_else(|| "cut short".to_owned(), |(kind, _)| block::secrets_name(kind));
                    out.anomaly(self.anomaly(&SECRETS, place).detail(kind));
                }
            },
            kind => {
                if block::NUMBERED.contains(&kind) {
                    self.records += 1;
                }
                let anomaly = self.anomaly(&BLOCK, place).bytes(whole.len() as u64);
                out.anomaly(anomaly.detail(format!("block type {kind:#x}")));
            }
        }
        ControlFlow::Continue(())
    }

    /// Takes the packet of a block, `None` if its content makes no sense.
    fn packet(&mut self, stored: Option<Stored<'_>>, place: (CaptureId, u64), out: &mut dyn Sink) -> ControlFlow<()> {
        self.records += 1;
        let Some(stored) = stored else {
            out.anomaly(self.anomaly(&PACKET_BLOCK, place));
            return ControlFlow::Continue(());
        };
        let Some(interface) = self.interface(stored.interface) else {
            let anomaly = self.anomaly(&NO_INTERFACE, place).bytes(stored.data.len() as u64);
            out.anomaly(anomaly.detail(format!("interface {}", stored.interface)));
            return ControlFlow::Continue(());
        };
        let time = stored.ticks.and_then(|ticks| interface.clock.time(ticks));
        if time.is_none() && stored.ticks.is_some() {
            out.anomaly(self.anomaly(&TIME, place));
        }
        let origin = Origin::of_record(place.0, self.records, place.1, None).timed(time, interface.clock.resolution());
        let record = Record { link: interface.link, data: stored.data, wire_length: stored.wire_length };
        out.entry(Located::new(origin, Entry::Record(record)))
    }

    fn interface(&self, number: u32) -> Option<&Interface> {
        self.interfaces.get(usize::try_from(number).ok()?)?.as_ref()
    }

    fn anomaly(&self, diagnosis: &'static Diagnosis, place: (CaptureId, u64)) -> Anomaly {
        Anomaly::new(diagnosis, Origin::of_record(place.0, self.records, place.1, None))
    }
}
