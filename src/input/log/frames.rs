//! Decrypted stanzas as hex or base64, one per line, as people note them down. Joins at the frame layer.
//!
//! A record is a line; a frame may take several. A frame is a flag byte and WABinary; a flag byte that was left out is
//! put back.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};

use super::pending::Pending;
use crate::anomaly::Anomaly;
use crate::input::diagnoses::{ENTRY_UNREADABLE, TOO_LONG};
use crate::input::lines::{self, Line};
use crate::input::model::{Error, Format, Sink};
use crate::input::source::Source;
use crate::origin::Origin;

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Hex,
    Base64,
}

impl Encoding {
    fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok(),
            Self::Base64 => BASE64.decode(text.as_bytes()).or_else(|_| BASE64_NOPAD.decode(text.as_bytes())).ok(),
        }
    }
}

/// A frame, and the lines it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DumpedFrame {
    /// A flag byte and WABinary.
    pub(super) plaintext: Vec<u8>,
    /// Its first line, from 1.
    first: u64,
    /// Its last line.
    last: u64,
}

/// The frames that a text holds; `None` if a line of it is in another encoding.
pub(super) fn decode(text: &str, encoding: Encoding) -> Option<Vec<DumpedFrame>> {
    let mut frames: Vec<DumpedFrame> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        push(&mut frames, encoding.decode(line)?, number);
    }
    for frame in &mut frames {
        if has_no_flags(&frame.plaintext) {
            frame.plaintext.insert(0, 0);
        }
    }
    Some(frames)
}

/// Adds the bytes of a line, which begin or continue a frame.
fn push(frames: &mut Vec<DumpedFrame>, bytes: Vec<u8>, number: u64) {
    match frames.last_mut() {
        Some(last) if !begins_frame(&bytes) => {
            last.plaintext.extend(bytes);
            last.last = number;
        }
        _ => frames.push(DumpedFrame { plaintext: bytes, first: number, last: number }),
    }
}

/// Returns whether bytes begin with a list, as every stanza does, and no flag byte before it.
fn has_no_flags(bytes: &[u8]) -> bool {
    matches!(bytes, [0xf8 | 0xf9, ..])
}

/// Returns whether bytes begin as a frame does: with a list, after flags or not, or with flags and a zlib stream.
fn begins_frame(bytes: &[u8]) -> bool {
    has_no_flags(bytes) || matches!(bytes, [0, 0xf8 | 0xf9, ..] | [2, 0x78, ..])
}

/// The encoding of a line that holds a frame, or the beginning of one.
fn encoding(line: &str) -> Option<Encoding> {
    let line = line.trim();
    let whole = |unit: usize| line.get(..line.len() / unit * unit).unwrap_or_default();
    let is_frame = |encoding: Encoding, text: &str| {
        encoding.decode(text).is_some_and(|bytes| bytes.len() > 4 && begins_frame(&bytes))
    };
    if is_frame(Encoding::Hex, whole(2)) {
        Some(Encoding::Hex)
    } else if is_frame(Encoding::Base64, line) || is_frame(Encoding::Base64, whole(4)) {
        Some(Encoding::Base64)
    } else {
        None
    }
}

/// The plaintext of a frame, a flag byte and WABinary, that a text is in either encoding.
pub(super) fn plaintext(text: &str) -> Option<Vec<u8>> {
    let mut plaintext = encoding(text)?.decode(text.trim())?;
    if has_no_flags(&plaintext) {
        plaintext.insert(0, 0);
    }
    Some(plaintext)
}

/// Returns whether the first line of an input that begins so is a frame.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    let mut lines = beginning.split(|byte| *byte == b'\n').map(String::from_utf8_lossy);
    // Comments and blank lines may come first.
    let first = lines.find(|line| !line.trim().is_empty() && !line.trim().starts_with('#'));
    first.is_some_and(|line| encoding(&line).is_some())
}

/// Reads such an input, and returns the number of its lines.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    source.skip_byte_order_mark();
    let capture = source.capture();
    let mut pending = Pending::new();
    let mut known: Option<Encoding> = None;
    let mut waiting: Vec<DumpedFrame> = Vec::new();
    let mut records = 0;
    while let Some(line) = lines::next(source)? {
        records += 1;
        let origin = Origin::of_record(capture, records, source.offset(), None);
        let Line::Whole { length, with_end } = line else {
            out.anomaly(Anomaly::new(&TOO_LONG, origin));
            continue;
        };
        let text = String::from_utf8_lossy(source.data().get(..length).unwrap_or_default()).into_owned();
        source.consume(with_end);
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        known = known.or_else(|| encoding(text));
        match known.and_then(|encoding| encoding.decode(text)) {
            Some(bytes) => push(&mut waiting, bytes, records),
            None => {
                let why = format!("line {records}: it is not in the encoding of the first");
                out.anomaly(Anomaly::new(&ENTRY_UNREADABLE, origin).detail(why));
            }
        }
        if waiting.len() > 1 {
            let next = waiting.pop();
            put(format, std::mem::take(&mut waiting), origin, &mut pending, out);
            waiting.extend(next);
        }
    }
    put(format, waiting, Origin::of_record(capture, records, 0, None), &mut pending, out);
    if known.is_none() { Err(Error::NoLines(format.name)) } else { Ok(records) }
}

/// Passes on frames that are complete.
fn put(format: &'static Format, frames: Vec<DumpedFrame>, origin: Origin, pending: &mut Pending, out: &mut dyn Sink) {
    for DumpedFrame { mut plaintext, first, last } in frames {
        if has_no_flags(&plaintext) {
            plaintext.insert(0, 0);
        }
        let _ = pending.frame(format, String::new(), &plaintext, Origin { first, last, ..origin }, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_distinguished_from_other_text() {
        for (line, expected) in [
            ("00f80a0b0c0d", Some(Encoding::Hex)),
            ("F80A0B0C0D", Some(Encoding::Hex)),
            ("0278da0b0c0d", Some(Encoding::Hex)),
            ("APgKCwwN", Some(Encoding::Base64)),
            ("+AoLDA0", Some(Encoding::Base64)),
            ("00112233445566", None),
            ("hello there", None),
            ("f80a", None),
            ("", None),
        ] {
            assert_eq!(encoding(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_begins_or_continues_a_frame() {
        let read = decode("# two\n00f80a\n0b0c\n\nf80d0e\n", Encoding::Hex).unwrap();
        let [first, second] = read.as_slice() else { panic!("{read:?}") };
        assert_eq!((first.plaintext.as_slice(), first.first, first.last), (&[0, 0xf8, 10, 11, 12][..], 2, 3));
        assert_eq!((second.plaintext.as_slice(), second.first), (&[0, 0xf8, 13, 14][..], 5));
        assert_eq!(decode("zz", Encoding::Hex), None);
    }
}
