//! The geometry of a drawing of the ladder: what fits, and where it goes.

use std::ops::Range;

use ratatui::layout::Rect;

use super::state::LadderScreen;
use crate::diagram::Arrow;
use crate::tui::kit::theme::Theme;
use crate::tui::shared::Shared;

/// The first row and the first lifeline shown.
#[derive(Debug, Default)]
pub(in crate::tui) struct Scroll {
    /// The first row.
    pub(super) row: usize,
    lifeline: usize,
}

/// Columns of the badges and marks: selected or related to the selected row, evidence, violation, novelty, note, and a
/// gap.
pub(super) const MARKS: usize = 6;

/// Columns of a time and the gap after it.
pub(super) const TIME: usize = 10;

/// The least distance of two lifelines.
const SPACING: usize = 16;

/// From this width on both times are shown, and from the second on one.
const TWO_TIMES: usize = 56;
const ONE_TIME: usize = 34;

/// What all lines of one drawing share.
pub(super) struct Picture<'a> {
    pub(super) shared: &'a Shared,
    pub(super) screen: &'a LadderScreen,
    pub(super) theme: &'a Theme,
    /// The number of time columns.
    pub(super) times: usize,
    /// The first column of the diagram.
    pub(super) left: usize,
    /// The lifelines shown.
    pub(super) lifelines: Range<usize>,
    /// The column of each of them, from the left of the area.
    pub(super) columns: Vec<usize>,
}

impl<'a> Picture<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        screen: &'a LadderScreen,
        scroll: &mut Scroll,
        theme: &'a Theme,
        area: Rect,
    ) -> Self {
        let whole = usize::from(area.width);
        let times = usize::from(whole >= ONE_TIME) + usize::from(whole >= TWO_TIMES);
        let left = MARKS + times * TIME;
        let room = whole.saturating_sub(left);
        let all = screen.diagram.lifelines.len();
        let fit = (room.saturating_sub(1) / SPACING + 1).min(all);
        scroll.lifeline = first_lifeline(scroll.lifeline, screen.rung(), all, fit);
        let lifelines = scroll.lifeline..(scroll.lifeline + fit).min(all);
        let gaps = lifelines.len().saturating_sub(1).max(1);
        let columns = (0..lifelines.len()).map(|place| left + place * room.saturating_sub(1) / gaps).collect();
        Self { shared, screen, theme, times, left, lifelines, columns }
    }
}

/// The first lifeline to show of `all`, of which `fit` fit, so that both ends of the selected arrow are visible if
/// possible.
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
