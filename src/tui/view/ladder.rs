//! One call as a ladder: a lifeline per party, an arrow per stanza, the times at the left.

use std::ops::Range;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pane::{self, put};
use crate::call::{Call, Row};
use crate::ladder::{Lifeline, Party, Rung};
use crate::origin::{Direction, Timestamp};
use crate::protocol::stanza::Body;
use crate::tui::model::{Opened, Viewport};
use crate::tui::quantity::{NONE, latency, offset};
use crate::tui::text::{address, cut, shown, width};
use crate::tui::theme::Theme;

/// The first row and the first lifeline shown.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    row: usize,
    lifeline: usize,
}

/// A wait that stands out: longer than any answer takes, shorter than any ringing.
const LONG_WAIT: i64 = 5_000_000_000;

/// Columns of the marks: selected or tied to it; evidence, a violated rule and a novelty; and a gap.
const MARKS: usize = 5;

/// Columns of a time and the gap after it.
const TIME: usize = 10;

/// The fewest columns of a name before a latency.
const LEAST_NAME: usize = 4;

/// The least distance of two lifelines.
const SPACING: usize = 16;

/// From this width on both times are shown, and from the second on one.
const TWO_TIMES: usize = 56;
const ONE_TIME: usize = 34;

/// Lines of the heads, where there is room.
const HEADS: u16 = 2;

/// The lines that the whole ladder takes.
pub(super) fn height(opened: &Opened) -> u16 {
    u16::try_from(opened.judged.call.rows.len()).unwrap_or(u16::MAX).saturating_add(HEADS)
}

/// Draws the ladder.
pub(super) fn draw(opened: &Opened, scroll: &mut Scroll, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let heads = match area.height {
        0..4 => 0,
        4..6 => 1,
        _ => HEADS,
    };
    let room = usize::from(area.height - heads);
    let call = &opened.judged.call;
    scroll.row = pane::follow(scroll.row, opened.row, call.rows.len(), room);
    let picture = Picture::new(opened, scroll, theme, area);
    let buffer = frame.buffer_mut();
    let mut lines = area.rows();
    for (part, line) in lines.by_ref().take(heads.into()).enumerate() {
        picture.head(buffer, line, part);
    }
    for (index, line) in (scroll.row..call.rows.len()).zip(lines) {
        picture.row(buffer, line, index);
    }
    Viewport { page: room, lines: 0 }
}

/// What all lines of one drawing share.
struct Picture<'a> {
    opened: &'a Opened,
    call: &'a Call,
    theme: &'a Theme,
    start: Option<Timestamp>,
    /// How many times stand at the left.
    times: usize,
    /// The first column of the diagram.
    left: usize,
    /// The lifelines shown.
    lifelines: Range<usize>,
    /// Where each of them stands, counted from the area's left.
    columns: Vec<usize>,
}

/// Where an end of an arrow stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Before,
    At(usize),
    After,
}

impl<'a> Picture<'a> {
    fn new(opened: &'a Opened, scroll: &mut Scroll, theme: &'a Theme, area: Rect) -> Self {
        let whole = usize::from(area.width);
        let times = usize::from(whole >= ONE_TIME) + usize::from(whole >= TWO_TIMES);
        let left = MARKS + times * TIME;
        let room = whole.saturating_sub(left);
        let all = opened.ladder.lifelines.len();
        let fit = (room.saturating_sub(1) / SPACING + 1).min(all);
        scroll.lifeline = first_lifeline(scroll.lifeline, opened.ladder.rungs.get(opened.row), all, fit);
        let lifelines = scroll.lifeline..(scroll.lifeline + fit).min(all);
        let gaps = lifelines.len().saturating_sub(1).max(1);
        let columns = (0..lifelines.len()).map(|place| left + place * room.saturating_sub(1) / gaps).collect();
        let call = &opened.judged.call;
        Self { opened, call, theme, start: call.start(), times, left, lifelines, columns }
    }

