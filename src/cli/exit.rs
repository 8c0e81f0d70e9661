//! Exit codes, and why nothing could be done.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything was done.
    Done,
    /// Something was lost; the rest was done.
    Lost,
    /// The command line makes no sense.
    Usage,
    /// It refused to write.
    Refused,
    /// The remote said no.
    Remote,
}

/// Every exit code, and when the program ends with it.
pub(super) const EXIT_CODES: &[(u8, &str)] = &[
    (0, "everything was done. A rule that is violated or a question that stays open is a result, not a failure."),
    (
        1,
        "something was lost, and the rest was done: a file that cannot be read, a cut or corrupt record, a gap, or \
         traffic that stayed encrypted. `ringtrace inspect` says what, and what to do about it. Also: what was asked for \
         could not be written, as on a full disk; then there is no half of it.",
    ),
    (2, "the command line makes no sense: an unknown option or id, or a pattern that matches no file."),
    (
        3,
        "the program refused to write: the target is there already (--force overwrites it), or what was to leave still \
         has a number, an id or a name of the captures, also in a note of yours. Nothing was written.",
    ),
    (4, "the server that a report was to be sent to said no, or gave no answer."),
];

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Lost => 1,
            Exit::Usage => 2,
            Exit::Refused => 3,
            Exit::Remote => 4,
        })
    }
}

/// Why a run did not do what was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A pattern of file names matches nothing, or is none.
    #[error("{0}")]
    Usage(String),
    /// The target is there already.
    #[error("{0} exists; --force overwrites it")]
    Exists(String),
    /// The target took no bytes.
    #[error("{target}: {error}")]
    Write {
        /// What was written to.
        target: String,
        /// What the system said.
        error: io::Error,
    },
    /// A key log cannot be read.
    #[error("{path}: {error}")]
    KeyLog {
        /// Which.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// Raw identifiers are left in what was to leave: where, and of which kinds.
    #[error("nothing was written, since raw identifiers are left: {}", Listed(.0))]
    Leaks(Vec<String>),
    /// The server of issues said no, or nothing.
    #[error("{0}")]
    Remote(ringtrace::github::Error),
    /// The notes beside a capture cannot be read.
    #[error("{path}: {error}")]
    Notes {
        /// Which file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
    /// A table cannot be encoded.
    #[error("{0}")]
    Encode(String),
}

impl Failure {
    /// The exit code that says so.
    pub(super) const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Exists(_) | Self::Leaks(_) => Exit::Refused,
            Self::Remote(_) => Exit::Remote,
            Self::Write { .. } | Self::KeyLog { .. } | Self::Notes { .. } | Self::Encode(_) => Exit::Lost,
        }
    }

    /// Whether the reader of the output went away, as `head` does.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The most leaks that a message lists.
const LISTED: usize = 10;

/// Leaks as a list.
struct Listed<'l>(&'l [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, leak) in self.0.iter().take(LISTED).enumerate() {
            let separator = if place > 0 { "; " } else { "" };
            write!(f, "{separator}{leak}")?;
        }
        match self.0.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
