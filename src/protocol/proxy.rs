//! Proxies: the handshake in which a client asks one for a connection, before what that connection carries. HTTP CONNECT
//! (RFC 9110 section 9.3.6), SOCKS 5 (RFC 1928, with RFC 1929), SOCKS 4 and 4a.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::origin::{Direction, PerDirection};

/// The most bytes that one side of a handshake has.
const LONGEST: usize = 16 << 10;

/// What an HTTP proxy is asked.
const CONNECT: &[u8] = b"CONNECT ";

/// How the first bytes of a client look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It asks a proxy for a connection.
    Asks,
    /// It may: there are too few bytes.
    May,
    /// It does not.
    Other,
}

/// Returns whether a client that begins with these bytes asks a proxy for a connection.
#[must_use]
pub fn opening(head: &[u8]) -> Opening {
    match head {
        [] => Opening::May,
        // SOCKS 4: version 4, command 1.
        [4] => Opening::May,
        [4, 1, ..] => Opening::Asks,
        // SOCKS 5: version 5 and a list of methods, behind which the client waits.
        [5] => Opening::May,
        [5, count, methods @ ..] if (1..=16).contains(count) => match methods.len().cmp(&usize::from(*count)) {
            std::cmp::Ordering::Less => Opening::May,
            std::cmp::Ordering::Equal => Opening::Asks,
            std::cmp::Ordering::Greater => Opening::Other,
        },
        _ if head.starts_with(CONNECT) => Opening::Asks,
        _ if CONNECT.starts_with(head) => Opening::May,
        _ => Opening::Other,
    }
}

/// The handshake of one connection.
#[derive(Debug)]
pub struct Handshake {
    step: Step,
    pending: PerDirection<Vec<u8>>,
    target: String,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The client asks an HTTP proxy.
    Connect,
    /// The HTTP proxy answers.
    Response,
    /// The client asks by SOCKS 4.
    Request4,
    Reply4,
    /// The client lists how it can log in, by SOCKS 5.
    Methods,
    Method,
    Login,
    LoginReply,
    Request5,
    Reply5,
    /// What follows is carried.
    Open,
}

impl Step {
    /// The side that speaks.
    const fn side(self) -> Direction {
        match self {
            Self::Connect | Self::Request4 | Self::Methods | Self::Login | Self::Request5 => Direction::Outbound,
            _ => Direction::Inbound,
        }
    }
}

/// How far a handshake is.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// More is to come.
    Waits,
    /// It is over. What came behind it, by the side that sent it.
    Open(PerDirection<Vec<u8>>),
    /// The proxy refused, or it was none.
    Fails,
}

/// A part of a handshake: how long it is, and what follows.
type Part = (usize, Step);

impl Handshake {
    /// Creates the handshake of a client that begins with these bytes, which are to be pushed as well.
    #[must_use]
    pub fn new(head: &[u8]) -> Self {
        let step = match head {
            [4, ..] => Step::Request4,
            [5, ..] => Step::Methods,
            _ => Step::Connect,
        };
        Self { step, pending: PerDirection::default(), target: String::new() }
    }

    /// Returns whom the client asks for, as `host:port`. Untrusted text.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Takes the next bytes of the client (outbound) or the proxy (inbound).
    pub fn push(&mut self, side: Direction, data: &[u8]) -> Progress {
        self.pending[side].extend_from_slice(data);
        if self.pending[side].len() > LONGEST {
            return Progress::Fails;
        }
        while self.step != Step::Open {
            let side = self.step.side();
            let bytes = std::mem::take(&mut self.pending[side]);
            let part = self.part(&bytes);
            self.pending[side] = bytes;
            match part {
                Ok(Some((length, next))) => {
                    self.pending[side].drain(..length);
                    self.step = next;
                }
                Ok(None) => return Progress::Waits,
                Err(()) => return Progress::Fails,
            }
        }
        Progress::Open(std::mem::take(&mut self.pending))
    }

