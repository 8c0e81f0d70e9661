//! A diagram as it is to be drawn: which of its steps are shown, what the parties are called, and the words of each step.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::caption;
use super::lane::{self, LaneMark};
use super::model::{Arrow, Diagram, Event, Expected, Gap, Lifeline, Step};
use super::time;
use crate::analysis::Analysis;
use crate::call::{Call, LegState, Party, People, Row};
use crate::origin::{Direction, Lapse};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Body;
use crate::spec::{Conformance, Judged};
use crate::visible::visible;
use crate::words::{duration, lapse};

/// Rows after a stanza in which its answer is looked for: an answer comes soon or hardly ever.
const ANSWERS_WITHIN: usize = 64;

/// A wait between two stanzas that Mermaid and SVG show as a break, in nanoseconds: 5 s.
const LONG_WAIT: i64 = 5_000_000_000;

/// A diagram and how it is shown.
pub struct Picture<'p> {
    /// The diagram.
    pub diagram: &'p Diagram,
    /// The indexes of the steps shown, from top to bottom.
    pub shown: Cow<'p, [usize]>,
    /// Whether answers are left out, and reported on the stanza that they answer.
    pub is_folded: bool,
    /// Names a party. The name is untrusted text.
    pub name: &'p dyn Fn(&Jid, &People) -> String,
}

/// A step as it is drawn.
#[derive(Clone, Debug)]
pub enum Line<'p> {
    /// A stanza.
    Arrow(ArrowLine<'p>),
    /// A long time in which nothing was captured, in nanoseconds.
    Wait(i64),
    /// A part of a recording that is missing.
    Gap(&'p Gap),
    /// A step of the spec's flow that was not observed.
    Expected(&'p Expected),
    /// What a program reported.
    Event(&'p Event),
    /// What packets show of the media.
    Media(MediaLine),
}

/// A mark of the media lane as it is drawn.
#[derive(Clone, Debug)]
pub struct MediaLine {
    /// The mark.
    pub mark: LaneMark,
    /// Nanoseconds since the first stanza; `None` where the clocks do not tell.
    pub since_start: Option<i64>,
    /// Whether it goes on with the line before.
    pub is_more: bool,
}

/// A stanza as it is drawn. Its texts come from the capture, made safe to show.
#[derive(Clone, Debug)]
pub struct ArrowLine<'p> {
    /// The step.
    pub arrow: &'p Arrow,
    /// The call.
    pub judged: &'p Judged,
    /// The stanza.
    pub row: &'p Row,
    /// How the arrow looks.
    pub kind: ArrowKind,
    /// The action and its significant attributes. If several calls are drawn, with the number of this one in front; if
    /// answers are folded, with the time to the first answer.
    pub label: String,
    /// Whether the stanza was sent before, under the same id.
    pub is_repeated: bool,
    /// The number of its capture, if the call is in several.
    pub capture: Option<usize>,
    /// The index in [`Picture::lines`] of the stanza that it answers, if that is shown, and how long that took.
    pub answers: Option<(usize, String)>,
    /// How long it took from another recorded device, as in `1.2 ms ± 0.3 ms on its way`.
    pub transit: Option<String>,
    /// Nanoseconds since the first stanza, on aligned clocks.
    pub since_start: Option<i64>,
    /// Nanoseconds since the stanza shown before, on aligned clocks.
    pub since_previous: Option<i64>,
    /// Whether the clocks are known well enough to say which of this and the stanza shown before came first.
    pub is_order_known: bool,
}

/// How an arrow looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowKind {
    /// A call stanza that left a recorded device.
    Outgoing,
    /// A call stanza that reached a recorded device.
    Incoming,
    /// An ack or a receipt.
    Answer,
}

/// What a stanza means for the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// `?` for evidence on an open question, `!` for a violated rule, `*` for something that is not in the spec.
    pub sign: char,
    /// The question or rule, and the finding in a few words.
    pub short: String,
    /// One sentence of explanation.
    pub why: String,
}

impl<'p> Picture<'p> {
    /// Shows all of a diagram, with addresses as names.
    #[must_use]
    pub fn of(diagram: &'p Diagram) -> Self {
        let shown = (0..diagram.steps.len()).collect();
        Self { diagram, shown, is_folded: false, name: &|jid, _| jid.to_string() }
    }

