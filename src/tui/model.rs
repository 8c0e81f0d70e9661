//! The whole state of the interface: what screens share, the list of calls, and the screens above it.

mod searching;
mod snapshots;

use std::sync::Arc;

use super::dialog::Dialog;
use super::kit::bindings::Context;
use super::kit::command::{Command, Movement};
use super::screen::{Screen, Step};
use super::screens::calls::Calls;
use super::screens::captures::Captures;
use super::screens::compare::Comparison;
use super::screens::draft::DraftScreen;
use super::screens::ladder::{Fold, LadderScreen};
use super::screens::media::Media;
use super::screens::page::Page;
use super::screens::questions::Evidence;
use super::screens::rules::Places;
use super::shared::Shared;
use super::shown::Shown;
use crate::spec::Judged;
use crate::tables::Selection;

/// The most places remembered to go back to.
const PLACES_KEPT: usize = 200;

/// The state of the interface. Changed by `update` only, drawn by `view`.
#[derive(Debug)]
pub(super) struct Model {
    /// What all screens share.
    pub(super) shared: Shared,
    /// The list of calls, at the bottom.
    pub(super) calls: Calls,
    /// The screens above it; the last one is shown.
    pub(super) screens: Vec<Shown>,
    jumps: Jumps,
}

/// A place to go back to.
#[derive(Clone, Debug)]
struct Place {
    screens: Vec<Shown>,
    selected: Option<usize>,
}

/// Where jumps started, and where they led.
#[derive(Debug, Default)]
struct Jumps {
    back: Vec<Place>,
    forward: Vec<Place>,
}

