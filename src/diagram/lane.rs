//! The lane next to a ladder: when relays were tried and answered, and when media began and ended.

use std::collections::BTreeMap;

use crate::origin::{CaptureId, Direction, RecordNumber, Timestamp};
use crate::spec::Judged;
use crate::visible::visible;
use crate::words::duration;

/// Something in the lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneMark {
    /// When, by the clock of the packets.
    pub time: Option<Timestamp>,
    /// Whether it follows from all others, and comes last.
    pub is_conclusion: bool,
    /// The record that shows it, in the leg's capture.
    pub record: RecordNumber,
    /// The capture's number from 1, where the stanzas are in another one.
    pub capture: Option<u32>,
    /// What happened: text that is safe to show.
    pub text: String,
}

/// The columns of a bar.
const BAR: usize = 50;

/// Returns the marks of a call's media, in order.
#[must_use]
pub fn marks(judged: &Judged) -> Vec<LaneMark> {
    let Some(media) = judged.media() else { return Vec::new() };
    let captures = judged.call.captures();
    let mut marks = Vec::new();
    for (leg, findings) in media.legs() {
        let capture = (!captures.contains(&leg.capture)).then(|| leg.capture.0 + 1);
        marks.extend(findings.events.iter().map(|event| LaneMark {
            time: event.at.time,
            is_conclusion: false,
            record: event.at.record,
            capture,
            text: visible(&event.sentence.say(&media.path.announced, true)).into_owned(),
        }));
    }
    marks.sort_by_key(|mark| (mark.time, mark.record));
    marks.extend(causes(judged, &captures));
    marks
}

/// Returns why a call has no sound: what follows from all other marks.
fn causes(judged: &Judged, captures: &[CaptureId]) -> Vec<LaneMark> {
    let Some(media) = judged.media() else { return Vec::new() };
    let causes = media.legs().filter_map(|(leg, findings)| {
        let cause = findings.cause.as_ref()?;
        let sentence = cause.sentence.say(&media.path.announced, true);
        Some(LaneMark {
            time: None,
            is_conclusion: true,
            record: cause.records.last().copied()?,
            capture: (!captures.contains(&leg.capture)).then(|| leg.capture.0 + 1),
            text: visible(&format!("{}, {}: {sentence}", cause.id.id(), cause.strength.name())).into_owned(),
        })
    });
    causes.collect()
}

/// Returns a bar per direction and leg, from the first to the last moment of the call's media: `=` where media flowed, `.`
/// where none did.
#[must_use]
pub fn bars(judged: &Judged) -> Vec<String> {
    let Some(media) = judged.media() else { return Vec::new() };
    let mut bars = Vec::new();
    for leg in &media.path.legs {
        let stretches = leg.media.both().into_iter().flatten().flat_map(|seen| &seen.stretches);
        let moments = stretches.flat_map(|stretch| [stretch.first.time, stretch.last.time]).flatten();
        let ends = leg.accept.map(|accept| accept.time).into_iter().chain(leg.end.map(|end| end.time));
        let all: Vec<Timestamp> = moments.chain(ends).collect();
        let (Some(from), Some(until)) = (all.iter().min(), all.iter().max()) else { continue };
        let length = until.nanoseconds_since(*from);
        if length <= 0 || leg.media.both().into_iter().all(Option::is_none) {
            continue;
        }
        for (way, name) in [(Direction::Outbound, "out"), (Direction::Inbound, "in ")] {
            let seen = leg.media[way].iter().flat_map(|seen| &seen.stretches);
            let mut columns: BTreeMap<usize, char> = BTreeMap::new();
            for stretch in seen {
                let (Some(first), Some(last)) = (stretch.first.time, stretch.last.time) else { continue };
                let column = |time: Timestamp| column(time.nanoseconds_since(*from), length);
                columns.extend((column(first)..=column(last)).map(|column| (column, '=')));
            }
            let bar: String = (0..BAR).map(|column| columns.get(&column).copied().unwrap_or('.')).collect();
            bars.push(format!("media {name} |{bar}| {}", duration(length)));
        }
    }
    bars
}

fn column(since: i64, length: i64) -> usize {
    let columns = BAR as i128;
    let column = i128::from(since) * columns / i128::from(length.max(1));
    usize::try_from(column.clamp(0, columns - 1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_fall_into_the_columns_of_a_bar() {
        assert_eq!([column(0, 1_000), column(500, 1_000), column(1_000, 1_000)], [0, BAR / 2, BAR - 1]);
        assert_eq!(column(i64::MAX, i64::MAX), BAR - 1);
    }
}
