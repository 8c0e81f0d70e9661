//! Packet captures: classic pcap and pcapng. They join at the packet layer.
//!
//! Records are numbered as Wireshark numbers frames. The only room that names pcap-parser, which is given whole
//! records and blocks; how they follow each other, and what to do where they do not, is decided here.

use std::io;

use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::RecordNumber;

use super::source::Source;
use super::{Format, Sink};

mod block;
mod classic;
mod clock;
mod ng;

#[cfg(test)]
mod tests;

/// What this reader can report.
pub(super) const DIAGNOSES: &[&Diagnosis] =
    &[&CUT, &DAMAGED, &ng::PACKET_BLOCK, &ng::NO_INTERFACE, &ng::BLOCK, &ng::SECRETS, &ng::TIME];

/// Classic pcap, as tcpdump writes it.
pub(super) const PCAP: Format = Format {
    name: "pcap",
    about: "classic packet capture",
    brings_secrets: false,
    probe: classic::probe,
    read: classic::read,
};

/// pcapng, as Wireshark writes it.
pub(super) const PCAPNG: Format = Format {
    name: "pcapng",
    about: "next generation packet capture",
    brings_secrets: true,
    probe: ng::probe,
    read: ng::read,
};

/// The input ends within a record.
const CUT: Diagnosis = Diagnosis {
    id: "input/cut",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the capture ends in the middle of a record",
    next: "The recorder was stopped before it wrote everything, or the file was not copied whole: let the recorder \
           end with Ctrl-C, and copy the file again.",
};

/// A record or block cannot be one, and where the next begins is not known.
const DAMAGED: Diagnosis = Diagnosis {
    id: "input/damaged",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "the capture is damaged, and was not read beyond the damage",
    next: "Copy the file again from where it was recorded.",
};

/// Reports that the input ends after `record` within what begins here.
fn cut(source: &Source<'_>, record: RecordNumber) -> Anomaly {
    source.anomaly(&CUT, record).bytes(source.data().len() as u64).detail(format!("after record {record}"))
}

/// Reports damage after `record`, and passes over what is behind it.
fn damaged(source: &mut Source<'_>, record: RecordNumber, what: &str, out: &mut dyn Sink) -> io::Result<()> {
    let anomaly = source.anomaly(&DAMAGED, record);
    let detail = format!("{what} at byte {}, after record {record}", source.offset());
    let skipped = source.skip_all()?;
    out.anomaly(anomaly.bytes(skipped).detail(detail));
    Ok(())
}
