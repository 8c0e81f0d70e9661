//! Where everything stands, in pixels.

use std::collections::BTreeMap;

use super::super::diagram::{ArrowKind, Diagram, Step};

/// Room on all sides.
pub(super) const MARGIN: f64 = 20.0;
/// Where the column of records ends.
pub(super) const RECORD: f64 = 84.0;
/// Where the column of times ends.
pub(super) const TIME: f64 = 176.0;
/// The top of the parties' boxes.
pub(super) const HEADER: f64 = 68.0;
/// How high the boxes are.
pub(super) const BOX: f64 = 42.0;
/// The line of the columns' headings.
pub(super) const HEADING: f64 = HEADER + BOX / 2.0 + 4.0;
/// Half of a break in the lifelines.
pub(super) const BREAK: f64 = 9.0;

/// From one arrow to the next.
const ROW: f64 = 34.0;
/// From one mark of an arrow to the next.
const MARK: f64 = 20.0;
/// The width of a character of an arrow's words; the fonts' widest is taken.
const CHARACTER: f64 = 7.4;
/// The width of a character of a mark or a name.
const LETTER: f64 = 7.0;
/// The least and the most from one lifeline to the next.
const SPACING: (f64, f64) = (170.0, 380.0);
/// Brackets side by side; more lie on one another.
const LANES: usize = 5;

/// Where a step stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The arrow's line, or the middle of a break.
    pub(super) y: f64,
    /// Whether the lifelines are broken there.
    pub(super) is_break: bool,
}

impl Place {
    /// The middle of the mark with this index.
    #[expect(clippy::cast_precision_loss, reason = "a few marks")]
    pub(super) fn mark_y(&self, index: usize) -> f64 {
        self.y + index as f64 * MARK
    }
}

/// A bracket between an answer and what it answers.
#[derive(Clone, Debug)]
pub(super) struct Tie {
    /// The step that is answered.
    pub(super) from: usize,
    /// The record of what is answered.
    pub(super) record: String,
    /// The lifeline that both touch.
    pub(super) lifeline: usize,
    /// On which side of it: -1 left, 1 right.
    pub(super) side: f64,
    /// How far out, counted from the lifeline.
    pub(super) lane: usize,
}

/// How far from its lifeline a bracket reaches.
#[expect(clippy::cast_precision_loss, reason = "a few lanes")]
pub(super) fn tie_reach(lane: usize) -> f64 {
    7.0 + 5.0 * lane as f64
}

/// Where everything stands.
#[derive(Debug)]
pub(super) struct Layout {
    /// The lifelines, left to right.
    pub(super) lifelines: Vec<f64>,
    /// The steps.
    pub(super) places: Vec<Place>,
    /// The brackets, by the step of the answer.
    pub(super) ties: BTreeMap<usize, Tie>,
    /// Where marks begin.
    pub(super) marks: f64,
    /// The width of a party's box.
    pub(super) card: f64,
    /// Where the lifelines end.
    pub(super) bottom: f64,
    /// Of the picture.
    pub(super) width: f64,
    /// Of the picture.
    pub(super) height: f64,
    spacing: f64,
}

