//! A format of log lines, and what it reads from them.

use memchr::memmem;
use serde::Deserialize;

use crate::anomaly::Diagnosis;
use crate::input::clients::Client;
use crate::input::event::CallEvent;
use crate::input::model::Recorded;
use crate::input::recorder::MediaNote;
use crate::input::time::{Moment, OfPeriod};
use crate::origin::{Direction, Resolution};
use crate::protocol::binary::{ITEM_LIMIT, Node};
use crate::protocol::xml::{self, Departures, Dialect, End};

/// A format of the lines of a log.
#[derive(Debug)]
pub(in crate::input) struct LineFormat {
    /// The client whose log it is, if it is one's.
    pub(in crate::input) client: Option<&'static Client>,
    /// Texts of which the first line of every entry contains at least one. An entry ends at the latest before the next
    /// line that contains one of these, or one of a format that is tried earlier.
    pub(in crate::input) markers: &'static [&'static str],
    /// Whether an entry may go on over lines with markers.
    pub(super) spans_markers: bool,
    /// Texts that occur in other lines of the same log.
    pub(super) signs: &'static [&'static str],
    /// Whether an input with its signs is read as no other format, and its blank lines and lines that begin with `#`
    /// are comments.
    pub(super) is_exclusive: bool,
    /// Reads the entry that a text begins with.
    pub(super) read: fn(&Text<'_>) -> Parsed,
}

impl LineFormat {
    /// The lines of a client's log.
    pub(super) const fn of(client: &'static Client, read: fn(&Text<'_>) -> Parsed) -> Self {
        let (markers, signs) = (client.markers, client.signs);
        Self { client: Some(client), markers, spans_markers: false, signs, is_exclusive: false, read }
    }

    /// Lines of no particular client's.
    pub(super) const fn of_no_client(markers: &'static [&'static str], read: fn(&Text<'_>) -> Parsed) -> Self {
        Self { client: None, markers, spans_markers: false, signs: &[], is_exclusive: false, read }
    }

    /// Returns whether an input that begins with these bytes is read as no other format.
    pub(in crate::input) fn claims(&self, beginning: &[u8]) -> bool {
        self.is_exclusive && self.has_sign(beginning)
    }

    /// Returns whether a text contains one of the signs.
    pub(super) fn has_sign(&self, text: &[u8]) -> bool {
        self.signs.iter().any(|sign| memmem::find(text, sign.as_bytes()).is_some())
    }
}

/// Lines of a log from one with a marker on, without colours and known envelopes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    /// The lines, with their ends.
    pub(super) text: &'t str,
    /// Whether the entry cannot continue after them.
    pub(super) is_all: bool,
}

impl<'t> Text<'t> {
    /// The first line, without its end.
    pub(super) fn line(&self) -> &'t str {
        let line = memchr::memchr(b'\n', self.text.as_bytes()).and_then(|end| self.text.get(..end));
        line.map_or(self.text, |line| line.strip_suffix('\r').unwrap_or(line))
    }
}

/// What a format reads from lines.
pub(super) type Parsed = Result<LogEntry, NoEntry>;

/// An entry of a log.
#[derive(Debug, PartialEq)]
pub(super) struct LogEntry {
    /// How many lines it takes.
    pub(super) lines: usize,
    /// What it holds.
    pub(super) content: EntryContent,
}

/// What an entry of a log holds.
#[derive(Debug, PartialEq)]
pub(super) enum EntryContent {
    /// Stanzas; there may be none.
    Stanzas(Vec<LoggedStanza>),
    /// Events of calls, and no stanza.
    Events(Vec<LoggedEvent>),
    /// What a recorder says about media.
    Note(LoggedNote),
    /// How what follows was recorded.
    Header(Box<Header>),
}

/// Why lines do not begin with an entry that can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoEntry {
    /// They are no entry of this format.
    Unrelated,
    /// They are no entry, and neither is any of so many lines.
    Nothing {
        /// How many.
        lines: usize,
    },
    /// The entry continues, and more lines are needed.
    Incomplete,
    /// They are one line of which the program that printed it left out what matters.
    LeftOut,
    /// They are an entry that should hold a stanza, which cannot be read.
    Unreadable {
        /// How many lines it takes.
        lines: usize,
        /// Why not, as a clause.
        why: &'static str,
    },
}

impl LogEntry {
    /// An entry of this many lines that holds one stanza.
    pub(super) fn stanza(lines: usize, stanza: LoggedStanza) -> Parsed {
        Ok(Self { lines, content: EntryContent::Stanzas(vec![stanza]) })
    }

    /// An entry of one line about media.
    pub(super) const fn note(note: LoggedNote) -> Parsed {
        Ok(Self { lines: 1, content: EntryContent::Note(note) })
    }

    /// An entry of this many lines that holds events of calls.
    pub(super) const fn events(lines: usize, events: Vec<LoggedEvent>) -> Parsed {
        Ok(Self { lines, content: EntryContent::Events(events) })
    }
}

impl NoEntry {
    /// An entry of one line that cannot be read.
    pub(super) const fn unreadable(why: &'static str) -> Self {
        Self::Unreadable { lines: 1, why }
    }
}

/// An event of a call that a program logged instead of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoggedEvent {
    /// The event.
    pub(super) event: CallEvent,
    /// When, as far as the log says.
    pub(super) time: LogTime,
}

/// What a client's recorder says about its media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LoggedNote {
    /// What.
    pub(super) note: MediaNote,
    /// When.
    pub(super) time: LogTime,
}

