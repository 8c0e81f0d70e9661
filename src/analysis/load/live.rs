//! Captures that are read as they grow: all at once, and those that appear meanwhile.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, BufReader};
use std::mem;
use std::ops::ControlFlow;
use std::panic;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::sync::{Arc, PoisonError};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Instant;

use super::key_logs::{KeyLogPlaces, KeyLogs};
use super::looks::Looks;
use super::{Request, described, id};
use crate::analysis::event::Extras;
use crate::analysis::follow::{Following, Progress};
use crate::analysis::lookup::Known;
use crate::analysis::merge::{Merge, Publish};
use crate::analysis::model::{Analysis, Capture, KeyLog};
use crate::analysis::reader::{Found, Reader, Statics};
use crate::analysis::source::{Live, Overrides, Source};
use crate::analysis::workers::Workers;
use crate::anomaly::Anomalies;
use crate::keys::Keys;

/// How many pieces of what captures have found may wait to be taken.
const FOUND_UNDER_WAY: usize = 256;

/// A capture that was not there when the reading began.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The capture.
    pub source: Source,
    /// What the user says of it.
    pub overrides: Overrides,
    /// The key logs that belong to it.
    pub key_logs: Vec<PathBuf>,
    /// Where there may be some later.
    pub awaited_key_logs: Vec<KeyLogPlaces>,
    /// The file of its notes, and what that contains.
    pub notes: (Option<PathBuf>, String),
}

/// Finds captures that appear while others are followed, such as in a folder.
pub trait Discover: Debug + Send + Sync {
    /// Those that were not there the last time.
    fn discover(&mut self) -> Vec<Newcomer>;
}

impl Request {
    /// Reads files as they grow, until that is stopped. Pipes end by themselves, or are given up when it is stopped.
    pub fn follow(&mut self, following: Following) {
        self.live = Some(Live { until: following, grows: true });
    }

    /// Reads files as they are, and publishes what pipes bring as it comes: their next bytes may come late or never. If that
    /// is stopped, pipes are given up.
    pub fn wait_for_pipes(&mut self, following: Following) {
        self.live = Some(Live { until: following, grows: false });
    }

    /// While files are followed, also reads captures that are found later. They come after all others.
    pub fn discover(&mut self, discover: Box<dyn Discover>) {
        self.discover = Some(discover);
    }

