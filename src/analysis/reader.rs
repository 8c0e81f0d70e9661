//! One capture, from its source to events.

use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::event::Event;
use super::follow::Progress;
use super::model::Capture;
use super::pipe::Pipe;
use super::source::{Counted, Live, Overrides, Source};
use super::workers::Workers;
use crate::anomaly::Anomaly;
use crate::input::diagnoses::{REPLACED, SHORTENED, SUPERSEDED, TECHNIQUE, TRUNCATED};
use crate::input::{self, Entry, Format, TECHNIQUES};
use crate::keys::PublicKey;
use crate::origin::{CaptureId, Located, Origin};
use crate::words::counted;

/// The shortest time between two snapshots, and so between two descriptions of a capture.
pub(super) const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// Entries between two looks at what was found, and at the clock.
const ENTRIES_A_LOOK: u32 = 256;

/// How many bytes of events are handed on together.
const HANDED_ON: usize = 1 << 20;

/// Takes events, in order. Those that it leaves come again, with more. Says whether more are wanted.
pub(super) type HandOn<'h> = dyn FnMut(&mut Found) -> ControlFlow<()> + 'h;

/// What was found in a capture and not yet handed on.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What was found, in order.
    pub(super) events: Vec<Event>,
    /// About how much memory that takes, in bytes.
    pub(super) weight: usize,
    /// Whether these are the last.
    pub(super) is_last: bool,
}

impl Found {
    fn push(&mut self, event: Event) {
        match (self.events.last_mut(), event) {
            (Some(Event::Others(before)), Event::Others(more)) => *before += more,
            (Some(Event::Anomalies(before)), Event::Anomalies(more)) => before.append(more),
            (_, event) => {
                self.weight += event.weight();
                self.events.push(event);
            }
        }
    }
}

/// The static keys of servers that a capture revealed.
#[derive(Debug, Default)]
pub(super) struct Statics {
    /// The keys.
    pub(super) keys: Vec<PublicKey>,
    /// Whether a session went undecrypted for want of one.
    pub(super) wanted: bool,
}

impl Statics {
    /// Adds those of the next capture.
    pub(super) fn join(&mut self, next: Self) {
        self.keys.extend(next.keys);
        self.wanted |= next.wanted;
    }
}

/// Reads a capture.
pub(super) struct Reader<'h> {
    id: CaptureId,
    capture: Capture,
    pipe: Pipe,
    /// Whether somebody wants to know how far it is.
    describes: bool,
    /// When it was described last, and how long that took.
    described: Option<(Instant, Duration)>,
    entries: u32,
    found: Found,
    hand_on: &'h mut HandOn<'h>,
    format: Option<&'static Format>,
    /// How the capture was made, as the user says.
    user_technique: Option<&'static str>,
    /// Whether it was reported that this contradicts the content.
    is_refused: bool,
    /// How it is read if its next bytes may come late.
    live: Option<Live>,
    /// How far the reading has come, and how many replacements and truncations were reported.
    progress: Arc<Progress>,
    reported: [u64; 2],
    /// The last entry.
    last: Origin,
}

impl<'h> Reader<'h> {
    /// A reader of a capture, of which name and size are known, that reports its progress.
    pub(super) fn new(
        id: CaptureId,
        (capture, progress): (Capture, Arc<Progress>),
        workers: Workers,
        describes: bool,
        live: Option<Live>,
        hand_on: &'h mut HandOn<'h>,
    ) -> Self {
        Self {
            id,
            capture,
            pipe: Pipe::new(workers),
            describes,
            described: None,
            entries: 0,
            found: Found::default(),
            hand_on,
            format: None,
            user_technique: None,
            is_refused: false,
            live,
            progress,
            reported: [0; 2],
            last: Origin::of_record(id, 1, 0, None),
        }
    }

    /// Reads the capture to its end, or until no more is wanted.
    pub(super) fn read(mut self, source: &Source, overrides: Option<&Overrides>) -> Statics {
        let technique = overrides.and_then(|overrides| overrides.technique.as_deref());
        self.user_technique = TECHNIQUES.into_iter().find(|known| Some(*known) == technique);
        let format = overrides.and_then(|overrides| overrides.format.as_deref());
        let outcome = source.open(self.live.as_ref(), &self.progress).map_err(input::Error::from).and_then(|reader| {
            let mut reader = Counted::new(reader, Arc::clone(&self.progress)).digesting(source);
            let outcome = input::read(self.id, &mut reader, format, &mut self);
            self.capture.digest = reader.digest();
            outcome
        });
        self.pipe.finish();
        match outcome {
            Ok(summary) => self.capture.container = summary.container,
            Err(error) if error.is_not_a_capture() && matches!(source, Source::FileInFolder(_)) => {}
            Err(error) => self.capture.failure = Some(error.to_string()),
        }
        self.report_changes();
        self.report_meanwhile();
        self.describe();
        self.found.push(Event::Covered(self.pipe.covered()));
        if let Some(flows) = self.pipe.flows(&self.capture) {
            self.found.push(Event::Flows(Box::new(flows)));
        }
        self.found.is_last = true;
        // Whether more is wanted makes no difference now.
        let _ = self.hand_on();
        self.progress.wait();
        let (keys, wanted) = self.pipe.server_statics();
        Statics { keys, wanted }
    }

