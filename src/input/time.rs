//! Moments and times of day as capture formats and loggers write them.

use crate::origin::Timestamp;

/// A nanosecond count per second.
const SECOND: i64 = 1_000_000_000;

/// A moment given as seconds since the Unix epoch, to the microsecond: a number of today's size is no more exact.
/// `None` if it is out of range.
pub(super) fn seconds(seconds: f64) -> Option<Timestamp> {
    let microseconds = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
    (microseconds.abs() < 9e15).then(|| Timestamp(microseconds as i64 * 1000))
}

/// A moment given as seconds since the Unix epoch in decimal text, to the nanosecond.
pub(super) fn decimal_seconds(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 10 || !digits(whole) || !digits(fraction) {
        return None;
    }
    whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(nanoseconds(fraction)).map(Timestamp)
}

/// A moment given as milliseconds, to the nanosecond where the number is small. `None` if it is out of range.
pub(super) fn milliseconds(number: f64) -> Option<Timestamp> {
    if number.abs() >= 9e12 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within bounds")]
    let [whole, fraction] = [number.trunc(), (number.fract() * 1e6).round()].map(|number| number as i64);
    Some(Timestamp(whole * 1_000_000 + fraction))
}

/// A moment given as whole milliseconds since the Unix epoch.
pub(super) fn whole_milliseconds(number: i64) -> Option<Timestamp> {
    number.checked_mul(1_000_000).map(Timestamp)
}

/// A moment given as a whole number since the Unix epoch whose number of digits shows its unit: seconds, milliseconds,
/// microseconds or nanoseconds.
pub(super) fn whole_number(number: i64) -> Option<Timestamp> {
    let unit = match number.to_string().len() {
        ..=11 => SECOND,
        12..=14 => 1_000_000,
        15..=17 => 1_000,
        _ => 1,
    };
    number.checked_mul(unit).map(Timestamp)
}

/// A moment with date and offset, as RFC 3339 writes it.
pub(super) fn rfc3339(text: &str) -> Option<Timestamp> {
    of(text.parse().ok()?)
}

/// A moment with date and offset in one of these formats of `strptime`.
pub(super) fn formatted(text: &str, formats: &[&str]) -> Option<Timestamp> {
    formats.iter().find_map(|format| of(jiff::Timestamp::strptime(format, text).ok()?))
}

fn of(moment: jiff::Timestamp) -> Option<Timestamp> {
    i64::try_from(moment.as_nanosecond()).ok().map(Timestamp)
}

/// Nanoseconds since midnight of a time written `hh:mm:ss`, with or without a fraction.
pub(super) fn time_of_day(text: &str) -> Option<i64> {
    sexagesimal(text, 3).filter(|time| *time < 86_400 * SECOND)
}

/// Nanoseconds since the hour began of a time written `mm:ss`, with or without a fraction.
pub(super) fn time_of_hour(text: &str) -> Option<i64> {
    sexagesimal(text, 2).filter(|time| *time < 3_600 * SECOND)
}

/// Nanoseconds of a time of this many parts of two digits each, the last of them seconds.
fn sexagesimal(text: &str, parts: usize) -> Option<i64> {
    let (whole, fraction) = text.split_at_checked(parts * 3 - 1)?;
    let fraction = match fraction.strip_prefix(['.', ',']) {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => digits,
        None if fraction.is_empty() => "",
        _ => return None,
    };
    let seconds = whole.split(':').try_fold(0, |sum, part| {
        let is_number = part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_digit());
        let value: i64 = part.parse().ok().filter(|value| is_number && *value <= 60)?;
        Some(sum * 60 + value)
    })?;
    Some(seconds * SECOND + nanoseconds(fraction))
}

/// Nanoseconds of the digits behind a decimal point, of which those after the ninth are dropped.
fn nanoseconds(digits: &str) -> i64 {
    let kept = digits.get(..9).unwrap_or(digits);
    format!("{kept:0<9}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_exact_as_far_as_they_are_given() {
        assert_eq!(seconds(1_778_770_942.201), Some(Timestamp(1_778_770_942_201_000_000)));
        assert_eq!(seconds(1_778_770_942.000_001), Some(Timestamp(1_778_770_942_000_001_000)));
        for none in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
            assert_eq!(seconds(none), None);
        }
        assert_eq!(decimal_seconds("1778770942.049999001"), Some(Timestamp(1_778_770_942_049_999_001)));
        assert_eq!(decimal_seconds("1778770942.2"), Some(Timestamp(1_778_770_942_200_000_000)));
        assert_eq!(decimal_seconds("1778770942"), Some(Timestamp(1_778_770_942_000_000_000)));
        assert_eq!(decimal_seconds("0.1234567899"), Some(Timestamp(123_456_789)));
        for none in ["", ".5", "1.2.3", "-1", "1e9", "99999999999", "May 14, 2026"] {
            assert_eq!(decimal_seconds(none), None, "{none}");
        }
    }

    #[test]
    fn the_number_of_digits_shows_the_unit() {
        let moment = Some(Timestamp(1_778_770_942_000_000_000));
        for number in [1_778_770_942, 1_778_770_942_000, 1_778_770_942_000_000, 1_778_770_942_000_000_000] {
            assert_eq!(whole_number(number), moment, "{number}");
        }
    }

    #[test]
    fn times_of_day_have_two_digits_a_part() {
        assert_eq!(time_of_day("15:02:22.545"), Some(54_142_545_000_000));
        assert_eq!(time_of_day("00:00:01,5"), Some(1_500_000_000));
        assert_eq!(time_of_hour("02:22.0123456789"), Some(142_012_345_678));
        for none in ["", "1:02:03", "15:02", "15:61:00", "24:00:00", "15:02:22x", "15:02:22.5x", "aa:bb:cc", "éé:02:22"]
        {
            assert_eq!(time_of_day(none), None, "{none}");
        }
    }
}
