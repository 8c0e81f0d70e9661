//! The ladder screen: which calls it shows, which of their rows, and where the user is in it.

use std::sync::Arc;

use super::layer::{Layer, wanted};
use crate::analysis::{Analysis, Wanted};
use crate::call::{Call, Row};
use crate::diagram::{Arrow, Diagram};
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::Judged;
use crate::tables::Selection;
use crate::tui::shared::{Shared, find_call};

/// The pane that keys move in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) enum Focus {
    /// The ladder's rows.
    Ladder,
    /// The text of the selected stanza.
    Stanza,
}

/// Which rows are folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Fold {
    /// None.
    #[default]
    Nothing,
    /// Acks, receipts and keep-alives; the first answer to a stanza is shown on its row.
    Noise,
    /// Rows that do not match the filter.
    Filtered,
}

/// The ladder of one or more calls, next to the selected stanza.
#[derive(Clone, Debug)]
pub(in crate::tui) struct LadderScreen {
    /// The calls, mostly one.
    pub(in crate::tui) calls: Vec<Arc<Judged>>,
    /// Their diagram.
    pub(in crate::tui) diagram: Arc<Diagram>,
    /// The indexes of its visible steps, from top to bottom.
    pub(in crate::tui) lines: Arc<[usize]>,
    /// Index of the selected line, which is a rung if there is one.
    pub(in crate::tui) selected: usize,
    /// Which rows are folded.
    pub(in crate::tui) fold: Fold,
    /// Whether expected steps that were not seen are shown.
    pub(in crate::tui) expected: bool,
    /// What the stanza pane shows.
    pub(in crate::tui) layer: Layer,
    /// The pane with the focus.
    pub(in crate::tui) focus: Focus,
    /// How far the stanza is scrolled.
    pub(in crate::tui) stanza_scroll: usize,
    /// The element or attribute that is selected, by its place in the XML.
    pub(in crate::tui) part: Option<usize>,
    /// Whether the stanza is scrolled further if necessary so that the selected part is visible.
    pub(in crate::tui) follows_part: bool,
    /// The rung that is ticked for a comparison.
    pub(in crate::tui) ticked: Option<usize>,
    /// The first lifeline to show; `None` if it follows the selected arrow.
    pub(in crate::tui) pan: Option<usize>,
    /// Whether the stanza pane shows evidence, bytes and JSON in full.
    pub(in crate::tui) in_full: bool,
}

impl LadderScreen {
    /// Calls at their first row.
    pub(in crate::tui) fn new(calls: Vec<Arc<Judged>>) -> Self {
        let mut screen = Self {
            diagram: Arc::default(),
            calls,
            lines: Arc::default(),
            selected: 0,
            fold: Fold::Nothing,
            expected: true,
            layer: Layer::Xml,
            focus: Focus::Ladder,
            stanza_scroll: 0,
            part: None,
            follows_part: false,
            ticked: None,
            pan: None,
            in_full: false,
        };
        screen.build();
        screen.arrange(None);
        screen
    }

    /// Other calls with the same settings.
    pub(in crate::tui) fn with(&self, calls: Vec<Arc<Judged>>) -> Self {
        let Self { fold, expected, layer, focus, in_full, .. } = *self;
        let mut screen = Self { fold, layer, focus, in_full, ..Self::new(calls) };
        if screen.expected != expected {
            screen.expected = expected;
            screen.build();
            screen.arrange(None);
        }
        screen
    }

    /// Builds the diagram.
    fn build(&mut self) {
        self.diagram = Arc::new(Diagram::new(self.calls.clone(), self.expected));
    }

    /// Shows or hides expected steps that were not seen.
    pub(in crate::tui) fn toggle_expected(&mut self, filter: Option<(&Selection, &Analysis)>) {
        self.expected = !self.expected;
        self.build();
        self.arrange(filter);
    }

    /// Rebuilds the lines. The selected rung stays selected, or the one after it.
    pub(in crate::tui) fn arrange(&mut self, filter: Option<(&Selection, &Analysis)>) {
        let selected = self.rung_index().unwrap_or_default();
        let chooser = filter.map(|(selection, analysis)| selection.over(analysis));
        let is_shown = |rung: &Arrow| {
            let Some(judged) = self.calls.get(rung.call) else { return false };
            let Some(row) = judged.call.rows.get(rung.row) else { return false };
            match self.fold {
                Fold::Nothing => true,
                Fold::Noise => !is_noise(row),
                Fold::Filtered => chooser.as_ref().is_none_or(|chooser| chooser.wants_row(judged, rung.row)),
            }
        };
        self.lines = self.diagram.select(is_shown).into();
        self.select_rung(selected);
    }

    /// Returns whether it shows the stanzas that belong to no call.
    pub(in crate::tui) fn is_of_strays(&self) -> bool {
        matches!(self.calls.as_slice(), [judged] if judged.call.id.is_empty())
    }

    /// The selected rung's index.
    pub(in crate::tui) fn rung_index(&self) -> Option<usize> {
        self.lines.get(self.selected).copied().filter(|step| self.is_arrow(*step))
    }

    fn is_arrow(&self, step: usize) -> bool {
        self.diagram.arrow(step).is_some()
    }

    /// The number of visible rungs.
    pub(in crate::tui) fn rungs_shown(&self) -> usize {
        self.lines.iter().filter(|step| self.is_arrow(**step)).count()
    }

