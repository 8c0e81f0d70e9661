//! Writing a report in its form.

use super::assessment::Assessment;
use super::draft::{Draft, Rest, shown};
use super::form::Form;
use super::inert::inert_lines;
use super::request::{Report, Unfit};
use super::stanza::Exhibit;
use super::{comment, document, finding, notes, sheet};
use crate::redact::Remark;

/// What a form is filled in with.
struct Written {
    title: String,
    body: String,
    fields: Vec<(&'static str, String)>,
    rest: Option<Rest>,
    note: Option<String>,
    remarks: Vec<(String, String)>,
}

impl Report<'_> {
    /// Writes it. Nothing in it moves a cursor: what does not show is written as its code.
    ///
    /// # Errors
    /// If it would have to show a stanza, or say something of one, that there is not.
    pub fn draft(&self) -> Result<Draft, Unfit> {
        let calls = &self.sanitised.analysis().calls;
        let subject = self.subject_call().and_then(|call| calls.get(call));
        if subject.is_some_and(|judged| judged.call.rows.is_empty()) {
            return Err(Unfit::EventsOnly);
        }
        let marker = self.marker();
        let draft = self.written(&marker)?;
        Ok(Draft {
            form: self.form,
            title: shown(draft.title),
            body: shown(draft.body),
            fields: draft.fields.into_iter().map(|(name, value)| (name, shown(value))).collect(),
            rest: draft.rest,
            note: draft.note,
            marker,
            remarks: draft.remarks,
        })
    }

    fn written(&self, marker: &str) -> Result<Written, Unfit> {
        let assessment = Assessment::of(self.subject, self.sanitised);
        let about = || self.named(notes::about(self, &assessment));
        let titled = |title: &str| one_line(&format!("{}{title}", self.form.issue().map_or("", |form| form.title)));
        let (title, values, note, remarks) = match self.form {
            Form::ProtocolFinding => (assessment.title.clone(), finding::values(self, &assessment), None, about()),
            Form::Discrepancy => (assessment.title.clone(), finding::discrepancy(self, &assessment), None, about()),
            Form::StanzaCapture => {
                let exhibit = Exhibit::of(self, &assessment)?;
                (exhibit.title(), exhibit.values(), Some(exhibit.note()), self.named(exhibit.remarks()))
            }
            Form::Comment => {
                let (body, rest) = comment::write(self, &assessment, marker);
                let rest = rest.map(Rest::Stanzas);
                let title = titled(&assessment.title);
                return Ok(Written { title, body, fields: Vec::new(), rest, note: None, remarks: about() });
            }
            Form::Analysis => {
                let (title, body) = (assessment.title.clone(), document::write(self));
                let remarks = self.named(self.sanitised.remarks().iter().collect());
                return Ok(Written { title, body, fields: Vec::new(), rest: None, note: None, remarks });
            }
            Form::Corpus => {
                let exhibit = Exhibit::of(self, &assessment)?;
                let (title, body) = (titled(&exhibit.title()), exhibit.corpus()?);
                let (note, remarks) = (Some(exhibit.note()), self.named(exhibit.remarks()));
                return Ok(Written { title, body, fields: Vec::new(), rest: None, note, remarks });
            }
        };
        let (body, rest) = self.form.issue().map_or_else(Default::default, |form| sheet::write(form, &values));
        let slots = self.form.issue().map_or(&[][..], |form| form.fields);
        let fields = slots.iter().zip(values).filter(|(_, value)| !value.is_empty());
        let fields = fields.map(|(slot, value)| (slot.id, if slot.is_code { value } else { inert_lines(&value) }));
        let fields = fields.collect();
        Ok(Written { title: titled(&title), body, fields, rest: rest.map(Rest::Text), note, remarks })
    }

    /// Notes with what each is on.
    fn named(&self, remarks: Vec<&Remark>) -> Vec<(String, String)> {
        remarks.into_iter().map(|remark| (notes::subject(self, remark), remark.text.clone())).collect()
    }
}

/// The most characters of a title.
const TITLE: usize = 200;

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ").replace('`', "").chars().take(TITLE).collect()
}
