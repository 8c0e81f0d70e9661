//! The geometry of a drawing of the ladder: what fits, and where it goes.

use std::ops::Range;

use ratatui::layout::Rect;

use super::state::LadderScreen;
use crate::diagram::Arrow;
use crate::tui::kit::theme::Theme;
use crate::tui::kit::times::Times;
use crate::tui::shared::Shared;

/// The first row and the first lifeline shown.
#[derive(Debug, Default)]
pub(in crate::tui) struct Scroll {
    /// The first row.
    pub(super) row: usize,
    pub(super) lifeline: usize,
}

/// Columns of the badges and marks: selected or related to the selected row, evidence, violation, novelty, note, and a
/// gap.
pub(super) const MARKS: usize = 6;

/// Columns of a time and the gap after it; of a time of day, which has milliseconds.
const TIME: usize = 10;
const TIME_OF_DAY: usize = 13;

/// The least distance of two lifelines; the one that they get before there is a second time; and the greatest that
/// takes width from the stanza.
const LEAST: usize = 14;
const READABLE: usize = 16;
const AMPLE: usize = 28;

/// From this width on a time is shown, and from the second on there may be two.
const ONE_TIME: usize = 34;
const TWO_TIMES: usize = 56;

/// The columns that a ladder takes: at least if all lifelines are shown, and at most.
pub(super) fn need(screen: &LadderScreen) -> (usize, usize) {
    let gaps = screen.diagram.lifelines.len().saturating_sub(1);
    (MARKS + TIME + gaps * LEAST + 1, (MARKS + 2 * TIME + gaps * AMPLE + 1).max(TWO_TIMES))
}

/// What all lines of one drawing share.
pub(super) struct Picture<'a> {
    pub(super) shared: &'a Shared,
    pub(super) screen: &'a LadderScreen,
    pub(super) theme: &'a Theme,
    /// The widths of the time columns, each with the gap after it: the first column may be left out.
    pub(super) times: Vec<usize>,
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
        let all = screen.diagram.lifelines.len();
        let one = usize::from(whole >= ONE_TIME);
        let room = whole.saturating_sub(MARKS + one * TIME);
        let fit = (room.saturating_sub(1) / LEAST + 1).min(all);
        // A second time takes no room that lifelines need.
        let gaps = all.saturating_sub(1);
        let first = if shared.times == Times::Clock { TIME_OF_DAY } else { TIME };
        let two = whole >= TWO_TIMES && MARKS + first + TIME + gaps * READABLE < whole;
        let times = if two { vec![first, TIME] } else { vec![TIME; one] };
        let left = MARKS + times.iter().sum::<usize>();
        let room = whole.saturating_sub(left);
        scroll.lifeline = match screen.pan {
            Some(first) => first.min(all.saturating_sub(fit)),
            None => first_lifeline(scroll.lifeline, screen.rung(), all, fit),
        };
        let lifelines = scroll.lifeline..(scroll.lifeline + fit).min(all);
        let spacing = match gaps {
            _ if fit < all => LEAST,
            _ if two => room,
            _ => (gaps * READABLE).min(room.saturating_sub(1)) / gaps.max(1),
        };
        let apart = lifelines.len().saturating_sub(1).max(1);
        let span = (apart * spacing).min(room.saturating_sub(1));
        let columns = (0..lifelines.len()).map(|place| left + place * span / apart).collect();
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
