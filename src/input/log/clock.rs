//! Dates for a log that has only times.

use crate::origin::Timestamp;

const SECOND: i64 = 1_000_000_000;

/// Time zones differ from each other by whole quarters of an hour.
const QUARTER: i64 = 900 * SECOND;

/// How far lines of a log may be out of order.
const DISORDER: i64 = 60 * SECOND;

/// How often it can be noted that a clock may have been set.
const STRETCHES_KEPT: usize = 1024;

/// The clock that a log's times are read from: its times, and the day that they are of.
#[derive(Debug)]
pub(super) struct Clock {
    /// After how long it shows the same: a day, or an hour.
    period: i64,
    /// What it showed last, counted from the beginning of the first period.
    last: Option<i64>,
    /// The stretches of times between which it may have been set.
    stretches: Vec<Stretch>,
    /// Whether a time was given before any date was known.
    relative: bool,
}

/// Times between which the clock was not set.
#[derive(Debug, Default)]
struct Stretch {
    /// The first of them.
    from: i64,
    /// When the first period began, in nanoseconds since the Unix epoch.
    begin: Option<i64>,
    /// The same by a stanza that may have been under way for long.
    guess: Option<i64>,
}

impl Clock {
    /// A clock that shows the same again after `period` nanoseconds.
    pub(super) fn new(period: i64) -> Self {
        let first = Stretch { from: i64::MIN, begin: None, guess: None };
        Self { period, last: None, stretches: vec![first], relative: false }
    }

    /// Reads the next time that it shows, and counts it from the beginning of the first period. A time that is
    /// earlier than the last by more than lines are out of order is one of the next period; or, if that is no more than an
    /// hour earlier, the clock may have been set back, as at the end of summer time.
    pub(super) fn read(&mut self, shown: i64) -> i64 {
        let read = match self.last {
            None => shown,
            Some(last) => {
                let on = (shown - last).rem_euclid(self.period);
                let back = self.period - on;
                if self.period == DAY && (DISORDER..=HOUR).contains(&back) && self.stretches.len() < STRETCHES_KEPT {
                    self.stretches.push(Stretch { from: last + on, begin: None, guess: None });
                }
                if back < DISORDER { last + on - self.period } else { last + on }
            }
        };
        self.last = Some(self.last.map_or(read, |last| last.max(read)));
        read
    }

    /// Learns that at the time `read` the server's clock showed `stamped`, in seconds since the Unix epoch. `is_sure`
    /// if the stanza was just sent.
    pub(super) fn learn(&mut self, read: i64, stamped: i64, is_sure: bool) {
        let Some(apart) = stamped.checked_mul(SECOND).and_then(|stamped| stamped.checked_sub(read)) else { return };
        let begin = apart.saturating_add(QUARTER / 2).div_euclid(QUARTER) * QUARTER;
        let half = self.period / 2;
        let place = self.place(read);
        let Some(stretch) = self.stretches.get_mut(place) else { return };
        if !is_sure {
            stretch.guess.get_or_insert(begin);
        } else if stretch.begin.is_none_or(|known| begin.saturating_sub(known).saturating_abs() >= half) {
            stretch.begin = Some(begin);
        }
    }

    /// Learns the zone of a clock that shows dates: at what it calls `read`, the server's clock showed `stamped`. What is
    /// no difference of zones is none that two clocks have.
    pub(super) fn learn_zone(&mut self, read: i64, stamped: i64, is_sure: bool) {
        let Some(apart) = stamped.checked_mul(SECOND).and_then(|stamped| stamped.checked_sub(read)) else { return };
        let rest = apart.saturating_add(QUARTER / 2).rem_euclid(QUARTER) - QUARTER / 2;
        if rest.abs() < 2 * DISORDER && apart.abs() < DAY {
            self.learn(read, stamped, is_sure);
        }
    }

    /// Whether the date of a time that was read is known.
    pub(super) fn is_set(&self, read: i64) -> bool {
        self.stretches.get(self.place(read)).is_some_and(|stretch| stretch.begin.is_some())
    }

    /// Waits no longer for a date. Where nothing shows that the next day came, the clock was set back.
    pub(super) fn settle(&mut self) {
        let mut before: Option<i64> = None;
        for stretch in &mut self.stretches {
            if stretch.begin.is_none() {
                self.relative |= before.is_none() && stretch.guess.is_none();
                let set_back = before.map(|begin| begin.saturating_sub(self.period));
                stretch.begin = Some(stretch.guess.or(set_back).unwrap_or_default());
            }
            before = stretch.begin;
        }
    }

