//! Drawing the ladder and the stanza, next to or below each other.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::picture::{Picture, Scroll, need};
use super::state::{Focus, LadderScreen};
use super::{heads, stanza};
use crate::diagram::{Arrow, Step};
use crate::tui::kit::pane::{self, Canvas, Target, Viewport, put};
use crate::tui::shared::Shared;

/// What drawings keep for the next one.
#[derive(Debug, Default)]
pub(in crate::tui) struct Scratch {
    scroll: Scroll,
    stanza: stanza::Cache,
}

/// From this width on the stanza is next to the ladder if there is room for every lifeline, otherwise below it.
const WIDE: u16 = 120;

/// The least columns of a stanza next to a ladder.
const STANZA: u16 = 52;

/// Below this height there is room for only one of them.
const LEAST_SHARED: u16 = 8;

/// Draws the ladder and the selected stanza.
pub(in crate::tui) fn draw(
    screen: &LadderScreen,
    shared: &Shared,
    scratch: &mut Scratch,
    mut canvas: Canvas<'_, '_>,
) -> Viewport {
    let area = canvas.area;
    let nothing = Rect { width: 0, height: 0, ..area };
    let (least, ample) = need(screen);
    let is_beside = area.width >= WIDE && least + 1 + usize::from(STANZA) <= usize::from(area.width);
    let (ladder_area, between, stanza_area) = if is_beside {
        let [ladder, between, stanza] = Layout::horizontal([
            Constraint::Length(shared.split.by_need(area.width, least, ample)),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(area);
        (ladder, between, stanza)
    } else if area.height >= LEAST_SHARED {
        // A short call leaves unused lines to the stanza.
        let ladder = Constraint::Length(shared.split.of(area.height).min(height(screen)));
        let [ladder, stanza] = Layout::vertical([ladder, Constraint::Fill(1)]).areas(area);
        (ladder, Rect { height: 1, ..stanza }, stanza)
    } else if screen.focus == Focus::Ladder {
        (area, nothing, nothing)
    } else {
        (nothing, nothing, area)
    };
    let ladder_seen = ladder(screen, shared, &mut scratch.scroll, canvas.part(ladder_area));
    let stanza_seen = stanza::draw(shared, screen, &mut scratch.stanza, canvas.part(stanza_area));
    canvas.regions.add(between, Target::Split(area));
    if screen.focus == Focus::Ladder { ladder_seen } else { stanza_seen }
}

/// The lines of the whole ladder.
fn height(screen: &LadderScreen) -> u16 {
    u16::try_from(screen.lines.len()).unwrap_or(u16::MAX).saturating_add(heads::wanted(screen))
}

fn ladder(screen: &LadderScreen, shared: &Shared, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, regions, frame, area } = canvas;
    let heads = match area.height {
        0..4 => 0,
        4..6 => 1,
        6..8 => 2,
        _ => heads::wanted(screen),
    };
    let room = usize::from(area.height - heads);
    scroll.row = pane::follow(scroll.row, screen.selected, screen.lines.len(), room);
    let picture = Picture::new(shared, screen, scroll, theme, area);
    regions.add(Rect { y: area.y + heads, height: area.height - heads, ..area }, Target::Ladder(scroll.row));
    let buffer = frame.buffer_mut();
    let mut lines = area.rows();
    for (part, line) in lines.by_ref().take(heads.into()).enumerate() {
        picture.head(buffer, line, part);
    }
    for ((place, shown), line) in screen.lines.iter().enumerate().skip(scroll.row).zip(lines) {
        match screen.diagram.steps.get(*shown) {
            Some(Step::Arrow(arrow)) => picture.row(buffer, line, place, *shown, arrow),
            Some(Step::Gap(gap)) => picture.gap(buffer, line, gap),
            Some(Step::Expected(expected)) => picture.ghost(buffer, line, expected),
            Some(Step::Event(event)) => picture.event(buffer, line, event),
            None => {}
        }
    }
    Viewport { lane: picture.lifelines.start, ..Viewport::of_list(room) }
}

impl Picture<'_> {
    /// Draws a row: badges, times and arrow.
    fn row(&self, buffer: &mut Buffer, line: Rect, place: usize, index: usize, arrow: &Arrow) {
        let Some((judged, row_index)) = self.screen.at(index) else { return };
        let Some(row) = judged.call.rows.get(row_index) else { return };
        self.marks(buffer, line, place, index, (judged, row_index));
        self.time(buffer, line, place, (judged, row_index));
        for column in &self.columns {
            put(buffer, line, *column, "│", self.theme.muted);
        }
        self.arrow(buffer, line, judged, row, arrow);
        if place == self.screen.selected {
            buffer.set_style(line, self.theme.selected);
        }
    }
}
