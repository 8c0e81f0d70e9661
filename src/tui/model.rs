//! The whole state of the interface: what screens share, the list of calls, and the screens above it.

use std::sync::Arc;

use super::background::{Job, JobDone, NO_DRAFT, Outcome, Task};
use super::board::Board;
use super::dialog::Dialog;
use super::kit::bindings::Context;
use super::kit::command::{Command, Movement};
use super::screen::{Screen, Step};
use super::screens::calls::Calls;
use super::screens::captures::Captures;
use super::screens::compare::Comparison;
use super::screens::draft::{self, DraftScreen};
use super::screens::ladder::{Fold, LadderScreen};
use super::screens::media::Media;
use super::screens::page::Page;
use super::screens::questions::Evidence;
use super::screens::rules::Places;
use super::search::{Haystack, Progress, Search};
use super::shared::{Shared, find_call};
use super::shown::Shown;
use crate::analysis::Analysis;
use crate::notes::Shelf;
use crate::protocol::xml;
use crate::redact::Redactor;
use crate::spec::Judged;
use crate::tables::Selection;
use crate::words::counted;

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

    /// Returns whether a search or a filter is running.
    pub(super) fn is_busy(&self) -> bool {
        self.calls.is_filtering() || self.shared.search.is_running()
    }

    /// What the user waits for, if anything.
    pub(super) fn waits_for(&self) -> Option<String> {
        let searched = self.shared.search.waits().map(|percent| format!("searching, {percent} % "));
        searched.or_else(|| self.calls.is_filtering().then(|| "filtering … ".to_owned()))
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
        if let Some(step) = screen.update(command, shared) {
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
                self.calls.renew(&self.shared);
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
            None if self.shared.is_reading() => self.shared.say("Not available until loading has finished"),
            None => self.shared.say("Every stanza about calls belongs to a call"),
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

    /// Captures are read from the beginning; these are the notes on them.
    pub(super) fn begin(&mut self, shelf: Shelf) {
        let shared = &mut self.shared;
        shared.stopped = false;
        shared.notes = Arc::new(shelf.notes());
        shared.shelf = shelf;
        if let Some(analysis) = &mut shared.analysis {
            Arc::make_mut(analysis).notes = Arc::clone(&shared.notes);
            shared.opened_at = Some((analysis.captures.len(), analysis.calls.len()));
            shared.reloading = Some(Arc::default());
        }
    }

    /// No further snapshot will come.
    pub(super) fn stop(&mut self) {
        self.shared.stopped = true;
        if let Some(unfinished) = self.shared.reloading.take().filter(|analysis| !analysis.captures.is_empty()) {
            self.load(unfinished);
        }
    }

    /// Takes a snapshot. What is selected stays selected. If captures are read again, the previous result stays until as many
    /// calls were read as it has.
    pub(super) fn load(&mut self, mut analysis: Arc<Analysis>) {
        let has_fewer = analysis.calls.len() < self.shared.calls().len();
        if self.shared.reloading.is_some() && !analysis.complete && has_fewer {
            self.shared.reloading = Some(analysis);
            return;
        }
        self.shared.reloading = None;
        if let Some(before) = self.shared.opened_at.take_if(|_| analysis.complete) {
            self.report_opened(&analysis, before);
        }
        if *analysis.notes != *self.shared.notes {
            Arc::make_mut(&mut analysis).notes = Arc::clone(&self.shared.notes);
        }
        let place = self.selected_call().and_then(|(index, judged)| {
            let stays = analysis.calls.get(index).is_some_and(|known| known.call.id == judged.call.id);
            if stays { Some(index) } else { find_call(&analysis.calls, &judged.call) }
        });
        self.shared.source = None;
        self.shared.search.forget();
        self.shared.lossy = analysis.is_lossy();
        self.shared.analysis = Some(analysis);
        self.renew_pseudonyms();
        self.calls.renew(&self.shared);
        if let Some(place) = place {
            self.calls.select_call(place);
        }
        self.renew_screens();
    }

    /// Says what the captures that were opened last brought, in addition to so many captures and calls.
    fn report_opened(&mut self, analysis: &Analysis, (captures, known): (usize, usize)) {
        let mut opened = analysis.captures.iter().skip(captures);
        let failed = opened.find_map(|capture| Some((capture, capture.failure.as_ref()?)));
        let calls = analysis.calls.len();
        self.shared.say(match failed {
            Some((capture, why)) => format!("{}: {why}", capture.file_name()),
            None if calls > known => format!("{}, {} more than before", counted(calls as u64, "call"), calls - known),
            None => format!("{}, none more than before", counted(calls as u64, "call")),
        });
    }

    /// Updates every screen to the latest snapshot.
    pub(super) fn renew_screens(&mut self) {
        for screen in &mut self.screens {
            if let Shown::Ladder(screen) = screen {
                screen.renew(&self.shared);
            }
        }
        self.renew_board();
    }

    /// Updates the results for questions and rules, if a screen shows them.
    pub(super) fn renew_board(&mut self) {
        let rule = self.screens.iter().rev().find_map(|screen| match screen {
            Shown::Places(places) => Some(places.id()),
            _ => None,
        });
        let Shared { analysis: Some(analysis), board, summing, listing, jobs, .. } = &mut self.shared else { return };
        if !self.screens.iter().any(Shown::needs_board) {
            return;
        }
        // The results of an earlier snapshot are shown meanwhile.
        let is_needed = board.as_ref().is_none_or(|board| !board.is_of(analysis));
        if is_needed && summing.is_none() {
            *summing = Some(Arc::clone(analysis));
            jobs.push(Job { id: NO_DRAFT, task: Task::Board(Arc::clone(analysis)) });
        }
        if let Some(board) = board {
            board.arrange(listing);
            if let Some(rule) = rule {
                board.open(rule);
            }
        }
    }

    /// Finds what must be replaced in the latest snapshot, if pseudonyms are shown.
    fn renew_pseudonyms(&mut self) {
        let Shared { analysis: Some(analysis), names, redactor, jobs, here, .. } = &mut self.shared else { return };
        *redactor = None;
        if names.in_letters {
            let task = Task::Pseudonyms(Arc::clone(analysis), here.clone());
            jobs.push(Job { id: NO_DRAFT, task });
        }
    }

    /// Takes what must be replaced, unless a newer snapshot came.
    fn pseudonyms_known(&mut self, of: &Arc<Analysis>, redactor: Redactor) {
        let is_latest = self.shared.analysis.as_ref().is_some_and(|analysis| Arc::ptr_eq(analysis, of));
        if is_latest && self.shared.names.in_letters {
            let redactor = Some(Arc::new(redactor));
            self.shared.names.adopt(redactor.clone());
            self.shared.redactor = redactor;
        }
    }

    /// Takes the results for questions and rules.
    fn summed_up(&mut self, board: Option<Board>) {
        self.shared.summing = None;
        if board.is_some() {
            self.shared.board = board;
            // A newer snapshot may have come.
            self.renew_board();
        }
        self.clamp();
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
        self.calls.renew(&self.shared);
        let shown = if self.shared.names.in_letters { "Pseudonyms, one letter per person" } else { "Addresses" };
        self.shared.say(shown);
    }

    /// Continues to the next or previous match of the search.
    pub(super) fn find(&mut self, forward: bool) {
        if self.shared.search.text.is_empty() {
            return self.shared.say("No search yet (press /)");
        }
        let context = self.context_below();
        let is_of_stanzas = matches!(context, Context::Calls | Context::Ladder | Context::Stanza);
        let row = self.ladder().and_then(|screen| Some(screen.place()?.1));
        let (listed, calls) = (self.calls.selected, self.calls.shown.len());
        let viewport = self.shared.viewport;
        let (screen, shared) = self.screen_mut();
        let (haystack, places, from) = if is_of_stanzas {
            // The list and the ladders of its calls are searched as one.
            (Haystack::Stanzas, calls, (listed, row))
        } else if let Some(lines) = screen.lines(shared) {
            let (count, line) = (lines.len(), viewport.scroll);
            (Haystack::Lines(lines), count, (line, Some(0)))
        } else {
            let (selected, count) = screen.list(shared).map_or((0, 0), |(selected, count)| (*selected, count));
            (Haystack::Entries(count), count, (selected, Some(0)))
        };
        let context = if is_of_stanzas { Context::Calls } else { context };
        shared.search.start(context, haystack, places, from, forward);
        if places == 0 {
            self.found_nothing();
        }
    }

    fn found_nothing(&mut self) {
        let what = match self.shared.search.haystack() {
            Some(Haystack::Stanzas) => "No stanza of the calls shown contains",
            Some(Haystack::Entries(_) | Haystack::Lines(_)) | None => "Nothing here contains",
        };
        let message = format!("{what} \"{}\"", self.shared.search.text);
        self.shared.say(message);
    }

    /// Does some of the work that takes too long for one key. Returns whether there is more.
    pub(super) fn work(&mut self) -> bool {
        let filters = self.calls.work(&self.shared);
        let mut search = std::mem::take(&mut self.shared.search);
        let progress = self.search_on(&mut search);
        self.shared.search = search;
        match progress {
            Progress::Idle => {}
            Progress::NotYet => return true,
            Progress::Match { at: (place, row), says } => {
                if self.shared.search.haystack() == Some(&Haystack::Stanzas) {
                    if let Some(call) = self.calls.shown.get(place).copied() {
                        self.go_to_row(call, row);
                    }
                } else {
                    let (screen, shared) = self.screen_mut();
                    screen.found(place, shared);
                }
                self.shared.say(says);
            }
            Progress::Nothing => self.found_nothing(),
        }
        filters || self.shared.search.is_running()
    }

    /// Lets a search go through some more of what it searches.
    fn search_on(&self, search: &mut Search) -> Progress {
        let has = |hay: &str, text: &str| crate::filter::contains(hay, text);
        match search.haystack().cloned() {
            None => Progress::Idle,
            Some(Haystack::Stanzas) => {
                let shown = &self.calls.shown;
                let rows = |place: usize| self.shared.calls().get(*shown.get(place)?).map(|judged| &judged.call.rows);
                search.work(
                    |place| rows(place).map_or(0, Vec::len),
                    |(place, row), text| {
                        let row = rows(place).and_then(|rows| rows.get(row));
                        row.is_some_and(|row| has(&xml::write_line(&row.observed.read().node), text))
                    },
                )
            }
            Some(Haystack::Lines(lines)) => {
                search.work(|_| 1, |(place, _), text| lines.get(place).is_some_and(|line| has(line, text)))
            }
            Some(Haystack::Entries(_)) => {
                let entry = |place: usize| self.screen().entry_text(place, &self.shared);
                search.work(|_| 1, |(place, _), text| entry(place).is_some_and(|entry| has(&entry, text)))
            }
        }
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

    /// Takes the result of a background job.
    pub(super) fn finished(&mut self, done: JobDone) {
        let done = match done.outcome {
            Outcome::Board(board) => return self.summed_up(Some(*board)),
            Outcome::Listed(folder) => {
                if let Some(Dialog::Prompt(prompt)) = &mut self.shared.dialog {
                    prompt.take_folder(folder);
                }
                return;
            }
            Outcome::Pseudonyms(analysis, redactor) => return self.pseudonyms_known(&analysis, *redactor),
            Outcome::Failed if done.id == NO_DRAFT => return self.summed_up(None),
            outcome => JobDone { outcome, ..done },
        };
        let top = self.screens.last();
        draft::finished(&mut self.shared, done, |id| matches!(top, Some(Shown::Draft(draft)) if draft.id() == id));
    }
}