    /// The place of the stretch that a time is in.
    fn place(&self, read: i64) -> usize {
        self.stretches.partition_point(|stretch| stretch.from <= read).saturating_sub(1)
    }

    /// Whether its times are counted from no known date.
    pub(super) const fn is_relative(&self) -> bool {
        self.relative
    }

    /// The moment of a time that was read.
    pub(super) fn moment(&self, read: i64) -> Timestamp {
        let begin = self.stretches.get(self.place(read)).and_then(|stretch| stretch.begin);
        Timestamp(begin.unwrap_or_default().saturating_add(read))
    }
}

/// A clock of the hours of a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// A clock that does not show the same again.
pub(super) const NEVER: i64 = i64::MAX;

/// A clock of the minutes of an hour.
pub(super) const HOUR: i64 = 3_600 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_follows_from_what_the_server_stamped() {
        let mut clock = Clock::new(DAY);
        // 02:00 in a zone two hours ahead of UTC, seen 700 ms after the stamp.
        let first = clock.read(7_199 * SECOND);
        let second = clock.read(7_200 * SECOND + 700_000_000);
        clock.learn(second, 1_778_716_800, true);
        assert_eq!(clock.moment(second), Timestamp(1_778_716_800_700_000_000));
        assert_eq!(clock.moment(first), Timestamp(1_778_716_799_000_000_000));
    }

    #[test]
    fn only_a_difference_of_zones_is_one() {
        let stamped = 1_778_716_800;
        for (apart, expected) in [(7_200, 7_200), (-19_795, -19_800), (12_800, 0), (100_000, 0)] {
            let mut clock = Clock::new(NEVER);
            let read = (stamped - apart) * SECOND;
            clock.learn_zone(read, stamped, true);
            assert_eq!(clock.is_set(read), expected != 0);
            clock.settle();
            assert_eq!(clock.moment(read), Timestamp(read + expected * SECOND), "{apart}");
        }
    }

    #[test]
    fn midnight_passes_and_disorder_does_not_make_a_day() {
        let mut clock = Clock::new(DAY);
        let late = clock.read(DAY - SECOND);
        assert_eq!(clock.read(SECOND) - late, 2 * SECOND);
        assert_eq!(clock.read(DAY - SECOND / 2) - late, SECOND / 2);
        assert_eq!(clock.read(20 * 3_600 * SECOND), DAY + 20 * 3_600 * SECOND);
        // Days without a line show only in a stamp.
        let after = clock.read(21 * 3_600 * SECOND);
        clock.learn(after, 0, true);
        clock.learn(after, 3 * 86_400, true);
        assert_eq!(clock.moment(after), Timestamp(3 * DAY));
    }

    #[test]
    fn summer_time_ends_within_an_hour_and_a_day_passes_if_the_server_says_so() {
        let [before, after] = [10_790 * SECOND, 7_220 * SECOND];
        let start = |stamped: Option<i64>| {
            let mut clock = Clock::new(DAY);
            let [first, second] = [clock.read(before), clock.read(after)];
            clock.learn(first, 10_790, true);
            assert!(clock.is_set(first) && !clock.is_set(second));
            if let Some(stamped) = stamped {
                clock.learn(second, stamped, true);
            }
            clock.settle();
            clock.moment(second).nanoseconds_since(clock.moment(first)) / SECOND
        };
        assert_eq!(start(None), -3_570, "which nothing bridges");
        assert_eq!(start(Some(10_820)), 30);
        assert_eq!(start(Some(86_400 + 7_220)), 86_400 - 3_570);
    }

    #[test]
    fn a_clock_of_minutes_passes_the_hour() {
        let mut clock = Clock::new(HOUR);
        let before = clock.read(3_599 * SECOND);
        let after = clock.read(SECOND);
        clock.learn(after, 1_778_770_801, true);
        assert_eq!(clock.moment(before), Timestamp(1_778_770_799 * SECOND));
    }

    #[test]
    fn without_a_date_times_are_relative() {
        let mut clock = Clock::new(DAY);
        let first = clock.read(5 * SECOND);
        clock.settle();
        assert!(clock.is_relative());
        assert_eq!(clock.moment(first), Timestamp(5 * SECOND));
        let mut guessed = Clock::new(DAY);
        let first = guessed.read(0);
        guessed.learn(first, 900, false);
        guessed.settle();
        assert!(!guessed.is_relative());
        assert_eq!(guessed.moment(first), Timestamp(QUARTER));
    }
}
