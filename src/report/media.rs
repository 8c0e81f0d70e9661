//! Why calls have no sound, as far as packets show it, for reports.

use super::citation;
use crate::analysis::Analysis;

/// Calls whose causes are listed.
const LISTED: usize = 20;

/// Returns a line for each of these calls whose packets show why it has no sound.
pub(super) fn causes(analysis: &Analysis, calls: impl IntoIterator<Item = usize>) -> Vec<String> {
    let causes = calls.into_iter().filter_map(|index| {
        let media = analysis.calls.get(index)?.media()?;
        let (leg, cause) = media.cause()?;
        let mut records = cause.records.clone();
        records.sort_unstable();
        let records: Vec<String> = records.iter().map(ToString::to_string).collect();
        let records = match records.as_slice() {
            [] => String::new(),
            [one] => format!(", record {one}"),
            all => format!(", records {}", all.join(", ")),
        };
        Some(format!(
            "Call `#{}`: `{}`, {}. {} [{}{records}]",
            analysis.number(index),
            cause.id.id(),
            cause.strength.name(),
            cause.sentence.say(&media.path.announced, false),
            citation::capture(leg.capture),
        ))
    });
    causes.take(LISTED).collect()
}
