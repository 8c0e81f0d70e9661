//! Finds the lines of a log that have a marker, and hands each to the formats that it may be in.
//!
//! Blocks are searched for all markers at once; lines without one are only counted.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::ControlFlow;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use memchr::{memchr, memchr_iter, memmem, memrchr};

use super::entry::{EntryContent, LineFormat, LogEntry, NoEntry, Parsed, Text};
use super::envelope::{continues, unwrapped};
use super::pending::Pending;
use crate::anomaly::Anomaly;
use crate::input::diagnoses::{ENTRY_UNREADABLE, LEFT_OUT, NO_STANZAS, NOT_UTF8, TOO_LONG, UNRELATED};
use crate::input::lines::{self, LONGEST_LINE};
use crate::input::model::{Error, Format, Sink};
use crate::input::source::Source;
use crate::origin::Origin;

/// A format of lines under its name.
type Named = (&'static Format, &'static LineFormat);

/// The most bytes that an entry of several lines has.
const LONGEST_ENTRY: usize = 4 << 20;

/// How much of a log is searched for the signs of clients that print no stanzas.
const SIGNS_WITHIN: usize = 1 << 20;

/// Reads a log, and returns the format of its first entry with the number of its lines; `None` if it has no line in
/// any of the formats.
pub(in crate::input) fn read(
    source: &mut Source<'_>,
    mut formats: Vec<Named>,
    out: &mut dyn Sink,
) -> Result<Option<(&'static Format, u64)>, Error> {
    let beginning = source.data().get(..SIGNS_WITHIN).unwrap_or(source.data());
    let sign = sign_in(beginning, &formats);
    let technique = technique_in(beginning);
    let has_comments = sign.is_some_and(|(_, lines)| lines.is_exclusive);
    if has_comments {
        formats.retain(|(_, lines)| lines.is_exclusive);
    }
    let markers = formats.iter().flat_map(|(_, lines)| lines.markers.iter().copied());
    // The markers are constants, and few: there is always a searcher for them.
    let Ok(search) = searcher(markers) else { return Ok(None) };
    let named = formats.clone();
    let formats = formats.into_iter().map(|(format, lines)| Candidate::new(format, lines)).collect();
    let mut scanner = Scanner {
        formats,
        named,
        last: None,
        sign,
        searched: 0,
        has_comments,
        lines: 0,
        of_entries: 0,
        comments: 0,
        first_unrelated: None,
        pieces: Pieces::default(),
        pending: Pending::of_lines(technique),
    };
    source.skip_byte_order_mark();
    let flow = scanner.scan(source, &search, out)?;
    if flow.is_continue() && scanner.pending.finish(out).is_continue() {
        scanner.report_unrelated(source, out);
    }
    let Scanner { lines, mut pending, sign, .. } = scanner;
    let origin = Origin::of_record(source.capture(), lines, 0, None);
    if pending.format().is_none()
        && let Some((format, _)) = sign
    {
        let advice = format.client.map_or("", |client| client.advice);
        pending.recognize(format, origin, out);
        out.anomaly(Anomaly::new(&NO_STANZAS, origin).detail(format!("this is a log of {}, {advice}", format.name)));
    } else {
        if let (None, Some(format)) = (pending.format(), pending.event_format()) {
            pending.recognize(format, origin, out);
        }
        pending.report_events(out);
    }
    Ok(pending.format().map(|format| (format, lines)))
}

/// Returns whether the whole lines of an input that begins so hold what an entry of one of these formats does.
pub(in crate::input) fn has_entry(beginning: &[u8], formats: impl Iterator<Item = Named>) -> bool {
    let whole = memrchr(b'\n', beginning).map_or(0, |end| end + 1);
    let lines = beginning.get(..whole).unwrap_or_default();
    let mut markers = formats.filter(|(_, lines)| !lines.spans_markers).flat_map(|(_, lines)| lines.markers);
    markers.any(|marker| memmem::find(lines, marker.as_bytes()).is_some())
}

/// Finds the first of these markers in a text. Only where the leftmost counts are they searched for many bytes at once.
fn searcher(markers: impl Iterator<Item = &'static str>) -> Result<AhoCorasick, BuildError> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(markers)
}

/// The format whose log this is, as far as lines without stanzas show.
fn sign_in(beginning: &[u8], formats: &[Named]) -> Option<Named> {
    formats.iter().find(|(_, lines)| lines.has_sign(beginning)).copied()
}

