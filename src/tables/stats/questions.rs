//! Statistics for the questions that ask how often or how long.
//!
//! Unlike those of a table's rows, they count each stanza once however many devices saw it, and distinguish stanzas that
//! were not observed from those that could not have been.

use std::collections::{BTreeMap, BTreeSet};

use super::super::column::{Cell, Kind};
use super::percentile::{MEASURES, PERCENTS, percentile};
use super::statistic::{Heading, Measure, Row, Statistic};
use crate::analysis::Analysis;
use crate::call::Media;
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::coverage::of_answers;
use crate::spec::observe::ringing::{self, Ender};
use crate::spec::observe::{answers, stanzas};
use crate::words::milliseconds;

/// Returns the statistic for a question; `None` if the question has none or the captures have no data for it.
#[must_use]
pub fn of_question(id: &str, analysis: &Analysis) -> Option<Statistic> {
    let statistic = match id {
        "ack-coverage" => answers(analysis),
        "terminate-reasons" => reasons(analysis),
        "ring-timeout-side" => ring_times(analysis),
        _ => return None,
    };
    Some(statistic).filter(|statistic| !statistic.rows.is_empty())
}

fn headings<const N: usize>(names: [&'static str; N]) -> Vec<Heading> {
    names.map(|name| Heading { name, kind: Kind::Text }).to_vec()
}

fn text(text: &str) -> Cell<'static> {
    Cell::Text(text.to_owned().into())
}

fn count(count: u64) -> Cell<'static> {
    i64::try_from(count).map_or(Cell::Null, Cell::Integer)
}

/// The minimum, the percentiles and the maximum.
fn spread(mut values: Vec<f64>) -> impl Iterator<Item = Cell<'static>> {
    values.sort_by(f64::total_cmp);
    PERCENTS.into_iter().map(move |percent| percentile(&values, percent).map_or(Cell::Null, Cell::Number))
}

fn spread_measures() -> impl Iterator<Item = Measure> {
    MEASURES.into_iter().skip(2).map(|name| Measure::Named { name, kind: Kind::Number })
}

/// The answers to stanzas of one action and direction.
#[derive(Default)]
struct Answered {
    stanzas: u64,
    acked: u64,
    receipted: u64,
    neither: u64,
    latencies: Vec<f64>,
}

/// Call stanzas by action and direction: their number, their answers, and the time to the ack.
fn answers(analysis: &Analysis) -> Statistic {
    let mut counted: BTreeMap<(String, &str), Answered> = BTreeMap::new();
    for judged in &analysis.calls {
        for stanza in of_answers(&judged.call, &analysis.context) {
            let action = judged.call.rows.get(stanza.index).map_or("unknown", answers::action_name);
            let direction = if stanza.direction == Direction::Outbound { "out" } else { "in" };
            let counted = counted.entry((action.to_owned(), direction)).or_default();
            counted.stanzas += 1;
            counted.acked += u64::from(stanza.acked.is_some());
            counted.receipted += u64::from(stanza.receipted.is_some());
            counted.neither += u64::from(stanza.is_unanswered);
            counted.latencies.extend(stanza.acked.and_then(|ack| judged.call.answer_latency(ack)));
        }
    }
    let rows = counted.into_iter().map(|((action, direction), counted)| {
        let counts = [counted.stanzas, counted.acked, counted.receipted, counted.neither].map(count);
        Row {
            keys: vec![text(&action), text(direction)],
            values: counts.into_iter().chain(spread(counted.latencies)).collect(),
        }
    });
    Statistic {
        title: "Call stanzas, their answers, and milliseconds to the ack".to_owned(),
        headings: headings(["action", "direction"]),
        measures: ["stanzas", "acked", "receipted", "neither"]
            .map(Measure::count)
            .into_iter()
            .chain(spread_measures())
            .collect(),
        rows: rows.collect(),
    }
}

/// Terminates by reason, emitter and media.
fn reasons(analysis: &Analysis) -> Statistic {
    // Unknown values come last.
    type Key = ((bool, String), &'static str);
    let mut counted: BTreeMap<Key, [u64; 3]> = BTreeMap::new();
    for judged in &analysis.calls {
        for sight in stanzas::of(&judged.call, &ActionName::Terminate) {
            let reason = sight.action.reason.as_deref();
            let key = ((reason.is_none(), reason.unwrap_or_default().to_owned()), sight.row.emitter.name());
            let place = match judged.call.media {
                Some(Media::Audio) => 0,
                Some(Media::Video) => 1,
                None => 2,
            };
            if let Some(count) = counted.entry(key).or_default().get_mut(place) {
                *count += 1;
            }
        }
    }
    let rows = counted.into_iter().map(|(((is_none, reason), emitter), counts)| Row {
        keys: vec![if is_none { Cell::Null } else { text(&reason) }, text(emitter)],
        values: counts.into_iter().chain([counts.iter().sum()]).map(count).collect(),
    });
    let media = [Some(Media::Audio), Some(Media::Video), None]
        .map(|media| Measure::Value { column: "media", value: media.map_or(Cell::Null, |media| text(media.name())) });
    Statistic {
        title: "Terminates by reason, emitter and media".to_owned(),
        headings: headings(["reason", "emitter"]),
        measures: media.into_iter().chain([Measure::count("total")]).collect(),
        rows: rows.collect(),
    }
}

/// Unanswered calls by who ended them and the reason: how long they rang, and the range in which a timer shows.
fn ring_times(analysis: &Analysis) -> Statistic {
    type Key = (Ender, (bool, String));
    let mut counted: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for judged in &analysis.calls {
        let Some(rang) = ringing::rang_out(&judged.call) else { continue };
        // A call counts once, even if several devices received their own terminate.
        let mut ended = BTreeSet::new();
        for ending in &rang.endings {
            let (Some(ender), Some(ring)) = (&ending.ender, ending.ring) else { continue };
            if !ended.insert(ender) {
                continue;
            }
            let reason = (ending.reason.is_none(), ending.reason.unwrap_or_default().to_owned());
            counted.entry((ender.clone(), reason)).or_default().push(milliseconds(ring));
        }
    }
    let rows = counted.into_iter().map(|((ender, (is_none, reason)), rings)| {
        let cluster = analysis.context.cluster(&ender);
        let cluster = [cluster.map(|it| it.0), cluster.map(|it| it.1)];
        let person = ender.1.map_or(Cell::Null, |person| text(&person.to_string()));
        let calls = count(u64::try_from(rings.len()).unwrap_or(u64::MAX));
        let cluster = cluster.map(|ring| ring.map_or(Cell::Null, |ring| Cell::Number(milliseconds(ring))));
        Row {
            keys: vec![text(ender.0), person, if is_none { Cell::Null } else { text(&reason) }],
            values: [calls].into_iter().chain(spread(rings)).chain(cluster).collect(),
        }
    });
    let named = |name| Measure::Named { name, kind: Kind::Number };
    let cluster = ["timer_from", "timer_to"].map(named);
    Statistic {
        title: "Ring time of unanswered calls in milliseconds, by who ended them; timer: range if three or more ended alike"
            .to_owned(),
        headings: headings(["ended_by", "person", "reason"]),
        measures: [Measure::count("calls")].into_iter().chain(spread_measures()).chain(cluster).collect(),
        rows: rows.collect(),
    }
}
