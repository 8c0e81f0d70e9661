//! What takes too long for a key to wait for, done on a thread of its own: writing a draft, and sending it.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use super::drafts::about;
use crate::analysis::Analysis;
use crate::github::{Access, Error, Post, Prefilled, Target, by_hand};
use crate::redact::{Aliases, Redactor, Sanitised};
use crate::report::{Draft, Form, Released, Report, Shown, Subject, digests};

/// What drafts are made of: the calls as others may see them, and what knows every raw identifier. Dear to make, and
/// the same for all drafts.
#[derive(Debug)]
pub(super) struct Desk {
    /// What knows every raw identifier.
    pub(super) redactor: Redactor,
    sanitised: Sanitised,
    digests: Vec<Option<String>>,
}

/// What is to be drafted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// About what.
    pub(super) subject: Subject,
    /// As what.
    pub(super) form: Form,
    /// The stanza to show, by the indexes of its call and row, where a form shows one.
    pub(super) stanza: Option<(usize, usize)>,
}

impl Order {
    /// Whether it would give the same draft.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let key = |order: &Self| (about(&order.subject), order.form, order.stanza);
        key(self) == key(other)
    }
}

impl Desk {
    fn new(analysis: &Analysis, here: Vec<String>) -> Self {
        let redactor = Redactor::new(analysis, Aliases::default(), here);
        Self { sanitised: redactor.sanitise(analysis), digests: digests(analysis), redactor }
    }

    fn draft(&self, order: &Order) -> Result<Draft, String> {
        let report = Report {
            sanitised: &self.sanitised,
            digests: &self.digests,
            subject: order.subject,
            form: order.form,
            stanza: order.stanza.map(|(call, row)| Shown::Row { call, row }),
            filter: None,
        };
        let draft = report.draft().map_err(|unfit| unfit.to_string())?;
        // A comment in YAML would be none.
        Ok(if order.form == Form::Corpus { draft } else { draft.marked() })
    }
}

/// Something to be done behind.
#[derive(Debug)]
pub struct Job {
    /// Of which draft.
    pub(super) id: u64,
    pub(super) task: Task,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Task {
    /// A draft is to be written.
    Draft {
        order: Order,
        analysis: Arc<Analysis>,
        /// What was made for an earlier draft of the same calls.
        desk: Option<Arc<Desk>>,
        /// The names of the user and the machine, which may not leave.
        here: Vec<String>,
    },
    /// A report is to be sent.
    Send { report: Box<Released>, target: Target, access: Access },
}

/// What came of a job.
#[derive(Debug)]
pub struct JobDone {
    /// Of which draft.
    pub(super) id: u64,
    pub(super) outcome: Outcome,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A draft was written, or cannot be.
    Drafted(Arc<Desk>, Result<Box<Draft>, String>),
    /// A report was sent, or was not.
    Sent(Target, Result<crate::github::Done, Error>),
    /// There is no token to send it with: where it can be sent by hand.
    NoToken(Target, Prefilled),
    /// The program failed at it.
    Failed,
}

impl Job {
    /// Does it, however long that takes.
    #[must_use]
    pub fn run(self) -> JobDone {
        let Self { id, task } = self;
        // A failure is reported by whoever takes panics; the interface goes on.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| task.run()));
        JobDone { id, outcome: outcome.unwrap_or(Outcome::Failed) }
    }
}

impl Task {
    fn run(self) -> Outcome {
        match self {
            Self::Draft { order, analysis, desk, here } => {
                let desk = desk.unwrap_or_else(|| Arc::new(Desk::new(&analysis, here)));
                let draft = desk.draft(&order).map(Box::new);
                Outcome::Drafted(desk, draft)
            }
            Self::Send { report, target, access } => match access.client() {
                Some(client) => {
                    let sent = Post { target: &target, report: &report }.send(&client);
                    Outcome::Sent(target, sent)
                }
                None => {
                    let prefilled = by_hand(&access.api, &target, &report);
                    Outcome::NoToken(target, prefilled)
                }
            },
        }
    }
}