    /// Reads the part that comes next; `None` if it is not whole.
    fn part(&mut self, bytes: &[u8]) -> Result<Option<Part>, ()> {
        match (self.step, bytes) {
            (_, []) => Ok(None),
            (Step::Connect, _) => {
                let Some(length) = head(bytes) else { return Ok(None) };
                let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
                let target = line.strip_prefix(CONNECT).and_then(|rest| rest.split(|byte| *byte == b' ').next());
                self.target = String::from_utf8_lossy(target.ok_or(())?).into_owned();
                Ok(Some((length, Step::Response)))
            }
            (Step::Response, _) => {
                let Some(length) = head(bytes) else { return Ok(None) };
                let status = bytes.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..3));
                if status == Some(b"2") { Ok(Some((length, Step::Open))) } else { Err(()) }
            }
            (Step::Request4, [_, _, high, low, ip @ ..]) if ip.len() >= 4 => Ok(self.request4([*high, *low], bytes)),
            (Step::Request4, _) => Ok(None),
            (Step::Reply4, [0, 0x5a, ..]) => Ok((bytes.len() >= 8).then_some((8, Step::Open))),
            (Step::Reply4, [0]) => Ok(None),
            (Step::Methods, [5, count, ..]) => Ok(within(bytes, 2 + usize::from(*count), Step::Method)),
            (Step::Methods, [5]) => Ok(None),
            (Step::Method, [5, 0, ..]) => Ok(Some((2, Step::Request5))),
            (Step::Method, [5, 2, ..]) => Ok(Some((2, Step::Login))),
            (Step::Method, [5]) => Ok(None),
            (Step::Login, [1, user, rest @ ..]) => {
                let Some(password) = rest.get(usize::from(*user)) else { return Ok(None) };
                Ok(within(bytes, 3 + usize::from(*user) + usize::from(*password), Step::LoginReply))
            }
            (Step::Login, [1]) => Ok(None),
            (Step::LoginReply, [1, 0, ..]) => Ok(Some((2, Step::Request5))),
            (Step::LoginReply, [1]) => Ok(None),
            (Step::Request5, [5, 1, 0, ..]) => {
                let Some((length, target)) = address(bytes)? else { return Ok(None) };
                self.target = target;
                Ok(Some((length, Step::Reply5)))
            }
            (Step::Reply5, [5, 0, 0, ..]) => Ok(address(bytes)?.map(|(length, _)| (length, Step::Open))),
            (Step::Request5, [5] | [5, 1]) | (Step::Reply5, [5] | [5, 0]) => Ok(None),
            _ => Err(()),
        }
    }

    /// A request of SOCKS 4: a port, an address and the name of a user; of 4a also the name of a host, instead of the
    /// address, which is then 0.0.0.x.
    fn request4(&mut self, port: [u8; 2], bytes: &[u8]) -> Option<Part> {
        let ip: [u8; 4] = bytes.get(4..8)?.try_into().ok()?;
        let names = bytes.get(8..)?;
        let user = names.iter().position(|byte| *byte == 0)?;
        let (mut length, mut host) = (8 + user + 1, Ipv4Addr::from(ip).to_string());
        if ip.starts_with(&[0, 0, 0]) && ip != [0; 4] {
            let name = names.get(user + 1..)?;
            let end = name.iter().position(|byte| *byte == 0)?;
            host = String::from_utf8_lossy(name.get(..end)?).into_owned();
            length += end + 1;
        }
        self.target = format!("{host}:{}", u16::from_be_bytes(port));
        Some((length, Step::Reply4))
    }
}

/// A part of this length, if the bytes have it whole.
fn within(bytes: &[u8], length: usize, next: Step) -> Option<Part> {
    (bytes.len() >= length).then_some((length, next))
}

/// The length of an HTTP head, with the blank line behind it.
fn head(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|end| end + 4)
}

