//! A report that was written, and one that may leave.

use super::form::Form;
use super::ndjson::Lines;
use super::sheet;
use crate::redact::{Leak, Redacted, Redactor};
use crate::visible::is_hidden;

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// As what it is written.
    pub form: Form,
    /// The title of an issue.
    pub title: String,
    /// The text: at most 60,000 bytes.
    pub body: String,
    /// The fields that it has, by the names that an address fills them in by.
    pub fields: Vec<(&'static str, String)>,
    /// All of what did not find room in it.
    pub rest: Option<Rest>,
    /// What to say about it.
    pub note: Option<String>,
    /// The hidden line by which the same finding is found again: what it is about, and a digest of what makes it this one.
    pub marker: String,
    /// The user's notes that are in it: on what each is, and the note.
    pub remarks: Vec<(String, String)>,
}

/// What did not find room in a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest {
    /// All of it, as text.
    Text(String),
    /// The stanzas of its calls.
    Stanzas(Lines),
}

impl Rest {
    /// Writes it part by part. Nothing in it moves a cursor.
    pub fn parts(self) -> impl Iterator<Item = String> {
        let (text, lines) = match self {
            Self::Text(text) => (Some(text), None),
            Self::Stanzas(lines) => (None, Some(lines)),
        };
        text.into_iter().chain(lines.into_iter().flat_map(Lines::parts)).map(shown)
    }
}

/// The text with what does not show, but for the ends of lines, as its code.
pub(super) fn shown(text: String) -> String {
    let is_code = |character: char| character != '\n' && is_hidden(character);
    if !text.contains(is_code) {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_code(character) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A report without any raw identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// As what it is written.
    pub form: Form,
    /// The title of an issue.
    pub title: Redacted,
    /// The text.
    pub body: Redacted,
    /// Its fields.
    pub fields: Vec<(&'static str, Redacted)>,
    /// All of what did not find room in it, in parts.
    pub rest: Option<Vec<Redacted>>,
    /// The hidden line by which it is found again.
    pub marker: String,
}

impl Released {
    /// Whether a text on an issue is a report of the same finding: its first or last line is the marker. A text that
    /// quotes one elsewhere is not.
    #[must_use]
    pub fn is_marked(&self, text: &str) -> bool {
        has_marker(text, &self.marker)
    }
}

fn has_marker(text: &str, marker: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let first = lines.next();
    [first, lines.next_back()].contains(&Some(marker))
}

impl Draft {
    /// The report with the hidden line by which it is found again, as it stands on an issue.
    #[must_use]
    pub fn marked(mut self) -> Self {
        if !has_marker(&self.body, &self.marker) {
            if self.form == Form::Corpus {
                self.body = sheet::fenced("yaml", &self.body);
            }
            self.body = format!("{}\n{}\n", self.body, self.marker);
        }
        self
    }

    /// The report with another text, which somebody wrote. Its fields are read from that text.
    #[must_use]
    pub fn rewritten(mut self, body: String) -> Self {
        if let Some(form) = self.form.issue() {
            self.fields = sheet::read(form, body.replace(&self.marker, "").as_str());
        }
        self.body = body;
        self
    }

    /// Lets it leave.
    ///
    /// # Errors
    /// If a raw identifier of the captures is in it: all of those found, by the lines of the part that has them.
    pub fn release(self, redactor: &Redactor) -> Result<Released, Vec<Leak>> {
        let release = |text| redactor.release(text);
        // The body first: its lines are those that a reader sees.
        let body = release(self.body)?;
        let field = |(name, value)| Ok::<_, Vec<Leak>>((name, release(value)?));
        Ok(Released {
            form: self.form,
            title: release(self.title)?,
            body,
            fields: self.fields.into_iter().map(field).collect::<Result<_, _>>()?,
            rest: self.rest.map(|rest| redactor.release_parts(rest.parts())).transpose()?,
            marker: self.marker,
        })
    }
}
