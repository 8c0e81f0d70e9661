//! Handshake messages out of records: several in one, and one over several (RFC 8446 section 5.1).

/// Length of a message's type and length in bytes.
const HEADER: usize = 4;

/// The longest message that is given out, in bytes. Those that decide anything are far shorter; a longer one, a
/// certificate, is passed over.
const LONGEST: usize = 64 << 10;

/// The handshake messages of one direction.
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// A message that has begun.
    partial: Vec<u8>,
    /// Bytes to come of one that is passed over.
    passed_over: usize,
}

impl Messages {
    /// Takes the content of the next record, and gives each message that it completes: type and body.
    pub(super) fn push(&mut self, content: &[u8], mut take: impl FnMut(u8, &[u8])) {
        let mut rest = content;
        while !rest.is_empty() {
            let skipped = self.passed_over.min(rest.len());
            self.passed_over -= skipped;
            rest = rest.get(skipped..).unwrap_or_default();
            if self.partial.is_empty()
                && let Some((kind, length)) = header(rest)
                && let Some(body) = rest.get(HEADER..HEADER + length)
            {
                take(kind, body);
                rest = rest.get(HEADER + length..).unwrap_or_default();
                continue;
            }
            let whole = header(&self.partial).map_or(HEADER, |(_, length)| HEADER + length);
            let (taken, later) = rest.split_at(rest.len().min(whole - self.partial.len()));
            self.partial.extend_from_slice(taken);
            rest = later;
            let Some((kind, length)) = header(&self.partial) else { continue };
            if length > LONGEST {
                self.passed_over = HEADER + length - self.partial.len();
                self.partial.clear();
            } else if let Some(body) = self.partial.get(HEADER..HEADER + length) {
                take(kind, body);
                self.partial.clear();
            }
        }
    }

    /// Forgets a message that has begun: the rest of it is missing.
    pub(super) fn clear(&mut self) {
        self.partial.clear();
        self.passed_over = 0;
    }
}

/// Type and length of the message that `bytes` begin with; `None` if they are too few.
fn header(bytes: &[u8]) -> Option<(u8, usize)> {
    let [kind, high, middle, low] = *bytes.first_chunk::<HEADER>()?;
    Some((kind, u32::from_be_bytes([0, high, middle, low]) as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(kind: u8, length: usize) -> Vec<u8> {
        let [_, high, middle, low] = u32::try_from(length).unwrap().to_be_bytes();
        [vec![kind, high, middle, low], vec![kind; length]].concat()
    }

    fn read(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<(u8, usize)> {
        let mut messages = Messages::default();
        let mut found = Vec::new();
        for piece in pieces {
            messages.push(&piece, |kind, body| {
                assert!(body.iter().all(|byte| *byte == kind));
                found.push((kind, body.len()));
            });
        }
        found
    }

    proptest! {
        #[test]
        fn any_cut_into_records_gives_the_same(cuts in proptest::collection::vec(1_usize..70, 1..40)) {
            let all = [message(1, 0), message(2, 100), message(11, LONGEST + 1), message(20, 32), message(4, 3)].concat();
            let mut pieces = Vec::new();
            let mut rest = all.as_slice();
            for cut in cuts.iter().cycle() {
                let (piece, later) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece.to_vec());
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(read(pieces.into_iter()), [(1, 0), (2, 100), (20, 32), (4, 3)]);
        }
    }
}
