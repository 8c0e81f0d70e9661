//! Bytes looked up in captures, on a thread of its own: the interface never waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::analysis::{Lookup, LookupError, Passages, Wanted};

/// What came of a look-up.
pub(super) type Answer = (Wanted, Result<Passages, LookupError>);

/// One look-up at a time: what is asked for last is all that is wanted.
#[derive(Debug)]
pub(super) struct Background {
    lookup: Option<Arc<Lookup>>,
    /// Tells the look-up under way that nobody waits for it any more.
    stop: Arc<AtomicBool>,
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
    is_waiting: bool,
}

impl Background {
    /// Nothing asked for yet.
    pub(super) fn new(lookup: Option<Lookup>) -> Self {
        let (sender, answers) = mpsc::channel();
        Self { lookup: lookup.map(Arc::new), stop: Arc::default(), sender, answers, is_waiting: false }
    }

    /// Looks a stanza up, and nothing else any more.
    pub(super) fn ask(&mut self, wanted: Wanted) {
        self.stop.store(true, Ordering::Relaxed);
        self.stop = Arc::default();
        self.is_waiting = true;
        let (stop, sender, lookup) = (Arc::clone(&self.stop), self.sender.clone(), self.lookup.clone());
        let asked = wanted.clone();
        let work = move || {
            let answer = lookup.map_or(Err(LookupError::NotFound), |lookup| lookup.passages(&wanted, &stop));
            if answer != Err(LookupError::Stopped) {
                // Where nobody takes it any more, the interface has ended.
                let _ = sender.send((wanted, answer));
            }
        };
        if let Err(error) = thread::Builder::new().name("look-up".to_owned()).spawn(work) {
            let _ = self.sender.send((asked, Err(LookupError::Unreadable(error.to_string()))));
        }
    }

    /// What came of it, once.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok()?;
        self.is_waiting = false;
        Some(answer)
    }

    /// Whether an answer is to come.
    pub(super) const fn is_waiting(&self) -> bool {
        self.is_waiting
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
