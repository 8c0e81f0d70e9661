//! Packet to chunk: reassembly of both directions of each TCP connection (RFC 9293).
//!
//! Each direction outputs its bytes once and in order, whatever the order and the repetitions in which they were
//! captured, and a [`Chunk::Gap`] exactly as long as what was not captured. In-order bytes are output borrowed; bytes
//! that come too early are buffered, within [`Limits`].
//!
//! **Giving up a gap.** A recorder may store packets in another order than they were sent, so a missing byte is not
//! lost as soon as the other side acknowledges it. It is given up once it was acknowledged and 64 further packets of the
//! connection, or 16 packets and 2 seconds, have not brought it; when the bytes buffered after it exceed the limits; or
//! when the connection or the capture ends. For the same reason a RST ends the other side's direction only 64 packets of
//! the capture and 2 seconds later, or when the connection is replaced or the capture ends.
//!
//! **Repeated bytes.** The first captured value of a byte wins. A different value is reported only while the first is
//! still buffered; bytes that were output are not kept for comparison.
//!
//! **Beginnings.** After a SYN the first byte is known. In a connection that began before the capture, the first byte is
//! the one that the other side had acknowledged, or else the earliest one that arrives in the time allowed for a gap.
//! Whatever was sent before the direction's first captured packet is not a gap.
//!
//! **Far segments.** A segment more than 64 MiB ahead is either damaged, or the recorder missed a lot. It is buffered
//! like any other, and believed once it is acknowledged or four segments have arrived there.
//!
//! ```
//! use ringtrace::anomaly::Anomaly;
//! use ringtrace::origin::{CaptureId, Located, Origin};
//! use ringtrace::protocol::Sink;
//! use ringtrace::protocol::packet::Segment;
//! use ringtrace::protocol::tcp::{Chunk, Reassembler};
//!
//! #[derive(Default)]
//! struct Text(String);
//!
//! impl Sink<Chunk<'_>> for Text {
//!     fn item(&mut self, chunk: Located<Chunk<'_>>) {
//!         match chunk.item {
//!             Chunk::Data(data) => self.0.push_str(&String::from_utf8_lossy(data)),
//!             Chunk::Gap(bytes) => self.0.push_str(&format!("[{bytes} bytes missing]")),
//!             Chunk::End(_) => {}
//!         }
//!     }
//!
//!     fn anomaly(&mut self, _anomaly: Anomaly) {}
//! }
//!
//! let segment = |sequence, payload| Segment {
//!     source: "192.0.2.1:50000".parse().unwrap(),
//!     destination: "192.0.2.2:443".parse().unwrap(),
//!     sequence,
//!     acknowledgment: None,
//!     syn: sequence == 0,
//!     fin: false,
//!     rst: false,
//!     payload,
//!     cut: 0,
//! };
//! let (mut reassembler, mut text) = (Reassembler::new(), Text::default());
//! let segments = [segment(0, &b""[..]), segment(1, b"to "), segment(9, b"be"), segment(4, b"be, ")];
//! for (record, segment) in (1..).zip(segments) {
//!     reassembler.push(Located::new(Origin::of_record(CaptureId(0), record, 0, None), segment), &mut text);
//! }
//! reassembler.finish(&mut text);
//! assert_eq!(text.0, "to be, [1 bytes missing]be");
//! ```

mod diagnoses;

mod chunk;

mod sequence;

mod arrival;

mod flow;

mod buffer;

mod stream;

mod connection;

mod reassembler;

#[cfg(test)]
mod tests;

pub(super) use chunk::Backlog;
pub use chunk::{Chunk, ChunkSink, End};
pub use connection::{Connection, Span};
pub use diagnoses::*;
pub use reassembler::{Limits, Reassembler};
