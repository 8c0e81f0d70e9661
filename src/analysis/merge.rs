//! The events of all captures, in the order of the captures, made one analysis.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::event::Event;
use super::follow::Progress;
use super::mention::Mention;
use super::model::{Analysis, Capture, KeyLog, SeenMessage};
use super::reader::{Found, PUBLISH_EVERY};
use crate::anomaly::Anomalies;
use crate::call::{Grouping, Observed, Recording, Span};
use crate::input::TECHNIQUES;
use crate::media::Flows;
use crate::notes::{Notes, Shelf};
use crate::origin::{CaptureId, ConnectionId};
use crate::protocol::binary::Jid;
use crate::spec::{Judged, Lineage};

/// Takes each snapshot; says whether it wants more.
pub type Publish<'p> = dyn FnMut(Arc<Analysis>) -> bool + 'p;

/// How much longer than making a snapshot takes it is until the next one.
const SNAPSHOT_SHARE: u32 = 4;

/// What an analysis has besides what was found in its captures.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    /// The key logs, in the order given.
    pub(super) key_logs: Arc<[KeyLog]>,
    /// What could not be read of each key log, by its place among them.
    pub(super) key_anomalies: Vec<Anomalies>,
    /// The user's notes, together and by capture.
    pub(super) notes: Arc<Notes>,
    pub(super) shelf: Arc<Shelf>,
    /// Which clients derive from one another.
    pub(super) lineage: Arc<Lineage>,
}

/// What was found so far, and who wants to see it.
pub(super) struct Merge<'m, 'p> {
    captures: Vec<Capture>,
    /// How far each capture was read, also those whose turn has not come.
    progress: Vec<Arc<Progress>>,
    /// Whether all of them had been read as far as they go, when that was last looked at.
    caught_up: bool,
    /// Stanzas of each capture.
    stanzas: Vec<u64>,
    grouping: Grouping,
    anomalies: Anomalies,
    messages: Vec<SeenMessage>,
    /// Nodes about calls that passed between parts of a client only.
    internal: Vec<Arc<Observed>>,
    mentions: Arc<BTreeSet<Mention>>,
    flows: BTreeMap<CaptureId, Arc<Flows>>,
    beside: Beside,
    published: Arc<Analysis>,
    /// When the last snapshot was made, and the shortest time until the next.
    last: Option<Instant>,
    interval: Duration,
    /// Whether something was found since.
    has_news: bool,
    /// Whether nothing is published before everything that there is was read.
    is_held: bool,
    publish: Option<&'m mut Publish<'p>>,
    is_stopped: bool,
}

impl<'m, 'p> Merge<'m, 'p> {
    /// Nothing of these captures so far, but what the key logs told.
    pub(super) fn new(captures: Vec<Capture>, beside: Beside, publish: Option<&'m mut Publish<'p>>) -> Self {
        Self {
            progress: captures.iter().map(|_| Arc::default()).collect(),
            caught_up: false,
            stanzas: vec![0; captures.len()],
            captures,
            grouping: Grouping::default(),
            anomalies: Anomalies::default(),
            messages: Vec::new(),
            internal: Vec::new(),
            mentions: Arc::default(),
            flows: BTreeMap::new(),
            beside,
            published: Arc::default(),
            last: None,
            interval: PUBLISH_EVERY,
            has_news: false,
            is_held: false,
            publish,
            is_stopped: false,
        }
    }

    /// A capture as known by now, and how far it was read.
    pub(super) fn capture(&self, index: usize) -> Option<(Capture, Arc<Progress>)> {
        Some((self.captures.get(index)?.clone(), Arc::clone(self.progress.get(index)?)))
    }

    /// Adds a capture that was not there before, and the key logs that belong to it.
    pub(super) fn add(&mut self, capture: Capture, key_logs: Vec<(KeyLog, Anomalies)>, shelf: &Shelf) {
        self.captures.push(capture);
        self.progress.push(Arc::default());
        self.stanzas.push(0);
        let (logs, anomalies): (Vec<_>, Vec<_>) = key_logs.into_iter().unzip();
        self.beside.key_logs = self.beside.key_logs.iter().cloned().chain(logs).collect();
        self.beside.key_anomalies.extend(anomalies);
        self.beside.notes = Arc::new(shelf.notes());
        self.beside.shelf = Arc::new(shelf.clone());
        self.has_news = true;
    }

    /// A capture cannot be read.
    pub(super) fn fail(&mut self, index: usize, capture: Capture, why: &io::Error) {
        if let (Some(known), Some(progress)) = (self.captures.get_mut(index), self.progress.get(index)) {
            *known = Capture { failure: Some(why.to_string()), ..capture };
            progress.wait();
        }
        self.has_news = true;
    }

    /// Returns whether all captures have been read as far as they go. Only what was handed on before is known then.
    pub(super) fn is_caught_up(&self) -> bool {
        self.progress.iter().all(|progress| progress.is_waiting.load(Ordering::Acquire))
    }

    /// Takes whether all captures had been read as far as they go before the last of what they found was taken.
    pub(super) const fn set_caught_up(&mut self, caught_up: bool) {
        self.has_news |= caught_up && !self.caught_up;
        self.caught_up = caught_up;
    }

    /// Takes the address of the device whose socket a capture recorded, before its first stanza.
    pub(super) fn tell(&mut self, capture: CaptureId, device: &Jid) {
        self.grouping.tell(capture, device);
    }

    /// Whether somebody wants snapshots.
    pub(super) const fn is_watched(&self) -> bool {
        self.publish.is_some()
    }

