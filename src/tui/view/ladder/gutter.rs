//! What stands at the left of a row: its marks, and its times.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{MARKS, Picture, TIME};
use crate::diagram::{elapsed, is_order_known};
use crate::spec::Judged;
use crate::tui::quantity::{NONE, clock, offset};
use crate::tui::times::Times;
use crate::tui::view::pane::put;

/// A wait that stands out: longer than any answer takes, shorter than any ringing.
const LONG_WAIT: i64 = 5_000_000_000;

impl Picture<'_> {
    /// What the row is, and what it says about the spec.
    pub(super) fn marks(
        &self,
        buffer: &mut Buffer,
        line: Rect,
        place: usize,
        index: usize,
        (judged, row): (&Judged, usize),
    ) {
        let selected = self.opened.place();
        let of_one_call = selected.filter(|(other, _)| std::ptr::eq(other.as_ref(), judged));
        let answers = |row: usize| judged.call.rows.get(row).and_then(|row| row.answers);
        let is_tied = of_one_call.is_some_and(|(_, other)| answers(row) == Some(other) || answers(other) == Some(row));
        if place == self.opened.selected {
            put(buffer, line, 0, ">", self.theme.accent);
        } else if self.opened.ticked == Some(index) {
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
        if self.model.notes.of_row(&judged.call, row).is_some() {
            put(buffer, line, 4, "*", self.theme.accent);
        }
    }

    /// The time of the kind that is chosen, and since the row before, as far as there is room. `~` where the clocks do
    /// not tell which of the two was first.
    pub(super) fn time(&self, buffer: &mut Buffer, line: Rect, place: usize, (judged, row): (&Judged, usize)) {
        let here = (judged.call.as_ref(), row);
        let before = self.opened.before(place).and_then(|rung| self.opened.at(rung));
        let before = before.map(|(judged, row)| (judged.call.as_ref(), row));
        let text = |text: Option<String>| format!("{:>9}", text.unwrap_or_else(|| NONE.to_owned()));
        if self.times == 2 {
            let first = match self.model.times {
                Times::Start => self.opened.start().and_then(|start| elapsed(start, here)).map(offset),
                Times::Clock => here.0.rows.get(row).and_then(|row| row.observed.time()).map(clock),
                Times::Reference(reference) => {
                    here.0.aligned(row).map(|time| offset(time.nanoseconds_since(reference)))
                }
            };
            put(buffer, line, MARKS, &text(first), Style::new());
        }
        if let Some(before) = before.filter(|_| self.times > 0) {
            let waited = elapsed(before, here);
            let is_long = waited.is_some_and(|waited| waited > LONG_WAIT);
            let style = if is_long { self.theme.warning } else { self.theme.muted };
            let nearly = if is_order_known(before, here) { "" } else { "~" };
            let text = text(waited.map(|waited| format!("{nearly}{}", offset(waited))));
            let bare = text.trim_start();
            put(buffer, line, MARKS + (self.times - 1) * TIME + (text.len() - bare.len()), bare, style);
        }
    }
}