    /// Draws the names of the lifelines, or in the second line what they are.
    fn head(&self, buffer: &mut Buffer, line: Rect, part: usize) {
        if part == 0 {
            let headings = ["start", "previous"];
            for (place, heading) in headings.iter().rev().take(self.times).rev().enumerate() {
                put(buffer, line, MARKS + place * TIME, &format!("{heading:>9}"), self.theme.muted);
            }
            if self.lifelines.len() < self.opened.ladder.lifelines.len() {
                let hidden = self.opened.ladder.lifelines.len() - self.lifelines.len();
                put(buffer, line, 0, &format!("+{hidden}"), self.theme.warning);
            }
        }
        let shown = self.opened.ladder.lifelines.get(self.lifelines.clone()).unwrap_or_default();
        let spacing = match self.columns.as_slice() {
            [first, second, ..] => second - first,
            _ => usize::from(line.width).saturating_sub(self.left),
        };
        let last = shown.len().saturating_sub(1);
        // The middle ones first: those at the ends take what they leave.
        let inner: Vec<_> = shown.iter().map(|lifeline| self.name(lifeline, part, spacing * 2 / 3)).collect();
        let beside = |place: usize| match inner.get(place) {
            Some(name) if place > 0 && place < last => width(name).div_ceil(2),
            _ => 0,
        };
        for (place, (lifeline, column)) in shown.iter().zip(&self.columns).enumerate() {
            let style = if lifeline.recorded { self.theme.accent } else { Style::new() };
            let style = if part == 0 { style } else { self.theme.muted };
            if place == 0 && last == 0 {
                put(buffer, line, *column, &self.name(lifeline, part, spacing), style);
            } else if place == 0 {
                let room = spacing.saturating_sub(beside(1) + 1) / if last == 1 { 2 } else { 1 };
                put(buffer, line, *column, &self.name(lifeline, part, room), style);
            } else if place == last {
                let room = spacing.saturating_sub(beside(last - 1) + 1) / if last == 1 { 2 } else { 1 };
                let name = self.name(lifeline, part, room);
                put(buffer, line, (column + 1).saturating_sub(width(&name)), &name, style);
            } else if let Some(name) = inner.get(place) {
                put(buffer, line, column.saturating_sub(width(name) / 2), name, style);
            }
        }
    }

    /// The name of a lifeline, or what it is.
    fn name(&self, lifeline: &Lifeline, part: usize, columns: usize) -> String {
        let role = || match &lifeline.party {
            Party::Server => "",
            Party::Local => self.call.vantages.first().map_or("", |vantage| vantage.role.name()),
            Party::Device(jid) => {
                let is = |party: &Option<crate::protocol::binary::Jid>| {
                    party.as_ref().is_some_and(|party| party.same_user(jid))
                };
                if is(&self.call.caller) {
                    "caller"
                } else if is(&self.call.callee) {
                    "callee"
                } else {
                    ""
                }
            }
        };
        match (part, lifeline.recorded, &lifeline.party) {
            (0, true, Party::Device(jid)) => {
                cut(&format!("● {}", address(jid, columns.saturating_sub(2))), columns).into()
            }
            (0, false, Party::Device(jid)) => address(jid, columns),
            (0, _, Party::Local) => cut("● this client", columns).into(),
            (0, _, Party::Server) => cut("server", columns).into(),
            (_, true, _) => cut(&format!("{} recorded", role()), columns).trim_start().into(),
            (_, false, _) => cut(role(), columns).into(),
        }
    }

    fn row(&self, buffer: &mut Buffer, line: Rect, index: usize) {
        let Some(row) = self.call.rows.get(index) else { return };
        self.marks(buffer, line, index, row);
        self.time(buffer, line, index, row);
        for column in &self.columns {
            put(buffer, line, *column, "│", self.theme.muted);
        }
        if let Some(rung) = self.opened.ladder.rungs.get(index) {
            self.arrow(buffer, line, index, row, rung);
        }
        if index == self.opened.row {
            buffer.set_style(line, self.theme.selected);
        }
    }

    fn marks(&self, buffer: &mut Buffer, line: Rect, index: usize, row: &Row) {
        let selected = self.opened.row;
        let is_tied = row.answers == Some(selected)
            || self.call.rows.get(selected).is_some_and(|selected| selected.answers == Some(index));
        if index == selected {
            put(buffer, line, 0, ">", self.theme.accent);
        } else if is_tied {
            put(buffer, line, 0, "•", self.theme.accent);
        }
        let styles = [self.theme.accent, self.theme.warning, self.theme.heading];
        for (place, (mark, style)) in self.opened.judged.marks(index).into_iter().zip(styles).enumerate() {
            if let Some(mark) = mark {
                put(buffer, line, 1 + place, mark.encode_utf8(&mut [0; 4]), style);
            }
        }
    }

