//! WebSockets inside HTTP/2 (RFC 8441), which are recognised but not read.
//!
//! A server announces support in its settings, and a client requests one with a header field that nothing else uses. Its
//! name and value are searched for in the form in which a header block contains them on first use (RFC 7541): as text, or
//! Huffman-coded, which starts at a byte boundary.

use memchr::memmem;

use super::MessageSink;
use super::diagnoses::IN_HTTP2;
use crate::anomaly::Anomaly;
use crate::origin::{Located, PerDirection};
use crate::protocol::tcp::Chunk;

/// The client connection preface (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The length of a frame header in bytes (RFC 9113 section 4.1).
const HEADER: usize = 9;

/// The longest frame that is searched, in bytes. Longer ones have to be negotiated.
const SEARCHED: usize = 16 << 10;

/// Frame types.
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;

/// The setting by which a server accepts extended CONNECT (RFC 8441 section 3).
const ENABLE_CONNECT_PROTOCOL: u16 = 8;

/// `:protocol` and `websocket`, each as text and Huffman-coded.
const NAME: [&[u8]; 2] = [b":protocol", &[0xb9, 0x5d, 0x87, 0x49, 0xc8, 0x7a, 0x3f]];
const VALUE: [&[u8]; 2] = [b"websocket", &[0xf0, 0x58, 0xd0, 0x72, 0x75, 0x2a, 0x7f]];

/// Watches a connection that may speak HTTP/2.
#[derive(Debug, Default)]
pub struct Http2 {
    directions: PerDirection<Frames>,
    state: Watch,
}

/// The result of watching so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Watch {
    #[default]
    Watching,
    /// There is no WebSocket in it, or it cannot be found out any more.
    Over,
    Found,
}

/// The frames of one direction.
#[derive(Debug, Default)]
struct Frames {
    /// The preface or frame that has begun.
    bytes: Vec<u8>,
    /// The remaining bytes of a frame that is skipped.
    skipping: usize,
    sender: Option<Sender>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Client,
    Server,
}

impl Http2 {
    /// Returns whether more of the connection may show a WebSocket: it speaks HTTP/2, or may do so.
    #[must_use]
    pub fn is_watching(&self) -> bool {
        self.state == Watch::Watching
    }

    /// Returns whether a WebSocket was opened.
    #[must_use]
    pub fn found(&self) -> bool {
        self.state == Watch::Found
    }

    /// Takes the next chunk of either direction. It outputs no messages, only an anomaly.
    pub fn push(&mut self, chunk: Located<Chunk<'_>>, out: &mut impl MessageSink) {
        if !self.is_watching() {
            return;
        }
        let frames = &mut self.directions[Chunk::direction(&chunk)];
        self.state = match chunk.item {
            Chunk::Data(data) => frames.push(data),
            Chunk::Gap(_) | Chunk::End(_) => Watch::Over,
        };
        if self.found() {
            out.anomaly(Anomaly::new(&IN_HTTP2, chunk.origin));
        }
        if !self.is_watching() {
            self.directions = PerDirection::default();
        }
    }
}

impl Frames {
    /// Takes the next bytes, and returns what they show.
    fn push(&mut self, mut data: &[u8]) -> Watch {
        loop {
            let skipped = self.skipping.min(data.len());
            self.skipping -= skipped;
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

    /// Returns how many bytes are needed for the next decision.
    fn wanted(&self) -> usize {
        match (self.sender, self.bytes.first()) {
            (None, None) => 1,
            (None, Some(b'P')) => PREFACE.len(),
            _ => match self.frame() {
                Some((kind, length)) if self.is_searched(kind) && length <= SEARCHED => HEADER + length,
                _ => HEADER,
            },
        }
    }

    /// Returns the type and the length of the frame that has begun.
    fn frame(&self) -> Option<(u8, usize)> {
        let [high, middle, low, kind, ..] = *self.bytes.first_chunk::<HEADER>()?;
        Some((kind, u32::from_be_bytes([0, high, middle, low]) as usize))
    }

    fn is_searched(&self, kind: u8) -> bool {
        kind == if self.sender == Some(Sender::Client) { HEADERS } else { SETTINGS }
    }

    /// Reads the preface or a frame. Of a frame that is not searched, only the header is there.
    fn whole(&mut self) -> Watch {
        if self.sender.is_none() && self.bytes == PREFACE {
            self.sender = Some(Sender::Client);
            return Watch::Watching;
        }
        let Some((kind, length)) = self.frame() else { return Watch::Over };
        let content = self.bytes.get(HEADER..).unwrap_or_default();
        self.skipping = length - content.len();
        match self.sender {
            Some(Sender::Client) if kind == HEADERS => {
                let has = |forms: [&[u8]; 2]| forms.iter().any(|form| memmem::find(content, form).is_some());
                if has(NAME) && has(VALUE) { Watch::Found } else { Watch::Watching }
            }
            // A server's first frame is its settings.
            None if kind == SETTINGS && takes_websockets(content) => {
                self.sender = Some(Sender::Server);
                Watch::Watching
            }
            None => Watch::Over,
            Some(_) => Watch::Watching,
        }
    }
}

/// Returns whether a server's settings, entries of a number and a value (RFC 9113 section 6.5.1), accept WebSockets.
fn takes_websockets(settings: &[u8]) -> bool {
    let [high, low] = ENABLE_CONNECT_PROTOCOL.to_be_bytes();
    settings.chunks_exact(6).any(|entry| entry == [high, low, 0, 0, 0, 1])
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;
    use crate::origin::{CaptureId, Direction, Origin};
    use crate::protocol::Sink;

    #[derive(Default)]
    struct Reported(Vec<&'static str>);

    impl Sink<Message<'_>> for Reported {
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

    /// Watches what client and server send, in pieces of `size`.
    fn watch(client: &[u8], server: &[u8], size: usize) -> (Http2, Vec<&'static str>) {
        let (mut http2, mut reported) = (Http2::default(), Reported::default());
        for (direction, bytes) in [(Direction::Inbound, server), (Direction::Outbound, client)] {
            for piece in bytes.chunks(size) {
                let origin = Origin { direction: Some(direction), ..Origin::of_record(CaptureId(0), 1, 0, None) };
                http2.push(Located::new(origin, Chunk::Data(piece)), &mut reported);
            }
        }
        (http2, reported.0)
    }

    const WILLING: &[u8] = &[0, 3, 0, 0, 0, 100, 0, 8, 0, 0, 0, 1];

    #[test]
    fn a_websocket_is_found_as_text_and_huffman_coded() {
        for place in [0, 1] {
            let asks = [NAME[place], &[0x87], VALUE[place]].concat();
            let before = [frame(4, &[]), frame(1, b"\x82\x86"), frame(0, &[7; 40_000])].concat();
            let client = [PREFACE, &before, &frame(1, &asks)].concat();
            let server = [frame(SETTINGS, WILLING), frame(1, b"\x88"), frame(0, b":protocol websocket")].concat();
            for size in [1, 7, 100_000] {
                let (http2, reported) = watch(&client, &server, size);
                assert!(http2.found());
                assert_eq!(reported, ["websocket/in-http2"]);
            }
        }
    }

    #[test]
    fn watching_ends_when_no_websocket_can_follow() {
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
            let (http2, reported) = watch(client, &server, 5);
            assert_eq!((http2.is_watching(), reported.is_empty()), (watching, true), "{client:?}");
        }
    }
}