    /// The selected rung.
    pub(in crate::tui) fn rung(&self) -> Option<&Arrow> {
        self.diagram.arrow(self.rung_index()?)
    }

    /// A rung's call, and its row in it.
    pub(in crate::tui) fn at(&self, rung: usize) -> Option<(&Arc<Judged>, usize)> {
        let rung = self.diagram.arrow(rung)?;
        Some((self.calls.get(rung.call)?, rung.row))
    }

    /// The selected stanza's call, and its row in it.
    pub(in crate::tui) fn place(&self) -> Option<(&Arc<Judged>, usize)> {
        self.at(self.rung_index()?)
    }

    /// Where to look up the bytes of the selected stanza, if they are to be shown.
    pub(in crate::tui) fn wanted(&self) -> Option<Wanted> {
        let Layer::Below(_) = self.layer else { return None };
        let (judged, row) = self.place()?;
        Some(wanted(judged.call.rows.get(row)?))
    }

    /// The rung of a call's row.
    pub(in crate::tui) fn rung_of(&self, call: usize, row: usize) -> Option<usize> {
        let mut arrows = self.diagram.arrows();
        arrows.find(|(_, arrow)| arrow.call == call && arrow.row == row).map(|(step, _)| step)
    }

    /// Selects a rung, or the next visible one.
    pub(in crate::tui) fn select_rung(&mut self, rung: usize) {
        let after = self.lines.iter().position(|step| *step >= rung && self.is_arrow(*step));
        let line = after.or_else(|| self.lines.iter().rposition(|step| self.is_arrow(*step)));
        self.select_line(line.unwrap_or_default());
    }

    /// Selects a row of a call, unfolding it if necessary.
    pub(in crate::tui) fn select_row(&mut self, call: usize, row: usize) {
        let Some(rung) = self.rung_of(call, row) else { return };
        if !self.lines.contains(&rung) {
            self.fold = Fold::Nothing;
            self.arrange(None);
        }
        self.select_rung(rung);
    }

    /// Selects a line, or the nearest rung in the direction of the movement.
    pub(in crate::tui) fn select_line(&mut self, line: usize) {
        let is_rung = |index: &usize| self.lines.get(*index).is_some_and(|step| self.is_arrow(*step));
        let found = if line >= self.selected {
            (line..self.lines.len()).find(is_rung).or_else(|| (0..line).rev().find(is_rung))
        } else {
            (0..=line).rev().find(is_rung).or_else(|| (line..self.lines.len()).find(is_rung))
        };
        let line = found.unwrap_or_default();
        if line != self.selected {
            self.selected = line;
            self.stanza_scroll = 0;
            self.part = None;
            self.pan = None;
        }
    }

    /// The first row of the call that started first.
    pub(in crate::tui) fn start(&self) -> Option<(&Call, usize)> {
        let first = self.calls.iter().map(|judged| judged.call.as_ref()).filter(|call| !call.rows.is_empty());
        first.min_by_key(|call| call.aligned(0)).map(|call| (call, 0))
    }

    /// The visible rung before a line.
    pub(in crate::tui) fn before(&self, line: usize) -> Option<usize> {
        self.lines.get(..line)?.iter().rev().copied().find(|step| self.is_arrow(*step))
    }

    /// Shows the calls of a newer snapshot, at the same stanza.
    pub(in crate::tui) fn renew(&mut self, shared: &Shared) {
        let Some(analysis) = &shared.analysis else { return };
        let renewed = self.calls.iter().map(|judged| find_call(&analysis.calls, &judged.call));
        let renewed: Vec<_> = renewed.filter_map(|place| analysis.calls.get(place?).cloned()).collect();
        let same = renewed.iter().zip(&self.calls).all(|(one, other)| Arc::ptr_eq(one, other));
        if renewed.is_empty() || same && renewed.len() == self.calls.len() {
            return;
        }
        let key = |row: &Row| (row.observed.capture(), row.observed.seq);
        let selected = self.place().and_then(|(judged, row)| judged.call.rows.get(row)).map(key);
        let before = self.rung_index().unwrap_or_default();
        let (scroll, part, follows_part) = (self.stanza_scroll, self.part, self.follows_part);
        let mut newer = self.with(renewed);
        newer.arrange(shared.selection());
        let rungs = 0..newer.diagram.steps.len();
        let is_selected =
            |rung: &usize| newer.at(*rung).and_then(|(judged, row)| judged.call.rows.get(row)).map(key) == selected;
        let rung = rungs.clone().find(is_selected);
        newer.select_rung(rung.unwrap_or_else(|| before.min(rungs.end.saturating_sub(1))));
        (newer.stanza_scroll, newer.part, newer.follows_part) = (scroll, part, follows_part);
        *self = newer;
    }
}

/// Returns whether a row is routine: an answer without an error, or a keep-alive.
fn is_noise(row: &Row) -> bool {
    match &row.observed.read().body {
        Body::Ack(ack) => ack.error.is_none(),
        Body::Receipt(_) => true,
        Body::Call(action) => {
            let keeps_alive = [ActionName::Heartbeat, ActionName::RelayLatency];
            action.as_ref().is_some_and(|action| keeps_alive.contains(&action.name))
        }
        Body::Login(_) | Body::Other => false,
    }
}
