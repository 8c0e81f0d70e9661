//! Texts of lines, read forward.

use std::io;

use memchr::memchr;

use super::source::Source;

/// The longest line that is handed over. A frame of WhatsApp's has at most 16 MiB, or 22 MiB in base64.
pub(super) const LONGEST_LINE: usize = 32 << 20;

/// The next line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// It has this many bytes, the first of the source's data, and is not yet consumed.
    Whole {
        /// Without the line's end.
        length: usize,
        /// With it. Equal where the input ends without.
        with_end: usize,
    },
    /// It was too long to be kept, and is consumed.
    TooLong(u64),
}

/// Finds the next line; `None` at the end of the input.
pub(super) fn next(source: &mut Source<'_>) -> io::Result<Option<Line>> {
    let mut seen = 0;
    loop {
        let data = source.data();
        if let Some(end) = memchr(b'\n', data.get(seen..).unwrap_or_default()) {
            let line = data.get(..seen + end).unwrap_or_default();
            let length = line.strip_suffix(b"\r").unwrap_or(line).len();
            if length <= LONGEST_LINE {
                return Ok(Some(Line::Whole { length, with_end: seen + end + 1 }));
            }
        }
        seen = data.len();
        if seen > LONGEST_LINE {
            return rest(source).map(|bytes| Some(Line::TooLong(bytes)));
        }
        if !source.fill(seen + 1)? {
            return Ok((seen > 0).then_some(Line::Whole { length: seen, with_end: seen }));
        }
    }
}

/// Skips the rest of a line, and returns how much that was.
fn rest(source: &mut Source<'_>) -> io::Result<u64> {
    let start = source.offset();
    loop {
        let data = source.data();
        let end = memchr(b'\n', data);
        let length = end.map_or(data.len(), |end| end + 1);
        source.consume(length);
        if end.is_some() || !source.fill(1)? {
            return Ok(source.offset() - start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::CaptureId;

    fn lines(mut text: &[u8]) -> Vec<(Line, Vec<u8>)> {
        let mut source = Source::new(CaptureId(0), crate::input::compressed::Decompressed::new(&mut text).unwrap());
        let mut lines = Vec::new();
        while let Some(line) = next(&mut source).unwrap() {
            let bytes = match line {
                Line::Whole { length, with_end } => {
                    let bytes = source.data()[..length].to_vec();
                    source.consume(with_end);
                    bytes
                }
                Line::TooLong(_) => Vec::new(),
            };
            lines.push((line, bytes));
        }
        lines
    }

    #[test]
    fn lines_end_in_any_of_the_usual_ways() {
        let found: Vec<_> = lines(b"one\ntwo\r\n\nlast").into_iter().map(|(_, bytes)| bytes).collect();
        assert_eq!(found, [&b"one"[..], b"two", b"", b"last"]);
        assert_eq!(lines(b"one\n")[0].0, Line::Whole { length: 3, with_end: 4 });
        assert_eq!(lines(b"one")[0].0, Line::Whole { length: 3, with_end: 3 });
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let mut text = vec![b'x'; LONGEST_LINE + (3 << 20)];
        text.extend_from_slice(b"\nshort\n");
        let found = lines(&text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].0, Line::TooLong((LONGEST_LINE + (3 << 20) + 1) as u64));
        assert_eq!(found[1].1, b"short");
    }
}
