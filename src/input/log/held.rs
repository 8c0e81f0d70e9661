//! Stanzas of a log on their way to the stanza layer, held back while something about them is open: the date, or
//! whether an ack stands in the log twice.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;

use super::super::{Ends, Entry, Format, Reading, Recorded, Sink};
use super::clock::{Clock, DAY, HOUR};
use super::diagnoses::{
    AMBIGUOUS, CUT, DATES_INFERRED, DIRECTIONS_INFERRED, ECHOES, ELIDED, EVENT, INTERNAL, NO_DATES, NO_DIRECTIONS,
    SEVERAL_FORMATS, STRAY_TEXT, TOLERANT, TOO_DEEP,
};
use super::line::{Event, Found, Header, LineFormat, Stamp, Standing};
use super::shared::Shared;
use crate::anomaly::{Anomaly, Diagnosis};
use crate::origin::{ConnectionId, Direction, Located, Origin};
use crate::protocol::binary::Node;
use crate::protocol::stanza;

/// The most stanzas that wait.
const WAITING_LIMIT: usize = 65_536;

/// The most bytes of text that the waiting stanzas were read from.
const BYTES_LIMIT: usize = 64 << 20;

/// What can be a time in seconds since the Unix epoch: ten digits.
const STAMPS: std::ops::Range<i64> = 1_000_000_000..10_000_000_000;

/// The most events that are kept, and calls with stanzas that are known beside them.
const EVENTS_LIMIT: usize = 65_536;

/// The most clients that are told apart in a log.
const CLIENTS_LIMIT: usize = 256;

