//! Moments in UTC and lengths of time. Lengths are in nanoseconds.

use jiff::Timestamp as Moment;
use jiff::tz::Offset;

use super::NONE;
use crate::origin::{Lapse, Timestamp};

const MILLISECOND: f64 = 1e6;
const SECOND: f64 = 1e9;
const SECOND_NANOSECONDS: i64 = 1_000_000_000;

/// A moment as RFC 3339 in UTC, with nanoseconds; `None` if it lies outside the years that RFC 3339 can write.
#[must_use]
pub fn rfc3339(time: Timestamp) -> Option<String> {
    Moment::from_nanosecond(i128::from(time.0)).ok().map(|moment| format!("{moment:.9}"))
}

/// A moment's time of day: `23:47:41`.
#[must_use]
pub fn clock(time: Timestamp) -> String {
    formatted(time, "%H:%M:%S")
}

/// A moment's time of day with milliseconds: `23:47:41.129`.
#[must_use]
pub fn clock_precise(time: Timestamp) -> String {
    formatted(time, "%H:%M:%S%.3f")
}

/// The time since an unknown moment as a clock started then shows it: `15:03:13`, and `1d 02:00:00` from a day on.
#[must_use]
pub fn clock_since(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let seconds = nanoseconds.unsigned_abs() / SECOND_NANOSECONDS.unsigned_abs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    match seconds / 86_400 {
        0 => format!("{sign}{clock}"),
        days => format!("{sign}{days}d {clock}"),
    }
}

/// A moment's date: `2026-11-20 UTC`.
#[must_use]
pub fn date(time: Timestamp) -> String {
    formatted(time, "%Y-%m-%d UTC")
}

/// A moment's date and time of day: `2026-11-20 23:47:41 UTC`.
#[must_use]
pub fn date_and_time(time: Timestamp) -> String {
    formatted(time, "%Y-%m-%d %H:%M:%S UTC")
}

fn formatted(time: Timestamp, format: &str) -> String {
    Moment::from_nanosecond(i128::from(time.0))
        .map_or_else(|_| NONE.to_owned(), |moment| Offset::UTC.to_datetime(moment).strftime(format).to_string())
}

/// A length of time as milliseconds, with fractions.
#[must_use]
pub fn milliseconds(nanoseconds: i64) -> f64 {
    float(nanoseconds) / MILLISECOND
}

/// A length of time in a sentence, to about three digits: `4.2 ms`, `38 ms`, `1.23 s`, `32.0 s`.
#[must_use]
pub fn duration(nanoseconds: i64) -> String {
    let (number, unit) = scaled(nanoseconds);
    format!("{number} {unit}")
}

/// A measured length of time in a sentence: as [`duration`], but no finer than it was measured.
#[must_use]
pub fn lapse(lapse: Lapse) -> String {
    match below(lapse) {
        Some(SECOND_NANOSECONDS) => "less than a second".to_owned(),
        Some(bound) => format!("less than {}", rounded(bound)),
        None if lapse.bound >= SECOND_NANOSECONDS => format!("{} s", whole_seconds(lapse)),
        None => duration(lapse.nanoseconds),
    }
}

/// A measured length of time in a column: as [`compact`], but no finer than it was measured.
#[must_use]
pub fn compact_lapse(lapse: Lapse) -> String {
    match below(lapse) {
        Some(bound) => format!("<{}", rounded(bound).replace(' ', "")),
        None if lapse.bound >= SECOND_NANOSECONDS && whole_seconds(lapse).abs() < 60 => {
            format!("{}s", whole_seconds(lapse))
        }
        None => compact(lapse.nanoseconds),
    }
}

/// The bound that a measured time is below; `None` if it is not. A tenth of a millisecond is the finest that is shown.
const fn below(lapse: Lapse) -> Option<i64> {
    const FINEST: i64 = 100_000;
    let bound = if lapse.bound > FINEST { lapse.bound } else { FINEST };
    // Half of the finest rounds up to it.
    let is_below = lapse.stated().is_none() || lapse.nanoseconds.saturating_abs() < FINEST / 2;
    if is_below { Some(bound) } else { None }
}

const fn whole_seconds(lapse: Lapse) -> i64 {
    (lapse.nanoseconds + SECOND_NANOSECONDS / 2 * lapse.nanoseconds.signum()) / SECOND_NANOSECONDS
}

/// A bound without a fraction that says nothing: `1 ms`, `0.1 ms`, `2 s`.
fn rounded(nanoseconds: i64) -> String {
    let (number, unit) = scaled(nanoseconds);
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
    format!("{number} {unit}")
}

/// A length of time in a column: like [`duration`] without the space, and `12m05s` or `1h02m` from a minute on.
#[must_use]
pub fn compact(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    // Rounded as `scaled` rounds, so that 59.96 s is a minute and not "60.0s".
    let tenths = nanoseconds.unsigned_abs().saturating_add(50_000_000) / 100_000_000;
    let seconds = (tenths + 5) / 10;
    match seconds {
        _ if tenths < 600 => {
            let (number, unit) = scaled(nanoseconds);
            format!("{number}{unit}")
        }
        ..3600 => format!("{sign}{}m{:02}s", seconds / 60, seconds % 60),
        _ => {
            let minutes = (seconds + 30) / 60;
            format!("{sign}{}h{:02}m", minutes / 60, minutes % 60)
        }
    }
}

