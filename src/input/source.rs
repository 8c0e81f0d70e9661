//! The buffer between an input and its format's reader.

use std::io::{self, Read};

use super::compressed::{Broken, Decompressed};
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{CaptureId, Origin, RecordNumber};

/// Initial size of the buffer, and so of most reads.
const CAPACITY: usize = 1 << 20;

/// An input, read forward through a buffer that grows to what a format asks for.
///
/// A format limits what it asks for. A length that the input only claims costs nothing: the buffer grows as
/// bytes arrive.
pub(super) struct Source<'r> {
    capture: CaptureId,
    reader: Decompressed<'r>,
    buffer: Vec<u8>,
    /// Where in `buffer` the bytes begin that were read and not consumed.
    start: usize,
    /// Where they end.
    end: usize,
    /// Offset in the input of the byte at `start`.
    offset: u64,
    /// Why it could not be read further, if it could not.
    failure: Option<io::Error>,
}

impl<'r> Source<'r> {
    /// An input of which nothing has been read.
    pub(super) fn new(capture: CaptureId, reader: Decompressed<'r>) -> Self {
        Self { capture, reader, buffer: vec![0; CAPACITY], start: 0, end: 0, offset: 0, failure: None }
    }

    /// The bytes that were read and not consumed.
    pub(super) fn data(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Offset in the input of the first byte of [`data`](Self::data).
    pub(super) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads until there are `length` bytes of data, and says whether there are: if not, the input has ended.
    pub(super) fn fill(&mut self, length: usize) -> io::Result<bool> {
        if self.reach(length) { Ok(true) } else { self.failure.take().map_or(Ok(false), Err) }
    }

    /// The same, where the data at hand make sense without those behind them: a failure then waits until it is
    /// [asked for](Self::failure), and looks like the input's end.
    pub(super) fn reach(&mut self, length: usize) -> bool {
        while self.end - self.start < length {
            if self.read() == 0 {
                return false;
            }
        }
        true
    }

    /// Skips the first `length` bytes of data.
    pub(super) fn consume(&mut self, length: usize) {
        let length = length.min(self.end - self.start);
        self.start += length;
        self.offset += length as u64;
    }

    /// Skips `length` bytes, and says whether there were that many.
    pub(super) fn skip(&mut self, length: u64) -> io::Result<bool> {
        let end = self.offset.saturating_add(length);
        loop {
            self.consume(usize::try_from(end - self.offset).unwrap_or(usize::MAX));
            if self.offset == end {
                return Ok(true);
            }
            if self.read() == 0 {
                return self.failure.take().map_or(Ok(false), Err);
            }
        }
    }

    /// Skips the byte order mark that some tools write before UTF-8.
    pub(super) fn skip_byte_order_mark(&mut self) {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if self.data().starts_with(MARK) {
            self.consume(MARK.len());
        }
    }

    /// Skips everything up to the end of the input, and returns how much that was.
    pub(super) fn skip_all(&mut self) -> io::Result<u64> {
        let before = self.offset;
        loop {
            self.consume(self.end - self.start);
            if self.read() == 0 {
                return self.failure.take().map_or(Ok(self.offset - before), Err);
            }
        }
    }

    /// An occurrence of `diagnosis` where the data begin, in or after `record`.
    pub(super) fn anomaly(&self, diagnosis: &'static Diagnosis, record: RecordNumber) -> Anomaly {
        Anomaly::new(diagnosis, Origin::of_record(self.capture, record, self.offset, None))
    }

    /// The capture that the input is.
    pub(super) const fn capture(&self) -> CaptureId {
        self.capture
    }

    /// The archives around the input.
    pub(super) fn container(&self) -> Option<String> {
        self.reader.container()
    }

    /// How an archive around the input is broken, if that is why it has ended.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.reader.broken()
    }

    /// Why the input could not be read further, if it could not.
    pub(super) fn failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// Whether the input has ended before its time, for a reason of its own.
    pub(super) fn is_broken_off(&self) -> bool {
        self.failure.is_some() || self.reader.broken().is_some()
    }

    /// Reads once, making room first, and returns the number of bytes, 0 at the end of the input.
    fn read(&mut self) -> usize {
        if self.failure.is_some() {
            return 0;
        }
        if self.end == self.buffer.len() {
            // Moving what is left pays only where it is less than what was consumed.
            if self.start > self.end - self.start {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            } else {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        loop {
            match self.reader.read(room) {
                Ok(count) => {
                    let count = count.min(room.len());
                    self.end += count;
                    return count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failure = Some(error);
                    return 0;
                }
            }
        }
    }
}
