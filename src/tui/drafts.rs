//! Findings drafted in this session: what they are made from, their texts, and whether they were sent.

use std::path::PathBuf;
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::github::{Done, Prefilled, Target};
use crate::redact::{Aliases, Leak, Redactor, Replaced, Sanitised};
use crate::report::{Draft, Form, Released, Report, Shown, Subject, digests};

/// What drafts are made from: the sanitised calls, and the redactor that knows every raw identifier. Expensive to
/// build, and the same for all drafts.
#[derive(Debug)]
pub(super) struct Source {
    /// Knows every raw identifier.
    pub(super) redactor: Redactor,
    sanitised: Sanitised,
    digests: Vec<Option<String>>,
}

/// A request for a draft.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// What it is about.
    pub(super) subject: Subject,
    /// Its form.
    pub(super) form: Form,
    /// The stanza to show, by the indexes of its call and row, if the form shows one.
    pub(super) stanza: Option<(usize, usize)>,
}

impl Request {
    /// Returns whether it would result in the same draft.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let key = |request: &Self| (about(&request.subject), request.form, request.stanza);
        key(self) == key(other)
    }
}

impl Source {
    pub(super) fn new(analysis: &Analysis, here: Vec<String>) -> Self {
        let redactor = Redactor::new(analysis, Aliases::default(), here);
        Self { sanitised: redactor.sanitise(analysis), digests: digests(analysis), redactor }
    }

    pub(super) fn draft(&self, request: &Request) -> Result<Draft, String> {
        let report = Report {
            sanitised: &self.sanitised,
            digests: &self.digests,
            subject: request.subject,
            form: request.form,
            stanza: request.stanza.map(|(call, row)| Shown::Row { call, row }),
            filter: None,
        };
        let draft = report.draft().map_err(|error| error.to_string())?;
        // The marker is an HTML comment, which YAML does not have.
        Ok(if request.form == Form::Corpus { draft } else { draft.marked() })
    }
}

/// The subject of a report in a few words.
pub(super) fn about(subject: &Subject) -> String {
    match subject {
        Subject::Question(question) if question.number.is_none() => format!("discrepancy {}", question.id),
        Subject::Question(question) => format!("question {}", question.id),
        Subject::Rule(rule) => format!("rule {}", rule.id),
        Subject::Call(index) => format!("call #{}", index + 1),
        Subject::All => "all calls".to_owned(),
    }
}

/// The forms that fit a subject, best first.
pub(super) fn forms(subject: &Subject) -> &'static [Form] {
    match subject {
        Subject::Question(question) if question.number.is_none() => {
            &[Form::Discrepancy, Form::Comment, Form::StanzaCapture, Form::Corpus]
        }
        Subject::Question(_) => &[Form::ProtocolFinding, Form::Comment, Form::StanzaCapture, Form::Corpus],
        Subject::Rule(_) => {
            &[Form::ProtocolFinding, Form::Discrepancy, Form::Comment, Form::StanzaCapture, Form::Corpus]
        }
        Subject::Call(_) => &[Form::Comment, Form::ProtocolFinding, Form::StanzaCapture, Form::Corpus],
        Subject::All => &[Form::Analysis],
    }
}

/// All drafts, the newest last.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    /// The drafts.
    pub(super) entries: Vec<Entry>,
    /// The number of drafts so far.
    count: u64,
    /// The target of the last one.
    pub(super) target: Option<Target>,
}

/// A draft.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its number, which is never reused.
    pub(super) id: u64,
    /// What it is about, and its form.
    pub(super) request: Request,
    /// Its text, if it is ready.
    pub(super) state: State,
    /// Whether it was sent.
    pub(super) sending: Sending,
    /// The file that it was last written to, and whether that succeeded.
    pub(super) file: Option<(PathBuf, bool)>,
}

/// The progress of a draft.
#[derive(Debug)]
pub(super) enum State {
    /// It is being written.
    Writing,
    /// There cannot be such a report; why.
    Impossible(String),
    /// It is written.
    Ready(Box<Ready>),
}

