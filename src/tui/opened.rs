//! Calls whose ladder is shown, and where the user is in it.

use std::sync::Arc;

use super::screen::place_of;
use crate::analysis::{Analysis, Below, Wanted};
use crate::call::{Call, Row};
use crate::diagram::{Arrow, Diagram, Step};
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::Judged;
use crate::tables::Selection;

/// The pane that keys move in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    /// The ladder's rows.
    Ladder,
    /// The text of the selected stanza.
    Stanza,
}

/// Which rows a ladder shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fold {
    /// All.
    #[default]
    Nothing,
    /// Acks and receipts are told on the row that they answer, and what keeps a call alive is left out.
    Noise,
    /// Only the rows that the filter names.
    Filtered,
}

/// What the stanza's pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Layer {
    /// The stanza, with what is known of it.
    #[default]
    Xml,
    /// The bytes of WABinary, decrypted.
    Plaintext,
    /// The bytes of the Noise frame.
    Ciphertext,
    /// What that came in.
    Below(Below),
}

impl Layer {
    /// From the stanza downwards.
    const ALL: [Self; 7] = [
        Self::Xml,
        Self::Plaintext,
        Self::Ciphertext,
        Self::Below(Below::Message),
        Self::Below(Below::Plain),
        Self::Below(Below::Stream),
        Self::Below(Below::Record),
    ];

    /// The next one downwards, or upwards; after the last one the first.
    pub(super) fn next(self, down: bool) -> Self {
        let place = Self::ALL.iter().position(|layer| *layer == self).unwrap_or_default();
        let step = if down { 1 } else { Self::ALL.len() - 1 };
        Self::ALL.get((place + step) % Self::ALL.len()).copied().unwrap_or_default()
    }

    /// What it is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Xml => "",
            Self::Plaintext => "WABinary, decrypted",
            Self::Ciphertext => "Noise frame",
            Self::Below(Below::Message) => "WebSocket message",
            Self::Below(Below::Plain) => "TLS, decrypted",
            Self::Below(Below::Stream) => "TCP payload",
            Self::Below(Below::Record) => "record",
        }
    }
}

/// The filter, and the analysis that its fields are read from.
pub(super) type Filter<'f> = Option<(&'f Selection, &'f Analysis)>;

/// Calls whose ladder is shown.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    /// The calls, mostly one.
    pub(super) calls: Vec<Arc<Judged>>,
    /// Their diagram, built once.
    pub(super) diagram: Arc<Diagram>,
    /// The indexes of the steps shown, from top to bottom.
    pub(super) lines: Arc<[usize]>,
    /// Index of the selected line, which is a rung where there is any.
    pub(super) selected: usize,
    /// Which rows are shown.
    pub(super) fold: Fold,
    /// Whether the steps are shown that were to be seen and were not.
    pub(super) expects: bool,
    /// What the stanza's pane shows.
    pub(super) layer: Layer,
    /// The pane with the focus.
    pub(super) focus: Focus,
    /// How far the stanza is scrolled.
    pub(super) stanza_scroll: usize,
    /// The stanza that is ticked for a comparison.
    pub(super) ticked: Option<usize>,
}

impl Opened {
    /// Calls opened at their first row.
    pub(super) fn new(calls: Vec<Arc<Judged>>) -> Self {
        let mut opened = Self {
            diagram: Arc::default(),
            calls,
            lines: Arc::default(),
            selected: 0,
            fold: Fold::Nothing,
            expects: true,
            layer: Layer::Xml,
            focus: Focus::Ladder,
            stanza_scroll: 0,
            ticked: None,
        };
        opened.build();
        opened.arrange(None);
        opened
    }

    /// Other calls opened in the same way.
    pub(super) fn with(&self, calls: Vec<Arc<Judged>>) -> Self {
        let Self { fold, expects, layer, focus, .. } = *self;
        let mut opened = Self { fold, layer, focus, ..Self::new(calls) };
        if opened.expects != expects {
            opened.expects = expects;
            opened.build();
            opened.arrange(None);
        }
        opened
    }

    /// Builds the diagram again.
    fn build(&mut self) {
        self.diagram = Arc::new(Diagram::new(self.calls.clone(), self.expects));
    }

    /// Shows what was to be seen and was not, or leaves it out.
    pub(super) fn toggle_expected(&mut self, filter: Filter<'_>) {
        self.expects = !self.expects;
        self.build();
        self.arrange(filter);
    }

