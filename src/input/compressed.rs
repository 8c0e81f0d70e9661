//! Compressed files: gzip (RFC 1952), Zstandard (RFC 8878) and LZ4 frames, one inside the other at most twice.
//!
//! What is in them is read as it comes, whatever its size, in constant memory. Members and frames that follow each
//! other are one content, as for their own tools. Where an archive ends too early or is damaged, its content ends
//! there, and [`Decompressed::broken`] says why.

use std::cell::{Cell, RefCell};
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;

use super::diagnoses::{ARCHIVE_CUT, ARCHIVE_DAMAGED, ARCHIVE_TOO_DENSE};
use crate::anomaly::Diagnosis;

/// How many archives are unwrapped, one inside the other.
const MOST_NESTED: usize = 2;

/// How many bytes show what something is.
const MAGIC_LENGTH: usize = 4;

/// How many bytes of content an archive may have whatever its own size.
const ALWAYS_ALLOWED: u64 = 1 << 30;

/// How many times larger than the archive its content may be beyond that.
const MOST_DENSE: u64 = 1000;

/// The bytes of an input, without the archives around them.
pub(super) struct Decompressed<'r> {
    reader: Inner<'r>,
    /// The archives, the outermost first.
    containers: Vec<Container>,
    broken: Rc<RefCell<Option<Broken>>>,
}

/// Where an archive could not be read on.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    /// In which way.
    pub(super) diagnosis: &'static Diagnosis,
    /// The kind of archive, and what its decompressor says.
    pub(super) detail: String,
}

impl<'r> Decompressed<'r> {
    /// Finds out from the first bytes what the input is in.
    ///
    /// # Errors
    ///
    /// If `reader` cannot be read.
    pub(super) fn new(reader: &'r mut dyn Read) -> io::Result<Self> {
        let broken = Rc::default();
        let mut containers = Vec::new();
        let mut reader: Inner<'r> = Box::new(reader);
        for _ in 0..MOST_NESTED {
            let beginning = beginning(&mut reader)?;
            let container = Container::of(&beginning);
            reader = Box::new(io::Cursor::new(beginning).chain(reader));
            match container {
                Some(container) => {
                    reader = Box::new(Archive::new(container, reader, Rc::clone(&broken))?);
                    containers.push(container);
                }
                None => break,
            }
        }
        Ok(Self { reader, containers, broken })
    }

    /// The archives, the innermost first, as in `gzip in zstd`; `None` if there are none.
    pub(super) fn container(&self) -> Option<String> {
        let names = self.containers.iter().rev().map(|container| container.name());
        Some(names.collect::<Vec<_>>().join(" in ")).filter(|names| !names.is_empty())
    }

    /// Why the content ends, if an archive around it does not end properly. Known once the end has been read.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.broken.borrow().clone()
    }
}

impl Read for Decompressed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// Up to [`MAGIC_LENGTH`] bytes.
fn beginning(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAGIC_LENGTH as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Gzip,
    Zstandard,
    Lz4,
}

impl Container {
    /// The kind of archive that begins so.
    fn of(beginning: &[u8]) -> Option<Self> {
        match *beginning {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            // A frame, or one with something for other programs before it.
            [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => Some(Self::Zstandard),
            [0x04, 0x22, 0x4d, 0x18] => Some(Self::Lz4),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstandard => "zstd",
            Self::Lz4 => "lz4",
        }
    }
}

/// What a decompressor has read of its archive.
#[derive(Debug, Default)]
struct Progress {
    bytes: Cell<u64>,
    /// Whether it asked for more than there is.
    is_at_end: Cell<bool>,
    /// Whether it was the operating system that had no more.
    has_failed: Cell<bool>,
}

/// The bytes of an archive, with an account of what was read of them.
struct Observed<R> {
    inner: R,
    progress: Rc<Progress>,
}

impl<R> Observed<R> {
    fn new(inner: R, progress: &Rc<Progress>) -> Self {
        Self { inner, progress: Rc::clone(progress) }
    }
}

impl<R: Read> Read for Observed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(count) => {
                    self.progress.bytes.set(self.progress.bytes.get() + count as u64);
                    self.progress.is_at_end.set(count == 0 && !buffer.is_empty());
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.progress.has_failed.set(true);
                    return Err(error);
                }
            }
        }
    }
}

