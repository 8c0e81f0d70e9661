//! What the signalling says about the path of media: relays with their tokens and keys, which of them was elected, and how
//! far both sides say they are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::binary::{Content, Element};
use crate::protocol::stanza::{ActionName, Body};

/// The most relays of a call that are followed.
const MOST_RELAYS: usize = 256;

/// An address of a relay, from `<te2>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relay {
    /// `relay_name`. Untrusted text.
    pub name: Option<Box<str>>,
    /// `relay_id`.
    pub id: Option<Box<str>>,
    /// The id of its token.
    pub token_id: Option<Box<str>>,
    /// The id of its token for ICE.
    pub auth_token_id: Option<Box<str>>,
    /// Whether it is marked `is_fna`.
    pub is_fna: bool,
    /// The round trip that the server knows, in milliseconds.
    pub round_trip: Option<u64>,
    /// Its address; `None` if the capture does not have the bytes.
    pub address: Option<SocketAddr>,
    /// Index in [`Call::rows`] of the stanza that announced it.
    pub row: usize,
}

/// A secret of the relay block, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its `id`.
    pub id: Box<str>,
    /// Its bytes.
    pub bytes: Box<[u8]>,
}

/// An address that one side says it can be reached at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// Index in [`Call::rows`] of the stanza that has it.
    pub row: usize,
    /// The address.
    pub address: SocketAddr,
}

/// A relay that a latency report names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Index in [`Call::rows`] of the report.
    pub row: usize,
    /// Which way it went.
    pub direction: Direction,
    /// `relay_name`.
    pub name: Option<Box<str>>,
    /// The address in it.
    pub address: Option<SocketAddr>,
    /// The latency that it reports, as sent.
    pub value: Option<u64>,
}

/// The relay that the call was elected to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    /// Index in [`Call::rows`] of the election.
    pub row: usize,
    /// `elected_relay_idx`, or what else names the relay.
    pub index: Box<str>,
}

/// What the stanzas of a call say about the path of its media.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// The addresses of relays.
    pub relays: Vec<Relay>,
    /// `<token>`.
    pub tokens: Vec<Secret>,
    /// `<auth_token>`.
    pub auth_tokens: Vec<Secret>,
    /// `<key>`: the text that signs requests to relays.
    pub keys: Vec<Box<[u8]>>,
    /// Addresses in `<transport>` and `<accept>`, assumed to be those of the sender.
    pub candidates: Vec<Reachable>,
    /// Latency reports, one per relay.
    pub reports: Vec<Report>,
    /// The last election.
    pub election: Option<Election>,
    /// The stanza that announced relays first.
    pub row: Option<usize>,
    /// Whether the capture leaves out addresses that were announced.
    pub is_elided: bool,
}

impl Announced {
    /// Reads the stanzas of a call.
    #[must_use]
    pub fn of(call: &Call) -> Self {
        let mut announced = Self::default();
        for (index, row) in call.rows.iter().enumerate() {
            for block in row.announcement().into_iter().flat_map(Element::children).filter(|node| node.tag() == "relay")
            {
                announced.block(block, index);
            }
            let stanza = row.observed.read();
            let (Body::Call(Some(action)), Some(node)) = (&stanza.body, stanza.action_node()) else { continue };
            match action.name {
                ActionName::Transport | ActionName::Accept => {
                    let te = node.children().filter(|child| child.tag() == "te");
                    let read = te.filter_map(address).map(|address| Reachable { row: index, address });
                    announced.candidates.extend(read.take(MOST_RELAYS));
                }
                ActionName::RelayLatency => announced.report(node, index, row.observed.direction()),
                ActionName::RelayElection => {
                    let named = ["elected_relay_idx", "relay_id"].into_iter().find_map(|name| node.text(name));
                    let named = named.map(Into::into).or_else(|| String::from_utf8(node.bytes()?.to_vec()).ok());
                    if let Some(named) = named {
                        announced.election = Some(Election { row: index, index: named.into() });
                    }
                }
                _ => {}
            }
        }
        announced
    }

    fn block(&mut self, block: Element<'_>, row: usize) {
        for child in block.children() {
            let secret = || Some(Secret { id: child.text("id")?.into(), bytes: child.bytes()?.into() });
            match child.tag() {
                "te2" | "te" => self.relay(child, row),
                "token" => self.tokens.extend(secret().filter(|secret| !self.tokens.contains(secret))),
                "auth_token" => self.auth_tokens.extend(secret().filter(|it| !self.auth_tokens.contains(it))),
                "key" => {
                    let key = child.bytes().filter(|key| !self.keys.iter().any(|known| **known == **key));
                    self.keys.extend(key.map(Into::into));
                }
                _ => {}
            }
        }
    }

