//! Background jobs, so that a key is never kept waiting: summing up evidence, writing and sending drafts, and looking up a
//! stanza's bytes.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::board::Board;
use super::drafts::{Request, Source};
use super::kit::command::Done;
use super::kit::paths::Folder;
use crate::analysis::{Analysis, Excerpt, ExcerptError, Lookup, LookupError, Packing, Passages, Wanted};
use crate::github::{self, Access, Error, Post, Prefilled, Target, by_hand};
use crate::output::{Existing, Output, Readers};
use crate::redact::{Aliases, Redactor};
use crate::report::{Draft, Released};
use crate::words::counted;

/// The id of jobs that are for no draft.
pub(super) const NO_DRAFT: u64 = 0;

/// A job.
#[derive(Debug)]
pub struct Job {
    /// The draft that it is for, if it is for one.
    pub(super) id: u64,
    pub(super) task: Task,
}

/// What to do.
#[derive(Debug)]
pub(super) enum Task {
    /// Write it.
    Draft {
        request: Request,
        analysis: Arc<Analysis>,
        /// The source of an earlier draft of the same calls.
        source: Option<Arc<Source>>,
        /// The names of the user and the machine, which must not be published.
        here: Vec<String>,
    },
    /// Sum up the evidence of all calls.
    Board(Arc<Analysis>),
    /// Find what must be replaced while pseudonyms are shown: names and ids of all captures, and of this machine.
    Pseudonyms(Arc<Analysis>, Vec<String>),
    /// Read a folder, given as it was typed.
    List(String),
    /// Copy packets to a file.
    Packets { lookup: Arc<Lookup>, path: PathBuf, excerpt: Excerpt, packing: Packing, over: bool },
    /// Send it.
    Send { report: Box<Released>, target: Target, access: Access },
}

/// The result of a job.
#[derive(Debug)]
pub struct JobDone {
    /// The draft.
    pub(super) id: u64,
    pub(super) outcome: Outcome,
}

/// How a job ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A draft was written, or cannot be.
    Drafted(Arc<Source>, Result<Box<Draft>, String>),
    /// What must be replaced in this analysis is known.
    Pseudonyms(Arc<Analysis>, Box<Redactor>),
    /// The evidence was summed up.
    Board(Box<Board>),
    /// A folder was read.
    Listed(Folder),
    /// A file was written, or was not.
    Written(Done),
    /// A report was sent, or was not.
    Sent(Target, Result<github::Done, Error>),
    /// There is no token; the form where it can be submitted manually.
    NoToken(Target, Prefilled),
    /// The job panicked.
    Failed,
}

impl Job {
    /// A job that copies packets to a file.
    #[must_use]
    pub fn packets(lookup: Arc<Lookup>, path: PathBuf, excerpt: Excerpt, packing: Packing, over: bool) -> Self {
        Self { id: NO_DRAFT, task: Task::Packets { lookup, path, excerpt, packing, over } }
    }

    /// Runs the job to its end.
    #[must_use]
    pub fn run(self) -> JobDone {
        let Self { id, task } = self;
        // The panic hook reports it; the interface goes on.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| task.run()));
        JobDone { id, outcome: outcome.unwrap_or(Outcome::Failed) }
    }
}

