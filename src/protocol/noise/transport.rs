//! One direction of the transport: its key, and the next counter. The tag of a frame proves its counter, so an uncertain
//! counter is found by trial.

use super::cipher::Cipher;
use crate::keys::Secret;
use crate::protocol::budget::Budget;

/// How far ahead of the expected counter is searched immediately.
const NEAR: u64 = 1024;

/// How far ahead is searched, at greater cost, if a frame is neither near nor misaligned; also how far from 0 if nothing is
/// known of the counter.
pub(super) const FAR: u64 = 65_536;

/// How far from 0 is searched at most.
pub(super) const FARTHEST: u64 = 1 << 20;

/// A direction's key and counter.
pub(super) struct Receiver {
    cipher: Cipher,
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
        Some(Self { cipher: Cipher::new(key)?, next: Some(0), failed: 0 })
    }

    /// Creates a receiver for a direction that began before the capture.
    pub(super) fn begun_before(key: &Secret) -> Option<Self> {
        Some(Self { next: None, ..Self::new(key)? })
    }

    /// Returns whether no counter is known yet.
    pub(super) const fn is_seeking(&self) -> bool {
        self.next.is_none()
    }

    /// Decrypts `frame` into `plain` with the expected counter or one near it.
    pub(super) fn open(&mut self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> Option<Found> {
        let counter = self.find_near(frame, plain, budget)?;
        Some(self.advance(counter))
    }

    /// Decrypts `frame` into `plain` with a counter that is far from the expected one, or unknown.
    pub(super) fn open_far(&mut self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> Option<Found> {
        let counters = match self.next {
            Some(next) => next + self.failed + NEAR..next + self.failed + FAR,
            None if self.failed < 2 => 0..FAR,
            None => 0..FARTHEST,
        };
        let counter = find(&self.cipher, counters, frame, plain, budget)?;
        Some(self.advance(counter))
    }

    /// Returns whether `frame` decrypts with a counter near the expected one, without advancing. Unlike in [`Self::open`],
    /// the expected counter is paid for, because any position in the bytes may be tried.
    pub(super) fn would_open(&self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> bool {
        let before = *budget;
        let opens = budget.pay(frame.len()) && self.find_near(frame, plain, budget).is_some();
        if opens {
            *budget = before;
        }
        opens
    }

    /// Notes a frame that failed.
    pub(super) const fn fail(&mut self) {
        self.failed += 1;
    }

    fn find_near(&self, frame: &[u8], plain: &mut Vec<u8>, budget: &mut Budget) -> Option<u32> {
        let next = self.next?;
        let expected = next + self.failed;
        let counter = u32::try_from(expected).ok()?;
        if self.cipher.open(counter, &[], frame, plain) {
            return Some(counter);
        }
        let earliest = next.max(expected.saturating_sub(NEAR));
        find(&self.cipher, (earliest..expected).chain(expected + 1..expected + NEAR), frame, plain, budget)
    }

    fn advance(&mut self, counter: u32) -> Found {
        let missing = self.next.map_or(0, |next| u64::from(counter).saturating_sub(next + self.failed));
        let sought = self.next.is_none();
        self.next = Some(u64::from(counter) + 1);
        self.failed = 0;
        Found { counter, missing, sought }
    }
}

/// Returns the first of `counters` with which `frame` decrypts into `plain`. Success refunds the cost, so that only failures
/// use up the budget.
pub(super) fn find(
    cipher: &Cipher,
    counters: impl IntoIterator<Item = u64>,
    frame: &[u8],
    plain: &mut Vec<u8>,
    budget: &mut Budget,
) -> Option<u32> {
    let before = *budget;
    for counter in counters {
        let counter = u32::try_from(counter).ok()?;
        if !budget.pay(frame.len()) {
            return None;
        }
        if cipher.open(counter, &[], frame, plain) {
            *budget = before;
            return Some(counter);
        }
    }
    None
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
        assert_eq!(bench.open(1029), Some((1029, 0)));
        assert_eq!(bench.open(1029), None, "a counter opens one frame");
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
    fn a_far_counter_needs_another_search() {
        let mut bench = Bench::new(false);
        assert_eq!(bench.open(2000), None);
        let frame = bench.sender.seal(2000, &[], b"hello");
        let opened = bench.receiver.open_far(&frame, &mut bench.plain, &mut bench.budget);
        assert_eq!(opened, Some(Found { counter: 2000, missing: 2000, sought: false }));
        assert_eq!(bench.open(2001), Some((2001, 0)));
    }

    #[test]
    fn an_unknown_counter_is_found_by_trial() {
        let mut bench = Bench::new(true);
        assert_eq!(bench.open(43), None);
        let frame = bench.sender.seal(43, &[], b"hello");
        let opened = bench.receiver.open_far(&frame, &mut bench.plain, &mut bench.budget);
        assert_eq!(opened, Some(Found { counter: 43, missing: 0, sought: true }));
        assert_eq!(bench.open(44), Some((44, 0)));
    }

    #[test]
    fn trials_end_with_the_budget() {
        let mut bench = Bench::new(false);
        bench.budget = Budget::trials(10);
        assert_eq!(bench.open(100), None);
        assert!(bench.budget.is_spent());
        assert_eq!(bench.open(0), Some((0, 0)), "the expected counter is free");
        assert_eq!(bench.open(2), None);
    }

    #[test]
    fn counters_end_at_32_bits() {
        let mut bench = Bench::new(false);
        bench.receiver.next = Some(u64::from(u32::MAX));
        assert_eq!(bench.open(u32::MAX), Some((u32::MAX, 0)));
        assert_eq!(bench.open(0), None);
    }
}
