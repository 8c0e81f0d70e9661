//! Stanzas and events of a log on their way to the layers above, held back while something about them is open: the date,
//! or whether an ack is logged twice.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use foldhash::{HashMap, HashSet};

use super::clock::{Clock, DAY, HOUR, NEVER};
use super::entry::{Header, LogTime, LoggedEvent, LoggedNote, LoggedStanza, Precedence};
use super::names::SharedNames;
use super::twins::Twins;
use crate::anomaly::{Anomaly, Diagnosis};
use crate::input::diagnoses::{
    AMBIGUOUS, DATES_INFERRED, DIRECTIONS_INFERRED, ECHO, ELIDED, EVENT, EVENTS_LEFT_OUT, INTERNAL, LEFT_OUT, NO_DATES,
    NO_DIRECTIONS, SEVERAL_FORMATS, STAMPED, STANZA_CUT, STRAY_TEXT, TOLERANT, TOO_DEEP, XML_TOO_MANY, ZONE_ASSUMED,
    ZONE_INFERRED,
};
use crate::input::event::{CallEvent, Program};
use crate::input::model::{Ends, Entry, Format, Recorded, Sink};
use crate::input::time::{self, Moment, OfPeriod, Written};
use crate::origin::{ConnectionId, Direction, Located, Origin, Resolution};
use crate::protocol::binary::Node;
use crate::protocol::stanza;
use crate::words::counted;

/// The most stanzas that are held back.
const WAITING_LIMIT: usize = 65_536;

/// The most bytes of text that the stanzas held back were read from.
const BYTES_LIMIT: usize = 64 << 20;

/// What can be a time in seconds since the Unix epoch: ten digits.
const STAMPS: std::ops::Range<i64> = 1_000_000_000..10_000_000_000;

/// The most events that are kept, and the most calls with stanzas that are remembered.
const EVENTS_LIMIT: usize = 65_536;

/// The most events that are kept of a call: far more than programs report of one.
const EVENTS_OF_CALL: usize = 256;

/// The most vantages that are distinguished in a log.
const VANTAGES_LIMIT: usize = 256;

