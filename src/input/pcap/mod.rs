//! Packet captures: classic pcap and pcapng. They join at the packet layer.
//!
//! Records are numbered as Wireshark numbers frames. The only room that names pcap-parser, which is given whole
//! records and blocks; how they follow each other, and what to do where they do not, is decided here.

use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

use super::{Format, Reading};

mod block;
mod classic;
mod clock;
mod form;
mod ng;
mod resync;

#[cfg(test)]
mod tests;

/// What this reader can report.
pub(super) const DIAGNOSES: &[&Diagnosis] =
    &[&CONTINUED, &ng::SECTION, &ng::PACKET_BLOCK, &ng::NO_INTERFACE, &ng::BLOCK, &ng::SECRETS, &ng::TIME];

/// Classic pcap, as tcpdump writes it.
pub(super) const PCAP: Format = Format {
    name: "pcap",
    about: "classic packet capture",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: false,
    reading: Reading::Whole { probe: classic::probe, read: classic::read },
};

/// pcapng, as Wireshark writes it.
pub(super) const PCAPNG: Format = Format {
    name: "pcapng",
    about: "next generation packet capture",
    technique: "websocket-capture",
    connections: "tcp.stream",
    brings_secrets: true,
    reading: Reading::Whole { probe: ng::probe, read: ng::read },
};

/// A second capture file lies behind the first in the same input.
const CONTINUED: Diagnosis = Diagnosis {
    id: "input/continued",
    layer: Layer::Input,
    kind: Kind::Unexpected,
    severity: Severity::Note,
    why: "another capture file begins inside this one; it was read too, and its records are numbered on",
    next: "",
};