    /// Returns the steps shown, from top to bottom.
    #[must_use]
    pub fn lines(&self) -> Vec<Line<'p>> {
        let mut lines = Vec::with_capacity(self.shown.len());
        let mut line_of_row = BTreeMap::new();
        let mut previous: Option<&'p Arrow> = None;
        let mut lane = self.lane();
        let captures: Vec<_> = self.diagram.calls.iter().map(|judged| judged.call.captures()).collect();
        for step in self.shown.iter().filter_map(|index| self.diagram.steps.get(*index)) {
            match step {
                Step::Arrow(arrow) => {
                    let Some((judged, row)) = self.diagram.at(arrow) else { continue };
                    let answers = row.answers.get().and_then(|answered| {
                        let took = judged.call.lapse(answered, arrow.row).map(lapse);
                        Some((*line_of_row.get(&(arrow.call, answered))?, took.unwrap_or_default()))
                    });
                    let captures = captures.get(arrow.call).filter(|captures| captures.len() > 1);
                    let capture = captures.and_then(|all| all.iter().position(|it| *it == row.observed.capture()));
                    let line = self.arrow_line(arrow, (judged, row), (answers, capture), previous);
                    let until = judged.call.aligned(arrow.row);
                    let earlier = lane.iter().take_while(|it| !it.mark.is_conclusion && it.mark.time <= until).count();
                    let waited = line.since_previous.filter(|waited| *waited >= LONG_WAIT && earlier == 0);
                    lines.extend(waited.map(Line::Wait));
                    lines.extend(lane.drain(..earlier).map(Line::Media));
                    line_of_row.insert((arrow.call, arrow.row), lines.len());
                    lines.push(Line::Arrow(line));
                    previous = Some(arrow);
                }
                Step::Gap(gap) => lines.push(Line::Gap(gap)),
                Step::Expected(expected) => lines.push(Line::Expected(expected)),
                Step::Event(event) => lines.push(Line::Event(event)),
            }
        }
        lines.extend(lane.into_iter().map(Line::Media));
        lines
    }

    /// The marks of the media lane, if one call is drawn.
    fn lane(&self) -> Vec<MediaLine> {
        let [judged] = self.diagram.calls.as_slice() else { return Vec::new() };
        let start = judged.call.aligned(0);
        let line = |mark: LaneMark| {
            let since_start = mark.time.zip(start).map(|(time, start)| time.nanoseconds_since(start));
            MediaLine { mark, since_start, is_more: false }
        };
        lane::marks(judged).into_iter().map(line).collect()
    }

    fn arrow_line(
        &self,
        arrow: &'p Arrow,
        (judged, row): (&'p Judged, &'p Row),
        (answers, capture): (Option<(usize, String)>, Option<usize>),
        previous: Option<&'p Arrow>,
    ) -> ArrowLine<'p> {
        let kind = match (&row.observed.read().body, row.observed.direction()) {
            (Body::Ack(_) | Body::Receipt(_), _) => ArrowKind::Answer,
            (_, Some(Direction::Inbound)) => ArrowKind::Incoming,
            (_, Some(Direction::Outbound) | None) => ArrowKind::Outgoing,
        };
        let here = (&*judged.call, arrow.row);
        let place = |arrow: &'p Arrow| Some((self.diagram.calls.get(arrow.call)?.call.as_ref(), arrow.row));
        let start = self.diagram.arrows().next().and_then(|(_, first)| place(first));
        let previous = previous.and_then(place);
        ArrowLine {
            arrow,
            judged,
            row,
            kind,
            label: self.label(arrow, &judged.call),
            is_repeated: row.repeats.is_some(),
            capture: capture.map(|capture| capture + 1),
            answers,
            transit: row.copy_of.get().and_then(|original| transit(&judged.call, original, arrow.row)),
            since_start: start.and_then(|start| time::elapsed(start, here)),
            since_previous: previous.and_then(|previous| time::elapsed(previous, here)),
            is_order_known: previous.is_none_or(|previous| time::is_order_known(previous, here)),
        }
    }

    fn label(&self, arrow: &Arrow, call: &Call) -> String {
        let number = if self.diagram.calls.len() > 1 { format!("{}·", arrow.call + 1) } else { String::new() };
        let answered = if self.is_folded { first_answer(call, arrow.row) } else { None };
        let answered = answered.map_or_else(String::new, |took| format!(", answered after {}", lapse(took)));
        format!("{number}{}{answered}", visible(&arrow.label))
    }

    /// Returns the kind of the first call and how it went, and how many more are drawn.
    #[must_use]
    pub fn title(&self) -> String {
        let Some((first, others)) = self.diagram.calls.split_first() else { return String::new() };
        let more = if others.is_empty() { String::new() } else { format!(", and {} more", others.len()) };
        format!("{}{more}", caption::title(&first.call))
    }

    /// Returns when the first call began, its call-id, and how the clocks of its vantages differ.
    #[must_use]
    pub fn subtitle(&self, analysis: &Analysis) -> String {
        let Some(call) = self.diagram.calls.first().map(|judged| &judged.call) else { return String::new() };
        let clocks = call.vantages.iter().enumerate().filter_map(|(index, vantage)| {
            let whose =
                vantage.device.jid().map_or_else(|| "a device".to_owned(), |jid| (self.name)(jid, &call.people));
            Some(format!(", clock of {} {}", visible(&whose), caption::clock_offset(index, vantage)?))
        });
        let clocks: String = clocks.collect();
        format!("{}, call-id {}{clocks}", caption::began(call, analysis), visible(&call.id))
    }

    /// Returns the name of a lifeline.
    #[must_use]
    pub fn name_of(&self, lifeline: &Lifeline) -> String {
        match (&lifeline.party, self.diagram.calls.first()) {
            (Party::Local, _) => "this client".to_owned(),
            (Party::Server, _) => "server".to_owned(),
            (Party::Device(jid), Some(judged)) => visible(&(self.name)(jid, &judged.call.people)).into_owned(),
            (Party::Device(jid), None) => visible(&jid.to_string()).into_owned(),
        }
    }

    /// Returns what a lifeline is in the first call, as in `callee, recorded, rejected`: its side, whether its socket was
    /// recorded, and what became of the call there. Empty if nothing is known.
    #[must_use]
    pub fn role_of(&self, lifeline: &Lifeline) -> String {
        let part = match (&lifeline.party, self.diagram.calls.first()) {
            (Party::Device(jid), Some(judged)) => {
                let is = |account: &Option<Jid>| account.as_ref().is_some_and(|account| account.same_user(jid));
                match (is(&judged.call.caller), is(&judged.call.callee)) {
                    (true, false) => "caller",
                    (false, true) => "callee",
                    _ => "",
                }
            }
            _ => "",
        };
        let recorded = if lifeline.is_recorded() { "recorded" } else { "" };
        let fate = lifeline.fate.map_or("", LegState::name);
        let words: Vec<_> = [part, recorded, fate].into_iter().filter(|word| !word.is_empty()).collect();
        words.join(", ")
    }

    /// Returns how much is missing in a gap, and in whose recording if there are several.
    #[must_use]
    pub fn gap_text(&self, gap: &Gap) -> String {
        let whose = gap.lifeline.and_then(|index| self.diagram.lifelines.get(index));
        let whose = whose.map_or_else(String::new, |lifeline| format!(" at {}", self.name_of(lifeline)));
        format!("{} not recorded{whose}", duration(gap.length))
    }
}

