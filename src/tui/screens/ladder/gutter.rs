//! The left of a row: its badges and marks, and its times.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::picture::{MARKS, Picture};
use crate::diagram::{elapsed, is_order_known};
use crate::spec::Judged;
use crate::tui::kit::pane::put;
use crate::tui::kit::times::Times;
use crate::words::{NONE, clock_precise, offset};

/// Longer waits are highlighted: longer than any answer takes, shorter than any ringing.
const LONG_WAIT: i64 = 5_000_000_000;

impl Picture<'_> {
    /// Draws the selection, the badges and the mark of a row.
    pub(super) fn marks(
        &self,
        buffer: &mut Buffer,
        line: Rect,
        place: usize,
        index: usize,
        (judged, row): (&Judged, usize),
    ) {
        let selected = self.screen.place();
        let of_one_call = selected.filter(|(other, _)| std::ptr::eq(other.as_ref(), judged));
        let answers = |row: usize| judged.call.rows.get(row).and_then(|row| row.answers.get());
        let is_tied = of_one_call.is_some_and(|(_, other)| answers(row) == Some(other) || answers(other) == Some(row));
        if place == self.screen.selected {
            put(buffer, line, 0, ">", self.theme.accent);
        } else if self.screen.ticked == Some(index) {
            put(buffer, line, 0, "✓", self.theme.accent);
        } else if is_tied {
            put(buffer, line, 0, "•", self.theme.accent);
        }
        let styles = [self.theme.accent, self.theme.violated, self.theme.novelty];
        for (place, (mark, style)) in judged.marks(row).into_iter().zip(styles).enumerate() {
            if let Some(mark) = mark {
                put(buffer, line, 1 + place, mark.encode_utf8(&mut [0; 4]), style);
            }
        }
        if self.shared.notes.of_row(&judged.call, row).is_some() {
            put(buffer, line, 4, "*", self.theme.accent);
        }
    }

    /// Draws the time, and the time since the previous row, if there is room. `~` means that the clocks do not show which
    /// of the two came first.
    pub(super) fn time(&self, buffer: &mut Buffer, line: Rect, place: usize, (judged, row): (&Judged, usize)) {
        let here = (judged.call.as_ref(), row);
        let before = self.screen.before(place).and_then(|rung| self.screen.at(rung));
        let before = before.map(|(judged, row)| (judged.call.as_ref(), row));
        let text = |text: Option<String>, time: usize| {
            format!("{:>1$}", text.unwrap_or_else(|| NONE.to_owned()), time.saturating_sub(1))
        };
        if let [time, _] = *self.times {
            let first = match self.shared.times {
                Times::Start => self.screen.start().and_then(|start| elapsed(start, here)).map(offset),
                Times::Clock => here.0.rows.get(row).and_then(|row| row.observed.time()).map(clock_precise),
                Times::Reference(reference) => {
                    here.0.aligned(row).map(|time| offset(time.nanoseconds_since(reference)))
                }
            };
            put(buffer, line, MARKS, &text(first, time), Style::new());
        }
        if let (Some(before), Some(time)) = (before, self.times.last()) {
            let waited = elapsed(before, here);
            let is_long = waited.is_some_and(|waited| waited > LONG_WAIT);
            let style = if is_long { self.theme.warning } else { self.theme.muted };
            let nearly = if is_order_known(before, here) { "" } else { "~" };
            let text = text(waited.map(|waited| format!("{nearly}{}", offset(waited))), *time);
            let bare = text.trim_start();
            put(buffer, line, self.left - time + (text.len() - bare.len()), bare, style);
        }
    }
}
