//! What a format of log lines is, and what it makes of a line.

use memchr::memmem;

use super::super::Recorded;
use crate::anomaly::Diagnosis;
use crate::origin::{Direction, Timestamp};
use crate::protocol::binary::Node;
use crate::protocol::xml::{self, Departures, Dialect, End};

/// A format of the lines of a client's log.
#[derive(Debug)]
pub(in crate::input) struct LineFormat {
    /// What every entry's first line has one of, somewhere. An entry ends at the latest before the next line that has
    /// one of these, or one of a format that is tried earlier.
    pub(super) markers: &'static [&'static str],
    /// What other lines of the same client have, at whatever level it logs.
    pub(super) signs: &'static [&'static str],
    /// Which level or option makes the client print stanzas, as a sentence.
    pub(super) advice: &'static str,
    /// The client program whose log it is, under the name that [`Recorded`] gives it.
    pub(super) program: Option<&'static str>,
    /// Whether the program logs none of the acks that it sends.
    pub(super) omits_own_acks: bool,
    /// Whether an input with its signs is read for no other format, and blank lines and lines that begin with `#` are
    /// comments in it.
    pub(super) is_alone: bool,
    /// Reads the entry that a text begins with.
    pub(super) read: fn(&Text<'_>) -> Outcome,
}

impl LineFormat {
    /// Whether an input that begins with these bytes is read for no other format.
    pub(in crate::input) fn claims(&self, beginning: &[u8]) -> bool {
        self.is_alone && self.is_in(beginning)
    }

    /// Whether a text has one of the signs of its client.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.signs.iter().any(|sign| memmem::find(text, sign.as_bytes()).is_some())
    }
}

/// Lines of a log from one with a marker on: without colours, and without what wraps them, where that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'t> {
    /// The lines, with their ends.
    pub(super) text: &'t str,
    /// Whether the entry cannot go on behind them.
    pub(super) is_all: bool,
}

impl<'t> Text<'t> {
    /// The first line, without its end.
    pub(super) fn line(&self) -> &'t str {
        self.text.lines().next().unwrap_or_default()
    }
}

/// What a format makes of lines.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    /// They are no entry of this format after all.
    Unrelated,
    /// The entry goes on, and more lines are needed. What is made of it when there are none is [`Broken`](Self::Broken)
    /// or what was read.
    More,
    /// The first lines are an entry.
    Read {
        /// How many.
        lines: usize,
        /// The stanzas in them; an entry may have none.
        found: Vec<Found>,
    },
    /// The first lines tell of events of calls, and hold no stanza.
    Events {
        /// How many.
        lines: usize,
        /// The events.
        events: Vec<Event>,
    },
    /// The first lines say how what follows was recorded.
    Header {
        /// How many.
        lines: usize,
        /// What they say.
        header: Box<Header>,
    },
    /// The first lines are an entry with a stanza that cannot be read.
    Broken {
        /// How many.
        lines: usize,
        /// Why not, as a clause.
        why: &'static str,
    },
}

impl Outcome {
    /// The same of as many lines as `were` says that so many were.
    pub(super) fn of_lines(mut self, were: impl Fn(usize) -> usize) -> Self {
        match &mut self {
            Self::Read { lines, .. }
            | Self::Events { lines, .. }
            | Self::Header { lines, .. }
            | Self::Broken { lines, .. } => *lines = were((*lines).max(1)),
            Self::Unrelated | Self::More => {}
        }
        self
    }
}

/// An event of a call that a client logged in the place of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// The call-id.
    pub(super) call_id: String,
    /// What happened, in the client's word.
    pub(super) kind: String,
    /// When, as the client wrote it; empty where it did not.
    pub(super) time: String,
}

/// How the stanzas of one client were recorded, as their file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Header {
    /// Which client, as in [`Found::client`].
    pub(super) client: String,
    /// What is said.
    pub(super) recorded: Recorded,
    /// The name of the clock that it shares with all others that name it; empty for a clock of its own.
    pub(super) clock: String,
    /// The name of the capture that it comes from; those that name none come from one.
    pub(super) capture: String,
    /// What is said and not known here, each with what it is.
    pub(super) unknown: Vec<(&'static Diagnosis, String)>,
}

/// A stanza in a log.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    /// The stanza.
    pub(super) node: Node,
    /// How it departed from well-formed XML.
    pub(super) departures: Departures,
    /// Whether it was cut.
    pub(super) is_cut: bool,
    /// Which way it went, if the log says so.
    pub(super) direction: Option<Direction>,
    /// When it was logged, as far as the log says.
    pub(super) stamp: Stamp,
    /// Which of several clients of this format it is, in words for people; empty if nothing tells.
    pub(super) client: String,
    /// Whether it may stand twice in the log.
    pub(super) standing: Standing,
    /// Whether it passed between parts of the client only, and was never on the network.
    pub(super) is_internal: bool,
}