impl MediaLine {
    /// Returns the record that shows it (none on a line that goes on with another one), after the number of its capture if the stanzas are in another one.
    #[must_use]
    pub fn record(&self) -> String {
        if self.is_more {
            return String::new();
        }
        self.mark
            .capture
            .map_or_else(|| self.mark.record.to_string(), |capture| format!("{capture}:{}", self.mark.record))
    }
}

impl ArrowLine<'_> {
    /// Returns the record that completed the stanza, after the number of its capture if the call is in several.
    #[must_use]
    pub fn record(&self) -> String {
        let record = self.row.observed.stanza.origin.last;
        self.capture.map_or_else(|| record.to_string(), |capture| format!("{capture}:{record}"))
    }

    /// Returns everything on the arrow: its label, whether it was repeated, how long the answer took, and its transit.
    #[must_use]
    pub fn text(&self) -> String {
        let again = if self.is_repeated { " (again)" } else { "" };
        let took = self.answers.as_ref().map_or("", |(_, took)| took);
        let after = if took.is_empty() { String::new() } else { format!(" after {took}") };
        let transit = self.transit.as_ref().map_or_else(String::new, |transit| format!(", {transit}"));
        format!("{}{again}{after}{transit}", self.label)
    }

    /// Returns what the stanza means for the spec.
    #[must_use]
    pub fn marks(&self) -> Vec<Mark> {
        let evidence = self.judged.evidence_in(self.arrow.row).filter(|piece| Judged::is_told(piece)).map(|piece| {
            let bearing = if piece.supports { "for" } else { "against" };
            let hypothesis = visible(&piece.hypothesis);
            let short = format!("{}: {bearing} {hypothesis}, {}", piece.question.id, piece.strength.name());
            Mark { sign: '?', short, why: visible(&piece.why).into_owned() }
        });
        let places = self.judged.places_in(self.arrow.row).filter_map(|place| {
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
}

/// Returns how long the first answer to a row took.
#[must_use]
pub fn first_answer(call: &Call, row: usize) -> Option<Lapse> {
    let later = row + 1..(row + 1 + ANSWERS_WITHIN).min(call.rows.len());
    let answers = |index: &usize| call.rows.get(*index).is_some_and(|other| other.answers.get() == Some(row));
    call.lapse(row, later.clone().find(answers)?)
}

/// How long a stanza took from the socket that it left to the one that it reached, and the bound of that.
fn transit(call: &Call, original: usize, copy: usize) -> Option<String> {
    let (took, bound) = (call.elapsed(original, copy)?, call.uncertainty(original, copy)?);
    let bound = if bound == 0 { String::new() } else { format!(" ± {}", duration(bound)) };
    Some(format!("{}{bound} on its way", duration(took.max(0))))
}
