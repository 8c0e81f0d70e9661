//! Arrows between the lifelines, gaps in the capture, and expected steps that were not seen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::picture::{MARKS, Picture};
use super::state::Fold;
use crate::call::Row;
use crate::diagram::{Arrow, Event, Expected, Gap, first_answer};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::spec::Judged;
use crate::tui::kit::pane::put;
use crate::tui::kit::text::{shown, width};
use crate::tui::kit::times::{latency, transit};
use crate::words::{compact, compact_lapse, offset};

/// The least columns of a label before a latency.
const LEAST_NAME: usize = 4;

/// Where an end of an arrow is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Before,
    At(usize),
    After,
}

/// The look of an arrow.
struct Look {
    style: Style,
    stroke: &'static str,
    /// Its tips.
    leftward: &'static str,
    rightward: &'static str,
}

impl Picture<'_> {
    fn end(&self, lifeline: usize) -> End {
        match lifeline.checked_sub(self.lifelines.start).map(|place| self.columns.get(place)) {
            None => End::Before,
            Some(None) => End::After,
            Some(Some(column)) => End::At(*column),
        }
    }

    /// Draws an arrow from one lifeline to another; returns the first column between them, and the number of columns.
    fn line(&self, buffer: &mut Buffer, line: Rect, ends: (usize, usize), look: &Look) -> Option<(usize, usize)> {
        let (first, last) = (self.left, usize::from(line.width).saturating_sub(1));
        let column = |end: End| match end {
            End::Before => first,
            End::At(column) => column,
            End::After => last,
        };
        let (from, to) = (self.end(ends.0), self.end(ends.1));
        let (tail, head) = (column(from), column(to));
        let (low, high) = (tail.min(head), tail.max(head));
        let inside = high.checked_sub(low + 1)?;
        put(buffer, line, low + 1, &look.stroke.repeat(inside), look.style);
        let rightward = tail < head;
        let tip = match (to, rightward) {
            (End::At(_), true) => look.rightward,
            (End::At(_), false) => look.leftward,
            (_, true) => "»",
            (_, false) => "«",
        };
        if inside > 0 {
            put(buffer, line, if rightward { high - 1 } else { low + 1 }, tip, look.style);
        }
        if matches!(from, End::At(_)) {
            put(buffer, line, tail, if rightward { "├" } else { "┤" }, look.style);
        }
        Some((low + 1, inside))
    }

    /// Draws the arrow of a row.
    pub(super) fn arrow(&self, buffer: &mut Buffer, line: Rect, judged: &Judged, row: &Row, rung: &Arrow) {
        let look = self.look(row);
        let (label, took) = self.label(judged, row, rung);
        let Some((left, inside)) = self.line(buffer, line, (rung.from, rung.to), &look) else {
            let column = match self.end(rung.from) {
                End::Before => self.left,
                End::At(column) => column,
                End::After => usize::from(line.width).saturating_sub(1),
            };
            return self.alone(buffer, line, column, &(label + &took), look.style);
        };
        // A space on each side, and the tip.
        let text = fitted(&label, &took, inside.saturating_sub(3));
        if !text.is_empty() {
            let spare = inside.saturating_sub(width(&text) + 2);
            // Centred, but never on the tip.
            let before_tip = spare.saturating_sub(1);
            let rightward = rung.from < rung.to;
            let lead = if rightward { (spare / 2).min(before_tip) } else { spare.div_ceil(2).max(1) };
            put(buffer, line, left + lead, &format!(" {text} "), look.style);
        }
    }

    /// Draws an expected step that was not seen: a faint arrow, the step, and, if there is room, the page that expects it.
    pub(super) fn ghost(&self, buffer: &mut Buffer, line: Rect, ghost: &Expected) {
        let style = self.theme.muted;
        for column in &self.columns {
            put(buffer, line, *column, "│", style);
        }
        let look = Look { style, stroke: "┈", leftward: "◁", rightward: "▷" };
        let whole = usize::from(line.width);
        let Some((left, inside)) = self.line(buffer, line, (ghost.from, ghost.to), &look) else {
            return self.alone(buffer, line, self.left, &ghost.label, style);
        };
        let room = inside.saturating_sub(3);
        let (what, who) = match ghost.label.split_once(" (") {
            Some((what, who)) if width(&ghost.label) > room => (what, format!(" ({who} ")),
            _ => (ghost.label.as_str(), String::new()),
        };
        let what = shown(what, room);
        if !what.is_empty() {
            let spare = inside.saturating_sub(width(&what) + 2);
            // The tip is at one of the ends.
            let lead = (spare / 2).max(usize::from(ghost.from > ghost.to)).min(spare.max(1));
            put(buffer, line, left + lead, &format!(" {what} "), style);
        }
        let (before, after) = (left.saturating_sub(self.left + 1), whole.saturating_sub(left + inside + 1));
        let who = shown(&who, before.max(after)).into_owned();
        let at = if after >= before { left + inside + 1 } else { left.saturating_sub(1 + width(&who)) };
        put(buffer, line, at, &who, style);
    }

    /// Draws a gap in the capture: for how long, and on which vantage if there are several.
    pub(super) fn gap(&self, buffer: &mut Buffer, line: Rect, gap: &Gap) {
        let room = usize::from(line.width).saturating_sub(self.left);
        put(buffer, line, self.left, &"╌".repeat(room), self.theme.warning);
        let text = format!(" gap: {} not recorded ", compact(gap.length));
        let whose = gap.lifeline.and_then(|index| self.screen.diagram.lifelines.get(index));
        let room_for_name = room.saturating_sub(width(&text) + 3);
        let text = match whose.filter(|_| room_for_name > LEAST_NAME) {
            Some(lifeline) => format!("{text}at {} ", self.called(lifeline, room_for_name)),
            None => text,
        };
        put(buffer, line, self.left + room.saturating_sub(width(&text)) / 2, &text, self.theme.warning);
    }

    /// Draws what a program reported.
    pub(super) fn event(&self, buffer: &mut Buffer, line: Rect, event: &Event) {
        for column in &self.columns {
            put(buffer, line, *column, "│", self.theme.muted);
        }
        if let (Some(since), [time, _]) = (event.since_start, &*self.times) {
            put(buffer, line, MARKS, &format!("{:>time$}", offset(since)), self.theme.muted);
        }
        // The word is the program's, and may name anybody.
        let label = if self.shared.names.in_letters {
            format!("◇ {}: {}", event.program, event.kind.name())
        } else {
            format!("◇ {}", event.label)
        };
        let room = usize::from(line.width).saturating_sub(self.left + 1);
        put(buffer, line, self.left + 1, &shown(&label, room), self.theme.muted);
    }

    /// Draws a stanza from a party to itself, or between parties that are not shown.
    fn alone(&self, buffer: &mut Buffer, line: Rect, column: usize, label: &str, style: Style) {
        let whole = usize::from(line.width);
        let right = whole.saturating_sub(column + 2);
        let left = column.saturating_sub(self.left + 1);
        if right >= left {
            put(buffer, line, column + 1, &shown(&format!("○ {label}"), right), style);
        } else {
            let text = shown(label, left.saturating_sub(2)).into_owned() + " ○";
            put(buffer, line, column.saturating_sub(width(&text)), &text, style);
        }
    }

    /// The label of a row: the action, whether it was resent, and how long an answer took, or how long a stanza was in
    /// transit to another recorded device. If answers are folded, this includes the first one.
    fn label(&self, judged: &Judged, row: &Row, rung: &Arrow) -> (String, String) {
        let call = &judged.call;
        let again = if row.repeats.is_some() { "again: " } else { "" };
        let flow = judged.flow.as_ref().filter(|_| self.screen.expected);
        let odd = flow.and_then(|flow| flow.place_of(rung.row)?.1).map_or_else(String::new, |odd| format!("{odd}: "));
        let number = if self.screen.calls.len() > 1 { format!("{}·", rung.call + 1) } else { String::new() };
        let mut took = latency(call, rung.row).map_or_else(String::new, |took| format!(" {took}"));
        if let Some(way) = row.copy_of.get().and_then(|original| transit(call, original, rung.row)) {
            took.push_str(&format!(" ⇢{way}"));
        }
        if self.screen.fold == Fold::Noise
            && let Some(folded) = first_answer(call, rung.row)
        {
            took.push_str(&format!(" ✓{}", compact_lapse(folded)));
        }
        (format!("{number}{again}{odd}{}", rung.label), took)
    }

    fn look(&self, row: &Row) -> Look {
        let by_direction = match row.observed.direction() {
            Some(Direction::Outbound) => self.theme.outgoing,
            Some(Direction::Inbound) => self.theme.incoming,
            None => Style::new(),
        };
        let (style, stroke) = match &row.observed.read().body {
            Body::Ack(ack) if ack.error.is_some() => (self.theme.warning, "┄"),
            Body::Ack(_) | Body::Receipt(_) => (self.theme.muted, "┄"),
            _ if row.repeats.is_some() => (self.theme.warning, "─"),
            Body::Call(_) | Body::Login(_) | Body::Other => (by_direction, "─"),
        };
        Look { style, stroke, leftward: "◄", rightward: "►" }
    }
}

/// A label and a latency in at most `room` columns. The label is cut before the latency is left out.
fn fitted(label: &str, took: &str, room: usize) -> String {
    let took = if room >= width(took) + LEAST_NAME { took } else { "" };
    format!("{}{took}", shown(label, room - width(took)))
}