fn scaled(nanoseconds: i64) -> (String, &'static str) {
    let milliseconds = float(nanoseconds) / MILLISECOND;
    match milliseconds.abs() {
        ..9.95 => (format!("{milliseconds:.1}"), "ms"),
        ..999.5 => (format!("{milliseconds:.0}"), "ms"),
        ..9_995.0 => (format!("{:.2}", milliseconds / 1e3), "s"),
        _ => (format!("{:.1}", milliseconds / 1e3), "s"),
    }
}

/// The time from one moment to another as `+12.345s`, in at most nine columns below about a hundred days.
#[must_use]
pub fn offset(nanoseconds: i64) -> String {
    let seconds = float(nanoseconds) / SECOND;
    let decimals = match seconds.abs() {
        ..1_000.0 => 3,
        ..10_000.0 => 2,
        ..100_000.0 => 1,
        _ => 0,
    };
    format!("{seconds:+.decimals$}s")
}

#[expect(clippy::cast_precision_loss, reason = "lengths of time within a capture are far below 2^53 ns")]
fn float(nanoseconds: i64) -> f64 {
    nanoseconds as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_utc() {
        let time = Timestamp(1_795_218_461_129_000_000);
        assert_eq!([clock(time), clock_precise(time)], ["23:47:41", "23:47:41.129"]);
        assert_eq!([date(time), date_and_time(time)], ["2026-11-20 UTC", "2026-11-20 23:47:41 UTC"]);
        assert_eq!(rfc3339(time).as_deref(), Some("2026-11-20T23:47:41.129000000Z"));
    }

    #[test]
    fn the_first_and_the_last_moment_have_a_text() {
        assert_eq!(date(Timestamp(i64::MIN)), "1677-09-21 UTC");
        assert_eq!(date(Timestamp(i64::MAX)), "2262-04-11 UTC");
    }

    #[test]
    fn a_time_since_an_unknown_moment_is_a_clock() {
        for (seconds, text) in
            [(0, "00:00:00"), (54_193, "15:03:13"), (93_600, "1d 02:00:00"), (-61, "-00:01:01"), (86_399, "23:59:59")]
        {
            assert_eq!(clock_since(seconds * SECOND_NANOSECONDS), text);
        }
    }

    #[test]
    fn offsets_fit_nine_columns() {
        for (seconds, text) in [
            (0.0, "+0.000s"),
            (32.012, "+32.012s"),
            (-0.25, "-0.250s"),
            (1_234.567, "+1234.57s"),
            (12_345.67, "+12345.7s"),
            (1_234_567.0, "+1234567s"),
        ] {
            #[expect(clippy::cast_possible_truncation, reason = "small test values")]
            let nanoseconds = (seconds * SECOND) as i64;
            assert_eq!(offset(nanoseconds), text);
        }
    }

    #[test]
    fn a_measured_time_is_stated_no_finer_than_it_was_measured() {
        const SECONDS: i64 = SECOND_NANOSECONDS;
        for (nanoseconds, bound, prose, column) in [
            (0, SECONDS, "less than a second", "<1s"),
            (3 * SECONDS, SECONDS, "3 s", "3s"),
            (75 * SECONDS, SECONDS, "75 s", "1m15s"),
            (0, 1_000_000, "less than 1 ms", "<1ms"),
            (38_000_000, 1_000_000, "38 ms", "38ms"),
            (0, 1, "less than 0.1 ms", "<0.1ms"),
            (250_000, 1, "0.2 ms", "0.2ms"),
            (1_500_000_000, 2 * SECONDS, "less than 2 s", "<2s"),
        ] {
            let measured = Lapse { nanoseconds, bound };
            assert_eq!([lapse(measured), compact_lapse(measured)], [prose, column], "{measured:?}");
        }
    }

    #[test]
    fn durations_have_about_three_digits_and_are_rounded() {
        for (nanoseconds, prose, column) in [
            (0, "0.0 ms", "0.0ms"),
            (4_250_000, "4.2 ms", "4.2ms"),
            (38_400_000, "38 ms", "38ms"),
            (999_700_000, "1.00 s", "1.00s"),
            (8_500_000_000, "8.50 s", "8.50s"),
            (32_040_000_000, "32.0 s", "32.0s"),
            (59_960_000_000, "60.0 s", "1m00s"),
            (89_600_000_000, "89.6 s", "1m30s"),
            (725_000_000_000, "725.0 s", "12m05s"),
            (3_599_600_000_000, "3599.6 s", "1h00m"),
            (7_199_000_000_000, "7199.0 s", "2h00m"),
            (3_725_000_000_000, "3725.0 s", "1h02m"),
            (-725_000_000_000, "-725.0 s", "-12m05s"),
        ] {
            assert_eq!([duration(nanoseconds), compact(nanoseconds)], [prose, column], "{nanoseconds} ns");
        }
    }
}
