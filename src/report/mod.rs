//! What others get to read: sanitised calls as text for the spec's issue forms, for comments and for its corpus.
//!
//! Nothing here sees a raw capture: everything is made of a [`Sanitised`] analysis, and may leave only through
//! [`Redactor::release`](crate::redact::Redactor::release).

mod cite;
mod comment;
mod digest;
mod finding;
mod form;
mod lines;
mod matter;
mod remarks;
mod sheet;
mod stanza;

pub use digest::sha256;
pub use form::{Form, IssueForm, Slot};
pub use lines::lines;
pub use matter::Subject;

use crate::redact::{Remark, Sanitised};
use crate::visible::is_hidden;
use matter::Matter;
use stanza::Exhibit;

/// What is to be reported, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    /// The calls.
    pub sanitised: &'r Sanitised,
    /// The SHA-256 of each capture, in order; `None` of one that can be read only once.
    pub digests: &'r [Option<String>],
    /// About what.
    pub subject: Subject,
    /// As what.
    pub form: Form,
    /// The ordinal in its capture of the stanza to show, where a report shows one.
    pub stanza: Option<u64>,
    /// The filter that chose the calls, for others to read.
    pub filter: Option<&'r str>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The title of an issue.
    pub title: String,
    /// The text: at most 60,000 bytes.
    pub body: String,
    /// The fields that it has, by the names that an address fills them in by.
    pub fields: Vec<(&'static str, String)>,
    /// All of what did not find room in it.
    pub rest: Option<String>,
    /// What is to be said beside it.
    pub note: Option<String>,
    /// The user's notes that are in it: on what each is, and the note.
    pub remarks: Vec<(String, String)>,
}

/// Why there is no such report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No stanza bears on it.
    #[error("no stanza of these captures bears on it; --stanza names one")]
    NoStanza,
    /// No call has a stanza of that number.
    #[error("no call has a stanza {0}; `seq` in ringtrace export has the numbers")]
    NoSuchStanza(u64),
    /// An entry of the corpus has to say how it was recorded.
    #[error("the technique of the recording is not known; --technique says it")]
    NoTechnique,
    /// An entry of the corpus has to say which way its stanza went.
    #[error("the recording does not tell which way the stanza went")]
    NoDirection,
}

impl Report<'_> {
    /// Writes it. Nothing in it moves a cursor: what does not show is written as its code.
    ///
    /// # Errors
    /// If it would have to show a stanza, or say something of one, that there is not.
    pub fn draft(&self) -> Result<Draft, Unfit> {
        let draft = self.written()?;
        Ok(Draft {
            title: shown(&draft.title),
            body: shown(&draft.body),
            fields: draft.fields.into_iter().map(|(name, value)| (name, shown(&value))).collect(),
            rest: draft.rest.as_deref().map(shown),
            note: draft.note,
            remarks: draft.remarks,
        })
    }

    fn written(&self) -> Result<Draft, Unfit> {
        let matter = Matter::of(self.subject, self.sanitised);
        let about = || self.named(remarks::about(self, &matter));
        let titled = |title: &str| one_line(&format!("{}{title}", self.form.issue().map_or("", |form| form.title)));
        let (title, values, note, remarks) = match self.form {
            Form::ProtocolFinding => (matter.title.clone(), finding::values(self, &matter), None, about()),
            Form::Discrepancy => (matter.title.clone(), finding::discrepancy(self, &matter), None, about()),
            Form::StanzaCapture => {
                let exhibit = Exhibit::of(self, &matter)?;
                (exhibit.title(), exhibit.values(), Some(exhibit.note()), self.named(exhibit.remarks()))
            }
            Form::Comment => {
                let (body, rest) = comment::write(self, &matter);
                let title = titled(&matter.title);
                return Ok(Draft { title, body, fields: Vec::new(), rest, note: None, remarks: about() });
            }
            Form::Corpus => {
                let exhibit = Exhibit::of(self, &matter)?;
                let (title, body) = (titled(&exhibit.title()), exhibit.corpus()?);
                let (note, remarks) = (Some(exhibit.note()), self.named(exhibit.remarks()));
                return Ok(Draft { title, body, fields: Vec::new(), rest: None, note, remarks });
            }
        };
        let (body, rest) = self.form.issue().map_or_else(Default::default, |form| sheet::write(form, &values));
        let slots = self.form.issue().map_or(&[][..], |form| form.fields);
        let fields = slots.iter().map(|slot| slot.id).zip(values).filter(|(_, value)| !value.is_empty()).collect();
        Ok(Draft { title: titled(&title), body, fields, rest, note, remarks })
    }

    /// Notes with what each is on.
    fn named(&self, remarks: Vec<&Remark>) -> Vec<(String, String)> {
        remarks.into_iter().map(|remark| (remarks::subject(self, remark), remark.text.clone())).collect()
    }

    /// The hidden line by which the same finding is found again: what it is about, and the first capture.
    #[must_use]
    pub fn marker(&self) -> String {
        let capture = self.digests.iter().flatten().next().and_then(|digest| digest.get(..16)).unwrap_or("stdin");
        let about =
            self.subject.option(self.sanitised.analysis()).replace("--", "").replace(' ', ":").replace('\'', "");
        format!("<!-- ringtrace {about} {capture} -->")
    }

    /// The command that says the same of the same captures.
    fn command(&self) -> String {
        let captures = (1..=self.sanitised.analysis().captures.len()).map(|number| format!(" capture-{number}"));
        let stanza = self.stanza.map_or_else(String::new, |seq| format!(" --stanza {seq}"));
        let captures = captures.collect::<String>();
        let filter = self.filter.map(|filter| format!(" --filter '{}'", filter.replace('\'', "'\\''")));
        let stanza = format!("{stanza}{}", filter.unwrap_or_default());
        format!(
            "ringtrace report{captures} {} --form {}{stanza}",
            self.subject.option(self.sanitised.analysis()),
            self.form.name()
        )
    }

    /// The call that it is about, if it is about one.
    const fn subject_call(&self) -> Option<usize> {
        match self.subject {
            Subject::Call(index) => Some(index),
            Subject::Question(_) | Subject::Rule(_) => None,
        }
    }
}

/// The most characters of a title.
const TITLE: usize = 200;

/// The text with what does not show, but for the ends of lines, as its code.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && is_hidden(character) {
            shown.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('`', "").chars().take(TITLE).collect()
}
