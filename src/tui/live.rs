//! Captures that grow while they are shown: which calls are new, and how the screen keeps up.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::call::Call;
use crate::notes::Subject;

/// How the interface keeps up with captures.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// Whether captures are read on as they grow.
    pub(super) is_on: bool,
    /// Whether the newest call is selected as calls appear.
    pub(super) scrolls: bool,
    /// Whether newer snapshots are held back.
    pub(super) is_paused: bool,
    /// The newest one that is.
    held: Option<Arc<Analysis>>,
    /// What was there when everything was last read as far as it goes. Calls that it does not have are new.
    known: Option<Arc<Analysis>>,
    /// The new calls that the user has not seen yet, and those that they have.
    new: BTreeSet<Subject>,
    seen: BTreeSet<Subject>,
}

impl Live {
    /// Captures are read from the beginning, and on as they grow if `is_on`.
    pub(super) fn begin(&mut self, is_on: bool) {
        self.scrolls = is_on && (self.scrolls || !self.is_on);
        (self.is_on, self.is_paused, self.held) = (is_on, false, None);
    }

    /// Holds a snapshot back if the screen is paused; returns it otherwise. The last one ends the pause.
    pub(super) fn pass(&mut self, analysis: Arc<Analysis>) -> Option<Arc<Analysis>> {
        self.is_paused &= !analysis.complete;
        if !self.is_paused {
            self.held = None;
            return Some(analysis);
        }
        self.held = Some(analysis);
        None
    }

    /// Pauses, or continues with the newest snapshot that was held back.
    pub(super) fn toggle_pause(&mut self) -> Option<Arc<Analysis>> {
        self.is_paused = !self.is_paused;
        self.held.take()
    }

    /// The number of calls of the newest snapshot that is held back.
    pub(super) fn held_calls(&self) -> Option<usize> {
        self.held.as_ref().map(|analysis| analysis.calls.len())
    }

    /// Takes a snapshot that is shown from now on.
    pub(super) fn take(&mut self, analysis: &Arc<Analysis>) {
        if let Some(known) = &self.known {
            let is_same = |index: usize| {
                let pair = known.calls.get(index).zip(analysis.calls.get(index));
                pair.is_some_and(|(known, now)| known.call.id == now.call.id)
            };
            let first = (0..analysis.calls.len()).find(|index| !is_same(*index)).unwrap_or(analysis.calls.len());
            let known: BTreeSet<_> =
                known.calls.iter().skip(first).map(|judged| Subject::of_call(&judged.call)).collect();
            let calls = analysis.calls.iter().skip(first).map(|judged| Subject::of_call(&judged.call));
            let new: Vec<_> = calls.filter(|call| !known.contains(call) && !self.seen.contains(call)).collect();
            self.new.extend(new);
        }
        if analysis.complete || analysis.caught_up {
            self.known = Some(Arc::clone(analysis));
            self.seen.clear();
        }
    }

    /// Returns whether a call is new and was not seen yet.
    pub(super) fn is_new(&self, call: &Call) -> bool {
        !self.new.is_empty() && self.new.contains(&Subject::of_call(call))
    }

    /// The number of new calls that were not seen yet.
    pub(super) fn count(&self) -> usize {
        self.new.len()
    }

    /// The user has seen a call.
    pub(super) fn see(&mut self, call: &Call) {
        if self.is_new(call) {
            let subject = Subject::of_call(call);
            self.new.remove(&subject);
            self.seen.insert(subject);
        }
    }

    /// The user has seen all calls.
    pub(super) fn see_all(&mut self) {
        self.seen.append(&mut self.new);
    }
}
