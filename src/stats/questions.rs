//! The figures of the questions that ask how often and how long.
//!
//! Unlike those of a table's rows, they count each stanza once, however many devices saw it, and know whether what was
//! not seen could have been.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::{Figure, Heading, Line, Measure};
use super::percentile::{PERCENTS, percentile};
use crate::analysis::Analysis;
use crate::call::Media;
use crate::export::{Cell, Kind};
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::coverage::of_answers;
use crate::spec::observe::ringing::{self, Ender};
use crate::spec::observe::{answers, stanzas};

/// The figure of a question; `None` of one that has none, and of one on which the captures say nothing.
#[must_use]
pub fn of_question(id: &str, analysis: &Analysis) -> Option<Figure> {
    let figure = match id {
        "ack-coverage" => answers(analysis),
        "terminate-reasons" => reasons(analysis),
        "ring-timeout-side" => ring_times(analysis),
        _ => return None,
    };
    Some(figure).filter(|figure| !figure.lines.is_empty())
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
    super::MEASURES.into_iter().skip(2).map(|name| Measure::Named { name, kind: Kind::Number })
}

/// How stanzas of one action and direction were answered.
#[derive(Default)]
struct Answered {
    stanzas: u64,
    acked: u64,
    receipted: u64,
    neither: u64,
    latencies: Vec<f64>,
}

/// Call stanzas by action and direction: how many, how they were answered, and how long acks took.
fn answers(analysis: &Analysis) -> Figure {
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
    let lines = counted.into_iter().map(|((action, direction), counted)| {
        let counts = [counted.stanzas, counted.acked, counted.receipted, counted.neither].map(count);
        Line {
            keys: vec![text(&action), text(direction)],
            values: counts.into_iter().chain(spread(counted.latencies)).collect(),
        }
    });
    Figure {
        title: "Call stanzas, their answers, and milliseconds to the ack".to_owned(),
        headings: headings(["action", "direction"]),
        measures: ["stanzas", "acked", "receipted", "neither"]
            .map(Measure::count)
            .into_iter()
            .chain(spread_measures())
            .collect(),
        lines: lines.collect(),
    }
}

/// Terminates by reason, who sent them, and media.
fn reasons(analysis: &Analysis) -> Figure {
    // What is not known comes last.
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
    let lines = counted.into_iter().map(|(((is_none, reason), emitter), counts)| Line {
        keys: vec![if is_none { Cell::Null } else { text(&reason) }, text(emitter)],
        values: counts.into_iter().chain([counts.iter().sum()]).map(count).collect(),
    });
    let media = [Some(Media::Audio), Some(Media::Video), None]
        .map(|media| Measure::Value { column: "media", value: media.map_or(Cell::Null, |media| text(media.name())) });
    Figure {
        title: "Terminates by reason, emitter and media".to_owned(),
        headings: headings(["reason", "emitter"]),
        measures: media.into_iter().chain([Measure::count("total")]).collect(),
        lines: lines.collect(),
    }
}

/// Calls that rang out, by who ended them and with which reason: how long they rang, and between which times a timer shows.
fn ring_times(analysis: &Analysis) -> Figure {
    type Key = (Ender, (bool, String));
    let mut counted: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    for judged in &analysis.calls {
        let Some(rang) = ringing::rang_out(&judged.call) else { continue };
        // Several devices can get their own terminate in one call, which is one call still.
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
    let lines = counted.into_iter().map(|((ender, (is_none, reason)), rings)| {
        let cluster = analysis.context.cluster(&ender);
        let cluster = [cluster.map(|it| it.0), cluster.map(|it| it.1)];
        let person = ender.1.map_or(Cell::Null, |person| text(&person.to_string()));
        let calls = count(u64::try_from(rings.len()).unwrap_or(u64::MAX));
        let cluster = cluster.map(|ring| ring.map_or(Cell::Null, |ring| Cell::Number(milliseconds(ring))));
        Line {
            keys: vec![text(ender.0), person, if is_none { Cell::Null } else { text(&reason) }],
            values: [calls].into_iter().chain(spread(rings)).chain(cluster).collect(),
        }
    });
    let named = |name| Measure::Named { name, kind: Kind::Number };
    let cluster = ["timer_from", "timer_to"].map(named);
    Figure {
        title: "Milliseconds that calls rang which nobody answered, by who ended them; timer: where three or more ended alike"
            .to_owned(),
        headings: headings(["ended_by", "person", "reason"]),
        measures: [Measure::count("calls")].into_iter().chain(spread_measures()).chain(cluster).collect(),
        lines: lines.collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
fn milliseconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e6
}
