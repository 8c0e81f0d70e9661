//! Captures and keys in, an analysis out.

use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::pipe::{Feed, Pipe, Yield};
use super::source::{Counted, Source};
use super::{Analysis, Capture};
use crate::anomaly::Anomalies;
use crate::input;
use crate::keys::{Keys, PublicKey};
use crate::notes::{Notes, Shelf};
use crate::origin::CaptureId;

/// The shortest time between two snapshots.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// Entries between two looks at the clock.
const ENTRIES_A_LOOK: u32 = 256;

/// What is to be read.
#[derive(Debug)]
pub struct Request {
    sources: Vec<Source>,
    keys: Keys,
    key_logs: Vec<String>,
    key_anomalies: Anomalies,
    keeps_messages: bool,
    shelf: Shelf,
}

/// Takes each snapshot; says whether it wants more.
pub type Publish<'p> = dyn FnMut(Arc<Analysis>) -> bool + 'p;

impl Request {
    /// To read these captures, in this order.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Self {
        Self {
            sources,
            keys: Keys::default(),
            key_logs: Vec::new(),
            key_anomalies: Anomalies::default(),
            keeps_messages: false,
            shelf: Shelf::default(),
        }
    }

    /// Sets the user's notes on each capture, [`Analysis::notes`].
    pub fn set_shelf(&mut self, shelf: Shelf) {
        self.shelf = shelf;
    }

    /// The user's notes on each capture.
    #[must_use]
    pub const fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Asks for the messages of all websockets too, [`Analysis::messages`]; they come with the complete analysis only.
    pub const fn keep_messages(&mut self) {
        self.keeps_messages = true;
    }

    /// Adds the keys of a log called `name`. Lines that cannot be read become anomalies.
    ///
    /// # Errors
    /// If `log` cannot be read.
    pub fn read_key_log(&mut self, name: String, log: impl BufRead) -> io::Result<()> {
        let reading = self.keys.read_log(log)?;
        let place = self.sources.len() + self.key_logs.len();
        for anomaly in reading.anomalies(CaptureId(u32::try_from(place).unwrap_or(u32::MAX))) {
            self.key_anomalies.add(anomaly);
        }
        self.key_logs.push(name);
        Ok(())
    }

    /// Reads everything.
    #[must_use]
    pub fn load(self) -> Arc<Analysis> {
        self.load_publishing(&mut |_| true)
    }

    /// Reads everything, and gives a snapshot now and then, the last one complete. Stops when `publish` wants no
    /// more.
    ///
    /// A session can need the server's static key, which only another session reveals: if that one comes later,
    /// the captures are read a second time.
    pub fn load_publishing(self, publish: &mut Publish<'_>) -> Arc<Analysis> {
        let mut keys = Arc::new(self.keys.clone());
        let mut pass = Pass::new(&self, Arc::clone(&keys));
        let mut analysis = pass.run(publish);
        let learnt: Vec<_> =
            pass.server_statics.iter().filter(|key| !keys.server_statics().contains(key)).copied().collect();
        let repeatable = self.sources.iter().all(Source::is_repeatable);
        if pass.wants_server_static && !learnt.is_empty() && repeatable && !pass.stopped {
            for key in learnt {
                Arc::make_mut(&mut keys).add_server_static(key);
            }
            analysis = Pass::new(&self, keys).run(publish);
        }
        publish(Arc::clone(&analysis));
        analysis
    }
}

/// All captures, read once.
struct Pass<'r> {
    request: &'r Request,
    keys: Arc<Keys>,
    notes: Arc<Notes>,
    results: Yield,
    captures: Vec<Capture>,
    published: Arc<Analysis>,
    last: Instant,
    server_statics: Vec<PublicKey>,
    wants_server_static: bool,
    stopped: bool,
}

impl<'r> Pass<'r> {
    fn new(request: &'r Request, keys: Arc<Keys>) -> Self {
        let captures = request.sources.iter().map(|source| Capture {
            name: source.name(),
            size: source.size(),
            ..Capture::default()
        });
        Self {
            request,
            keys,
            notes: Arc::new(request.shelf.notes()),
            results: Yield {
                anomalies: request.key_anomalies.clone(),
                messages: request.keeps_messages.then(Vec::new),
                ..Yield::default()
            },
            captures: captures.collect(),
            published: Arc::default(),
            last: Instant::now(),
            server_statics: Vec::new(),
            wants_server_static: false,
            stopped: false,
        }
    }

    fn run(&mut self, publish: &mut Publish<'_>) -> Arc<Analysis> {
        for (index, source) in self.request.sources.iter().enumerate() {
            if self.stopped {
                break;
            }
            self.capture(index, source, publish);
            self.results.grouping.settle();
        }
        self.snapshot(!self.stopped)
    }

    fn capture(&mut self, index: usize, source: &Source, publish: &mut Publish<'_>) {
        let id = CaptureId(u32::try_from(index).unwrap_or(u32::MAX));
        let read = Arc::new(AtomicU64::new(0));
        let mut pipe = Pipe::new(Arc::clone(&self.keys));
        self.results.stanzas = 0;
        let outcome = source.open().map_err(input::Error::from).and_then(|reader| {
            let mut entries = 0;
            let mut results = std::mem::take(&mut self.results);
            let goes_on = |pipe: &Pipe, results: &mut Yield| {
                entries += 1;
                if entries % ENTRIES_A_LOOK == 0 && self.last.elapsed() >= PUBLISH_EVERY {
                    self.describe(index, pipe, &read);
                    std::mem::swap(results, &mut self.results);
                    let wanted = publish(self.snapshot(false));
                    std::mem::swap(results, &mut self.results);
                    self.stopped |= !wanted;
                }
                if self.stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let mut reader = Counted::new(reader, Arc::clone(&read));
            let outcome =
                input::read(id, &mut reader, None, &mut Feed { pipe: &mut pipe, results: &mut results, goes_on });
            self.results = results;
            outcome
        });
        pipe.finish(&mut self.results);
        self.describe(index, &pipe, &read);
        let (statics, wanted) = pipe.server_statics();
        self.server_statics.extend(statics);
        self.wants_server_static |= wanted;
        let Some(capture) = self.captures.get_mut(index) else { return };
        match outcome {
            Ok(summary) => capture.format = Some(summary.format),
            Err(input::Error::Empty | input::Error::Unrecognized | input::Error::Unread(_))
                if matches!(source, Source::FileInFolder(_)) => {}
            Err(error) => capture.failure = Some(error.to_string()),
        }
    }

    fn describe(&mut self, index: usize, pipe: &Pipe, read: &AtomicU64) {
        if let Some(capture) = self.captures.get_mut(index) {
            capture.bytes = read.load(Ordering::Relaxed);
            pipe.describe(capture);
        }
    }

    fn snapshot(&mut self, complete: bool) -> Arc<Analysis> {
        let Yield { grouping, anomalies, .. } = &mut self.results;
        let mut analysis =
            Analysis::new(self.captures.clone(), grouping.snapshot(), anomalies.clone(), &self.published, complete);
        analysis.key_logs.clone_from(&self.request.key_logs);
        analysis.notes = Arc::clone(&self.notes);
        if complete {
            analysis.messages = self.results.messages.take().unwrap_or_default();
        }
        self.published = Arc::new(analysis);
        self.last = Instant::now();
        Arc::clone(&self.published)
    }
}
