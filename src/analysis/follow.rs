//! Captures that are still being written: files read as they grow, pipes that may fall silent, and files that change while
//! they are read once.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How often a file that has no more to read is looked at, at first, and in the end if it stays as it is.
const LOOK_EVERY: Duration = Duration::from_millis(20);
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_millis(80);

/// How many bytes are read from a pipe at once, and how often it is checked whether anybody still wants them.
const PIECE: usize = 64 << 10;
const CHECK_EVERY: Duration = Duration::from_millis(50);

/// How many bytes at the beginning of a file show whether it is text.
const BEGINNING: usize = 8;

/// Ends the following of files, from another thread.
#[derive(Clone, Debug, Default)]
pub struct Following {
    is_stopped: Arc<AtomicBool>,
    /// That of which this is a part.
    whole: Option<Arc<AtomicBool>>,
}

impl Following {
    /// Lets every followed file end where it ends now.
    pub fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Returns whether it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        [Some(&self.is_stopped), self.whole.as_ref()].into_iter().flatten().any(|flag| flag.load(Ordering::Relaxed))
    }

    /// Returns a part of it, which can also end by itself.
    pub(super) fn part(&self) -> Self {
        Self { is_stopped: Arc::default(), whole: Some(Arc::clone(&self.is_stopped)) }
    }
}

/// How far the reading of a capture has come, as its reader reports it to others.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The bytes read.
    pub(super) bytes: AtomicU64,
    /// The records read.
    pub(super) records: AtomicU64,
    /// Whether everything that was there was read and handed on, and the reader waits for more.
    pub(super) is_waiting: AtomicBool,
    /// Whether what was found so far should be shown at once, because no more may come for long.
    pub(super) is_live: AtomicBool,
    /// How often another file took the place of a followed one.
    pub(super) replaced: AtomicU64,
    /// How often a followed file became shorter than what had been read of it.
    pub(super) truncated: AtomicU64,
    /// The bytes that a file had when its reading began, and no longer had when their turn came.
    pub(super) gone: AtomicU64,
    /// Whether another file took the place of one that is not followed.
    pub(super) is_superseded: AtomicBool,
}

impl Progress {
    /// Returns whether the file is no longer the one whose bytes were read.
    pub(super) fn has_changed(&self) -> bool {
        let is_any =
            [&self.replaced, &self.truncated, &self.gone].iter().any(|count| count.load(Ordering::Relaxed) > 0);
        is_any || self.is_superseded.load(Ordering::Relaxed)
    }

    fn read(&self, has_more: bool) {
        self.is_waiting.store(false, Ordering::Release);
        self.is_live.store(!has_more, Ordering::Relaxed);
    }

    /// Everything that was there was handed on.
    pub(super) fn wait(&self) {
        self.is_live.store(true, Ordering::Relaxed);
        self.is_waiting.store(true, Ordering::Release);
    }
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
    /// How long it waits before the next look.
    patience: Duration,
    until: Following,
    progress: Arc<Progress>,
}

impl Growing {
    /// Follows the file at `path`, opened as `file`.
    pub(super) const fn new(path: PathBuf, file: File, until: Following, progress: Arc<Progress>) -> Self {
        let patience = LOOK_EVERY;
        Self { path, file, next: None, offset: 0, is_text: false, last: None, patience, until, progress }
    }

    /// Goes on with what took the file's place, or with its own beginning. Returns whether there is anything new.
    fn go_on(&mut self) -> io::Result<bool> {
        if let Some(next) = self.next.take() {
            (self.file, self.offset) = (next, 0);
            self.progress.replaced.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        let own = self.file.metadata()?;
        if is_replaced(&self.path, &own) {
            // What was appended to the old one meanwhile is read first.
            self.next = File::open(&self.path).ok();
            return Ok(self.next.is_some());
        }
        if own.len() < self.offset {
            self.file.rewind()?;
            self.offset = 0;
            self.progress.truncated.fetch_add(1, Ordering::Relaxed);
            return Ok(true);
        }
        Ok(false)
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
                let has_more = count == buffer.len() && self.file.metadata()?.len() > self.offset;
                self.progress.read(has_more);
                self.patience = LOOK_EVERY;
                return Ok(count);
            }
            if !self.go_on()? {
                self.progress.wait();
                if self.until.is_stopped() {
                    return Ok(0);
                }
                thread::sleep(self.patience);
                self.patience = (self.patience * 65 / 64).min(LOOK_AT_LEAST_EVERY);
            }
        }
    }
}

/// Reads a file once, to its end, and notices what happens to it meanwhile.
pub(super) struct Once {
    path: PathBuf,
    file: File,
    /// When it was opened.
    before: Metadata,
    offset: u64,
    progress: Arc<Progress>,
}

impl Once {
    /// Reads the file at `path`, opened as `file`.
    ///
    /// # Errors
    /// If the system does not tell its length.
    pub(super) fn new(path: PathBuf, file: File, progress: Arc<Progress>) -> io::Result<Self> {
        let before = file.metadata()?;
        Ok(Self { path, file, before, offset: 0, progress })
    }

    fn end(&self) {
        self.progress.gone.store(self.before.len().saturating_sub(self.offset), Ordering::Relaxed);
        self.progress.is_superseded.store(is_replaced(&self.path, &self.before), Ordering::Relaxed);
    }
}

impl Read for Once {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.offset += count as u64;
        if count == 0 && !buffer.is_empty() {
            self.end();
        }
        Ok(count)
    }
}

/// Reads a pipe, whose next bytes may never come, until that is no longer wanted.
pub(super) struct Piped {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    taken: usize,
    /// The piece after it, if that has come already.
    next: Option<Vec<u8>>,
    until: Following,
    progress: Arc<Progress>,
}

