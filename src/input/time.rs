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
    utc(text).or_else(|| of(text.parse().ok()?, text))
}

/// A moment written `2026-05-14T15:02:22.147Z`, as most programs write it, on a day that every month has: the quick way.
fn utc(text: &str) -> Option<Moment> {
    let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'.', f1, f2, f3, b'Z'] =
        *text.as_bytes()
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        let digit = |digit: &u8| digit.is_ascii_digit().then(|| i64::from(digit - b'0'));
        digits.iter().try_fold(0, |number, next| Some(number * 10 + digit(next)?))
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[o1, o2])?, number(&[d1, d2])?);
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
    let is_usual = (1970..2200).contains(&year) && (1..=12).contains(&month) && (1..=28).contains(&day);
    if !is_usual || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years begin in March here, so that a leap day is a year's last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    whole_milliseconds(seconds * 1000 + number(&[f1, f2, f3])?)
}

/// A moment with date and offset in one of these formats of `strptime`.
pub(super) fn formatted(text: &str, formats: &[&str]) -> Option<Moment> {
    formats.iter().find_map(|format| of(jiff::Timestamp::strptime(format, text).ok()?, text))
}

fn of(moment: jiff::Timestamp, text: &str) -> Option<Moment> {
    let time = i64::try_from(moment.as_nanosecond()).ok().map(Timestamp)?;
    Some(Written { time, resolution: resolution_of(text) })
}

/// Date and time without an offset, as loggers write them: the moment it would be at UTC.
pub(super) fn civil(date: &str, time: &str) -> Option<Moment> {
    rfc3339(&format!("{}T{}Z", date.replace('/', "-"), time.replace(',', ".")))
}

/// The same with the month's name in front, as in `Sep 14, 2026`.
pub(super) fn civil_by_name(month: &str, day: &str, year: &str, time: &str) -> Option<Moment> {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|known| *known == month)? + 1;
    civil(&format!("{year}-{month:02}-{day:0>2}"), time)
}

/// A time on a clock of twelve hours, as in `3:02PM` or `03:02:22 PM`: nanoseconds since midnight.
pub(super) fn twelve_hours(time: &str, half: &str) -> Option<OfPeriod> {
    let (time, half) = match time.len().checked_sub(2).and_then(|end| time.split_at_checked(end)) {
        Some((time, half)) if half.eq_ignore_ascii_case("am") || half.eq_ignore_ascii_case("pm") => (time, half),
        _ => (time, half.get(..2)?),
    };
    let is_after_noon = half.eq_ignore_ascii_case("pm");
    if !is_after_noon && !half.eq_ignore_ascii_case("am") {
        return None;
    }
    let padded = if time.find(':') == Some(1) { format!("0{time}") } else { time.to_owned() };
    let read = match padded.matches(':').count() {
        1 => Written { resolution: Resolution::Minutes, ..time_of_day(&format!("{padded}:00"))? },
        _ => time_of_day(&padded)?,
    };
    const HOUR: i64 = 3_600 * SECOND;
    let hours = read.time.div_euclid(HOUR);
    if !(1..=12).contains(&hours) {
        return None;
    }
    let hours_on = if hours == 12 { -12 } else { 0 } + if is_after_noon { 12 } else { 0 };
    Some(Written { time: read.time + hours_on * HOUR, ..read })
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
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn the_quick_way_ends_at_the_same_moment(
            text in "(19[67]|20[0-9]|21[89])[0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}Z",
        ) {
            if let Some(moment) = utc(&text) {
                prop_assert_eq!(Some(moment), of(text.parse().unwrap(), &text));
            }
        }
    }

    #[test]
    fn moments_are_as_fine_as_they_are_written() {
        assert!(utc("2026-05-14T15:02:22.545Z").is_some(), "the quick way is taken");
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
    fn dates_without_an_offset_are_read_as_at_utc() {
        let at = moment(1_789_398_142_112_000_000, Resolution::Milliseconds);
        assert_eq!(civil("2026-09-14", "15:02:22.112"), at);
        assert_eq!(civil("2026/09/14", "15:02:22,112"), at);
        assert_eq!(civil_by_name("Sep", "14", "2026", "15:02:22.112"), at);
        for (date, time) in [("2026-13-14", "15:02:22"), ("2026-09-14", "25:02:22"), ("", "15:02:22"), ("é/-", "")] {
            assert_eq!(civil(date, time), None);
        }
        assert_eq!(civil_by_name("of", "14", "2026", "15:02:22"), None);
    }

    #[test]
    fn clocks_of_twelve_hours_are_read() {
        let written = |hours: i64, minutes: i64, resolution| {
            Some(Written { time: (hours * 60 + minutes) * 60 * SECOND, resolution })
        };
        assert_eq!(twelve_hours("3:02PM", ""), written(15, 2, Resolution::Minutes));
        assert_eq!(twelve_hours("12:00:00", "AM"), written(0, 0, Resolution::Seconds));
        assert_eq!(twelve_hours("12:30pm", "x"), written(12, 30, Resolution::Minutes));
        for (time, half) in [("15:02PM", ""), ("0:02AM", ""), ("3:02", "XM"), ("PM", ""), ("é", "é"), ("", "")] {
            assert_eq!(twelve_hours(time, half), None, "{time}");
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
