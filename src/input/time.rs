//! Moments and times of day as capture formats and loggers write them.

use crate::origin::{Origin, Resolution, Timestamp};

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written<T> {
    /// The time.
    pub(super) time: T,
    /// How finely it was written.
    pub(super) resolution: Resolution,
}

/// A moment as it was written.
pub(super) type Moment = Written<Timestamp>;

/// A time as it was written, in nanoseconds since the beginning of its day or hour.
pub(super) type OfPeriod = Written<i64>;

/// Returns the origin of what happened at a moment, if one was written.
pub(super) fn at(origin: Origin, moment: Option<Moment>) -> Origin {
    origin.timed(moment.map(|moment| moment.time), moment.map_or(Resolution::None, |moment| moment.resolution))
}

/// How finely a text writes the second that it ends with, or that only a zone follows: by the digits behind the point.
fn resolution_of(text: &str) -> Resolution {
    let fraction = text.find(['.', ',']).and_then(|point| text.get(point + 1..)).unwrap_or_default();
    Resolution::of_places(fraction.bytes().take_while(u8::is_ascii_digit).count())
}

/// A nanosecond count per second.
const SECOND: i64 = 1_000_000_000;

/// A moment given as seconds since the Unix epoch, to the microsecond: a number of today's size is no more exact.
/// `None` if it is out of range.
pub(super) fn seconds(seconds: f64) -> Option<Moment> {
    let microseconds = (seconds * 1e6).round();
    #[expect(clippy::cast_possible_truncation, reason = "whole, and below 2^53")]
    let time = (microseconds.abs() < 9e15).then(|| Timestamp(microseconds as i64 * 1000))?;
    Some(Written { time, resolution: Resolution::Microseconds })
}

/// A moment given as seconds since the Unix epoch in decimal text, to the nanosecond.
pub(super) fn decimal_seconds(text: &str) -> Option<Moment> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 10 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let time = whole.parse::<i64>().ok()?.checked_mul(SECOND)?.checked_add(nanoseconds(fraction))?;
    Some(Written { time: Timestamp(time), resolution: resolution_of(text) })
}

/// A moment given as milliseconds: to the nanosecond where the number is small and has a fraction. `None` if it is out
/// of range.
pub(super) fn milliseconds(number: f64) -> Option<Moment> {
    if number.abs() >= 9e12 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within bounds")]
    let [whole, fraction] = [number.trunc(), (number.fract() * 1e6).round()].map(|number| number as i64);
    let resolution = match fraction {
        0 => Resolution::Milliseconds,
        _ if fraction % 1000 == 0 => Resolution::Microseconds,
        _ => Resolution::Nanoseconds,
    };
    Some(Written { time: Timestamp(whole * 1_000_000 + fraction), resolution })
}

/// A moment given as whole milliseconds since the Unix epoch.
pub(super) fn whole_milliseconds(number: i64) -> Option<Moment> {
    let time = number.checked_mul(1_000_000).map(Timestamp)?;
    Some(Written { time, resolution: Resolution::Milliseconds })
}

/// A moment given as a whole number since the Unix epoch whose number of digits shows its unit: seconds, milliseconds,
/// microseconds or nanoseconds.
pub(super) fn whole_number(number: i64) -> Option<Moment> {
    let resolution = match number.to_string().len() {
        ..=11 => Resolution::Seconds,
        12..=14 => Resolution::Milliseconds,
        15..=17 => Resolution::Microseconds,
        _ => Resolution::Nanoseconds,
    };
    let time = number.checked_mul(resolution.nanoseconds()).map(Timestamp)?;
    Some(Written { time, resolution })
}

/// A moment with date and offset, as RFC 3339 writes it.
pub(super) fn rfc3339(text: &str) -> Option<Moment> {
    of(text.parse().ok()?, text)
}

/// A moment with date and offset in one of these formats of `strptime`.
pub(super) fn formatted(text: &str, formats: &[&str]) -> Option<Moment> {
    formats.iter().find_map(|format| of(jiff::Timestamp::strptime(format, text).ok()?, text))
}

fn of(moment: jiff::Timestamp, text: &str) -> Option<Moment> {
    let time = i64::try_from(moment.as_nanosecond()).ok().map(Timestamp)?;
    Some(Written { time, resolution: resolution_of(text) })
}

