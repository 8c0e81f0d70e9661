//! What the interface knows: what was analysed, and where the user is in it.

use std::sync::Arc;

use super::keymap::Context;
use crate::analysis::Analysis;
use crate::ladder::Ladder;
use crate::spec::Judged;

/// The state of the interface. Changed by `update` and `load` only, drawn by `view`.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// What was learnt so far; `None` until the first snapshot comes.
    pub(super) analysis: Option<Arc<Analysis>>,
    /// Whether something that was read was lost.
    pub(super) lossy: bool,
    /// Whether reading ended before the captures did.
    pub(super) stopped: bool,
    /// Index of the selected call in [`Analysis::calls`].
    pub(super) selected: usize,
    /// The call whose ladder is shown; `None` on the list of calls.
    pub(super) opened: Option<Opened>,
    /// What lies over the screen.
    pub(super) overlay: Option<Overlay>,
    /// How the ladder and the stanza share the room.
    pub(super) split: Split,
    /// How far the captures are scrolled.
    pub(super) captures_scroll: usize,
    /// How far the help is scrolled.
    pub(super) help_scroll: usize,
    /// What the last drawing showed of the pane with the focus.
    pub(super) viewport: Viewport,
}

/// A call whose ladder is shown.
#[derive(Debug)]
pub(super) struct Opened {
    /// The call and the evidence in it.
    pub(super) judged: Arc<Judged>,
    /// Its ladder, made once.
    pub(super) ladder: Ladder,
    /// Index of the selected row in the call's rows.
    pub(super) row: usize,
    /// The pane with the focus.
    pub(super) focus: Focus,
    /// How far the stanza is scrolled.
    pub(super) stanza_scroll: usize,
}

impl Opened {
    /// A call opened at its first row.
    pub(super) fn new(judged: &Arc<Judged>) -> Self {
        Self {
            judged: Arc::clone(judged),
            ladder: Ladder::of(&judged.call),
            row: 0,
            focus: Focus::Ladder,
            stanza_scroll: 0,
        }
    }

    /// Selects a row.
    pub(super) fn select(&mut self, row: usize) {
        if row != self.row {
            self.row = row;
            self.stanza_scroll = 0;
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

/// What lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overlay {
    /// What was read from each capture.
    Captures,
    /// The keys.
    Help,
}

/// The ladder's part of the room that it shares with the stanza, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split(u16);

impl Split {
    const STEP: u16 = 5;
    const LEAST: u16 = 20;
    const MOST: u16 = 80;

    /// The ladder's part of `cells`.
    pub(super) fn of(self, cells: u16) -> u16 {
        // At most `cells`, which fits.
        u16::try_from(u32::from(cells) * u32::from(self.0) / 100).unwrap_or(cells)
    }

    /// A little more for the ladder.
    pub(super) fn grown(self) -> Self {
        Self((self.0 + Self::STEP).min(Self::MOST))
    }

    /// A little less for the ladder.
    pub(super) fn shrunk(self) -> Self {
        Self((self.0 - Self::STEP).max(Self::LEAST))
    }
}

impl Default for Split {
    fn default() -> Self {
        Self(55)
    }
}

/// What the last drawing showed of the pane with the focus: paging and the end of a text depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Viewport {
    /// Lines that fit.
    pub(super) page: usize,
    /// Lines that there are; 0 where the pane is a list.
    pub(super) lines: usize,
}

impl Viewport {
    /// How far a text can be scrolled.
    pub(super) fn last_scroll(self) -> usize {
        self.lines.saturating_sub(self.page)
    }
}

impl Model {
    /// The calls so far.
    pub(super) fn calls(&self) -> &[Arc<Judged>] {
        self.analysis.as_ref().map_or(&[], |analysis| &analysis.calls)
    }

    /// Whether more may come.
    pub(super) fn is_reading(&self) -> bool {
        !self.stopped && !self.analysis.as_ref().is_some_and(|analysis| analysis.complete)
    }

    /// Where keys are pressed.
    pub(super) fn context(&self) -> Context {
        match self.overlay {
            Some(Overlay::Help) => Context::Help,
            _ => self.context_below_help(),
        }
    }

    /// Where keys are pressed when the help is closed.
    pub(super) fn context_below_help(&self) -> Context {
        match (self.overlay, &self.opened) {
            (Some(Overlay::Captures), _) => Context::Captures,
            (_, Some(Opened { focus: Focus::Ladder, .. })) => Context::Ladder,
            (_, Some(Opened { focus: Focus::Stanza, .. })) => Context::Stanza,
            (_, None) => Context::Calls,
        }
    }
}
