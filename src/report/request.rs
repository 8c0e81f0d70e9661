//! What to report on, and in which form.

use super::assessment::Subject;
use super::digest::sha256;
use super::form::Form;
use super::ndjson::lines;
use crate::redact::Sanitised;

/// Digits of a digest that no two findings share by chance.
const FINGERPRINT: usize = 16;

/// A report to write.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    /// The calls.
    pub sanitised: &'r Sanitised,
    /// The SHA-256 of each capture, in order; `None` of one that could not be read again.
    pub digests: &'r [Option<String>],
    /// The subject.
    pub subject: Subject,
    /// The form.
    pub form: Form,
    /// The stanza to show, if the form shows one; by default the most significant one.
    pub stanza: Option<Shown>,
    /// The filter that selected the calls, fit to be quoted.
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

/// Why a report cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No stanza bears on it.
    #[error("no relevant stanza found; use --stanza to select one")]
    NoStanza,
    /// There is not one stanza of the call.
    #[error("no stanza of the call was recorded: what programs report of it is no evidence")]
    EventsOnly,
    /// No call has a stanza of that number.
    #[error("no call has a stanza {0}; see the column `seq` of `ringtrace export`")]
    NoSuchStanza(u64),
    /// An entry of the corpus has to say how it was recorded.
    #[error("unknown capture technique; specify it with --technique")]
    NoTechnique,
    /// An entry of the corpus has to say which way its stanza went.
    #[error("unknown direction: the capture does not show which way the stanza went")]
    NoDirection,
}

impl Report<'_> {
    /// The hidden line by which the same finding is found again: what it is about, and a digest of what makes it this
    /// one.
    ///
    /// Whose it is, the server says of the post itself.
    pub(super) fn marker(&self) -> String {
        let about =
            self.subject.option(self.sanitised.analysis()).replace("--", "").replace(' ', ":").replace('\'', "");
        format!("<!-- ringtrace {about} {} -->", self.fingerprint())
    }

    /// A digest of the form, the captures, the filter with the calls that it selected, and the stanza.
    ///
    /// All of it is in the report, or is a digest there: nobody can guess at what was withheld.
    fn fingerprint(&self) -> String {
        let analysis = self.sanitised.analysis();
        let numbers = |index| analysis.number(index).to_string();
        let calls = self.filter.map(|_| (0..analysis.calls.len()).map(numbers).collect::<Vec<_>>().join(" "));
        let digests = self.digests.iter().map(|digest| digest.as_deref().unwrap_or_default());
        // Without a digest, the stanzas make the difference.
        let stanzas = self.digests.contains(&None).then(|| lines(self.sanitised, None).text());
        let stanza = self.stanza.and_then(|stanza| self.seq(stanza)).map(|seq| seq.to_string());
        let parts = [Some(self.form.name()), self.filter, calls.as_deref(), stanzas.as_deref(), stanza.as_deref()];
        let parts = parts.map(Option::unwrap_or_default).into_iter().chain(digests);
        let text: String = parts.map(|part| format!("{}:{part}\n", part.len())).collect();
        let digest = sha256(text.as_bytes()).unwrap_or_default();
        digest.get(..FINGERPRINT).unwrap_or_default().to_owned()
    }

    /// The command that says the same of the same captures.
    pub(super) fn command(&self) -> String {
        let captures = (1..=self.sanitised.analysis().captures.len()).map(|number| format!(" capture-{number}"));
        let stanza =
            self.stanza.and_then(|stanza| self.seq(stanza)).map_or_else(String::new, |seq| format!(" --stanza {seq}"));
        let captures = captures.collect::<String>();
        let filter = self.filter.map(|filter| format!(" --filter '{}'", filter.replace('\'', "'\\''")));
        let stanza = format!("{stanza}{}", filter.unwrap_or_default());
        let subject = match self.subject {
            Subject::All => String::new(),
            subject => format!(" {}", subject.option(self.sanitised.analysis())),
        };
        format!("ringtrace report{captures}{subject} --form {}{stanza}", self.form.name())
    }

    /// The ordinal of a stanza in its capture.
    pub(super) fn seq(&self, stanza: Shown) -> Option<u64> {
        match stanza {
            Shown::Seq(seq) => Some(seq),
            Shown::Row { call, row } => {
                Some(self.sanitised.analysis().calls.get(call)?.call.rows.get(row)?.observed.seq)
            }
        }
    }

    /// The call that it is about, if it is about one.
    pub(super) const fn subject_call(&self) -> Option<usize> {
        match self.subject {
            Subject::Call(index) => Some(index),
            Subject::Question(_) | Subject::Rule(_) | Subject::All => None,
        }
    }
}