    /// Returns whether all captures are files, which can be read again from their beginning.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.sources.iter().all(Source::is_repeatable)
    }

    pub(super) fn grows(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.grows)
    }

    /// Reads all captures as they grow. When key logs have grown, reads them again from their beginning: what was read without
    /// a key is not kept. Nothing is published until all that there is was read again.
    pub(super) fn while_keys_come(
        &mut self,
        keys: &mut Arc<Keys>,
        live: &Live,
        mut publish: Option<&mut Publish<'_>>,
    ) -> (Arc<Analysis>, Statics) {
        let mut is_again = false;
        loop {
            let mut merge = self.begun(publish.as_deref_mut());
            if is_again {
                merge.hold();
            }
            if let Some(statics) = self.as_they_grow(keys, live, &mut merge) {
                return (merge.snapshot(!merge.is_stopped()), statics);
            }
            is_again = true;
            let mut roll = self.roll.lock().unwrap_or_else(PoisonError::into_inner);
            roll.keys = Some(Arc::clone(keys));
        }
    }

    /// Reads all captures at once, each on its own thread, and takes what they find as it comes: none may end before the
    /// user wants it. `None` if they have to be read again, since there are more keys.
    fn as_they_grow(&mut self, keys: &mut Arc<Keys>, live: &Live, merge: &mut Merge<'_, '_>) -> Option<Statics> {
        let grows = live.grows && self.is_repeatable();
        let live = Live { until: live.until.part(), ..*live };
        let mut key_logs = grows.then(KeyLogs::new);
        let mut have_keys_grown = false;
        let extras = self.extras;
        let is_watched = merge.is_watched();
        let mut statics = Statics::default();
        thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel(FOUND_UNDER_WAY);
            let begin = |this: &Self, place, sender: &SyncSender<_>, keys: &Arc<Keys>, merge: &mut Merge<'_, '_>| {
                let started = this.started(place, merge)?;
                let (capture, live, keys) = (started.described.0.clone(), live.clone(), Arc::clone(keys));
                let task = Task { place, started, keys, live, extras, is_watched };
                let thread = begin(scope, task, sender.clone());
                // The system may have no more threads.
                thread.map_err(|error| merge.fail(place, capture, &error)).ok()
            };
            let mut threads = Vec::new();
            for place in 0..self.sources.len() {
                threads.extend(begin(self, place, &sender, keys, merge));
            }
            let mut discover = self.discover.take();
            // Without a sender, the end of the last capture is noticed.
            let mut sender = discover.as_ref().map(|_| sender);
            let mut looks = Looks::new();
            loop {
                let caught_up = merge.is_caught_up();
                match receiver.recv_timeout(merge.patience().min(looks.pause())) {
                    Ok(first) => {
                        for (place, mut found) in [first].into_iter().chain(receiver.try_iter().take(FOUND_UNDER_WAY)) {
                            merge.add_found(place, &mut found);
                        }
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
                merge.set_caught_up(caught_up);
                if let Some(logs) = &mut key_logs {
                    if caught_up {
                        logs.caught_up();
                    }
                    if logs.is_due() && !live.until.is_stopped() && logs.have_grown(self, keys) {
                        have_keys_grown = true;
                        live.until.stop();
                    }
                }
                if !have_keys_grown && merge.publish_when_due().is_break() {
                    live.until.stop();
                }
                if live.until.is_stopped() {
                    sender = None;
                }
                if let (Some(discover), Some(sender)) = (&mut discover, &sender)
                    && looks.is_due()
                {
                    let begun = Instant::now();
                    for newcomer in discover.discover() {
                        let place = self.sources.len();
                        self.welcome(newcomer, keys, merge);
                        threads.extend(begin(self, place, sender, keys, merge));
                    }
                    looks.looked(begun);
                }
            }
            self.discover = discover;
            for thread in threads {
                match thread.join() {
                    Ok(found) => statics.join(found),
                    Err(panic) => panic::resume_unwind(panic),
                }
            }
            merge.end_capture();
        });
        // The last keys may have come with the last bytes.
        if let Some(mut logs) = key_logs.filter(|_| !merge.is_stopped()) {
            have_keys_grown |= logs.have_grown(self, keys);
        }
        (!have_keys_grown).then_some(statics)
    }

    /// Adds a capture that was not there before.
    fn welcome(&mut self, newcomer: Newcomer, keys: &mut Arc<Keys>, merge: &mut Merge<'_, '_>) {
        let Newcomer { source, overrides, key_logs, awaited_key_logs, notes: (notes, text) } = newcomer;
        let mut logs: Vec<(KeyLog, Anomalies)> = Vec::new();
        for path in key_logs {
            let name = path.to_string_lossy().into_owned();
            let is_known = self.key_logs.iter().any(|known| known.name == name);
            // Of one that earlier captures wait for, those are read again.
            if is_known || self.awaits_key_log(&path) {
                continue;
            }
            let read = File::open(&path).and_then(|log| Arc::make_mut(keys).read_log(BufReader::new(log)));
            // One that cannot be read has no usable line.
            logs.push(described(name, read.unwrap_or_default()));
        }
        self.awaited_key_logs.extend(awaited_key_logs);
        self.shelf.add(notes, &text);
        self.key_logs.extend(logs.iter().map(|(log, _)| log.clone()));
        self.key_anomalies.extend(logs.iter().map(|(_, anomalies)| anomalies.clone()));
        merge.add(self.described(&source), logs, &self.shelf);
        let place = self.sources.len();
        if let Some(device) = &overrides.device {
            merge.tell(id(place), device);
        }
        let known = Known::new(source.clone(), Some(overrides.clone()), Arc::clone(keys));
        self.roll.lock().unwrap_or_else(PoisonError::into_inner).later.push(known);
        self.overrides.insert(place, overrides);
        self.sources.push(source);
    }

    /// What a capture's reader begins with.
    fn started(&self, place: usize, merge: &Merge<'_, '_>) -> Option<Started> {
        let (capture, progress) = merge.capture(place)?;
        if capture.is_followed {
            let mut roll = self.roll.lock().unwrap_or_else(PoisonError::into_inner);
            roll.progress.insert(place, Arc::clone(&progress));
        }
        let source = self.sources.get(place)?.clone();
        Some(Started { source, overrides: self.overrides.get(&place).cloned(), described: (capture, progress) })
    }
}

/// What a capture's reader begins with.
struct Started {
    source: Source,
    overrides: Option<Overrides>,
    described: (Capture, Arc<Progress>),
}

/// A capture to read on a thread of its own.
struct Task {
    place: usize,
    started: Started,
    keys: Arc<Keys>,
    live: Live,
    extras: Extras,
    is_watched: bool,
}

/// Reads a capture on a thread of its own.
fn begin<'s>(
    scope: &'s Scope<'s, '_>,
    task: Task,
    sender: SyncSender<(usize, Found)>,
) -> io::Result<ScopedJoinHandle<'s, Statics>> {
    thread::Builder::new().spawn_scoped(scope, move || {
        let Task { place, started, keys, live, extras, is_watched } = task;
        let Started { source, overrides, described } = started;
        let workers = Workers::alone(keys, extras);
        let mut hand_on = |found: &mut Found| {
            let sent = sender.send((place, mem::take(found)));
            sent.map_or(ControlFlow::Break(()), ControlFlow::Continue)
        };
        let reader = Reader::new(id(place), described, workers, is_watched, Some(live), &mut hand_on);
        reader.read(&source, overrides.as_ref())
    })
}
