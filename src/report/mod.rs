//! What others get to read: sanitised calls as text for the spec's issue forms, for comments and for its corpus.
//!
//! Nothing here sees a raw capture: everything is made of a [`Sanitised`] analysis, and may leave only through
//! [`Redactor::release`](crate::redact::Redactor::release).

mod cite;
mod comment;
mod digest;
mod draft;
mod finding;
mod form;
mod lines;
mod matter;
mod remarks;
mod sheet;
mod stanza;

pub use digest::{digests, sha256};
pub use draft::{Draft, Released};
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
    /// The stanza to show, where a report shows one; the one that tells most unless it is said.
    pub stanza: Option<Shown>,
    /// The filter that chose the calls, for others to read.
    pub filter: Option<&'r str>,
}

/// A stanza to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The one of this ordinal in its capture.
    Seq(u64),
    /// The one of a call and a row, by their indexes.
    Row {
        /// The call's.
        call: usize,
        /// The row's.
        row: usize,
    },
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

/// What a form is filled in with.
struct Written {
    title: String,
    body: String,
    fields: Vec<(&'static str, String)>,
    rest: Option<String>,
    note: Option<String>,
    remarks: Vec<(String, String)>,
}

impl Report<'_> {
    /// Writes it. Nothing in it moves a cursor: what does not show is written as its code.
    ///
    /// # Errors
    /// If it would have to show a stanza, or say something of one, that there is not.
    pub fn draft(&self) -> Result<Draft, Unfit> {
        let draft = self.written()?;
        Ok(Draft {
            form: self.form,
            title: shown(&draft.title),
            body: shown(&draft.body),
            fields: draft.fields.into_iter().map(|(name, value)| (name, shown(&value))).collect(),
            rest: draft.rest.as_deref().map(shown),
            note: draft.note,
            marker: self.marker(),
            remarks: draft.remarks,
        })
    }

    fn written(&self) -> Result<Written, Unfit> {
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
                return Ok(Written { title, body, fields: Vec::new(), rest, note: None, remarks: about() });
            }
            Form::Corpus => {
                let exhibit = Exhibit::of(self, &matter)?;
                let (title, body) = (titled(&exhibit.title()), exhibit.corpus()?);
                let (note, remarks) = (Some(exhibit.note()), self.named(exhibit.remarks()));
                return Ok(Written { title, body, fields: Vec::new(), rest: None, note, remarks });
            }
        };
        let (body, rest) = self.form.issue().map_or_else(Default::default, |form| sheet::write(form, &values));
        let slots = self.form.issue().map_or(&[][..], |form| form.fields);
        let fields = slots.iter().map(|slot| slot.id).zip(values).filter(|(_, value)| !value.is_empty()).collect();
        Ok(Written { title: titled(&title), body, fields, rest, note, remarks })
    }

    /// Notes with what each is on.
    fn named(&self, remarks: Vec<&Remark>) -> Vec<(String, String)> {
        remarks.into_iter().map(|remark| (remarks::subject(self, remark), remark.text.clone())).collect()
    }

    /// The hidden line by which the same finding is found again: what it is about, and the first capture.
    fn marker(&self) -> String {
        let capture = self.digests.iter().flatten().next().and_then(|digest| digest.get(..16)).unwrap_or("stdin");
        let about =
            self.subject.option(self.sanitised.analysis()).replace("--", "").replace(' ', ":").replace('\'', "");
        format!("<!-- ringtrace {about} {capture} -->")
    }

    /// The command that says the same of the same captures.
    fn command(&self) -> String {
        let captures = (1..=self.sanitised.analysis().captures.len()).map(|number| format!(" capture-{number}"));
        let stanza =
            self.stanza.and_then(|stanza| self.seq(stanza)).map_or_else(String::new, |seq| format!(" --stanza {seq}"));
        let captures = captures.collect::<String>();
        let filter = self.filter.map(|filter| format!(" --filter '{}'", filter.replace('\'', "'\\''")));
        let stanza = format!("{stanza}{}", filter.unwrap_or_default());
        format!(
            "ringtrace report{captures} {} --form {}{stanza}",
            self.subject.option(self.sanitised.analysis()),
            self.form.name()
        )
    }

    /// The ordinal of a stanza in its capture.
    fn seq(&self, stanza: Shown) -> Option<u64> {
        match stanza {
            Shown::Seq(seq) => Some(seq),
            Shown::Row { call, row } => {
                Some(self.sanitised.analysis().calls.get(call)?.call.rows.get(row)?.observed.seq)
            }
        }
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
