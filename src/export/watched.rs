//! A target that remembers why it took no more bytes.

use std::io::{self, Write};

/// Passes bytes on, and keeps the first failure, which an encoder may turn into words.
pub(crate) struct Watched<W> {
    inner: W,
    failure: Option<io::Error>,
}

impl<W: Write> Watched<W> {
    pub(crate) const fn new(inner: W) -> Self {
        Self { inner, failure: None }
    }

    /// The first failure, if there was one.
    pub(crate) fn failure(self) -> Option<io::Error> {
        self.failure
    }

    fn watch<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let (kind, words) = (error.kind(), error.to_string());
            if kind != io::ErrorKind::Interrupted && self.failure.is_none() {
                self.failure = Some(error);
            }
            io::Error::new(kind, words)
        })
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        self.watch(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.inner.flush();
        self.watch(flushed)
    }
}