/// Stanzas of a log, in order.
pub(super) struct Held {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    day: Clock,
    hour: Clock,
    /// Whether the log has what was sent as such, so that acks that stand in it twice are left out; `None` if that is
    /// open.
    has_sent: Option<bool>,
    clients: HashMap<(&'static str, String), ConnectionId>,
    shared: Shared,
    format: Option<&'static Format>,
    /// The first place of each note that is made once a log.
    noted: Vec<&'static Diagnosis>,
    first_undated: Option<Origin>,
    /// Events of calls, and the calls of which there are stanzas.
    events: Vec<(Event, Origin)>,
    calls: HashSet<String>,
}

struct Waiting {
    origin: Origin,
    node: Node,
    stamp: Stamp,
    is_echo: bool,
    is_internal: bool,
    bytes: usize,
}

impl Held {
    pub(super) fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            day: Clock::new(DAY),
            hour: Clock::new(HOUR),
            has_sent: None,
            clients: HashMap::new(),
            shared: Shared::default(),
            format: None,
            noted: Vec::new(),
            first_undated: None,
            events: Vec::new(),
            calls: HashSet::new(),
        }
    }

    /// The format of the first stanza.
    pub(super) const fn format(&self) -> Option<&'static Format> {
        self.format
    }

    /// Takes a log for one in `format`, if it is not known for one in another.
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

    /// Takes events of calls.
    pub(super) fn events(&mut self, events: Vec<Event>, origin: Origin) {
        let room = EVENTS_LIMIT.saturating_sub(self.events.len());
        self.events.extend(events.into_iter().take(room).map(|event| (event, origin)));
    }

    /// Whether there were any.
    pub(super) const fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Reports events of calls of which the log has no stanza.
    fn report_events(&self, out: &mut dyn Sink) {
        for (Event { call_id, kind, time }, origin) in &self.events {
            if !self.calls.contains(call_id) {
                let when = if time.is_empty() { String::new() } else { format!(" at {time}") };
                let what = format!("{kind} of call {call_id}{when}, line {}", origin.last);
                out.anomaly(Anomaly::new(&EVENT, *origin).detail(what));
            }
        }
    }

    /// Takes what a file says of how the stanzas of a client were recorded.
    pub(super) fn header(
        &mut self,
        format: &'static Format,
        header: Header,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        let Header { client, mut recorded, clock, capture, unknown } = header;
        for (diagnosis, what) in unknown {
            out.anomaly(Anomaly::new(diagnosis, origin).detail(format!("line {}: {what}", origin.last)));
        }
        if let Some(technique) = recorded.technique {
            out.technique(technique);
        }
        let connection = self.connection(format, client, origin, out)?;
        recorded.clock = Some(self.shared.clock(clock, connection));
        recorded.original = self.shared.original(capture);
        out.entry(Located::new(Origin { connection: Some(connection), ..origin }, Entry::Recorded(recorded)))
    }

    /// Takes a decrypted frame, a flag byte and WABinary.
    pub(super) fn frame(
        &mut self,
        format: &'static Format,
        client: String,
        plaintext: &[u8],
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        if origin.direction.is_none() {
            self.note(&DIRECTIONS_INFERRED, origin, None, out);
        }
        let connection = Some(self.connection(format, client, origin, out)?);
        out.entry(Located::new(Origin { connection, ..origin }, Entry::Frame(plaintext)))
    }

    /// Takes the next stanza, which was read from `bytes` bytes at `origin`.
    pub(super) fn push(
        &mut self,
        format: &'static Format,
        found: Found,
        mut origin: Origin,
        bytes: usize,
        out: &mut dyn Sink,
    ) -> ControlFlow<()> {
        self.recognize(format, origin, out);
        self.report(&found, origin, out);
        let Found { node, direction, stamp, client, standing, is_internal, .. } = found;
        if is_internal {
            out.anomaly(Anomaly::new(&INTERNAL, origin));
        } else {
            origin.direction = direction.or_else(|| self.infer_direction(&node, origin, out));
        }
        origin.connection = Some(self.connection(format, client, origin, out)?);
        let stamp = self.read_clock(stamp, &node, &origin);
        if let Some(call_id) = node.children().iter().find_map(|child| child.text("call-id"))
            && self.calls.len() < EVENTS_LIMIT
        {
            self.calls.insert(call_id.into_owned());
        }
        match standing {
            Standing::Only => {}
            Standing::Sent => self.has_sent = Some(true),
            Standing::Echo if self.has_sent == Some(true) => {
                out.anomaly(Anomaly::new(&ECHOES, Origin { connection: None, ..origin }));
                return ControlFlow::Continue(());
            }
            Standing::Echo => {}
        }
        self.bytes += bytes;
        let is_echo = standing == Standing::Echo;
        self.waiting.push_back(Waiting { origin, node, stamp, is_echo, is_internal, bytes });
        if self.waiting.len() > WAITING_LIMIT || self.bytes > BYTES_LIMIT {
            self.settle();
        }
        self.release(out)
    }

    /// Lets go of everything, and says what was inferred.
    pub(super) fn finish(&mut self, out: &mut dyn Sink) -> ControlFlow<()> {
        self.settle();
        self.release(out)?;
        self.report_events(out);
        if let Some(origin) = self.first_undated {
            let relative = self.day.is_relative() || self.hour.is_relative();
            if relative {
                out.relative();
            }
            out.anomaly(Anomaly::new(if relative { &NO_DATES } else { &DATES_INFERRED }, origin));
        }
        ControlFlow::Continue(())
    }

    fn settle(&mut self) {
        self.has_sent.get_or_insert(false);
        for waiting in &self.waiting {
            match waiting.stamp {
                Stamp::OfDay(_) => self.day.settle(),
                Stamp::OfHour(_) => self.hour.settle(),
                Stamp::None | Stamp::At(_) | Stamp::Relative(_) => {}
            }
        }
    }

    /// Gives what waits no longer.
    fn release(&mut self, out: &mut dyn Sink) -> ControlFlow<()> {
        while let Some(first) = self.waiting.front() {
            let is_open = match first.stamp {
                Stamp::OfDay(_) => !self.day.is_set(),
                Stamp::OfHour(_) => !self.hour.is_set(),
                Stamp::None | Stamp::At(_) | Stamp::Relative(_) => false,
            };
            if is_open || (first.is_echo && self.has_sent.is_none()) {
                break;
            }
            let Some(waiting) = self.waiting.pop_front() else { break };
            let Waiting { mut origin, node, stamp, is_echo, is_internal, bytes } = waiting;
            self.bytes = self.bytes.saturating_sub(bytes);
            if is_echo && self.has_sent == Some(true) {
                out.anomaly(Anomaly::new(&ECHOES, Origin { connection: None, ..origin }));
                continue;
            }
            origin.time = match stamp {
                Stamp::None => None,
                Stamp::At(time) => Some(time),
                Stamp::Relative(time) => {
                    out.relative();
                    Some(time)
                }
                Stamp::OfDay(read) => Some(self.day.moment(read)),
                Stamp::OfHour(read) => Some(self.hour.moment(read)),
            };
            let entry = if is_internal { Entry::Internal(node) } else { Entry::Node(node) };
            out.entry(Located::new(origin, entry))?;
        }
        ControlFlow::Continue(())
    }

    /// Reads a clock that has no dates, and sets it by what the server stamped on the stanza.
    fn read_clock(&mut self, stamp: Stamp, node: &Node, origin: &Origin) -> Stamp {
        let (clock, shown) = match stamp {
            Stamp::OfDay(shown) => (&mut self.day, shown),
            Stamp::OfHour(shown) => (&mut self.hour, shown),
            Stamp::None | Stamp::At(_) | Stamp::Relative(_) => return stamp,
        };
        self.first_undated.get_or_insert(Origin { connection: None, ..*origin });
        let read = clock.read(shown);
        let stamped = node.text("t").and_then(|t| t.parse().ok()).filter(|seconds| STAMPS.contains(seconds));
        if let Some(seconds) = stamped
            && origin.direction != Some(Direction::Outbound)
            && node.attribute("offline").is_none()
        {
            clock.learn(read, seconds, node.tag == "call");
        }
        if matches!(stamp, Stamp::OfDay(_)) { Stamp::OfDay(read) } else { Stamp::OfHour(read) }
    }

    /// Which way a stanza went by its addresses, and a note that it follows from these.
    fn infer_direction(&mut self, node: &Node, origin: Origin, out: &mut dyn Sink) -> Option<Direction> {
        let direction = stanza::direction_of(node);
        self.note(if direction.is_some() { &DIRECTIONS_INFERRED } else { &NO_DIRECTIONS }, origin, None, out);
        direction
    }

    /// The connection of a client, a new one if it was not seen before.
    fn connection(
        &mut self,
        format: &'static Format,
        client: String,
        origin: Origin,
        out: &mut dyn Sink,
    ) -> ControlFlow<(), ConnectionId> {
        let name = if client.is_empty() { format.name.to_owned() } else { format!("{}, {client}", format.name) };
        let key = (format.name, client);
        if let Some(known) = self.clients.get(&key) {
            return ControlFlow::Continue(*known);
        }
        let id = ConnectionId(u32::try_from(self.clients.len().min(CLIENTS_LIMIT)).unwrap_or(u32::MAX));
        if self.clients.len() < CLIENTS_LIMIT {
            self.clients.insert(key, id);
            let ends = Entry::Ends(Ends { client: Some(&name), server: None });
            let origin = Origin { connection: Some(id), ..origin };
            out.entry(Located::new(origin, ends))?;
            if let Reading::Lines(LineFormat { program: Some(program), omits_own_acks, .. }) = format.reading {
                let recorded = Recorded { client: Some(program), omits_own_acks, ..Recorded::default() };
                out.entry(Located::new(origin, Entry::Recorded(recorded)))?;
            }
        }
        ControlFlow::Continue(id)
    }

    fn report(&mut self, found: &Found, origin: Origin, out: &mut dyn Sink) {
        let departures = found.departures;
        if found.is_cut {
            out.anomaly(Anomaly::new(&CUT, origin).detail(format!("in line {}", origin.last)));
        }
        for (diagnosis, is_so) in [
            (&TOLERANT, departures.tolerant && !found.is_cut),
            (&TOO_DEEP, departures.too_deep > 0),
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

    /// Makes a note, once a log.
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
