//! Captures and keys in, an analysis out.

mod looks;

mod key_logs;
mod live;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead};
use std::mem;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread;

pub use key_logs::KeyLogPlaces;
pub use live::{Discover, Newcomer};

use super::event::Extras;
use super::lookup::{Known, Lookup, Roll};
use super::merge::{Beside, Merge, Publish};
use super::model::{Analysis, Capture, KeyLog};
use super::reader::{Found, Reader, Statics};
use super::source::{Live, Overrides, Source};
use super::workers::{Permits, Workers};
use crate::anomaly::Anomalies;
use crate::keys::{Keys, LogReading};
use crate::notes::Shelf;
use crate::origin::CaptureId;
use crate::spec::Lineage;

/// How many bytes of events a capture may find before its turn; then it waits.
const FOUND_BEFORE_ITS_TURN: usize = 8 << 20;

/// How many threads compute at most, and so how many captures are read at a time. Each takes some 10 MB, and more of them
/// wait for each other.
const MOST_JOBS: usize = 32;

/// How many threads at most decode one capture. One thread that reads cannot feed more.
const MOST_WORKERS: usize = 8;

/// What is to be read.
#[derive(Debug)]
pub struct Request {
    sources: Vec<Source>,
    overrides: BTreeMap<usize, Overrides>,
    keys: Keys,
    key_logs: Vec<KeyLog>,
    key_anomalies: Vec<Anomalies>,
    extras: Extras,
    shelf: Shelf,
    lineage: Arc<Lineage>,
    jobs: usize,
    /// How captures are read whose next bytes may come late.
    live: Option<Live>,
    discover: Option<Box<dyn Discover>>,
    /// Of the captures without key logs, and of each kind of these.
    awaited_key_logs: Vec<KeyLogPlaces>,
    roll: Arc<Mutex<Roll>>,
}

