//! How far lines and entries of a log go.

use memchr::{memchr, memchr_iter, memrchr};

use super::super::Error;
use super::super::lines::LONGEST_LINE;
use super::super::source::Source;
use super::wrapping::goes_on;

/// The most bytes that an entry of several lines has.
pub(super) const LONGEST_ENTRY: usize = 4 << 20;

/// The pieces that a line of a log is in, which lie before one of them, as far as they were looked for.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Where they begin in the data.
    begin: usize,
    /// Where the line behind them begins.
    end: usize,
}

impl Pieces {
    /// Where the line begins that goes on in a line that begins at `end`.
    pub(super) fn begin_of(&mut self, data: &[u8], end: usize) -> usize {
        let mut begin = end;
        while begin > 0 && end - begin < LONGEST_ENTRY {
            if begin == self.end {
                begin = self.begin;
                break;
            }
            let before = memrchr(b'\n', data.get(..begin - 1).unwrap_or_default()).map_or(0, |end| end + 1);
            if !goes_on(data.get(before..begin).unwrap_or_default()) {
                break;
            }
            begin = before;
        }
        *self = Self { begin, end };
        begin
    }

    /// The data now begin so many bytes later.
    pub(super) fn consumed(&mut self, length: usize) {
        *self = Self { begin: self.begin.saturating_sub(length), end: self.end.saturating_sub(length) };
    }
}

/// The length of the line that the data begin with, whose pieces so far have `length` bytes, with those that go on
/// with it.
pub(super) fn whole_line(source: &mut Source<'_>, mut length: usize) -> Result<usize, Error> {
    let last = source.data().get(..length.saturating_sub(1)).unwrap_or_default();
    let mut begin = memrchr(b'\n', last).map_or(0, |end| end + 1);
    while length < LONGEST_ENTRY && goes_on(source.data().get(begin..length).unwrap_or_default()) {
        match line_length(source, length)? {
            Some(further) if further > length => (begin, length) = (length, further),
            _ => break,
        }
    }
    Ok(length)
}

/// The length of the line that the data begin with or go on with behind `from`, with its end; `None` if it is too long.
pub(super) fn line_length(source: &mut Source<'_>, from: usize) -> Result<Option<usize>, Error> {
    let mut seen = from;
    loop {
        let data = source.data();
        if let Some(end) = memchr(b'\n', data.get(seen..).unwrap_or_default()) {
            return Ok(Some(seen + end + 1).filter(|length| *length <= LONGEST_LINE));
        }
        seen = data.len();
        if seen > LONGEST_LINE {
            return Ok(None);
        }
        if !source.reach(seen + 1) {
            return Ok(Some(seen));
        }
    }
}

/// The length of this many lines, with their ends.
pub(super) fn lines_length(data: &[u8], lines: usize) -> usize {
    memchr_iter(b'\n', data).nth(lines - 1).map_or(data.len(), |end| end + 1)
}
