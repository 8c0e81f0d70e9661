//! Exit codes, and the failures that lead to them.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was done.
    #[default]
    Done,
    /// Data was lost; everything else was done.
    Lost,
    /// The command line is wrong.
    Usage,
    /// Refused to write.
    Refused,
    /// The server refused.
    Remote,
    /// Something that `--deny` names was found.
    Denied,
}

/// Every exit code with its meaning, as `ringtrace explain` prints it.
pub(super) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "done. A violated rule or an open question is a result, not a failure."),
    (
        1,
        "data was lost, and everything else was done: a file that cannot be read, a truncated or corrupt record, a gap, \
         or traffic that stayed encrypted. Run `ringtrace inspect` to see what was lost and what to do about it. Also: \
         the output could not be written (e.g. disk full), in which case no partial file is left behind.",
    ),
    (2, "usage error: an unknown option or id, or a pattern that matches no file."),
    (
        3,
        "refused to write: the output file already exists (use --force to overwrite), or it is a capture, a key log, a \
         file of notes, the config or the pseudonym file, or the checkout of the spec has changes that are not committed, or the output still contains a number, id or name from the \
         captures, possibly in one of your notes. Nothing was written.",
    ),
    (4, "the server refused the report or did not answer."),
    (
        5,
        "something that --deny names was found; all output was written. It takes precedence over 1, so a run that also \
         lost data exits with 5.",
    ),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Lost => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Remote => 4,
            Exit::Denied => 5,
        })
    }
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// The output file exists.
    #[error("{0} already exists; use --force to overwrite")]
    Exists(String),
    /// The checkout to write into has changes that are not committed.
    #[error("refusing to write: {0}")]
    Dirty(String),
    /// The output file is an input.
    #[error("{0} is an input of this command; refusing to overwrite it, even with --force")]
    Input(String),
    /// The output could not be written.
    #[error("{target}: {error}")]
    Write {
        /// The file, or standard output.
        target: String,
        /// The system's error.
        error: io::Error,
    },
    /// A key log or a file of notes cannot be read.
    #[error("{path}: {error}")]
    Read {
        /// The file.
        path: String,
        /// The system's error.
        error: io::Error,
    },
    /// The system has no more threads.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// The output still contains raw identifiers.
    #[error("refusing to write: the output still contains raw identifiers: {}{}", Listed(places), hint(*by_chance))]
    Leaks {
        /// Where, and of which kinds.
        places: Vec<String>,
        /// Whether one may be a word that is a name only by chance.
        by_chance: bool,
    },
    /// The server refused the report or did not answer.
    #[error("{0}")]
    Remote(ringtrace::github::Error),
    /// A table cannot be encoded.
    #[error("{0}")]
    Encode(String),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write { target: "standard output".to_owned(), error }
    }
}

impl Failure {
    /// Returns the exit code of this failure.
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Exists(_) | Self::Input(_) | Self::Dirty(_) | Self::Leaks { .. } => Exit::Refused,
            Self::Remote(_) => Exit::Remote,
            Self::Write { .. } | Self::Read { .. } | Self::Encode(_) | Self::Thread(_) => Exit::Lost,
        }
    }

    /// Returns whether the reader of the output went away, as `head` does.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What can be done about a leak, if it may be one by chance.
const fn hint(by_chance: bool) -> &'static str {
    if by_chance { " (use --allow WORD for a word that is a name only by chance)" } else { "" }
}

/// The most leaks that a message lists.
const LISTED: usize = 10;

/// Leaks as a list.
struct Listed<'l>(&'l [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed: Vec<_> = self.0.iter().take(LISTED).map(String::as_str).collect();
        f.write_str(&listed.join("; "))?;
        match self.0.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