/// What an archive is read from.
type Inner<'r> = Box<dyn Read + 'r>;

/// A decompressor at work.
enum Decompressor<'r> {
    Gzip(Box<MultiGzDecoder<Observed<Inner<'r>>>>),
    Zstandard(zstd::Decoder<'static, BufReader<Observed<Inner<'r>>>>),
    Lz4 {
        /// Of the frame at hand: one that has read a frame may refuse another with other sizes.
        frame: Option<Box<FrameDecoder<Observed<BufReader<Inner<'r>>>>>>,
        /// How much of the archive was read when the last frame ended.
        frame_end: u64,
    },
}

/// The content of an archive.
struct Archive<'r> {
    container: Container,
    decompressor: Decompressor<'r>,
    progress: Rc<Progress>,
    /// Bytes of content so far.
    content: u64,
    broken: Rc<RefCell<Option<Broken>>>,
    has_ended: bool,
}

impl<'r> Archive<'r> {
    fn new(container: Container, inner: Box<dyn Read + 'r>, broken: Rc<RefCell<Option<Broken>>>) -> io::Result<Self> {
        let progress = Rc::<Progress>::default();
        let decompressor = match container {
            Container::Gzip => Decompressor::Gzip(Box::new(MultiGzDecoder::new(Observed::new(inner, &progress)))),
            Container::Zstandard => Decompressor::Zstandard(zstd::Decoder::new(Observed::new(inner, &progress))?),
            Container::Lz4 => {
                let observed = Observed::new(BufReader::new(inner), &progress);
                Decompressor::Lz4 { frame: Some(Box::new(FrameDecoder::new(observed))), frame_end: 0 }
            }
        };
        Ok(Self { container, decompressor, progress, content: 0, broken, has_ended: false })
    }

    fn decompress(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.decompressor {
            Decompressor::Gzip(members) => members.read(buffer),
            Decompressor::Zstandard(frames) => frames.read(buffer),
            // It gives nothing once at the end of each frame, and also, silently, where a frame is cut between blocks:
            // but only then has it asked for bytes that are not there.
            Decompressor::Lz4 { frame, frame_end } => loop {
                let Some(decoder) = frame else { return Ok(0) };
                let count = decoder.read(buffer)?;
                let read = self.progress.bytes.get();
                match (count, self.progress.is_at_end.get()) {
                    (1.., _) => return Ok(count),
                    (0, false) => {
                        *frame_end = read;
                        *frame = frame.take().map(|ended| Box::new(FrameDecoder::new(ended.into_inner())));
                    }
                    (0, true) if *frame_end == read => return Ok(0),
                    (0, true) => return Err(io::ErrorKind::UnexpectedEof.into()),
                }
            },
        }
    }

    /// Ends the content, for a reason of which only the first is kept.
    fn break_off(&mut self, diagnosis: &'static Diagnosis, detail: String) {
        self.has_ended = true;
        self.broken.borrow_mut().get_or_insert(Broken { diagnosis, detail });
    }
}

impl Read for Archive<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.has_ended || buffer.is_empty() {
            return Ok(0);
        }
        let name = self.container.name();
        match self.decompress(buffer) {
            Ok(count) => {
                self.content += count as u64;
                self.has_ended = count == 0;
                if is_too_dense(self.content, self.progress.bytes.get()) {
                    self.break_off(&ARCHIVE_TOO_DENSE, name.to_owned());
                }
                Ok(count)
            }
            Err(error) if self.progress.has_failed.get() => Err(error),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.break_off(&ARCHIVE_CUT, name.to_owned());
                Ok(0)
            }
            Err(error) => {
                self.break_off(&ARCHIVE_DAMAGED, format!("{name}: {error}"));
                Ok(0)
            }
        }
    }
}

/// Whether `content` bytes are more than any recording of that size becomes in an archive of `bytes`.
const fn is_too_dense(content: u64, bytes: u64) -> bool {
    content > ALWAYS_ALLOWED && content / MOST_DENSE > bytes
}

#[cfg(test)]
mod tests;