impl Found {
    /// A stanza of which nothing else is known.
    pub(super) const fn of(node: Node, departures: Departures) -> Self {
        Self {
            node,
            departures,
            is_cut: false,
            direction: None,
            stamp: Stamp::None,
            client: String::new(),
            standing: Standing::Only,
            is_internal: false,
        }
    }
}

/// When something was logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stamp {
    /// The log does not say.
    #[default]
    None,
    /// Then.
    At(Timestamp),
    /// At this time of an unknown day, in nanoseconds since its midnight, in an unknown time zone.
    OfDay(i64),
    /// At this time of an unknown hour, in nanoseconds since its beginning.
    OfHour(i64),
    /// At this time, counted from no known date.
    Relative(Timestamp),
}

/// Whether a stanza may stand twice in its log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// It stands once.
    #[default]
    Only,
    /// It stands once, and shows that all that was sent stands in the log so.
    Sent,
    /// It may stand a second time, as [`Sent`](Self::Sent), and counts only where the log has none of these.
    Echo,
}

/// The stanza that `text` begins with, in a log of this dialect: a whole one, or a cut one if `is_all`.
///
/// # Errors
/// With the outcome, if there is none, or it is not whole. It is said to have one line.
pub(super) fn stanza(text: &str, dialect: Dialect, is_all: bool) -> Result<(Found, usize), Outcome> {
    let reading = xml::read(text, dialect);
    let is_cut = reading.end == End::Cut;
    if is_cut && !is_all {
        return Err(Outcome::More);
    }
    match reading.node {
        Some(node) if !node.tag.is_empty() => {
            let found = Found { is_cut, ..Found::of(node, reading.departures) };
            Ok((found, reading.length))
        }
        _ => Err(Outcome::Unrelated),
    }
}

/// How many lines the first `length` bytes of a text take.
pub(super) fn lines_in(text: &str, length: usize) -> usize {
    let part = text.get(..length).unwrap_or(text);
    memchr::memchr_iter(b'\n', part.as_bytes()).count() + usize::from(!part.ends_with('\n'))
}

/// Nanoseconds of a time written `hh:mm:ss`, with or without a fraction, and how long the writing is.
pub(super) fn time_of_day(text: &str) -> Option<(i64, usize)> {
    let seconds = sexagesimal(text, 3)?;
    let whole = "hh:mm:ss".len();
    let (fraction, length) = fraction(text.get(whole..).unwrap_or_default());
    (seconds < 86_400).then_some((seconds * 1_000_000_000 + fraction, whole + length))
}

/// A moment given as a number of milliseconds, to the nanosecond where it is small; `None` out of all bounds.
pub(super) fn milliseconds(number: f64) -> Option<Timestamp> {
    if number.abs() >= 9e12 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within bounds")]
    let [whole, fraction] = [number.trunc(), (number.fract() * 1e6).round()].map(|number| number as i64);
    Some(Timestamp(whole * 1_000_000 + fraction))
}

/// Nanoseconds of a time written `mm:ss`, with or without a fraction, and how long the writing is.
pub(super) fn time_of_hour(text: &str) -> Option<(i64, usize)> {
    let seconds = sexagesimal(text, 2)?;
    let whole = "mm:ss".len();
    let (fraction, length) = fraction(text.get(whole..).unwrap_or_default());
    (seconds < 3_600).then_some((seconds * 1_000_000_000 + fraction, whole + length))
}

/// The seconds of a time of this many parts, two digits each, the last of them seconds.
fn sexagesimal(text: &str, parts: usize) -> Option<i64> {
    let mut sum = 0;
    for part in 0..parts {
        let at = part * 3;
        if part > 0 && text.as_bytes().get(at - 1) != Some(&b':') {
            return None;
        }
        let digits = text.get(at..at + 2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let value: i64 = digits.parse().ok()?;
        if value > 60 {
            return None;
        }
        sum = sum * 60 + value;
    }
    Some(sum)
}

/// Nanoseconds of the fraction that a text begins with, and how long its writing is.
fn fraction(text: &str) -> (i64, usize) {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return (0, 0) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let kept = rest.get(..digits.min(9)).unwrap_or_default();
    (format!("{kept:0<9}").parse().unwrap_or_default(), digits + 1)
}