    /// Whether snapshots are wanted no longer.
    pub(super) const fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Takes what was found in a capture, whose turn it is. `Break` if no more is wanted.
    pub(super) fn take(&mut self, index: usize, found: &mut Found) -> ControlFlow<()> {
        self.add_found(index, found);
        self.publish_when_due()
    }

    /// Takes what was found in a capture, without publishing it.
    pub(super) fn add_found(&mut self, index: usize, found: &mut Found) {
        self.has_news = true;
        for event in mem::take(found).events {
            match event {
                Event::Stanza(stanza) => {
                    let seq = self.count(index, 1);
                    self.grouping.push(Observed { seq, stanza: *stanza });
                }
                Event::Internal(stanza) => {
                    let seq = self.count(index, 1);
                    self.internal.push(Arc::new(Observed { seq, stanza: *stanza }));
                }
                Event::Reported(reported) => self.grouping.report(*reported),
                Event::Recorded(recorded) => {
                    let (socket, device, recording) = *recorded;
                    self.grouping.set_local(socket, &device);
                    self.grouping.record(socket, recording);
                }
                Event::LoggedIn(login) => self.grouping.log_in(login.0, &login.1),
                Event::Others(count) => {
                    self.count(index, count);
                }
                Event::Mentions(mentions) => Arc::make_mut(&mut self.mentions).extend(mentions),
                Event::Message(message) => self.messages.push(*message),
                Event::Anomalies(anomalies) => self.anomalies.append(anomalies),
                Event::Capture(capture) => {
                    if let Some(known) = self.captures.get_mut(index) {
                        *known = *capture;
                    }
                }
                Event::Covered(covered) => self.cover(index, covered),
                Event::Flows(flows) => {
                    self.flows.insert(capture_id(index), Arc::new(*flows));
                }
            }
        }
    }

    /// Counts further stanzas of a capture, and returns how many it has by now.
    fn count(&mut self, index: usize, more: u64) -> u64 {
        self.stanzas.get_mut(index).map_or(0, |count| {
            *count += more;
            *count
        })
    }

    /// How long it is until news may be published.
    pub(super) fn patience(&self) -> Duration {
        let left = self.last.map_or(Duration::ZERO, |last| self.interval.saturating_sub(last.elapsed()));
        if self.has_news { left } else { self.interval }
    }

    /// Publishes nothing before everything that there is was read.
    pub(super) const fn hold(&mut self) {
        self.is_held = true;
    }

    /// Publishes a snapshot, if there is news and the last one is old enough. `Break` if no more is wanted.
    pub(super) fn publish_when_due(&mut self) -> ControlFlow<()> {
        self.is_held &= !self.caught_up;
        let is_due = self.has_news && !self.is_stopped && self.is_watched() && !self.is_held;
        if is_due && self.last.is_none_or(|last| last.elapsed() >= self.interval) {
            let snapshot = self.snapshot(false);
            self.is_stopped = !self.publish.as_mut().is_some_and(|publish| publish(snapshot));
        }
        if self.is_stopped { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Takes when the connections of a capture were read without a gap.
    fn cover(&mut self, index: usize, covered: Vec<(ConnectionId, Vec<Span>)>) {
        let Some(capture) = self.captures.get(index) else { return };
        let technique = TECHNIQUES.into_iter().find(|technique| *technique == capture.technique());
        for (connection, spans) in covered {
            let recording = Recording { technique: technique.unwrap_or("unknown"), spans, ..Recording::default() };
            self.grouping.cover((capture_id(index), Some(connection)), recording);
        }
    }

    /// Ends a capture; the next events are of the next.
    pub(super) fn end_capture(&mut self) {
        self.grouping.settle();
    }

    /// The analysis of what was found so far; complete ones have the messages.
    pub(super) fn snapshot(&mut self, complete: bool) -> Arc<Analysis> {
        let begun = Instant::now();
        for (capture, progress) in self.captures.iter_mut().zip(&self.progress) {
            capture.bytes = progress.bytes.load(Ordering::Relaxed);
            capture.records = progress.records.load(Ordering::Relaxed);
        }
        let calls = if complete { self.grouping.conclude() } else { self.grouping.glance() };
        let flows = if complete { self.flows.clone() } else { BTreeMap::new() };
        let mut anomalies = self.anomalies.clone();
        let Beside { key_logs, key_anomalies, notes, shelf, lineage } = self.beside.clone();
        // As origins, key logs come after the captures.
        for (place, of_log) in (self.captures.len()..).zip(key_anomalies) {
            anomalies.extend(of_log.into_iter().map(|tally| tally.of_capture(capture_id(place))));
        }
        let mut analysis = Analysis::new(self.captures.clone(), calls, flows, anomalies, &self.published, complete);
        (analysis.key_logs, analysis.notes, analysis.shelf, analysis.lineage) = (key_logs, notes, shelf, lineage);
        analysis.caught_up = self.caught_up;
        analysis.internal.clone_from(&self.internal);
        analysis.mentions = Arc::clone(&self.mentions);
        if complete {
            analysis.messages = mem::take(&mut self.messages);
            let strays = self.grouping.strays();
            let judged = |strays| Arc::new(Judged::of_strays(Arc::new(strays), &analysis.context));
            analysis.strays = strays.map(judged);
        }
        self.published = Arc::new(analysis);
        // Snapshots of many calls must not take all the time.
        self.interval = PUBLISH_EVERY.max(begun.elapsed() * SNAPSHOT_SHARE);
        self.last = Some(Instant::now());
        self.has_news = false;
        Arc::clone(&self.published)
    }
}

fn capture_id(index: usize) -> CaptureId {
    CaptureId(u32::try_from(index).unwrap_or(u32::MAX))
}