impl Request {
    /// To read these captures, in this order.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Self {
        Self {
            sources,
            overrides: BTreeMap::new(),
            keys: Keys::default(),
            key_logs: Vec::new(),
            key_anomalies: Vec::new(),
            extras: Extras { messages: false, mentions: true },
            shelf: Shelf::default(),
            lineage: Arc::default(),
            jobs: 1,
            live: None,
            discover: None,
            awaited_key_logs: Vec::new(),
            roll: Arc::default(),
        }
    }

    /// Sets the user's notes on each capture, [`Analysis::notes`].
    pub fn set_shelf(&mut self, shelf: Shelf) {
        self.shelf = shelf;
    }

    /// Sets which clients derive from one another, [`Analysis::lineage`].
    pub fn set_lineage(&mut self, lineage: Lineage) {
        self.lineage = Arc::new(lineage);
    }

    /// The user's notes on each capture.
    #[must_use]
    pub const fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The files that it reads: captures, key logs, then notes, which need not be there; `None` if a capture is no file.
    #[must_use]
    pub fn inputs(&self) -> Option<Vec<PathBuf>> {
        let captures = self.sources.iter().map(|source| source.path().map(Path::to_owned));
        let key_logs = self.key_logs.iter().map(|log| PathBuf::from(&log.name));
        captures.chain(key_logs.chain(self.shelf.files().map(Path::to_owned)).map(Some)).collect()
    }

    /// The captures and key logs that are files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        let key_logs = self.key_logs.iter().map(|log| Path::new(&log.name));
        self.sources.iter().filter_map(Source::path).chain(key_logs)
    }

    /// A look-up of bytes in its captures as they are now.
    #[must_use]
    pub fn lookup(&self) -> Lookup {
        let keys = Arc::new(self.keys.clone());
        let known = |(index, source): (usize, &Source)| {
            Known::new(source.clone(), self.overrides.get(&index).cloned(), Arc::clone(&keys))
        };
        Lookup::new(self.sources.iter().enumerate().map(known).collect(), Arc::clone(&self.roll))
    }

    /// Says of the capture in this place what it need not say itself.
    pub fn set_overrides(&mut self, place: usize, overrides: Overrides) {
        self.overrides.insert(place, overrides);
    }

    /// Asks for the messages of all websockets too, [`Analysis::messages`]; they come with the complete analysis only.
    pub const fn keep_messages(&mut self) {
        self.extras.messages = true;
    }

    /// Does without whom and what stanzas of no call name, [`Analysis::mentions`]: for those who let nothing leave that must
    /// not name them.
    pub const fn forgo_mentions(&mut self) {
        self.extras.mentions = false;
    }

    /// Uses this many threads at a time instead of one, at most 32. What is found does not depend on it.
    pub fn use_jobs(&mut self, jobs: NonZero<usize>) {
        self.jobs = jobs.get().min(MOST_JOBS);
    }

    /// How many threads it uses at a time.
    #[must_use]
    pub const fn jobs(&self) -> usize {
        self.jobs
    }

    /// Adds the keys of a log called `name`. Lines that cannot be read become anomalies.
    ///
    /// # Errors
    /// If `log` cannot be read.
    pub fn read_key_log(&mut self, name: String, log: impl BufRead) -> io::Result<()> {
        let reading = self.keys.read_log(log)?;
        let (log, anomalies) = described(name, reading);
        self.key_logs.push(log);
        self.key_anomalies.push(anomalies);
        Ok(())
    }

    /// Reads everything.
    #[must_use]
    pub fn load(self) -> Arc<Analysis> {
        self.read(None)
    }

    /// Reads everything, and gives a snapshot now and then, the last one complete. Stops when `publish` wants no
    /// more.
    pub fn load_publishing(self, publish: &mut Publish<'_>) -> Arc<Analysis> {
        self.read(Some(publish))
    }

    /// Reads the captures, twice if that decrypts more.
    ///
    /// A session resumed with Noise IK needs the server's static key, which only a full handshake reveals. If that comes
    /// later in the captures, a second pass is simpler and cheaper than keeping every undecrypted frame until then.
    fn read(mut self, mut publish: Option<&mut Publish<'_>>) -> Arc<Analysis> {
        let mut keys = Arc::new(self.keys.clone());
        let (mut analysis, mut statics) = self.pass(&mut keys, publish.as_deref_mut());
        statics.keys.retain(|key| !keys.server_statics().contains(key));
        let repeatable = self.sources.iter().all(Source::is_repeatable);
        if statics.wanted && !statics.keys.is_empty() && repeatable && analysis.complete {
            for key in statics.keys {
                Arc::make_mut(&mut keys).add_server_static(key);
            }
            self.live = None;
            (analysis, _) = self.pass(&mut keys, publish.as_deref_mut());
        }
        if let Some(publish) = publish {
            publish(Arc::clone(&analysis));
        }
        analysis
    }

    /// Reads all captures once.
    fn pass(&mut self, keys: &mut Arc<Keys>, publish: Option<&mut Publish<'_>>) -> (Arc<Analysis>, Statics) {
        let Some(live) = self.live.clone() else {
            let mut merge = self.begun(publish);
            let statics =
                if self.jobs == 1 { self.one_by_one(keys, &mut merge) } else { self.at_once(keys, &mut merge) };
            return (merge.snapshot(!merge.is_stopped()), statics);
        };
        self.while_keys_come(keys, &live, publish)
    }

    /// Nothing found so far.
    fn begun<'m, 'p>(&self, publish: Option<&'m mut Publish<'p>>) -> Merge<'m, 'p> {
        let captures = self.sources.iter().map(|source| self.described(source));
        let beside = Beside {
            key_logs: self.key_logs.as_slice().into(),
            key_anomalies: self.key_anomalies.clone(),
            notes: Arc::new(self.shelf.notes()),
            shelf: Arc::new(self.shelf.clone()),
            lineage: Arc::clone(&self.lineage),
        };
        let mut merge = Merge::new(captures.collect(), beside, publish);
        for (index, overrides) in &self.overrides {
            if let Some(device) = &overrides.device {
                merge.tell(id(*index), device);
            }
        }
        merge
    }

    /// A capture of which nothing was read.
    fn described(&self, source: &Source) -> Capture {
        let is_followed = self.live.is_some() && (self.grows() || !source.is_repeatable());
        Capture {
            name: source.name(),
            path: source.path().map(Path::to_owned),
            // A size that grows is not that of the whole.
            size: source.size().filter(|_| !is_followed),
            is_followed,
            ..Capture::default()
        }
    }

    /// Reads one capture after the other, on the calling thread.
    fn one_by_one(&self, keys: &Arc<Keys>, merge: &mut Merge<'_, '_>) -> Statics {
        let mut statics = Statics::default();
        for (index, source) in self.sources.iter().enumerate() {
            let Some(found) = self.one(index, source, keys, merge) else { break };
            statics.join(found);
        }
        statics
    }

    /// Reads one capture on the calling thread, unless no more is wanted.
    fn one(&self, index: usize, source: &Source, keys: &Arc<Keys>, merge: &mut Merge<'_, '_>) -> Option<Statics> {
        let capture = merge.capture(index).filter(|_| !merge.is_stopped())?;
        let workers = Workers::alone(Arc::clone(keys), self.extras);
        let is_watched = merge.is_watched();
        let mut hand_on = |found: &mut Found| merge.take(index, found);
        let reader = Reader::new(id(index), capture, workers, is_watched, None, &mut hand_on);
        let statics = reader.read(source, self.overrides.get(&index));
        merge.end_capture();
        Some(statics)
    }

    /// Reads as many captures at once as there may be threads, each with a workers, and takes what they find in their
    /// order.
    fn at_once(&self, keys: &Arc<Keys>, merge: &mut Merge<'_, '_>) -> Statics {
        let permits = Arc::new(Permits::new(self.jobs));
        let is_stopped = AtomicBool::new(false);
        let is_watched = merge.is_watched();
        let mut statics = Statics::default();
        thread::scope(|scope| {
            let mut sources = self.sources.iter().enumerate().peekable();
            let mut under_way = VecDeque::new();
            loop {
                while under_way.len() < self.jobs
                    && let Some(&(index, source)) = sources.peek()
                    && let Some(capture) = merge.capture(index)
                {
                    let (sender, receiver) = mpsc::sync_channel(1);
                    let (permits, is_stopped) = (&permits, &is_stopped);
                    let thread = thread::Builder::new().spawn_scoped(scope, move || {
                        let _permit = permits.take();
                        let workers = Workers::of(self.jobs.min(MOST_WORKERS), permits, keys, self.extras);
                        let mut hand_on = |found: &mut Found| {
                            permits.lend(|| send(found, &sender))?;
                            if is_stopped.load(Ordering::Relaxed) {
                                ControlFlow::Break(())
                            } else {
                                ControlFlow::Continue(())
                            }
                        };
                        Reader::new(id(index), capture, workers, is_watched, None, &mut hand_on)
                            .read(source, self.overrides.get(&index))
                    });
                    // The system has no more threads: a capture waits for those under way.
                    let Ok(thread) = thread else { break };
                    sources.next();
                    under_way.push_back((index, receiver, thread));
                }
                let Some((index, receiver, thread)) = under_way.pop_front() else {
                    let read = sources.next().and_then(|(index, source)| self.one(index, source, keys, merge));
                    let Some(found) = read else { break };
                    statics.join(found);
                    continue;
                };
                for mut found in receiver {
                    let _permit = permits.take();
                    if merge.take(index, &mut found).is_break() {
                        is_stopped.store(true, Ordering::Relaxed);
                    }
                }
                match thread.join() {
                    Ok(found) => statics.join(found),
                    Err(panic) => panic::resume_unwind(panic),
                }
                if merge.is_stopped() {
                    // The others find nobody who takes what they have, and stop.
                    break;
                }
                merge.end_capture();
            }
        });
        statics
    }
}