impl Piped {
    /// Reads what `open` opens, on a thread of its own: neither opening nor reading can be interrupted.
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub(super) fn new<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        until: Following,
        progress: Arc<Progress>,
    ) -> io::Result<Self> {
        let (sender, pieces) = mpsc::sync_channel(1);
        let read = move || {
            // Nobody receives it once the reading has ended.
            let fail = |error| drop(sender.send(Err(error)));
            let mut pipe = match open() {
                Ok(pipe) => pipe,
                Err(error) => return fail(error),
            };
            loop {
                let mut piece = vec![0; PIECE];
                match pipe.read(&mut piece) {
                    Ok(0) => return,
                    Ok(count) => {
                        piece.truncate(count);
                        if sender.send(Ok(piece)).is_err() {
                            return;
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return fail(error),
                }
            }
        };
        thread::Builder::new().name("pipe".to_owned()).spawn(read)?;
        Ok(Self { pieces, piece: Vec::new(), taken: 0, next: None, until, progress })
    }

    /// Waits for the next piece; `None` at the end.
    fn wait(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.progress.wait();
        loop {
            match self.pieces.recv_timeout(CHECK_EVERY) {
                Ok(piece) => return piece.map(Some),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if self.until.is_stopped() => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() && !buffer.is_empty() {
            let next = match self.next.take() {
                None => self.wait()?,
                next => next,
            };
            let Some(piece) = next else { return Ok(0) };
            (self.piece, self.taken) = (piece, 0);
        }
        let count = self.piece.get(self.taken..).unwrap_or_default().read(buffer)?;
        self.taken += count;
        if self.next.is_none() {
            self.next = self.pieces.try_recv().ok().transpose()?;
        }
        self.progress.read(self.taken < self.piece.len() || self.next.is_some());
        Ok(count)
    }
}

/// Returns whether another file is where this one was opened. Between its removal and the creation of the next one there is
/// none.
fn is_replaced(path: &Path, own: &Metadata) -> bool {
    fs::metadata(path).is_ok_and(|there| there.is_file() && !is_same(own, &there))
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
        progress: Arc<Progress>,
    }

    impl Bench {
        fn new(content: &[u8]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("log");
            fs::write(&path, content).unwrap();
            let progress = Arc::<Progress>::default();
            let file = File::open(&path).unwrap();
            let reader = Growing::new(path, file, Following::default(), Arc::clone(&progress));
            Self { folder, reader, progress }
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
        assert_eq!(bench.progress.replaced.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_truncated_file_is_read_from_its_beginning() {
        let mut bench = Bench::new(b"one\ntwo\n");
        assert_eq!(bench.read(8), "one\ntwo\n");
        fs::write(bench.path(), b"new\n").unwrap();
        assert_eq!(bench.read(4), "new\n");
        assert_eq!(bench.progress.truncated.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_happens_to_a_file_while_it_is_read_once_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let read = |change: &dyn Fn()| {
            fs::write(&path, b"one\ntwo\nthree\n").unwrap();
            let progress = Arc::<Progress>::default();
            let mut reader = Once::new(path.clone(), File::open(&path).unwrap(), Arc::clone(&progress)).unwrap();
            reader.read_exact(&mut [0; 4]).unwrap();
            change();
            let rest = io::read_to_string(reader).unwrap();
            (rest, progress.gone.load(Ordering::Relaxed), progress.is_superseded.load(Ordering::Relaxed))
        };
        let cut = |length| fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length).unwrap();
        assert_eq!(read(&|| {}), ("two\nthree\n".to_owned(), 0, false));
        assert_eq!(read(&|| cut(8)), ("two\n".to_owned(), 6, false));
        assert_eq!(read(&|| cut(2)), (String::new(), 10, false));
        let append = || fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"four\n").unwrap();
        assert_eq!(read(&append), ("two\nthree\nfour\n".to_owned(), 0, false));
        let replace = || {
            fs::write(folder.path().join("next"), b"other\n").unwrap();
            fs::rename(folder.path().join("next"), &path).unwrap();
        };
        assert_eq!(read(&replace), ("two\nthree\n".to_owned(), 0, true));
        assert_eq!(read(&|| fs::remove_file(&path).unwrap()), ("two\nthree\n".to_owned(), 0, false));
    }

    #[test]
    fn a_silent_pipe_is_given_up_when_nobody_wants_more() {
        let (reader, mut writer) = io::pipe().unwrap();
        let (until, progress) = (Following::default(), Arc::<Progress>::default());
        let mut piped = Piped::new(move || Ok(reader), until.clone(), Arc::clone(&progress)).unwrap();
        writer.write_all(b"half a rec").unwrap();
        let mut bytes = [0; 10];
        piped.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"half a rec");
        assert!(progress.is_live.load(Ordering::Relaxed), "what was found is shown");
        thread::scope(|scope| {
            let rest = scope.spawn(move || io::read_to_string(piped).unwrap());
            while !progress.is_waiting.load(Ordering::Acquire) {
                thread::yield_now();
            }
            until.stop();
            assert_eq!(rest.join().unwrap(), "", "although the writer still has it open");
        });
        drop(writer);
    }

    #[test]
    fn a_pipe_ends_and_fails_as_its_writer_does() {
        let piped = |open: fn() -> io::Result<&'static [u8]>| {
            io::read_to_string(Piped::new(open, Following::default(), Arc::default()).unwrap())
        };
        assert_eq!(piped(|| Ok(b"all")).unwrap(), "all");
        assert_eq!(piped(|| Err(io::ErrorKind::NotFound.into())).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
