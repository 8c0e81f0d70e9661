//! RTP streams: what arrived, what is missing and what came late, by sequence numbers (RFC 3550 appendix A.1).

use super::count::{Count, Moment, Stretches};
use super::rtp::{Rtp, UNKNOWN_TYPE};

/// How many sequence numbers before the highest one are remembered.
const WINDOW: i64 = 64;

/// A jump of sequence numbers by more than this begins a new sequence.
const JUMP: i64 = 3_000;

/// The highest number with which a stream is taken to begin, where some of its first packets were lost.
const LATEST_START: i64 = 32;

/// The most payload types that are counted apart.
const MOST_PAYLOAD_TYPES: usize = 4;

/// The packets of one sender in one direction of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Identifies it.
    pub ssrc: u32,
    /// All packets.
    pub count: Count,
    /// The packets of each payload type, in the order of appearance.
    pub by_type: Vec<(u8, Count)>,
    /// When they came.
    pub stretches: Stretches,
    /// The length of the longest packet in bytes.
    pub longest: usize,
    /// Packets that came again.
    pub duplicates: u64,
    /// Packets that came after one with a higher number.
    pub late: u64,
    /// How many packets the sequence numbers of earlier sequences span.
    spanned: u64,
    /// The first number of the current sequence, and its highest, counted beyond 2^16.
    first: i64,
    highest: i64,
    /// Which of the numbers up to the highest came, the highest in the lowest bit.
    window: u64,
}

impl Stream {
    /// Begins a stream with its first packet, of `length` bytes.
    pub(super) fn new(packet: Rtp, length: usize, at: Moment) -> Self {
        let first = i64::from(packet.sequence);
        let mut stream = Self {
            ssrc: packet.ssrc,
            count: Count::default(),
            by_type: Vec::new(),
            stretches: Stretches::default(),
            longest: 0,
            duplicates: 0,
            late: 0,
            spanned: 0,
            first,
            highest: first,
            window: 1,
        };
        stream.tally(packet, length, at);
        stream
    }

    /// Adds a packet.
    pub(super) fn push(&mut self, packet: Rtp, length: usize, at: Moment) {
        self.tally(packet, length, at);
        let ahead = i64::from(packet.sequence.wrapping_sub(low(self.highest)).cast_signed());
        match ahead {
            _ if ahead.abs() > JUMP => {
                self.spanned += self.span();
                (self.first, self.highest, self.window) = (packet.sequence.into(), packet.sequence.into(), 1);
            }
            1.. => {
                self.highest += ahead;
                self.window = if ahead < WINDOW { self.window << ahead | 1 } else { 1 };
            }
            _ if ahead > -WINDOW && self.window >> -ahead & 1 == 1 => self.duplicates += 1,
            _ => {
                self.late += 1;
                self.first = self.first.min(self.highest + ahead);
                if ahead > -WINDOW {
                    self.window |= 1 << -ahead;
                }
            }
        }
    }

    fn tally(&mut self, packet: Rtp, length: usize, at: Moment) {
        self.count.add(length, at);
        self.stretches.add(at);
        self.longest = self.longest.max(length);
        if packet.payload_type == UNKNOWN_TYPE {
            return;
        }
        let known = self.by_type.iter().position(|(kind, _)| *kind == packet.payload_type);
        if known.is_none() && self.by_type.len() < MOST_PAYLOAD_TYPES {
            self.by_type.push((packet.payload_type, Count::default()));
        }
        let known = known.unwrap_or(self.by_type.len().saturating_sub(1));
        if let Some((_, count)) = self.by_type.get_mut(known) {
            count.add(length, at);
        }
    }

    fn span(&self) -> u64 {
        u64::try_from(self.highest - self.first + 1).unwrap_or_default()
    }

    /// Returns how many packets were sent between the first and the last that came.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.spanned + self.span()
    }

    /// Returns how many of these never came to where they were captured.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.expected().saturating_sub(self.count.packets.saturating_sub(self.duplicates))
    }

    /// Returns whether its first packets were captured: WhatsApp counts them from 1.
    #[must_use]
    pub fn is_from_start(&self) -> bool {
        self.spanned == 0 && (0..=LATEST_START).contains(&self.first)
    }

    /// Returns whether sequence numbers follow each other, which random bytes do not.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.count.packets >= 3 && self.lost() <= self.count.packets
    }
}

/// Returns the 16 bits of an extended sequence number that are sent.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the 16 lowest bits are sent")]
const fn low(extended: i64) -> u16 {
    extended as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(numbers: &[u16]) -> Stream {
        let packet = |sequence| Rtp { ssrc: 7, payload_type: 120, sequence, timestamp: 0 };
        let at = Moment { record: 1, time: None };
        let mut stream = Stream::new(packet(numbers[0]), 30, at);
        numbers[1..].iter().for_each(|number| stream.push(packet(*number), 40, at));
        stream
    }

    #[test]
    fn what_is_missing_late_or_doubled_is_counted() {
        let seen = |numbers: &[u16]| {
            let stream = stream(numbers);
            (stream.expected(), stream.lost(), stream.late, stream.duplicates)
        };
        assert_eq!(seen(&[1, 2, 3]), (3, 0, 0, 0));
        assert_eq!(seen(&[1, 2, 5, 4]), (5, 1, 1, 0));
        assert_eq!(seen(&[5, 4, 6]), (3, 0, 1, 0), "the first to come was not the first sent");
        assert_eq!(seen(&[1, 2, 2, 4]), (4, 1, 0, 1));
        assert_eq!(seen(&[65_534, 65_535, 0, 2]), (5, 1, 0, 0), "numbers wrap");
        assert_eq!(seen(&[1, 2, 40_000, 40_001]), (4, 0, 0, 0), "a new sequence is no loss");
        assert_eq!(seen(&[1, 200, 201]), (201, 198, 0, 0));
    }

    #[test]
    fn random_numbers_are_no_stream() {
        assert!(stream(&[10, 11, 12]).is_certain());
        assert!(!stream(&[10, 900, 12, 2_000]).is_certain());
        assert!(!stream(&[10, 11]).is_certain());
    }
}
