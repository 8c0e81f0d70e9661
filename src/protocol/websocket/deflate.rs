//! Inflating compressed messages (RFC 7692 section 7.2.2).
//!
//! After a loss the context that a sender takes over from message to message is not known. A message is then
//! inflated with an empty window: the inflater refuses every reference beyond what it holds, so what does
//! inflate is right, and what refers to lost bytes is reported instead of guessed.

use flate2::{Decompress, FlushDecompress, Status};

use super::MESSAGE_LIMIT;
use crate::anomaly::{Diagnosis, Kind, Layer, Severity};

/// A compressed message that does not inflate, though nothing before it is missing.
pub(super) const INFLATE_FAILED: Diagnosis = Diagnosis {
    id: "websocket/inflate-failed",
    layer: Layer::Websocket,
    kind: Kind::Malformed,
    severity: Severity::Loss,
    why: "a compressed websocket message does not inflate; later ones of the same direction can be read only if \
          they do not refer back to it",
    next: "",
};

/// A compressed message that refers to bytes that are not known.
pub(super) const CONTEXT_MISSING: Diagnosis = Diagnosis {
    id: "websocket/context-missing",
    layer: Layer::Websocket,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "a compressed websocket message does not inflate without earlier messages, which were not captured or \
          could not be read",
    next: "A capture that drops no packets and begins before the client connects avoids this.",
};

/// A compressed message that grows beyond all reason.
pub(super) const INFLATE_LIMIT: Diagnosis = Diagnosis {
    id: "websocket/inflate-limit",
    layer: Layer::Websocket,
    kind: Kind::Unsupported,
    severity: Severity::Loss,
    why: "a compressed websocket message inflates to more than 64 MiB, or to more than 4 MiB and 200 times its \
          size; it was not read, and later ones of the same direction can be read only if they do not refer back \
          to it",
    next: "",
};

/// What every sender strips from the end of a message's deflate stream.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// The largest window of deflate, which inflates whatever smaller one was agreed on.
const WINDOW: usize = 32 << 10;

/// Inflated bytes that are allowed at any ratio.
const UNSUSPICIOUS: usize = 4 << 20;

/// The highest ratio of inflated to compressed bytes above that.
const RATIO_MAX: usize = 200;

/// Inflates the messages of one direction.
#[derive(Debug)]
pub(super) struct Inflater {
    /// Made for the first compressed message.
    stream: Option<Decompress>,
    takes_over: bool,
    /// Whether messages may refer to bytes that are not known.
    incomplete: bool,
}

impl Inflater {
    /// `takes_over`: a message may refer to earlier ones. `incomplete`: there are earlier ones that are not
    /// known.
    pub(super) const fn new(takes_over: bool, incomplete: bool) -> Self {
        Self { stream: None, takes_over, incomplete }
    }

    /// Says that messages were lost.
    pub(super) fn forget(&mut self) {
        self.stream = None;
        self.incomplete = true;
    }

    /// Inflates a message's payload into `out`, which is cleared first.
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

/// Inflates `input` onto the end of `out`, up to `limit` bytes in all. Says whether a final block ended the
/// stream: the next block may still refer to this message (RFC 7692 section 7.2.3.4), but what was before it is
/// not known any more.
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