impl Model {
    /// A list of calls that is still empty.
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared, calls: Calls::default(), screens: Vec::new(), jumps: Jumps::default() }
    }

    /// The screen that is shown.
    pub(super) fn screen(&self) -> &dyn Screen {
        self.screens.last().map_or(&self.calls, Shown::screen)
    }

    /// The screen that is shown, to be changed, and what it shares with the others.
    pub(super) fn screen_mut(&mut self) -> (&mut dyn Screen, &mut Shared) {
        match self.screens.last_mut() {
            Some(shown) => (shown.screen_mut(), &mut self.shared),
            None => (&mut self.calls, &mut self.shared),
        }
    }

    /// The ladder, if it is shown.
    pub(super) fn ladder(&self) -> Option<&LadderScreen> {
        match self.screens.last() {
            Some(Shown::Ladder(screen)) => Some(screen),
            _ => None,
        }
    }

    /// The ladder, to be changed.
    pub(super) fn ladder_mut(&mut self) -> Option<&mut LadderScreen> {
        match self.screens.last_mut() {
            Some(Shown::Ladder(screen)) => Some(screen),
            _ => None,
        }
    }

    /// The selected call of the list, and its index.
    pub(super) fn selected_call(&self) -> Option<(usize, &Arc<Judged>)> {
        self.calls.selected_call(&self.shared)
    }

    /// Returns whether a search is running, or the list is being filtered or sorted.
    pub(super) fn is_busy(&self) -> bool {
        self.calls.is_arranging() || self.shared.search.is_running()
    }

    /// What the user waits for, if anything.
    pub(super) fn waits_for(&self) -> Option<String> {
        let searched = self.shared.search.waits().map(|percent| format!("searching, {percent}% "));
        let what = if self.shared.filter.is_some() { "filtering … " } else { "sorting … " };
        searched.or_else(|| self.calls.is_arranging().then(|| what.to_owned()))
    }

    /// The context of the next key.
    pub(super) fn context(&self) -> Context {
        self.shared.dialog.as_ref().map_or_else(|| self.context_below(), Dialog::context)
    }

    /// The context of the screen, whatever the dialog on top of it.
    pub(super) fn context_below(&self) -> Context {
        self.screen().context()
    }

    /// Runs a command of the screen that is shown.
    pub(super) fn update(&mut self, command: Command) {
        let (screen, shared) = self.screen_mut();
        if command == Command::SwitchFocus
            && let Some(details) = screen.details()
        {
            details.has_focus = !details.has_focus;
        } else if let Some(step) = screen.update(command, shared) {
            self.follow(step);
        }
    }

    /// Moves within the screen that is shown.
    pub(super) fn go(&mut self, movement: Movement) {
        // An empty list of calls shows the captures.
        if self.screens.is_empty() && self.calls.shown.is_empty() {
            self.screens.push(Shown::Captures(Captures::default()));
        }
        let (screen, shared) = self.screen_mut();
        screen.go(movement, shared);
    }

    /// Goes where a command leads.
    pub(super) fn follow(&mut self, step: Step) {
        match step {
            Step::Calls(calls) => self.open(Shown::Ladder(Box::new(LadderScreen::new(calls)))),
            Step::Row(call, row) => self.go_to_row(call, row),
            Step::Rung(rung) => {
                self.leave_mark();
                if let Some(screen) = self.ladder_mut()
                    && let Some((call, row)) = screen.diagram.arrow(rung).map(|rung| (rung.call, rung.row))
                {
                    screen.select_row(call, row);
                }
            }
            Step::Listed(place) => {
                self.leave_mark();
                self.calls.selected = place;
            }
            Step::CompareCalls(calls) => self.open(Shown::Compare(Box::new(Comparison::of_calls(calls)))),
            Step::CompareStanzas(stanzas) => self.open(Shown::Compare(Box::new(Comparison::of_stanzas(stanzas)))),
            Step::Evidence(question) => self.open(Shown::Evidence(Evidence::of(question))),
            Step::Places(rule) => self.open(Shown::Places(Places::of(rule))),
            Step::Media(judged) => self.open(Shown::Media(Media::of(judged))),
            Step::Page { title, text } => self.open(Shown::Page(Page::new(title, text))),
            Step::Draft(id) => {
                self.leave_mark();
                // Another draft replaces the one that is shown.
                self.screens.pop_if(|screen| matches!(screen, Shown::Draft(_)));
                self.screens.push(Shown::Draft(DraftScreen::of(id)));
            }
            Step::Relist => {
                self.shared.search.forget();
                self.calls.rearrange(&self.shared);
            }
        }
    }

    fn open(&mut self, screen: Shown) {
        self.leave_mark();
        self.screens.push(screen);
        self.renew_board();
    }

    /// Opens a screen, or goes back if it is shown already.
    pub(super) fn toggle(&mut self, screen: Shown) {
        self.shared.dialog = None;
        if self.context_below() == screen.screen().context() {
            return self.back();
        }
        self.open(screen);
    }

    /// Closes the dialog, or returns to the previous screen.
    pub(super) fn back(&mut self) {
        if self.shared.dialog.take().is_none() {
            self.screens.pop();
            self.renew_screens();
        }
    }

    /// Goes to a row of a call, by indexes: in the ladder if it is shown, otherwise in a new one.
    fn go_to_row(&mut self, call: usize, row: usize) {
        let Some(judged) = self.shared.judged(call).map(Arc::clone) else { return };
        self.leave_mark();
        self.calls.select_call(call);
        if let Some(screen) = self.ladder_mut() {
            let is_same =
                |known: &Arc<Judged>| (&known.call.id, &known.call.creator) == (&judged.call.id, &judged.call.creator);
            match screen.calls.iter().position(is_same) {
                Some(index) => screen.select_row(index, row),
                None => {
                    *screen = LadderScreen { fold: Fold::Nothing, ..screen.with(vec![judged]) };
                    screen.arrange(None);
                    screen.select_row(0, row);
                }
            }
            return;
        }
        let mut screen = LadderScreen::new(vec![judged]);
        screen.select_row(0, row);
        self.screens.push(Shown::Ladder(Box::new(screen)));
    }

    /// Shows the next or previous call of the list in the ladder.
    pub(super) fn neighbour(&mut self, forward: bool) {
        let movement = if forward { Movement::Down } else { Movement::Up };
        let last = self.calls.shown.len().saturating_sub(1);
        self.calls.selected = movement.from(self.calls.selected, last, 1);
        let judged = self.selected_call().map(|(_, judged)| Arc::clone(judged));
        if let (Some(judged), Some(Shown::Ladder(screen))) = (judged, self.screens.last_mut()) {
            **screen = screen.with(vec![judged]);
            screen.arrange(self.shared.selection());
        }
    }

    /// Opens the stanzas that belong to no call.
    pub(super) fn strays(&mut self) {
        match self.shared.strays().cloned() {
            Some(strays) => self.follow(Step::Calls(vec![strays])),
            None if self.shared.is_reading() => self.shared.say_not_yet("Unattributed stanzas are known"),
            None => self.shared.say("There are no unattributed stanzas"),
        }
    }

    /// Remembers the current place, before a jump.
    fn leave_mark(&mut self) {
        let here = self.place();
        self.jumps.back.push(here);
        if self.jumps.back.len() > PLACES_KEPT {
            self.jumps.back.remove(0);
        }
        self.jumps.forward.clear();
    }

    /// Returns to where the last jump started, or goes forward again. Returns whether there is such a place.
    pub(super) fn jump(&mut self, forward: bool) -> bool {
        let here = self.place();
        let Jumps { back, forward: ahead } = &mut self.jumps;
        let (from, into) = if forward { (ahead, back) } else { (back, ahead) };
        let Some(Place { screens, selected }) = from.pop() else { return false };
        into.push(here);
        self.screens = screens;
        if let Some(call) = selected {
            self.calls.select_call(call);
        }
        self.renew_screens();
        true
    }

    fn place(&self) -> Place {
        Place { screens: self.screens.clone(), selected: self.calls.selected_index() }
    }

    /// Sets or clears the filter of the list.
    pub(super) fn set_filter(&mut self, filter: Option<(String, Selection)>) {
        self.shared.filter = filter;
        self.shared.search.forget();
        self.calls.refilter(&self.shared);
        self.renew_screens();
    }

    /// Shows letters instead of addresses, or the addresses again.
    pub(super) fn toggle_pseudonyms(&mut self) {
        let names = &mut self.shared.names;
        names.in_letters = !names.in_letters;
        if names.in_letters {
            // In the order of the calls, so that the first caller is A.
            for judged in self.shared.calls() {
                for party in [&judged.call.caller, &judged.call.callee].into_iter().flatten() {
                    self.shared.names.meet(party, &judged.call.people);
                }
            }
        }
        self.renew_pseudonyms();
        self.shared.search.forget();
        self.calls.rearrange(&self.shared);
        let shown = if self.shared.names.in_letters { "Pseudonyms, one letter per person" } else { "Addresses" };
        self.shared.say(shown);
    }

    /// Deletes a draft, and closes it.
    pub(super) fn remove_draft(&mut self, id: u64) {
        self.shared.drafts.remove(id);
        self.screens.retain(|screen| !matches!(screen, Shown::Draft(draft) if draft.id() == id));
        self.clamp();
        self.shared.say("Draft deleted");
    }

    /// Selects the last entry of the list that is shown if the selected one no longer exists.
    pub(super) fn clamp(&mut self) {
        let (screen, shared) = self.screen_mut();
        if let Some((selected, count)) = screen.list(shared) {
            *selected = (*selected).min(count.saturating_sub(1));
        }
    }
}