/// What the tools of a technique say of themselves.
const TECHNIQUES: &[(&str, &str)] =
    &[("dynamic instrumentation toolkit", "frida-hooking"), ("Spawned `com.whatsapp", "frida-hooking")];

/// The technique by which a log was made, if it shows.
fn technique_in(beginning: &[u8]) -> Option<&'static str> {
    TECHNIQUES.iter().find(|(sign, _)| memmem::find(beginning, sign.as_bytes()).is_some()).map(|(_, name)| *name)
}

/// Returns whether a line is blank or begins with `#`.
fn is_comment(line: &[u8]) -> bool {
    matches!(line.trim_ascii_start(), [] | [b'#', ..])
}

/// A format, ready to be looked for.
struct Candidate {
    format: &'static Format,
    lines: &'static LineFormat,
    markers: Vec<memmem::Finder<'static>>,
    /// Finds what its entries do not go on over, once one of several lines was seen.
    ends: OnceCell<Option<AhoCorasick>>,
    /// Finds its markers and those of the formats before it, once it had an entry.
    first: OnceCell<Option<First>>,
}

/// Finds the first of some formats that a line may be in.
struct First {
    search: AhoCorasick,
    /// Which format each of the markers is of.
    formats: Vec<usize>,
}

impl Candidate {
    fn new(format: &'static Format, lines: &'static LineFormat) -> Self {
        let markers = lines.markers.iter().map(|marker| memmem::Finder::new(marker.as_bytes())).collect();
        Self { format, lines, markers, ends: OnceCell::new(), first: OnceCell::new() }
    }

    /// Returns whether a line has one of its markers.
    fn may_be(&self, line: &[u8]) -> bool {
        self.markers.iter().any(|marker| marker.find(line).is_some())
    }
}

impl First {
    /// Of these formats, each of which is tried before the next.
    fn of(formats: &[Candidate]) -> Option<Self> {
        let markers =
            || formats.iter().zip(0..).flat_map(|(it, index)| it.lines.markers.iter().map(move |it| (index, *it)));
        let search = searcher(markers().map(|(_, marker)| marker)).ok()?;
        Some(Self { search, formats: markers().map(|(index, _)| index).collect() })
    }

    /// Returns where the first marker in a line is.
    fn find(&self, line: &[u8]) -> Option<usize> {
        self.search.find(line).map(|hit| hit.start())
    }

    /// Returns the first of the formats that have a marker in a line.
    fn format(&self, line: &[u8]) -> Option<usize> {
        let (mut first, mut from) = (None, 0);
        // Of markers that begin at one place, the search finds that of the first format.
        while let Some(hit) = self.search.find(line.get(from..)?) {
            let format = self.formats.get(hit.pattern().as_usize()).copied();
            first = [first, format].into_iter().flatten().min();
            if first == Some(0) {
                break;
            }
            from += hit.start() + 1;
        }
        first
    }
}

struct Scanner {
    formats: Vec<Candidate>,
    /// The formats, by whose signs a log without stanzas is recognised.
    named: Vec<Named>,
    sign: Option<Named>,
    /// The format of the last entry, which is likely to be that of the next line.
    last: Option<usize>,
    /// How many bytes were searched for signs.
    searched: usize,
    /// Whether blank lines and lines that begin with `#` are comments.
    has_comments: bool,
    /// Lines before the source's data.
    lines: u64,
    /// How many of them were those of entries.
    of_entries: u64,
    /// How many others were comments.
    comments: u64,
    first_unrelated: Option<u64>,
    pieces: Pieces,
    pending: Pending,
}

/// What became of the lines that the data begin with.
enum Step {
    /// This many bytes of them were an entry.
    Entry(usize),
    /// The first so many bytes are nothing of interest.
    Unrelated(usize),
    /// No more is wanted.
    Enough,
}