    /// Hands on what there is, if it is much or time for it, or if nothing more may come for long.
    fn look(&mut self) -> ControlFlow<()> {
        let is_live = self.progress.is_live.load(Ordering::Relaxed);
        // The entry may be the last for long: what is said of the capture then stays. So it is said of each, unless that takes
        // longer than the entries.
        let pause = |took: Duration| if is_live { took } else { PUBLISH_EVERY };
        let is_due = self.describes && self.described.is_none_or(|(last, took)| last.elapsed() >= pause(took));
        if is_due {
            self.report_changes();
            self.describe();
        }
        if is_due || is_live || self.pipe.results().weight >= HANDED_ON {
            self.hand_on()
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Reports what happened to a followed file.
    fn report_changes(&mut self) {
        let counted = [&self.progress.replaced, &self.progress.truncated].map(|count| count.load(Ordering::Relaxed));
        let origin = Origin { connection: None, ..self.last };
        for ((count, reported), diagnosis) in counted.into_iter().zip(&mut self.reported).zip([&REPLACED, &TRUNCATED]) {
            for _ in *reported..count {
                self.pipe.results().anomalies.add(Anomaly::new(diagnosis, origin));
            }
            *reported = count;
        }
    }

    /// Reports what happened to a file that is not followed until it was read to its end.
    fn report_meanwhile(&mut self) {
        let origin = Origin { connection: None, ..self.last };
        let gone = self.progress.gone.load(Ordering::Relaxed);
        let gone =
            (gone > 0).then(|| Anomaly::new(&SHORTENED, origin).detail(format!("missing: {}", counted(gone, "byte"))));
        let is_superseded = self.progress.is_superseded.load(Ordering::Relaxed);
        let superseded = is_superseded.then(|| Anomaly::new(&SUPERSEDED, origin));
        for anomaly in gone.into_iter().chain(superseded) {
            self.pipe.results().anomalies.add(anomaly);
        }
    }

    fn describe(&mut self) {
        let begun = Instant::now();
        self.pipe.describe(&mut self.capture);
        self.found.events.retain(|event| !matches!(event, Event::Capture(_)));
        self.found.push(Event::Capture(Box::new(self.capture.clone())));
        self.described = Some((Instant::now(), begun.elapsed()));
    }

    /// Returns how a part of the capture was made that is in this format, and that names a technique or none. What the
    /// user says fills in what the content leaves open, and never overrides it.
    fn technique_of(
        &mut self,
        format: Option<&'static Format>,
        named: Option<&'static str>,
        origin: Origin,
    ) -> &'static str {
        let by_format = format.map_or("unknown", |format| format.technique);
        let Some(given) = self.user_technique else { return named.unwrap_or(by_format) };
        let contradicted = match (named, format) {
            (Some(named), _) if named != given => Some((named, format!("the file says {named}"))),
            (None, Some(format)) if !format.can_be(given) => {
                Some((by_format, format!("the format is {} ({})", format.name, format.about)))
            }
            _ => None,
        };
        let Some((technique, why)) = contradicted else { return given };
        if !self.is_refused {
            self.is_refused = true;
            let detail = format!("{given}, but {why}");
            input::Sink::anomaly(self, Anomaly::new(&TECHNIQUE, Origin { connection: None, ..origin }).detail(detail));
        }
        technique
    }

    fn hand_on(&mut self) -> ControlFlow<()> {
        let results = self.pipe.results();
        results.weight = 0;
        for (_, event) in results.events.drain(..) {
            self.found.push(event);
        }
        for reported in results.reported.drain(..) {
            self.found.push(Event::Reported(Box::new(reported)));
        }
        if !results.anomalies.is_empty() {
            self.found.push(Event::Anomalies(mem::take(&mut results.anomalies)));
        }
        (self.hand_on)(&mut self.found)
    }
}

impl input::Sink for Reader<'_> {
    fn recognized(&mut self, format: &'static Format) {
        self.capture.format = Some(format.name);
        self.format = Some(format);
        self.pipe.recognized(format);
        let technique = self.technique_of(Some(format), None, Origin::of_record(self.id, 1, 0, None));
        self.capture.technique_override = (technique != format.technique).then(|| technique.to_owned());
    }

    fn relative(&mut self) {
        self.capture.times_are_relative = true;
    }

    fn technique(&mut self, technique: &str) {
        if self.capture.technique_override.as_deref() == self.user_technique {
            self.capture.technique_override = Some(technique.to_owned());
        }
    }

    fn entry(&mut self, mut entry: Located<Entry<'_>>) -> ControlFlow<()> {
        if let Entry::Recorded(recorded) = &mut entry.item {
            let format = recorded.format.or(self.format);
            recorded.technique = Some(self.technique_of(format, recorded.technique, entry.origin));
        }
        self.last = entry.origin;
        self.pipe.push(entry);
        self.progress.records.store(self.pipe.records(), Ordering::Relaxed);
        self.entries += 1;
        // Who watches waits for no further entry: the input may be silent from here on.
        if self.describes || self.entries.is_multiple_of(ENTRIES_A_LOOK) {
            self.look()
        } else {
            ControlFlow::Continue(())
        }
    }

    fn anomaly(&mut self, anomaly: Anomaly) {
        self.pipe.results().anomalies.add(anomaly);
    }

    fn is_waited_for(&self) -> bool {
        self.progress.is_live.load(Ordering::Relaxed)
    }
}
