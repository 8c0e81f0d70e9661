//! The packet layer's decoder: records in, packets and anomalies out.

use etherparse::{IpNumber, ip_number};

use super::diagnoses::{HEADER, HEADER_CUT, LINK_TYPE, TUNNELS};
use super::fragments::Fragments;
use super::internet::{self, Addresses, IpPacket, Stop};
use super::link::{self, Network};
use super::{Packet, PacketSink, Record};
use crate::anomaly::Anomaly;
use crate::origin::{Located, Origin};

/// How deep tunnels, and Ethernet frames in them, may nest.
const MOST_TUNNELS: usize = 8;

/// Reads the headers of the records of one capture.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The unsupported link type reported last, so that a million records of it are named once.
    named: Option<u32>,
    fragments: Fragments,
}

impl Decoder {
    /// Reads one record and outputs exactly one packet, [`Packet::Other`] if its headers cannot be read. The last
    /// fragment of an IP packet outputs the whole packet, whose origin begins at the first fragment.
    pub fn push(&mut self, record: Located<Record<'_>>, out: &mut impl PacketSink) {
        let Located { origin, item: record } = record;
        let missing = (record.wire_length as usize).saturating_sub(record.data.len());
        self.network(link::network(record.link, record.data), missing, origin, 0, out);
    }

    /// Addresses the capture, and reports IP packets that lack fragments.
    pub fn finish(&mut self, out: &mut impl PacketSink) {
        self.fragments.finish(out);
    }

    /// Reads the payload of a link-layer header, at a nesting depth of `tunnels`. `missing` bytes after it were not
    /// captured.
    fn network(
        &mut self,
        network: Network<'_>,
        missing: usize,
        origin: Origin,
        tunnels: usize,
        out: &mut impl PacketSink,
    ) {
        let packet = match network {
            _ if tunnels > MOST_TUNNELS => {
                out.anomaly(Anomaly::new(&TUNNELS, origin));
                Packet::Other
            }
            Network::Ip(data) => match internet::packet(data, missing) {
                Ok(IpPacket { fragment: Some(fragment), addresses, protocol, .. }) => {
                    if let Some((payload, origin)) = self.fragments.add(fragment, origin, out) {
                        return self.transport(addresses, protocol, (&payload, 0), origin, tunnels, out);
                    }
                    Packet::Other
                }
                Ok(IpPacket { fragment: None, addresses, protocol, payload, cut }) => {
                    return self.transport(addresses, protocol, (payload, cut), origin, tunnels, out);
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

    /// Reads the payload of an IP packet, after which `cut` bytes were not captured.
    fn transport(
        &mut self,
        addresses: Addresses,
        protocol: IpNumber,
        (payload, cut): (&[u8], usize),
        origin: Origin,
        tunnels: usize,
        out: &mut impl PacketSink,
    ) {
        let packet = match protocol {
            ip_number::TCP => match internet::segment(addresses, payload, cut) {
                Ok(segment) => Packet::Tcp(segment),
                Err(stop) => {
                    out.anomaly(stopped(stop, origin, cut));
                    Packet::Other
                }
            },
            _ => match link::tunnelled(protocol, payload) {
                Some(network) => return self.network(network, cut, origin, tunnels + 1, out),
                None => match internet::quoted(protocol, payload) {
                    Some((source, destination)) => Packet::Quoted(source, destination),
                    None => internet::other(addresses, protocol, payload, cut),
                },
            },
        };
        out.item(Located::new(origin, packet));
    }

    fn unknown(&mut self, number: u32, origin: Origin, length: usize) -> Anomaly {
        let anomaly = Anomaly::new(&LINK_TYPE, origin).bytes(length as u64);
        if self.named.replace(number) == Some(number) {
            return anomaly;
        }
        anomaly.detail(match link::name_of(number) {
            Some(name) => format!("LINKTYPE {number}, {name}"),
            None => format!("LINKTYPE {number}"),
        })
    }
}

fn stopped(stop: Stop, origin: Origin, missing: usize) -> Anomaly {
    match stop {
        Stop::Short(header) if missing > 0 => Anomaly::new(&HEADER_CUT, origin).bytes(missing as u64).detail(header),
        Stop::Short(header) | Stop::Malformed(header) => Anomaly::new(&HEADER, origin).detail(header),
    }
}
