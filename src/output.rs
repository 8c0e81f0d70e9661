//! Files written whole or not at all.
//!
//! An interrupted run, a full disk or a failing encoder must not leave half a table behind, nor cost the file that was
//! there before. What is written therefore goes to a temporary file in the same folder, which takes its final name
//! only at the end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What to do with a file that already has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Keep it, and fail with [`io::ErrorKind::AlreadyExists`].
    Keep,
    /// Replace it.
    Replace,
}

/// A file being written. It appears under its name when it is [finished](Self::finish); dropped before, it leaves
/// nothing behind. A device or a pipe is written directly.
#[derive(Debug)]
pub struct Output {
    path: PathBuf,
    existing: Existing,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Direct(BufWriter<File>),
    Temporary(BufWriter<NamedTempFile>),
}

impl Output {
    /// Begins to write the file at `path`.
    ///
    /// # Errors
    /// If its folder does not exist or is not writable, or the device cannot be opened.
    pub fn create(path: &Path, existing: Existing) -> io::Result<Self> {
        let target = if is_device(path) {
            Target::Direct(BufWriter::new(File::options().write(true).open(path)?))
        } else {
            let temporary = temporary_in(folder_of(path)).map_err(|error| without_path(&error))?;
            Target::Temporary(BufWriter::new(temporary))
        };
        Ok(Self { path: path.to_owned(), existing, target })
    }

    /// Writes what is still buffered, and gives the file its name.
    ///
    /// # Errors
    /// If the bytes cannot be written, or the file exists and is to be kept.
    pub fn finish(self) -> io::Result<()> {
        match self.target {
            Target::Direct(mut out) => out.flush(),
            Target::Temporary(out) => {
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                let named = match self.existing {
                    Existing::Keep => file.persist_noclobber(&self.path),
                    Existing::Replace => file.persist(&self.path),
                };
                named.map(drop).map_err(|error| without_path(&error.error))
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            Target::Direct(out) => out.write(bytes),
            Target::Temporary(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Direct(out) => out.flush(),
            Target::Temporary(out) => out.flush(),
        }
    }
}

/// Writes a text to the file at `path`.
///
/// # Errors
/// As [`Output::create`] and [`Output::finish`].
pub fn write(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let mut output = Output::create(path, existing)?;
    output.write_all(text.as_bytes())?;
    output.finish()
}

/// Returns whether `path` is a device, a pipe or anything else that cannot be replaced by a file.
#[must_use]
pub fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// The folder that a file is in.
#[must_use]
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The system's error without the name of the temporary file, which means nothing to the user.
fn without_path(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// A new file with the permissions of an ordinary one; temporary files are private by default.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringtrace-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_replaces_another_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.md");
        write(&path, "first", Existing::Keep).unwrap();
        assert_eq!(write(&path, "second", Existing::Keep).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write(&path, "second", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn an_unfinished_file_leaves_the_previous_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.md");
        write(&path, "first", Existing::Keep).unwrap();
        let mut output = Output::create(&path, Existing::Replace).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn an_error_does_not_name_the_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&folder.path().join("none").join("two.md"), "", Existing::Keep).unwrap_err();
        assert!(!error.to_string().contains(".part"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_directly() {
        write(Path::new("/dev/null"), "text", Existing::Keep).unwrap();
        assert!(is_device(Path::new("/dev/null")));
    }
}
