//! Times, lengths and counts as text.

use jiff::Timestamp as Moment;
use jiff::tz::Offset;

use crate::origin::Timestamp;

/// What stands where there is no value.
pub(super) const NONE: &str = "-";

/// A moment's time of day in UTC, `HH:MM:SS`.
pub(super) fn clock(time: Timestamp) -> String {
    moment(time, "%H:%M:%S")
}

/// A moment's time of day in UTC with milliseconds.
pub(super) fn clock_precise(time: Timestamp) -> String {
    moment(time, "%H:%M:%S%.3f")
}

/// A moment's date in UTC.
pub(super) fn date(time: Timestamp) -> String {
    moment(time, "%Y-%m-%d UTC")
}

fn moment(time: Timestamp, format: &str) -> String {
    Moment::from_nanosecond(i128::from(time.0))
        .map_or_else(|_| NONE.to_owned(), |moment| Offset::UTC.to_datetime(moment).strftime(format).to_string())
}

/// Nanoseconds between two moments as `+12.345s`, in at most nine columns below some hundred days.
pub(super) fn offset(nanoseconds: i64) -> String {
    let seconds = in_seconds(nanoseconds);
    let decimals = match seconds.abs() {
        ..1_000.0 => 3,
        ..10_000.0 => 2,
        ..100_000.0 => 1,
        _ => 0,
    };
    format!("{seconds:+.decimals$}s")
}

/// A length of time at a glance: `32.0s`, `12m05s`, `1h02m`.
pub(super) fn length(nanoseconds: i64) -> String {
    let tenths = nanoseconds / 100_000_000;
    let seconds = tenths / 10;
    match seconds {
        ..60 => format!("{seconds}.{}s", (tenths % 10).abs()),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// How long an answer took, in three digits or so: `4.2ms`, `38ms`, `1.23s`.
pub(super) fn latency(milliseconds: f64) -> String {
    match milliseconds.abs() {
        ..9.95 => format!("{milliseconds:.1}ms"),
        ..999.5 => format!("{milliseconds:.0}ms"),
        _ => format!("{:.2}s", milliseconds / 1e3),
    }
}

/// Nanoseconds as milliseconds.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(super) fn in_milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}

/// A number of bytes: `812 B`, `12.3 MB`.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub(super) fn bytes(count: u64) -> String {
    let (divisor, unit) = match count {
        ..1_000 => return format!("{count} B"),
        1_000..1_000_000 => (1e3, "kB"),
        1_000_000..1_000_000_000 => (1e6, "MB"),
        _ => (1e9, "GB"),
    };
    format!("{:.1} {unit}", count as f64 / divisor)
}

/// A number with commas between thousands.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 call`, `1,234 calls`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", count(number), if number == 1 { "" } else { "s" })
}

#[expect(clippy::cast_precision_loss, reason = "at most nine digits are shown")]
fn in_seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_utc() {
        let time = Timestamp(1_795_218_461_129_000_000);
        assert_eq!((clock(time), date(time)), ("23:47:41".to_owned(), "2026-11-20 UTC".to_owned()));
        assert_eq!(clock_precise(time), "23:47:41.129");
        assert_eq!(clock(Timestamp(i64::MIN)), clock(Timestamp(i64::MIN)), "no moment panics");
    }

    #[test]
    fn offsets_keep_nine_columns() {
        let seconds = |seconds: f64| offset((seconds * 1e9) as i64);
        assert_eq!(seconds(0.0), "+0.000s");
        assert_eq!(seconds(32.012), "+32.012s");
        assert_eq!(seconds(-0.25), "-0.250s");
        assert_eq!(seconds(1_234.567), "+1234.57s");
        assert_eq!(seconds(12_345.67), "+12345.7s");
        assert_eq!(seconds(1_234_567.0), "+1234567s");
    }

    #[test]
    fn lengths_are_read_at_a_glance() {
        let length = |milliseconds: i64| length(milliseconds * 1_000_000);
        assert_eq!([length(850), length(32_040), length(725_000)], ["0.8s", "32.0s", "12m05s"]);
        assert_eq!(length(3_725_000), "1h02m");
        assert_eq!([latency(4.25), latency(38.4), latency(999.7)], ["4.2ms", "38ms", "1.00s"]);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!([count(7), count(1_234), count(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!([bytes(812), bytes(12_345_678)], ["812 B", "12.3 MB"]);
        assert_eq!([counted(1, "call"), counted(0, "call")], ["1 call", "0 calls"]);
    }
}