impl Scanner {
    /// Reads to the end of the input.
    fn scan(
        &mut self,
        source: &mut Source<'_>,
        search: &AhoCorasick,
        out: &mut dyn Sink,
    ) -> Result<ControlFlow<()>, Error> {
        let mut searched = 0;
        loop {
            let data = source.data();
            let hit = || search.find(data.get(searched..).unwrap_or_default()).map(|hit| searched + hit.start());
            let Some(place) = self.likely_hit(data).or_else(hit) else {
                // What may be the beginning of a marker is looked at again with what follows.
                let line = memrchr(b'\n', data).map_or(0, |end| end + 1);
                let overlap = search.max_pattern_len();
                let begin = self.pieces.begin_of(data, line);
                let is_long = data.len() - line > LONGEST_LINE;
                self.skip(source, if is_long { line } else { begin });
                if is_long {
                    self.skip_long_line(source, out)?;
                }
                let left = source.data().len();
                searched = left.saturating_sub(overlap);
                if !source.fill(left + 1)? {
                    self.skip(source, left);
                    return Ok(ControlFlow::Continue(()));
                }
                continue;
            };
            let line = memrchr(b'\n', data.get(..place).unwrap_or_default()).map_or(0, |end| end + 1);
            let begin = self.pieces.begin_of(data, line);
            self.skip(source, begin);
            searched = 0;
            let Some(length) = line_length(source, place - begin)? else {
                self.skip_long_line(source, out)?;
                continue;
            };
            let length = whole_line(source, length)?;
            match self.entry(source, length, place - begin, out)? {
                Step::Entry(length) => {
                    let before = self.lines;
                    self.count(source, length);
                    self.of_entries += self.lines - before;
                    self.consume(source, length);
                }
                Step::Unrelated(length) => {
                    self.last = None;
                    self.skip(source, length);
                }
                Step::Enough => return Ok(ControlFlow::Break(())),
            }
        }
    }

    /// The place of a marker in the line that the data begin with, if it is in the format of the entry before it, or in one
    /// that is tried before that. Few markers are found faster than all.
    fn likely_hit(&self, data: &[u8]) -> Option<usize> {
        let first = self.first_of(self.last?)?;
        let line = memchr(b'\n', data)?;
        first.find(data.get(..=line)?)
    }

    /// What finds the first of the formats that are tried up to this one.
    fn first_of(&self, index: usize) -> Option<&First> {
        let formats = self.formats.get(..=index)?;
        formats.last()?.first.get_or_init(|| First::of(formats)).as_ref()
    }

    /// Skips bytes that are no entry.
    fn skip(&mut self, source: &mut Source<'_>, length: usize) {
        let before = self.lines;
        self.count(source, length);
        let part = source.data().get(..length).unwrap_or_default();
        if self.sign.is_none() && self.searched < SIGNS_WITHIN && self.pending.format().is_none() {
            self.searched += part.len();
            self.sign = sign_in(part, &self.named);
        }
        let mut unrelated = (before + 1..=self.lines).zip(part.split(|byte| *byte == b'\n'));
        if self.has_comments {
            let is_comment = |(_, line): &(u64, &[u8])| is_comment(line);
            self.comments += unrelated.clone().filter(is_comment).count() as u64;
            self.first_unrelated =
                self.first_unrelated.or(unrelated.find(|line| !is_comment(line)).map(|(number, _)| number));
        } else if self.lines > before {
            self.first_unrelated.get_or_insert(before + 1);
        }
        self.consume(source, length);
    }

    fn consume(&mut self, source: &mut Source<'_>, length: usize) {
        source.consume(length);
        self.pieces.consumed(length);
    }

    /// Counts the lines that the first `length` bytes of the data have.
    fn count(&mut self, source: &Source<'_>, length: usize) {
        let part = source.data().get(..length).unwrap_or_default();
        self.lines += memchr_iter(b'\n', part).count() as u64;
        if part.len() == source.data().len() && part.last().is_some_and(|last| *last != b'\n') {
            self.lines += 1;
        }
    }

    fn skip_long_line(&mut self, source: &mut Source<'_>, out: &mut dyn Sink) -> Result<(), Error> {
        let origin = Origin::of_record(source.capture(), self.lines + 1, source.offset(), None);
        self.pieces = Pieces::default();
        if let Some(lines::Line::TooLong(bytes)) = lines::next(source)? {
            self.lines += 1;
            out.anomaly(Anomaly::new(&TOO_LONG, origin).bytes(bytes));
        }
        Ok(())
    }

