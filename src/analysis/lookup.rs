//! Origin to bytes: what a stanza came in, layer by layer, read again from its capture.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::event::Extras;
use super::follow::Progress;
use super::pipe::Pipe;
use super::source::{Overrides, Source};
use super::tap::{Below, Passage, Passages, Tap, Wanted};
use super::workers::Workers;
use crate::anomaly::Anomaly;
use crate::input::{self, Entry, Format};
use crate::keys::Keys;
use crate::origin::{CaptureId, Located, Origin};

/// Bytes that are shown of a record that is no packet.
const RECORD_SHOWN: u64 = 64 << 10;

/// Entries between two looks at whether anybody still waits.
const ENTRIES_A_LOOK: u32 = 256;

/// Why the bytes of a stanza cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Its capture was standard input.
    #[error("standard input cannot be read a second time")]
    StandardInput,
    /// Its capture cannot be read any more, and why.
    #[error("the capture cannot be read again: {0}")]
    Unreadable(String),
    /// Its capture is not what it was.
    #[error("the capture has changed since it was read")]
    Changed,
    /// Something else went wrong: it was there, and is not found again.
    #[error("it was not found again in the capture")]
    NotFound,
    /// Nobody waits for it any more.
    #[error("something else was asked for")]
    Stopped,
}

/// Length and time of a file.
type Stamp = (u64, Option<SystemTime>);

fn stamp(path: &Path) -> Option<Stamp> {
    let there = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((there.len(), there.modified().ok()))
}

/// A capture to be read again.
#[derive(Clone, Debug)]
pub(super) struct Known {
    source: Source,
    overrides: Option<Overrides>,
    keys: Arc<Keys>,
    stamp: Option<Stamp>,
}

impl Known {
    /// A capture as it is now.
    pub(super) fn new(source: Source, overrides: Option<Overrides>, keys: Arc<Keys>) -> Self {
        let stamp = source.path().and_then(stamp);
        Self { source, overrides, keys, stamp }
    }
}

/// What becomes known of captures while they are followed: those that came later, how far each was read, and further keys.
#[derive(Debug, Default)]
pub(super) struct Roll {
    pub(super) later: Vec<Known>,
    pub(super) progress: BTreeMap<usize, Arc<Progress>>,
    /// All keys, if there are more than when the reading began.
    pub(super) keys: Option<Arc<Keys>>,
}

/// The captures of an analysis, to be read again.
#[derive(Debug)]
pub struct Lookup {
    captures: Vec<Known>,
    roll: Arc<Mutex<Roll>>,
}

impl Lookup {
    /// A look-up in these captures as they are now, and in those that come later.
    pub(super) const fn new(captures: Vec<Known>, roll: Arc<Mutex<Roll>>) -> Self {
        Self { captures, roll }
    }

    /// Reads a capture again up to a stanza, and gives what it came in. That takes as long as reading the capture did,
    /// and no more memory; where `stop` is set meanwhile, it gives up.
    ///
    /// # Errors
    /// If the capture cannot be read a second time, or does not hold the stanza any more.
    pub fn passages(&self, wanted: &Wanted, stop: &AtomicBool) -> Result<Passages, LookupError> {
        let Opened { path, format, keys, mut reader, has_changed } = self.open(wanted.origin.capture)?;
        // The bytes of a frame prove themselves; those of a line of a log do not.
        if has_changed && wanted.ciphertext.is_empty() {
            return Err(LookupError::Changed);
        }
        let mut search = Search::new(wanted, Workers::alone(keys, Extras::default()), stop);
        let outcome = input::read(wanted.origin.capture, &mut reader, format.as_deref(), &mut search);
        if search.is_stopped {
            return Err(LookupError::Stopped);
        }
        search.pipe.finish();
        let container = outcome.map_err(|error| LookupError::Unreadable(error.to_string()))?.container;
        let (from, until) = (search.record, search.until);
        let mut passages = search.found().unwrap_or_default();
        if let (Some(from), None) = (from, container) {
            let record = text_record(&path, from, until).map_err(|error| LookupError::Unreadable(error.to_string()))?;
            passages.insert(Below::Record, record);
        }
        match passages.is_empty() {
            false => Ok(passages),
            true if has_changed => Err(LookupError::Changed),
            true => Err(LookupError::NotFound),
        }
    }

    /// Reads a capture that has not changed again, from its beginning until `out` wants no more.
    pub(super) fn reread(&self, capture: CaptureId, out: &mut dyn input::Sink) -> Result<(), LookupError> {
        let Opened { format, mut reader, has_changed, .. } = self.open(capture)?;
        if has_changed {
            return Err(LookupError::Changed);
        }
        let outcome = input::read(capture, &mut reader, format.as_deref(), out);
        outcome.map(drop).map_err(|error| LookupError::Unreadable(error.to_string()))
    }

