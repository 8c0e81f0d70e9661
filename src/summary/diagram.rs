//! What a sequence diagram of one call shows, whoever draws it.

use std::collections::BTreeMap;

use super::{began, course, name, seconds};
use crate::analysis::Analysis;
use crate::call::{Call, Media, Row, Socket};
use crate::ladder::{self, Ladder, Rung};
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Body;
use crate::spec::{Conformance, Judged};
use crate::visible::visible;

/// A wait that is worth a break in the drawing, in nanoseconds: 5 s.
const LONG_WAIT: i64 = 5_000_000_000;

/// A call's sequence diagram. Texts in it hold what the capture holds and are untrusted, but safe to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// What call it was, and how it went.
    pub title: String,
    /// When it began, and its call-id.
    pub subtitle: String,
    /// Left to right.
    pub lifelines: Vec<Party>,
    /// Top to bottom.
    pub steps: Vec<Step>,
}

/// Whoever takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its address, or what else it is called.
    pub name: String,
    /// What it is in the call: `caller`, `callee`; nothing where that is not known.
    pub role: &'static str,
    /// Whether its socket was recorded.
    pub recorded: bool,
}

/// A step of a diagram.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A stanza.
    Arrow(Arrow),
    /// Nothing for long.
    Wait(String),
    /// A part of the recording is missing.
    Gap,
}

/// A stanza on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrow {
    /// Index of the lifeline that it leaves.
    pub from: usize,
    /// Index of the lifeline that it reaches.
    pub to: usize,
    /// The action and its telling attributes.
    pub label: String,
    /// The record that completed it; with the number of its capture in front where there are several.
    pub record: String,
    /// Since the call began; nothing where times are not known.
    pub time: String,
    /// What kind of stanza it is.
    pub kind: ArrowKind,
    /// Index in [`Diagram::steps`] of what it answers, and how long that took.
    pub answers: Option<(usize, String)>,
    /// Whether it was sent before, under the same id.
    pub again: bool,
    /// What it says about the spec.
    pub marks: Vec<Mark>,
}

/// What an arrow looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowKind {
    /// A call stanza that left a recorded device.
    Outgoing,
    /// A call stanza that reached a recorded device.
    Incoming,
    /// An ack or a receipt.
    Answer,
}

/// What a stanza says about the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `?` for evidence on an open question, `!` for a rule that is broken, `*` for something the spec does not know.
    pub sign: char,
    /// The question or rule, and what it says there in a few words.
    pub short: String,
    /// One sentence why.
    pub why: String,
}

impl Diagram {
    /// The diagram of a call of an analysis.
    #[must_use]
    pub fn of(judged: &Judged, analysis: &Analysis) -> Self {
        let call = &judged.call;
        let ladder = Ladder::of(call);
        let mut steps: Vec<Step> = Vec::with_capacity(ladder.rungs.len());
        let mut step_of_row: BTreeMap<usize, usize> = BTreeMap::new();
        let mut last_at: BTreeMap<Socket, Timestamp> = BTreeMap::new();
        let mut previous: Option<Timestamp> = None;
        let start = call.rows.first().and_then(|row| time_of(call, row));
        for rung in &ladder.rungs {
            let Some(row) = call.rows.get(rung.row) else { continue };
            if is_after_gap(call, row, &mut last_at) {
                steps.push(Step::Gap);
            }
            let time = time_of(call, row);
            let waited = time.zip(previous).map(|(time, previous)| time.nanoseconds_since(previous));
            if let Some(waited) = waited.filter(|waited| *waited >= LONG_WAIT) {
                steps.push(Step::Wait(seconds(waited)));
            }
            previous = time.or(previous);
            step_of_row.insert(rung.row, steps.len());
            let since = time.zip(start).map(|(time, start)| seconds(time.nanoseconds_since(start)));
            steps.push(Step::Arrow(arrow(judged, rung, row, since.unwrap_or_default(), &step_of_row)));
        }
        let lifelines = ladder.lifelines.iter().map(|lifeline| Party {
            name: name(&lifeline.party),
            role: role(call, &lifeline.party),
            recorded: lifeline.recorded,
        });
        let lifelines = lifelines.collect();
        let kind = match (call.group, call.media) {
            (true, Some(media)) => format!("Group {} call", media.name()),
            (true, None) => "Group call".to_owned(),
            (false, Some(Media::Audio)) => "Audio call".to_owned(),
            (false, Some(Media::Video)) => "Video call".to_owned(),
            (false, None) => "Call".to_owned(),
        };
        let subtitle = format!("{}, call-id {}", began(call, analysis), visible(&call.id));
        Self { title: format!("{kind}: {}", course(call)), subtitle, lifelines, steps }
    }

