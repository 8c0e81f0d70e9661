//! One call as a ladder: a lifeline per party, an arrow per stanza, the times at the left.

mod arrows;
mod gutter;
mod heads;

use std::ops::Range;

pub(super) use arrows::way;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pane::{self, put};
use crate::diagram::{Arrow, Step};
use crate::tui::model::{Model, Viewport};
use crate::tui::opened::Opened;
use crate::tui::regions::{Regions, Target};
use crate::tui::theme::Theme;

/// The first row and the first lifeline shown.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    row: usize,
    lifeline: usize,
}

/// Columns of the marks: selected or tied to it, evidence, a violated rule, a novelty, the user's note,
/// and a gap.
const MARKS: usize = 6;

/// Columns of a time and the gap after it.
const TIME: usize = 10;

/// The least distance of two lifelines.
const SPACING: usize = 16;

/// From this width on both times are shown, and from the second on one.
const TWO_TIMES: usize = 56;
const ONE_TIME: usize = 34;

/// The lines that the whole ladder takes.
pub(super) fn height(opened: &Opened) -> u16 {
    u16::try_from(opened.lines.len()).unwrap_or(u16::MAX).saturating_add(heads::wanted(opened))
}

/// Draws the ladder.
pub(super) fn draw(
    model: &Model,
    opened: &Opened,
    scroll: &mut Scroll,
    regions: &mut Regions,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let heads = match area.height {
        0..4 => 0,
        4..6 => 1,
        6..8 => 2,
        _ => heads::wanted(opened),
    };
    let room = usize::from(area.height - heads);
    scroll.row = pane::follow(scroll.row, opened.selected, opened.lines.len(), room);
    let picture = Picture::new(model, opened, scroll, theme, area);
    regions.add(Rect { y: area.y + heads, height: area.height - heads, ..area }, Target::Ladder(scroll.row));
    let buffer = frame.buffer_mut();
    let mut lines = area.rows();
    for (part, line) in lines.by_ref().take(heads.into()).enumerate() {
        picture.head(buffer, line, part);
    }
    for ((place, shown), line) in opened.lines.iter().enumerate().skip(scroll.row).zip(lines) {
        match opened.diagram.steps.get(*shown) {
            Some(Step::Arrow(arrow)) => picture.row(buffer, line, place, *shown, arrow),
            Some(Step::Gap(gap)) => picture.gap(buffer, line, gap),
            Some(Step::Expected(expected)) => picture.ghost(buffer, line, expected),
            None => {}
        }
    }
    Viewport { page: room, lines: 0 }
}

/// What all lines of one drawing share.
struct Picture<'a> {
    model: &'a Model,
    opened: &'a Opened,
    theme: &'a Theme,
    /// How many times stand at the left.
    times: usize,
    /// The first column of the diagram.
    left: usize,
    /// The lifelines shown.
    lifelines: Range<usize>,
    /// Where each of them stands, counted from the area's left.
    columns: Vec<usize>,
}

impl<'a> Picture<'a> {
    fn new(model: &'a Model, opened: &'a Opened, scroll: &mut Scroll, theme: &'a Theme, area: Rect) -> Self {
        let whole = usize::from(area.width);
        let times = usize::from(whole >= ONE_TIME) + usize::from(whole >= TWO_TIMES);
        let left = MARKS + times * TIME;
        let room = whole.saturating_sub(left);
        let all = opened.diagram.lifelines.len();
        let fit = (room.saturating_sub(1) / SPACING + 1).min(all);
        scroll.lifeline = first_lifeline(scroll.lifeline, opened.rung(), all, fit);
        let lifelines = scroll.lifeline..(scroll.lifeline + fit).min(all);
        let gaps = lifelines.len().saturating_sub(1).max(1);
        let columns = (0..lifelines.len()).map(|place| left + place * room.saturating_sub(1) / gaps).collect();
        Self { model, opened, theme, times, left, lifelines, columns }
    }

    fn row(&self, buffer: &mut Buffer, line: Rect, place: usize, index: usize, arrow: &Arrow) {
        let Some((judged, row_index)) = self.opened.at(index) else { return };
        let Some(row) = judged.call.rows.get(row_index) else { return };
        self.marks(buffer, line, place, index, (judged, row_index));
        self.time(buffer, line, place, (judged, row_index));
        for column in &self.columns {
            put(buffer, line, *column, "│", self.theme.muted);
        }
        self.arrow(buffer, line, judged, row, arrow);
        if place == self.opened.selected {
            buffer.set_style(line, self.theme.selected);
        }
    }
}

/// The first lifeline to show of `all`, of which `fit` fit, so that both ends of the selected arrow are seen if they
/// can be.
fn first_lifeline(first: usize, selected: Option<&Arrow>, all: usize, fit: usize) -> usize {
    let first = first.min(all.saturating_sub(fit));
    let Some(rung) = selected else { return first };
    let (low, high) = (rung.from.min(rung.to), rung.from.max(rung.to));
    if low < first || high - low >= fit {
        low
    } else if high >= first + fit {
        high + 1 - fit
    } else {
        first
    }
}
