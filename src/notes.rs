//! Marks and notes on calls and stanzas, and the text file next to a capture that keeps them.
//!
//! A note belongs to what a stanza is, never to where it stands in a file: call-id, the device whose socket was
//! recorded, direction, tag, action and stanza id (a digest of the stanza where it has none), and which of several
//! equal ones it is. So notes stay right when a capture is cut, merged, re-exported or given in another order.
//!
//! The file is NDJSON: a line that names its schema, then a line a note, sorted, so that a diff shows what changed.
//! Lines that cannot be read are kept as they are.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::call::{Call, Row};
use crate::origin::{CaptureId, Direction};
use crate::protocol::stanza::ActionName;
use crate::protocol::xml;

/// The first line of the file.
const SCHEMA: &str = r#"{"schema":"ringtrace-notes/1"}"#;

/// What is added to a capture's file name for that of its notes.
pub const SUFFIX: &str = ".notes.ndjson";

/// Bytes of a stanza's digest that name it where it has no id.
const DIGEST: usize = 8;

/// What a note is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Subject {
    /// The call-id.
    pub call: Box<str>,
    /// Who created the call, as an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<Box<str>>,
    /// The stanza; `None` for the call itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stanza: Option<StanzaKey>,
}

/// Which stanza of its call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct StanzaKey {
    /// Its id, or `sha256:` and the beginning of a digest.
    pub id: Box<str>,
    /// `in`, `out`, or nothing where it is unknown.
    #[serde(default)]
    pub direction: Box<str>,
    /// Its tag.
    pub tag: Box<str>,
    /// Its action, of acks and receipts that of what they answer.
    #[serde(default)]
    pub action: Box<str>,
    /// The device whose socket was recorded, where it is known.
    #[serde(default)]
    pub device: Box<str>,
    /// Which of the equal ones it is, from 0.
    #[serde(default)]
    pub copy: usize,
}

impl Subject {
    /// A call.
    #[must_use]
    pub fn of_call(call: &Call) -> Self {
        let creator = call.creator.as_ref().map(|creator| creator.person_account().to_string().into());
        Self { call: call.id.clone(), creator, stanza: None }
    }

    /// A stanza of a call, by its row; `None` if there is no such row.
    #[must_use]
    pub fn of_row(call: &Call, index: usize) -> Option<Self> {
        let mut key = key(call, call.rows.get(index)?);
        let id = call.rows.get(index)?.observed.read().id.as_deref();
        let earlier = call.rows.iter().take(index).filter(|row| row.observed.read().id.as_deref() == id);
        key.copy = earlier.filter(|row| self::key(call, row) == key).count();
        Some(Self { stanza: Some(key), ..Self::of_call(call) })
    }
}

/// A stanza's key, as the first of its equals.
fn key(call: &Call, row: &Row) -> StanzaKey {
    let stanza = row.observed.read();
    let device = call.vantage_of(row).and_then(|vantage| vantage.device.jid());
    let id = stanza.id.as_deref().map(Into::into).unwrap_or_else(|| {
        let digest = digest(&SHA256, xml::write_line(stanza.node.root()).as_bytes());
        let beginning = digest.as_ref().get(..DIGEST).unwrap_or_default();
        format!("sha256:{}", HEXLOWER.encode(beginning)).into()
    });
    StanzaKey {
        id,
        direction: match row.observed.direction() {
            Some(Direction::Outbound) => "out".into(),
            Some(Direction::Inbound) => "in".into(),
            None => "".into(),
        },
        tag: stanza.node.tag().into(),
        action: row.action.as_ref().map_or("", ActionName::as_str).into(),
        device: device.map_or_else(|| "".into(), |jid| jid.to_string().into()),
        copy: 0,
    }
}

/// A line of the file.
#[derive(Deserialize, Serialize)]
struct Line {
    #[serde(flatten)]
    subject: Subject,
    #[serde(default)]
    note: String,
}

/// Marks, each with a note, which may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    notes: BTreeMap<Subject, String>,
    unread: Vec<String>,
}

