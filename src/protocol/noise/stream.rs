//! The frames of one direction, and how the next one is found after bytes are missing or damaged: the tag of a frame
//! proves its position, too.

use super::framing::{self, PREFIX, Partial, TAG};
use super::report::Count;
use super::transport::Receiver;
use crate::protocol::budget::Budget;

/// How far into misaligned bytes a frame is searched for.
pub(super) const SEARCHED: usize = 16 * 1024;

/// The buffer and the budget of trial decryption.
pub(super) struct Trials {
    /// The plaintext of the last frame that was decrypted.
    pub(super) plain: Vec<u8>,
    /// What failures may still cost.
    pub(super) budget: Budget,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct FrameStream {
    /// The remaining bytes of the header before the first frame.
    pub(super) header: usize,
    pub(super) partial: Partial,
    pub(super) past_handshake: bool,
    pub(super) receiver: Option<Receiver>,
    /// Whether bytes are missing, so that the next frame may begin anywhere.
    pub(super) misaligned: bool,
    /// Whether a message is missing, so that the next one hardly continues a frame.
    pub(super) message_lost: bool,
    pub(super) count: Count,
}

impl FrameStream {
    /// Returns whether `data` completes the `partial` frame: the missing message may have been another one.
    pub(super) fn continues(&self, partial: &Partial, data: &[u8], trials: &mut Trials) -> bool {
        let Some(missing) = partial.expected().and_then(|expected| expected.checked_sub(partial.len())) else {
            return false;
        };
        let Some(rest) = data.get(..missing) else { return false };
        self.begins_frame(&[partial.bytes(), rest].concat(), trials)
    }

    /// Returns whether `data` begins a frame rather than continues one: the frame decrypts, or nothing can be decrypted
    /// and its length is all that shows it.
    pub(super) fn begins_frame(&self, data: &[u8], trials: &mut Trials) -> bool {
        let Some(frame) = framing::frame_at(data, 0) else { return false };
        match &self.receiver {
            Some(receiver) if self.past_handshake => receiver.would_open(frame, &mut trials.plain, &mut trials.budget),
            _ => true,
        }
    }

    /// Returns where in `bytes`, at `from` or soon after, a complete frame begins that decrypts.
    pub(super) fn find_frame(&self, bytes: &[u8], from: usize, trials: &mut Trials) -> Option<usize> {
        let receiver = self.receiver.as_ref()?;
        let until = bytes.len().saturating_sub(PREFIX + TAG).min(from + SEARCHED);
        (from..until).find(|at| {
            let frame = framing::frame_at(bytes, *at).filter(|frame| frame.len() > TAG);
            frame.is_some_and(|frame| receiver.would_open(frame, &mut trials.plain, &mut trials.budget))
        })
    }
}
