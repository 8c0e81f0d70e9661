//! One call as a ladder: a lifeline per party, an arrow per stanza, the times at the left.

use std::ops::Range;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pane::{self, put};
use crate::call::Row;
use crate::ladder::{Lifeline, Party, Rung};
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::Body;
use crate::spec::Judged;
use crate::tui::model::{Model, Viewport};
use crate::tui::quantity::{NONE, clock, latency, length, offset};
use crate::tui::regions::{Regions, Target};
use crate::tui::screen::{Fold, Line, Opened};
use crate::tui::text::{address, cut, shown, width};
use crate::tui::theme::Theme;
use crate::tui::times::Times;

/// The first row and the first lifeline shown.
#[derive(Debug, Default)]
pub(super) struct Scroll {
    row: usize,
    lifeline: usize,
}

/// A wait that stands out: longer than any answer takes, shorter than any ringing.
const LONG_WAIT: i64 = 5_000_000_000;

/// Columns of the marks: selected or tied to it, evidence, a violated rule, a novelty, the user's note,
/// and a gap.
const MARKS: usize = 6;

/// Columns of a time and the gap after it.
const TIME: usize = 10;

/// Rows after a stanza among which its answer is looked for.
const ANSWERS_WITHIN: usize = 64;

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
    u16::try_from(opened.lines.len()).unwrap_or(u16::MAX).saturating_add(HEADS)
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
        _ => HEADS,
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
        match shown {
            Line::Rung(rung) => picture.row(buffer, line, place, *rung),
            Line::Gap(gap) => picture.gap(buffer, line, *gap),
        }
    }
    Viewport { page: room, lines: 0 }
}

