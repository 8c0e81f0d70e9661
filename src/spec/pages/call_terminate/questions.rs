//! What bears on the open questions of this page; `page.md` says what decides each.

use foldhash::HashSet;

use crate::call::Call;
use crate::spec::observe::answered::HangUp;
use crate::spec::observe::{SECOND, answered, seconds};
use crate::spec::{Context, Evidence, Question, Strength};

/// Not data: it calculates with a value and a measured time.
pub(super) fn duration_unit(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut counted = HashSet::default();
    let pieces = answered::hang_ups(call).into_iter().filter_map(|HangUp { sight, talk }| {
        let talk = talk?;
        let values = [("duration", &sight.action.duration), ("audio_duration", &sight.action.audio_duration)];
        let piece = values.into_iter().find_map(|(name, value)| {
            let value = value.as_deref()?;
            let unit = unit(value.parse().ok()?, talk)?;
            let why = format!("{name}={value} after {} of talk: {unit}.", seconds(talk));
            Some(Evidence::supporting(question, unit, Strength::Direct, sight.index, why))
        });
        // What was sent with a value and arrived with it is one observation.
        piece.filter(|_| counted.insert(sight.row.copy_of.get().unwrap_or(sight.index)))
    });
    pieces.collect()
}

/// The unit in which `value` is about `talk` nanoseconds, if it is in one only.
fn unit(value: u32, talk: i64) -> Option<&'static str> {
    let tolerance = (talk / 10).max(2 * SECOND);
    let fits = |unit: i64| (i64::from(value).saturating_mul(unit) - talk).abs() <= tolerance;
    match (fits(SECOND), fits(SECOND / 1000)) {
        (true, false) => Some("seconds"),
        (false, true) => Some("milliseconds"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_where_it_fits_one_unit_only() {
        assert_eq!(unit(33, 33 * SECOND), Some("seconds"));
        assert_eq!(unit(33_120, 33 * SECOND), Some("milliseconds"));
        assert_eq!(unit(1, SECOND), None, "both are about a second");
        assert_eq!(unit(0, 33 * SECOND), None);
        assert_eq!(unit(500, 33 * SECOND), None);
        assert_eq!(unit(u32::MAX, 33 * SECOND), None);
    }
}
