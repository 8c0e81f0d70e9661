//! The position of everything in the picture, in pixels.

use std::collections::BTreeMap;

use super::super::picture::{ArrowKind, ArrowLine, Line, Mark};

/// The margin on all sides.
pub(super) const MARGIN: f64 = 20.0;
/// The right edge of the column of records.
pub(super) const RECORD: f64 = 84.0;
/// The right edge of the column of times.
pub(super) const TIME: f64 = 176.0;
/// The top of the parties' boxes.
pub(super) const HEADER: f64 = 68.0;
/// The height of the boxes.
pub(super) const BOX: f64 = 42.0;
/// The line of the columns' headings.
pub(super) const HEADING: f64 = HEADER + BOX / 2.0 + 4.0;
/// Half of a break in the lifelines.
pub(super) const BREAK: f64 = 9.0;

/// From one arrow to the next.
const ROW: f64 = 34.0;
/// From one mark of an arrow to the next.
const MARK: f64 = 20.0;
/// The width of a character on an arrow, in the widest of the fonts.
const CHARACTER: f64 = 7.4;
/// The width of a character of a mark or a name.
const LETTER: f64 = 7.0;
/// The smallest and the largest distance between two lifelines.
const SPACING: (f64, f64) = (170.0, 380.0);
/// Brackets next to one another; further ones overlap.
const TRACKS: usize = 5;

/// A line of the diagram and its position.
#[derive(Debug)]
pub(super) struct Row<'p> {
    /// The line.
    pub(super) line: Line<'p>,
    /// The marks of an arrow.
    pub(super) marks: Vec<Mark>,
    /// The arrow's line, or the middle of a break.
    pub(super) y: f64,
    /// Whether the lifelines are interrupted.
    pub(super) is_break: bool,
}

impl Row<'_> {
    /// The middle of the mark with this index.
    #[expect(clippy::cast_precision_loss, reason = "a few marks")]
    pub(super) fn mark_y(&self, index: usize) -> f64 {
        self.y + index as f64 * MARK
    }
}

/// A bracket between an answer and what it answers.
#[derive(Clone, Debug)]
pub(super) struct Bracket {
    /// The row of the answer.
    pub(super) answer: usize,
    /// The row that is answered.
    pub(super) answered: usize,
    /// The lifeline that both touch.
    pub(super) lifeline: usize,
    /// The side of the lifeline: -1 left, 1 right.
    pub(super) side: f64,
    /// How far out, counted from the lifeline.
    pub(super) track: usize,
}

/// How far from its lifeline a bracket reaches.
#[expect(clippy::cast_precision_loss, reason = "a few tracks")]
pub(super) fn reach(track: usize) -> f64 {
    7.0 + 5.0 * track as f64
}

/// The texts that decide how wide the picture is.
pub(super) struct Texts<'t> {
    pub(super) title: &'t str,
    pub(super) subtitle: &'t str,
    /// The names of the lifelines.
    pub(super) names: &'t [String],
    /// Whether each lifeline was recorded.
    pub(super) recorded: &'t [bool],
}

/// The position of everything.
#[derive(Debug)]
pub(super) struct Layout<'p> {
    /// The lifelines from left to right.
    pub(super) lifelines: Vec<f64>,
    /// The rows from top to bottom.
    pub(super) rows: Vec<Row<'p>>,
    /// The brackets, by the row of the answer.
    pub(super) brackets: Vec<Bracket>,
    /// The left edge of the marks.
    pub(super) marks: f64,
    /// The width of a party's box.
    pub(super) card: f64,
    /// The lower end of the lifelines.
    pub(super) bottom: f64,
    /// The width of the picture.
    pub(super) width: f64,
    /// The height of the picture.
    pub(super) height: f64,
    spacing: f64,
}

