//! What the interface knows: what was analysed, and where the user is in it.

use std::path::PathBuf;
use std::sync::Arc;

use super::board::Board;
use super::columns::Setting;
use super::dialog::Dialog;
use super::drafts::Drafts;
use super::jobs::{Desk, Job};
use super::keymap::{Context, Keymap};
use super::list::List;
use super::lower::Lower;
use super::names::Names;
use super::opened::Opened;
use super::screen::Screen;
use super::search::Search;
use super::times::Times;
use crate::analysis::Analysis;
use crate::github::Access;
use crate::notes::{Notes, Shelf};
use crate::origin::Timestamp;
use crate::spec::Judged;
use crate::spec::RULES;

/// Places that can be gone back to.
const PLACES_KEPT: usize = 200;

/// The state of the interface. Changed by `update` only, drawn by `view`.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// What was learnt so far; `None` until the first snapshot comes.
    pub(super) analysis: Option<Arc<Analysis>>,
    /// Whether something that was read was lost.
    pub(super) lossy: bool,
    /// Whether reading ended before the captures did.
    pub(super) stopped: bool,
    /// The list of calls, the lowest screen.
    pub(super) list: List,
    /// The screens over it, the one shown last.
    pub(super) screens: Vec<Screen>,
    /// What lies over the screen.
    pub(super) dialog: Option<Dialog>,
    /// Where jumps began, and where they led.
    pub(super) jumps: Jumps,
    /// What follows for questions and rules, while a screen shows it.
    pub(super) board: Option<Board>,
    /// Whether questions that no evidence bears on are left out.
    pub(super) with_evidence: bool,
    /// What the selected stanza came in.
    pub(super) lower: Lower,
    /// The text that is looked for in all stanzas.
    pub(super) search: Search,
    /// How the ladder and the stanza share the room.
    pub(super) split: Split,
    /// How parties are called.
    pub(super) names: Names,
    /// Which times are shown.
    pub(super) times: Times,
    /// The moment that the user measures from.
    pub(super) reference: Option<Timestamp>,
    /// The user's notes.
    pub(super) notes: Arc<Notes>,
    /// The files that keep them.
    pub(super) shelf: Shelf,
    /// Every command and its keys.
    pub(super) keymap: Keymap,
    /// The config file, which the choice of columns can be written to.
    pub(super) config: Option<PathBuf>,
    /// The findings that were drafted.
    pub(super) drafts: Drafts,
    /// What they are made of, once one was.
    pub(super) desk: Option<Arc<Desk>>,
    /// What is to be done behind.
    pub(super) jobs: Vec<Job>,
    /// The server that findings go to.
    pub(super) access: Access,
    /// The names of the user and the machine, which may not leave.
    pub(super) here: Vec<String>,
    /// What was just done, or could not be.
    pub(super) message: Option<String>,
    /// What the last drawing showed of the pane with the focus.
    pub(super) viewport: Viewport,
}

/// A place that can be gone back to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    screens: Vec<Screen>,
    selected: Option<usize>,
}

