//! The events of all captures, in the order of the captures, made one analysis.

use std::collections::BTreeSet;
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::event::Event;
use super::mention::Mention;
use super::model::{Analysis, Capture, KeyLog, SeenMessage};
use super::reader::{Found, PUBLISH_EVERY};
use crate::anomaly::Anomalies;
use crate::call::{Grouping, Observed, Recording, Span};
use crate::input::TECHNIQUES;
use crate::notes::Notes;
use crate::origin::{CaptureId, ConnectionId};
use crate::protocol::binary::Jid;
use crate::spec::{Judged, Lineage};

/// Takes each snapshot; says whether it wants more.
pub type Publish<'p> = dyn FnMut(Arc<Analysis>) -> bool + 'p;

/// What an analysis has besides what was found in its captures.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    /// The key logs, in the order given.
    pub(super) key_logs: Arc<[KeyLog]>,
    /// The user's notes.
    pub(super) notes: Arc<Notes>,
    /// Which clients derive from one another.
    pub(super) lineage: Arc<Lineage>,
}

/// What was found so far, and who wants to see it.
pub(super) struct Merge<'m, 'p> {
    captures: Vec<Capture>,
    /// Bytes read of each capture, also of those whose turn has not come.
    read: Vec<Arc<AtomicU64>>,
    /// Stanzas of each capture.
    stanzas: Vec<u64>,
    grouping: Grouping,
    anomalies: Anomalies,
    messages: Vec<SeenMessage>,
    /// Nodes about calls that passed between parts of a client only.
    internal: Vec<Arc<Observed>>,
    mentions: Arc<BTreeSet<Mention>>,
    beside: Beside,
    published: Arc<Analysis>,
    /// When the last snapshot was made.
    last: Option<Instant>,
    /// Whether something was found since.
    has_news: bool,
    publish: Option<&'m mut Publish<'p>>,
    is_stopped: bool,
}

impl<'m, 'p> Merge<'m, 'p> {
    /// Nothing of these captures so far, but what the key logs told.
    pub(super) fn new(
        captures: Vec<Capture>,
        anomalies: Anomalies,
        beside: Beside,
        publish: Option<&'m mut Publish<'p>>,
    ) -> Self {
        Self {
            read: captures.iter().map(|_| Arc::default()).collect(),
            stanzas: vec![0; captures.len()],
            captures,
            grouping: Grouping::default(),
            anomalies,
            messages: Vec::new(),
            internal: Vec::new(),
            mentions: Arc::default(),
            beside,
            published: Arc::default(),
            last: None,
            has_news: false,
            publish,
            is_stopped: false,
        }
    }

    /// A capture as known by now, and where its bytes are counted.
    pub(super) fn capture(&self, index: usize) -> Option<(Capture, Arc<AtomicU64>)> {
        Some((self.captures.get(index)?.clone(), Arc::clone(self.read.get(index)?)))
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
            }
        }
        self.publish_when_due()
    }

    /// Counts further stanzas of a capture, and returns how many it has by now.
    fn count(&mut self, index: usize, more: u64) -> u64 {
        self.stanzas.get_mut(index).map_or(0, |count| {
            *count += more;
            *count
        })
    }

    /// Publishes a snapshot, if there is news and the last one is old enough. `Break` if no more is wanted.
    pub(super) fn publish_when_due(&mut self) -> ControlFlow<()> {
        let is_due = self.has_news && !self.is_stopped && self.is_watched();
        if is_due && self.last.is_none_or(|last| last.elapsed() >= PUBLISH_EVERY) {
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
            self.grouping.cover((CaptureId(u32::try_from(index).unwrap_or(u32::MAX)), Some(connection)), recording);
        }
    }

    /// Ends a capture; the next events are of the next.
    pub(super) fn end_capture(&mut self) {
        self.grouping.settle();
    }

    /// The analysis of what was found so far; complete ones have the messages.
    pub(super) fn snapshot(&mut self, complete: bool) -> Arc<Analysis> {
        for (capture, read) in self.captures.iter_mut().zip(&self.read) {
            capture.bytes = read.load(Ordering::Relaxed);
        }
        let calls = if complete { self.grouping.snapshot() } else { self.grouping.glance() };
        let mut analysis =
            Analysis::new(self.captures.clone(), calls, self.anomalies.clone(), &self.published, complete);
        let Beside { key_logs, notes, lineage } = self.beside.clone();
        (analysis.key_logs, analysis.notes, analysis.lineage) = (key_logs, notes, lineage);
        analysis.internal.clone_from(&self.internal);
        analysis.mentions = Arc::clone(&self.mentions);
        if complete {
            analysis.messages = mem::take(&mut self.messages);
            let strays = self.grouping.strays();
            analysis.strays =
                strays.map(|strays| Arc::new(Judged::new(Arc::new(strays), Arc::clone(&analysis.context))));
        }
        self.published = Arc::new(analysis);
        self.last = Some(Instant::now());
        self.has_news = false;
        Arc::clone(&self.published)
    }
}
