//! A file that is still being written, read as it grows.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How often a file that has no more to read is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How many bytes at the beginning of a file show whether it is text.
const BEGINNING: usize = 8;

/// Ends the following of files, from another thread.
#[derive(Clone, Debug, Default)]
pub struct Following(Arc<AtomicBool>);

impl Following {
    /// Lets every followed file end where it ends now.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What happened to a followed file, counted.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// How often another file took its place.
    pub(super) replaced: AtomicU64,
    /// How often it became shorter than what had been read of it.
    pub(super) truncated: AtomicU64,
    /// Whether more can be read at once, so that what was found so far need not be shown yet.
    pub(super) is_behind: AtomicBool,
}

/// Reads a file to its end, waits for more, and goes on at the beginning of what replaces it.
pub(super) struct Growing {
    path: PathBuf,
    file: File,
    /// The file that took its place, whose turn comes once this one is read to its end.
    next: Option<File>,
    offset: u64,
    is_text: bool,
    /// The last byte read.
    last: Option<u8>,
    until: Following,
    changes: Arc<Changes>,
}

impl Growing {
    /// Follows the file at `path`, opened as `file`.
    pub(super) fn new(path: PathBuf, file: File, until: Following) -> (Self, Arc<Changes>) {
        let changes = Arc::new(Changes::default());
        let growing = Self {
            path,
            file,
            next: None,
            offset: 0,
            is_text: false,
            last: None,
            until,
            changes: Arc::clone(&changes),
        };
        (growing, changes)
    }

    /// Goes on with what took the file's place, or with its own beginning. Returns whether there is anything new.
    fn go_on(&mut self) -> io::Result<bool> {
        if let Some(next) = self.next.take() {
            (self.file, self.offset) = (next, 0);
            self.changes.replaced.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        let own = self.file.metadata()?;
        match fs::metadata(&self.path) {
            // What was appended to the old one meanwhile is read first.
            Ok(there) if there.is_file() && !is_same(&own, &there) => {
                self.next = File::open(&self.path).ok();
                Ok(self.next.is_some())
            }
            // Between its removal and the creation of the next one there is none.
            _ if own.len() < self.offset => {
                self.file.rewind()?;
                self.offset = 0;
                self.changes.truncated.fetch_add(1, Ordering::Relaxed);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Returns whether the last line of a text was cut, and what follows is the beginning of another file.
    fn is_cut(&self) -> bool {
        self.is_text && self.offset == 0 && self.last.is_some_and(|last| last != b'\n')
    }
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if self.is_cut()
                && let Some(first) = buffer.first_mut()
            {
                *first = b'\n';
                self.last = Some(b'\n');
                return Ok(1);
            }
            let count = self.file.read(buffer)?;
            let read = buffer.get(..count).unwrap_or_default();
            if let Some(last) = read.last() {
                if self.last.is_none() {
                    let beginning = read.get(..BEGINNING).unwrap_or(read);
                    self.is_text = !beginning.contains(&0) && beginning.is_ascii();
                }
                self.last = Some(*last);
                self.offset += count as u64;
                self.changes.is_behind.store(count == buffer.len(), Ordering::Relaxed);
                return Ok(count);
            }
            self.changes.is_behind.store(false, Ordering::Relaxed);
            if !self.go_on()? {
                if self.until.is_stopped() {
                    return Ok(0);
                }
                thread::sleep(LOOK_EVERY);
            }
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere only the time of creation tells files apart.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A followed file, and what is read of it.
    struct Bench {
        folder: tempfile::TempDir,
        reader: Growing,
        changes: Arc<Changes>,
    }

    impl Bench {
        fn new(content: &[u8]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("log");
            fs::write(&path, content).unwrap();
            let (reader, changes) = Growing::new(path.clone(), File::open(path).unwrap(), Following::default());
            Self { folder, reader, changes }
        }

        fn path(&self) -> PathBuf {
            self.folder.path().join("log")
        }

        fn read(&mut self, count: usize) -> String {
            let mut bytes = vec![0; count];
            self.reader.read_exact(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        }
    }

    #[test]
    fn what_is_appended_is_read_and_a_stop_ends_it() {
        let mut bench = Bench::new(b"one\n");
        assert_eq!(bench.read(4), "one\n");
        fs::OpenOptions::new().append(true).open(bench.path()).unwrap().write_all(b"two\nlast").unwrap();
        assert_eq!(bench.read(4), "two\n");
        bench.reader.until.stop();
        let mut rest = String::new();
        bench.reader.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "last");
    }

    #[test]
    fn a_rotated_file_is_read_to_its_end_and_then_the_next() {
        let mut bench = Bench::new(b"{\"one\":1}\n{\"cut");
        assert_eq!(bench.read(15), "{\"one\":1}\n{\"cut");
        fs::rename(bench.path(), bench.folder.path().join("log.1")).unwrap();
        fs::write(bench.path(), b"{\"two\":2}\n").unwrap();
        assert_eq!(bench.read(11), "\n{\"two\":2}\n");
        assert_eq!(bench.changes.replaced.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_truncated_file_is_read_from_its_beginning() {
        let mut bench = Bench::new(b"one\ntwo\n");
        assert_eq!(bench.read(8), "one\ntwo\n");
        fs::write(bench.path(), b"new\n").unwrap();
        assert_eq!(bench.read(4), "new\n");
        assert_eq!(bench.changes.truncated.load(Ordering::Relaxed), 1);
    }
}
