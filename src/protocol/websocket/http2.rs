//! Websockets inside HTTP/2 (RFC 8441): recognised, not read.
//!
//! A server says in its settings that it takes them, and a client asks for one by a header field that nothing else
//! uses. Its name and value are looked for as they stand in a header block when they are first used (RFC 7541): as
//! text, or in the Huffman code, which begins at a byte.

use memchr::memmem;

use super::Message;
use super::both::Both;
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::{Direction, Located};
use crate::protocol::Sink;
use crate::protocol::tcp::Chunk;

/// A websocket inside HTTP/2.
pub(super) const IN_HTTP2: Diagnosis = Diagnosis {
    id: "websocket/in-http2",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "the client opened a websocket inside HTTP/2 (RFC 8441), which is not read",
    next: "Make the browser use HTTP/1.1 for it: in Firefox set network.http.http2.websockets to false in about:config; Chromium has the switch --disable-http2.",
};

/// What a client begins with (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Length of a frame's header in bytes (RFC 9113 section 4.1).
const HEADER: usize = 9;

/// The most bytes of a frame that are looked at; no frame is longer unless both sides agreed on it.
const LOOKED_AT: usize = 16 << 10;

/// Frame types.
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;

/// The setting by which a server takes extended CONNECT (RFC 8441 section 3).
const ENABLE_CONNECT_PROTOCOL: u16 = 8;

/// `:protocol` and `websocket`, each as text and in the Huffman code.
const NAME: [&[u8]; 2] = [b":protocol", &[0xb9, 0x5d, 0x87, 0x49, 0xc8, 0x7a, 0x3f]];
const VALUE: [&[u8]; 2] = [b"websocket", &[0xf0, 0x58, 0xd0, 0x72, 0x75, 0x2a, 0x7f]];

/// Watches a connection that may speak HTTP/2.
#[derive(Debug, Default)]
pub struct Http2 {
    lanes: Both<Lane>,
    state: Watch,
}

/// What is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Watch {
    #[default]
    Watching,
    /// There is no websocket in it, or nobody can tell any more.
    Over,
    Found,
}

/// The frames of one direction.
#[derive(Debug, Default)]
struct Lane {
    /// What has begun: the preface, or a frame.
    bytes: Vec<u8>,
    /// Bytes to come of a frame that is passed over.
    passed_over: usize,
    sender: Option<Sender>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Client,
    Server,
}

impl Http2 {
    /// Whether more of the connection may show a websocket: it speaks HTTP/2, or may.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.state == Watch::Watching
    }

    /// Whether a websocket was opened.
    #[must_use]
    pub fn found(&self) -> bool {
        self.state == Watch::Found
    }

    /// Takes the next chunk of either direction. No message comes of it, only an anomaly.
    pub fn push<S>(&mut self, chunk: Located<Chunk<'_>>, out: &mut S)
    where
        S: for<'a> Sink<Message<'a>>,
    {
        if !self.is_watching() {
            return;
        }
        let lane = self.lanes.of_mut(chunk.origin.direction.unwrap_or(Direction::Outbound));
        self.state = match chunk.item {
            Chunk::Data(data) => lane.push(data),
            Chunk::Gap(_) | Chunk::End(_) => Watch::Over,
        };
        if self.found() {
            out.anomaly(Anomaly::new(&IN_HTTP2, chunk.origin));
        }
        if !self.is_watching() {
            self.lanes = Both::default();
        }
    }
}

impl Lane {
    /// Takes the next bytes, and says what they show.
    fn push(&mut self, mut data: &[u8]) -> Watch {
        loop {
            let skipped = self.passed_over.min(data.len());
            self.passed_over -= skipped;
            data = data.get(skipped..).unwrap_or_default();
            let (piece, rest) = data.split_at(data.len().min(self.wanted().saturating_sub(self.bytes.len())));
            self.bytes.extend_from_slice(piece);
            data = rest;
            if self.bytes.len() < self.wanted() {
                if data.is_empty() {
                    return Watch::Watching;
                }
                continue;
            }
            match self.whole() {
                Watch::Watching => self.bytes.clear(),
                known => return known,
            }
        }
    }

    /// How many bytes to gather until something can be said of them.
    fn wanted(&self) -> usize {
        match (self.sender, self.bytes.first()) {
            (None, None) => 1,
            (None, Some(b'P')) => PREFACE.len(),
            _ => match self.frame() {
                Some((kind, length)) if self.is_looked_at(kind) && length <= LOOKED_AT => HEADER + length,
                _ => HEADER,
            },
        }
    }