impl<'p> Layout<'p> {
    pub(super) fn of(lines: Vec<Line<'p>>, texts: &Texts<'_>) -> Self {
        let mut rows: Vec<Row<'p>> = Vec::with_capacity(lines.len());
        let mut y = HEADER + BOX + 34.0;
        for line in lines {
            let marks = if let Line::Arrow(line) = &line { line.marks() } else { Vec::new() };
            let height =
                if let Line::Media(_) = &line { MARK } else { width(marks.len().saturating_sub(1)) * MARK + ROW };
            rows.push(Row { is_break: matches!(line, Line::Wait(_) | Line::Gap(_) | Line::Event(_)), line, marks, y });
            y += height;
        }
        let bottom = y - ROW / 2.0;
        let longest = texts.names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let card = (width(longest) * 8.0 + 24.0).max(150.0);
        let spacing = rows.iter().map(|row| wanted(&row.line)).fold(SPACING.0.max(card + 20.0), f64::max);
        let spacing = spacing.min(SPACING.1.max(card + 20.0));
        let left = TIME + 24.0 + card / 2.0;
        let lifelines: Vec<f64> = (0..texts.names.len()).map(|index| left + width(index) * spacing).collect();
        let right = lifelines.last().copied().unwrap_or(left);
        let marks = right + card / 2.0 + 12.0;
        let lane =
            rows.iter().filter_map(|row| if let Line::Media(line) = &row.line { Some(&line.mark.text) } else { None });
        let said = rows.iter().flat_map(|row| &row.marks).map(|mark| &mark.short).chain(lane);
        let said = said.map(|text| text.chars().count()).max();
        let end = said.map_or(right + card / 2.0, |said| marks + 26.0 + width(said) * LETTER);
        let title = MARGIN + width(texts.title.chars().count()) * 8.6;
        let title = title.max(MARGIN + width(texts.subtitle.chars().count()) * LETTER);
        Self {
            brackets: brackets(&rows, texts.recorded),
            lifelines,
            rows,
            marks,
            card,
            bottom,
            width: end.max(title).max(640.0) + MARGIN,
            height: bottom + 48.0,
            spacing,
        }
    }

    /// The arrow in a row.
    pub(super) fn arrow(&self, row: usize) -> Option<(&Row<'p>, &ArrowLine<'p>)> {
        arrow(&self.rows, row)
    }

    /// The room for the text of an arrow that spans so many lifelines.
    pub(super) fn room(&self, span: usize) -> f64 {
        width(span.max(1)) * self.spacing - 2.0 * reach(TRACKS)
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

/// How far apart the lifelines should be so that the text of a line fits.
fn wanted(line: &Line<'_>) -> f64 {
    let (characters, span) = match line {
        Line::Arrow(line) => (line.text().chars().count(), line.arrow.from.abs_diff(line.arrow.to)),
        Line::Expected(expected) => (expected.label.chars().count(), expected.from.abs_diff(expected.to)),
        Line::Wait(_) | Line::Gap(_) | Line::Media(_) | Line::Event(_) => return 0.0,
    };
    (width(characters) * CHARACTER + 2.0 * reach(TRACKS)) / width(span.max(1))
}

fn arrow<'r, 'p>(rows: &'r [Row<'p>], row: usize) -> Option<(&'r Row<'p>, &'r ArrowLine<'p>)> {
    let row = rows.get(row)?;
    let Line::Arrow(line) = &row.line else { return None };
    Some((row, line))
}

/// The brackets, each in the first track that is free all the way.
fn brackets(rows: &[Row<'_>], recorded: &[bool]) -> Vec<Bracket> {
    let mut brackets = Vec::new();
    // By lifeline and track, the last row that a bracket reaches.
    let mut taken: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let arrows = (0..rows.len()).filter_map(|index| Some((index, arrow(rows, index)?.1)));
    for (index, line) in arrows.filter(|(_, line)| line.kind == ArrowKind::Answer) {
        let Some((answered, _)) = line.answers else { continue };
        let Some((_, asked)) = arrow(rows, answered) else { continue };
        let ends = [line.arrow.from, line.arrow.to];
        let is_recorded = |end: &usize| recorded.get(*end).copied().unwrap_or_default();
        let shared = ends.into_iter().filter(|end| [asked.arrow.from, asked.arrow.to].contains(end));
        let Some(lifeline) = shared.max_by_key(is_recorded) else { continue };
        let free = |track: &usize| taken.get(&(lifeline, *track)).is_none_or(|until| *until < answered);
        let track = (0..TRACKS).find(free).unwrap_or(TRACKS - 1);
        taken.insert((lifeline, track), index);
        // Away from the arrows: outside of the first lifeline, else on the right.
        let side = if lifeline == 0 && recorded.len() > 1 { -1.0 } else { 1.0 };
        brackets.push(Bracket { answer: index, answered, lifeline, side, track });
    }
    brackets
}