/// The text of a draft, and whether it may be released.
#[derive(Debug)]
pub(super) struct Ready {
    /// What knows the raw identifiers.
    pub(super) source: Arc<Source>,
    /// The text.
    pub(super) draft: Draft,
    /// The text for release, or the raw identifiers in it.
    pub(super) released: Result<Released, Vec<Leak>>,
    /// What was replaced in it.
    pub(super) replaced: Vec<Replaced>,
    /// How often it was edited.
    pub(super) revision: u64,
}

/// Whether a draft was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// It was not sent.
    Nothing,
    /// It is being sent.
    InProgress(Target),
    /// It was posted.
    Done(Target, Done),
    /// Sending failed, and why.
    Failed(Target, String),
    /// There is no token; the form where it can be submitted manually.
    ByHand(Target, Prefilled),
}

impl Ready {
    /// Checks a text for raw identifiers.
    pub(super) fn new(source: Arc<Source>, draft: Draft, revision: u64) -> Self {
        let released = draft.clone().release(&source.redactor);
        let replaced = source.redactor.replaced_in(&draft.body);
        Self { source, draft, released, replaced, revision }
    }

    /// The text as posted on an issue, with the marker by which it is found again.
    pub(super) fn marked(&self) -> Result<Released, Vec<Leak>> {
        self.draft.clone().marked().release(&self.source.redactor)
    }

    /// The raw identifiers left in it.
    pub(super) fn leaks(&self) -> &[Leak] {
        self.released.as_ref().err().map_or(&[], Vec::as_slice)
    }
}

impl Drafts {
    /// Starts a draft, or returns the existing one. Also returns whether it is new.
    pub(super) fn begin(&mut self, request: Request) -> (u64, bool) {
        if let Some(known) = self.entries.iter().find(|entry| entry.request.is_same(&request)) {
            return (known.id, false);
        }
        self.count += 1;
        let id = self.count;
        self.entries.push(Entry { id, request, state: State::Writing, sending: Sending::Nothing, file: None });
        (id, true)
    }

    pub(super) fn get(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    /// Deletes a draft.
    pub(super) fn remove(&mut self, id: u64) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// What quitting would lose, if anything.
    pub(super) fn lost_by_quitting(&self) -> Option<&'static str> {
        let is_sent = |entry: &Entry| matches!(entry.sending, Sending::InProgress(_));
        if self.entries.iter().any(is_sent) {
            return Some("A finding is still being sent");
        }
        self.entries.iter().any(Entry::is_only_here).then_some("An edited finding is neither saved nor sent")
    }
}

impl Entry {
    /// The text, if it is ready.
    pub(super) fn ready(&self) -> Option<&Ready> {
        match &self.state {
            State::Ready(ready) => Some(ready),
            State::Writing | State::Impossible(_) => None,
        }
    }

    /// A file name for it.
    pub(super) fn file_name(&self) -> String {
        let [ending, _] = self.request.form.endings();
        format!("finding-{}.{ending}", self.id)
    }

    /// Returns whether it has edits that exist nowhere else.
    pub(super) fn is_only_here(&self) -> bool {
        let is_kept =
            matches!(self.sending, Sending::Done(..)) || self.file.as_ref().is_some_and(|(_, written)| *written);
        self.ready().is_some_and(|ready| ready.revision > 0) && !is_kept
    }

    /// Its state in a few words.
    pub(super) fn status(&self) -> String {
        match (&self.state, &self.sending) {
            (State::Writing, _) => "being written".to_owned(),
            (State::Impossible(_), _) => "not possible".to_owned(),
            (State::Ready(ready), _) if !ready.leaks().is_empty() => "raw identifiers left".to_owned(),
            (_, Sending::InProgress(target)) => format!("being sent to {target}"),
            (_, Sending::Done(target, done)) => format!("{}: {target}", done.summary()),
            (_, Sending::Failed(target, _)) => format!("not sent to {target}"),
            (_, Sending::ByHand(target, _)) => format!("no token; submit manually to {target}"),
            (State::Ready(_), Sending::Nothing) => match &self.file {
                Some((path, true)) => format!("saved as {}", path.display()),
                _ => "draft".to_owned(),
            },
        }
    }
}