    /// Type and length of the frame that has begun.
    fn frame(&self) -> Option<(u8, usize)> {
        let [high, middle, low, kind, ..] = *self.bytes.first_chunk::<HEADER>()?;
        Some((kind, u32::from_be_bytes([0, high, middle, low]) as usize))
    }

    fn is_looked_at(&self, kind: u8) -> bool {
        kind == if self.sender == Some(Sender::Client) { HEADERS } else { SETTINGS }
    }

    /// Reads what is gathered: the preface, or a frame, of which the content is there if it is looked at.
    fn whole(&mut self) -> Watch {
        if self.sender.is_none() && self.bytes == PREFACE {
            self.sender = Some(Sender::Client);
            return Watch::Watching;
        }
        let Some((kind, length)) = self.frame() else { return Watch::Over };
        let content = self.bytes.get(HEADER..).unwrap_or_default();
        self.passed_over = length - content.len();
        match self.sender {
            Some(Sender::Client) if kind == HEADERS => {
                let has = |forms: [&[u8]; 2]| forms.iter().any(|form| memmem::find(content, form).is_some());
                if has(NAME) && has(VALUE) { Watch::Found } else { Watch::Watching }
            }
            // A server's first frame has its settings.
            None if kind == SETTINGS && takes_websockets(content) => {
                self.sender = Some(Sender::Server);
                Watch::Watching
            }
            None => Watch::Over,
            Some(_) => Watch::Watching,
        }
    }
}

/// Whether a server's settings say so: entries of a number and a value (RFC 9113 section 6.5.1).
fn takes_websockets(settings: &[u8]) -> bool {
    let [high, low] = ENABLE_CONNECT_PROTOCOL.to_be_bytes();
    settings.chunks_exact(6).any(|entry| entry == [high, low, 0, 0, 0, 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{CaptureId, Origin};

    #[derive(Default)]
    struct Told(Vec<&'static str>);

    impl Sink<Message<'_>> for Told {
        fn item(&mut self, message: Located<Message<'_>>) {
            panic!("{message:?}");
        }

        fn anomaly(&mut self, anomaly: Anomaly) {
            self.0.push(anomaly.diagnosis.id);
        }
    }

    fn frame(kind: u8, content: &[u8]) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&[high, middle, low, kind, 0, 0, 0, 0, 1], content].concat()
    }

    /// Watches what client and server say, in pieces of `size`.
    fn watch(client: &[u8], server: &[u8], size: usize) -> (Http2, Vec<&'static str>) {
        let (mut http2, mut told) = (Http2::default(), Told::default());
        for (direction, bytes) in [(Direction::Inbound, server), (Direction::Outbound, client)] {
            for piece in bytes.chunks(size) {
                let origin = Origin { direction: Some(direction), ..Origin::of_record(CaptureId(0), 1, 0, None) };
                http2.push(Located::new(origin, Chunk::Data(piece)), &mut told);
            }
        }
        (http2, told.0)
    }

    const WILLING: &[u8] = &[0, 3, 0, 0, 0, 100, 0, 8, 0, 0, 0, 1];

    #[test]
    fn a_websocket_is_found_in_either_code() {
        for place in [0, 1] {
            let asks = [NAME[place], &[0x87], VALUE[place]].concat();
            let before = [frame(4, &[]), frame(1, b"\x82\x86"), frame(0, &[7; 40_000])].concat();
            let client = [PREFACE, &before, &frame(1, &asks)].concat();
            let server = [frame(SETTINGS, WILLING), frame(1, b"\x88"), frame(0, b":protocol websocket")].concat();
            for size in [1, 7, 100_000] {
                let (http2, told) = watch(&client, &server, size);
                assert!(http2.found());
                assert_eq!(told, ["websocket/in-http2"]);
            }
        }
    }

    #[test]
    fn without_one_the_watch_ends_or_goes_on() {
        let asks = [PREFACE, &frame(1, b":protocol websocket")].concat();
        for (client, server, watching) in [
            (asks.as_slice(), frame(SETTINGS, &WILLING[..6]), false),
            (PREFACE, frame(SETTINGS, WILLING), true),
            (PREFACE, frame(1, WILLING), false),
            (b"GET /chat HTTP/1.1\r\n", Vec::new(), false),
            (b"POST /chat HTTP/1.1\r\nHost", Vec::new(), false),
            (b"", b"HTTP/1.1 200 OK\r\n".to_vec(), false),
            (b"\x82\xfe\x01\x00mask and more", Vec::new(), false),
        ] {
            let (http2, told) = watch(client, &server, 5);
            assert_eq!((http2.is_watching(), told.is_empty()), (watching, true), "{client:?}");
        }
    }
}