    /// The arrows, each with its index in [`steps`](Self::steps).
    pub(super) fn arrows(&self) -> impl Iterator<Item = (usize, &Arrow)> {
        self.steps.iter().enumerate().filter_map(|(index, step)| match step {
            Step::Arrow(arrow) => Some((index, arrow)),
            Step::Wait(_) | Step::Gap => None,
        })
    }
}

/// What a party is in a call, as far as its account tells.
fn role(call: &Call, party: &ladder::Party) -> &'static str {
    let ladder::Party::Device(jid) = party else { return "" };
    let is = |account: &Option<Jid>| account.as_ref().is_some_and(|account| account.same_user(jid));
    match (is(&call.caller), is(&call.callee)) {
        (true, false) => "caller",
        (false, true) => "callee",
        _ => "",
    }
}

/// When a row was seen, by the clock of the call's first vantage as far as that is known.
fn time_of(call: &Call, row: &Row) -> Option<Timestamp> {
    let clock = call.vantage_of(row).and_then(|vantage| vantage.clock);
    let shift = clock.map_or(0, |clock| clock.least.midpoint(clock.most));
    row.observed.time().map(|time| Timestamp(time.0.saturating_add(shift)))
}

/// Whether a part of the recording is missing between the row and the one before it on the same socket.
fn is_after_gap(call: &Call, row: &Row, last_at: &mut BTreeMap<Socket, Timestamp>) -> bool {
    let Some(time) = row.observed.time() else { return false };
    let Some(before) = last_at.insert(row.observed.socket(), time) else { return false };
    call.recording(row).is_some_and(|recording| !recording.spans.is_empty() && !recording.covers(before, time))
}

fn arrow(judged: &Judged, rung: &Rung, row: &Row, time: String, step_of_row: &BTreeMap<usize, usize>) -> Arrow {
    let call = &judged.call;
    let kind = match (&row.observed.read().body, row.observed.direction()) {
        (Body::Ack(_) | Body::Receipt(_), _) => ArrowKind::Answer,
        (_, Some(Direction::Inbound)) => ArrowKind::Incoming,
        (_, Some(Direction::Outbound) | None) => ArrowKind::Outgoing,
    };
    let captures = call.captures();
    let record = row.observed.stanza.origin.last;
    let record = match captures.iter().position(|capture| *capture == row.observed.capture()) {
        Some(capture) if captures.len() > 1 => format!("{}:{record}", capture + 1),
        _ => record.to_string(),
    };
    let answered = row.answers.and_then(|answered| Some((*step_of_row.get(&answered)?, call.rows.get(answered)?)));
    let answers = answered.map(|(step, asked)| {
        let took = time_of(call, row).zip(time_of(call, asked)).map(|(time, asked)| time.nanoseconds_since(asked));
        (step, took.map(took_words).unwrap_or_default())
    });
    Arrow {
        from: rung.from,
        to: rung.to,
        label: visible(&rung.label).into_owned(),
        record,
        time,
        kind,
        answers,
        again: row.repeats.is_some(),
        marks: marks(judged, rung.row),
    }
}

/// A short time: in milliseconds.
fn took_words(nanoseconds: i64) -> String {
    if (0..1_000_000).contains(&nanoseconds) {
        "less than 1 ms".to_owned()
    } else if nanoseconds.abs() < 10_000_000_000 {
        format!("{} ms", (nanoseconds + 500_000).div_euclid(1_000_000))
    } else {
        seconds(nanoseconds)
    }
}

fn marks(judged: &Judged, row: usize) -> Vec<Mark> {
    let evidence = judged.evidence_in(row).filter(|piece| Judged::is_told(piece)).map(|piece| {
        let bearing = if piece.supports { "for" } else { "against" };
        let hypothesis = visible(&piece.hypothesis);
        let short = format!("{}: {bearing} {hypothesis}, {}", piece.question, piece.strength.name());
        Mark { sign: '?', short, why: visible(&piece.why).into_owned() }
    });
    let places = judged.places_in(row).filter_map(|place| {
        let (sign, what) = match place.found {
            Conformance::Violated => ('!', "violated"),
            Conformance::Novelty => ('*', "novelty"),
            Conformance::Holds | Conformance::Undecided => return None,
        };
        let short = format!("{}: {what}", place.rule);
        Some(Mark { sign, short, why: visible(&place.why).into_owned() })
    });
    places.chain(evidence).collect()
}