/// Nanoseconds since midnight of a time written `hh:mm:ss`, with or without a fraction.
pub(super) fn time_of_day(text: &str) -> Option<OfPeriod> {
    sexagesimal(text, 3).filter(|written| written.time < 86_400 * SECOND)
}

/// Nanoseconds since the hour began of a time written `mm:ss`, with or without a fraction.
pub(super) fn time_of_hour(text: &str) -> Option<OfPeriod> {
    sexagesimal(text, 2).filter(|written| written.time < 3_600 * SECOND)
}

/// Nanoseconds of a time of this many parts of two digits each, the last of them seconds.
fn sexagesimal(text: &str, parts: usize) -> Option<OfPeriod> {
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
    Some(Written { time: seconds * SECOND + nanoseconds(fraction), resolution: Resolution::of_places(fraction.len()) })
}

/// Nanoseconds of the digits behind a decimal point, of which those after the ninth are dropped.
fn nanoseconds(digits: &str) -> i64 {
    let kept = digits.get(..9).unwrap_or(digits);
    format!("{kept:0<9}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(nanoseconds: i64, resolution: Resolution) -> Option<Moment> {
        Some(Written { time: Timestamp(nanoseconds), resolution })
    }

    #[test]
    fn moments_are_exact_as_far_as_they_are_given() {
        assert_eq!(seconds(1_778_770_942.201), moment(1_778_770_942_201_000_000, Resolution::Microseconds));
        assert_eq!(seconds(1_778_770_942.000_001), moment(1_778_770_942_000_001_000, Resolution::Microseconds));
        for none in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
            assert_eq!(seconds(none), None);
        }
        assert_eq!(decimal_seconds("1778770942.049999001"), moment(1_778_770_942_049_999_001, Resolution::Nanoseconds));
        assert_eq!(decimal_seconds("1778770942.2"), moment(1_778_770_942_200_000_000, Resolution::Seconds));
        assert_eq!(decimal_seconds("1778770942"), moment(1_778_770_942_000_000_000, Resolution::Seconds));
        assert_eq!(decimal_seconds("0.1234567899"), moment(123_456_789, Resolution::Nanoseconds));
        for none in ["", ".5", "1.2.3", "-1", "1e9", "99999999999", "May 14, 2026"] {
            assert_eq!(decimal_seconds(none), None, "{none}");
        }
    }

    #[test]
    fn moments_are_as_fine_as_they_are_written() {
        for (text, resolution) in [
            ("2026-05-14T15:02:22Z", Resolution::Seconds),
            ("2026-05-14T15:02:22+02:00", Resolution::Seconds),
            ("2026-05-14T15:02:22.545Z", Resolution::Milliseconds),
            ("2026-05-14T15:02:22.545000+00:00", Resolution::Microseconds),
            ("2026-05-14T15:02:22.545000001Z", Resolution::Nanoseconds),
        ] {
            assert_eq!(rfc3339(text).map(|moment| moment.resolution), Some(resolution), "{text}");
        }
        let [whole, tenth] = [1200.0, 1200.1].map(|number| milliseconds(number).map(|moment| moment.resolution));
        assert_eq!([whole, tenth], [Some(Resolution::Milliseconds), Some(Resolution::Microseconds)]);
    }

    #[test]
    fn the_number_of_digits_shows_the_unit() {
        let numbers = [1_778_770_942_000_000_000, 1_778_770_942_000_000, 1_778_770_942_000, 1_778_770_942];
        for (number, resolution) in numbers.into_iter().zip(Resolution::ALL) {
            assert_eq!(whole_number(number), moment(1_778_770_942_000_000_000, resolution), "{number}");
        }
    }

    #[test]
    fn times_of_day_have_two_digits_a_part() {
        let written = |time, resolution| Some(Written { time, resolution });
        assert_eq!(time_of_day("15:02:22.545"), written(54_142_545_000_000, Resolution::Milliseconds));
        assert_eq!(time_of_day("15:02:22"), written(54_142_000_000_000, Resolution::Seconds));
        assert_eq!(time_of_day("00:00:01,5"), written(1_500_000_000, Resolution::Seconds));
        assert_eq!(time_of_hour("02:22.0123456789"), written(142_012_345_678, Resolution::Nanoseconds));
        for none in ["", "1:02:03", "15:02", "15:61:00", "24:00:00", "15:02:22x", "15:02:22.5x", "aa:bb:cc", "éé:02:22"]
        {
            assert_eq!(time_of_day(none), None, "{none}");
        }
    }
}
