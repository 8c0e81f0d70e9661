//! What a sequence diagram of one call shows, whoever draws it.

use std::collections::BTreeMap;

use super::scene::{Scene, took_words};
use super::{began, clock, course, seconds};
use crate::analysis::Analysis;
use crate::call::{Call, Media, Row};
use crate::ladder::{self, Line, Rung};
use crate::origin::Direction;
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
    /// A part of a recording is missing: how much, and whose.
    Gap(String),
    /// A stanza that was to be seen and was not.
    Expected(Absent),
}

/// A stanza that was to be seen and was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// Index of the lifeline that it would have left.
    pub from: usize,
    /// Index of the lifeline that it would have reached.
    pub to: usize,
    /// What it would have been, and who says so.
    pub label: String,
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
    /// Since the call began; nothing where times are not known. With `~` where the clocks do not tell whether it was
    /// before or after the arrow above.
    pub time: String,
    /// What kind of stanza it is.
    pub kind: ArrowKind,
    /// Index in [`Diagram::steps`] of what it answers, and how long that took.
    pub answers: Option<(usize, String)>,
    /// How long it was on its way since another recorded device sent it.
    pub way: Option<String>,
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
    /// The diagram of all of a call of an analysis that was seen.
    #[must_use]
    pub fn of(judged: &Judged, analysis: &Analysis) -> Self {
        Self::drawn(&Scene::of(judged, false), analysis)
    }

    /// The diagram of a scene, whose calls are of this analysis.
    #[must_use]
    pub fn drawn(scene: &Scene<'_>, analysis: &Analysis) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(scene.lines.len());
        let mut step_of_row: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut previous: Option<&Rung> = None;
        for line in scene.lines.iter() {
            match line {
                Line::Rung(index) => {
                    let Some(rung) = scene.ladder.rungs.get(*index) else { continue };
                    let Some((judged, row)) = scene.at(rung) else { continue };
                    let waited = previous.and_then(|previous| scene.elapsed(previous, rung));
                    if let Some(waited) = waited.filter(|waited| *waited >= LONG_WAIT) {
                        steps.push(Step::Wait(seconds(waited)));
                    }
                    step_of_row.insert((rung.call, rung.row), steps.len());
                    let step_of = |row| step_of_row.get(&(rung.call, row)).copied();
                    steps.push(Step::Arrow(arrow(scene, (judged, row), rung, previous, step_of)));
                    previous = Some(rung);
                }
                Line::Gap(index) => {
                    steps.extend(scene.ladder.gaps.get(*index).map(|gap| Step::Gap(scene.gap_says(gap))));
                }
                Line::Ghost(index) => {
                    let absent = scene.ladder.ghosts.get(*index).map(|ghost| Absent {
                        from: ghost.from,
                        to: ghost.to,
                        label: visible(&ghost.label).into_owned(),
                    });
                    steps.extend(absent.map(Step::Expected));
                }
            }
        }
        let lifelines = scene.ladder.lifelines.iter().map(|lifeline| Party {
            name: scene.name_of(lifeline),
            role: scene.calls.first().map_or("", |judged| role(&judged.call, &lifeline.party)),
            recorded: lifeline.recorded,
        });
        let (title, subtitle) = heading(scene, analysis);
        Self { title, subtitle, lifelines: lifelines.collect(), steps }
    }

    /// The arrows, each with its index in [`steps`](Self::steps).
    pub(super) fn arrows(&self) -> impl Iterator<Item = (usize, &Arrow)> {
        self.steps.iter().enumerate().filter_map(|(index, step)| match step {
            Step::Arrow(arrow) => Some((index, arrow)),
            Step::Wait(_) | Step::Gap(_) | Step::Expected(_) => None,
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

/// What calls they were and how they went; when the first began, its call-id, and the clocks of those who saw it.
fn heading(scene: &Scene<'_>, analysis: &Analysis) -> (String, String) {
    let Some((judged, others)) = scene.calls.split_first() else { return (String::new(), String::new()) };
    let call = &judged.call;
    let kind = match (call.group, call.media) {
        (true, Some(media)) => format!("Group {} call", media.name()),
        (true, None) => "Group call".to_owned(),
        (false, Some(Media::Audio)) => "Audio call".to_owned(),
        (false, Some(Media::Video)) => "Video call".to_owned(),
        (false, None) => "Call".to_owned(),
    };
    let more = if others.is_empty() { String::new() } else { format!(", and {} more", others.len()) };
    let clocks = call.vantages.iter().enumerate().filter_map(|(index, vantage)| {
        let whose = vantage.device.jid().map_or_else(|| "a device".to_owned(), |jid| (scene.name)(jid, &call.people));
        Some(format!(", clock of {} {}", visible(&whose), clock(index, vantage)?))
    });
    let subtitle = format!("{}, call-id {}{}", began(call, analysis), visible(&call.id), clocks.collect::<String>());
    (format!("{kind}: {}{more}", course(call)), subtitle)
}

fn arrow(
    scene: &Scene<'_>,
    (judged, row): (&Judged, &Row),
    rung: &Rung,
    previous: Option<&Rung>,
    step_of: impl Fn(usize) -> Option<usize>,
) -> Arrow {
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
    let since_start = scene.ladder.rungs.first().and_then(|first| scene.elapsed(first, rung));
    let nearly = if previous.is_none_or(|previous| scene.is_order_known(previous, rung)) { "" } else { "~" };
    let answers = row.answers.and_then(|answered| {
        let took = call.elapsed(answered, rung.row);
        Some((step_of(answered)?, took.map(took_words).unwrap_or_default()))
    });
    Arrow {
        from: rung.from,
        to: rung.to,
        label: scene.label(rung),
        record,
        time: since_start.map_or_else(String::new, |since| format!("{nearly}{}", seconds(since))),
        kind,
        answers,
        way: scene.way(rung),
        again: row.repeats.is_some(),
        marks: marks(judged, rung.row),
    }
}

fn marks(judged: &Judged, row: usize) -> Vec<Mark> {
    let evidence = judged.evidence_in(row).filter(|piece| Judged::is_told(piece)).map(|piece| {
        let bearing = if piece.supports { "for" } else { "against" };
        let hypothesis = visible(&piece.hypothesis);
        let short = format!("{}: {bearing} {hypothesis}, {}", piece.question.id, piece.strength.name());
        Mark { sign: '?', short, why: visible(&piece.why).into_owned() }
    });
    let places = judged.places_in(row).filter_map(|place| {
        let (sign, what) = match place.found {
            Conformance::Violated => ('!', "violated"),
            Conformance::Novelty => ('*', "novelty"),
            Conformance::Holds | Conformance::Undecided => return None,
        };
        let short = format!("{}: {what}", place.rule.id);
        Some(Mark { sign, short, why: visible(&place.why).into_owned() })
    });
    places.chain(evidence).collect()
}