    fn relay(&mut self, node: Element<'_>, row: usize) {
        self.row.get_or_insert(row);
        let text = |name: &str| node.text(name).map(Into::into);
        let relay = Relay {
            name: text("relay_name"),
            id: text("relay_id"),
            token_id: text("token_id"),
            auth_token_id: text("auth_token_id"),
            is_fna: node.text("is_fna").is_some_and(|value| matches!(&*value, "1" | "true")),
            round_trip: node.text("c2r_rtt").and_then(|value| value.parse().ok()),
            address: address(node),
            row,
        };
        self.is_elided |= matches!(node.content(), Content::Elided(_));
        let is_known = self.relays.iter().any(|known| Relay { row, ..known.clone() } == relay);
        if !is_known && self.relays.len() < MOST_RELAYS {
            self.relays.push(relay);
        }
    }

    fn report(&mut self, node: Element<'_>, row: usize, direction: Option<Direction>) {
        let Some(direction) = direction else { return };
        let relays = node.children().filter(|child| child.tag() == "te");
        let reports = relays.map(|te| Report {
            row,
            direction,
            name: te.text("relay_name").map(Into::into),
            address: address(te),
            value: te.text("latency").and_then(|value| value.parse().ok()),
        });
        self.reports.extend(reports.take(MOST_RELAYS));
    }

    /// Returns whether two addresses are of one relay.
    #[must_use]
    pub fn is_same_relay(&self, one: usize, other: usize) -> bool {
        let Some((one, other)) = self.relays.get(one).zip(self.relays.get(other)) else { return false };
        match (&one.id, &other.id) {
            (Some(one), Some(other)) => one == other,
            _ => one.name.is_some() && one.name == other.name,
        }
    }

    /// Returns the indexes of the elected relay's addresses: of the relay with that id, else of the one in that place.
    #[must_use]
    pub fn elected(&self) -> Vec<usize> {
        let Some(election) = &self.election else { return Vec::new() };
        let by_id = |relay: &Relay| relay.id.as_ref() == Some(&election.index);
        let first = self.relays.iter().position(by_id).or_else(|| {
            let index: usize = election.index.parse().ok()?;
            (self.relays.iter().all(|relay| relay.id.is_none()) && index < self.relays.len()).then_some(index)
        });
        let Some(first) = first else { return Vec::new() };
        (0..self.relays.len()).filter(|other| *other == first || self.is_same_relay(first, *other)).collect()
    }

    /// Returns the index of the relay that a report names.
    #[must_use]
    pub fn reported(&self, report: &Report) -> Option<usize> {
        let named = || self.relays.iter().position(|relay| relay.name.is_some() && relay.name == report.name);
        report.address.and_then(|address| self.relay_at(address)).or_else(named)
    }

    /// Returns the index of the relay at an address: with that port, else with another.
    #[must_use]
    pub fn relay_at(&self, address: SocketAddr) -> Option<usize> {
        let exact = self.relays.iter().position(|relay| relay.address == Some(address));
        exact.or_else(|| {
            self.relays.iter().position(|relay| relay.address.is_some_and(|known| known.ip() == address.ip()))
        })
    }
}

/// Reads the address in an element: 6 bytes for IPv4, 18 for IPv6, the port last, big-endian. One of zeros names nothing.
fn address(node: Element<'_>) -> Option<SocketAddr> {
    let bytes = node.bytes()?;
    let (ip, port) = bytes.split_at_checked(bytes.len().checked_sub(2)?)?;
    let ip: IpAddr = match ip.len() {
        4 => Ipv4Addr::from(<[u8; 4]>::try_from(ip).ok()?).into(),
        16 => Ipv6Addr::from(<[u8; 16]>::try_from(ip).ok()?).into(),
        _ => return None,
    };
    let port = u16::from_be_bytes(port.try_into().ok()?);
    (port != 0 && !ip.is_unspecified()).then(|| SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::binary::NodeBuilder;

    #[test]
    fn addresses_of_both_families_are_read_and_nothing_else() {
        let read = |bytes: &[u8]| {
            let mut builder = NodeBuilder::default();
            builder.start("te2");
            builder.bytes(bytes);
            address(builder.finish().root()).map(|address| address.to_string())
        };
        assert_eq!(read(&[203, 0, 113, 10, 0x0d, 0x96]).as_deref(), Some("203.0.113.10:3478"));
        let v6 = [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[1, 0x0d, 0x98]].concat();
        assert_eq!(read(&v6).as_deref(), Some("[2001:db8::1]:3480"));
        for other in [&[][..], &[1], &[0; 6], &[0; 18], &[1; 7], &[203, 0, 113, 10, 0, 0]] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
