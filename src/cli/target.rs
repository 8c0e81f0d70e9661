//! Where a table or a text goes: standard output, a file by rename at the end, or a device directly.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::exit::Failure;

/// Where to write.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A regular file, which appears whole at the end or not at all.
    File(PathBuf),
    /// A device or a pipe that is there already.
    Device(PathBuf),
}

impl Target {
    /// Reads `-o`: `-` and nothing are standard output.
    ///
    /// # Errors
    /// If a regular file or a folder is there already, and may not be overwritten; or if the folder is not there.
    pub(super) fn new(path: Option<&Path>, force: bool) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(Self::Stdout) };
        match fs::metadata(path) {
            Err(_) if !folder_of(path).is_dir() => {
                let error = fs::metadata(folder_of(path)).err().unwrap_or_else(|| io::ErrorKind::NotADirectory.into());
                Err(Self::File(path.to_owned()).failure(error))
            }
            Err(_) => Ok(Self::File(path.to_owned())),
            Ok(there) if there.is_dir() => Err(Failure::Usage(format!("{} is a folder", path.display()))),
            Ok(there) if !there.is_file() => Ok(Self::Device(path.to_owned())),
            Ok(_) if force => Ok(Self::File(path.to_owned())),
            Ok(_) => Err(Failure::Exists(path.display().to_string())),
        }
    }

    /// Whether what is written is shown to somebody at once.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }

    /// Lets `write` write, and puts the result in place if it succeeded.
    ///
    /// # Errors
    /// What `write` says, or why the target takes no bytes.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out)?;
                out.flush().map_err(|error| self.failure(error))
            }
            Self::Device(path) => {
                let file = File::options().write(true).open(path).map_err(|error| self.failure(error))?;
                let mut out = BufWriter::new(file);
                write(&mut out)?;
                out.flush().map_err(|error| self.failure(error))
            }
            Self::File(path) => {
                let part = part_in(folder_of(path)).map_err(|error| self.failure(error))?;
                let mut out = BufWriter::new(part);
                write(&mut out)?;
                let part = out.into_inner().map_err(|error| self.failure(error.into_error()))?;
                part.persist(path).map(drop).map_err(|error| self.failure(error.error))
            }
        }
    }

    /// That the target took no bytes.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        match self {
            Self::Stdout => Failure::Write { target: "standard output".to_owned(), error },
            Self::Device(path) => Failure::Write { target: path.display().to_string(), error },
            Self::File(path) => Failure::Write { target: path.display().to_string(), error: bare(&error) },
        }
    }
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What the system said, without the name of the unfinished file.
fn bare(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// A new file for what is not finished yet, with the permissions of an ordinary one.
fn part_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ringtrace-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
