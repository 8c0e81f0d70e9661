//! Are durations seconds, or milliseconds?
//!
//! *The question.* SIG-14 has `duration` and `audio_duration` in seconds. Values on the wire look like milliseconds.
//!
//! *What decides it.* The value against the time talked, from the accept to the terminate as the same device saw both. It
//! counts only where it fits one unit and not the other, within two seconds or a tenth.
//!
//! *What is recorded.* The attribute, its value, and the time talked.

use std::collections::HashSet;

use crate::call::Call;
use crate::spec::observe::answered::{self, HangUp};
use crate::spec::observe::{SECOND, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The discrepancy.
pub(super) const DISCREPANCY: Question = Question {
    id: "duration-unit",
    page: "SIG-14",
    number: None,
    also: &[],
    title: "Are durations seconds, or milliseconds?",
    shape: Shape::Exclusive,
    hypotheses: &["seconds", "milliseconds"],
    source: include_str!("duration_unit.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut counted = HashSet::new();
    let pieces = answered::hang_ups(call).into_iter().filter_map(|HangUp { sight, talk }| {
        let talk = talk?;
        let values = [("duration", &sight.action.duration), ("audio_duration", &sight.action.audio_duration)];
        let piece = values.into_iter().find_map(|(name, value)| {
            let value = value.as_deref()?;
            let unit = unit(value.parse().ok()?, talk)?;
            let why = format!("{name}={value} after {} of talk: {unit}.", seconds(talk));
            Some(Evidence::supporting(DISCREPANCY.id, unit, Strength::Direct, sight.index, why))
        });
        // What was sent with a value and arrived with it is one observation.
        piece.filter(|_| counted.insert(sight.row.copy_of.unwrap_or(sight.index)))
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