    /// Reads the entry that the data begin with, the first line of which has `length` bytes, and no marker before `place`.
    fn entry(
        &mut self,
        source: &mut Source<'_>,
        length: usize,
        place: usize,
        out: &mut dyn Sink,
    ) -> Result<Step, Error> {
        if self.has_comments && is_comment(source.data().get(..length).unwrap_or_default()) {
            return Ok(Step::Unrelated(length));
        }
        let mut nothing = length;
        let marked = source.data().get(place..length).unwrap_or_default();
        let first = self.last.and_then(|last| self.first_of(last)?.format(marked));
        for index in first.unwrap_or(0)..self.formats.len() {
            let Some(candidate) = self.formats.get(index) else { break };
            let line = source.data().get(..length).unwrap_or_default();
            if first != Some(index) && !candidate.may_be(line) {
                continue;
            }
            let format = candidate.format;
            let (parsed, is_lossy) = self.read(index, source, length)?;
            let at = Origin::of_record(source.capture(), self.lines + 1, source.offset(), None);
            let (lines, stanzas) = match parsed {
                Err(NoEntry::Unrelated | NoEntry::Incomplete) => continue,
                Err(NoEntry::Nothing { lines }) => {
                    nothing = lines_length(source.data(), lines.max(1)).max(length);
                    continue;
                }
                Err(NoEntry::LeftOut) => {
                    self.pending.recognize(format, at, out);
                    out.anomaly(Anomaly::new(&LEFT_OUT, at).detail(format!("line {}", at.last)));
                    (1, Vec::new())
                }
                Err(NoEntry::Unreadable { lines, why }) => {
                    // Of a known client's log it may be a line like any other.
                    if format.client.is_some() || self.pending.format().is_none() {
                        self.pending.recognize(format, at, out);
                    }
                    out.anomaly(Anomaly::new(&ENTRY_UNREADABLE, at).detail(format!("line {}: {why}", at.last)));
                    (lines, Vec::new())
                }
                Ok(LogEntry { lines, content: EntryContent::Stanzas(stanzas) }) => (lines, stanzas),
                Ok(LogEntry { lines, content: EntryContent::Events(events) }) => {
                    let origin = Origin { last: at.first + lines.max(1) as u64 - 1, ..at };
                    for event in events {
                        if self.pending.event(format, event, origin, out).is_break() {
                            return Ok(Step::Enough);
                        }
                    }
                    (lines, Vec::new())
                }
                Ok(LogEntry { lines, content: EntryContent::Note(note) }) => {
                    if self.pending.media_note(format, note, at, out).is_break() {
                        return Ok(Step::Enough);
                    }
                    (lines, Vec::new())
                }
                Ok(LogEntry { lines, content: EntryContent::Header(header) }) => {
                    if self.pending.header(format, *header, at, out).is_break() {
                        return Ok(Step::Enough);
                    }
                    (lines, Vec::new())
                }
            };
            self.last = Some(index);
            let length = lines_length(source.data(), lines.max(1));
            let origin = Origin { last: at.first + lines.max(1) as u64 - 1, ..at };
            if is_lossy && !stanzas.is_empty() {
                out.anomaly(Anomaly::new(&NOT_UTF8, origin).detail(format!("line {}", origin.first)));
            }
            let bytes = length / stanzas.len().max(1);
            for stanza in stanzas {
                if self.pending.push(format, stanza, origin, bytes, out).is_break() {
                    return Ok(Step::Enough);
                }
            }
            return Ok(Step::Entry(length));
        }
        Ok(Step::Unrelated(nothing))
    }

    fn report_unrelated(&self, source: &Source<'_>, out: &mut dyn Sink) {
        let count = self.lines - self.of_entries - self.comments;
        if let (Some(first), true) = (self.first_unrelated, count > 0 && self.pending.format().is_some()) {
            let origin = Origin::of_record(source.capture(), first, 0, None);
            out.anomaly(Anomaly::new(&UNRELATED, origin).detail(format!("{count} of {}", self.lines)));
        }
    }

    /// Reads the entry that the data begin with in the format of an index, with as many lines as it takes, and returns also
    /// whether they were changed to be text.
    fn read(&self, index: usize, source: &mut Source<'_>, first_line: usize) -> Result<(Parsed, bool), Error> {
        let Some(Candidate { lines: format, .. }) = self.formats.get(index) else {
            return Ok((Err(NoEntry::Unrelated), false));
        };
        let mut length = first_line;
        let mut is_all = false;
        loop {
            let bytes = source.data().get(..length).unwrap_or_default();
            let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
            let is_lossy = matches!(text, Cow::Owned(_));
            let unwrapped = unwrapped(&text);
            let mut parsed = (format.read)(&Text { text: &unwrapped.text, is_all });
            if is_all || !matches!(parsed, Err(NoEntry::Incomplete)) {
                if let Ok(LogEntry { lines, .. })
                | Err(NoEntry::Unreadable { lines, .. } | NoEntry::Nothing { lines }) = &mut parsed
                {
                    *lines = unwrapped.were((*lines).max(1));
                }
                return Ok((parsed, is_lossy));
            }
            (length, is_all) = self.extend(index, source, length)?;
        }
    }

