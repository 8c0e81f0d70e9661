//! The layer itself: one packet out for every record in, and what is wrong with it.

use etherparse::{IpNumber, ip_number};

use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Located, Origin};
use crate::protocol::Sink;

use super::fragments::Fragments;
use super::internet::{self, Datagram, Ends, Stop};
use super::link::{self, Network};
use super::tunnel;
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

/// There is no end to what is inside what.
pub(super) const TUNNELS: Diagnosis = Diagnosis {
    id: "packet/tunnels",
    layer: Layer::Packet,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a packet lies in too many tunnels, one in the other, and was not read",
    next: "",
};

/// How many tunnels, and Ethernet frames in them, are looked into, one in the other.
const MOST_TUNNELS: usize = 8;

/// Reads the headers of the records of one capture.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The unknown link type last named, so that a million records of it are named once.
    named: Option<u32>,
    fragments: Fragments,
}

impl Decoder {
    /// Reads one record and gives exactly one packet, [`Packet::Other`] if its headers cannot be read. That of the
    /// last fragment of an IP packet is the whole, from the record of the first fragment on.
    pub fn push<S>(&mut self, record: Located<Record<'_>>, out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        let Located { origin, item: record } = record;
        let missing = (record.wire_length as usize).saturating_sub(record.data.len());
        self.network(link::network(record.link, record.data), missing, origin, 0, out);
    }

    /// Ends the capture: IP packets of which fragments are missing are reported.
    pub fn finish<S>(&mut self, out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        self.fragments.finish(out);
    }

    /// Reads what is behind a link-layer header, inside of `tunnels`. `missing` bytes behind it were not captured.
    fn network<S>(&mut self, network: Network<'_>, missing: usize, origin: Origin, tunnels: usize, out: &mut S)
    where
        S: for<'a> Sink<Packet<'a>>,
    {
        let packet = match network {
            _ if tunnels > MOST_TUNNELS => {
                out.anomaly(Anomaly::new(&TUNNELS, origin));
                Packet::Other
            }
            Network::Ip(data) => match internet::datagram(data, missing) {
                Ok(Datagram { fragment: Some(fragment), ends, carries, .. }) => {
                    if let Some((payload, origin)) = self.fragments.add(fragment, origin, out) {
                        return self.transport(ends, carries, (&payload, 0), origin, tunnels, out);
                    }
                    Packet::Other
                }
                Ok(Datagram { fragment: None, ends, carries, payload, cut }) => {
                    return self.transport(ends, carries, (payload, cut), origin, tunnels, out);
                }
                Err(stop) => {
                    out.anomaly(stopped(stop, origin, missing));
                    Packet::Other
                }
            },
            Network::Ethernet(frame) => return self.network(link::ethernet(frame), missing, origin, tunnels + 1, out),
            Network::Other => Packet::Other,
            Network::Short(header) => {
                out.anomaly(stopped(Stop::Short(header), origin, missing));
                Packet::Other
            }
            Network::Unknown(number, length) => {
                out.anomaly(self.unknown(number, origin, length));
                Packet::Other
            }
        };
        out.item(Located::new(origin, packet));
    }

    /// Reads the payload of an IP packet, behind which some bytes were not captured.
    fn transport<S>(
        &mut self,
        ends: Ends,
        carries: IpNumber,
        (payload, cut): (&[u8], usize),
        origin: Origin,
        tunnels: usize,
        out: &mut S,
    ) where
        S: for<'a> Sink<Packet<'a>>,
    {
        let packet = match carries {
            ip_number::TCP => match internet::segment(ends, payload, cut) {
                Ok(segment) => Packet::Tcp(segment),
                Err(stop) => {
                    out.anomaly(stopped(stop, origin, cut));
                    Packet::Other
                }
            },
            _ => match tunnel::inside(carries, payload) {
                Some(network) => return self.network(network, cut, origin, tunnels + 1, out),
                None if carries == ip_number::UDP => Packet::Udp,
                None => Packet::Other,
            },
        };
        out.item(Located::new(origin, packet));
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
    }
}