    /// Makes the lines anew. What is selected stays selected, or what comes after it.
    pub(super) fn arrange(&mut self, filter: Filter<'_>) {
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

    /// Whether it shows what belongs to no call.
    pub(super) fn is_of_no_call(&self) -> bool {
        matches!(self.calls.as_slice(), [judged] if judged.call.id.is_empty())
    }

    /// The selected rung's index.
    pub(super) fn rung_index(&self) -> Option<usize> {
        self.lines.get(self.selected).copied().filter(|step| self.is_arrow(*step))
    }

    fn is_arrow(&self, step: usize) -> bool {
        matches!(self.diagram.steps.get(step), Some(Step::Arrow(_)))
    }

    /// How many rungs are drawn.
    pub(super) fn rungs_shown(&self) -> usize {
        self.lines.iter().filter(|step| self.is_arrow(**step)).count()
    }

    /// The selected rung.
    pub(super) fn rung(&self) -> Option<&Arrow> {
        self.diagram.arrow(self.rung_index()?)
    }

    /// A rung's call, and its row in it.
    pub(super) fn at(&self, rung: usize) -> Option<(&Arc<Judged>, usize)> {
        let rung = self.diagram.arrow(rung)?;
        Some((self.calls.get(rung.call)?, rung.row))
    }

    /// The selected stanza's call, and its row in it.
    pub(super) fn place(&self) -> Option<(&Arc<Judged>, usize)> {
        self.at(self.rung_index()?)
    }

    /// Where the bytes of the selected stanza are to be looked for, if they are what is to be shown.
    pub(super) fn wanted(&self) -> Option<Wanted> {
        let Layer::Below(_) = self.layer else { return None };
        let (judged, row) = self.place()?;
        Some(wanted(judged.call.rows.get(row)?))
    }

    /// The rung of a call's row.
    pub(super) fn rung_of(&self, call: usize, row: usize) -> Option<usize> {
        let mut arrows = self.diagram.arrows();
        arrows.find(|(_, arrow)| arrow.call == call && arrow.row == row).map(|(index, _)| index)
    }

    /// Selects a rung, or the next one that is shown.
    pub(super) fn select_rung(&mut self, rung: usize) {
        let after = self.lines.iter().position(|step| *step >= rung && self.is_arrow(*step));
        let line = after.or_else(|| self.lines.iter().rposition(|step| self.is_arrow(*step)));
        self.select_line(line.unwrap_or_default());
    }

    /// Selects a row of a call, unfolding what hides it.
    pub(super) fn select_row(&mut self, call: usize, row: usize) {
        let Some(rung) = self.rung_of(call, row) else { return };
        if !self.lines.contains(&rung) {
            self.fold = Fold::Nothing;
            self.arrange(None);
        }
        self.select_rung(rung);
    }

    /// Selects a line, or the nearest rung to it on the way from the line selected before.
    pub(super) fn select_line(&mut self, line: usize) {
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
        }
    }

    /// The first row of the call that began first.
    pub(super) fn start(&self) -> Option<(&Call, usize)> {
        let first = self.calls.iter().map(|judged| judged.call.as_ref()).filter(|call| !call.rows.is_empty());
        first.min_by_key(|call| call.aligned(0)).map(|call| (call, 0))
    }

    /// The shown rung before a line.
    pub(super) fn before(&self, line: usize) -> Option<usize> {
        self.lines.get(..line)?.iter().rev().copied().find(|step| self.is_arrow(*step))
    }

    /// Shows the newer form of the calls, at the same stanza.
    pub(super) fn renew(&mut self, analysis: &Analysis, filter: Filter<'_>) {
        let renewed = self.calls.iter().map(|judged| place_of(&analysis.calls, &judged.call));
        let renewed: Vec<_> = renewed.filter_map(|place| analysis.calls.get(place?).cloned()).collect();
        let same = renewed.iter().zip(&self.calls).all(|(one, other)| Arc::ptr_eq(one, other));
        if renewed.is_empty() || same && renewed.len() == self.calls.len() {
            return;
        }
        let key = |row: &Row| (row.observed.capture(), row.observed.seq);
        let selected = self.place().and_then(|(judged, row)| judged.call.rows.get(row)).map(key);
        let before = self.rung_index().unwrap_or_default();
        let scroll = self.stanza_scroll;
        let mut newer = self.with(renewed);
        newer.arrange(filter);
        let rungs = 0..newer.diagram.steps.len();
        let is_selected =
            |rung: &usize| newer.at(*rung).and_then(|(judged, row)| judged.call.rows.get(row)).map(key) == selected;
        let rung = rungs.clone().find(is_selected);
        newer.select_rung(rung.unwrap_or_else(|| before.min(rungs.end.saturating_sub(1))));
        newer.stanza_scroll = scroll;
        *self = newer;
    }
}

/// Where the bytes of a stanza are to be looked for.
pub(super) fn wanted(row: &Row) -> Wanted {
    let ciphertext = row.observed.read().wire.as_ref().map_or_else(Box::default, |wire| wire.ciphertext.clone());
    Wanted { origin: row.observed.stanza.origin, ciphertext }
}

/// Whether a row says little that is not told elsewhere: answers without an error, and what keeps a call alive.
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
