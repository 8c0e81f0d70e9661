//! Packet captures: classic pcap and pcapng. They join at the packet layer.
//!
//! Records are numbered as Wireshark numbers frames. The only room that names pcap-parser, which is given whole
//! records and blocks; how they follow each other, and what to do where they do not, is decided here.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

use super::Format;

mod block;
mod classic;
mod clock;
mod form;
mod ng;
mod resync;

#[cfg(test)]
mod tests;

pub(super) use ng::{BLOCK, NO_INTERFACE, PACKET_BLOCK, SECRETS, SECTION, TIME};

/// Classic pcap, as tcpdump writes it.
pub(super) const PCAP: Format =
    Format { name: "pcap", about: "classic packet capture", probe: classic::probe, read: classic::read };

/// pcapng, as Wireshark writes it.
pub(super) const PCAPNG: Format =
    Format { name: "pcapng", about: "next generation packet capture", probe: ng::probe, read: ng::read };

/// The input ends within a record.
pub(super) const CUT: Diagnosis = Diagnosis {
    id: "input/cut",
    layer: Layer::Input,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the capture ends in the middle of a record",
    next: "The recorder was stopped before it wrote everything, or the file was not copied whole: let the recorder \
           end with Ctrl-C, and copy the file again.",
};

/// A record or block cannot be one.
pub(super) const DAMAGED: Diagnosis = Diagnosis {
    id: "input/damaged",
    layer: Layer::Input,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a part of the capture is damaged and was passed over; how many records were in it is not known, so the \
          records after it are numbered as if there had been none",
    next: "Copy the file again from where it was recorded.",
};

/// A second capture file lies behind the first in the same input.
pub(super) const CONTINUED: Diagnosis = Diagnosis {
    id: "input/continued",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "another capture file begins inside this one; it was read too, and its records are numbered on",
    next: "",
};