/// The length of a request or reply of SOCKS 5, and the address and port in it.
fn address(bytes: &[u8]) -> Result<Option<(usize, String)>, ()> {
    let [_, _, _, kind, rest @ ..] = bytes else { return Ok(None) };
    let (host, length) = match kind {
        1 => (rest.first_chunk::<4>().map(|ip| Ipv4Addr::from(*ip).to_string()), 4),
        4 => (rest.first_chunk::<16>().map(|ip| format!("[{}]", Ipv6Addr::from(*ip))), 16),
        3 => {
            let Some((count, name)) = rest.split_first() else { return Ok(None) };
            let name = name.get(..usize::from(*count));
            (name.map(|name| String::from_utf8_lossy(name).into_owned()), 1 + usize::from(*count))
        }
        _ => return Err(()),
    };
    let port = rest.get(length..length + 2).and_then(|port| port.try_into().ok()).map(u16::from_be_bytes);
    Ok(host.zip(port).map(|(host, port)| (4 + length + 2, format!("{host}:{port}"))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Direction::{Inbound, Outbound};

    const NAME: &[u8] = b"\x05\x01\x00\x03\x10web.whatsapp.com\x01\xbb";

    type Said = (Direction, Vec<u8>);

    /// Handshakes, with whom each asks for.
    fn handshakes() -> Vec<(Vec<Said>, &'static str)> {
        let parts = |parts: &[(Direction, &[u8])]| parts.iter().map(|(side, part)| (*side, part.to_vec())).collect();
        vec![
            (
                parts(&[
                    (Outbound, b"CONNECT web.whatsapp.com:443 HTTP/1.1\r\nHost: web.whatsapp.com:443\r\n\r\n"),
                    (Inbound, b"HTTP/1.1 200 Connection established\r\n\r\n"),
                ]),
                "web.whatsapp.com:443",
            ),
            (
                parts(&[(Outbound, b"\x04\x01\x01\xbb\xcb\x00\x71\x0ame\0"), (Inbound, b"\0\x5a\0\0\0\0\0\0")]),
                "203.0.113.10:443",
            ),
            (
                parts(&[
                    (Outbound, b"\x04\x01\x01\xbb\0\0\0\x01\0web.whatsapp.com\0"),
                    (Inbound, b"\0\x5a\0\0\0\0\0\0"),
                ]),
                "web.whatsapp.com:443",
            ),
            (
                parts(&[
                    (Outbound, b"\x05\x01\x00"),
                    (Inbound, b"\x05\x00"),
                    (Outbound, NAME),
                    (Inbound, b"\x05\0\0\x01\0\0\0\0\0\0"),
                ]),
                "web.whatsapp.com:443",
            ),
            (
                parts(&[
                    (Outbound, b"\x05\x02\x00\x02"),
                    (Inbound, b"\x05\x02"),
                    (Outbound, b"\x01\x02me\x03key"),
                    (Inbound, b"\x01\x00"),
                    (Outbound, b"\x05\x01\x00\x01\xcb\x00\x71\x0a\x14\x66"),
                    (Inbound, b"\x05\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
                ]),
                "203.0.113.10:5222",
            ),
        ]
    }

    #[test]
    fn a_handshake_ends_where_what_is_carried_begins() {
        for (parts, target) in handshakes() {
            assert_eq!(opening(&parts[0].1), Opening::Asks);
            for step in [1, 3, usize::MAX] {
                let mut handshake = Handshake::new(&parts[0].1);
                let last = parts.len() - 1;
                for (index, (side, part)) in parts.iter().enumerate() {
                    let part = if index == last { [part.as_slice(), b"carried"].concat() } else { part.clone() };
                    let pieces: Vec<_> = part.chunks(step.min(part.len())).collect();
                    let (mut carried, mut is_open) = (Vec::new(), false);
                    for piece in pieces {
                        if is_open {
                            carried.extend_from_slice(piece);
                        } else if let Progress::Open(rest) = handshake.push(*side, piece) {
                            is_open = true;
                            carried.extend_from_slice(&rest[*side]);
                        }
                    }
                    assert_eq!(is_open, index == last, "{target}");
                    assert_eq!(carried, if is_open { b"carried".to_vec() } else { Vec::new() });
                }
                assert_eq!(handshake.target(), target);
            }
        }
    }

    #[test]
    fn what_a_proxy_refuses_is_not_carried() {
        let connect = b"CONNECT a:1 HTTP/1.1\r\n\r\n";
        for (asks, answer) in [
            (&connect[..], &b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"[..]),
            (b"\x04\x01\0\x50\x01\x02\x03\x04\0", b"\0\x5b\0\0\0\0\0\0"),
            (b"\x05\x01\x00", b"\x05\xff"),
            (b"\x05\x01\x00", b"SSH-2.0"),
        ] {
            let mut handshake = Handshake::new(asks);
            assert_eq!(handshake.push(Outbound, asks), Progress::Waits);
            assert_eq!(handshake.push(Inbound, answer), Progress::Fails);
        }
        let mut endless = Handshake::new(connect);
        assert_eq!(endless.push(Outbound, &[b'C'; LONGEST + 1]), Progress::Fails);
    }

    #[test]
    fn other_protocols_ask_no_proxy() {
        for head in [&b"GET / HTTP/1.1"[..], b"\x16\x03\x01", b"\x05\x01\x00more", b"\x05\xc8", b"\x04\x02", b"COPY "] {
            assert_eq!(opening(head), Opening::Other, "{head:?}");
        }
        for head in [&b""[..], b"CONN", b"\x05", b"\x05\x02\x00", b"\x04"] {
            assert_eq!(opening(head), Opening::May, "{head:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(pieces in proptest::collection::vec((any::<bool>(), proptest::collection::vec(0_u8..8, 0..40)), 0..20)) {
            for first in [&[4_u8, 1][..], &[5, 1, 0], b"CONNECT "] {
                let mut handshake = Handshake::new(first);
                let mut progress = handshake.push(Outbound, first);
                for (is_out, piece) in &pieces {
                    if progress != Progress::Waits {
                        break;
                    }
                    progress = handshake.push(if *is_out { Outbound } else { Inbound }, piece);
                }
            }
        }
    }
}
