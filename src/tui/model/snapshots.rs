//! What comes from outside: snapshots of what is read, and the results of background jobs.

use std::sync::Arc;

use super::Model;
use crate::analysis::Analysis;
use crate::notes::Shelf;
use crate::redact::Redactor;
use crate::tui::background::{Job, JobDone, NO_DRAFT, Outcome, Task};
use crate::tui::board::Board;
use crate::tui::dialog::Dialog;
use crate::tui::screens::draft;
use crate::tui::shared::{Shared, find_call};
use crate::tui::shown::Shown;
use crate::words::counted;

impl Model {
    /// Captures are read from the beginning, and on as they grow if `follows`; these are the notes on them.
    pub(in crate::tui) fn begin(&mut self, shelf: Shelf, follows: bool) {
        let shared = &mut self.shared;
        shared.live.begin(follows);
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
    pub(in crate::tui) fn stop(&mut self) {
        self.shared.stopped = true;
        self.shared.live.is_on = false;
        if self.shared.live.is_paused {
            self.toggle_pause();
        }
        if let Some(unfinished) = self.shared.reloading.take().filter(|analysis| !analysis.captures.is_empty()) {
            self.load(unfinished);
        }
    }

    /// Takes a snapshot, unless the screen is paused. What is selected stays selected, unless the newest call is to be.
    /// If captures are read again, the previous result stays until as many calls were read as it has.
    pub(in crate::tui) fn load(&mut self, analysis: Arc<Analysis>) {
        let has_fewer = analysis.calls.len() < self.shared.calls().len();
        if self.shared.reloading.is_some() && !analysis.complete && !analysis.caught_up && has_fewer {
            self.shared.reloading = Some(analysis);
            return;
        }
        if let Some(analysis) = self.shared.live.pass(analysis) {
            self.show(analysis);
        }
    }

    /// Holds newer snapshots back, or shows them again.
    pub(in crate::tui) fn toggle_pause(&mut self) {
        if let Some(held) = self.shared.live.toggle_pause() {
            self.show(held);
        }
    }

    fn show(&mut self, mut analysis: Arc<Analysis>) {
        self.shared.reloading = None;
        if let Some(before) = self.shared.opened_at.take_if(|_| analysis.complete || analysis.caught_up) {
            self.report_opened(&analysis, before);
        }
        if self.shared.shelf.extend(&analysis.shelf) {
            self.shared.notes = Arc::new(self.shared.shelf.notes());
        }
        if *analysis.notes != *self.shared.notes {
            Arc::make_mut(&mut analysis).notes = Arc::clone(&self.shared.notes);
        }
        self.shared.live.take(&analysis);
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
        if self.shared.live.scrolls && self.screens.is_empty() {
            self.calls.select_newest();
        }
        self.renew_screens();
    }

    /// The user sees the selected call.
    pub(in crate::tui) fn see(&mut self) {
        if let Some((_, judged)) = self.calls.selected_call(&self.shared) {
            let call = Arc::clone(&judged.call);
            self.shared.live.see(&call);
        }
    }

    /// Says what the captures that were opened last brought, in addition to so many captures and calls.
    fn report_opened(&mut self, analysis: &Analysis, (captures, known): (usize, usize)) {
        let mut opened = analysis.captures.iter().skip(captures);
        let failed = opened.find_map(|capture| Some((capture, capture.failure.as_ref()?)));
        let calls = analysis.calls.len();
        self.shared.say(match failed {
            Some((capture, why)) => format!("{}: {why}", capture.file_name()),
            None if calls > known => format!("{}, {} more than before", counted(calls as u64, "call"), calls - known),
            None => format!("{}, as many as before", counted(calls as u64, "call")),
        });
    }

    /// Updates every screen to the latest snapshot.
    pub(in crate::tui) fn renew_screens(&mut self) {
        for screen in &mut self.screens {
            if let Shown::Ladder(screen) = screen {
                screen.renew(&self.shared);
            }
        }
        self.renew_board();
    }

    /// Updates the results for questions and rules, if a screen shows them.
    pub(in crate::tui) fn renew_board(&mut self) {
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
    pub(super) fn renew_pseudonyms(&mut self) {
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

    /// Takes the result of a background job.
    pub(in crate::tui) fn finished(&mut self, done: JobDone) {
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