/// A key log that was read, and what could not be read of it.
fn described(name: String, reading: LogReading) -> (KeyLog, Anomalies) {
    let mut anomalies = Anomalies::default();
    // Its place among the captures is known once they are all known.
    for anomaly in reading.anomalies(CaptureId::default()) {
        anomalies.add(anomaly);
    }
    (KeyLog { name, lines: reading.usable, sessions: reading.sessions }, anomalies)
}

/// Hands on what a capture has found, unless its turn may be far and there is little. `Break` if nobody wants it.
fn send(found: &mut Found, sender: &SyncSender<Found>) -> ControlFlow<()> {
    let (weight, is_last) = (found.weight, found.is_last);
    let all = mem::take(found);
    if is_last || weight >= FOUND_BEFORE_ITS_TURN {
        return sender.send(all).map_or(ControlFlow::Break(()), ControlFlow::Continue);
    }
    match sender.try_send(all) {
        Ok(()) => ControlFlow::Continue(()),
        Err(TrySendError::Full(all)) => {
            *found = all;
            ControlFlow::Continue(())
        }
        Err(TrySendError::Disconnected(_)) => ControlFlow::Break(()),
    }
}

fn id(index: usize) -> CaptureId {
    CaptureId(u32::try_from(index).unwrap_or(u32::MAX))
}