/// Where jumps began, and where they led.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    back: Vec<Place>,
    forward: Vec<Place>,
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

    /// The ladder takes `part` of `cells`, as nearly as can be.
    pub(super) fn at(part: u16, cells: u16) -> Self {
        let percent = u32::from(part) * 100 / u32::from(cells.max(1));
        Self(u16::try_from(percent).unwrap_or(Self::MOST).clamp(Self::LEAST, Self::MOST))
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

    /// The call of this number, or what belongs to no call, which comes after the last.
    pub(super) fn judged(&self, number: usize) -> Option<&Arc<Judged>> {
        self.calls().get(number).or_else(|| self.strays().filter(|_| number == self.calls().len()))
    }

    /// What belongs to no call, once that is known.
    pub(super) fn strays(&self) -> Option<&Arc<Judged>> {
        self.analysis.as_ref()?.strays.as_ref()
    }

    /// The call selected in the list, and its index.
    pub(super) fn selected_call(&self) -> Option<(usize, &Arc<Judged>)> {
        let index = self.list.selected_call()?;
        Some((index, self.calls().get(index)?))
    }

    /// What the cells of a call depend on that has this note.
    pub(super) fn setting<'m>(&'m self, note: Option<&'m str>) -> Setting<'m> {
        let analysis = self.analysis.as_deref();
        Setting { analysis, names: &self.names, reference: self.times.reference(), note }
    }

    /// The opened calls, if their ladder is what is shown.
    pub(super) fn opened(&self) -> Option<&Opened> {
        match self.screens.last() {
            Some(Screen::Call(opened)) => Some(opened),
            _ => None,
        }
    }

    /// The opened calls, to be changed.
    pub(super) fn opened_mut(&mut self) -> Option<&mut Opened> {
        match self.screens.last_mut() {
            Some(Screen::Call(opened)) => Some(opened),
            _ => None,
        }
    }

    /// The list that the screen shows, if it is one: its selected line, and how many it has.
    pub(super) fn shown_list(&mut self) -> Option<(&mut usize, usize)> {
        let (marks, drafts, board) = (self.notes.len(), self.drafts.entries.len(), self.board.as_ref());
        match self.screens.last_mut() {
            None => Some((&mut self.list.selected, self.list.shown.len())),
            Some(Screen::Questions { selected }) => Some((selected, board.map_or(0, |board| board.asked.len()))),
            Some(Screen::Evidence { question, selected }) => {
                let pieces = board.and_then(|board| board.finding(question)).map_or(0, |finding| finding.pieces.len());
                Some((selected, pieces))
            }
            Some(Screen::Rules { selected }) => Some((selected, RULES.len())),
            Some(Screen::Places { selected, .. }) => Some((selected, board.map_or(0, |board| board.places.len()))),
            Some(Screen::Marks { selected }) => Some((selected, marks)),
            Some(Screen::Findings { selected }) => Some((selected, drafts)),
            Some(Screen::Compare(comparison)) => Some((&mut comparison.selected, comparison.lines.len())),
            Some(Screen::Call(_) | Screen::Page { .. } | Screen::Captures { .. } | Screen::Draft(_)) => None,
        }
    }

    /// Whether more may come.
    pub(super) fn is_reading(&self) -> bool {
        !self.stopped && !self.analysis.as_ref().is_some_and(|analysis| analysis.complete)
    }

    /// Whether a search or a filter has more to look at.
    pub(super) fn is_busy(&self) -> bool {
        self.list.is_sieving() || self.search.is_hunting()
    }

    /// Where keys are pressed.
    pub(super) fn context(&self) -> Context {
        self.dialog.as_ref().map_or_else(|| self.context_below(), Dialog::context)
    }

    /// Where keys are pressed when nothing lies over the screen.
    pub(super) fn context_below(&self) -> Context {
        self.screens.last().map_or(Context::Calls, Screen::context)
    }

    /// Remembers where the user is, before a jump.
    pub(super) fn leave_mark(&mut self) {
        let here = self.place();
        self.jumps.back.push(here);
        if self.jumps.back.len() > PLACES_KEPT {
            self.jumps.back.remove(0);
        }
        self.jumps.forward.clear();
    }

    /// Goes back to where the last jump began, or forward again. Whether there is such a place.
    pub(super) fn jump(&mut self, forward: bool) -> bool {
        let here = self.place();
        let Jumps { back, forward: ahead } = &mut self.jumps;
        let (from, into) = if forward { (ahead, back) } else { (back, ahead) };
        let Some(Place { screens, selected }) = from.pop() else { return false };
        into.push(here);
        self.screens = screens;
        if let Some(call) = selected {
            self.list.select_call(call);
        }
        self.renew_screens();
        true
    }

    fn place(&self) -> Place {
        Place { screens: self.screens.clone(), selected: self.list.selected_call() }
    }

    /// Gives every screen the newest form of what it shows.
    pub(super) fn renew_screens(&mut self) {
        let Some(analysis) = self.analysis.clone() else { return };
        let filter = self.list.filter.clone();
        let wanted = filter.as_ref().map(|(_, selection)| (selection, analysis.as_ref()));
        for screen in &mut self.screens {
            if let Screen::Call(opened) = screen {
                opened.renew(&analysis, wanted);
            }
        }
        self.renew_board();
    }

    /// Makes what follows for questions and rules anew, if a screen shows it.
    pub(super) fn renew_board(&mut self) {
        let rule = self.screens.iter().rev().find_map(|screen| match screen {
            Screen::Places { rule, .. } => Some(*rule),
            _ => None,
        });
        let is_shown = self.screens.iter().any(|screen| {
            matches!(
                screen,
                Screen::Questions { .. } | Screen::Evidence { .. } | Screen::Rules { .. } | Screen::Places { .. }
            )
        });
        match &self.analysis {
            Some(analysis) if is_shown => {
                let with_evidence = self.with_evidence;
                if self.board.as_ref().is_none_or(|board| !board.is_of(analysis, rule, with_evidence)) {
                    self.board = Some(Board::new(analysis, rule, with_evidence));
                }
            }
            _ => self.board = None,
        }
    }
}
