//! From the ticks of an interface's clock to moments.

use crate::origin::{Resolution, Timestamp};

/// The clock of an interface: what one tick is, and which moment tick 0 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    tick: Tick,
    /// Seconds since the Unix epoch at tick 0.
    epoch: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tick {
    /// This many nanoseconds.
    Nanoseconds(u64),
    /// One nanosecond, divided by this.
    PerNanosecond(u64),
    /// One second, halved this often.
    Halvings(u8),
}

impl Clock {
    /// The clock that the options `if_tsresol` (the number of decimal places of a second or, with the highest
    /// bit set, of binary ones) and `if_tsoffset` (seconds) describe.
    pub(super) const fn new(resolution: u8, epoch: i64) -> Self {
        let places = resolution & 0x7f;
        let tick = if resolution != places {
            Tick::Halvings(places)
        } else if let Some(fewer) = 9_u8.checked_sub(places) {
            Tick::Nanoseconds(10_u64.pow(fewer as u32))
        } else {
            match 10_u64.checked_pow(places as u32 - 9) {
                Some(ticks) => Tick::PerNanosecond(ticks),
                None => Tick::PerNanosecond(u64::MAX),
            }
        };
        Self { tick, epoch }
    }

    /// How finely it measures.
    pub(super) const fn resolution(self) -> Resolution {
        match self.tick {
            Tick::Nanoseconds(each) => Resolution::of_ticks(each),
            Tick::PerNanosecond(_) => Resolution::Nanoseconds,
            Tick::Halvings(times) => match 1_000_000_000_u64.checked_shr(times as u32) {
                Some(each) => Resolution::of_ticks(each),
                None => Resolution::Nanoseconds,
            },
        }
    }

    /// The moment of a tick; `None` if it is too far from 1970 to be counted in nanoseconds.
    pub(super) fn time(self, ticks: u64) -> Option<Timestamp> {
        let since = match self.tick {
            Tick::Nanoseconds(each) => u128::from(ticks) * u128::from(each),
            Tick::PerNanosecond(ticks_each) => u128::from(ticks / ticks_each),
            Tick::Halvings(times) => (u128::from(ticks) * 1_000_000_000) >> times,
        };
        let epoch = i128::from(self.epoch) * 1_000_000_000;
        i64::try_from(epoch + i128::try_from(since).ok()?).ok().map(Timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_and_binary_resolutions() {
        let second = Some(Timestamp(1_000_000_000));
        assert_eq!(Clock::new(0, 0).time(1), second);
        assert_eq!(Clock::new(3, 0).time(1_000), second);
        assert_eq!(Clock::new(6, 0).time(1_000_000), second);
        assert_eq!(Clock::new(9, 0).time(1_000_000_000), second);
        assert_eq!(Clock::new(12, 0).time(1_000_000_000_999), second);
        assert_eq!(Clock::new(0x80, 0).time(1), second);
        assert_eq!(Clock::new(0x80 | 10, 0).time(1_536), Some(Timestamp(1_500_000_000)));
        assert_eq!(Clock::new(0x80 | 63, 0).time(1 << 63), second);
        assert_eq!(Clock::new(0x7f, 0).time(u64::MAX - 1), Some(Timestamp(0)));
        assert_eq!(Clock::new(0xff, 0).time(u64::MAX), Some(Timestamp(0)));
    }

    #[test]
    fn a_tick_is_what_the_clock_resolves() {
        for (option, resolution) in [
            (0, Resolution::Seconds),
            (3, Resolution::Milliseconds),
            (4, Resolution::Milliseconds),
            (6, Resolution::Microseconds),
            (9, Resolution::Nanoseconds),
            (12, Resolution::Nanoseconds),
            (0x80 | 10, Resolution::Milliseconds),
            (0xff, Resolution::Nanoseconds),
        ] {
            assert_eq!(Clock::new(option, 0).resolution(), resolution, "{option}");
        }
    }

    #[test]
    fn the_epoch_shifts_whole_seconds() {
        assert_eq!(Clock::new(6, 7).time(250_000), Some(Timestamp(7_250_000_000)));
        assert_eq!(Clock::new(6, -7).time(250_000), Some(Timestamp(-6_750_000_000)));
        assert_eq!(Clock::new(0, i64::MIN / 1_000_000_000).time(0), Some(Timestamp(-9_223_372_036_000_000_000)));
    }

    #[test]
    fn moments_beyond_the_range_are_none() {
        assert_eq!(Clock::new(0, 0).time(u64::MAX), None);
        assert_eq!(Clock::new(9, 0).time(u64::MAX), None);
        assert_eq!(Clock::new(6, i64::MAX).time(0), None);
        assert_eq!(Clock::new(6, i64::MIN).time(u64::MAX), None);
    }
}