    fn open(&self, capture: CaptureId) -> Result<Opened, LookupError> {
        let index = usize::try_from(capture.0).map_err(|_| LookupError::NotFound)?;
        let (known, progress, keys) = {
            let roll = self.roll.lock().unwrap_or_else(PoisonError::into_inner);
            let known = self.captures.iter().chain(&roll.later).nth(index).cloned();
            (known.ok_or(LookupError::NotFound)?, roll.progress.get(&index).cloned(), roll.keys.clone())
        };
        let path = known.source.path().ok_or(LookupError::StandardInput)?.to_owned();
        let now = stamp(&path).ok_or_else(|| unreadable(&path))?;
        let has_changed = match (known.stamp, progress) {
            // It may have grown.
            (Some((length, _)), Some(progress)) => now.0 < length || progress.has_changed(),
            (before, _) => before != Some(now),
        };
        let keys = keys.unwrap_or(known.keys);
        let format = known.overrides.and_then(|overrides| overrides.format);
        let opened = known.source.open(None, &Arc::default());
        let reader = opened.map_err(|error| LookupError::Unreadable(error.to_string()))?;
        Ok(Opened { path, format, keys, reader, has_changed })
    }
}

/// A capture that was opened again.
struct Opened {
    path: PathBuf,
    /// The name of its format, where the user gave it.
    format: Option<String>,
    keys: Arc<Keys>,
    reader: Box<dyn Read>,
    /// Whether it is not what it was.
    has_changed: bool,
}

fn unreadable(path: &Path) -> LookupError {
    let why = path.metadata().map_or_else(|error| error.to_string(), |_| "it is no file".to_owned());
    LookupError::Unreadable(why)
}

/// A record that is no packet, as it stands in its file: up to the next one.
fn text_record(path: &Path, origin: Origin, until: Option<u64>) -> std::io::Result<Passage> {
    let mut file = File::open(path)?;
    let end = until.unwrap_or(file.metadata()?.len());
    let length = end.saturating_sub(origin.offset);
    file.seek(SeekFrom::Start(origin.offset))?;
    let mut bytes = Vec::new();
    file.take(length.min(RECORD_SHOWN)).read_to_end(&mut bytes)?;
    Ok(Passage { origin, bytes, length })
}

/// A capture being read again.
struct Search<'s> {
    pipe: Pipe,
    wanted: &'s Wanted,
    stop: &'s AtomicBool,
    entries: u32,
    is_stopped: bool,
    /// The entry that the stanza was in, where that is no packet.
    record: Option<Origin>,
    /// Where the entry after it begins.
    until: Option<u64>,
}

impl<'s> Search<'s> {
    fn new(wanted: &'s Wanted, workers: Workers, stop: &'s AtomicBool) -> Self {
        let mut pipe = Pipe::new(workers);
        pipe.results().tap = Some(Box::new(Tap::new(wanted.clone())));
        Self { pipe, wanted, stop, entries: 0, is_stopped: false, record: None, until: None }
    }

    fn found(&mut self) -> Option<Passages> {
        self.pipe.results().tap.as_mut()?.found().take()
    }

    fn has_found(&mut self) -> bool {
        self.pipe.results().tap.as_mut().is_some_and(|tap| tap.found().is_some())
    }

    /// Takes note of where an entry that is no packet begins, and whether it is the one.
    fn note(&mut self, origin: Origin) {
        match self.record {
            Some(record) if origin.offset > record.offset => self.until = self.until.or(Some(origin.offset)),
            None if origin.last == self.wanted.origin.last && origin.connection == self.wanted.origin.connection => {
                self.record = Some(origin);
            }
            _ => {}
        }
    }
}

impl input::Sink for Search<'_> {
    fn recognized(&mut self, format: &'static Format) {
        self.pipe.recognized(format);
    }

    fn entry(&mut self, entry: Located<Entry<'_>>) -> ControlFlow<()> {
        if matches!(entry.item, Entry::Message(_) | Entry::Frame(_) | Entry::Node(_) | Entry::Internal(_)) {
            self.note(entry.origin);
        }
        self.pipe.push(entry);
        let results = self.pipe.results();
        // Only the bytes are wanted.
        results.events.clear();
        results.anomalies = Default::default();
        self.entries = self.entries.wrapping_add(1);
        self.is_stopped = self.entries.is_multiple_of(ENTRIES_A_LOOK) && self.stop.load(Ordering::Relaxed);
        let is_read = if self.record.is_some() { self.until.is_some() } else { self.has_found() };
        if self.is_stopped || is_read { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn anomaly(&mut self, _anomaly: Anomaly) {}
}
