//! The screens, and where the user is in each.

use std::sync::Arc;

use super::comparison::Comparison;
use super::keymap::Context;
use crate::analysis::Analysis;
use crate::call::{Call, Row};
use crate::export::Selection;
use crate::ladder::{Ladder, Rung};
use crate::origin::Timestamp;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::Judged;

/// A screen over the list of calls.
#[derive(Clone, Debug)]
pub(super) enum Screen {
    /// One or more calls as a ladder, beside the selected stanza.
    Call(Box<Opened>),
    /// Two calls or two stanzas side by side.
    Compare(Box<Comparison>),
    /// The open questions.
    Questions {
        /// The selected one.
        selected: usize,
    },
    /// The evidence for one question.
    Evidence {
        /// The question's id.
        question: &'static str,
        /// The selected piece.
        selected: usize,
    },
    /// The rules.
    Rules {
        /// The selected one.
        selected: usize,
    },
    /// The places where one rule was checked.
    Places {
        /// The rule's id.
        rule: &'static str,
        /// The selected place.
        selected: usize,
    },
    /// The page of a question or a rule.
    Page {
        /// What it is about.
        title: &'static str,
        /// Its text, in Markdown.
        text: String,
        /// How far it is scrolled.
        scroll: usize,
    },
    /// What was read from each capture.
    Captures {
        /// How far it is scrolled.
        scroll: usize,
    },
    /// The marks and notes.
    Marks {
        /// The selected one.
        selected: usize,
    },
    /// The findings that were drafted.
    Findings {
        /// The selected one.
        selected: usize,
    },
    /// One of them.
    Draft(Reading),
}

/// A draft that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Which.
    pub(super) id: u64,
    /// How far its text is scrolled.
    pub(super) scroll: usize,
    /// How far what was replaced in it is scrolled.
    pub(super) replaced_scroll: usize,
    /// Whether keys move in what was replaced.
    pub(super) in_replaced: bool,
    /// Whether what was replaced is told by what it was.
    pub(super) raw: bool,
}

impl Reading {
    /// A draft at its beginning.
    pub(super) const fn of(id: u64) -> Self {
        Self { id, scroll: 0, replaced_scroll: 0, in_replaced: false, raw: false }
    }
}

impl Screen {
    /// Where keys are pressed on it.
    pub(super) fn context(&self) -> Context {
        match self {
            Self::Call(opened) => match opened.focus {
                Focus::Ladder => Context::Ladder,
                Focus::Stanza => Context::Stanza,
            },
            Self::Compare(_) => Context::Compare,
            Self::Questions { .. } => Context::Questions,
            Self::Evidence { .. } => Context::Evidence,
            Self::Rules { .. } => Context::Rules,
            Self::Places { .. } => Context::Places,
            Self::Page { .. } => Context::Page,
            Self::Captures { .. } => Context::Captures,
            Self::Marks { .. } => Context::Marks,
            Self::Findings { .. } => Context::Findings,
            Self::Draft(_) => Context::Draft,
        }
    }
}

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
}

impl Layer {
    pub(super) const fn next(self) -> Self {
        match self {
            Self::Xml => Self::Plaintext,
            Self::Plaintext => Self::Ciphertext,
            Self::Ciphertext => Self::Xml,
        }
    }
}

/// One line of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A rung, by its index.
    Rung(usize),
    /// Something was not recorded for this long before the next rung, in nanoseconds.
    Gap(i64),
}

/// The filter, and the analysis that its fields are read from.
pub(super) type Wanted<'w> = Option<(&'w Selection, &'w Analysis)>;

