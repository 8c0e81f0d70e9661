//! Where a capture's bytes come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::follow::{Changes, Following, Growing};
use crate::protocol::binary::Jid;

/// What the user says of a capture that it need not say itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The name of its format.
    pub format: Option<String>,
    /// How it was made, one of [`TECHNIQUES`](crate::input::TECHNIQUES).
    pub technique: Option<String>,
    /// The device whose socket was recorded.
    pub device: Option<Jid>,
}

/// A capture to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file that the user named.
    File(PathBuf),
    /// A file of a folder that the user named: it may be no capture, and then it is skipped.
    FileInFolder(PathBuf),
    /// Standard input.
    StandardInput,
}

impl Source {
    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> String {
        self.path().map_or_else(|| "standard input".to_owned(), |path| path.to_string_lossy().into_owned())
    }

    /// The file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::FileInFolder(path) => Some(path),
            Self::StandardInput => None,
        }
    }

    /// Whether it can be read a second time from its beginning.
    pub(super) fn is_repeatable(&self) -> bool {
        self.path().is_some_and(|path| path.metadata().is_ok_and(|there| there.is_file()))
    }

    /// Its bytes in all, where that is known beforehand.
    pub(super) fn size(&self) -> Option<u64> {
        let there = self.path()?.metadata().ok()?;
        there.is_file().then_some(there.len())
    }

    /// Opens it. What happens to a file that is followed is counted.
    pub(super) fn open(&self, following: Option<&Following>) -> io::Result<Opened> {
        let Some(path) = self.path() else { return Ok((Box::new(io::stdin().lock()), None)) };
        let file = File::open(path)?;
        let there = file.metadata()?;
        if there.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        match following.filter(|_| there.is_file()) {
            Some(following) => {
                let (growing, changes) = Growing::new(path.to_owned(), file, following.clone());
                Ok((Box::new(growing), Some(changes)))
            }
            // A pipe waits for more by itself.
            None => Ok((Box::new(file), None)),
        }
    }
}

/// The bytes of a capture, and what happens to the file where it is followed.
pub(super) type Opened = (Box<dyn Read>, Option<Arc<Changes>>);

/// A reader that tells how far it has come.
pub(super) struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Counted<R> {
    /// Counts the bytes of `inner` in `bytes`.
    pub(super) const fn new(inner: R, bytes: Arc<AtomicU64>) -> Self {
        Self { inner, bytes }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
