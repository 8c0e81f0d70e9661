//! The layer itself: one packet out for every record in, and what is wrong with it.

use etherparse::ip_number;

use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Located, Origin};
use crate::protocol::Sink;

use super::internet::{self, Stop};
use super::link::{self, Network};
use super::{Packet, Record};

/// The link layer is one that is not read.
pub(super) const LINK_TYPE: Diagnosis = Diagnosis {
    id: "packet/link-type",
    layer: Layer::Packet,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the packets were recorded on a kind of link whose headers are not read here",
    next: "Record on an Ethernet, Wi-Fi (not in monitor mode), loopback or tunnel interface, or on `any`.",
};

/// A header does not parse.
pub(super) const HEADER: Diagnosis = Diagnosis {
    id: "packet/header",
    layer: Layer::Packet,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a packet was skipped because one of its headers does not parse",
    next: "Look at the record in Wireshark; if it is sound there, please report it.",
};

/// The recorder cut a packet within its headers.
pub(super) const HEADER_CUT: Diagnosis = Diagnosis {
    id: "packet/header-cut",
    layer: Layer::Packet,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the recorder kept too few bytes of a packet to read its headers",
    next: "Record whole packets: `tcpdump -s 0`, or no snapshot length in Wireshark.",
};

/// The recorder cut a TCP payload. The gap that follows is the TCP layer's to count.
pub(super) const PAYLOAD_CUT: Diagnosis = Diagnosis {
    id: "packet/payload-cut",
    layer: Layer::Packet,
    kind: Kind::Missing,
    severity: Severity::Note,
    why: "the recorder kept only the beginning of a TCP segment",
    next: "Record whole packets: `tcpdump -s 0`, or no snapshot length in Wireshark.",
};

/// A fragment of a TCP segment.
pub(super) const TCP_FRAGMENT: Diagnosis = Diagnosis {
    id: "packet/tcp-fragment",
    layer: Layer::Packet,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a TCP segment was sent in IP fragments, which are not put together",
    next: "",
};

/// A fragment of anything else.
pub(super) const FRAGMENT: Diagnosis = Diagnosis {
    id: "packet/fragment",
    layer: Layer::Packet,
    kind: Kind::Unsupported,
    severity: Severity::Note,
    why: "a packet that is not TCP was sent in IP fragments, which are not put together",
    next: "",
};

/// Reads the headers of the records of one capture.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The unknown link type last named, so that a million records of it are named once.
    named: Option<u32>,
}

impl Decoder {
    /// Reads one record and gives exactly one packet, [`Packet::Other`] if its headers cannot be read.
    pub fn push<S>(&mut self, record: Located<Record<'_>>, out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        let Located { origin, item: record } = record;
        let missing = (record.wire_length as usize).saturating_sub(record.data.len());
        let packet = match link::network(record.link, record.data) {
            Network::Ip(data) => match internet::packet(data, missing) {
                Ok(packet) => packet,
                Err(stop) => {
                    out.anomaly(stopped(stop, origin, missing));
                    Packet::Other
                }
            },
            Network::Other => Packet::Other,
            Network::Short(header) => {
                out.anomaly(stopped(Stop::Short(header), origin, missing));
                Packet::Other
            }
            Network::Unknown(number) => {
                out.anomaly(self.unknown(number, origin, record.data.len()));
                Packet::Other
            }
        };
        if let Packet::Tcp(segment) = &packet
            && segment.cut > 0
        {
            out.anomaly(Anomaly::new(&PAYLOAD_CUT, origin).bytes(segment.cut.into()));
        }
        out.item(Located::new(origin, packet));
    }

    /// Ends the capture. Every record has had its packet, so there is nothing left to give.
    pub fn finish<S>(&mut self, _out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
    }

    fn unknown(&mut self, number: u32, origin: Origin, length: usize) -> Anomaly {
        let anomaly = Anomaly::new(&LINK_TYPE, origin).bytes(length as u64);
        if self.named.replace(number) == Some(number) { anomaly } else { anomaly.detail(format!("LINKTYPE {number}")) }
    }
}

fn stopped(stop: Stop, origin: Origin, missing: usize) -> Anomaly {
    match stop {
        Stop::Short(header) if missing > 0 => Anomaly::new(&HEADER_CUT, origin).bytes(missing as u64).detail(header),
        Stop::Short(header) | Stop::Malformed(header) => Anomaly::new(&HEADER, origin).detail(header),
        Stop::Fragment { carries, bytes } => {
            let diagnosis = if carries == ip_number::TCP { &TCP_FRAGMENT } else { &FRAGMENT };
            Anomaly::new(diagnosis, origin).bytes(bytes as u64)
        }
    }
}