/// Calls whose ladder is shown.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    /// The calls, mostly one.
    pub(super) calls: Vec<Arc<Judged>>,
    /// Their ladder, made once.
    pub(super) ladder: Arc<Ladder>,
    /// What is drawn of it, from top to bottom.
    pub(super) lines: Arc<[Line]>,
    /// Index of the selected line, which is a rung where there is any.
    pub(super) selected: usize,
    /// Which rows are shown.
    pub(super) fold: Fold,
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
        let of: Vec<&Call> = calls.iter().map(|judged| judged.call.as_ref()).collect();
        let ladder = Arc::new(Ladder::of_all(&of));
        let mut opened = Self {
            ladder,
            calls,
            lines: Arc::default(),
            selected: 0,
            fold: Fold::Nothing,
            layer: Layer::Xml,
            focus: Focus::Ladder,
            stanza_scroll: 0,
            ticked: None,
        };
        opened.arrange(None);
        opened
    }

    /// Makes the lines anew. What is selected stays selected, or what comes after it.
    pub(super) fn arrange(&mut self, filter: Wanted<'_>) {
        let selected = self.rung_index().unwrap_or_default();
        let calls = self.calls.clone();
        let chooser = filter.map(|(selection, analysis)| selection.over(analysis));
        let mut lines = Vec::with_capacity(self.ladder.rungs.len());
        for (index, rung) in self.ladder.rungs.iter().enumerate() {
            let Some(judged) = calls.get(rung.call) else { continue };
            let Some(row) = judged.call.rows.get(rung.row) else { continue };
            let is_shown = match self.fold {
                Fold::Nothing => true,
                Fold::Noise => !is_noise(row),
                Fold::Filtered => chooser.as_ref().is_none_or(|chooser| chooser.wants_row(judged, rung.row)),
            };
            if let Some(gap) = gap_before(&judged.call, rung.row) {
                lines.push(Line::Gap(gap));
            }
            if is_shown {
                lines.push(Line::Rung(index));
            }
        }
        self.lines = lines.into();
        self.select_rung(selected);
    }

    /// Whether it shows what belongs to no call.
    pub(super) fn is_of_no_call(&self) -> bool {
        matches!(self.calls.as_slice(), [judged] if judged.call.id.is_empty())
    }

    /// The selected rung's index.
    pub(super) fn rung_index(&self) -> Option<usize> {
        match self.lines.get(self.selected) {
            Some(Line::Rung(rung)) => Some(*rung),
            Some(Line::Gap(_)) | None => None,
        }
    }

    /// How many rungs are drawn.
    pub(super) fn rungs_shown(&self) -> usize {
        self.lines.iter().filter(|line| matches!(line, Line::Rung(_))).count()
    }

    /// The selected rung.
    pub(super) fn rung(&self) -> Option<&Rung> {
        self.ladder.rungs.get(self.rung_index()?)
    }

    /// A rung's call, and its row in it.
    pub(super) fn at(&self, rung: usize) -> Option<(&Arc<Judged>, usize)> {
        let rung = self.ladder.rungs.get(rung)?;
        Some((self.calls.get(rung.call)?, rung.row))
    }

    /// The selected stanza's call, and its row in it.
    pub(super) fn place(&self) -> Option<(&Arc<Judged>, usize)> {
        self.at(self.rung_index()?)
    }

    /// The rung of a call's row.
    pub(super) fn rung_of(&self, call: usize, row: usize) -> Option<usize> {
        if self.calls.len() == 1 {
            return (row < self.ladder.rungs.len()).then_some(row);
        }
        self.ladder.rungs.iter().position(|rung| rung.call == call && rung.row == row)
    }

    /// Selects a rung, or the next one that is shown.
    pub(super) fn select_rung(&mut self, rung: usize) {
        let last = |line: &Line| matches!(line, Line::Rung(_));
        let after = self.lines.iter().position(|line| matches!(line, Line::Rung(index) if *index >= rung));
        let line = after.or_else(|| self.lines.iter().rposition(last));
        self.select_line(line.unwrap_or_default());
    }

    /// Selects a row of a call, unfolding what hides it.
    pub(super) fn select_row(&mut self, call: usize, row: usize) {
        let Some(rung) = self.rung_of(call, row) else { return };
        if !self.lines.contains(&Line::Rung(rung)) {
            self.fold = Fold::Nothing;
            self.arrange(None);
        }
        self.select_rung(rung);
    }

    /// Selects a line, or the nearest rung to it on the way from the line selected before.
    pub(super) fn select_line(&mut self, line: usize) {
        let is_rung = |index: &usize| matches!(self.lines.get(*index), Some(Line::Rung(_)));
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

    /// When the first of the calls began.
    pub(super) fn start(&self) -> Option<Timestamp> {
        self.calls.iter().filter_map(|judged| judged.call.start()).min()
    }

    /// Shows the newer form of the calls, at the same stanza.
    pub(super) fn renew(&mut self, analysis: &Analysis, filter: Wanted<'_>) {
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
        let mut newer = Self { fold: self.fold, layer: self.layer, focus: self.focus, ..Self::new(renewed) };
        newer.arrange(filter);
        let rungs = 0..newer.ladder.rungs.len();
        let is_selected =
            |rung: &usize| newer.at(*rung).and_then(|(judged, row)| judged.call.rows.get(row)).map(key) == selected;
        let rung = rungs.clone().find(is_selected);
        newer.select_rung(rung.unwrap_or_else(|| before.min(rungs.end.saturating_sub(1))));
        newer.stanza_scroll = scroll;
        *self = newer;
    }
}

/// Where a call of an earlier snapshot stands: by its id, and its creator where calls share an id.
pub(super) fn place_of(calls: &[Arc<Judged>], call: &Call) -> Option<usize> {
    let same_id = |known: &Arc<Judged>| known.call.id == call.id;
    let same = calls.iter().position(|known| same_id(known) && known.call.creator == call.creator);
    same.or_else(|| calls.iter().position(same_id))
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

/// For how long nothing was recorded between a row and the one before it of the same socket, if anything was not.
fn gap_before(call: &Call, row: usize) -> Option<i64> {
    let now = call.rows.get(row)?;
    let socket = now.observed.socket();
    let before = call.rows.get(row.checked_sub(1)?).filter(|before| before.observed.socket() == socket)?;
    let spans = &call.recordings.get(&socket)?.spans;
    let (from, until) = (before.observed.time()?, now.observed.time()?);
    let next = spans.partition_point(|span| span.until < from);
    let hole = spans.get(next..)?.windows(2).find_map(|pair| match pair {
        [one, other] if one.until < until && other.from > from => Some(other.from.nanoseconds_since(one.until)),
        _ => None,
    });
    hole.filter(|hole| *hole > 0)
}