/// What all lines of one drawing share.
struct Picture<'a> {
    model: &'a Model,
    opened: &'a Opened,
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
    fn new(model: &'a Model, opened: &'a Opened, scroll: &mut Scroll, theme: &'a Theme, area: Rect) -> Self {
        let whole = usize::from(area.width);
        let times = usize::from(whole >= ONE_TIME) + usize::from(whole >= TWO_TIMES);
        let left = MARKS + times * TIME;
        let room = whole.saturating_sub(left);
        let all = opened.ladder.lifelines.len();
        let fit = (room.saturating_sub(1) / SPACING + 1).min(all);
        scroll.lifeline = first_lifeline(scroll.lifeline, opened.rung(), all, fit);
        let lifelines = scroll.lifeline..(scroll.lifeline + fit).min(all);
        let gaps = lifelines.len().saturating_sub(1).max(1);
        let columns = (0..lifelines.len()).map(|place| left + place * room.saturating_sub(1) / gaps).collect();
        Self { model, opened, theme, start: opened.start(), times, left, lifelines, columns }
    }

    /// Draws the names of the lifelines, or in the second line what they are.
    fn head(&self, buffer: &mut Buffer, line: Rect, part: usize) {
        if part == 0 {
            let headings = [self.model.times.heading(), "previous"];
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
        let Some(call) = self.opened.calls.first().map(|judged| &judged.call) else { return String::new() };
        let named = |jid: &Jid, columns: usize| match self.model.names.in_letters {
            true => shown(&self.model.names.of(jid, &call.people), columns).into_owned(),
            false => address(jid, columns),
        };
        let role = || match &lifeline.party {
            Party::Server => "",
            Party::Local => call.vantages.first().map_or("", |vantage| vantage.role.name()),
            Party::Device(jid) => {
                let is = |party: &Option<Jid>| party.as_ref().is_some_and(|party| call.people.same_person(party, jid));
                if is(&call.caller) {
                    "caller"
                } else if is(&call.callee) {
                    "callee"
                } else {
                    ""
                }
            }
        };
        match (part, lifeline.recorded, &lifeline.party) {
            (0, true, Party::Device(jid)) => {
                cut(&format!("● {}", named(jid, columns.saturating_sub(2))), columns).into()
            }
            (0, false, Party::Device(jid)) => named(jid, columns),
            (0, _, Party::Local) => cut("● this client", columns).into(),
            (0, _, Party::Server) => cut("server", columns).into(),
            (_, true, _) => cut(&format!("{} recorded", role()), columns).trim_start().into(),
            (_, false, _) => cut(role(), columns).into(),
        }
    }

    fn row(&self, buffer: &mut Buffer, line: Rect, place: usize, index: usize) {
        let Some((judged, row_index)) = self.opened.at(index) else { return };
        let Some(row) = judged.call.rows.get(row_index) else { return };
        self.marks(buffer, line, place, index, (judged, row_index));
        self.time(buffer, line, place, row);
        for column in &self.columns {
            put(buffer, line, *column, "│", self.theme.muted);
        }
        if let Some(rung) = self.opened.ladder.rungs.get(index) {
            self.arrow(buffer, line, judged, row, rung);
        }
        if place == self.opened.selected {
            buffer.set_style(line, self.theme.selected);
        }
    }

    /// A break: what was not recorded, and for how long.
    fn gap(&self, buffer: &mut Buffer, line: Rect, gap: i64) {
        let room = usize::from(line.width).saturating_sub(self.left);
        put(buffer, line, self.left, &"╌".repeat(room), self.theme.warning);
        let text = format!(" gap: {} not recorded ", length(gap));
        put(buffer, line, self.left + room.saturating_sub(width(&text)) / 2, &text, self.theme.warning);
    }

    fn marks(&self, buffer: &mut Buffer, line: Rect, place: usize, index: usize, (judged, row): (&Judged, usize)) {
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

    /// The time of the kind that is chosen, and since the row before, as far as there is room.
    fn time(&self, buffer: &mut Buffer, line: Rect, place: usize, row: &Row) {
        let time = row.observed.time();
        let before = self.opened.lines.get(..place).unwrap_or_default().iter().rev().find_map(|line| match line {
            Line::Rung(rung) => self.opened.at(*rung).and_then(|(judged, row)| judged.call.rows.get(row)),
            Line::Gap(_) => None,
        });
        let since = |earlier: Option<Timestamp>| Some(time?.nanoseconds_since(earlier?));
        let waited = before.and_then(|before| since(before.observed.time()));
        let text = |text: Option<String>| format!("{:>9}", text.unwrap_or_else(|| NONE.to_owned()));
        if self.times == 2 {
            let first = match self.model.times {
                Times::Start => since(self.start).map(offset),
                Times::Clock => time.map(clock),
                Times::Reference(reference) => since(Some(reference)).map(offset),
            };
            put(buffer, line, MARKS, &text(first), Style::new());
        }
        if self.times > 0 && before.is_some() {
            let is_long = waited.is_some_and(|waited| waited > LONG_WAIT);
            let style = if is_long { self.theme.warning } else { self.theme.muted };
            let text = text(waited.map(offset));
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

    fn arrow(&self, buffer: &mut Buffer, line: Rect, judged: &Judged, row: &Row, rung: &Rung) {
        let (style, stroke) = self.look(row);
        let (label, took) = self.label(judged, row, rung);
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

    /// What a row says: the action and whether it was sent again; and how long an answer took. Where answers are
    /// folded, the first one is told here.
    fn label(&self, judged: &Judged, row: &Row, rung: &Rung) -> (String, String) {
        let call = &judged.call;
        let again = if row.repeats.is_some() { "again: " } else { "" };
        let number = if self.opened.calls.len() > 1 { format!("{}·", rung.call + 1) } else { String::new() };
        let mut took = call.answer_latency(rung.row).map_or_else(String::new, |took| format!(" {}", latency(took)));
        if self.opened.fold == Fold::Noise {
            // An answer comes soon after what it answers, or hardly ever.
            let later = rung.row + 1..(rung.row + 1 + ANSWERS_WITHIN).min(call.rows.len());
            let answers = |index: &usize| call.rows.get(*index).is_some_and(|other| other.answers == Some(rung.row));
            if let Some(took_folded) = later.clone().find(answers).and_then(|answer| call.answer_latency(answer)) {
                took.push_str(&format!(" ✓{}", latency(took_folded)));
            }
        }
        (format!("{number}{again}{}", rung.label), took)
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