impl Notes {
    /// Adds what a file holds. What is already noted stays as it is.
    pub fn read(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty() && *line != SCHEMA) {
            match serde_json::from_str::<Line>(line) {
                Ok(Line { subject, note }) => drop(self.notes.entry(subject).or_insert(note)),
                Err(_) => self.unread.push(line.to_owned()),
            }
        }
    }

    /// The file with all notes, and every line that could not be read; empty if there are none.
    #[must_use]
    pub fn write(&self) -> String {
        let lines = self.notes.iter().filter_map(|(subject, note)| {
            serde_json::to_string(&Line { subject: subject.clone(), note: note.clone() }).ok()
        });
        let lines: Vec<_> = lines.chain(self.unread.iter().cloned()).collect();
        if lines.is_empty() { String::new() } else { format!("{SCHEMA}\n{}\n", lines.join("\n")) }
    }

    /// The note on a subject: empty for a mark without one, `None` where there is no mark.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Option<&str> {
        self.notes.get(subject).map(String::as_str)
    }

    /// The note on a call.
    #[must_use]
    pub fn of_call(&self, call: &Call) -> Option<&str> {
        if self.notes.is_empty() { None } else { self.of(&Subject::of_call(call)) }
    }

    /// Returns whether a call or one of its stanzas is marked. Costs next to nothing without notes.
    #[must_use]
    pub fn is_marked(&self, call: &Call) -> bool {
        !self.notes.is_empty() && self.in_call(Subject::of_call(call)).next().is_some()
    }

    /// The note on a stanza. Costs next to nothing in calls without notes.
    #[must_use]
    pub fn of_row(&self, call: &Call, index: usize) -> Option<&str> {
        if self.notes.is_empty() {
            return None;
        }
        let row = call.rows.get(index)?;
        let id = row.observed.read().id.as_deref();
        let may_be = |key: &StanzaKey| id.is_none_or(|id| *key.id == *id);
        let mut in_call = self.in_call(Subject::of_call(call)).filter_map(|(subject, _)| subject.stanza.as_ref());
        if in_call.any(may_be) { self.of(&Subject::of_row(call, index)?) } else { None }
    }

    /// The notes on a call and its stanzas.
    fn in_call(&self, call: Subject) -> impl Iterator<Item = (&Subject, &String)> {
        let of_call = call.clone();
        let notes = self.notes.range((Bound::Included(call), Bound::Unbounded));
        notes.take_while(move |(subject, _)| subject.call == of_call.call && subject.creator == of_call.creator)
    }

    /// Sets the note on a subject, which marks it.
    pub fn set(&mut self, subject: Subject, note: impl Into<String>) {
        self.notes.insert(subject, note.into());
    }

    /// Takes mark and note away.
    pub fn remove(&mut self, subject: &Subject) {
        self.notes.remove(subject);
    }

    /// All of them, by call.
    pub fn iter(&self) -> impl Iterator<Item = (&Subject, &str)> {
        self.notes.iter().map(|(subject, note)| (subject, note.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.notes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }
}

/// The notes of each capture, by the capture's place, and the file that keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    books: Vec<Book>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Book {
    path: Option<PathBuf>,
    notes: Notes,
}

/// What is to be written where after a note changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// All that it is to hold.
    pub text: String,
}

impl Shelf {
    /// Adds the next capture: the file of its notes, if it can have one, and what that holds.
    pub fn add(&mut self, path: Option<PathBuf>, text: &str) {
        let mut notes = Notes::default();
        notes.read(text);
        self.books.push(Book { path, notes });
    }

    /// Adds the captures that another one has after the last of these. Returns whether there were any.
    pub fn extend(&mut self, other: &Self) -> bool {
        let more = other.books.get(self.books.len()..).unwrap_or_default();
        self.books.extend_from_slice(more);
        !more.is_empty()
    }

