//! The heads of the lifelines: who they are, and how far their clocks are apart.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::picture::{MARKS, Picture};
use super::state::LadderScreen;
use crate::call::{Clock, Party, People, Vantage};
use crate::diagram::Lifeline;
use crate::protocol::binary::Jid;
use crate::tui::kit::pane::put;
use crate::tui::kit::text::{address, cut, shown, width};
use crate::words::{compact, offset};

/// The most columns of the name of a hidden lifeline.
const HIDDEN_NAME: usize = 12;

/// Lines of the heads, if there is room: a third one if the clocks of several vantages differ.
pub(super) fn wanted(screen: &LadderScreen) -> u16 {
    let has_skew = |lifeline: &Lifeline| vantage(screen, lifeline).is_some_and(|found| skew(found).is_some());
    if screen.diagram.lifelines.iter().any(has_skew) { 3 } else { 2 }
}

/// The vantage of a lifeline, and its index in its call.
fn vantage<'o>(screen: &'o LadderScreen, lifeline: &Lifeline) -> Option<(usize, &'o Vantage)> {
    let (call, index) = lifeline.vantage?;
    Some((index, screen.calls.get(call)?.call.vantages.get(index)?))
}

/// How far a vantage's clock is ahead of the first one's, and the uncertainty.
fn skew((index, vantage): (usize, &Vantage)) -> Option<String> {
    match vantage.clock {
        _ if index == 0 => None,
        None => Some("clock unknown".to_owned()),
        Some(clock) if clock == Clock::SAME => None,
        Some(clock) => {
            let bound = clock.most.saturating_sub(clock.least) / 2;
            let ahead = offset(clock.middle().saturating_neg());
            Some(format!("clock {ahead} ±{}", compact(bound)))
        }
    }
}

impl Picture<'_> {
    fn skew(&self, lifeline: &Lifeline) -> Option<String> {
        skew(vantage(self.screen, lifeline)?)
    }

    /// Draws one line of the heads: the names of the lifelines, their roles, and their clocks.
    pub(super) fn head(&self, buffer: &mut Buffer, line: Rect, part: usize) {
        if part == 0 {
            let headings = [self.shared.times.heading(), "previous"];
            let mut column = MARKS;
            for (time, heading) in self.times.iter().zip(headings.iter().skip(headings.len() - self.times.len())) {
                put(buffer, line, column, &format!("{heading:>0$}", time - 1), self.theme.muted);
                column += time;
            }
            if self.lifelines.len() < self.screen.diagram.lifelines.len() {
                let hidden = self.screen.diagram.lifelines.len() - self.lifelines.len();
                put(buffer, line, 0, &format!("+{hidden}"), self.theme.warning);
            }
        }
        let shown = self.screen.diagram.lifelines.get(self.lifelines.clone()).unwrap_or_default();
        let spacing = match self.columns.as_slice() {
            [first, second, ..] => second - first,
            _ => usize::from(line.width).saturating_sub(self.left),
        };
        let last = shown.len().saturating_sub(1);
        // The inner ones first: those at the ends get what is left.
        let inner: Vec<_> = shown.iter().map(|lifeline| self.name(lifeline, part, spacing * 2 / 3)).collect();
        let half = |place: usize| match inner.get(place) {
            Some(name) if place > 0 && place < last => width(name).div_ceil(2),
            _ => 0,
        };
        for (place, (lifeline, column)) in shown.iter().zip(&self.columns).enumerate() {
            let style = if lifeline.is_recorded() { self.theme.accent } else { Style::new() };
            let style = if part == 0 { style } else { self.theme.muted };
            if place == 0 && last == 0 {
                put(buffer, line, *column, &self.name(lifeline, part, spacing), style);
            } else if place == 0 {
                let room = spacing.saturating_sub(half(1) + 1) / if last == 1 { 2 } else { 1 };
                put(buffer, line, *column, &self.name(lifeline, part, room), style);
            } else if place == last {
                // A clock may extend over a neighbour without one.
                let over = if part >= 2 && last > 1 && half(last - 1) == 0 { spacing } else { 0 };
                let room = spacing.saturating_sub(half(last - 1) + 1) / if last == 1 { 2 } else { 1 } + over;
                let name = self.name(lifeline, part, room);
                put(buffer, line, (column + 1).saturating_sub(width(&name)), &name, style);
            } else if let Some(name) = inner.get(place) {
                put(buffer, line, column.saturating_sub(width(name) / 2), name, style);
            }
        }
        if part == 1 {
            self.hidden(buffer, line);
        }
    }

    /// Draws the name of the next lifeline that is hidden on either side, and the number of those beyond it.
    fn hidden(&self, buffer: &mut Buffer, line: Rect) {
        let all = &self.screen.diagram.lifelines;
        let before = all.get(..self.lifelines.start).unwrap_or_default();
        let after = all.get(self.lifelines.end..).unwrap_or_default();
        let more = |hidden: &[Lifeline]| match hidden.len() {
            0 | 1 => String::new(),
            count => format!(" +{}", count - 1),
        };
        if let Some(next) = before.last() {
            let (more, room) = (more(before), self.left.saturating_sub(3));
            let name = self.called(next, room.saturating_sub(width(&more)));
            put(buffer, line, 0, &format!("« {name}{more}"), self.theme.warning);
        }
        if let Some(next) = after.first() {
            let text = format!(" {}{} »", self.called(next, HIDDEN_NAME), more(after));
            put(buffer, line, usize::from(line.width).saturating_sub(width(&text)), &text, self.theme.warning);
        }
    }

    /// One line of the head of a lifeline: its name, its role, or its clock.
    fn name(&self, lifeline: &Lifeline, part: usize, columns: usize) -> String {
        let Some(call) = self.screen.calls.first().map(|judged| &judged.call) else { return String::new() };
        let named = |jid: &Jid, columns: usize| self.address(jid, &call.people, columns);
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
        match (part, lifeline.is_recorded(), &lifeline.party) {
            (0, true, Party::Device(jid)) => {
                cut(&format!("● {}", named(jid, columns.saturating_sub(2))), columns).into()
            }
            (0, false, Party::Device(jid)) => named(jid, columns),
            (0, _, Party::Local) => cut("● this client", columns).into(),
            (0, _, Party::Server) => cut("server", columns).into(),
            (2.., ..) => cut(&self.skew(lifeline).unwrap_or_default(), columns).into(),
            (_, is_recorded, _) => {
                // The dot before the name says that it was recorded; the fate says what is not to be seen elsewhere.
                let what = match lifeline.fate {
                    Some(fate) => fate.name(),
                    None if is_recorded => "recorded",
                    None => "",
                };
                cut(format!("{} {what}", role()).trim(), columns).into()
            }
        }
    }

    /// The name of a lifeline in other places.
    pub(super) fn called(&self, lifeline: &Lifeline, columns: usize) -> String {
        match (&lifeline.party, self.screen.calls.first()) {
            (Party::Device(jid), Some(judged)) => self.address(jid, &judged.call.people, columns),
            (Party::Server, _) => cut("the server", columns).into(),
            (Party::Local | Party::Device(_), _) => cut("this client", columns).into(),
        }
    }

    /// An address, or the letter for it.
    fn address(&self, jid: &Jid, people: &People, columns: usize) -> String {
        if self.shared.names.in_letters {
            shown(&self.shared.names.of(jid, people), columns).into_owned()
        } else {
            address(jid, columns)
        }
    }
}