/// Stanzas of a log, in order.
pub(super) struct Pending {
    waiting: VecDeque<PendingItem>,
    bytes: usize,
    day: Clock,
    hour: Clock,
    zone: Clock,
    /// Whether something in the log has a time.
    has_times: bool,
    technique: Option<&'static str>,
    /// Whether the log has primary entries for what was sent, so that fallbacks are left out; `None` while that is open.
    has_primary: Option<bool>,
    vantages: HashMap<(&'static str, String), ConnectionId>,
    names: SharedNames,
    twins: Twins,
    /// How finely the times of a connection were written where it was recorded, if its header says so.
    resolutions: HashMap<ConnectionId, Resolution>,
    format: Option<&'static Format>,
    /// What was reported once per log.
    noted: Vec<&'static Diagnosis>,
    first_undated: Option<Origin>,
    first_local: Option<Origin>,
    /// How many events of calls there were, and the format of the first.
    events: usize,
    event_format: Option<&'static Format>,
    /// The calls that events are about.
    reported: BTreeMap<String, ReportedCall>,
    /// The calls of which there are stanzas.
    calls: HashSet<String>,
}

/// A call that events are about.
struct ReportedCall {
    program: &'static Program,
    first: Origin,
    events: usize,
}

/// Something that is held back.
enum Held {
    Stanza(Node),
    Event(CallEvent),
}

/// A stanza or an event that is held back.
struct PendingItem {
    origin: Origin,
    held: Held,
    time: LogTime,
    is_fallback: bool,
    is_internal: bool,
    bytes: usize,
}

impl Pending {
    pub(super) fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            day: Clock::new(DAY),
            hour: Clock::new(HOUR),
            zone: Clock::new(NEVER),
            has_times: true,
            technique: None,
            has_primary: None,
            vantages: HashMap::default(),
            names: SharedNames::default(),
            twins: Twins::default(),
            resolutions: HashMap::default(),
            format: None,
            noted: Vec::new(),
            first_undated: None,
            first_local: None,
            events: 0,
            event_format: None,
            reported: BTreeMap::new(),
            calls: HashSet::default(),
        }
    }

    /// Those of a log of lines, which has a clock of its own, or else the server's. It was made by this technique, as far
    /// as it shows.
    pub(super) fn of_lines(technique: Option<&'static str>) -> Self {
        Self { has_times: false, technique, ..Self::new() }
    }

    /// The format of the first stanza.
    pub(super) const fn format(&self) -> Option<&'static Format> {
        self.format
    }

    /// Takes the log as one in `format`, unless it is already known as one in another.
    pub(super) fn recognize(&mut self, format: &'static Format, origin: Origin, out: &mut dyn Sink) {
        match self.format {
            None => {
                self.format = Some(format);
                out.recognized(format);
            }
            Some(known) if known.name != format.name => {
                self.note(&SEVERAL_FORMATS, origin, Some(format!("{}, {}", known.name, format.name)), out);
            }
            Some(_) => {}
        }
    }

    /// Takes an event of a call from a log in `format`.
    pub(super) fn event(
        &mut self,
        format: &'static Format,
        logged: LoggedEvent,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        let LoggedEvent { event, time } = logged;
        let known = self.reported.get_mut(&event.call_id);
        if self.events == EVENTS_LIMIT || known.as_ref().is_some_and(|known| known.events == EVENTS_OF_CALL) {
            self.note(&EVENTS_LEFT_OUT, origin, None, out);
            return ControlFlow::Continue(());
        }
        match known {
            Some(known) => known.events += 1,
            None => {
                let first = ReportedCall { program: event.program, first: origin, events: 1 };
                self.reported.insert(event.call_id.clone(), first);
            }
        }
        self.events += 1;
        self.event_format.get_or_insert(format);
        let time = self.read_clock(time, None, &origin, out);
        let held = Held::Event(event);
        self.hold(PendingItem { origin, held, time, is_fallback: false, is_internal: false, bytes: 0 }, out)
    }

    /// Takes what a recorder says about media, in `format`. It waits for nothing: its times have dates.
    pub(super) fn media_note(
        &mut self,
        format: &'static Format,
        noted: LoggedNote,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        let origin = time::at(origin, self.moment(noted.time));
        out.entry(Located::new(origin, Entry::Media(noted.note)))
    }

    /// The format of the first event, if there was any.
    pub(super) const fn event_format(&self) -> Option<&'static Format> {
        self.event_format
    }

    /// Reports, for each program, the calls that only its events show.
    pub(super) fn report_events(&self, out: &mut dyn Sink) {
        let mut programs: BTreeMap<&str, (u64, &Program, Origin)> = BTreeMap::new();
        for (_, reported) in self.reported.iter().filter(|(call, _)| !self.calls.contains(*call)) {
            let program = reported.program;
            let (calls, _, first) = programs.entry(program.name).or_insert((0, program, reported.first));
            *calls += 1;
            if reported.first.first < first.first {
                *first = reported.first;
            }
        }
        for (calls, Program { name, advice, .. }, first) in programs.into_values() {
            let detail = format!("{} from {name}; to get stanzas, {advice}", counted(calls, "call"));
            out.anomaly(Anomaly::new(&EVENT, first).detail(detail));
        }
    }

    /// Takes how the stanzas of a vantage were recorded.
    pub(super) fn header(
        &mut self,
        format: &'static Format,
        header: Header,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        let Header { vantage, mut recorded, server, clock, resolution, capture, unknown } = header;
        for (diagnosis, what) in unknown {
            out.anomaly(Anomaly::new(diagnosis, origin).detail(format!("line {}: {what}", origin.last)));
        }
        if let Some(technique) = recorded.technique {
            out.technique(technique);
        }
        let client = named(format, &vantage);
        let connection = self.connection(format, vantage, origin, out)?;
        if server.is_some() {
            let ends = Entry::Ends(Ends { client: Some(&client), server: server.as_deref() });
            out.entry(Located::new(Origin { connection: Some(connection), ..origin }, ends))?;
        }
        recorded.clock = Some(self.names.clock(clock, connection));
        recorded.original = self.names.original(capture);
        if let Some(resolution) = resolution {
            self.resolutions.insert(connection, resolution);
        }
        out.entry(Located::new(Origin { connection: Some(connection), ..origin }, Entry::Recorded(recorded)))
    }

    /// Takes a decrypted frame, a flag byte and WABinary.
    pub(super) fn frame(
        &mut self,
        format: &'static Format,
        vantage: String,
        plaintext: &[u8],
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        if origin.direction.is_none() {
            self.note(&DIRECTIONS_INFERRED, origin, None, out);
        }
        let connection = Some(self.connection(format, vantage, origin, out)?);
        out.entry(Located::new(Origin { connection, ..origin }, Entry::Frame(plaintext)))
    }

    /// Takes the next stanza, which was read from `bytes` bytes at `origin`.
    pub(super) fn push(
        &mut self,
        format: &'static Format,
        stanza: LoggedStanza,
        mut origin: Origin,
        bytes: usize,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        self.report(&stanza, origin, out);
        let LoggedStanza { node, direction, time, vantage, precedence, is_internal, .. } = stanza;
        if is_internal {
            out.anomaly(Anomaly::new(&INTERNAL, origin));
        } else {
            origin.direction = direction.or_else(|| self.infer_direction(&node, origin, out));
        }
        let connection = self.connection(format, vantage, origin, out)?;
        origin.connection = Some(connection);
        let time = self.read_clock(time, Some(&node), &origin, out);
        if let Some(call_id) = node.children().find_map(|child| child.text("call-id"))
            && self.calls.len() < EVENTS_LIMIT
            && !self.calls.contains(&*call_id)
        {
            self.calls.insert(call_id.into_owned());
        }
        match precedence {
            Precedence::Only => {}
            Precedence::Primary => self.has_primary = Some(true),
            Precedence::Fallback if self.has_primary == Some(true) => {
                out.anomaly(Anomaly::new(&ECHO, Origin { connection: None, ..origin }));
                return ControlFlow::Continue(());
            }
            Precedence::Fallback => {}
            Precedence::OneOf(hook) if self.twins.has_twin(hook, connection, origin.direction, &node) => {
                out.anomaly(Anomaly::new(&ECHO, Origin { connection: None, ..origin }));
                return ControlFlow::Continue(());
            }
            Precedence::OneOf(_) => {}
        }
        let is_fallback = precedence == Precedence::Fallback;
        self.hold(PendingItem { origin, held: Held::Stanza(node), time, is_fallback, is_internal, bytes }, out)
    }

    fn hold(&mut self, item: PendingItem, out: &mut dyn Sink) -> ControlFlow<()> {
        self.bytes += item.bytes;
        self.waiting.push_back(item);
        if self.waiting.len() > WAITING_LIMIT || self.bytes > BYTES_LIMIT {
            self.settle();
        }
        self.release(out)
    }

    /// Releases everything, and reports what was inferred.
    pub(super) fn finish(&mut self, out: &mut dyn Sink) -> ControlFlow<()> {
        self.settle();
        self.release(out)?;
        if let Some(origin) = self.first_undated {
            let relative = self.day.is_relative() || self.hour.is_relative();
            if relative {
                out.relative();
            }
            out.anomaly(Anomaly::new(if relative { &NO_DATES } else { &DATES_INFERRED }, origin));
        }
        if let Some(origin) = self.first_local {
            let is_assumed = self.zone.is_relative();
            out.anomaly(Anomaly::new(if is_assumed { &ZONE_ASSUMED } else { &ZONE_INFERRED }, origin));
        }
        ControlFlow::Continue(())
    }

    fn settle(&mut self) {
        self.has_primary.get_or_insert(false);
        for waiting in &self.waiting {
            match waiting.time {
                LogTime::OfDay(_) => self.day.settle(),
                LogTime::OfHour(_) => self.hour.settle(),
                LogTime::Local(_) => self.zone.settle(),
                LogTime::None | LogTime::At(_) | LogTime::Relative(_) => {}
            }
        }
    }

    /// Passes on what nothing is open about any more.
    fn release(&mut self, out: &mut dyn Sink) -> ControlFlow<()> {
        while let Some(first) = self.waiting.front() {
            let is_open = match first.time {
                LogTime::OfDay(read) => !self.day.is_set(read.time),
                LogTime::OfHour(read) => !self.hour.is_set(read.time),
                LogTime::Local(read) => !self.zone.is_set(read.time.0),
                LogTime::None | LogTime::At(_) | LogTime::Relative(_) => false,
            };
            if is_open || (first.is_fallback && self.has_primary.is_none()) {
                break;
            }
            let Some(waiting) = self.waiting.pop_front() else { break };
            let PendingItem { mut origin, held, time, is_fallback, is_internal, bytes } = waiting;
            self.bytes = self.bytes.saturating_sub(bytes);
            if is_fallback && self.has_primary == Some(true) {
                out.anomaly(Anomaly::new(&ECHO, Origin { connection: None, ..origin }));
                continue;
            }
            if matches!(time, LogTime::Relative(_)) {
                out.relative();
            }
            origin = time::at(origin, self.moment(time));
            let coarsest = origin.connection.and_then(|connection| self.resolutions.get(&connection));
            origin.resolution = origin.resolution.max(coarsest.copied().unwrap_or_default());
            let entry = match held {
                Held::Event(event) => Entry::Event(event),
                Held::Stanza(node) if is_internal => Entry::Internal(node),
                Held::Stanza(node) => Entry::Node(node),
            };
            out.entry(Located::new(origin, entry))?;
        }
        ControlFlow::Continue(())
    }

    /// The moment of a time, which a clock without dates has read.
    fn moment(&self, time: LogTime) -> Option<Moment> {
        let dated = |clock: &Clock, read: OfPeriod| {
            Some(Written { time: clock.moment(read.time), resolution: read.resolution })
        };
        match time {
            LogTime::None => None,
            LogTime::At(moment) | LogTime::Relative(moment) => Some(moment),
            LogTime::OfDay(read) => dated(&self.day, read),
            LogTime::OfHour(read) => dated(&self.hour, read),
            LogTime::Local(Written { time, resolution }) => {
                Some(Written { time: self.zone.moment(time.0), resolution })
            }
        }
    }

    /// Reads a clock that has no dates or no zone, and sets it by what the server stamped on the stanza, if it is one. In a
    /// log without times that stamp is the time.
    fn read_clock(&mut self, time: LogTime, node: Option<&Node>, origin: &Origin, out: &mut dyn Sink) -> LogTime {
        let is_call = node.is_some_and(|node| node.tag() == "call");
        let is_new =
            |node: &&Node| origin.direction != Some(Direction::Outbound) && node.attribute("offline").is_none();
        let stamped = node.filter(is_new).and_then(|node| node.text("t")?.parse().ok());
        let stamped = stamped.filter(|seconds| STAMPS.contains(seconds));
        // An event has the time of the program that reports it.
        self.has_times |= node.is_some() && time != LogTime::None;
        let (clock, shown) = match time {
            LogTime::OfDay(shown) => (&mut self.day, shown),
            LogTime::OfHour(shown) => (&mut self.hour, shown),
            LogTime::Local(moment) => {
                self.first_local.get_or_insert(Origin { connection: None, ..*origin });
                if let Some(seconds) = stamped {
                    self.zone.learn_zone(moment.time.0, seconds, is_call);
                }
                return time;
            }
            LogTime::None if origin.direction == Some(Direction::Inbound) && !self.has_times => {
                let time = LogTime::from(stamped.and_then(time::whole_number));
                if time != LogTime::None {
                    self.note(&STAMPED, Origin { connection: None, ..*origin }, None, out);
                }
                return time;
            }
            LogTime::None | LogTime::At(_) | LogTime::Relative(_) => return time,
        };
        self.first_undated.get_or_insert(Origin { connection: None, ..*origin });
        let read = clock.read(shown.time);
        if let Some(seconds) = stamped {
            clock.learn(read, seconds, is_call);
        }
        let read = OfPeriod { time: read, ..shown };
        if matches!(time, LogTime::OfDay(_)) { LogTime::OfDay(read) } else { LogTime::OfHour(read) }
    }

    /// The direction of a stanza by its addresses, reported as inferred from these.
    fn infer_direction(&mut self, node: &Node, origin: Origin, out: &mut dyn Sink) -> Option<Direction> {
        let direction = stanza::direction_of(node);
        self.note(if direction.is_some() { &DIRECTIONS_INFERRED } else { &NO_DIRECTIONS }, origin, None, out);
        direction
    }

    /// The connection of a vantage, a new one if it was not seen before.
    fn connection(
        &mut self,
        format: &'static Format,
        vantage: String,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<(), ConnectionId> {
        let key = (format.name, vantage);
        if let Some(known) = self.vantages.get(&key) {
            return ControlFlow::Continue(*known);
        }
        let id = ConnectionId(u32::try_from(self.vantages.len().min(VANTAGES_LIMIT)).unwrap_or(u32::MAX));
        if self.vantages.len() < VANTAGES_LIMIT {
            let name = named(format, &key.1);
            let is_named = !key.1.is_empty();
            self.vantages.insert(key, id);
            let ends = Entry::Ends(Ends { client: Some(&name), server: None });
            let origin = Origin { connection: Some(id), ..origin };
            out.entry(Located::new(origin, ends))?;
            if format.client.is_some() || self.technique.is_some() {
                if let Some(technique) = self.technique {
                    out.technique(technique);
                }
                let client = format.client.map(|client| client.name);
                let omits_own_acks = format.client.is_some_and(|client| client.omits_own_acks);
                let technique = self.technique;
                let session = is_named.then(|| name.clone());
                let recorded = Recorded {
                    format: Some(format),
                    client,
                    technique,
                    session,
                    omits_own_acks,
                    ..Recorded::default()
                };
                out.entry(Located::new(origin, Entry::Recorded(recorded)))?;
            }
        }
        ControlFlow::Continue(id)
    }

    fn report(&mut self, stanza: &LoggedStanza, origin: Origin, out: &mut dyn Sink) {
        let departures = stanza.departures;
        if stanza.is_part {
            out.anomaly(Anomaly::new(&LEFT_OUT, origin).detail(format!("in line {}", origin.last)));
        }
        if stanza.is_cut {
            out.anomaly(Anomaly::new(&STANZA_CUT, origin).detail(format!("in line {}", origin.last)));
        }
        for (diagnosis, is_so) in [
            (&TOLERANT, departures.tolerant && !stanza.is_cut),
            (&TOO_DEEP, departures.too_deep > 0),
            (&XML_TOO_MANY, departures.too_many > 0),
            (&STRAY_TEXT, departures.stray_text > 0),
        ] {
            if is_so {
                out.anomaly(Anomaly::new(diagnosis, origin).detail(format!("in line {}", origin.last)));
            }
        }
        for (diagnosis, count) in [(&ELIDED, departures.elided), (&AMBIGUOUS, departures.ambiguous)] {
            if count > 0 {
                out.anomaly(Anomaly::new(diagnosis, origin));
            }
        }
    }

    /// Reports a diagnosis, once per log.
    fn note(&mut self, diagnosis: &'static Diagnosis, origin: Origin, detail: Option<String>, out: &mut dyn Sink) {
        if !self.noted.contains(&diagnosis) {
            self.noted.push(diagnosis);
            let anomaly = Anomaly::new(diagnosis, origin);
            out.anomaly(match detail {
                Some(detail) => anomaly.detail(detail),
                None => anomaly,
            });
        }
    }
}

/// What a vantage of a log is called as the client's end of a connection.
fn named(format: &Format, vantage: &str) -> String {
    if vantage.is_empty() { format.name.to_owned() } else { format!("{}, {vantage}", format.name) }
}
