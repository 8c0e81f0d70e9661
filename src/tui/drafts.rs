//! The findings that were drafted in this session, and what became of each.

use std::path::PathBuf;
use std::sync::Arc;

use super::jobs::{Desk, Order};
use crate::github::{Done, Prefilled, Target};
use crate::redact::{Leak, Replaced};
use crate::report::{Draft, Form, Released, Subject};

/// All drafts, the newest last.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    /// The drafts.
    pub(super) entries: Vec<Entry>,
    /// How many there were so far.
    made: u64,
    /// Where the last one was to go.
    pub(super) target: Option<Target>,
}

/// A draft.
#[derive(Debug)]
pub(super) struct Entry {
    /// Which it is: numbers are not given twice.
    pub(super) id: u64,
    /// About what, and as what.
    pub(super) order: Order,
    /// How far it is.
    pub(super) state: State,
    /// What became of sending it.
    pub(super) sending: Sending,
    /// The file that it was last to be written to, and whether it was.
    pub(super) file: Option<(PathBuf, bool)>,
}

/// How far a draft is.
#[derive(Debug)]
pub(super) enum State {
    /// It is being written.
    Making,
    /// There can be no such report; why.
    Unfit(String),
    /// It is there.
    Made(Box<Made>),
}

/// A text that may leave, or may not.
#[derive(Debug)]
pub(super) struct Made {
    /// What knows the raw identifiers.
    pub(super) desk: Arc<Desk>,
    /// The text.
    pub(super) draft: Draft,
    /// The same as something that may leave; else what is left in it.
    pub(super) released: Result<Released, Vec<Leak>>,
    /// What stands in it in the place of something.
    pub(super) replaced: Vec<Replaced>,
    /// How often it was rewritten.
    pub(super) revision: u64,
}

/// What became of sending a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    /// Nothing was sent.
    Nothing,
    /// It is on its way.
    UnderWay(Target),
    /// It stands there.
    Done(Target, Done),
    /// It could not be sent.
    Failed(Target, String),
    /// Nobody says in whose name: where it can be sent by hand.
    ByHand(Target, Prefilled),
}

impl Made {
    /// A text, with what may be said of it.
    pub(super) fn new(desk: Arc<Desk>, draft: Draft, revision: u64) -> Self {
        let released = draft.clone().release(&desk.redactor);
        let replaced = desk.redactor.replaced_in(&draft.body);
        Self { desk, draft, released, replaced, revision }
    }

    /// What would stand on an issue: the text with the line by which it is found again.
    pub(super) fn marked(&self) -> Result<Released, Vec<Leak>> {
        self.draft.clone().marked().release(&self.desk.redactor)
    }

    /// What is left in it that may not leave.
    pub(super) fn leaks(&self) -> &[Leak] {
        self.released.as_ref().err().map_or(&[], Vec::as_slice)
    }
}

impl Drafts {
    /// Begins a draft, or gives the one that is there already. Whether it is a new one.
    pub(super) fn begin(&mut self, order: Order) -> (u64, bool) {
        if let Some(known) = self.entries.iter().find(|entry| entry.order.is_same(&order)) {
            return (known.id, false);
        }
        self.made += 1;
        let id = self.made;
        self.entries.push(Entry { id, order, state: State::Making, sending: Sending::Nothing, file: None });
        (id, true)
    }

    pub(super) fn get(&self, id: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.id == id)
    }

    /// Takes a draft away.
    pub(super) fn remove(&mut self, id: u64) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// Why quitting would lose something, if it would.
    pub(super) fn lost_by_quitting(&self) -> Option<&'static str> {
        let is_sent = |entry: &Entry| matches!(entry.sending, Sending::UnderWay(_));
        if self.entries.iter().any(is_sent) {
            return Some("A finding is still being sent");
        }
        self.entries.iter().any(Entry::is_only_here).then_some("A finding that you edited is neither saved nor sent")
    }
}

impl Entry {
    /// The text, if it is there.
    pub(super) fn made(&self) -> Option<&Made> {
        match &self.state {
            State::Made(made) => Some(made),
            State::Making | State::Unfit(_) => None,
        }
    }

    /// A name for a file of it.
    pub(super) fn file_name(&self) -> String {
        let [ending, _] = self.order.form.endings();
        format!("finding-{}.{ending}", self.id)
    }

    /// Whether somebody's words in it are nowhere else.
    pub(super) fn is_only_here(&self) -> bool {
        let is_kept =
            matches!(self.sending, Sending::Done(..)) || self.file.as_ref().is_some_and(|(_, written)| *written);
        self.made().is_some_and(|made| made.revision > 0) && !is_kept
    }

    /// How it stands, in a few words.
    pub(super) fn says(&self) -> String {
        match (&self.state, &self.sending) {
            (State::Making, _) => "being written".to_owned(),
            (State::Unfit(_), _) => "cannot be written".to_owned(),
            (State::Made(made), _) if !made.leaks().is_empty() => "not sanitised".to_owned(),
            (_, Sending::UnderWay(target)) => format!("on its way to {target}"),
            (_, Sending::Done(target, done)) => format!("{}: {target}", done.summary()),
            (_, Sending::Failed(target, _)) => format!("not sent to {target}"),
            (_, Sending::ByHand(target, _)) => format!("to be sent by hand to {target}"),
            (State::Made(_), Sending::Nothing) => match &self.file {
                Some((path, true)) => format!("saved as {}", path.display()),
                _ => "draft".to_owned(),
            },
        }
    }
}

/// What a report is about, in a few words.
pub(super) fn about(subject: &Subject) -> String {
    match subject {
        Subject::Question(question) if question.number.is_none() => format!("discrepancy {}", question.id),
        Subject::Question(question) => format!("question {}", question.id),
        Subject::Rule(rule) => format!("rule {}", rule.id),
        Subject::Call(index) => format!("call #{}", index + 1),
    }
}

/// The forms that suit a subject, best first.
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
    }
}