    /// Adds lines to the first `length` bytes, several times as many as there are, up to the next line with a marker.
    /// Returns how many bytes that are, and whether there can be no more.
    fn extend(&self, index: usize, source: &mut Source<'_>, length: usize) -> Result<(usize, bool), Error> {
        let wanted = length.saturating_mul(4).min(length.max(LONGEST_ENTRY));
        // More than what has arrived may never come.
        let is_end = !source.reach(length + 1);
        let arrived = source.data().len().min(wanted);
        let limit = match line_length(source, arrived.saturating_sub(1).max(length))? {
            Some(limit) if !is_end => limit,
            _ => source.data().len(),
        };
        let more = source.data().get(length..limit).unwrap_or_default();
        if let Some(next) = self.ends_of(index).and_then(|ends| ends.find(more)) {
            let line = memrchr(b'\n', more.get(..next.start()).unwrap_or_default()).map_or(0, |end| end + 1);
            return Ok((length + line, true));
        }
        Ok((limit, is_end || limit >= LONGEST_ENTRY))
    }

    /// What finds the ends of the entries of a format: its markers, and those of the formats that are tried before it.
    fn ends_of(&self, index: usize) -> Option<&AhoCorasick> {
        let formats = self.formats.get(..=index)?;
        let candidate = formats.last()?;
        let spans = |lines: &LineFormat| candidate.lines.spans_markers || lines.spans_markers;
        let ends = || formats.iter().map(|it| it.lines).filter(|lines| !spans(lines)).flat_map(|lines| lines.markers);
        candidate.ends.get_or_init(|| searcher(ends().copied()).ok()).as_ref()
    }
}

/// The pieces that a line of a log is in, which lie before one of them, as far as they were looked for.
#[derive(Debug, Default)]
struct Pieces {
    /// Where they begin in the data.
    begin: usize,
    /// Where the line behind them begins.
    end: usize,
}

impl Pieces {
    /// Where the line begins that goes on in a line that begins at `end`.
    fn begin_of(&mut self, data: &[u8], end: usize) -> usize {
        let mut begin = end;
        while begin > 0 && end - begin < LONGEST_ENTRY {
            if begin == self.end {
                begin = self.begin;
                break;
            }
            let before = memrchr(b'\n', data.get(..begin - 1).unwrap_or_default()).map_or(0, |end| end + 1);
            if !continues(data.get(before..begin).unwrap_or_default()) {
                break;
            }
            begin = before;
        }
        *self = Self { begin, end };
        begin
    }

    /// The data now begin so many bytes later.
    fn consumed(&mut self, length: usize) {
        *self = Self { begin: self.begin.saturating_sub(length), end: self.end.saturating_sub(length) };
    }
}

/// The length of the line that the data begin with, whose pieces so far have `length` bytes, with those that go on
/// with it.
fn whole_line(source: &mut Source<'_>, mut length: usize) -> Result<usize, Error> {
    let last = source.data().get(..length.saturating_sub(1)).unwrap_or_default();
    let mut begin = memrchr(b'\n', last).map_or(0, |end| end + 1);
    while length < LONGEST_ENTRY && continues(source.data().get(begin..length).unwrap_or_default()) {
        match line_length(source, length)? {
            Some(further) if further > length => (begin, length) = (length, further),
            _ => break,
        }
    }
    Ok(length)
}

/// The length of the line that the data begin with or go on with behind `from`, with its end; `None` if it is too long.
fn line_length(source: &mut Source<'_>, from: usize) -> Result<Option<usize>, Error> {
    let mut seen = from;
    loop {
        let data = source.data();
        if let Some(end) = memchr(b'\n', data.get(seen..).unwrap_or_default()) {
            return Ok(Some(seen + end + 1).filter(|length| *length <= LONGEST_LINE));
        }
        seen = data.len();
        if seen > LONGEST_LINE {
            return Ok(None);
        }
        if !source.reach(seen + 1) {
            return Ok(Some(seen));
        }
    }
}

/// The length of this many lines, with their ends.
fn lines_length(data: &[u8], lines: usize) -> usize {
    memchr_iter(b'\n', data).nth(lines - 1).map_or(data.len(), |end| end + 1)
}
