//! Decompression of messages (RFC 7692 section 7.2.2).
//!
//! After a loss, the context that the sender carries over from message to message is unknown. A message is then
//! decompressed with an empty window: the inflater rejects every reference beyond its window, so whatever decompresses is
//! right, and a reference to lost bytes is reported rather than guessed.

use flate2::{Decompress, FlushDecompress, Status};

use super::MESSAGE_LIMIT;
use super::diagnoses::{CONTEXT_MISSING, INFLATE_FAILED, INFLATE_LIMIT};
use crate::anomaly::Diagnosis;

/// The bytes that every sender strips from the end of a message's deflate stream.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// The largest window of deflate, which also covers any smaller one that was negotiated.
const WINDOW: usize = 32 << 10;

/// Decompressed bytes that are allowed at any ratio.
const UNSUSPICIOUS: usize = 4 << 20;

/// The highest ratio of decompressed to compressed bytes above that.
const RATIO_MAX: usize = 200;

/// Decompresses the messages of one direction.
#[derive(Debug)]
pub(super) struct Inflater {
    /// Created for the first compressed message.
    stream: Option<Decompress>,
    takes_over: bool,
    /// Whether messages may refer to unknown bytes.
    incomplete: bool,
}

impl Inflater {
    /// Creates an inflater. `takes_over`: messages may refer to earlier ones. `incomplete`: some earlier ones are
    /// unknown.
    pub(super) const fn new(takes_over: bool, incomplete: bool) -> Self {
        Self { stream: None, takes_over, incomplete }
    }

    /// Notes that messages were lost.
    pub(super) fn forget(&mut self) {
        self.stream = None;
        self.incomplete = true;
    }

    /// Decompresses a message's payload into `out`, which is cleared first.
    pub(super) fn inflate(&mut self, payload: &[u8], out: &mut Vec<u8>) -> Result<(), &'static Diagnosis> {
        out.clear();
        let stream = self.stream.get_or_insert_with(|| Decompress::new(false));
        if !self.takes_over {
            stream.reset(false);
        }
        let limit = payload.len().saturating_mul(RATIO_MAX).max(UNSUSPICIOUS);
        let limit = limit.min(usize::try_from(MESSAGE_LIMIT).unwrap_or(usize::MAX));
        match run(stream, payload, out, limit).and_then(|ended| Ok(run(stream, &TAIL, out, limit)? || ended)) {
            Ok(ended) => {
                self.incomplete |= ended;
                Ok(())
            }
            Err(failure) => {
                let known = !self.takes_over || !self.incomplete;
                self.forget();
                Err(match failure {
                    Failure::TooLarge => &INFLATE_LIMIT,
                    Failure::Invalid if known => &INFLATE_FAILED,
                    Failure::Invalid => &CONTEXT_MISSING,
                })
            }
        }
    }
}

enum Failure {
    Invalid,
    TooLarge,
}

/// Appends the decompressed `input` to `out`, up to `limit` bytes in all. Returns whether a final block ended the stream:
/// the next block may still refer to this message (RFC 7692 section 7.2.3.4), but the bytes before it are forgotten.
fn run(stream: &mut Decompress, mut input: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<bool, Failure> {
    let mut ended = false;
    loop {
        if out.len() == out.capacity() {
            out.reserve_exact(out.len().max(4 << 10).min((limit + 1).saturating_sub(out.len())));
        }
        let (read, written) = (stream.total_in(), out.len());
        let status = stream.decompress_vec(input, out, FlushDecompress::None).map_err(|_| Failure::Invalid)?;
        let read = usize::try_from(stream.total_in() - read).unwrap_or(usize::MAX);
        input = input.get(read..).unwrap_or_default();
        if out.len() > limit {
            return Err(Failure::TooLarge);
        }
        if status == Status::StreamEnd {
            ended = true;
            stream.reset(false);
            let window = out.get(out.len().saturating_sub(WINDOW)..).unwrap_or_default();
            stream.set_dictionary(window).map_err(|_| Failure::Invalid)?;
        } else if input.is_empty() && out.len() < out.capacity() {
            return Ok(ended);
        } else if read == 0 && out.len() == written {
            return Err(Failure::Invalid);
        }
    }
}
