//! The pair of endpoints that identifies a connection, and the newest connection of each pair.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::origin::ConnectionId;
use crate::protocol::packet::Segment;

/// An address and a port as integers, which are faster to compare and copy than a `SocketAddr` with its IPv6 flow label
/// and scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Endpoint {
    port: u16,
    is_ipv6: bool,
    address: [u64; 2],
}

#[expect(clippy::cast_possible_truncation, reason = "addresses are split and joined")]
impl Endpoint {
    fn of(socket: SocketAddr) -> Self {
        let port = socket.port();
        match socket.ip() {
            IpAddr::V4(address) => Self { port, is_ipv6: false, address: [0, u64::from(address.to_bits())] },
            IpAddr::V6(address) => {
                let bits = address.to_bits();
                Self { port, is_ipv6: true, address: [(bits >> 64) as u64, bits as u64] }
            }
        }
    }

    pub(super) fn socket(self) -> SocketAddr {
        let [upper, lower] = self.address.map(u128::from);
        let address = Ipv6Addr::from_bits(upper << 64 | lower);
        let address = if self.is_ipv6 { IpAddr::V6(address) } else { IpAddr::V4(Ipv4Addr::from_bits(lower as u32)) };
        SocketAddr::new(address, self.port)
    }
}

/// One of the two endpoints of a [`Pair`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Low,
    High,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// The unordered pair of endpoints of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    low: Endpoint,
    high: Endpoint,
}

impl Pair {
    /// Returns the pair of a segment, and the side that sent it.
    pub(super) fn of(segment: &Segment<'_>) -> (Self, Side) {
        Self::of_ends(segment.source, segment.destination)
    }

    /// Returns the pair of two ends, and the side of the first.
    pub(super) fn of_ends(source: SocketAddr, destination: SocketAddr) -> (Self, Side) {
        let (source, destination) = (Endpoint::of(source), Endpoint::of(destination));
        if source <= destination {
            (Self { low: source, high: destination }, Side::Low)
        } else {
            (Self { low: destination, high: source }, Side::High)
        }
    }

    pub(super) const fn endpoint(&self, side: Side) -> Endpoint {
        match side {
            Side::Low => self.low,
            Side::High => self.high,
        }
    }

    /// Guesses which side is the client, for lack of a SYN. `first` sent the first captured packet.
    pub(super) fn likely_client(&self, first: Side) -> Side {
        let (low, high) = (self.low.port, self.high.port);
        match (is_served(low), is_served(high)) {
            (true, false) => Side::High,
            (false, true) => Side::Low,
            _ if low < high => Side::High,
            _ if high < low => Side::Low,
            _ => first,
        }
    }
}

/// Returns whether servers of WebSockets, or of WhatsApp's other protocols, commonly listen on `port`.
const fn is_served(port: u16) -> bool {
    matches!(port, 80 | 443 | 3000 | 5222 | 5223 | 5228 | 8000 | 8080 | 8443)
}

/// The newest connection of each pair.
///
/// Most segments have the same endpoints as the one before, so that pair is compared before anything is hashed.
#[derive(Debug, Default)]
pub(super) struct Flows {
    newest: HashMap<Pair, ConnectionId>,
    recent: Option<(Pair, ConnectionId)>,
}

impl Flows {
    pub(super) fn find(&mut self, pair: &Pair) -> Option<ConnectionId> {
        if let Some((recent, id)) = self.recent
            && recent == *pair
        {
            return Some(id);
        }
        let id = *self.newest.get(pair)?;
        self.recent = Some((*pair, id));
        Some(id)
    }

    pub(super) fn insert(&mut self, pair: Pair, id: ConnectionId) {
        self.newest.insert(pair, id);
        self.recent = Some((pair, id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_keep_their_addresses() {
        for text in ["192.0.2.1:443", "[2001:db8::ffff:c000:201]:443", "[::ffff:192.0.2.1]:1", "[::1]:65535"] {
            let socket: SocketAddr = text.parse().unwrap();
            assert_eq!(Endpoint::of(socket).socket(), socket);
        }
        let mapped = Endpoint::of("[::ffff:192.0.2.1]:1".parse().unwrap());
        assert_ne!(mapped, Endpoint::of("192.0.2.1:1".parse().unwrap()));
        let low = Endpoint::of("[::c000:201]:1".parse().unwrap());
        assert_ne!(low, Endpoint::of("192.0.2.1:1".parse().unwrap()));
    }
}