impl Layout {
    pub(super) fn of(diagram: &Diagram) -> Self {
        let mut places = Vec::with_capacity(diagram.steps.len());
        let mut y = HEADER + BOX + 34.0;
        for step in &diagram.steps {
            let is_break = matches!(step, Step::Wait(_) | Step::Gap(_));
            places.push(Place { y, is_break });
            y += match step {
                Step::Arrow(arrow) => width(arrow.marks.len().saturating_sub(1)) * MARK + ROW,
                Step::Wait(_) | Step::Gap(_) | Step::Expected(_) => ROW,
            };
        }
        let bottom = y - ROW / 2.0;
        let longest = diagram.lifelines.iter().map(|party| party.name.chars().count()).max().unwrap_or_default();
        let card = (width(longest) * 8.0 + 24.0).max(150.0);
        let spacing = diagram.steps.iter().map(wanted).fold(SPACING.0.max(card + 20.0), f64::max);
        let spacing = spacing.min(SPACING.1.max(card + 20.0));
        let left = TIME + 24.0 + card / 2.0;
        let lifelines: Vec<f64> = (0..diagram.lifelines.len()).map(|index| left + width(index) * spacing).collect();
        let right = lifelines.last().copied().unwrap_or(left);
        let marks = right + card / 2.0 + 12.0;
        let said = diagram.arrows().flat_map(|(_, arrow)| &arrow.marks).map(|mark| mark.short.chars().count()).max();
        let end = said.map_or(right + card / 2.0, |said| marks + 26.0 + width(said) * LETTER);
        let title = MARGIN + width(diagram.title.chars().count()) * 8.6;
        let title = title.max(MARGIN + width(diagram.subtitle.chars().count()) * LETTER);
        let ties = ties(diagram, &lifelines);
        Self {
            lifelines,
            places,
            ties,
            marks,
            card,
            bottom,
            width: end.max(title).max(640.0) + MARGIN,
            height: bottom + 48.0,
            spacing,
        }
    }

    /// The room for words of an arrow over so many lifelines.
    pub(super) fn room(&self, span: usize) -> f64 {
        width(span.max(1)) * self.spacing - 2.0 * tie_reach(LANES)
    }

    /// The same in characters.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred characters")]
    pub(super) fn characters(&self, span: usize) -> usize {
        (self.room(span) / CHARACTER) as usize
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of texts that are drawn")]
fn width(count: usize) -> f64 {
    count as f64
}

/// How far apart a step wants the lifelines to be, so that its words fit.
fn wanted(step: &Step) -> f64 {
    let (characters, span) = match step {
        Step::Arrow(arrow) => {
            let took = arrow.answers.as_ref().map_or(0, |(_, took)| took.len() + " after ".len());
            let way = arrow.way.as_ref().map_or(0, |way| way.chars().count() + ", ".len());
            let again = if arrow.again { " (again)".len() } else { 0 };
            (arrow.label.chars().count() + took + way + again, arrow.from.abs_diff(arrow.to))
        }
        Step::Expected(absent) => (absent.label.chars().count(), absent.from.abs_diff(absent.to)),
        Step::Wait(_) | Step::Gap(_) => return 0.0,
    };
    (width(characters) * CHARACTER + 2.0 * tie_reach(LANES)) / width(span.max(1))
}

/// The brackets, each in the first lane that is free all the way.
fn ties(diagram: &Diagram, lifelines: &[f64]) -> BTreeMap<usize, Tie> {
    let mut ties: BTreeMap<usize, Tie> = BTreeMap::new();
    // By lifeline and lane, the last step that a bracket reaches.
    let mut taken: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, arrow) in diagram.arrows().filter(|(_, arrow)| arrow.kind == ArrowKind::Answer) {
        let Some((from, _)) = arrow.answers else { continue };
        let Some(Step::Arrow(asked)) = diagram.steps.get(from) else { continue };
        let ends = [arrow.from, arrow.to];
        let is_recorded = |end: &usize| diagram.lifelines.get(*end).is_some_and(|party| party.recorded);
        let shared = ends.into_iter().filter(|end| [asked.from, asked.to].contains(end));
        let Some(lifeline) = shared.max_by_key(is_recorded) else { continue };
        let free = |lane: &usize| taken.get(&(lifeline, *lane)).is_none_or(|until| *until < from);
        let lane = (0..LANES).find(free).unwrap_or(LANES - 1);
        taken.insert((lifeline, lane), index);
        // Away from the arrows: outside of the first lifeline, else on the right.
        let side = if lifeline == 0 && lifelines.len() > 1 { -1.0 } else { 1.0 };
        ties.insert(index, Tie { from, record: asked.record.clone(), lifeline, side, lane });
    }
    ties
}