    /// The time since the call began and since the row before, as far as there is room.
    fn time(&self, buffer: &mut Buffer, line: Rect, index: usize, row: &Row) {
        let time = row.observed.time();
        let before = index.checked_sub(1).and_then(|before| self.call.rows.get(before));
        let since = |earlier: Option<Timestamp>| Some(time?.nanoseconds_since(earlier?));
        let waited = before.and_then(|before| since(before.observed.time()));
        let text = |since: Option<i64>| format!("{:>9}", since.map_or_else(|| NONE.to_owned(), offset));
        if self.times == 2 {
            put(buffer, line, MARKS, &text(since(self.start)), Style::new());
        }
        if self.times > 0 && index > 0 {
            let is_long = waited.is_some_and(|waited| waited > LONG_WAIT);
            let style = if is_long { self.theme.warning } else { self.theme.muted };
            let text = text(waited);
            let bare = text.trim_start();
            put(buffer, line, MARKS + (self.times - 1) * TIME + (text.len() - bare.len()), bare, style);
        }
    }

    fn end(&self, lifeline: usize) -> End {
        match lifeline.checked_sub(self.lifelines.start).map(|place| self.columns.get(place)) {
            None => End::Before,
            Some(None) => End::After,
            Some(Some(column)) => End::At(*column),
        }
    }

    fn arrow(&self, buffer: &mut Buffer, line: Rect, index: usize, row: &Row, rung: &Rung) {
        let (style, stroke) = self.look(row);
        let (label, took) = self.label(index, row, rung);
        let (first, last) = (self.left, usize::from(line.width).saturating_sub(1));
        let column = |end: End| match end {
            End::Before => first,
            End::At(column) => column,
            End::After => last,
        };
        let (from, to) = (self.end(rung.from), self.end(rung.to));
        let (tail, head) = (column(from), column(to));
        if tail == head {
            return self.alone(buffer, line, tail, &(label + &took), style);
        }
        let rightward = tail < head;
        let (low, high) = (tail.min(head), tail.max(head));
        let inside = high - low - 1;
        put(buffer, line, low + 1, &stroke.repeat(inside), style);
        let tip = match (to, rightward) {
            (End::At(_), true) => "►",
            (End::At(_), false) => "◄",
            (_, true) => "»",
            (_, false) => "«",
        };
        let tip_column = if rightward { high - 1 } else { low + 1 };
        if inside > 0 {
            put(buffer, line, tip_column, tip, style);
        }
        if matches!(from, End::At(_)) {
            put(buffer, line, tail, if rightward { "├" } else { "┤" }, style);
        }
        // A space on each side, and the tip.
        let text = fitted(&label, &took, inside.saturating_sub(3));
        if !text.is_empty() {
            let spare = inside.saturating_sub(width(&text) + 2);
            // In the middle, but never on the tip.
            let before_tip = spare.saturating_sub(1);
            let lead = if rightward { (spare / 2).min(before_tip) } else { spare.div_ceil(2).max(1) };
            put(buffer, line, low + 1 + lead, &format!(" {text} "), style);
        }
    }

    /// A stanza from a party to itself, or between parties that are not shown.
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

    /// What a row says: the action and whether it was sent again; and how long an answer took.
    fn label(&self, index: usize, row: &Row, rung: &Rung) -> (String, String) {
        let again = if row.repeats.is_some() { "again: " } else { "" };
        let took = self.call.answer_latency(index).map_or_else(String::new, |took| format!(" {}", latency(took)));
        (format!("{again}{}", rung.label), took)
    }

    fn look(&self, row: &Row) -> (Style, &'static str) {
        let by_direction = match row.observed.direction() {
            Some(Direction::Outbound) => self.theme.outgoing,
            Some(Direction::Inbound) => self.theme.incoming,
            None => Style::new(),
        };
        match &row.observed.read().body {
            Body::Ack(ack) if ack.error.is_some() => (self.theme.warning, "┄"),
            Body::Ack(_) | Body::Receipt(_) => (self.theme.muted, "┄"),
            _ if row.repeats.is_some() => (self.theme.warning, "─"),
            Body::Call(_) | Body::Login(_) | Body::Other => (by_direction, "─"),
        }
    }
}

/// The first lifeline to show of `all`, of which `fit` fit, so that both ends of the selected arrow are seen if they
/// can be.
fn first_lifeline(first: usize, selected: Option<&Rung>, all: usize, fit: usize) -> usize {
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

/// A label and how long the answer took in at most `room` columns. The time stays longer than the end of the label.
fn fitted(label: &str, took: &str, room: usize) -> String {
    let took = if room >= width(took) + LEAST_NAME { took } else { "" };
    format!("{}{took}", shown(label, room - width(took)))
}
