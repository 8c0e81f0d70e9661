//! The folder of a checkout: whether something in it is not committed, and how a change is written into it.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::change::FileChange;
use crate::output;

/// What is known of a checkout's changes that are not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There are none in the spec's data.
    Clean,
    /// These files have some.
    Changed(Vec<String>),
    /// It is no working tree of Git: nothing can be said.
    Unversioned,
    /// Git does not say: why.
    Unknown(String),
}

/// The folders whose files a change is made of: what the spec's scripts generate elsewhere does not matter.
const DATA: [&str; 2] = ["spec", "corpus"];

/// What Git says of the data in a checkout.
#[must_use]
pub fn state(root: &Path) -> State {
    if !root.join(".git").exists() {
        return State::Unversioned;
    }
    // A checkout can configure programs that Git then runs; none is needed here.
    let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"];
    let status = ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames", "--"];
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(safe).args(status).args(DATA).env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    match git.output() {
        Ok(output) if output.status.success() => {
            let listed = String::from_utf8_lossy(&output.stdout);
            let files: Vec<_> = listed.split('\0').filter_map(|entry| entry.get(3..)).map(str::to_owned).collect();
            if files.is_empty() { State::Clean } else { State::Changed(files) }
        }
        Ok(output) => {
            let says = String::from_utf8_lossy(&output.stderr);
            State::Unknown(says.lines().next().unwrap_or("git failed").to_owned())
        }
        Err(error) => State::Unknown(format!("git: {error}")),
    }
}

/// Writes the files of a change: all of them, or none.
///
/// # Errors
/// If a file leads out of the checkout or cannot be written: which, and why.
pub fn write<'c>(root: &Path, files: impl IntoIterator<Item = &'c FileChange>) -> Result<(), (PathBuf, io::Error)> {
    let inside = fs::canonicalize(root).map_err(|error| (root.to_owned(), error))?;
    let mut targets = Vec::new();
    for file in files {
        let path = root.join(&file.path);
        let nearest = path.ancestors().find(|known| known.symlink_metadata().is_ok()).unwrap_or(root);
        let leads = fs::canonicalize(nearest).map_err(|error| (path.clone(), error))?;
        if !leads.starts_with(&inside) {
            return Err((path, io::Error::other("leads out of the checkout")));
        }
        if path.file_name().and_then(OsStr::to_str).is_none() {
            return Err((path, io::ErrorKind::InvalidFilename.into()));
        }
        targets.push((path, file.after.as_str()));
    }
    output::write_all(&targets)
}
