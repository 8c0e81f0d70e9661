//! Where a capture's bytes come from.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};

use super::follow::{Following, Growing, Once, Piped, Progress};
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

    /// Opens it. With `live`, it is read as it grows, and waiting for more ends when nobody wants more; files that are
    /// not followed end where they end.
    pub(super) fn open(&self, live: Option<&Live>, progress: &Arc<Progress>) -> io::Result<Box<dyn Read>> {
        let Some(path) = self.path() else {
            return match live {
                Some(live) => {
                    let piped = Piped::new(|| Ok(io::stdin()), live.until.clone(), Arc::clone(progress))?;
                    Ok(Box::new(piped))
                }
                None => Ok(Box::new(io::stdin().lock())),
            };
        };
        let there = path.metadata()?;
        if there.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        match live {
            Some(live) if !there.is_file() => {
                let path = path.to_owned();
                let piped = Piped::new(move || File::open(path), live.until.clone(), Arc::clone(progress))?;
                Ok(Box::new(piped))
            }
            Some(live) if live.grows => {
                let file = File::open(path)?;
                Ok(Box::new(Growing::new(path.to_owned(), file, live.until.clone(), Arc::clone(progress))))
            }
            _ if there.is_file() => Ok(Box::new(Once::new(path.to_owned(), File::open(path)?, Arc::clone(progress))?)),
            _ => Ok(Box::new(File::open(path)?)),
        }
    }
}

/// How captures are read whose next bytes may come late.
#[derive(Clone, Debug, Default)]
pub(super) struct Live {
    /// What ends the waiting for more.
    pub(super) until: Following,
    /// Whether files are read on as they grow.
    pub(super) grows: bool,
}

/// A reader that tells how far it has come, and digests what cannot be read again.
pub(super) struct Counted<R> {
    inner: R,
    progress: Arc<Progress>,
    digest: Option<Context>,
    is_at_end: bool,
}

impl<R: Read> Counted<R> {
    /// Counts the bytes of `inner`.
    pub(super) const fn new(inner: R, progress: Arc<Progress>) -> Self {
        Self { inner, progress, digest: None, is_at_end: false }
    }

    /// Digests the bytes too, unless its source can be read again.
    pub(super) fn digesting(self, source: &Source) -> Self {
        let digest = (!source.is_repeatable()).then(|| Context::new(&SHA256));
        Self { digest, ..self }
    }

    /// The SHA-256 of all bytes, as lower-case hex; `None` if they were not digested, or not read to their end.
    pub(super) fn digest(self) -> Option<String> {
        let digest = self.digest.filter(|_| self.is_at_end)?;
        Some(HEXLOWER.encode(digest.finish().as_ref()))
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.bytes.fetch_add(read as u64, Ordering::Relaxed);
        self.is_at_end |= read == 0 && !buffer.is_empty();
        if let Some(digest) = &mut self.digest {
            digest.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}
