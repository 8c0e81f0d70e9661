//! One direction of the transport: its key, and the next counter. The tag of a frame gives its counter away, so frames
//! after lost ones are as easy to read as the next one.

use super::cipher::Cipher;
use super::counter::CounterReader;
use crate::keys::Secret;
use crate::protocol::budget::Budget;

/// A direction's key and counter.
pub(super) struct Receiver {
    cipher: Cipher,
    counters: CounterReader,
    /// The counter after that of the last decrypted frame; `None` if the connection began before the capture and no frame
    /// was decrypted yet.
    next: Option<u64>,
    /// The number of frames since then that failed. Each used a counter, if it was a frame at all.
    failed: u64,
}

/// The counter of a decrypted frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The counter.
    pub(super) counter: u32,
    /// The number of counters before it whose frames were never seen.
    pub(super) missing: u64,
    /// Whether it was found without knowing any counter before it.
    pub(super) sought: bool,
}

impl Receiver {
    /// Creates a receiver at the first frame.
    pub(super) fn new(key: &Secret) -> Option<Self> {
        Some(Self { cipher: Cipher::new(key)?, counters: CounterReader::new(key), next: Some(0), failed: 0 })
    }

    /// Creates a receiver for a direction that began before the capture.
    pub(super) fn begun_before(key: &Secret) -> Option<Self> {
        Some(Self { next: None, ..Self::new(key)? })
    }

    /// Decrypts `frame` into `plain` with the expected counter, or with a later one that its tag names.
    pub(super) fn open(&mut self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> Option<Found> {
        let counter = self.find(frame, plain, budget)?;
        let missing = self.next.map_or(0, |next| u64::from(counter).saturating_sub(next + self.failed));
        let sought = self.next.is_none();
        self.next = Some(u64::from(counter) + 1);
        self.failed = 0;
        Some(Found { counter, missing, sought })
    }

    /// Returns whether [`Self::open`] would decrypt `frame`, without advancing. The expected counter is paid for, too,
    /// because any position in the bytes may be tried.
    pub(super) fn would_open(&self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> bool {
        let before = *budget;
        let opens = budget.pay(frame.len()) && self.find(frame, plain, budget).is_some();
        if opens {
            *budget = before;
        }
        opens
    }

    /// Notes a frame that failed.
    pub(super) const fn fail(&mut self) {
        self.failed += 1;
    }

    /// Returns the counter with which `frame` decrypts into `plain`. Only failures use up the budget.
    fn find(&self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> Option<u32> {
        let expected = self.next.and_then(|next| u32::try_from(next + self.failed).ok());
        if let Some(expected) = expected
            && self.cipher.open(expected, &[], frame, plain)
        {
            return Some(expected);
        }
        let before = *budget;
        if !budget.pay(frame.len()) {
            return None;
        }
        let counter = self.counters.read(frame)?;
        let is_past = self.next.is_some_and(|next| u64::from(counter) < next);
        if is_past || !self.cipher.open(counter, &[], frame, plain) {
            return None;
        }
        *budget = before;
        Some(counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        sender: Cipher,
        receiver: Receiver,
        plain: Vec<u8>,
        budget: Budget,
    }

    impl Bench {
        fn new(midway: bool) -> Self {
            let key = Secret::new([5; 32]);
            let receiver = if midway { Receiver::begun_before(&key) } else { Receiver::new(&key) };
            Self {
                sender: Cipher::new(&key).expect("32 bytes"),
                receiver: receiver.expect("32 bytes"),
                plain: Vec::new(),
                budget: Budget::trials(100_000),
            }
        }

        fn open(&mut self, counter: u32) -> Option<(u32, u64)> {
            let frame = self.sender.seal(counter, &[], b"hello");
            let opened = self.receiver.open(&frame, &mut self.plain, &mut self.budget);
            if opened.is_some() {
                assert_eq!(self.plain, b"hello");
            }
            opened.map(|opened| (opened.counter, opened.missing))
        }
    }

    #[test]
    fn counters_start_at_zero() {
        let mut bench = Bench::new(false);
        assert_eq!([0, 1, 2].map(|counter| bench.open(counter)), [Some((0, 0)), Some((1, 0)), Some((2, 0))]);
    }

    #[test]
    fn the_counter_is_found_after_lost_frames() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.open(0), Some((0, 0)));
        assert_eq!(bench.open(4), Some((4, 3)));
        assert_eq!(bench.open(1028), Some((1028, 1023)));
        assert_eq!(bench.open(3_000_000), Some((3_000_000, 2_998_971)));
        assert_eq!(bench.open(3_000_001), Some((3_000_001, 0)));
        assert_eq!(bench.open(3_000_001), None, "a counter opens one frame");
    }

    #[test]
    fn a_failed_frame_may_have_used_a_counter() {
        let mut bench = Bench::new(false);
        bench.receiver.fail();
        assert_eq!(bench.open(1), Some((1, 0)));
        bench.receiver.fail();
        assert_eq!(bench.open(2), Some((2, 0)), "what failed was no frame");
        bench.receiver.fail();
        assert_eq!(bench.open(5), Some((5, 1)));
    }

    #[test]
    fn an_unknown_counter_is_found() {
        for first in [43, 70_000, 3_000_000_000] {
            let mut bench = Bench::new(true);
            let frame = bench.sender.seal(first, &[], b"hello");
            let opened = bench.receiver.open(&frame, &mut bench.plain, &mut bench.budget);
            assert_eq!(opened, Some(Found { counter: first, missing: 0, sought: true }));
            assert_eq!(bench.open(first + 1), Some((first + 1, 0)));
        }
    }

    #[test]
    fn failures_end_with_the_budget() {
        let mut bench = Bench::new(false);
        bench.budget = Budget::trials(2);
        assert_eq!(bench.open(100), Some((100, 100)), "success is free");
        assert!((0..10).all(|_| bench.open(50).is_none()), "a counter that passed opens nothing");
        assert!(!bench.budget.pay(100));
        assert_eq!(bench.open(101), Some((101, 0)), "the expected counter is free");
        assert_eq!(bench.open(103), None);
    }

    #[test]
    fn counters_end_at_32_bits() {
        let mut bench = Bench::new(false);
        bench.receiver.next = Some(u64::from(u32::MAX));
        assert_eq!(bench.open(u32::MAX), Some((u32::MAX, 0)));
        assert_eq!(bench.open(0), None);
    }
}