impl Task {
    fn run(self) -> Outcome {
        match self {
            Self::Draft { request, analysis, source, here } => {
                let source = source.unwrap_or_else(|| Arc::new(Source::new(&analysis, here)));
                let draft = source.draft(&request).map(Box::new);
                Outcome::Drafted(source, draft)
            }
            Self::Pseudonyms(analysis, here) => {
                let redactor = Redactor::new(&analysis, Aliases::default(), here);
                Outcome::Pseudonyms(analysis, Box::new(redactor))
            }
            Self::Packets { lookup, path, excerpt, packing, over } => {
                Outcome::Written(copy(&lookup, &path, &excerpt, packing, over))
            }
            Self::List(folder) => Outcome::Listed(Folder::read(folder)),
            Self::Board(analysis) => Outcome::Board(Box::new(Board::new(&analysis))),
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

/// Copies packets to a file.
fn copy(lookup: &Lookup, path: &Path, excerpt: &Excerpt, packing: Packing, over: bool) -> Done {
    let existing = if over { Existing::Replace } else { Existing::Keep };
    if !over && path.is_file() {
        return Done::Exists(path.to_owned());
    }
    let copied = Output::create(path, existing, Readers::Usual).map_err(ExcerptError::from).and_then(|mut out| {
        let copied = lookup.copy(excerpt, packing, &mut out)?;
        out.finish()?;
        Ok(copied)
    });
    match copied {
        Ok(copied) => Done::Message(format!("{} written to {}", counted(copied, "packet"), path.display())),
        Err(error) => Done::Message(format!("Cannot write {}: {error}", path.display())),
    }
}

/// Runs jobs, each on its own thread.
pub(super) struct Jobs {
    done: Receiver<JobDone>,
    sender: Sender<JobDone>,
    running: usize,
}

impl Jobs {
    /// Without jobs.
    pub(super) fn new() -> Self {
        let (sender, done) = mpsc::channel();
        Self { done, sender, running: 0 }
    }

    /// Starts jobs.
    pub(super) fn start(&mut self, jobs: Vec<Job>) {
        for job in jobs {
            self.running += 1;
            let (to_do, given) = mpsc::channel::<Job>();
            let sender = self.sender.clone();
            // Nobody receives the result once the interface is gone.
            let work = move || given.iter().for_each(|job| drop(sender.send(job.run())));
            // Where the system has no more threads, the interface waits for the job.
            let undone = match thread::Builder::new().spawn(work) {
                Ok(_) => to_do.send(job).err().map(|unsent| unsent.0),
                Err(_) => Some(job),
            };
            if let Some(job) = undone {
                drop(self.sender.send(job.run()));
            }
        }
    }

    /// Returns whether jobs are running.
    pub(super) const fn is_busy(&self) -> bool {
        self.running > 0
    }

    /// The jobs that have ended since the last time.
    pub(super) fn finished(&mut self) -> Vec<JobDone> {
        let done: Vec<_> = self.done.try_iter().collect();
        self.running -= done.len();
        done
    }
}

/// The result of a lookup.
type Answer = (Wanted, Result<Passages, LookupError>);

/// Looks up bytes on its own thread, one stanza at a time: a new request cancels the previous one.
#[derive(Debug)]
pub(super) struct Lookups {
    lookup: Arc<Lookup>,
    /// Cancels the running lookup.
    stop: Arc<AtomicBool>,
    sender: Sender<Answer>,
    answers: Receiver<Answer>,
    is_waiting: bool,
}

impl Lookups {
    /// Without a request.
    pub(super) fn new(lookup: Lookup) -> Self {
        let (sender, answers) = mpsc::channel();
        Self { lookup: Arc::new(lookup), stop: Arc::default(), sender, answers, is_waiting: false }
    }

    /// Where it looks.
    pub(super) fn lookup(&self) -> Arc<Lookup> {
        Arc::clone(&self.lookup)
    }

    /// Looks up a stanza, and cancels the previous request.
    pub(super) fn ask(&mut self, wanted: Wanted) {
        self.stop.store(true, Ordering::Relaxed);
        self.stop = Arc::default();
        self.is_waiting = true;
        let (stop, sender, lookup) = (Arc::clone(&self.stop), self.sender.clone(), Arc::clone(&self.lookup));
        let asked = wanted.clone();
        let work = move || {
            let answer = lookup.passages(&wanted, &stop);
            if answer != Err(LookupError::Stopped) {
                // Sending fails only if the interface has ended.
                let _ = sender.send((wanted, answer));
            }
        };
        if let Err(error) = thread::Builder::new().name("lookup".to_owned()).spawn(work) {
            let _ = self.sender.send((asked, Err(LookupError::Unreadable(error.to_string()))));
        }
    }

    /// The answer, once.
    pub(super) fn answer(&mut self) -> Option<Answer> {
        let answer = self.answers.try_recv().ok()?;
        self.is_waiting = false;
        Some(answer)
    }

    /// Returns whether an answer is still to come.
    pub(super) const fn is_waiting(&self) -> bool {
        self.is_waiting
    }
}

impl Drop for Lookups {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The bytes that the selected stanza came in, below Noise: looked up when they are shown, and kept for one stanza.
#[derive(Debug, Default)]
pub(super) struct LayerBytes {
    wanted: Option<Wanted>,
    found: Option<Result<Passages, LookupError>>,
    /// How often it changed.
    revision: usize,
}

impl LayerBytes {
    /// Requests the bytes of a stanza; returns whether they must be looked up.
    pub(super) fn want(&mut self, wanted: &Wanted) -> bool {
        let is_new = self.wanted.as_ref() != Some(wanted);
        if is_new {
            *self = Self { wanted: Some(wanted.clone()), found: None, revision: self.revision + 1 };
        }
        is_new
    }

    /// Stores what was found, unless another stanza was requested in the meantime.
    pub(super) fn store(&mut self, wanted: &Wanted, found: Result<Passages, LookupError>) {
        if self.wanted.as_ref() == Some(wanted) {
            self.found = Some(found);
            self.revision += 1;
        }
    }

    /// The bytes of a stanza, or why there are none; `None` while they are being looked up.
    pub(super) fn of(&self, wanted: &Wanted) -> Option<&Result<Passages, LookupError>> {
        self.found.as_ref().filter(|_| self.wanted.as_ref() == Some(wanted))
    }

    /// A number that changes whenever the bytes do.
    pub(super) const fn revision(&self) -> usize {
        self.revision
    }
}
