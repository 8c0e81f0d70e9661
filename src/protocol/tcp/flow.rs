//! The two endpoints of a connection, as a key, and the connection that is now between them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Segment;
use crate::origin::ConnectionId;

/// An address and a port, as whole numbers: quicker to compare and to copy than a `SocketAddr`, which carries an
/// IPv6 flow label and scope as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Endpoint {
    port: u16,
    is_ipv6: bool,
    address: [u64; 2],
}

#[expect(clippy::cast_possible_truncation, reason = "addresses are taken apart and put together")]
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

/// Something of each side of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Both<T> {
    pub(super) low: T,
    pub(super) high: T,
}

impl<T> Both<T> {
    pub(super) const fn of(&self, side: Side) -> &T {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }

    pub(super) const fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Low => &mut self.low,
            Side::High => &mut self.high,
        }
    }

    /// That of `side`, then the other's.
    pub(super) const fn split_mut(&mut self, side: Side) -> (&mut T, &mut T) {
        match side {
            Side::Low => (&mut self.low, &mut self.high),
            Side::High => (&mut self.high, &mut self.low),
        }
    }
}

/// The unordered pair of endpoints that a segment travels between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    low: Endpoint,
    high: Endpoint,
}

impl Pair {
    /// The pair of a segment, and the side that sent it.
    pub(super) fn of(segment: &Segment<'_>) -> (Self, Side) {
        let source = Endpoint::of(segment.source);
        let destination = Endpoint::of(segment.destination);
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

    /// Which side is probably the client, when no SYN says so; `first` sent the first packet seen.
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

/// Whether websockets, and what WhatsApp's clients speak besides, are commonly served at `port`.
const fn is_served(port: u16) -> bool {
    matches!(port, 80 | 443 | 3000 | 5222 | 5223 | 5228 | 8000 | 8080 | 8443)
}

/// The newest connection of each pair.
///
/// Most segments come between the same endpoints as the one before, which saves them the hashing.
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