    /// The files of notes, which need not be there.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.books.iter().filter_map(|book| book.path.as_deref())
    }

    /// All notes together.
    #[must_use]
    pub fn notes(&self) -> Notes {
        let mut all = Notes::default();
        for (subject, note) in self.books.iter().flat_map(|book| book.notes.iter()) {
            all.notes.entry(subject.clone()).or_insert_with(|| note.to_owned());
        }
        all
    }

    /// Sets the note on a subject, or takes it away, in the file that has it; else in that of the first of these
    /// captures that can have one. Gives what is to be written; `None` where no file can keep it.
    pub fn set(&mut self, subject: Subject, note: Option<&str>, captures: &[CaptureId]) -> Option<Written> {
        let places = captures.iter().filter_map(|capture| usize::try_from(capture.0).ok());
        let mut fitting = places.filter(|place| self.books.get(*place).is_some_and(|book| book.path.is_some()));
        let holder = self.books.iter().position(|book| book.notes.of(&subject).is_some());
        let book = holder.or_else(|| fitting.next()).and_then(|place| self.books.get_mut(place))?;
        match note {
            Some(note) => book.notes.set(subject, note),
            None => book.notes.remove(&subject),
        }
        Some(Written { path: book.path.clone()?, text: book.notes.write() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_goes_into_the_file_that_has_it() {
        let mut shelf = Shelf::default();
        shelf.add(None, "");
        shelf.add(Some("one".into()), "");
        shelf.add(Some("two".into()), "{\"call\":\"A\",\"note\":\"old\"}\nunread\n");
        let in_two = Subject { call: "A".into(), creator: None, stanza: None };
        let new = Subject { call: "B".into(), ..in_two.clone() };
        let all = [0, 1, 2].map(CaptureId);
        let written = shelf.set(in_two.clone(), Some("new"), &all).unwrap();
        assert_eq!(written.path, PathBuf::from("two"));
        assert!(written.text.contains("\"new\"") && written.text.ends_with("unread\n"));
        assert_eq!(shelf.set(new.clone(), Some(""), &all).unwrap().path, PathBuf::from("one"));
        assert_eq!(shelf.set(in_two.clone(), None, &all).unwrap().text, format!("{SCHEMA}\nunread\n"));
        assert_eq!(shelf.notes().of(&new), Some(""));
        assert_eq!(shelf.notes().of(&in_two), None);
        assert_eq!(shelf.set(in_two, Some("x"), &all[..1]), None, "standard input has no notes file");
    }

    fn subject(call: &str, id: Option<&str>) -> Subject {
        let key = |id: &str| StanzaKey {
            id: id.into(),
            direction: "out".into(),
            tag: "call".into(),
            action: "terminate".into(),
            device: "10000000000001:7@lid".into(),
            copy: 0,
        };
        Subject { call: call.into(), creator: Some("10000000000001@lid".into()), stanza: id.map(key) }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut notes = Notes::default();
        notes.set(subject("B", Some("X1")), "the caller's own\nterminate");
        notes.set(subject("A", None), "");
        notes.set(subject("B", None), "rang out");
        let text = notes.write();
        assert_eq!(
            text,
            "{\"schema\":\"ringtrace-notes/1\"}\n\
             {\"call\":\"A\",\"creator\":\"10000000000001@lid\",\"note\":\"\"}\n\
             {\"call\":\"B\",\"creator\":\"10000000000001@lid\",\"note\":\"rang out\"}\n\
             {\"call\":\"B\",\"creator\":\"10000000000001@lid\",\"stanza\":{\"id\":\"X1\",\"direction\":\"out\",\"tag\":\"call\",\"action\":\"terminate\",\"device\":\"10000000000001:7@lid\",\"copy\":0},\"note\":\"the caller's own\\nterminate\"}\n"
        );
        let mut again = Notes::default();
        again.read(&text);
        assert_eq!(again, notes);
    }

    #[test]
    fn lines_of_a_later_version_are_kept() {
        let mut notes = Notes::default();
        notes.read("{\"schema\":\"ringtrace-notes/1\"}\n{\"picture\":7}\nnot json\n\n");
        notes.set(subject("A", None), "x");
        let text = notes.write();
        assert!(text.ends_with("\n{\"picture\":7}\nnot json\n"), "{text}");
        notes.remove(&subject("A", None));
        assert_eq!(Notes::default().write(), "");
    }

    #[test]
    fn a_note_at_hand_wins_over_one_read_later() {
        let mut notes = Notes::default();
        notes.set(subject("A", None), "mine");
        notes.read("{\"call\":\"A\",\"creator\":\"10000000000001@lid\",\"note\":\"theirs\"}");
        assert_eq!(notes.of(&subject("A", None)), Some("mine"));
        assert_eq!(notes.len(), 1);
    }
}