/// How the stanzas of one vantage were recorded, as their file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    /// Which vantage, as in [`LoggedStanza::vantage`].
    pub(super) vantage: String,
    /// How they were recorded.
    pub(super) recorded: Recorded,
    /// The server, as the header names it.
    pub(super) server: Option<String>,
    /// The name of the clock that it shares with all others that name it; empty for a clock of its own.
    pub(super) clock: String,
    /// How finely its times were written where it was recorded, if that is coarser than they are written here.
    pub(super) resolution: Option<Resolution>,
    /// The name of the capture that it comes from; those that name none come from one.
    pub(super) capture: String,
    /// Values that are not known here, each with what it is.
    pub(super) unknown: Vec<(&'static Diagnosis, String)>,
}

/// A stanza in a log.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LoggedStanza {
    /// The stanza.
    pub(super) node: Node,
    /// How it departed from well-formed XML.
    pub(super) departures: Departures,
    /// Whether it was cut.
    pub(super) is_cut: bool,
    /// Whether the program that printed it left out parts of it.
    pub(super) is_part: bool,
    /// Which way it went, if the log says so.
    pub(super) direction: Option<Direction>,
    /// When it was logged, as far as the log says.
    pub(super) time: LogTime,
    /// Which of several clients in this log it is of, in words for people; empty if nothing shows.
    pub(super) vantage: String,
    /// Whether it may be logged twice.
    pub(super) precedence: Precedence,
    /// Whether it only passed between parts of the client and was never on the network.
    pub(super) is_internal: bool,
}

impl LoggedStanza {
    /// A stanza of which nothing else is known.
    pub(super) const fn of(node: Node, departures: Departures) -> Self {
        Self {
            node,
            departures,
            is_cut: false,
            is_part: false,
            direction: None,
            time: LogTime::None,
            vantage: String::new(),
            precedence: Precedence::Only,
            is_internal: false,
        }
    }
}

/// When something was logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LogTime {
    /// The log does not say.
    #[default]
    None,
    /// Then.
    At(Moment),
    /// At this date and time, counted as at UTC, in an unknown time zone.
    Local(Moment),
    /// At this time of an unknown day, in nanoseconds since its midnight, in an unknown time zone.
    OfDay(OfPeriod),
    /// At this time of an unknown hour, in nanoseconds since its beginning.
    OfHour(OfPeriod),
    /// At this time, counted from no known date.
    Relative(Moment),
}

impl From<Option<Moment>> for LogTime {
    fn from(time: Option<Moment>) -> Self {
        time.map_or(Self::None, Self::At)
    }
}

/// Which of two log entries for the same stanza counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Precedence {
    /// It is logged once.
    #[default]
    Only,
    /// It counts, and shows that the log has such an entry for everything that was sent.
    Primary,
    /// It counts only in a log without [`Primary`](Self::Primary) entries.
    Fallback,
    /// The hook of this name logged it, and another of the same client may have too.
    OneOf(&'static str),
}

/// The stanza that `text` begins with, and its length, in a log of this dialect: a whole one, or a cut one if `is_all`.
///
/// # Errors
/// If there is none, or it is not whole.
pub(super) fn stanza(text: &str, dialect: Dialect, is_all: bool) -> Result<(LoggedStanza, usize), NoEntry> {
    let reading = xml::read(text, dialect);
    let is_cut = reading.end == End::Cut;
    if is_cut && !is_all {
        return Err(NoEntry::Incomplete);
    }
    match reading.node {
        Some(node) if !node.tag().is_empty() => {
            let stanza = LoggedStanza { is_cut, ..LoggedStanza::of(node, reading.departures) };
            Ok((stanza, reading.length))
        }
        _ => Err(NoEntry::Unrelated),
    }
}

/// The stanza that the field `xml` of an entry of this many lines holds.
///
/// # Errors
/// If there is no such field, or no stanza in it.
pub(super) fn stanza_in_field(xml: Option<&str>, dialect: Dialect, lines: usize) -> Result<LoggedStanza, NoEntry> {
    let unreadable = |why| NoEntry::Unreadable { lines, why };
    let xml = xml.ok_or(unreadable("it has no field `xml`"))?;
    let (stanza, _) = stanza(xml, dialect, true).map_err(|_| unreadable("its field `xml` is not XML"))?;
    Ok(stanza)
}

/// Returns whether JSON may have more values than a stanza has items: each can take much more memory than its text.
pub(super) fn has_too_many_values(text: &str) -> bool {
    text.len() > ITEM_LIMIT && memchr::memchr_iter(b',', text.as_bytes()).nth(ITEM_LIMIT).is_some()
}

/// The JSON value that a text begins with. Of a repeated member the last counts, as usual.
///
/// # Errors
/// If there is no JSON of this type, or it [has too many values](has_too_many_values).
pub(super) fn json<'t, T: Deserialize<'t>>(text: &'t str) -> serde_json::Result<T> {
    if has_too_many_values(text) {
        return Err(serde::de::Error::custom("it has too many values"));
    }
    T::deserialize(&mut serde_json::Deserializer::from_str(text))
}

impl From<serde_json::Error> for NoEntry {
    fn from(error: serde_json::Error) -> Self {
        Self::unreadable(match error.classify() {
            serde_json::error::Category::Eof => "its JSON is truncated",
            serde_json::error::Category::Data => "a field has an invalid value, or there are too many values",
            _ => "its JSON is invalid",
        })
    }
}

/// How many lines the first `length` bytes of a text take.
pub(super) fn lines_in(text: &str, length: usize) -> usize {
    let part = text.get(..length).unwrap_or(text);
    memchr::memchr_iter(b'\n', part.as_bytes()).count() + usize::from(!part.ends_with('\n'))
}
